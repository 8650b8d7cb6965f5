"""SignedBars: p − y of every class, leftward where the answer must rise and rightward where it must fall."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.number_text import signed
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring, line_width

_GAP, _VALUE, _PLACES = 8, 48, 3


class SignedBars(PaintedWidget):
    """One row a class, all on the scale from −1 to 1, the zero line in the middle. Arrow keys walk the rows."""

    def __init__(self, theme_source: ThemeSource, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._labels: tuple[str, ...] = tuple("0123456789")
        self.values: tuple[float, ...] | None = None
        self._marked = -1  # the row of the label
        self._row = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self._tell()

    def show_values(self, labels: Sequence[str], values: Sequence[float] | None, marked: int = -1) -> None:
        """Show a value for each class, the label's row standing out; None empties the rows."""
        new = (tuple(labels), None if values is None else tuple(values), marked)
        if new != (self._labels, self.values, self._marked):
            self._labels, self.values, self._marked = new
            self._tell()
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """A row for each class."""
        return QSize(140, self._row_height() * len(self._labels))

    def minimumSizeHint(self) -> QSize:
        """Narrow bars say the same."""
        return QSize(110, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk the rows."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if not step:
            super().keyPressEvent(event)
            return
        self._row = min(max(self._row + step, 0), len(self._labels) - 1)
        self._tell()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Class, bar from the zero line, and value."""
        del event
        theme, painter, height = self.theme, QPainter(self), self._row_height()
        numbers = font("caption")
        left = QFontMetrics(numbers).horizontalAdvance(max(self._labels, key=len)) + _GAP
        width = self.width() - left - _VALUE
        middle, thick = left + width / 2, self.theme_source.metrics.bar
        for row, label in enumerate(self._labels):
            top, is_marked = row * height, row == self._marked
            painter.setFont(font("caption", 600) if is_marked else numbers)
            painter.setPen(color(theme.text if is_marked else theme.text_3))
            painter.drawText(QRectF(0, top, left, height), Qt.AlignmentFlag.AlignVCenter, label)
            if self.values is None:
                continue
            value = self.values[row]
            long = min(abs(value), 1.0) * width / 2
            bar = QRectF(middle - long if value < 0 else middle, top + (height - thick) / 2, long, thick)
            if long >= 0.5:
                edged_rect(painter, bar, min(2, long / 2), theme.negative if value < 0 else theme.positive, None)
            right = QRectF(self.width() - _VALUE, top, _VALUE, height)
            painter.setPen(color(theme.text if is_marked else theme.text_3))
            painter.drawText(right, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _text(value))
        line = line_width(painter)
        painter.fillRect(QRectF(round(middle), 0, line, height * len(self._labels)), color(theme.outline))
        if self.focus_visible:
            focus_ring(painter, QRectF(self.rect()), theme, 4)

    def _row_height(self) -> int:
        return self.theme_source.metrics.bar_row

    def _tell(self) -> None:
        if self.values is None:
            self.set_sentence("No values yet.")
        else:
            row = self._row if self._row >= 0 else max(range(len(self.values)), key=lambda each: abs(self.values[each]))  # type: ignore[index]
            self.set_sentence(f"Class {self._labels[row]}: {_text(self.values[row])}.")


def _text(value: float) -> str:
    """Three places; what is too small for them is not called zero."""
    return "~0" if 0 < abs(value) < 0.0005 else signed(value, _PLACES)
