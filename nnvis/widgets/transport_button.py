"""A toolbar button with icon and words that can step forward as the one thing to do next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QStyle, QStyleOptionToolButton, QStylePainter, QToolButton, QWidget

from nnvis.theme import ThemeSource, font, paint_icon

PADDING, ICON, GAP, HEIGHT = 12, 16, 8, 32


class TransportButton(QToolButton):
    """Shows `action` with the icon `icon_name`. As primary it is filled with the accent."""

    def __init__(
        self, theme_source: ThemeSource, action: QAction, icon_name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self._icon_name = icon_name
        self._primary = False
        self.setDefaultAction(action)
        self.setProperty("kind", "transport")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to what had them
        self.setAccessibleName(action.text())
        theme_source.theme_changed.connect(self.update)

    @property
    def is_primary(self) -> bool:
        """Whether this is the button to press next."""
        return self._primary

    def set_primary(self, primary: bool) -> None:
        """Fill the button, or let it stand back."""
        if primary == self._primary:
            return
        self._primary = primary
        self.setProperty("kind", "primary" if primary else "transport")
        self.style().unpolish(self)
        self.style().polish(self)
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for the words in bold, so that nothing moves when the button becomes the primary one."""
        words = QFontMetrics(font("body", 600)).horizontalAdvance(self.text())
        return QSize(PADDING + ICON + GAP + words + PADDING, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """The same: transport keys never give way."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Take the new size when the words change."""
        super().changeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Let the style draw the ground; icon and words have their exact places here."""
        painter = QStylePainter(self)
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        words, option.text = option.text, ""
        option.features &= ~QStyleOptionToolButton.ToolButtonFeature.HasMenu
        option.toolButtonStyle = Qt.ToolButtonStyle.ToolButtonTextOnly
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        theme = self._theme_source.theme
        tint = theme.on_accent if self._primary else theme.text
        if not self.isEnabled():
            tint = theme.disabled
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - ICON) / 2
        paint_icon(painter, self._icon_name, QRectF(PADDING, top, ICON, ICON), tint)
        painter.setFont(font("body", 600 if self._primary else 500))
        painter.setPen(QColor(tint))
        room = self.rect().adjusted(PADDING + ICON + GAP, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
