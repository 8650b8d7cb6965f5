"""Pages that need the whole width fold docks away to a rail; leaving such a page brings them back."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnvis.dock_layout import DockLayout
from nnvis.panels import PANELS, PanelRow
from nnvis.theme import ThemeSource
from nnvis.widgets.labels import hairline
from nnvis.widgets.pages import Pages
from nnvis.widgets.rail import Rail

_ICONS: Final = {"network": "diagram", "draw": "brush"}


class DockFolding(QObject):
    """Knows which docks are folded now. What a user brings back stays, on that page, while the window lives."""

    def __init__(self, layout: DockLayout, pages: Pages, theme_source: ThemeSource) -> None:
        super().__init__(pages)
        self._layout = layout
        self._rows: dict[int, PanelRow] = dict(enumerate(row for row in PANELS if row.area == "centre"))
        self._page = 0
        self._folded: list[str] = []
        self._kept: dict[int, set[str]] = {number: set() for number in self._rows}  # docks brought back by hand
        self.rails = {side: Rail(theme_source) for side in ("left", "right")}
        for rail in self.rails.values():
            rail.opened.connect(self._bring_back)
        self.centre = QWidget()
        row = QHBoxLayout(self.centre)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._lines = {"left": hairline(vertical=True), "right": hairline(vertical=True)}
        for widget in (self.rails["left"], self._lines["left"], pages, self._lines["right"], self.rails["right"]):
            row.addWidget(widget, 1 if widget is pages else 0)
        self._show_lines()
        pages.page_changed.connect(self._on_page_changed)

    def unfold(self) -> None:
        """Bring every folded dock back: before the layout is stored, or another page comes to the front."""
        for name in self._folded:
            self._layout.docks[name].show()
            self._rail(name).withdraw(name)
        self._folded.clear()
        self._show_lines()

    def _on_page_changed(self, number: int) -> None:
        self.unfold()
        self._page = number
        for name in self._rows[number].folds:
            dock = self._layout.docks[name]
            if name in self._kept[number] or dock.isFloating() or dock.isHidden():
                continue
            dock.hide()
            self._rail(name).offer(name, _ICONS[name], dock.windowTitle())
            self._folded.append(name)
        self._show_lines()

    def _bring_back(self, name: str) -> None:
        self._kept[self._page].add(name)
        self._folded.remove(name)
        self._rail(name).withdraw(name)
        self._layout.docks[name].show()
        self._show_lines()

    def _rail(self, name: str) -> Rail:
        return self.rails[next(row.area for row in PANELS if row.name == name)]

    def _show_lines(self) -> None:
        for side, line in self._lines.items():
            line.setVisible(bool(self.rails[side].buttons))
