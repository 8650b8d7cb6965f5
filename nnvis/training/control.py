"""What the window wants of the worker: a board that one writes and the other reads, without a busy wait. Qt-free."""

from __future__ import annotations

import enum
import threading
import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.data import Dataset, Source
from core.data.augmentation import Augmentation
from core.layers.base import Layer
from core.optimizers import Optimizer
from nnvis.course import Changed, joined
from nnvis.project import Project
from nnvis.saved_run import SavedRun
from nnvis.until import Until


class Goal(enum.Enum):
    """How far the worker shall train."""

    RUN = "to the end"
    BATCH = "one batch"
    EPOCH = "to the end of the epoch"
    PAUSE = "no further"
    STOP = "no further, and test the network"


@dataclass(frozen=True)
class Preparation:
    """The wish for a network of this project, under this number: where `start` left it, or drawn from the seed.

    The worker takes it as soon as the images of the project's source are there, and finds them in `dataset`.
    """

    run: int
    project: Project
    start: SavedRun | None = None
    dataset: Dataset | None = None


@dataclass(frozen=True)
class Order:
    """The wish to train up to a goal. The number tells the answer to this order from answers to earlier ones."""

    number: int
    goal: Goal
    until: Until | None = None  # where to pause on the way


@dataclass(frozen=True)
class Look:
    """The wish for what the next update will work on, or what the one after the moment `step` worked on."""

    step: int | None = None


@dataclass(frozen=True, eq=False)
class Placement:
    """The wish that the network goes on with these parameters."""

    parameters: NDArray[np.float32]


@dataclass(frozen=True)
class Keep:
    """The wish for copies of all that the run needs to go on later."""


Wish = Preparation | Order | Look | Placement | Keep


@dataclass(frozen=True)
class Changes:
    """What applies from the next batch on; None means unchanged."""

    optimizer: Optimizer | None = None
    batch_size: int | None = None
    epochs: int | None = None
    layers: tuple[Layer, ...] | None = None
    augmentation: Augmentation | None = None
    changed: tuple[Changed, ...] = ()  # the same in words, for the marks on the curves
    mixed_share: float | None = None

    def followed_by(self, later: Changes) -> Changes:
        """Both in one; where both speak, `later` holds."""
        return Changes(
            later.optimizer or self.optimizer, later.batch_size or self.batch_size, later.epochs or self.epochs,
            later.layers or self.layers, later.augmentation or self.augmentation, joined(self.changed, later.changed),
            self.mixed_share if later.mixed_share is None else later.mixed_share,
        )  # fmt: skip


