"""The window: menus, toolbar, docks, pages and status line, and how they follow the Session.

It is made in two steps, so that it shows at once: first the frame, which needs only Qt; then `furnish` brings the
Session and the panels, and with them NumPy and pyqtgraph.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QCursor, QDragEnterEvent, QDropEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from nnvis.about import about_box
from nnvis.actions import KEYS_ELSEWHERE, ActionSet
from nnvis.dock_folding import DockFolding
from nnvis.dock_layout import DockLayout, dock_content
from nnvis.help_topics import names_around, topic_of
from nnvis.menus import Menus
from nnvis.panels import PANELS
from nnvis.run_text import STARTING, past_text, run_text, saved_text, status_text
from nnvis.settings import Settings, WindowPlace
from nnvis.theme import Mode, ThemeSource
from nnvis.widgets.banner import BannerAction, BannerMessage
from nnvis.widgets.command_palette import Command, CommandPalette
from nnvis.widgets.dropped_file import dropped_file
from nnvis.widgets.focus_order import order_focus
from nnvis.widgets.foot_bar import FootBar
from nnvis.widgets.key_policy import keep_keys
from nnvis.widgets.key_sheet import KeySheet
from nnvis.widgets.live_label import READABLE_MS
from nnvis.widgets.pages import Pages
from nnvis.widgets.run_toolbar import RunToolbar
from nnvis.widgets.status_line import StatusLine

if TYPE_CHECKING:  # these bring NumPy
    from nnvis.layer_commands import LayerCommands
    from nnvis.messages import Message
    from nnvis.preferences import Preferences
    from nnvis.project_files import ProjectFiles
    from nnvis.session import Session

SMALLEST: Final = QSize(1220, 640)
PALETTE_TOP: Final = 80  # below the toolbar
DESIGNED: Final = QSize(1366, 768)  # the first window is this large, or most of a larger screen


class MainWindow(QMainWindow):
    """The one window. `session` is everything it shows; closing it ends the worker and every timer."""

    session: Session
    files: ProjectFiles
    layers: LayerCommands
    preferences: Preferences
    closed = Signal()

    def __init__(self, theme_source: ThemeSource, settings: Settings, place: WindowPlace) -> None:
        super().__init__()
        self.theme_source = theme_source
        self.settings = settings
        self._place = place
        self.panels = SimpleNamespace()  # by name, once they are made
        self._is_furnished = False
        self._shown = QElapsedTimer()  # since the words about the run were renewed
        self.setObjectName("mainWindow")
        self.setWindowTitle("nnvis")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAcceptDrops(True)
        self.setMinimumSize(SMALLEST)
        self._actions = ActionSet(self, theme_source)
        self._toolbar = RunToolbar(theme_source, self._actions, self._actions.icon_name)
        self._toolbar.show_run(STARTING, "")
        self.addToolBar(self._toolbar)
        self.speed = self._toolbar.speed
        self._pages = Pages(theme_source)
        self._page_numbers = {row.name: self._pages.add_page(row.title) for row in PANELS if row.area == "centre"}
        self._foot = FootBar()
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, self._foot)
        self._layout = DockLayout(self, theme_source, place)
        self._folding = DockFolding(self._layout, self._pages, theme_source)
        self.setCentralWidget(self._folding.centre)
        self._status = StatusLine(theme_source)
        self.setStatusBar(self._status)
        self._menus = Menus(self, theme_source, self._actions, self._panel_toggles())
        self._menus.show_themes(self.set_theme)
        self._palette = CommandPalette(theme_source, self, PALETTE_TOP)
        self._clock = QTimer(self, interval=5000)  # "saved 8 s ago" grows older
        self._clock.timeout.connect(self._show_project)
        self._take_place()
        self._pages.setFocus()
        self.installEventFilter(self)

    def furnish(self, session: Session, files: ProjectFiles) -> None:
        """Fill the frame with the panels, and follow `session` from now on."""
        from nnvis.layer_commands import LayerCommands

        self.session, self.files, self.layers = session, files, LayerCommands(session)
        for row in PANELS:
            panel = row.make(session, self.theme_source)
            setattr(self.panels, row.name, panel)
            tools = getattr(panel, "tools", None)
            if row.area == "centre":
                self._pages.fill(self._page_numbers[row.name], panel, tools)
            elif row.area == "foot":
                self._foot.addWidget(panel)
            else:
                dock_content(self._layout.docks[row.name], panel, tools)
        self.panels.theory.show_read(self.settings.get("theory_read"))
        self.panels.theory.read_changed.connect(lambda topics: self.settings.set("theory_read", topics))
        self._is_furnished = True
        for signal in (
            session.state_changed, session.moment_changed, session.history_cleared,
            session.dataset_changed, session.selected_layer_changed, session.project_changed,
        ):  # fmt: skip
            signal.connect(self._show_run)
        session.snapshot_arrived.connect(self._on_snapshot_arrived)
        session.history_cleared.connect(self._order_focus)  # each layer of a new network has its own charts
        session.project_changed.connect(self._show_project)
        session.message_posted.connect(self.show_message)
        session.stop_asked.connect(lambda _name: self._pages.show_page(self._page_numbers["microscope"]))
        session.topic_asked.connect(lambda name: self.open_theory(topic_of([name])))
        session.message_cleared.connect(self._pages.banner.clear)
        self._pages.banner.closed.connect(session.clear_message)
        self._toolbar.speed_changed.connect(session.set_speed)
        files.changed.connect(self._on_files_changed)
        self._menus.open_examples(files.open_example)
        self._clock.start()
        self._on_files_changed()
        self._show_run()
        self._order_focus()

    def show_message(self, message: Message) -> None:
        """Put a message into the banner. A fault of ours offers its report for copying."""
        actions = [BannerAction(each.label, each.callback, each.primary) for each in message.actions]
        if message.report:
            actions.append(BannerAction("Copy report", lambda: QGuiApplication.clipboard().setText(message.report)))
        self._pages.banner.post(BannerMessage(message.kind, message.title, message.text, tuple(actions)))

    def show_fault(self, error: BaseException, doing: str) -> None:
        """Say that the program itself went wrong; the run and the window go on."""
        from nnvis.messages import unexpected

        self.show_message(unexpected(error, doing))

    # --- what the table's actions call ------------------------------------------------------------------------------

    def quit(self) -> None:
        """Close the window, unless something unsaved is to be kept."""
        if not self._is_furnished or self.files.may_discard():
            self.close()

    def open_palette(self) -> None:
        """Open the command palette."""
        toggles = [Command(action, "View") for action in self._panel_toggles()]
        self._palette.offer([*self._actions.commands(), *self._menus.example_commands(), *toggles])

    def explain_here(self) -> None:
        """Open the theory page about what the mouse points at, or else what has the focus."""
        self.open_theory(topic_of(self._names_here()))

    def open_theory(self, topic: str) -> None:
        """Bring that page of the theory to the front."""
        self.panels.theory.open(topic)
        self._pages.show_page(self._page_numbers["theory"])

    def open_key_sheet(self) -> None:
        """Show all keys."""
        KeySheet(self.theme_source, {**self._actions.keys(), **KEYS_ELSEWHERE}, self).open()

    def open_about(self) -> None:
        """Say what this is, and where it keeps its files."""
        about_box(self).open()

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back to a window."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def toggle_theme(self) -> None:
        """Change between dark and light, and stay there."""
        self.set_theme("light" if self.theme_source.theme.is_dark else "dark")

    def set_theme(self, mode: Mode) -> None:
        """Choose the theme, or let the system choose."""
        self.theme_source.set_mode(mode)
        self.settings.set("theme", mode)

    def reset_layout(self) -> None:
        """Put every panel back to its first place and size."""
        self._layout.reset()

    # --- what the session says --------------------------------------------------------------------------------------

    def _on_snapshot_arrived(self) -> None:
        if not self._shown.isValid() or self._shown.hasExpired(READABLE_MS):
            self._show_run()

    def _show_run(self) -> None:
        self._shown.start()
        session = self.session
        with self._toolbar.focus_kept():
            self._actions.refresh(session)
            self._toolbar.show_run(run_text(session), "pauseAction" if session.is_training else "trainAction")
        self._status.say(status_text(session), session.project.seed)
        self._pages.say_past(past_text(session))

    def _on_files_changed(self) -> None:
        self._menus.show_recent(self.files.recent, self.files.open_path)
        self._show_project()

    def _show_project(self) -> None:
        session, path = self.session, self.session.project_path
        name = path.stem if path else session.project.name
        saved = saved_text(path is not None, session.is_modified, self.files.seconds_since_save)
        self._menus.show_project(f"{name} · {saved}")
        self.setWindowTitle(f"{name}[*] – nnvis")
        self.setWindowModified(session.is_modified)

    # --- what Qt says -----------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fields keep the keys they need; docks that are dragged keep their width.

        The window filters its own events and leaves `event` to Qt: a Python method there would hold the interpreter
        while the whole window is painted, and training would wait for it.
        """
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            self._layout.watch(event)
        return keep_keys(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Small windows get the compact sizes, large ones the large."""
        super().resizeEvent(event)
        self.theme_source.fit_window(event.size().width(), event.size().height())
        self._layout.fit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A single local file or folder may be dropped anywhere: a project is opened, images become the data."""
        if self._is_furnished and dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the dropped project, or learn from the dropped images."""
        path = dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.files.open_dropped(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the run. A user is asked about changes that are in no file; a script that calls close() is not."""
        if self._is_furnished and event.spontaneous() and not self.files.may_discard():
            event.ignore()
            return
        self._clock.stop()
        self._place.write("geometry", self.saveGeometry())
        self._folding.unfold()
        self._layout.keep()
        if self._is_furnished:
            self.files.end()
            self.session.shutdown()
        event.accept()
        self.closed.emit()

    def _take_place(self) -> None:
        room = QGuiApplication.primaryScreen().availableSize()
        self.resize(DESIGNED.expandedTo(room * 0.85))
        self.restoreGeometry(self._place.read("geometry"))
        self._layout.take_up()

    def _order_focus(self) -> None:
        order_focus([self._toolbar, *self._layout.at("left"), self._pages, *self._layout.at("right"), self._foot])

    def _names_here(self) -> list[str]:
        pointed = QApplication.widgetAt(QCursor.pos())
        start = pointed if pointed is not None and pointed.window() is self else self.focusWidget()
        selected = self.session.selected_layer
        kind = "" if selected is None else type(self.session.project.layers[selected]).__name__
        return [kind if name == "layerStack" else name for name in names_around(start)]

    def _panel_toggles(self) -> list[QAction]:
        return [dock.toggleViewAction() for dock in self._layout.docks.values()]
