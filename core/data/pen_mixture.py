"""PenMixture: how many pen digits are mixed into a training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.data.pen_cache import cached
from core.data.pen_digits import PenSet, Progress, generate
from core.hyper import Configurable, hyper
from core.mixture import Mixture


@dataclass(frozen=True)
class PenMixture(Configurable):
    """Pen digits among the training images, in every batch from the first to the last."""

    share: float = hyper(
        0.2, low=0, high=1, live=True, help="The part of every batch that is pen digits. 0: the data set alone."
    )
    count: int = hyper(
        40_000, low=10, high=500_000, log=True, unit="images", help="How many different ones are drawn, once."
    )
    seed: int = hyper(0, low=0, high=2**32 - 1, help="Another number gives other digits of the same styles.")

    def digits(self, folder: Path | None = None, progress: Progress | None = None) -> PenSet:
        """The digits to mix in, kept in a file of `folder` if there is one. The arrays may be read-only."""
        if folder is None:
            return generate(self.count, self.seed, progress)
        return cached(folder, self.count, self.seed, progress)

    def mixture(self, digits: PenSet) -> Mixture:
        """What `Trainer(mixed_in=...)` takes."""
        return Mixture(digits.images, digits.labels, self.share)
