"""What the Network menu does with the selected layer."""

from __future__ import annotations

from nnvis.session import Session


class LayerCommands:
    """Each is one edit of the project, which can be undone. Without a selected layer they do nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def duplicate(self) -> None:
        """Put a copy behind the selected layer; it gets a name of its own."""
        index = self._session.selected_layer
        if index is not None:
            self._session.insert_layer(index + 1, self._session.project.layers[index].replace(name=""))

    def remove(self) -> None:
        """Take the selected layer out of the stack."""
        index = self._session.selected_layer
        if index is not None:
            self._session.remove_layer(index)

    def move_up(self) -> None:
        """Move the selected layer towards the input."""
        self._move(-1)

    def move_down(self) -> None:
        """Move the selected layer towards the output."""
        self._move(1)

    def _move(self, step: int) -> None:
        index = self._session.selected_layer
        if index is not None and 0 <= index + step < len(self._session.project.layers):
            self._session.move_layer(index, index + step)
