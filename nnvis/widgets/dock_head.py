"""The head of a dock: its title, its tools, and buttons to float and to close it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import ToolButton
from nnvis.widgets.labels import GivingLabel, text_label


class DockHead(QWidget):
    """Give it to `QDockWidget.setTitleBarWidget`. Its button floats the dock, and so does a double click."""

    float_requested = Signal()

    def __init__(self, theme_source: ThemeSource, dock: QDockWidget, title: str, caption: str = "") -> None:
        super().__init__(dock)
        self._theme_source = theme_source
        self.setObjectName("dockHead")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme_source.metrics.dock_head)
        self._caption = GivingLabel(caption)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(theme_source.metrics.dock_padding, 0, 8, 0)
        self._layout.setSpacing(4)
        self._layout.addWidget(text_label(title, "title"))
        self._layout.addSpacing(4)
        self._layout.addWidget(self._caption, 1)
        feature = QDockWidget.DockWidgetFeature
        self._float = ToolButton(theme_source, "float", f"Float {title} in a window of its own.", kind="small")
        self._float.setVisible(bool(dock.features() & feature.DockWidgetFloatable))
        self._float.clicked.connect(self.float_requested)
        self._close = ToolButton(theme_source, "close", f"Hide {title}; the menu View brings it back.", kind="small")
        self._close.setVisible(bool(dock.features() & feature.DockWidgetClosable))
        self._close.clicked.connect(dock.close)
        for button, name in ((self._float, f"Float {title}"), (self._close, f"Close {title}")):
            button.setAccessibleName(name)
            self._layout.addWidget(button)
        theme_source.metrics_changed.connect(self._on_metrics_changed)

    def sizeHint(self) -> QSize:
        """Its fixed height: the dock lays out by this hint alone, and would put the panel under the head."""
        return QSize(super().sizeHint().width(), self._theme_source.metrics.dock_head)

    def add_tool(self, tool: QWidget) -> None:
        """Put a tool left of the window buttons."""
        self._layout.insertWidget(self._layout.indexOf(self._float), tool)

    def set_caption(self, caption: str) -> None:
        """Small words behind the title."""
        self._caption.setText(caption)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The same as the button."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.float_requested.emit()

    def _on_metrics_changed(self) -> None:
        self._layout.setContentsMargins(self._theme_source.metrics.dock_padding, 0, 8, 0)
