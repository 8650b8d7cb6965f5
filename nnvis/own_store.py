"""OwnStore: the user's digits for the window: kept, changed and taken back, with a sentence for whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.data.own_digits import OwnDigit, OwnDigits
from core.errors import CoreError
from nnvis.paths import own_digits_folder

MOST_UNDONE = 100


class OwnStore(QObject):
    """One for the whole window. The folder is read when somebody first asks."""

    changed = Signal()
    told = Signal(str)  # a sentence: what was repaired, what could not be done

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._set: OwnDigits | None = None
        self._undo: list[tuple[str, Callable[[OwnDigits], object]]] = []

    @property
    def digits(self) -> list[OwnDigit]:
        """All drawings, in the order in which they were kept."""
        return self._opened().digits

    @property
    def arrays(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """All as a network gets them, read-only: images (N, 28, 28, 1) and labels (N,)."""
        images, labels = self._opened().images, self._opened().labels
        images.flags.writeable = labels.flags.writeable = False
        return images, labels

    @property
    def undo_text(self) -> str:
        """What `undo` would take back; empty when there is nothing."""
        return self._undo[-1][0] if self._undo else ""

    def keep(self, drawing: NDArray[np.uint8], label: int) -> bool:
        """Add a drawing (280, 280). False, with a sentence, when it cannot be kept."""

        def add(digits: OwnDigits) -> Callable[[OwnDigits], object]:
            digit = digits.add(drawing, label)
            return lambda later: later.remove(_now(later, digit))

        return self._change(f"keeping the {label}", add)

    def remove(self, digit: OwnDigit) -> bool:
        """Delete a drawing; `undo` brings it back."""

        def take_out(digits: OwnDigits) -> Callable[[OwnDigits], object]:
            place = digits.remove(digit)
            return lambda later: later.put(min(place, len(later)), digit)

        return self._change(f"deleting the {digit.label}", take_out)

    def relabel(self, digit: OwnDigit, label: int) -> bool:
        """Say that a drawing is another digit."""

        def rename(digits: OwnDigits) -> Callable[[OwnDigits], object]:
            other = digits.relabel(digit, label)
            return lambda later: later.relabel(_now(later, other), digit.label)

        return self._change(f"calling a {digit.label} a {label}", rename)

    def undo(self) -> bool:
        """Take back the last change. False, with a sentence, when that fails."""
        if not self._undo:
            return False
        _, back = self._undo[-1]
        if not self._try(back):
            return False
        self._undo.pop()
        self.changed.emit()
        return True

    def export(self, path: Path) -> bool:
        """Write all as pictures, one folder per class, into a .zip or a new folder."""

        def write(digits: OwnDigits) -> None:
            written = digits.export(path)
            drawings = "1 drawing was" if written == 1 else f"{written} drawings were"
            self.told.emit(f"{drawings} written to {path.name!r}.")

        return self._try(write)

    def _change(self, text: str, change: Callable[[OwnDigits], Callable[[OwnDigits], object]]) -> bool:
        backs: list[Callable[[OwnDigits], object]] = []
        if not self._try(lambda digits: backs.append(change(digits))):
            return False
        self._undo = [*self._undo, (text, backs[0])][-MOST_UNDONE:]
        self.changed.emit()
        return True

    def _try(self, action: Callable[[OwnDigits], object]) -> bool:
        try:
            action(self._opened())
        except (CoreError, OSError) as error:
            self.told.emit(str(error))
            return False
        return True

    def _opened(self) -> OwnDigits:
        if self._set is None:
            self._set = OwnDigits(own_digits_folder())
            self._set.open()
            for note in self._set.notes:
                self.told.emit(note)
        return self._set

    @property
    def notes(self) -> tuple[str, ...]:
        """What had to be put right when the folder was read."""
        return tuple(self._opened().notes)


def _now(digits: OwnDigits, digit: OwnDigit) -> OwnDigit:
    """The drawing of this number as it is now: its label may have changed and come back since."""
    return next((each for each in digits.digits if each.number == digit.number), digit)
