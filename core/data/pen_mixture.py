"""PenMixture: how many pen digits are mixed into a training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.pen_cache import cached
from core.data.pen_digits import PenSet, Progress, generate, labels_of, styles_of
from core.hyper import Configurable, hyper
from core.mixture import Mixture

FIRST = 4_000  # digits that the first epoch draws from: they are there in a moment, all others while it is trained
APART = 2**33  # between the seeds of those and the others; the test images of PenDigits have another one


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
        """The digits to mix in, kept in files of `folder` if there is one. The arrays may be read-only."""
        first = self.first_digits(folder, progress)
        return first if len(first.labels) == self.count else joined(first, self.other_digits(folder, progress))

    def first_digits(self, folder: Path | None = None, progress: Progress | None = None) -> PenSet:
        """Those that the first epoch of a training draws from. `progress` is told of how many there will be in all."""
        return self._drawn(min(FIRST, self.count), self.seed, folder, progress, 0)

    def other_digits(self, folder: Path | None = None, progress: Progress | None = None) -> PenSet:
        """All the others; perhaps none."""
        return self._drawn(max(0, self.count - FIRST), self.seed + APART, folder, progress, FIRST)

    def unpainted(self) -> PenSet:
        """The digits as they will be, with labels and styles, but no ink yet. Nothing is drawn for this."""
        parts = ((min(FIRST, self.count), self.seed), (max(0, self.count - FIRST), self.seed + APART))
        styles = np.concatenate([styles_of(*part) for part in parts])
        return PenSet(np.zeros((self.count, 28, 28, 1), np.uint8), labels_of(styles), styles)

    def mixture(self, digits: PenSet) -> Mixture:
        """What `Trainer(mixed_in=...)` takes."""
        return Mixture(digits.images, digits.labels, self.share, FIRST)

    def _drawn(self, count: int, seed: int, folder: Path | None, progress: Progress | None, before: int) -> PenSet:
        def report(done: int, _: int) -> None:
            if progress is not None:
                progress(before + done, self.count)

        return generate(count, seed, report) if folder is None else cached(folder, count, seed, report)


def joined(first: PenSet, others: PenSet) -> PenSet:
    """Both in one, in this order."""
    return PenSet(
        np.concatenate([first.images, others.images]),
        np.concatenate([first.labels, others.labels]),
        np.concatenate([first.styles, others.styles]),
    )
