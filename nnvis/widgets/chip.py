"""Chips: a word or a number on a small ground of its own; a status chip has an icon, too."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.theme import ThemeSource, color, font, paint_icon
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring

ChipTone = Literal["plain", "ok", "warning", "bad", "live"]

_HEIGHT = 18
_SIDE = 6
_ICON = 12


class Chip(PaintedWidget):
    """A chip, 18 px high. With `clickable` it is a button that can be reached by keyboard.

    Its tone never stands alone: the words say the same.
    """

    clicked = Signal()

    def __init__(self, theme_source: ThemeSource, text: str = "", tone: ChipTone = "plain", icon_name: str = "", *,
                 clickable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._text, self._tone, self._icon_name, self._clickable = text, tone, icon_name, clickable
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        if clickable:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def text(self) -> str:
        """The words on it."""
        return self._text

    def set_text(self, text: str) -> None:
        """Say something else."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def set_tone(self, tone: ChipTone, icon_name: str = "") -> None:
        """Mean something else."""
        if (tone, icon_name) != (self._tone, self._icon_name):
            self._tone, self._icon_name = tone, icon_name
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        icon = _ICON + 4 if self._icon_name else 0
        return QSize(QFontMetrics(font("caption")).horizontalAdvance(self._text) + 2 * _SIDE + icon, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Never less than its words."""
        return self.sizeHint()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click counts when it ends inside."""
        inside = QRectF(self.rect()).contains(event.position())
        if self._clickable and event.button() == Qt.MouseButton.LeftButton and inside:
            self.clicked.emit()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Enter click."""
        if self._clickable and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, icon, words."""
        del event
        theme = self.theme
        ground, ink, mark = {
            "plain": (theme.hover, theme.text_2, theme.text_2),
            "ok": (theme.hover, theme.text_2, theme.ok),
            "warning": (theme.warn_soft, theme.warn, theme.warn),
            "bad": (theme.bad_soft, theme.bad, theme.bad),
            "live": (theme.accent_soft, theme.text, theme.accent),
        }[self._tone]
        painter = QPainter(self)
        rect = QRectF(self.rect())
        edged_rect(painter, rect, 4, ground, None)
        left = float(_SIDE)
        if self._icon_name:
            paint_icon(painter, self._icon_name, QRectF(left, (rect.height() - _ICON) / 2, _ICON, _ICON), mark)
            left += _ICON + 4
        painter.setFont(font("caption"))
        painter.setPen(color(ink))
        painter.drawText(rect.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._text)
        if self.focus_visible:
            focus_ring(painter, rect, theme, 4)


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    preview(lambda source: Chip(source, "all layers learn at a healthy pace", "ok", "check"))
