"""Schedules: how the learning rate changes over a run. Each gives a factor on the optimizer's learning rate.

`progress` runs from 0 (the first update) to 1 (the end of the planned run); `epoch` counts finished epochs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from core.hyper import Configurable, Hyper, checked_values, from_dict, hyper


@dataclass
class Schedule(Configurable):
    """Base."""

    title: ClassVar[str]
    sentence: ClassVar[str]

    def factor_at(self, progress: float, epoch: int) -> float:
        """What the learning rate is multiplied with at this point of the run."""
        raise NotImplementedError(f"{type(self).__name__} must define factor_at")

    def observe(self, val_loss: float) -> None:  # most schedules do not listen
        """Take note of the validation loss at the end of an epoch."""

    def state(self) -> dict[str, float | None]:
        """What has been noted so far; nothing for a schedule that does not listen."""
        return {}

    def restore(self, state: object) -> None:
        """Go on from what `state` said. Raises ConfigError for anything else."""
        checked_values((), state, type(self).__name__)


@dataclass
class Constant(Schedule):
    """The learning rate stays."""

    title: ClassVar[str] = "constant"
    sentence: ClassVar[str] = "The learning rate stays as it is."

    def factor_at(self, progress: float, epoch: int) -> float:
        return 1.0


@dataclass
class StepDecay(Schedule):
    """The learning rate falls at once, every few epochs."""

    drop: float = hyper(0.5, low=0, high=1, exclusive_low=True, help="What is left of the rate after each fall.")
    epochs_per_drop: int = hyper(2, low=1, high=1000, unit="epochs", help="How long the rate stays between two falls.")

    title: ClassVar[str] = "step"
    sentence: ClassVar[str] = "Falls at once, every few epochs."

    def factor_at(self, progress: float, epoch: int) -> float:
        return self.drop ** (epoch // self.epochs_per_drop)


@dataclass
class ExponentialDecay(Schedule):
    """The learning rate shrinks by the same share all the time."""

    final: float = hyper(0.01, low=0, high=1, exclusive_low=True, log=True, help="What is left of the rate at the end.")

    title: ClassVar[str] = "exponential"
    sentence: ClassVar[str] = "Shrinks by the same share all the time."

    def factor_at(self, progress: float, epoch: int) -> float:
        return self.final ** min(progress, 1.0)


@dataclass
class CosineDecay(Schedule):
    """A straight rise at the start, then half a cosine down. Source: Loshchilov and Hutter (2017)."""

    warmup: float = hyper(0.05, low=0, high=0.9, help="Share of the run in which the rate rises from 0.")
    alpha: float = hyper(0.0, low=0, high=1, help="What is left of the rate at the end.")

    title: ClassVar[str] = "cosine"
    sentence: ClassVar[str] = "Rises at the start, then falls along a cosine."

    def factor_at(self, progress: float, epoch: int) -> float:
        if progress < self.warmup:
            return progress / self.warmup
        along = min((progress - self.warmup) / (1 - self.warmup), 1.0)
        return self.alpha + (1 - self.alpha) * (1 + math.cos(math.pi * along)) / 2


@dataclass
class OneCycle(Schedule):
    """Up to the full rate and down far below it, both along a cosine. Source: Smith and Topin (2019)."""

    warmup: float = hyper(0.25, low=0.01, high=0.9, help="Share of the run until the full rate is reached.")
    start: float = hyper(0.04, low=0, high=1, log=True, help="Share of the rate to start from.")
    final: float = hyper(0.004, low=0, high=1, log=True, help="What is left of the rate at the end.")

    title: ClassVar[str] = "one cycle"
    sentence: ClassVar[str] = "Up to the full rate, then down far below it."

    def factor_at(self, progress: float, epoch: int) -> float:
        if progress < self.warmup:
            low, along = self.start, 1 - progress / self.warmup
        else:
            low, along = self.final, min((progress - self.warmup) / (1 - self.warmup), 1.0)
        return low + (1 - low) * (1 + math.cos(math.pi * along)) / 2


@dataclass
class ReduceLROnPlateau(Schedule):
    """The learning rate falls when the validation loss has not improved for some epochs."""

    factor: float = hyper(0.5, low=0, high=1, exclusive_low=True, help="What is left of the rate after each fall.")
    patience: int = hyper(2, low=1, high=1000, unit="epochs", help="How long without improvement until the rate falls.")
    min_delta: float = hyper(1e-4, low=0, high=10, log=True, help="Less than this is no improvement.")

    title: ClassVar[str] = "on plateau"
    sentence: ClassVar[str] = "Falls when the validation loss no longer improves."

    def __post_init__(self) -> None:
        super().__post_init__()
        self._best = math.inf
        self._waited = 0
        self._factor = 1.0

    def factor_at(self, progress: float, epoch: int) -> float:
        return self._factor

    def observe(self, val_loss: float) -> None:
        if val_loss < self._best - self.min_delta:
            self._best, self._waited = val_loss, 0
            return
        self._waited += 1
        if self._waited >= self.patience:
            self._factor *= self.factor
            self._waited = 0

    def state(self) -> dict[str, float | None]:
        best = None if math.isinf(self._best) else self._best
        return {"best": best, "waited": self._waited, "factor": self._factor}

    def restore(self, state: object) -> None:
        declared = (
            Hyper("best", None, "float", optional=True), Hyper("waited", 0, "int", low=0),
            Hyper("factor", 1.0, "float", low=0, high=1),
        )  # fmt: skip
        best, self._waited, self._factor = checked_values(declared, state, type(self).__name__).values()
        self._best = math.inf if best is None else best


SCHEDULES: tuple[type[Schedule], ...] = (
    Constant,
    StepDecay,
    ExponentialDecay,
    CosineDecay,
    OneCycle,
    ReduceLROnPlateau,
)


def get(schedule: str | Schedule | None) -> Schedule:
    """The schedule of this class name, the schedule itself, or a constant one for None. Raises ConfigError."""
    if isinstance(schedule, Schedule):
        return schedule
    result: Schedule = from_dict(SCHEDULES, {"type": schedule or "Constant"}, "schedule")
    return result
