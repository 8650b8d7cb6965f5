"""Numbers are changed by hand, on a copy: a pixel, a weight, a label. Everything behind them follows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nnvis.microscope.changed import can_change, changed
from nnvis.microscope.specimen import Specimen
from nnvis.microscope.staging import Staging
from nnvis.panels.microscope.walking import Walk
from nnvis.widgets.microscope.bench_area import BenchArea


class Changing(Walk):
    """Knows what is on the stage and what is pointed at."""

    bench: BenchArea

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._staging: Staging | None = None
        self._at: dict[str, int] = {}
        self._pinned = False

    def _ask(self) -> None:
        raise NotImplementedError(f"{type(self).__name__} must ask for the specimen anew")

    def _examine(self, specimen: Specimen) -> None:
        raise NotImplementedError(f"{type(self).__name__} must trace a specimen")

    def _close_weight(self) -> None:
        raise NotImplementedError(f"{type(self).__name__} must close the card of a weight")

    def change_pointed(self) -> None:
        """Change the number that is pointed at: the first block of the stage that holds it and may be changed."""
        staged = self._staging
        for block in staged.blocks if staged else ():
            places = block.places[block.marked(self._at) & (block.places >= 0)]
            if staged and len(places) and can_change(staged.shown.stop, block.operand.text):
                self._on_change_requested(block.operand.text, int(places[0]))
                return

    def reset_changes(self) -> None:
        """Take all numbers as they are in the network again."""
        if self._trace is not None and self._trace.specimen.is_changed:
            self._ask()

    def _on_change_requested(self, name: str, place: int) -> None:
        staged = self._staging
        if staged is None or not can_change(staged.shown.stop, name):
            return
        self._close_weight()
        if name == "T":  # a label is chosen, not typed
            self._on_value_given(name, place, 1.0)
            return
        block = next(each for each in staged.blocks if each.operand.text == name)
        self.bench.stage.ask_value(name, place, float(block.operand.value.reshape(-1)[place]))

    def _on_value_given(self, name: str, place: int, value: float) -> None:
        staged = self._staging
        if staged is None:
            return
        block = next(each for each in staged.blocks if each.operand.text == name)
        at = {axis.rstrip("="): index for axis, index in block.index_at(place).items()}
        if self._image is not None and block.operand.value.shape[:1] == (1,):
            at["n"] = self._image
        specimen = changed(staged.shown.stop, self._image, name, at, value)
        if specimen is not None:
            self._pinned = True  # what was changed stays in sight
            self._examine(specimen)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
