"""The menu bar: the table's actions, and the entries that come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu

from nnvis.actions import ActionSet
from nnvis.examples import EXAMPLES
from nnvis.theme import Mode, ThemeSource
from nnvis.widgets.command_palette import Command
from nnvis.widgets.labels import text_label

THEMES: Final[dict[Mode, str]] = {"system": "As the system", "dark": "Dark", "light": "Light"}


class Menus(QObject):
    """File, Edit, Network, Run, View, Help; at the right, which project this is and how old its file."""

    def __init__(
        self, window: QMainWindow, theme_source: ThemeSource, actions: ActionSet, panels: Iterable[QAction]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._theme_source = theme_source
        height = theme_source.metrics.menu
        self._corner = text_label("", "caption", "faint")
        self._corner.setContentsMargins(0, 0, 14, 0)
        self._corner.setFixedHeight(height)
        window.menuBar().setFixedHeight(height)
        window.menuBar().setCornerWidget(self._corner)
        self._menus = actions.fill_menus(window.menuBar())
        self.recent = QMenu("Open recent", window)
        self.recent.setToolTipsVisible(True)
        self._menus["File"].insertMenu(actions("saveAction"), self.recent)
        self.examples = self._example_menu()
        self._menus["File"].insertMenu(actions("saveAction"), self.examples)
        self._menus["File"].insertSeparator(actions("saveAction"))
        view, first = self._menus["View"], actions("resetLayoutAction")
        for action in panels:
            view.insertAction(first, action)
        self.themes = QMenu("Theme", window)
        view.insertMenu(actions("themeAction"), self.themes)

    def show_project(self, text: str) -> None:
        """Say at the right which project this is."""
        if text != self._corner.text():
            self._corner.setText(text)
            self._window.menuBar().setCornerWidget(self._corner)  # the menu bar measures its corner only when it is set

    def show_themes(self, choose: Callable[[Mode], None]) -> None:
        """Fill the choice of themes, with a mark at the one in force."""
        group = QActionGroup(self.themes)
        for mode, words in THEMES.items():
            action = group.addAction(words)
            action.setCheckable(True)
            action.setData(mode)
            self.themes.addAction(action)
        group.triggered.connect(lambda action: choose(action.data()))
        self.themes.aboutToShow.connect(self._mark)

    def show_recent(self, paths: Iterable[Path], open_path: Callable[[Path], None]) -> None:
        """Fill the recent projects."""
        self.recent.clear()
        for path in paths:
            action = self.recent.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _checked=False, path=path: open_path(path))
        self.recent.setEnabled(not self.recent.isEmpty())

    def _example_menu(self) -> QMenu:
        """The examples that come with the program, with a sentence each in a second column."""
        menu = QMenu("Open example", self._window)
        menu.setObjectName("exampleMenu")
        for example in EXAMPLES:
            action = menu.addAction(f"{example.title}\t{example.sentence}")
            action.setData(str(example.path))
            action.setToolTip(example.sentence)
        return menu

    def open_examples(self, open_path: Callable[[Path], None]) -> None:
        """Say what opens an example."""
        self.examples.triggered.connect(lambda action: open_path(Path(action.data())))

    def example_commands(self) -> list[Command]:
        """The examples as lines of the command palette."""
        return [Command(action, "Open example") for action in self.examples.actions()]

    def _mark(self) -> None:
        for action in self.themes.actions():
            action.setChecked(action.data() == self._theme_source.mode)
