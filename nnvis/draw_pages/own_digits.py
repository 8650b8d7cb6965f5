"""OwnDigitsCorner: keep the drawing among one's own digits, and open the sheet of them. A row of the page Teach."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from core.data.own_digits import OwnDigit
from nnvis.draw_pages.desk import DrawingDesk
from nnvis.number_text import count
from nnvis.recipe import DIGITS, OwnMixture
from nnvis.session import Finding
from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import Button
from nnvis.widgets.labels import explain
from nnvis.widgets.own_sheet import OwnSheet, OwnTile

TOPIC = "own digits"
PIECE = 500
TIP = "Keep this drawing with its label among your own digits."
FILTER = "A folder of classes, zipped (*.zip);;A new folder (*)"


class OwnDigitsCorner(QWidget):
    """Two buttons; the sheet floats over the window."""

    def __init__(self, desk: DrawingDesk, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._session, self._store = desk, desk.session, desk.session.own
        self._theme_source = theme_source
        self._sheet: OwnSheet | None = None
        self._answers: dict[int, int] = {}  # by number of the drawing
        self._label: int | None = None
        self.keep = Button(theme_source, "Keep", "outline", "add", TIP, small=True)
        self.open = Button(
            theme_source, "My digits", "link", tooltip="Look at your own digits: how many of them are read, what they "
            "are trained and tested with.", small=True,
        )  # fmt: skip
        self.keep.clicked.connect(self._on_keep_clicked)
        self.open.clicked.connect(self.open_sheet)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.keep)
        row.addWidget(self.open)
        row.addStretch(1)
        self._store.changed.connect(self._on_changed)
        self._session.study.found.connect(self._on_found)
        self._session.history_cleared.connect(self._forget)
        self._session.project_changed.connect(self._show_weight)

    def showEvent(self, event: QShowEvent) -> None:
        """The folder is read when somebody looks."""
        super().showEvent(event)
        self._show_count()

    def set_label(self, label: int | None, obstacle: str) -> None:
        """What the drawing is; it can be kept unless something is in the way."""
        self._label = label
        dataset = self._session.shown_dataset
        are_digits = dataset is None or dataset.class_names == DIGITS
        self.keep.setEnabled(label is not None and not obstacle and self._desk.raw is not None and are_digits)
        explain(self.keep, TIP if are_digits else f"{TIP} They are digits; this data set has other classes.")

    @property
    def sheet(self) -> OwnSheet | None:
        """The sheet, once it was opened."""
        return self._sheet

    def open_sheet(self) -> None:
        """Show all of them, and ask the network about them."""
        sheet = self._made_sheet()
        sheet.said.setText(" ".join(self._store.notes))
        self._show_tiles()
        self._show_weight()
        sheet.open_sheet()
        self._ask()

    def _made_sheet(self) -> OwnSheet:
        window = self.window()
        if self._sheet is None or self._sheet.parent() is not window:
            self._sheet = sheet = OwnSheet(self._theme_source, window)
            sheet.delete_requested.connect(self._on_delete)
            sheet.relabel_requested.connect(self._on_relabel)
            sheet.undo_requested.connect(self._store.undo)
            sheet.export_requested.connect(self._on_export)
            sheet.weight_chosen.connect(self._on_weight_chosen)
            self._store.told.connect(sheet.said.setText)
        return self._sheet

    def _on_keep_clicked(self) -> None:
        if not self._desk.canvas.is_empty and self._label is not None:
            self._store.keep(self._desk.canvas.image(), self._label)

    # --- the sheet ----------------------------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        self._show_count()
        self._show_tiles()
        if self._sheet is not None and self._sheet.isVisible():
            self._ask()

    def _forget(self) -> None:
        self._answers.clear()
        self._show_tiles()

    def _show_count(self) -> None:
        kept = len(self._store.digits)
        self.open.setText(f"My digits: {count(kept)}" if kept else "My digits")

    def _show_tiles(self) -> None:
        if self._sheet is None:
            return
        digits = self._store.digits
        tiles = [
            OwnTile(each.number, each.image.tobytes(), each.label, self._answers.get(each.number)) for each in digits
        ]
        self._sheet.show_tiles(tiles, self._store.undo_text)
        known = [tile for tile in tiles if tile.answer is not None]
        right = sum(tile.answer == tile.label for tile in known)
        drawings = f"{count(len(tiles))} drawing{'' if len(tiles) == 1 else 's'}"
        trained = self._session.running_project
        own = " (some of its training images)" if trained is not None and trained.own_digits.weight else ""
        self._sheet.facts.setText(f"{drawings}, {count(right)} read{own}" if known and len(known) == len(tiles) else
                                  drawings if tiles else "")  # fmt: skip

    def _show_weight(self) -> None:
        if self._sheet is not None:
            self._sheet.set_weight(self._session.project.own_digits.weight)

    def _ask(self) -> None:
        """Have the network read all of them, beside the window."""
        digits = list(self._store.digits)
        if not digits:
            return
        images, _ = self._store.arrays
        numbers = [each.number for each in digits]

        def read(look: object) -> dict[int, int]:
            found: list[NDArray[np.int64]] = []
            for start in range(0, len(images), PIECE):
                if look.unwanted():  # type: ignore[attr-defined]
                    return {}
                piece = look.scaling.apply(images[start : start + PIECE])  # type: ignore[attr-defined]
                found.append(look.model.predict(piece).argmax(axis=1))  # type: ignore[attr-defined]
            return dict(zip(numbers, np.concatenate(found).tolist(), strict=True))

        shape = self._session.shown_dataset.input_shape if self._session.shown_dataset else None
        if shape == images.shape[1:]:
            self._session.inquire(TOPIC, read)

    def _on_found(self, finding: Finding) -> None:
        if finding.topic == TOPIC and isinstance(finding.value, dict):
            self._answers = finding.value
            self._show_tiles()

    def _digit(self, number: object) -> OwnDigit | None:
        return next((each for each in self._store.digits if each.number == number), None)

    def _on_delete(self, number: object) -> None:
        digit = self._digit(number)
        if digit is not None:
            self._store.remove(digit)

    def _on_relabel(self, number: object, label: int) -> None:
        digit = self._digit(number)
        if digit is not None and digit.label != label:
            self._store.relabel(digit, label)

    def _on_weight_chosen(self, weight: int) -> None:
        self._session.set_own_digits(OwnMixture(weight=weight))

    def _on_export(self) -> None:
        proposal = str(Path.home() / "my digits.zip")
        name, chosen = QFileDialog.getSaveFileName(self, "Export your digits", proposal, FILTER)
        if name:
            path = Path(name)
            self._store.export(path if path.suffix or "zip" not in chosen else path.with_suffix(".zip"))
