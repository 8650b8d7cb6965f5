"""Evidence: what the rules may look at, all of it measured: losses, validations, each layer's health. Qt-free."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nnvis.history import History
from nnvis.project import Project

RECENT_BATCHES = 50
RECENT_SAMPLES = 10  # measured updates


@dataclass(frozen=True)
class LayerEvidence:
    """One layer with weights, from the updates that were measured lately.

    Attributes:
        name, title: its unique name, and as its card has it.
        ratio: median of mean |update| / mean |weight|.
        gradient: median length of its gradient; ``size``, the number of its weights, makes layers comparable.
        early_ratio: the largest of the first measured ones, when most of the damage is done.
        dead, units: units that were 0 for every validation image, of how many; 0 of 0 where that is not known.
    """

    name: str
    title: str
    size: int
    ratio: float
    gradient: float
    early_ratio: float
    dead: int
    units: int

    @property
    def gradient_per_weight(self) -> float:
        """The gradient of a typical weight: root of the mean square."""
        return self.gradient / math.sqrt(max(1, self.size))


@dataclass(frozen=True, eq=False)
class Evidence:
    """A run up to now. What was before ``since``, the last change in mid-run, tells nothing about the present rate.

    ``titles`` and ``sizes`` are by the unique name of each layer with weights; ``classes`` is 0 where the targets are
    numbers.
    """

    project: Project
    history: History
    titles: Mapping[str, str]
    sizes: Mapping[str, int]
    classes: int
    since: int = 0

    @property
    def steps(self) -> int:
        """Updates since the last change."""
        return self.history.step - self.since

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """The loss of every batch since the last change."""
        return self.history.train_losses[self.history.train_steps > self.since]

    @cached_property
    def start_loss(self) -> float:
        """What the untrained network loses: guessing, or what was measured before any update, whichever is more."""
        first = float(self.history.train_losses[0]) if len(self.history) else math.nan
        if self.classes > 1 and "crossentropy" in self.project.loss.kind_name():
            return max(first, math.log(self.classes))
        return first

    @cached_property
    def recent_loss(self) -> float:
        """Mean over the last batches; not a number before the first."""
        return float(self.losses[-RECENT_BATCHES:].mean()) if len(self.losses) else math.nan

    @cached_property
    def recent_accuracy(self) -> float:
        """Mean over the last batches; not a number where there is none."""
        values = self.history.train_accuracies[-min(RECENT_BATCHES, max(1, len(self.losses))) :]
        return float(values.mean()) if len(values) else math.nan

    @property
    def rate_now(self) -> float:
        """The learning rate of the last update, with what the schedule made of it."""
        rates = self.history.train_rates
        return float(rates[-1]) if len(rates) else self.project.optimizer.learning_rate

    @cached_property
    def layers(self) -> tuple[LayerEvidence, ...]:
        """The layers with weights, from input to output; empty before an update was measured."""
        samples = [sample for sample in self.history.health.until(self.history.step) if sample.step > self.since]
        if not samples:
            return ()
        checkups = self.history.checkups.until(self.history.step)
        counts = {count.layer: count for count in checkups[-1].units} if checkups else {}
        recent, early = samples[-RECENT_SAMPLES:], samples[:RECENT_SAMPLES]
        found = []
        for place, measured in enumerate(samples[-1].layers):
            name, count = measured.layer, counts.get(measured.layer)
            if count is not None and count.saturates:  # such units are not dead: they come back
                count = None
            if name not in self.titles:
                continue
            found.append(
                LayerEvidence(
                    name,
                    self.titles[name],
                    self.sizes.get(name, 1),
                    _median([sample.layers[place].update_ratio for sample in recent]),
                    _median([sample.layers[place].gradient_norm for sample in recent]),
                    _largest([sample.layers[place].update_ratio for sample in early]),
                    count.stuck if count else 0,
                    count.units if count else 0,
                )
            )
        return tuple(found)

    @property
    def gradient_norm(self) -> float:
        """Length of the whole gradient: that of all layers together."""
        return math.sqrt(sum(layer.gradient**2 for layer in self.layers))

    @property
    def largest_early_ratio(self) -> float:
        """How far the first measured updates moved the layer that they moved most; 0 before one was measured."""
        return max((layer.early_ratio for layer in self.layers), default=0.0)


def _median(values: list[float]) -> float:
    """The median; not a number where one of them is none."""
    return math.nan if any(map(math.isnan, values)) else statistics.median(values)


def _largest(ratios: list[float]) -> float:
    """The largest finite one: the first update of weights that were all 0 has no finite ratio, and is no leap."""
    return max((ratio for ratio in ratios if math.isfinite(ratio)), default=0.0)
