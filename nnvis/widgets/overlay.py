"""A card that floats over the window until it is answered: any click beside it, or Escape, puts it away.

It is a child of the window and not a popup window of its own, so corners and shadow look the same with and without a
compositor, and a chart that redraws below it goes on doing so.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from nnvis.theme import ThemeSource, color
from nnvis.widgets.painted import edged_rect

RADIUS, SHADOW, DROP = 10, 24, 8


class Overlay(QWidget):
    """Put content into `body`. `top`: pixels from the window's upper edge; None: in the middle."""

    closed = Signal()

    def __init__(self, theme_source: ThemeSource, window: QWidget, top: int | None = None) -> None:
        super().__init__(window)
        self._theme_source = theme_source
        self._window = window
        self._top = top
        self._focus_before: QWidget | None = None
        self._card = QWidget(self)
        self._card.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.body = QVBoxLayout(self._card)
        theme_source.theme_changed.connect(self.update)
        self.hide()

    def open(self, focus: QWidget | None = None) -> None:
        """Show it; `focus` gets the keys."""
        self._focus_before = QApplication.focusWidget()
        self._window.installEventFilter(self)  # only now: Python is asked about every single event of the window
        self._place()
        self.show()
        self.raise_()
        (focus or self._card).setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Put it away; the keys go back to where they were."""
        if self.isHidden():
            return
        self.hide()
        self._window.removeEventFilter(self)
        if self._focus_before is not None:
            self._focus_before.setFocus(Qt.FocusReason.PopupFocusReason)
            self._focus_before = None
        self.closed.emit()

    def fit(self) -> None:
        """Take the size the content asks for now."""
        self._place()
        self.update()

    def corner(self, size: QSize) -> QPoint:
        """Where the upper left corner of the card is, when the card has that size."""
        window = self._window
        top = self._top if self._top is not None else (window.height() - size.height()) // 2
        return QPoint((window.width() - size.width()) // 2, top)

    def event(self, event: QEvent) -> bool:
        """While it is open no key drives the run."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize and watched is self._window and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts it away; no other key goes further."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the card puts it away."""
        if not self._card.geometry().contains(event.position().toPoint()):
            self.dismiss()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The shadow, and the card's ground."""
        del event
        theme = self._theme_source.theme
        painter = QPainter(self)
        card = QRectF(self._card.geometry())
        for ring in range(6):  # rings of falling strength add up to a soft shadow
            grown = SHADOW / 2 * (1 - ring / 6)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("#000000", theme.shadow_alpha / 6))
            around = card.adjusted(-grown, -grown + DROP, grown, grown + DROP)
            painter.drawRoundedRect(around, RADIUS + grown, RADIUS + grown)
        edged_rect(painter, card, RADIUS, theme.card, theme.outline)

    def _place(self) -> None:
        window = self._window
        self.setGeometry(window.rect())
        size = self._card.sizeHint().boundedTo(window.size())
        self._card.setGeometry(QRect(self.corner(size), size))
