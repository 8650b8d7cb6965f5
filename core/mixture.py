"""Mixture: samples of another source that take the place of a share of every batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.answers import Answers
from core.buffers import Array
from core.errors import ConfigError, ShapeError
from core.sequential import Sequential


@dataclass(frozen=True, eq=False)
class Mixture:
    """Samples x with labels or targets y, of which each batch of a training gets a `share`.

    As many others of the batch stay away, so batches and epochs keep their lengths and training costs what it cost
    before. In the first epoch only the `first` samples are drawn from, so that the others may still be in the making
    when training begins; None: all from the start. Raises ShapeError when x and y differ in length or are empty,
    ConfigError for a share outside 0 to 1.
    """

    x: Array
    y: Array
    share: float
    first: int | None = None

    def __post_init__(self) -> None:
        if not len(self.x) or len(self.x) != len(self.y):
            raise ShapeError(f"There are {len(self.x)} samples to mix in and {len(self.y)} labels. Give one for each.")
        check_share(self.share)
        if self.first is not None and self.first < 1:
            raise ConfigError(f"The first epoch cannot draw from {self.first} samples. Give at least one, or None.")


class Mixer:
    """Puts the samples of a mixture into the batches of one training, drawn at random with replacement."""

    def __init__(self, mixture: Mixture, model: Sequential, answers: Answers) -> None:
        self.x = mixture.x
        self.targets = model.targets(mixture.y)
        self.labels = answers.labels(mixture.y)
        self.share = mixture.share
        self._first = len(self.x) if mixture.first is None else min(mixture.first, len(self.x))
        self.choice = self._first  # how many samples are drawn from

    def begin(self, epoch: int) -> None:
        """The epoch of this number begins, or is gone on with: from the second one on every sample is drawn from."""
        self.choice = self.choice_in(epoch)

    def choice_in(self, epoch: int) -> int:
        """How many of the samples, from the first on, an epoch draws from."""
        return self._first if epoch == 0 else len(self.x)

    def mix(self, X: Array, T: Array, labels: Array, rng: np.random.Generator) -> None:
        """Let some samples of a batch give way to others, in place.

        Their number is the share, rounded up or down by chance, so that it is right on average for every batch size.
        """
        if not self.share:  # drawing lots of which none wins costs two percent of a small network's step
            return
        count = int(self.share * len(X) + rng.random())
        places = rng.permutation(len(X))[:count]
        chosen = rng.integers(self.choice, size=count)
        X[places] = self.x[chosen]
        T[places] = self.targets[chosen]
        labels[places] = self.labels[chosen]


def check_share(share: float) -> float:
    """The share itself. Raises ConfigError when it is not from 0 to 1."""
    if not 0 <= share <= 1:
        raise ConfigError(f"The share that is mixed in cannot be {share!r}. Give a number from 0 to 1.")
    return share
