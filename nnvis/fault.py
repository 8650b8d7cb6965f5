"""Faults of the program itself: caught wherever they happen, logged, shown once, never a traceback at the user."""

from __future__ import annotations

import faulthandler
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

from PySide6.QtCore import QObject, Signal

LOG_LIMIT: Final = 1_000_000  # bytes; an older log is put aside, and the one before it dropped


class FaultHooks(QObject):
    """Catches what nobody else caught, in any thread, and says so by `fault_caught(exception, doing)`.

    Connect a bound method of a QObject: it is then called in the window's thread.

    The hooks that were there before are still called, so a terminal or a test sees what it always saw.
    """

    fault_caught = Signal(object, str)

    def __init__(self, log: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self._seen: set[tuple[str, str, int]] = set()
        self._previous: tuple[Any, Any, Any] | None = None

    def install(self) -> None:
        """Stand in Python's three hooks for exceptions that nobody caught."""
        if self._previous is None:
            self._previous = (sys.excepthook, threading.excepthook, sys.unraisablehook)
            sys.excepthook, threading.excepthook = self._on_exception, self._on_thread_exception
            sys.unraisablehook = self._on_unraisable

    def uninstall(self) -> None:
        """Step back, where nobody has come in front in the meantime."""
        if self._previous is None:
            return
        if sys.excepthook == self._on_exception:
            sys.excepthook = self._previous[0]
        if threading.excepthook == self._on_thread_exception:
            threading.excepthook = self._previous[1]
        if sys.unraisablehook == self._on_unraisable:
            sys.unraisablehook = self._previous[2]
        self._previous = None

    def note(self, error: BaseException, doing: str) -> None:
        """Log the exception, and tell about it unless the same line has been told about before."""
        last = traceback.extract_tb(error.__traceback__)[-1:]
        place = (type(error).__name__, last[0].filename if last else "", (last[0].lineno or 0) if last else 0)
        self._write("".join(traceback.format_exception(error)), doing)
        # The exception is kept, by Python and by the banner, and with it the variables of its functions: a QPainter
        # that a broken paint event leaves open there would crash the window at the next one.
        traceback.clear_frames(error.__traceback__)
        if place not in self._seen:
            self._seen.add(place)
            self.fault_caught.emit(error, doing)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        previous: Callable[..., Any] = self._previous[0] if self._previous else sys.__excepthook__
        previous(kind, error, trace)
        if issubclass(kind, Exception):
            self.note(error, "the window was answering")

    def _on_thread_exception(self, arguments: Any) -> None:
        if self._previous:
            self._previous[1](arguments)
        if isinstance(arguments.exc_value, Exception):
            self.note(arguments.exc_value, "work went on in the background")

    def _on_unraisable(self, arguments: Any) -> None:
        if self._previous:
            self._previous[2](arguments)
        if isinstance(arguments.exc_value, Exception):
            self.note(arguments.exc_value, "something was being put away")

    def _write(self, trace: str, doing: str) -> None:
        try:
            if self._log.exists() and self._log.stat().st_size > LOG_LIMIT:
                self._log.replace(self._log.with_suffix(".old"))
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("a", encoding="utf-8") as file:
                file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, while {doing}\n{trace}\n")
        except OSError:
            return  # a full disk or a read-only home: the message on the screen still carries the report


def watch_for_crashes(folder: Path) -> IO[str] | None:
    """Let Python write its stack into a file when the process dies of a signal. The file must stay referenced."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "crash.log").open("a", encoding="utf-8")
    except OSError:
        return None
    faulthandler.enable(file)
    return file
