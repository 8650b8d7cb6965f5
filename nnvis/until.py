"""Train until: a condition at which a run pauses, how it is watched, and how it is said. Qt-free."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

from core.errors import ConfigError
from core.training import BatchDone, EpochDone, ValidationDone
from nnvis import number_text

Kind = Literal["epoch", "loss", "accuracy", "time"]
WINDOW = 100  # batches: the running average that the chart shows


@dataclass(frozen=True)
class Until:
    """Where to pause: after an epoch (counted from 1), at a loss, at an accuracy (a share), or after so many seconds.

    The loss is the running average over 100 batches, the accuracy that of a validation. Raises ConfigError for a value
    that can never be reached.
    """

    kind: Kind
    value: float

    def __post_init__(self) -> None:
        low, high = {"epoch": (1, 1000), "loss": (0, 1e6), "accuracy": (0, 1), "time": (0, 1e6)}[self.kind]
        if not low <= self.value <= high or (self.kind != "accuracy" and not self.value > 0):
            raise ConfigError(f"Training until {self.words} would never end. Give another value.")

    @property
    def words(self) -> str:
        """What is waited for: ``validation accuracy reaches 98 %``."""
        if self.kind == "epoch":
            return f"epoch {self.value:.0f} is done"
        if self.kind == "loss":
            return f"training loss falls to {self.value:g}"
        if self.kind == "accuracy":
            return f"validation accuracy reaches {number_text.percent(self.value, _places(100 * self.value))}"
        return f"{number_text.clock(self.value)} have passed"


class Watch:
    """Looks at the events of a run, and says so when the condition is met."""

    def __init__(self, until: Until) -> None:
        self._until = until
        self._losses: deque[float] = deque(maxlen=WINDOW)

    def look(self, event: Any, seconds: float) -> str:
        """Say how the condition was met by `event`, `seconds` after the start; empty as long as it is not."""
        kind, value = self._until.kind, self._until.value
        if kind == "time" and seconds >= value and isinstance(event, BatchDone):
            return f"{number_text.clock(value)} have passed; this is step {number_text.count(event.step)}."
        if kind == "epoch" and isinstance(event, EpochDone) and event.epoch + 1 >= value:
            return f"Epoch {event.epoch + 1} is done."
        if kind == "loss" and isinstance(event, BatchDone):
            self._losses.append(event.loss)
            mean = sum(self._losses) / len(self._losses)
            if mean <= value:
                over = f"{len(self._losses)} batch{'es' if len(self._losses) > 1 else ''}"
                loss, step = number_text.measure(mean), number_text.count(event.step)
                return f"Training loss has fallen to {loss}, averaged over {over}, at step {step}."
        if kind == "accuracy" and isinstance(event, ValidationDone) and event.accuracy >= value:
            share, step = number_text.percent(event.accuracy), number_text.count(event.step)
            return f"Validation accuracy has reached {share} of {number_text.count(event.count)} images at step {step}."
        return ""


def _places(percent: float) -> int:
    return 0 if percent == round(percent) else 1
