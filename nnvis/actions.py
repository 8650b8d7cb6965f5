"""Everything one can do from the keyboard or a menu: ACTIONS, one row per action.

From a row come the menu entry, the toolbar button's text and tooltip, the shortcut, the line in the command palette and
the line in the sheet of keys. `method` is a path from the main window; `enabled` says when it makes sense.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from nnvis.theme import ThemeSource
from nnvis.widgets.command_palette import Command

if TYPE_CHECKING:  # the table is read before NumPy is imported, so that the window shows at once
    from nnvis.session import Session

MENUS: Final = ("File", "Edit", "Network", "Run", "View", "Help")


@dataclass(frozen=True)
class ActionRow:
    """One action: its name for scripts, its words, its keys, what it calls, and when."""

    object_name: str
    text: str
    icon: str
    keys: tuple[str, ...]  # the first is shown
    tooltip: str
    method: str
    menu: str
    group: int  # a line is drawn between groups in a menu
    enabled: Callable[[Session], bool] | None = None  # None: as soon as the pages are there


def _idle(session: Session) -> bool:
    return session.state.name not in ("LOADING", "RUNNING")


def _running(session: Session) -> bool:
    return session.state.name == "RUNNING"


def _loaded(session: Session) -> bool:
    return session.state.name != "LOADING"


def _started(session: Session) -> bool:
    return session.state.name in ("RUNNING", "PAUSED")


def _has_history(session: Session) -> bool:
    return _loaded(session) and session.history.step > 0


def _looks_back(session: Session) -> bool:
    return _loaded(session) and not session.is_live


def _can_branch(session: Session) -> bool:
    return _looks_back(session) and not session.has_other_layers


def _can_undo(session: Session) -> bool:
    return session.can_undo


def _can_redo(session: Session) -> bool:
    return session.can_redo


def _layer_selected(session: Session) -> bool:
    return session.selected_layer is not None


def _layer_can_rise(session: Session) -> bool:
    return bool(session.selected_layer)


def _layer_can_sink(session: Session) -> bool:
    return session.selected_layer is not None and session.selected_layer + 1 < len(session.project.layers)


ACTIONS: Final = (
    ActionRow("newAction", "New project", "", ("Ctrl+N",),
              "Start again with the first network on MNIST.", "files.new", "File", 0),
    ActionRow("openAction", "Open …", "", ("Ctrl+O",),
              "Open a project file.", "files.open", "File", 0),
    ActionRow("saveAction", "Save", "", ("Ctrl+S",),
              "Save the project: layers, loss, optimizer, data and training recipe.", "files.save", "File", 1),
    ActionRow("saveAsAction", "Save as …", "", ("Ctrl+Shift+S",),
              "Save the project under another name.", "files.save_as", "File", 1),
    ActionRow("saveNetworkAction", "Save network …", "", ("Ctrl+Alt+S",),
              "Save the trained network with its project and its curves, to go on with it later.",
              "files.save_network", "File", 1, _has_history),
    ActionRow("exportNetworkAction", "Export network …", "", (),
              "Write the trained network as a NumPy, Keras or PyTorch program, or as an ONNX file.",
              "files.export_network", "File", 1, _has_history),
    ActionRow("quitAction", "Quit", "", ("Ctrl+Q",),
              "Close the window. A run in progress is stopped.", "quit", "File", 2),
    ActionRow("undoAction", "Undo", "undo", ("Ctrl+Z",),
              "Take back the last change to the project.", "session.undo", "Edit", 0, _can_undo),
    ActionRow("redoAction", "Redo", "redo", ("Ctrl+Shift+Z", "Ctrl+Y"),
              "Make the change again that was taken back.", "session.redo", "Edit", 0, _can_redo),
    ActionRow("openPictureAction", "Picture for the canvas …", "load-image", (),
              "Read a digit from a picture file: a photo of paper, a scan, a screenshot.",
              "panels.draw.pictures.open_file", "Edit", 1, _loaded),
    ActionRow("randomImageAction", "Random test image", "", (),
              "Put an image onto the canvas that the network was never trained on.",
              "panels.draw.pictures.show_random", "Edit", 1, _loaded),
    ActionRow("misreadImageAction", "Misread test image", "", (),
              "Put a test image onto the canvas that the network, as it is now, takes for another class.",
              "panels.draw.pictures.show_misread", "Edit", 1, _loaded),
    ActionRow("addLayerAction", "Add layer …", "add", (),
              "Choose a layer to put into the stack.", "panels.network.add_layer", "Network", 0),
    ActionRow("templatesAction", "Templates …", "layer-conv2d", (),
              "Start from a network that is worth studying.", "panels.network.open_templates", "Network", 0),
    ActionRow("duplicateLayerAction", "Duplicate layer", "duplicate", (),
              "Put a copy behind the selected layer.", "layers.duplicate", "Network", 1, _layer_selected),
    ActionRow("deleteLayerAction", "Delete layer", "delete", (),
              "Take the selected layer out of the stack.", "layers.remove", "Network", 1, _layer_selected),
    ActionRow("moveLayerUpAction", "Move layer up", "chevron-up", (),
              "Move the selected layer towards the input.", "layers.move_up", "Network", 2, _layer_can_rise),
    ActionRow("moveLayerDownAction", "Move layer down", "chevron-down", (),
              "Move the selected layer towards the output.", "layers.move_down", "Network", 2, _layer_can_sink),
    ActionRow("imagesAction", "Images …", "", (),
              "Leaf through the images of the data set, class by class.", "panels.network.open_images", "Network", 3),
    ActionRow("summaryAction", "Summary …", "", (),
              "Show the network as a table that can be copied.", "panels.network.open_summary", "Network", 3),
    ActionRow("settingsAction", "Settings …", "", ("Ctrl+,",),
              "Choose theme, motion, memory and which hints are shown.", "preferences.open", "Edit", 2),
    ActionRow("trainAction", "Train", "train", ("Space",),
              "Train for the epochs set in Training.", "session.train", "Run", 0, _idle),
    ActionRow("pauseAction", "Pause", "pause", ("Space",),
              "Pause after this batch.", "session.pause", "Run", 0, _running),
    ActionRow("trainUntilAction", "Train until …", "until", ("Shift+Space",),
              "Train until an epoch, a loss, an accuracy or for some time, then pause.", "panels.learn.open_until",
              "Run", 0, _loaded),
    ActionRow("stepBatchAction", "Batch", "step-batch", ("Right",),
              "Train on one batch, then pause.", "session.step_batch", "Run", 1, _loaded),
    ActionRow("stepEpochAction", "Epoch", "step-epoch", ("Shift+Right",),
              "Train to the end of this epoch, then pause.", "session.step_epoch", "Run", 1, _loaded),
    ActionRow("stopAction", "Stop", "stop", ("Esc",),
              "End the run. The trained network stays.", "session.stop", "Run", 2, _started),
    ActionRow("resetAction", "Reset", "reset", ("Ctrl+R",),
              "New random weights from the seed.", "session.reset", "Run", 2, _has_history),
    ActionRow("reseedAction", "Re-seed", "reseed", ("Ctrl+Shift+R",),
              "Begin again with other random weights: the next seed.", "session.reseed", "Run", 2, _loaded),
    ActionRow("slowerAction", "Slower", "", (",",),
              "Train at half the pace, to watch single updates.", "speed.slower", "Run", 3, _loaded),
    ActionRow("fasterAction", "Faster", "", (".",),
              "Train at twice the pace, in the end as fast as it goes.", "speed.faster", "Run", 3, _loaded),
    ActionRow("earlierAction", "Look back", "", ("Alt+Left",),
              "Show the network as it was a moment before.", "session.look_earlier", "Run", 4, _has_history),
    ActionRow("laterAction", "Look ahead", "", ("Alt+Right",),
              "Show the network as it was a moment later.", "session.look_later", "Run", 4, _looks_back),
    ActionRow("liveAction", "Back to live", "", ("Alt+End",),
              "Show the present again.", "session.look_live", "Run", 4, _looks_back),
    ActionRow("branchAction", "Branch from here", "branch", ("Ctrl+B",),
              "Start a new run from the weights that are shown.", "session.branch", "Run", 4, _can_branch),
    ActionRow("resetLayoutAction", "Reset layout", "", (),
              "Put every panel back to its first place and size.", "reset_layout", "View", 1),
    ActionRow("themeAction", "Dark or light", "theme", ("Ctrl+T",),
              "Change between the dark and the light theme.", "toggle_theme", "View", 2),
    ActionRow("fullScreenAction", "Full screen", "", ("F11",),
              "Give the whole screen to the window, and back.", "toggle_full_screen", "View", 3),
    ActionRow("paletteAction", "Search actions", "search", ("Ctrl+K",),
              "Find anything the program can do, and do it.", "open_palette", "Help", 0),
    ActionRow("explainAction", "Explain this", "help", ("F1",),
              "Open the theory page about what is pointed at.", "explain_here", "Help", 0),
    ActionRow("keysAction", "All keys", "help", ("?",),
              "Show all keys on one sheet.", "open_key_sheet", "Help", 0),
    ActionRow("aboutAction", "About nnvis", "", (),
              "Version, licence, and where the program keeps its files.", "open_about", "Help", 1),
)  # fmt: skip


KEYS_ELSEWHERE: Final = {
    "Layers": (
        ("Choose a layer", ("↑", "↓")), ("Open its form", ("Enter",)), ("Add a layer", ("Ins",)),
        ("Duplicate it", ("Ctrl D",)), ("Delete it", ("Del",)), ("Move it", ("Alt ↑", "Alt ↓")),
        ("Rename it", ("F2",)), ("Leave it out", ("Ctrl E",)), ("Cut, copy, paste", ("Ctrl X", "Ctrl C", "Ctrl V")),
    ),
    "Diagram": (("Walk the units", ("↑", "↓", "←", "→")), ("Select the layer", ("Enter",)), ("Let go", ("Esc",))),
    "Learn": (
        ("Log scale", ("L",)), ("Smooth the curves", ("S",)), ("Walk along a chart", ("←", "→")),
        ("Zoom", ("+", "−")), ("Show all", ("0",)),
    ),
    "Microscope": (
        ("Next and previous stop", ("→", "←")), ("The same at the next layer", ("Shift →", "Shift ←")),
        ("Input, update", ("Home", "End")), ("BP1 to BP4", ("1", "2", "3", "4")), ("Image of the batch", ("↑", "↓")),
        ("All images", ("A",)), ("Life of a weight", ("W",)), ("The long way", ("L",)),
        ("Gradient check, backward flow", ("G", "B")), ("Numbers in cells", ("N",)), ("Square-root colours", ("M",)),
        ("Copy number, array, equation", ("Ctrl C",)),
        ("Change a number, reset", ("E", "R")), ("Play", ("Space",)), ("The function that ran", ("F2",)),
        ("Close, release", ("Esc",)),
    ),
    "Draw": (("Take back a stroke", ("Ctrl Z",)), ("Clear", ("Del",)), ("Paste a picture", ("Ctrl V",))),
}  # fmt: skip
"""Keys that a panel answers itself while it has the focus; for the sheet of keys."""


class ActionSet(QObject):
    """The window's QActions, made from the table: found by name, enabled by the session's state."""

    def __init__(self, window: QMainWindow, theme_source: ThemeSource) -> None:
        super().__init__(window)
        self._window = window
        self._theme_source = theme_source
        self._rows = {row.object_name: row for row in ACTIONS}
        self._actions = {row.object_name: self._made(row) for row in ACTIONS}
        theme_source.theme_changed.connect(self._tint)
        self._tint()
        self.refresh(None)

    def __call__(self, name: str) -> QAction:
        """The action of that object name."""
        return self._actions[name]

    def icon_name(self, name: str) -> str:
        """The name of its icon."""
        return self._rows[name].icon

    def fill_menus(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Put every action into its menu; returns the menus by title."""
        menus = {title: bar.addMenu(title) for title in MENUS}
        group: dict[str, int] = {}
        for name, row in self._rows.items():
            menu = menus[row.menu]
            if group.setdefault(row.menu, row.group) != row.group:
                menu.addSeparator()
                group[row.menu] = row.group
            menu.addAction(self._actions[name])
        return menus

    def refresh(self, session: Session | None) -> None:
        """Enable what makes sense now. Without a session the pages are not there yet, and only Quit is."""
        possible = {
            name: (session is not None and (row.enabled is None or row.enabled(session))) or name == "quitAction"
            for name, row in self._rows.items()
        }
        changed = [name for name, is_possible in possible.items() if self._actions[name].isEnabled() != is_possible]
        # What becomes possible first: when a button with the focus is disabled, Qt looks for another one at once.
        for name in sorted(changed, key=lambda name: not possible[name]):
            self._actions[name].setEnabled(possible[name])
        if session is not None:
            self("undoAction").setText(f"Undo {session.undo_text}" if session.can_undo else "Undo")
            self("redoAction").setText(f"Redo {session.redo_text}" if session.can_redo else "Redo")

    def commands(self) -> list[Command]:
        """All of them as lines of the command palette."""
        return [
            Command(self._actions[name], row.menu, " ".join(shown_keys(key) for key in row.keys[:1]), row.icon)
            for name, row in self._rows.items() if name != "paletteAction"
        ]

    def keys(self) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        """What has a key, by menu, for the sheet of keys."""
        groups: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for row in ACTIONS:
            if row.keys:
                words = row.text.removesuffix(" …")
                groups.setdefault(row.menu, []).append((words, tuple(shown_keys(key) for key in row.keys)))
        return groups

    def _made(self, row: ActionRow) -> QAction:
        action = QAction(row.text, self._window)
        action.setObjectName(row.object_name)
        action.setShortcuts([QKeySequence(key) for key in row.keys])
        keys = f" ({shown_keys(row.keys[0])})" if row.keys else ""
        action.setToolTip(f"{row.tooltip.removesuffix('.')}{keys}.")
        action.setStatusTip("")
        action.setIconVisibleInMenu(False)
        action.triggered.connect(lambda _checked=False, method=row.method: attrgetter(method)(self._window)())
        self._window.addAction(action)
        return action

    def _tint(self) -> None:
        for name, row in self._rows.items():
            if row.icon:
                self._actions[name].setIcon(self._theme_source.icon(row.icon))


def shown_keys(key: str) -> str:
    """A key as the window writes it: `Shift+Right` becomes `Shift →`."""
    text = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    for word, arrow in (("Right", "→"), ("Left", "←"), ("Up", "↑"), ("Down", "↓")):
        text = text.replace(word, arrow)
    return text.replace("+", " ") if len(text) > 1 else text
