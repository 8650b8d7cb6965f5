"""Where the docks stand: their first places and widths, and how the last layout is taken up again."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt
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
        self._chosen: set[str] = set()  # docks whose width the user has chosen
        self._before: dict[str, int] = {}  # widths when the mouse was pressed
        self.docks: dict[str, Dock] = {}
        for row in PANELS:
            if row.area in AREAS:
                dock = Dock(theme_source, row.title, row.widths, window, row.floats)
                dock.setObjectName(f"{row.name}Dock")
                window.addDockWidget(AREAS[row.area], dock)
                self.docks[row.name] = dock
        theme_source.metrics_changed.connect(self.fit)

    def at(self, area: str) -> list[Dock]:
        """The docks whose first place is at that side."""
        return [self.docks[row.name] for row in PANELS if row.area == area]

    def fit(self) -> None:
        """Give docks the width of the present sizes, but leave alone those whose width the user has chosen."""
        free = [row for row in PANELS if row.area in AREAS and row.name not in self._chosen]
        docks = [self.docks[row.name] for row in free]
        self._window.resizeDocks(docks, [self._first_width(row.area) for row in free], Qt.Orientation.Horizontal)

    def watch(self, event: QEvent) -> None:
        """Shown where the window itself is pressed and released: between docks, where they are dragged wider."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self._before = {name: dock.width() for name, dock in self.docks.items()}
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._chosen |= {name for name, width in self._before.items() if width != self.docks[name].width()}

    def take_up(self) -> None:
        """Restore the layout of the last time, if there is one of this version."""
        state = self._place.read("docks")
        if not state.isEmpty() and self._window.restoreState(state, VERSION):
            self._chosen = set(self.docks)

    def keep(self) -> None:
        """Store the layout for the next time, unless it is the first one anyway."""
        def is_moved(dock: Dock, side: Qt.DockWidgetArea) -> bool:
            shown = dock.toggleViewAction().isChecked()
            return dock.isFloating() or not shown or self._window.dockWidgetArea(dock) != side

        moved = any(is_moved(dock, side) for area, side in AREAS.items() for dock in self.at(area))
        self._place.write("docks", self._window.saveState(VERSION) if moved or self._chosen else QByteArray())

    def reset(self) -> None:
        """Every dock back to its first place and width."""
        self._chosen.clear()
        for area, side in AREAS.items():
            for dock in self.at(area):
                dock.setFloating(False)
                self._window.addDockWidget(side, dock)
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
