"""The small box beside the pointer that says what a chart shows at one step."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnvis.theme import ThemeSource, color, font

GAP = 10  # between the line of the step and the box
_WIDTH, _ROW, _PADDING = 148, 16, 10


@dataclass(frozen=True)
class Row:
    """A line of the box: the colour of its dot, a name and a value."""

    color: str
    name: str
    value: str


class ReadOut(QWidget):
    """A floating box inside a chart; the pointer goes through it."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self._title = ""
        self._rows: tuple[Row, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    @property
    def title(self) -> str:
        """The words of the first line."""
        return self._title

    @property
    def rows(self) -> tuple[Row, ...]:
        """The values shown."""
        return self._rows

    def show_at(self, title: str, rows: tuple[Row, ...], x: float, area: QRectF) -> None:
        """Show the values beside the vertical line at ``x``, on its other side where there is no room at the right."""
        if (title, rows) != (self._title, self._rows):
            self._title, self._rows = title, rows
            self.update()
        size = self.sizeHint()
        left = x + GAP
        if left + size.width() > area.right():
            left = x - GAP - size.width()
        self.setGeometry(round(max(area.left(), left)), round(area.top()) + 2, size.width(), size.height())
        self.show()

    def sizeHint(self) -> QSize:
        """Return a width that fits the widest line, and a height that fits them all."""
        plain, bold = QFontMetricsF(font("caption")), QFontMetricsF(font("caption", 600))
        wide = [plain.horizontalAdvance(self._title) + 2 * _PADDING]
        wide += [
            plain.horizontalAdvance(row.name) + bold.horizontalAdvance(row.value) + 2 * _PADDING + 26
            for row in self._rows
        ]
        return QSize(max(_WIDTH, round(max(wide) + 0.5)), 12 + _ROW * (1 + len(self._rows)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the box."""
        theme = self._theme_source.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(theme.outline), 1))
        painter.setBrush(color(theme.hover))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        inner = self.width() - 2 * _PADDING
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        left, middle = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(_PADDING, 6, inner, _ROW), left | middle, self._title)
        for number, row in enumerate(self._rows, start=1):
            line = QRectF(_PADDING, 6 + number * _ROW, inner, _ROW)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(row.color))
            painter.drawEllipse(QRectF(line.left(), line.center().y() - 3, 6, 6))
            painter.setFont(font("caption"))
            painter.setPen(color(theme.text_2))
            painter.drawText(line.adjusted(12, 0, 0, 0), left | middle, row.name)
            painter.setFont(font("caption", 600))
            painter.setPen(color(theme.text))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, row.value)
        painter.end()
