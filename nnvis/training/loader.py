"""The loader: reads a data set beside the window and the training, tells how far it is, and can be told to give up."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, SignalInstance

from core.data import Dataset, Source, load

TOLD_EVERY = 0.1  # seconds between two reports of progress
LONGEST_WAIT = 3.0  # seconds that an end waits for a reader that cannot be interrupted, such as NumPy's of tables


class GivenUpError(Exception):
    """The images are not wanted any more."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """The images of a source."""

    source: Source
    dataset: Dataset


@dataclass(frozen=True)
class Unloadable:
    """Why the images of a source cannot be had."""

    source: Source
    error: Exception


@dataclass(frozen=True)
class Loading:
    """How far it is: `done` of `total` images; both are 0 while nobody knows."""

    source: Source
    done: int = 0
    total: int = 0


class DataLoader(QObject):
    """Loads one source at a time; a new one takes the place of one that is still being loaded."""

    progressed = Signal(object)  # Loading
    loaded = Signal(object)  # Loaded
    failed = Signal(object)  # Unloadable

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task: _Task | None = None

    def start(self, source: Source) -> None:
        """Load this source; whatever was being loaded is given up."""
        self.give_up()
        self._task = _Task(self, source)
        self._task.start()

    def give_up(self) -> None:
        """Nobody wants what is being loaded."""
        if self._task is not None:
            self._task.is_wanted = False
            self._task = None

    def close(self) -> None:
        """Give up, and wait a moment for the reader to notice."""
        task = self._task
        self.give_up()
        if task is not None:
            task.join(LONGEST_WAIT)


class _Task(threading.Thread):
    """One loading. A daemon: a table of a gigabyte must not keep a closed program alive."""

    def __init__(self, loader: DataLoader, source: Source) -> None:
        super().__init__(name="loading", daemon=True)
        self.is_wanted = True
        self._loader = loader
        self._source = source
        self._told = 0.0

    def run(self) -> None:
        """Load, and say how it went unless nobody wants to know."""
        with contextlib.suppress(GivenUpError):
            try:
                dataset = load(self._source, self._report)
            except Exception as error:
                if isinstance(error, GivenUpError):
                    raise
                self._tell(self._loader.failed, Unloadable(self._source, error))
            else:
                self._tell(self._loader.loaded, Loaded(self._source, dataset))

    def _report(self, done: int, total: int) -> None:
        if not self.is_wanted:
            raise GivenUpError
        now = time.monotonic()
        if now - self._told >= TOLD_EVERY:
            self._told = now
            self._tell(self._loader.progressed, Loading(self._source, done, total))

    def _tell(self, signal: SignalInstance, news: object) -> None:
        if self.is_wanted:
            signal.emit(news)
