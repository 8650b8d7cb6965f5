"""The fixtures that fail an untidy test are tested too: a real pytest run with the real conftest and settings."""

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]

TESTS = '''
import threading
import warnings

from PySide6.QtCore import QObject, QThread, QTimer, qWarning
from PySide6.QtWidgets import QWidget

kept = []
release = threading.Event()


def test_tidy(qtbot):
    window, thread, timer = QWidget(), QThread(), QTimer()
    qtbot.addWidget(window)
    window.show()
    timer.start(1000)
    timer.stop()
    thread.start()
    thread.quit()
    assert thread.wait(1000)


def test_window_in_a_cycle(qapp):
    window = QWidget()
    window.itself = window


def test_leaves_window(qapp):
    kept.append(QWidget(objectName="forgotten"))


def test_leaves_timer(qapp):
    kept.append(QTimer())
    kept[-1].start(1000)


def test_leaves_timer_of_a_subclass(qapp):
    class Clock(QTimer):
        pass

    kept.append(Clock(interval=70))
    kept[-1].start()


def test_leaves_qthread(qapp):
    kept.append(QThread(objectName="busy"))
    kept[-1].start()


def test_leaves_thread():
    threading.Thread(target=release.wait, name="stuck", daemon=True).start()


def test_qt_message(qapp):
    qWarning("something is wrong")


def test_harmless_qt_message(qtbot):
    qWarning("This plugin does not support propagateSizeHints()")


def test_qt_message_at_the_end(qapp, request):
    request.addfinalizer(lambda: qWarning("too late"))


def test_warning():
    warnings.warn("old ways", DeprecationWarning)


def test_fails_first(qapp):
    kept.append(QWidget())
    raise ValueError("the reason")


def test_tidy_after_all():
    pass
'''

EXPECTED = {
    "test_tidy": "",
    "test_window_in_a_cycle": "",
    "test_leaves_window": "left behind: window QWidget 'forgotten'",
    "test_leaves_timer": "left behind: QTimer '' of NoneType every 1000 ms",
    "test_leaves_timer_of_a_subclass": "left behind: QTimer '' of NoneType every 70 ms",
    "test_leaves_qthread": "left behind: QThread QThread 'busy'",
    "test_leaves_thread": "left behind: thread 'stuck'",
    "test_qt_message": "something is wrong",
    "test_harmless_qt_message": "",
    "test_qt_message_at_the_end": "Qt said during the tear-down: too late",
    "test_warning": "DeprecationWarning: old ways",
    "test_fails_first": "ValueError: the reason",
    "test_tidy_after_all": "",
}


def test_an_untidy_test_fails_and_a_tidy_one_passes(pytester: pytest.Pytester) -> None:
    pytester.makeconftest((PROJECT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(test_untidy=TESTS)
    report = pytester.path / "report.xml"
    pytester.run(
        sys.executable, "-m", "pytest", "-c", PROJECT / "pyproject.toml", "-p", "no:cacheprovider",
        f"--junitxml={report}", "test_untidy.py",
    )  # fmt: skip
    complaints: dict[str, str] = {}
    for case in ET.parse(report).iter("testcase"):
        told = [child for child in case if child.tag in ("failure", "error", "skipped")]
        text = " ".join(child.get("message", "") + (child.text or "") for child in told)
        name = case.get("name", "")
        complaints[name] = complaints.get(name, "") + text
    assert set(complaints) == set(EXPECTED)
    for name, complaint in EXPECTED.items():
        assert complaint in complaints[name]
        assert bool(complaint) == bool(complaints[name]), f"{name}: {complaints[name]}"
    assert "left behind" not in complaints["test_fails_first"]
