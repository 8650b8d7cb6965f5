"""What the table of layers' health shows of one layer, and when that is healthy. Qt-free."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nnvis import number_text

SCALE = (-5.0, -1.0)  # powers of ten at the gauge's ends
BAND = (-3.5, -2.5)  # where a layer learns at a good pace


@dataclass(frozen=True, eq=False)
class HealthRow:
    """One layer.

    Attributes:
        title: as on its card.
        ratio: update / weight of the batch measured last.
        ratios: those of the recent measured batches, this one included.
        norms: gradient norms, evenly spaced over the run so far, for the line; the last one is written beside it.
        stuck, units, flat: over the validation images, units that let no gradient through, of how many, and the share
            of outputs where the activation is flat; None where that cannot be.
        saturates: whether stuck units are saturated (sigmoid, tanh), and not dead (relu).
        is_eased: whether the schedule has brought the learning rate far down: then small updates are no fault.
    """

    title: str
    ratio: float
    ratios: NDArray[np.float64]
    norms: NDArray[np.float64]
    stuck: int | None = None
    units: int = 0
    flat: float | None = None
    is_eased: bool = False
    saturates: bool = False

    @property
    def norm(self) -> float:
        """The gradient norm of the batch measured last."""
        return float(self.norms[-1])

    @property
    def is_off_scale(self) -> bool:
        """Whether the gauge cannot show the ratio."""
        return not 10 ** SCALE[0] <= self.ratio <= 10 ** SCALE[1]

    @property
    def is_alarming(self) -> bool:
        """Whether a ratio off the gauge is a fault, and not what the schedule wants."""
        return self.is_off_scale and not (self.is_eased and self.ratio < 10 ** SCALE[0])

    @cached_property
    def span(self) -> tuple[float, float] | None:
        """The smallest and the largest finite ratio of the recent batches; None of fewer than two."""
        seen = self.ratios[np.isfinite(self.ratios)]
        return (float(seen.min()), float(seen.max())) if len(seen) > 1 else None

    @cached_property
    def is_healthy(self) -> bool:
        """Whether the recent batches moved it at a good pace: their median lies in the band."""
        ratios = self.ratios.tolist()  # so few that NumPy's median takes five times as long
        return not any(map(math.isnan, ratios)) and 10 ** BAND[0] <= statistics.median(ratios) <= 10 ** BAND[1]

    @property
    def ratio_text(self) -> str:
        """The ratio as it is written."""
        return number_text.power(self.ratio)

    @property
    def norm_text(self) -> str:
        """The gradient norm as it is written."""
        return number_text.measure(self.norm, 2)

    @property
    def stuck_text(self) -> str:
        """How many units are stuck, as it is written."""
        return "—" if self.stuck is None else f"{number_text.count(self.stuck)} of {number_text.count(self.units)}"

    @property
    def flat_text(self) -> str:
        """The share of outputs where the activation is flat, as it is written."""
        return "—" if self.flat is None else number_text.percent(self.flat, 0)

    @property
    def sentence(self) -> str:
        """All of it in words."""
        words = f"{self.title}: update by weight {self.ratio_text}, gradient norm {self.norm_text}"
        if self.stuck is not None:
            stuck, flat = ("saturated", "at the ends") if self.saturates else ("dead", "zeros")
            words += f", {self.stuck_text} units {stuck}, {self.flat_text} {flat}"
        return words


def gauge_place(ratio: float) -> float:
    """Return where a ratio stands between the gauge's ends, from 0 to 1; beyond them it stays at the end."""
    if math.isnan(ratio) or ratio <= 0:
        return 0.0
    if math.isinf(ratio):
        return 1.0
    low, high = SCALE
    return min(1.0, max(0.0, (math.log10(ratio) - low) / (high - low)))
