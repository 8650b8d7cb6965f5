"""Pen digits: handwritten digits that the program draws itself, in the many styles in which people write.

MNIST was written with a pen on American forms. People who draw on a canvas write long flags, barred sevens and curled
nines in clean lines of one width, and a network that has never seen these misreads them. Pen digits are drawn like
that: a curve through the control points of a style, each missed a little, bent and slanted, a round brush, and then the
rule of `center_digit`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.pen_brush import EIGHT, painted
from core.data.pen_strokes import Floats, paths, warped
from core.data.pen_styles import STYLES, PenStyle
from core.errors import ConfigError
from core.hyper import Configurable, hyper

CLASSES = 10
NARROWEST, WIDEST = 0.05, 0.28  # brushes, as a share of the drawing's longer side
AT_ONCE = 1024  # drawings made together; more are not faster and take more memory

Progress = Callable[[int, int], None]


class PenSet(NamedTuple):
    """Pen digits with their labels, and of which style each is: an index into STYLES.

    Shapes: images uint8 (N, 28, 28, 1), 0 = background, 255 = ink; labels and styles int64 (N,).
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    styles: NDArray[np.int64]


def generate(count: int, seed: int = 0, progress: Progress | None = None) -> PenSet:
    """Draw `count` digits, each class as often as the others, in random order. Same count and seed, same digits.

    `progress` is told how many are done, and how many there will be. Raises ConfigError for a count below 0.
    """
    styles = styles_of(count, seed)
    images = np.empty((count, 28, 28, 1), np.uint8)
    done = 0
    for index, style in enumerate(STYLES):
        rng = np.random.default_rng([seed, index])
        mine = np.flatnonzero(styles == index)
        for start in range(0, len(mine), AT_ONCE):
            places = mine[start : start + AT_ONCE]
            images[places, :, :, 0] = draw(style, len(places), rng)
            done += len(places)
            if progress is not None:
                progress(done, count)
    return PenSet(images, labels_of(styles), styles)


def styles_of(count: int, seed: int) -> NDArray[np.int64]:
    """The style of each digit that `generate` draws, in their random order. Raises ConfigError for a count below 0."""
    if count < 0:
        raise ConfigError(f"{count} digits cannot be drawn. Give a count from 0.")
    order = np.random.default_rng([seed, len(STYLES)]).permutation(count)
    styles = np.empty(count, np.int64)
    styles[order] = np.repeat(np.arange(len(STYLES)), counts(count))
    return styles


def labels_of(styles: NDArray[np.int64]) -> NDArray[np.int64]:
    """The class of each digit, told by its style."""
    return np.array([style.digit for style in STYLES])[styles]


def draw(style: PenStyle, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Digits of one style, uint8 (count, 28, 28)."""

    def vary(low: float, high: float) -> Floats:
        return rng.uniform(low, high, count)

    drawn = warped(paths(style.strokes(vary), count, rng), count, rng)
    widths = np.exp(rng.uniform(np.log(NARROWEST), np.log(WIDEST), -(-count // EIGHT)))
    return painted(drawn, widths)


def counts(count: int) -> list[int]:
    """How many digits of each style there are among `count`: the classes alike, the styles by their shares."""
    found: list[int] = []
    for digit in range(CLASSES):
        shares = [style.share for style in STYLES if style.digit == digit]
        of_digit = (count + CLASSES - 1 - digit) // CLASSES
        until = np.rint(np.cumsum([0.0, *shares]) / sum(shares) * of_digit).astype(int)
        found += np.diff(until).tolist()
    return found


@dataclass(frozen=True)
class PenDigits(Configurable):
    """Pen digits as a data set like any other. The test images are drawn with another seed."""

    title: ClassVar[str] = "Pen digits"
    sentence: ClassVar[str] = "Digits that the program draws itself, in the styles of many people, as on a canvas."

    count: int = hyper(40_000, low=10, high=500_000, log=True, unit="images", help="How many to train on.")
    test_count: int = hyper(10_000, low=0, high=100_000, unit="images", help="How many to test with.")
    seed: int = hyper(0, low=0, high=2**32 - 1, help="Another number gives other digits of the same styles.")

    @classmethod
    def kind_name(cls) -> str:
        return "pen_digits"

    def load(self, progress: Progress | None = None) -> Dataset:
        """Draw them all, within seconds."""
        total = self.count + self.test_count

        def report(done: int, before: int = 0) -> None:
            if progress is not None:
                progress(before + done, total)

        train = generate(self.count, self.seed, lambda done, _: report(done))
        test = generate(self.test_count, self.seed + 2**32, lambda done, _: report(done, self.count))
        names = tuple(str(digit) for digit in range(CLASSES))
        return Dataset(self.kind_name(), self.title, train.images, train.labels, test.images, test.labels, names)
