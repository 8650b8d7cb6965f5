"""PenSheet: what is mixed into the training: pen digits by digit and style, a row of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnvis.colour_maps import color_table, magnitude_colors
from nnvis.number_text import count
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.buttons import Button
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.overlay import Overlay
from nnvis.widgets.painted import PaintedWidget
from nnvis.widgets.sample_strip import magnitude_image
from nnvis.widgets.segmented import SegmentedControl

SIDE, GAP, ROW = 28, 4, 36
SHOWN = 14  # drawings of a style in its row
NAMES = 168  # pixels
MOST_ROWS = 11  # no digit has more styles: the sheet keeps its size


@dataclass(frozen=True)
class PenRow:
    """One style: its name, how many of the digits are drawn in it, and some of them as grey levels, 28 by 28."""

    digit: int
    name: str
    count: int
    samples: tuple[bytes, ...]


class PenSheet(Overlay):
    """Opened with a row for each style; a control chooses the digit."""

    def __init__(self, theme_source: ThemeSource, window: QWidget) -> None:
        super().__init__(theme_source, window)
        self.setAccessibleName("Pen digits")
        self._all: tuple[PenRow, ...] = ()
        self._page = 0
        self._facts = text_label("", "caption", "faint")
        self.digits = SegmentedControl(
            theme_source, "Digit", tuple((str(digit), str(digit), f"Ways to write {digit}.") for digit in range(10))
        )
        self.digits.changed.connect(self._show)
        self.rows = PenRows(theme_source)
        self.others = Button(theme_source, "Others", "outline", tooltip="Show other drawings of the same styles.")
        self.others.clicked.connect(self._on_others_clicked)
        close = Button(theme_source, "Close", tooltip="Go back to the window (Esc).")
        close.clicked.connect(self.dismiss)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(text_label("Pen digits", "title"))
        head.addWidget(self._facts)
        head.addStretch(1)
        head.addWidget(self.digits)
        foot.addWidget(text_label("Drawn by the program, each another time a little different.", "caption"))
        foot.addStretch(1)
        foot.addWidget(self.others)
        foot.addWidget(close)
        self.body.setContentsMargins(16, 12, 16, 12)
        self.body.setSpacing(8)
        self.body.addLayout(head)
        self.body.addWidget(self.rows)
        self.body.addLayout(foot)

    def open_with(self, rows: Sequence[PenRow]) -> None:
        """Open with these styles; each row may hold several pages of samples."""
        self._all = tuple(rows)
        self._page = 0
        total = sum(row.count for row in rows)
        self._facts.setText(f"{count(total)} in {len(rows)} styles")
        self._show()
        self.open(self.digits.part(self.digits.current))

    def _show(self) -> None:
        mine = [row for row in self._all if str(row.digit) == self.digits.current]
        first = self._page * SHOWN
        self.rows.show_rows(
            [PenRow(row.digit, row.name, row.count, row.samples[first : first + SHOWN]) for row in mine]
        )

    def _on_others_clicked(self) -> None:
        fewest = min((len(row.samples) for row in self._all), default=0)
        self._page = (self._page + 1) % max(1, fewest // SHOWN)
        self._show()


class PenRows(PaintedWidget):
    """The styles of one digit."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.rows: list[PenRow] = []
        self.setFixedSize(QSize(NAMES + SHOWN * (SIDE + GAP), MOST_ROWS * ROW))
        self.setAccessibleName("Styles")
        explain(self, "One style in a row: its name, how many digits are drawn in it, and some of them.")

    def show_rows(self, rows: Sequence[PenRow]) -> None:
        """Show these styles."""
        self.rows = list(rows)
        self.set_sentence(", ".join(f"{row.name} {count(row.count)}" for row in rows))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Name and number at the left, drawings behind them."""
        del event
        theme, painter = self.theme, QPainter(self)
        table = color_table(magnitude_colors(theme))
        for index, row in enumerate(self.rows):
            top = index * ROW
            words = QRectF(0, top, NAMES - 12, SIDE)
            painter.setFont(font())
            painter.setPen(color(theme.text))
            painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, row.name)
            painter.setFont(font("caption"))
            painter.setPen(color(theme.text_3))
            painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, count(row.count))
            for place, pixels in enumerate(row.samples):
                image = magnitude_image(pixels, SIDE, SIDE, theme)
                image.setColorTable(table)
                painter.drawImage(QRectF(NAMES + place * (SIDE + GAP), top, SIDE, SIDE), image)
