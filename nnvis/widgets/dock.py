"""A dock of the window, with the program's own head."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtWidgets import QDockWidget, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.dock_head import DockHead
from nnvis.widgets.key_policy import keep_keys

UNBOUNDED = 16777215  # QWIDGETSIZE_MAX, which PySide6 does not export
_SHARE = 0.8  # of a large screen, for a panel that asks for much room
_MARGIN = 32  # px around it on a small one


class Dock(QDockWidget):
    """Keeps its width within bounds while docked, and is free when it floats."""

    def __init__(
        self, theme_source: ThemeSource, title: str, widths: tuple[int, int], parent: QWidget,
        floats: tuple[int, int] = (0, 0),
    ) -> None:  # fmt: skip
        super().__init__(title, parent)
        self._widths = widths
        self._floats = QSize(*floats)
        self._place = QRect()  # on the screen, when it floated last
        self.head = DockHead(theme_source, self, title)
        self.head.float_requested.connect(self.toggle_floating)
        self.setTitleBarWidget(self.head)
        self._content = QWidget()
        self._content.setObjectName("panel")
        self.setWidget(self._content)
        self.topLevelChanged.connect(self._on_top_level_changed)
        self._on_top_level_changed(False)

    def toggle_floating(self) -> None:
        """Make it a window of its own, as large as the last time and first as its panel asks for; or dock it again."""
        if self.isFloating():
            self._place = self.geometry()  # Qt remembers it, but cuts it to the widest that a dock may be
            self.setFloating(False)
            return
        self.setFloating(True)
        if self._place.isEmpty() and not self._floats.isEmpty():
            room = self.screen().availableGeometry()
            size = self._floats.expandedTo(room.size() * _SHARE).boundedTo(room.size() - QSize(2 * _MARGIN, _MARGIN))
            self._place = QRect(QPoint(0, 0), size)
            self._place.moveCenter(room.center())
        if not self._place.isEmpty():
            self.setGeometry(self._place)

    def event(self, event: QEvent) -> bool:
        """A floating dock is a window of its own: fields in it keep their keys here, too."""
        return keep_keys(event) or super().event(event)

    def _on_top_level_changed(self, floating: bool) -> None:
        narrowest, widest = self._widths
        self.setMinimumWidth(narrowest)
        self.setMaximumWidth(UNBOUNDED if floating else widest)
