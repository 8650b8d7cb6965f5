"""The worker: the one thread beside the window's. It prepares, trains and tests; only copies leave it."""

from __future__ import annotations

import enum
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QThread, Signal
from threadpoolctl import threadpool_limits

from core.data import Dataset
from core.evaluation import Evaluation
from core.mixture import Mixture
from core.training import BatchDone
from nnvis.paths import cache_folder
from nnvis.project import Project
from nnvis.recipe import DataRecipe, Split, split_data, takes_pen_digits, with_own_digits
from nnvis.training.control import Control, Goal, Keep, Look, Order, Placement, Preparation, Wish
from nnvis.training.pen_drawer import PenDrawer
from nnvis.training.run import Run
from nnvis.training.snapshot import Coalescer
from nnvis.until import Watch

NO_DIGITS = np.empty((0, 28, 28, 1), np.uint8), np.empty(0, np.int64)
DOZE = 0.02  # seconds between two looks whether the pen digits are drawn
SWITCH_INTERVAL = 0.001  # seconds; Python's 0.005 lets a redraw wait for the worker five times as long


class Outcome(enum.Enum):
    """How an order ended."""

    PAUSED = "more is to come"
    STOPPED = "ended before its time"
    DONE = "all epochs are trained"


@dataclass(frozen=True)
class Halt:
    """The answer to the order of this number: the worker has stopped training."""

    order: int
    outcome: Outcome
    test: Evaluation | None
    reached: str = ""  # how the condition was met that the order named
    missed: str = ""  # what was not reached before the run was over


@dataclass(frozen=True)
class Failure:
    """Something could not be done."""

    run: int
    order: int | None
    doing: str  # "preparing the network", "training"
    error: BaseException


