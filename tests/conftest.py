"""What every test may rely on: no screen, no real home, the same random numbers, and a clean floor afterwards.

Tests of `core` run without Qt; everything here that knows Qt wakes up only for tests outside tests/core.
"""

from __future__ import annotations

import gc
import itertools
import os
import random
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Before anything imports Qt: no window may appear, and no setting of the desktop may reach a test.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
os.environ["LC_ALL"] = "C.UTF-8"
for _name in ("QT_SCALE_FACTOR", "QT_SCREEN_SCALE_FACTORS", "QT_STYLE_OVERRIDE", "QT_QPA_PLATFORMTHEME", "LANGUAGE"):
    os.environ.pop(_name, None)

import hypothesis  # noqa: E402  (as numpy below: after the environment, which both may look at)
import numpy as np  # noqa: E402
import pytest  # noqa: E402

CORE_TESTS = Path(__file__).parent / "core"
GRACE_SECONDS = 1.0  # a thread that has been told to stop may take this long to do so

# The ordinary run is the same every time; `--hypothesis-profile=explore` looks for new examples.
hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("fixed")


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Let the Qt settings in pyproject.toml stand without pytest-qt, too: tests of core need neither it nor Qt."""
    if not pluginmanager.hasplugin("pytest-qt"):
        for name in ("qt_api", "qt_log_level_fail", "qt_log_ignore"):
            parser.addini(name, "used by pytest-qt", type="linelist" if name == "qt_log_ignore" else "string")


@pytest.fixture
def rng() -> np.random.Generator:
    """A fresh random generator, the same for every test."""
    return np.random.default_rng(20240229)


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names for the homes of all tests. `mktemp` itself looks through all that it made before, which takes its time."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _isolated(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test an empty home and reseed the global random generators."""
    home = next(_homes)
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    random.seed(0)
    np.random.seed(0)  # only in case somebody uses it: the house rule is a Generator
    if "PySide6.QtCore" in sys.modules:
        from PySide6.QtCore import QSettings, QStandardPaths

        QStandardPaths.setTestModeEnabled(True)
        # QSettings looks at the environment once in a process, so it is told again for each test.
        for kind in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
            QSettings.setPath(kind, QSettings.Scope.UserScope, str(home / "config"))


@pytest.fixture(autouse=True)
def _clean_floor(request: pytest.FixtureRequest, _isolated: None) -> Iterator[None]:
    """Fail a test that leaves a thread, a running timer or a window behind.

    Being the first fixture that is set up, it is the last to be torn down: what remains then is a leak.
    """
    with_qt = CORE_TESTS not in request.path.parents
    if with_qt:
        _watch_qt()
    threads_before = set(threading.enumerate())
    windows_before = set(_windows())
    yield
    left = _left_threads(threads_before)
    if with_qt:
        left += _left_qt_threads() + _left_timers() + _left_windows(windows_before)
    # A test that failed already holds its objects in its traceback: the first failure is the one to read.
    if left and not request.node.stash.get(FAILED, False):
        pytest.fail("left behind: " + "; ".join(left), pytrace=False)


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Qt messages are errors while a test is torn down, too: pytest-qt reads them only until the test's end."""
    if "PySide6.QtCore" not in sys.modules:
        return (yield)
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    messages: list[str] = []
    harmless = (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
    ignored = item.config.getini("qt_log_ignore")

    def keep(kind: Any, _context: Any, text: str) -> None:
        if kind not in harmless and not any(part in text for part in ignored):
            messages.append(text)

    previous = qInstallMessageHandler(keep)
    try:
        result = yield
    finally:
        qInstallMessageHandler(previous)
    if messages and not item.stash.get(FAILED, False):
        pytest.fail("Qt said during the tear-down: " + "; ".join(messages), pytrace=False)
    return result


_started_timers: weakref.WeakSet[Any] = weakref.WeakSet()
_started_qt_threads: weakref.WeakSet[Any] = weakref.WeakSet()


def _watch_qt() -> None:
    """Remember each QTimer and QThread that is started: Qt itself offers no list of them."""
    from PySide6.QtCore import QThread, QTimer

    for kind, started in ((QTimer, _started_timers), (QThread, _started_qt_threads)):
        if hasattr(kind.start, "watched"):
            continue

        def start(self: Any, *args: Any, _start: Any = kind.start, _started: Any = started, **named: Any) -> Any:
            _started.add(self)
            return _start(self, *args, **named)

        start.watched = True  # type: ignore[attr-defined]
        kind.start = start  # type: ignore[method-assign]


def _left_threads(before: set[threading.Thread]) -> list[str]:
    left = []
    for thread in set(threading.enumerate()) - before:
        # A QThread that runs Python shows up as a dummy that never ends; it is looked at as a QThread.
        if not isinstance(thread, threading._DummyThread):
            thread.join(GRACE_SECONDS)
            if thread.is_alive():
                left.append(f"thread {thread.name!r}")
    return left


def _left_qt_threads() -> list[str]:
    from PySide6.QtCore import QThreadPool
    from shiboken6 import isValid

    left = []
    for thread in [one for one in _started_qt_threads if isValid(one) and one.isRunning()]:
        if not thread.wait(round(GRACE_SECONDS * 1000)):
            left.append(f"QThread {type(thread).__name__} {thread.objectName()!r}")
            thread.requestInterruption()
            thread.quit()
            thread.wait(round(GRACE_SECONDS * 1000))  # destroyed while it runs, it would abort the whole run
    if QThreadPool.globalInstance().activeThreadCount():
        left.append("a task in the global QThreadPool")
    return left


def _left_timers() -> list[str]:
    from shiboken6 import isValid

    def running() -> list[Any]:
        return [timer for timer in _started_timers if isValid(timer) and timer.isActive()]

    if running():
        _let_go()
    left = []
    for timer in running():
        owner = timer.parent()
        left.append(f"QTimer {timer.objectName()!r} of {type(owner).__name__} every {timer.interval()} ms")
        timer.stop()
    return left


def _windows() -> list[Any]:
    """All windows that nobody owns: menus, dialogs and the like go with the one they belong to."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    if not widgets or not widgets.QApplication.instance():
        return []
    return [window for window in widgets.QApplication.topLevelWidgets() if window.parent() is None]


def _left_windows(before: set[Any]) -> list[str]:
    if set(_windows()) - before:
        _let_go()
    left = []
    for window in set(_windows()) - before:
        # A tooltip is made by Qt, which hides it in its own time.
        if window.metaObject().className() != "QTipLabel":
            left.append(f"window {type(window).__name__} {window.objectName()!r}")
        window.close()
        window.deleteLater()
    return left


def _let_go() -> None:
    """Delete what waits to be deleted: cycles, and objects of which deleteLater was asked."""
    from PySide6.QtCore import QCoreApplication, QEvent

    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
