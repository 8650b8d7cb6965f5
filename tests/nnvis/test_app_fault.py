"""Faults of our own: caught wherever they happen, logged, told once, and told in the window's thread."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QThread, Slot
from pytestqt.qtbot import QtBot

from nnvis.fault import LOG_LIMIT, FaultHooks


class Listener(QObject):
    """Keeps what it is told, and in which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, str, bool]] = []

    @Slot(object, str)
    def tell(self, error: BaseException, doing: str) -> None:
        self.told.append((str(error), doing, QThread.currentThread() is self.thread()))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "faults.log"


@pytest.fixture
def listener(qapp: object) -> Listener:
    return Listener()


@pytest.fixture
def hooks(log: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultHooks]:
    # What stood there before would fail the test, or print: it is told, too, and here it stays silent.
    for place, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(place, name, lambda *arguments: None)
    hooks = FaultHooks(log)
    hooks.fault_caught.connect(listener.tell)
    hooks.install()
    yield hooks
    hooks.uninstall()


def _fall(text: str) -> None:
    raise ValueError(text)


def _fall_through(text: str) -> None:
    try:
        _fall(text)
    except ValueError:
        sys.excepthook(*sys.exc_info())


def test_an_exception_is_told_once_and_logged_each_time(hooks: FaultHooks, listener: Listener, log: Path) -> None:
    for text in ("first", "second"):
        _fall_through(text)
    assert [told[0] for told in listener.told] == ["first"]
    assert "ValueError: first" in log.read_text()
    assert "ValueError: second" in log.read_text()


def test_an_exception_in_a_thread_is_told_in_the_windows_thread(
    hooks: FaultHooks, listener: Listener, qtbot: QtBot
) -> None:
    thread = threading.Thread(target=_fall, args=("below",))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(listener.told))
    assert listener.told == [("below", "work went on in the background", True)]


def test_interrupting_the_program_is_no_fault(hooks: FaultHooks, listener: Listener) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert listener.told == []


def test_what_stood_there_before_is_called_and_comes_back(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def before(kind: type[BaseException], error: BaseException, trace: object) -> None:
        seen.append(str(error))

    monkeypatch.setattr(sys, "excepthook", before)
    hooks = FaultHooks(log)
    hooks.install()
    _fall_through("told to both")
    hooks.uninstall()
    assert seen == ["told to both"]
    assert sys.excepthook is before


def test_a_log_that_grew_too_long_is_put_aside(hooks: FaultHooks, log: Path) -> None:
    log.parent.mkdir(parents=True)
    log.write_text("x" * (LOG_LIMIT + 1))
    hooks.note(ValueError("new"), "testing")
    assert len(log.read_text()) < 1000
    assert log.with_suffix(".old").stat().st_size == LOG_LIMIT + 1


def test_a_log_that_cannot_be_written_is_no_second_fault(tmp_path: Path, qapp: object, listener: Listener) -> None:
    (tmp_path / "file").write_text("")
    hooks = FaultHooks(tmp_path / "file" / "faults.log")
    hooks.fault_caught.connect(listener.tell)
    hooks.note(ValueError("still told"), "testing")
    assert listener.told[0][0] == "still told"
