"""Images per second while somebody watches, against the same training without a window.

Three ways in turn, round by round: the Trainer alone; the Session with an event loop and a consumer that only reads the
numbers; the main window with all its panels in sight and a digit on the canvas. Beside it, how late the window's thread
wakes up for a timer while training runs: that is how smooth drawing feels.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEventLoop, QStandardPaths, Qt, QTimer
from PySide6.QtWidgets import QApplication

from core.data import load
from core.training import BatchDone
from nnvis.project import NO_PEN_DIGITS, Project
from nnvis.recipe import TrainingRecipe, split_data
from nnvis.session import RunState, Session, Snapshot

REQUIRED = 0.85
CHARTS_REQUIRED_HZ, BARS_REQUIRED_HZ = 10.0, 15.0
WAKE_UP_REQUIRED_MS = 16.0
ROUNDS = 5
SECONDS = 1.5
TICK_MS = 4
SIZE = (1366, 768)
# Without the digits that are drawn for it, which would be drawn in the background meanwhile.
PROJECT = replace(Project.default(), training=TrainingRecipe(epochs=1000), pen_digits=NO_PEN_DIGITS)


def headless() -> Callable[[], float]:
    """The Trainer and nothing else; validations included, as everywhere."""
    dataset = load(PROJECT.source)
    split = split_data(dataset, PROJECT.data, PROJECT.seed)
    events = PROJECT.build_trainer(PROJECT.build_model(dataset), split).run()

    def images_per_second() -> float:
        images, started = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - started) < SECONDS:
            event = next(events)
            images += event.size if isinstance(event, BatchDone) else 0
        return images / elapsed

    return images_per_second


class Watched:
    """A session that trains for a while, with the lateness of a timer in its thread."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.late_ms: list[float] = []
        self.seconds = self.worked = 0.0  # let go, and this thread's share of them
        self.answers = 0
        self.charts = lambda: 0  # how often the curves were drawn so far
        self.charts_drawn = 0
        self._counting = False
        session.answer_changed.connect(self._count_answer)
        spin(lambda: session.state is not RunState.LOADING)
        session.set_project(PROJECT)
        spin(lambda: session.running_project == PROJECT)
        dataset = session.dataset
        assert dataset is not None
        session.set_drawing(dataset.x_test[0, ..., 0])

    def images_per_second(self) -> float:
        """Train for SECONDS and pause."""
        session = self.session
        session.train()
        first = session.history.step
        spin(lambda: session.history.step > first + 100)
        step, started, worked = session.history.step, time.perf_counter(), time.thread_time()
        charts, self._counting = self.charts(), True
        self._let_go(SECONDS)
        self._counting = False
        done, elapsed = session.history.step - step, time.perf_counter() - started
        self.seconds += elapsed
        self.charts_drawn += self.charts() - charts
        self.worked += time.thread_time() - worked
        self._let_go(SECONDS, self._look_at_the_clock)
        session.pause()
        return done * session.project.training.batch_size / elapsed

    def _count_answer(self) -> None:
        self.answers += self._counting

    def _let_go(self, seconds: float, tick: Callable[[], None] | None = None) -> None:
        """Leave the thread to its events. A tick is heard apart from the count of images: 250 a second cost some."""
        loop, ticker = QEventLoop(), QTimer()
        if tick is not None:
            ticker.setTimerType(Qt.TimerType.PreciseTimer)
            ticker.timeout.connect(tick)
            self._ticked = time.perf_counter()
            ticker.start(TICK_MS)
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()
        ticker.stop()

    def _look_at_the_clock(self) -> None:
        now = time.perf_counter()
        self.late_ms.append(max(0.0, (now - self._ticked) * 1000 - TICK_MS))
        self._ticked = now


def spin(condition: Callable[[], bool]) -> None:
    """Run the event loop until the condition holds."""
    loop, ticker = QEventLoop(), QTimer()
    ticker.timeout.connect(lambda: condition() and loop.quit())
    ticker.start(5)
    loop.exec()
    ticker.stop()


@contextmanager
def session_alone() -> Iterator[Watched]:
    """A session whose consumer only reads."""
    session = Session()
    sums: list[float] = []

    def read(snapshot: Snapshot) -> None:
        sums.append(float(np.abs(snapshot.parameters).sum() + session.history.train_losses[-300:].sum()))

    session.snapshot_arrived.connect(read)
    yield Watched(session)
    session.shutdown()


@contextmanager
def main_window() -> Iterator[Watched]:
    """The real window, as the user has it."""
    from nnvis.app import create

    _app, window = create([])
    window.resize(*SIZE)
    window.show()
    window.reset_layout()  # whatever was folded away the last time
    watched = Watched(window.session)
    curves = next(part for part in window.panels.learn.budget.parts if part.name == "curves")
    watched.charts = lambda: curves.draws
    yield watched
    window.close()


def report() -> list[str]:
    """The table as lines of text."""
    app = QApplication.instance() or QApplication([])
    QStandardPaths.setTestModeEnabled(True)  # the user's own settings and window place are left alone
    alone = headless()
    places = {"session": session_alone, "main window": main_window}
    lines = [f"Images per second, default project, batch {PROJECT.training.batch_size}, medians of {ROUNDS} rounds"]
    for name, place in places.items():
        with place() as watched:
            rates = [(alone(), watched.images_per_second()) for _ in range(ROUNDS)]
        free, seen = (statistics.median(column) for column in zip(*rates, strict=True))
        late = float(np.percentile(watched.late_ms, 99))
        lines.append(
            f"  {name:12} {seen:9,.0f}   headless {free:9,.0f}   ratio {seen / free:.2f} (required {REQUIRED})   "
            f"wake-up p99 {late:.1f} ms (required {WAKE_UP_REQUIRED_MS:.0f})"
        )
        charts, bars, share = (
            amount / watched.seconds for amount in (watched.charts_drawn, watched.answers, watched.worked)
        )
        lines.append(f"  {'':12} the window's thread works {share:.1%} of the time")
        if watched.charts_drawn:
            lines[-1] += (
                f"; charts at {charts:.1f} Hz (required {CHARTS_REQUIRED_HZ:.0f}), "
                f"the drawing's bars at {bars:.1f} Hz (required {BARS_REQUIRED_HZ:.0f})"
            )
    app.processEvents()
    return lines