class Control:
    """The board. Only the newest wish of each kind counts; a new preparation cancels the orders before it."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._preparation: Preparation | None = None
        self._images: tuple[Source, Dataset] | None = None
        self._order: Order | None = None
        self._changes: Changes | None = None
        self._seconds_per_batch = 0.0
        self._begun = 0  # number of the run that the worker prepared last
        self._closing = False
        # Read by the worker at every batch without the lock: reading a bool is atomic, a batch later is soon enough.
        self.has_wish = False
        self.has_changes = False
        self.wants_look = False
        self.look_at: int | None = None  # step of a moment; None: now
        self._placement: Placement | None = None
        self.wants_keepsake = False

    # --- the window's side ----------------------------------------------------------------------------------------

    def prepare(self, run: int, project: Project, start: SavedRun | None = None) -> None:
        """Ask for a network of `project`: as `start` left it, or fresh, drawn from its seed."""
        with self._condition:
            self._preparation = Preparation(run, project, start)
            self._placement = None
            self._order = None
            self._changes = None
            self.has_changes = False
            self._tell()

    def provide(self, source: Source, dataset: Dataset) -> None:
        """Hand over the images of a source; a preparation that waits for them can be taken now."""
        with self._condition:
            self._images = (source, dataset)
            self._condition.notify_all()

    def withdraw(self) -> int:
        """Take back what was asked for and not begun; the number of the run that the worker goes on with."""
        with self._condition:
            self._preparation = self._order = None
            self._condition.notify_all()  # what concerns that run has waited
            return self._begun

    def go(self, number: int, goal: Goal, until: Until | None = None) -> None:
        """Ask to train up to `goal`, from now or after the preparation that is still to be done."""
        with self._condition:
            self._order = Order(number, goal, until)
            self._tell()

    def look(self, step: int | None = None) -> None:
        """Ask for what the next update will work on, or worked on then. A run that is under way goes on."""
        with self._condition:
            self.wants_look, self.look_at = True, step
            self._condition.notify_all()

    def place(self, parameters: NDArray[np.float32]) -> None:
        """Ask to go on with these parameters. A run that is under way comes first."""
        with self._condition:
            self._placement = Placement(parameters)
            self._condition.notify_all()

    def ask_keepsake(self) -> None:
        """Ask for copies of all that the run needs to go on later. A run that is under way goes on."""
        with self._condition:
            self.wants_keepsake = True
            self._condition.notify_all()

    def change(self, changes: Changes) -> None:
        """Hand over hyperparameters that apply from the next batch on."""
        with self._condition:
            self._changes = self._changes.followed_by(changes) if self._changes else changes
            self.has_changes = True

    def set_speed(self, batches_per_second: float | None) -> None:
        """Slow training down to so many batches per second; None: full speed."""
        with self._condition:
            self._seconds_per_batch = 1.0 / batches_per_second if batches_per_second else 0.0
            self._condition.notify_all()

    def close(self) -> None:
        """Ask the worker to end. Nothing is done any more."""
        with self._condition:
            self._closing = True
            self._tell()

    # --- the worker's side ----------------------------------------------------------------------------------------

    @property
    def is_closing(self) -> bool:
        """Whether the worker shall end."""
        return self._closing

    def wait(self) -> Wish | None:
        """Sleep until something is wished for, and take it; None when the worker shall end."""
        with self._condition:
            while not (self._closing or self._can_prepare() or self._can_go_on()):
                self._condition.wait()
            if self._closing:
                return None
            wish: Wish
            if self._preparation and self._images:
                wish, self._preparation = replace(self._preparation, dataset=self._images[1]), None
                self._begun = wish.run
            elif self._placement:
                wish, self._placement = self._placement, None
            elif self._order:
                wish, self._order = self._order, None
            elif self.wants_keepsake:
                wish, self.wants_keepsake = Keep(), False
            else:
                wish, self.wants_look = Look(self.look_at), False
            self.has_wish = self._order is not None
            return wish

    def take_changes(self) -> Changes | None:
        """What applies from the next batch on, once."""
        with self._condition:
            changes, self._changes = self._changes, None
            self.has_changes = False
            return changes

    def doze(self, seconds: float) -> None:
        """Sleep for so long, or until something is wished for."""
        with self._condition:
            if not self.has_wish:
                self._condition.wait(seconds)

    def wait_for_turn(self, since: float) -> None:
        """In slow motion: sleep until the next batch's turn, counted from `since`; wake up when something is wished."""
        if not self._seconds_per_batch:
            return
        with self._condition:
            while self._seconds_per_batch and not (self.has_wish or self.wants_keepsake):
                left = since + self._seconds_per_batch - time.perf_counter()
                if left <= 0:
                    return
                self._condition.wait(left)

    def _can_prepare(self) -> bool:
        wish, images = self._preparation, self._images
        return wish is not None and images is not None and images[0] == wish.project.source

    def _can_go_on(self) -> bool:
        """What concerns the present network has to wait while another one is to be prepared."""
        asked = self.wants_look or self.wants_keepsake or self._placement is not None
        return self._preparation is None and (self._order is not None or asked)

    def _tell(self) -> None:
        self.has_wish = True
        self._condition.notify_all()
