"""A dock of the window, with the program's own head."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDockWidget, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.dock_head import DockHead
from nnvis.widgets.key_policy import keep_keys

UNBOUNDED = 16777215  # QWIDGETSIZE_MAX, which PySide6 does not export


class Dock(QDockWidget):
    """Keeps its width within bounds while docked, and is free when it floats."""

    def __init__(self, theme_source: ThemeSource, title: str, widths: tuple[int, int], parent: QWidget) -> None:
        super().__init__(title, parent)
        self._widths = widths
        self.head = DockHead(theme_source, self, title)
        self.setTitleBarWidget(self.head)
        self._content = QWidget()
        self._content.setObjectName("panel")
        self.setWidget(self._content)
        self.topLevelChanged.connect(self._on_top_level_changed)
        self._on_top_level_changed(False)

    def event(self, event: QEvent) -> bool:
        """A floating dock is a window of its own: fields in it keep their keys here, too."""
        return keep_keys(event) or super().event(event)

    def _on_top_level_changed(self, floating: bool) -> None:
        narrowest, widest = self._widths
        self.setMinimumWidth(narrowest)
        self.setMaximumWidth(UNBOUNDED if floating else widest)
