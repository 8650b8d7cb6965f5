"""A card on the whole screen: it moves into a window of its own and back into its place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import ToolButton

MARGIN = 24
BUTTON = QSize(24, 18)
UNBOUNDED = 16777215  # QWIDGETSIZE_MAX, which PySide6 does not export


class FullScreen(QObject):
    """Gives a widget a small button at its upper right corner, there while it is pointed at."""

    changed = Signal(bool)  # whether it has the whole screen

    def __init__(self, theme_source: ThemeSource, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._window: _Window | None = None
        self._place: QWidget | None = None  # stands in for the widget meanwhile
        self._bounds = (widget.minimumSize(), widget.maximumSize())
        self.button = ToolButton(theme_source, "float", "Show this on the whole screen (Esc leaves).", kind="small",
                                 parent=widget)  # fmt: skip
        self.button.setAccessibleName("Whole screen")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # by keyboard it is in the menu of the card
        self.button.setFixedSize(BUTTON)
        self.button.clicked.connect(self.toggle)
        self.button.hide()
        widget.installEventFilter(self)

    @property
    def is_on(self) -> bool:
        """Whether the widget has the whole screen."""
        return self._window is not None

    def toggle(self) -> None:
        """Take the whole screen, or go back."""
        if self.is_on:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        """Take the whole screen."""
        widget, parent = self._widget, self._widget.parentWidget()
        layout = parent.layout() if parent is not None else None
        if self.is_on or parent is None or layout is None:
            return
        self._place = QWidget(parent)
        self._place.setFixedSize(widget.size())
        self._bounds = (widget.minimumSize(), widget.maximumSize())
        layout.replaceWidget(widget, self._place)
        self._window = _Window(widget.window(), self)
        widget.setMinimumSize(0, 0)
        widget.setMaximumSize(UNBOUNDED, UNBOUNDED)
        self._window.take(widget)
        self._window.showFullScreen()
        widget.show()
        self.changed.emit(True)

    def leave(self) -> None:
        """Go back into the place in the page."""
        window, place = self._window, self._place
        if window is None or place is None:
            return
        self._window = self._place = None
        widget, parent = self._widget, place.parentWidget()
        widget.setMinimumSize(self._bounds[0])
        widget.setMaximumSize(self._bounds[1])
        if parent is not None:
            widget.setParent(parent)
            layout = parent.layout()
            if layout is not None:
                layout.replaceWidget(place, widget)
            widget.show()
        place.hide()
        place.deleteLater()
        window.hide()
        window.deleteLater()
        self.changed.emit(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The button is there while the widget is pointed at."""
        if watched is self._widget and event.type() in (QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.Resize):
            self.button.move(self._widget.width() - BUTTON.width() - 2, 1)
            self.button.setVisible(event.type() == QEvent.Type.Enter or self._widget.underMouse())
            self.button.raise_()
        return super().eventFilter(watched, event)


class _Window(QWidget):
    """The whole screen, with the widget in it."""

    def __init__(self, owner: QWidget, full: FullScreen) -> None:
        super().__init__(owner, Qt.WindowType.Window)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._full = full
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)

    def take(self, widget: QWidget) -> None:
        """Show this widget."""
        self._layout.addWidget(widget)
        self.setWindowTitle(widget.accessibleName())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F11):
            self._full.leave()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the window brings the widget back, and does not take it along."""
        event.accept()
        self._full.leave()
