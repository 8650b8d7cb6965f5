"""The composition root: the application, its look, the session and the window, put together here and nowhere else."""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from nnvis.fault import FaultHooks, watch_for_crashes
from nnvis.main_window import MainWindow
from nnvis.paths import data_folder
from nnvis.qt_version import refuse_bad_pair
from nnvis.settings import Settings, WindowPlace
from nnvis.theme import ThemeSource

SWITCH_SECONDS = 0.001  # the interpreter lets the window's thread in this often; 0.005 made redraws three times as late


def create(argv: Sequence[str] | None = None) -> tuple[QApplication, MainWindow]:
    """Build everything without entering the event loop; the window is complete but not shown yet."""
    app, window = frame(argv)
    furnish(window)
    return app, window


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program: show the frame, fill it, and stay until the window is closed. Returns the exit code."""
    crash_log = watch_for_crashes(data_folder())
    app, window = frame(argv)
    _Furnisher(window)
    window.show()
    code = app.exec()
    if crash_log is not None:
        crash_log.flush()
    return code


class _Furnisher(QObject):
    """Waits until the frame has been painted once, then fills it. A timer alone would come before the screen does."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.winId()  # makes the native window, whose first exposure is waited for
        window.windowHandle().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window paints itself while it handles its exposure; what is queued here comes after."""
        if event.type() == QEvent.Type.Expose:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._furnish)
        return False

    def _furnish(self) -> None:
        furnish(self._window)


def frame(argv: Sequence[str] | None = None) -> tuple[QApplication, MainWindow]:
    """The application and the empty window. Neither NumPy nor pyqtgraph is imported yet."""
    refuse_bad_pair()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read once, when NumPy is imported; more threads are slower
    sys.setswitchinterval(SWITCH_SECONDS)
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(list(argv or sys.argv[:1]))
    app.setApplicationName("nnvis")
    app.setApplicationDisplayName("nnvis")
    folder = data_folder()
    settings = Settings(folder / "settings.json")
    theme_source = ThemeSource(settings.get("theme"), app)
    theme_source.apply(app)
    window = MainWindow(theme_source, settings, WindowPlace(folder / "window.ini"))
    theme_source.dress(window)
    return app, window


def furnish(window: MainWindow) -> None:
    """Bring the session and the panels into the window."""
    from nnvis.autosave import Autosave
    from nnvis.preferences import Preferences
    from nnvis.project_files import ProjectFiles
    from nnvis.session import Session

    session = Session(window)
    try:
        autosave = Autosave(session, data_folder() / "autosave", window)
        window.furnish(session, ProjectFiles(window, session, window.settings, autosave))
        autosave.offer()
        window.preferences = Preferences(window, window.theme_source, window.settings, session, window.panels.learn)
    except BaseException:
        session.shutdown()  # a thread that still runs would abort the process before the reason could be read
        raise
    hooks = FaultHooks(data_folder() / "faults.log", window)
    hooks.fault_caught.connect(window.show_fault)
    hooks.install()
    linecache.clearcache()  # PySide reads the source of every module that is imported, and leaves 10 MB of it there
    window.closed.connect(hooks.uninstall)