class TrainingWorker(QThread):
    """Does what stands on the `control` board, and reports by signals and through the `coalescer`."""

    prepared = Signal(object)  # Prepared; its first snapshot lies in the coalescer
    snapshot_ready = Signal()  # to be taken from the coalescer
    looked = Signal(object)  # Specimen: what the next update will work on
    kept = Signal(object)  # Keepsake
    halted = Signal(object)  # Halt
    pen_digits_drawn = Signal(object)  # PenProgress; from the thread that draws them
    failed = Signal(object)  # Failure

    def __init__(self, control: Control, coalescer: Coalescer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training")
        self._control = control
        self._coalescer = coalescer
        self._run: Run | None = None
        self._split: Split | None = None
        self._split_key: tuple[Dataset, DataRecipe, int] | None = None
        self._doing = ""
        # The user's own digits, images and labels: read-only arrays that the window replaces, never changes.
        self.own_digits: tuple[NDArray[np.uint8], NDArray[np.int64]] = NO_DIGITS
        self._pens = PenDrawer(_cache_folder, self.pen_digits_drawn.emit)

    def run(self) -> None:
        """Obey until the board says that it is over. No exception leaves this method."""
        sys.setswitchinterval(SWITCH_INTERVAL)
        # One BLAS thread: for small batches more gain nothing and take the window's core away. An exploding loss is
        # reported as such; NumPy's own warning about it would only go to the console.
        with threadpool_limits(1, user_api="blas"), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            while (wish := self._control.wait()) is not None:
                try:
                    if isinstance(wish, Preparation):
                        self._prepare(wish)
                    elif isinstance(wish, Look):
                        self._look(wish.step)
                    elif isinstance(wish, Placement):
                        self._place(wish)
                    elif isinstance(wish, Keep):
                        self._keep()
                    else:
                        self._obey(wish)
                except Exception as error:
                    self._fail(wish, error)
        self._run = None
        self._pens.cancel()

    def _look(self, step: int | None) -> None:
        """Tell what the next update will work on, or an earlier one; without a network there is nothing to tell."""
        if self._run is None:
            return
        if changes := self._control.take_changes():  # they hold from the next batch on: this one
            self._run.apply(changes)
        while self._run.digits_needed > self._pens.ready:
            if self._control.has_wish:  # whatever it is, it comes first
                return
            self._wait_for_digits()
        specimen = self._run.specimen(step)
        if specimen is not None:
            self.looked.emit(specimen)

    def _place(self, wish: Placement) -> None:
        """Go on with other parameters, and show them."""
        if self._run is not None:
            self._run.place(wish.parameters)
            self._publish(self._run)

    def _keep(self) -> None:
        """Hand over where the run stands; the curves up to there go out first."""
        self._control.wants_keepsake = False
        if self._run is not None:
            self._publish(self._run)
            self.kept.emit(self._run.keepsake())

    def _is_test_unwanted(self) -> bool:
        """Whether something else comes first; asked between two pieces of the test."""
        if self._control.wants_keepsake:
            self._keep()
        return self._control.has_wish

    def _fail(self, wish: Wish, error: Exception) -> None:
        number = self._run.number if self._run else 0
        if isinstance(wish, Preparation):
            number = wish.run
        self._run = None
        self.failed.emit(Failure(number, wish.number if isinstance(wish, Order) else None, self._doing, error))

    # --- preparing ------------------------------------------------------------------------------------------------

    def _prepare(self, wish: Preparation) -> None:
        project = wish.project
        self._run = None  # its memory is free before the next one is built
        self._doing = "preparing the network"
        assert wish.dataset is not None  # the board gives out no preparation without images
        split, mixture = self._shared_out(wish.dataset, project), self._mixture(wish.dataset, project)
        if takes_pen_digits(wish.dataset):
            split = with_own_digits(split, *self.own_digits, project.own_digits.weight)
        run = Run(wish.run, project, wish.dataset, split, wish.start, mixture)
        events = run.first_events()
        self._run = run
        self._coalescer.begin(run.number, run.trainer)
        if wish.start is not None:
            self._coalescer.go_on(wish.start.history, run.trainer.batch, run.position)
        for news in (*events, *run.take_reports()):
            self._coalescer.add(news)
        self._coalescer.publish(run.model.parameters)
        self.prepared.emit(run.prepared())
        self._draw_digits(run)

    def _shared_out(self, dataset: Dataset, project: Project) -> Split:
        """The split of this project, kept: most edits leave it as it is."""
        key = (dataset, project.data, project.seed)  # a Dataset equals only itself
        if self._split is None or self._split_key != key:
            self._split = split_data(dataset, project.data, project.seed)
            self._split_key = key
        return self._split

    def _mixture(self, dataset: Dataset, project: Project) -> Mixture | None:
        """The pen digits, which need not be drawn yet. They are there without a share, too: it may be raised live."""
        if not takes_pen_digits(dataset):
            return None
        return project.pen_digits.mixture(self._pens.want(project.pen_digits))

    def _draw_digits(self, run: Run) -> None:
        """Draw them if they have a share; else there are better things to do."""
        if run.mixed_share:
            self._pens.begin()
        else:
            self._pens.cancel()

    # --- training -------------------------------------------------------------------------------------------------

    def _obey(self, order: Order) -> None:
        run = self._run
        if run is None:  # its preparation failed, and that was reported
            return
        self._doing = "training"
        reached = ""
        if order.goal not in (Goal.PAUSE, Goal.STOP):
            reached = self._train(run, order)
        outcome = Outcome.DONE if run.finished else Outcome.STOPPED if order.goal is Goal.STOP else Outcome.PAUSED
        test = None
        if outcome is not Outcome.PAUSED:
            self._doing = "testing the network"
            test = run.test(self._is_test_unwanted)
        missed = order.until.words if order.until and not reached and run.finished else ""
        self.halted.emit(Halt(order.number, outcome, test, reached, missed))

    def _train(self, run: Run, order: Order) -> str:
        """Train up to the order's goal; says how the condition was met that it named, if it was."""
        control, coalescer = self._control, self._coalescer
        watch, reached, begun = Watch(order.until) if order.until else None, "", time.perf_counter()
        run.resume()
        coalescer.resume()
        try:
            while not (run.finished or control.has_wish):
                started = time.perf_counter()
                if control.has_changes and (changes := control.take_changes()):
                    run.apply(changes)
                    self._draw_digits(run)
                if run.digits_needed > self._pens.ready:
                    coalescer.rest()
                    self._publish(run)  # what is trained so far can be seen meanwhile
                    self._wait_for_digits()
                    coalescer.resume()
                    continue
                if control.wants_look:
                    control.wants_look = False
                    self._look(control.look_at)
                if control.wants_keepsake:
                    self._keep()
                event = run.next_event()
                coalescer.add(event)
                for report in run.take_reports():
                    coalescer.add(report)
                if run.reached(order.goal, event):
                    break
                if watch is not None:
                    reached = reached or watch.look(event, time.perf_counter() - begun)
                    if reached and run.can_pause_after(event):
                        break
                if coalescer.due():
                    self._publish(run)
                if isinstance(event, BatchDone):
                    control.wait_for_turn(started)
        finally:
            # Also when training failed: the last finite weights and all points are on their way before the news.
            coalescer.rest()
            run.rest()
            self._publish(run)
        return reached

    def _wait_for_digits(self) -> None:
        """Sleep a moment while they are drawn."""
        if self._pens.error is not None:
            self._doing = "drawing the pen digits"
            raise self._pens.error
        self._pens.begin()
        self._control.doze(DOZE)

    def _publish(self, run: Run) -> None:
        if self._coalescer.publish(run.model.parameters):
            self.snapshot_ready.emit()


def _cache_folder() -> Path | None:
    """Where pen digits are kept; None where nothing can be written."""
    try:
        return cache_folder()
    except OSError:
        return None
