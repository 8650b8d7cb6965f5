"""Where the docks stand: their first places and widths, and how the last layout is taken up again."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtWidgets import QMainWindow, QWidget

from nnvis.panels import PANELS
from nnvis.settings import WindowPlace
from nnvis.theme import ThemeSource
from nnvis.widgets.dock import Dock

AREAS: Final = {"left": Qt.DockWidgetArea.LeftDockWidgetArea, "right": Qt.DockWidgetArea.RightDockWidgetArea}
VERSION: Final = 1  # a layout stored by another version is not taken up


class DockLayout(QObject):
    """Makes a dock for every panel at a side of the window."""

    def __init__(self, window: QMainWindow, theme_source: ThemeSource, place: WindowPlace) -> None:
        super().__init__(window)
        self._window = window
        self._theme_source = theme_source
        self._place = place
        self._given: dict[str, int] = {}  # widths that were not chosen by the user
        self.docks: dict[str, Dock] = {}
        for row in PANELS:
            if row.area != "centre":
                dock = Dock(theme_source, row.title, row.widths, window)
                dock.setObjectName(f"{row.name}Dock")
                window.addDockWidget(AREAS[row.area], dock)
                self.docks[row.name] = dock
        theme_source.metrics_changed.connect(self.fit)

    def at(self, area: str) -> list[Dock]:
        """The docks whose first place is at that side."""
        return [self.docks[row.name] for row in PANELS if row.area == area]

    def fit(self) -> None:
        """Give docks the width of the present sizes, but leave alone what the user has dragged or floated."""
        for row in PANELS:
            dock = self.docks.get(row.name)
            if dock is None or dock.isFloating():
                continue
            untouched = dock.width() == self._given.get(row.name, dock.width())
            if untouched:
                width = self._first_width(row.area)
                self._given[row.name] = width
                self._window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)

    def take_up(self) -> bool:
        """Restore the layout of the last time. False: there is none, or it is of another version."""
        state = self._place.read("docks")
        if state.isEmpty() or not self._window.restoreState(state, VERSION):
            return False
        self._given = dict.fromkeys(self.docks, -1)  # as the user left them
        return True

    def keep(self) -> None:
        """Store the layout for the next time, unless it is the first one anyway."""
        touched = any(
            dock.isFloating() or dock.isHidden() or dock.width() != self._given.get(name)
            for name, dock in self.docks.items()
        )
        self._place.write("docks", self._window.saveState(VERSION) if touched else QByteArray())

    def reset(self) -> None:
        """Every dock back to its first place and width."""
        self._given.clear()
        for row in PANELS:
            dock = self.docks.get(row.name)
            if dock is not None:
                dock.setFloating(False)
                self._window.addDockWidget(AREAS[row.area], dock)
                dock.show()
        self.fit()

    def _first_width(self, area: str) -> int:
        metrics = self._theme_source.metrics
        width = metrics.left_dock if area == "left" else metrics.right_dock
        if self._window.width() < 1366:  # 1280 wide: both a little narrower, for the sake of the centre
            width -= 16
        return width


def dock_content(dock: Dock, panel: QWidget, tools: QWidget | None) -> None:
    """Put a panel into its dock, and its tools into the dock's head."""
    panel.setAutoFillBackground(True)  # the palette's Window is the docks' ground
    empty = dock.widget()
    dock.setWidget(panel)
    if tools is not None:
        dock.head.add_tool(tools)
    if empty is not None:
        empty.deleteLater()
