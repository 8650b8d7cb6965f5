"""What a chart measures: how loss and accuracy are written and which range of them is shown. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nnvis import number_text
from nnvis.widgets import chart_scale
from nnvis.widgets.chart_scale import Axis

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shown:
    """What is about to be drawn, in the quantity's own unit: line points with their epochs, and the raw extremes."""

    epochs: Floats
    lines: Floats
    raw_low: Floats
    raw_high: Floats


@dataclass(frozen=True)
class Chance:
    """What guessing would reach, and its words: ``guessing: 10 %``."""

    value: float
    text: str


class Measure(Protocol):
    """A quantity a chart can show."""

    name: str
    can_log: bool
    low_is_best: bool
    sentence: str  # what it is

    def words(self, value: float) -> str:
        """Write a value."""

    def axis(self, shown: Shown, height: int, log: bool) -> Axis:
        """Return the vertical axis that suits what is drawn, in plotted units."""


class LossMeasure:
    """A loss: no upper end, and worth a log scale, for most of its fall happens in the first moments."""

    name = "loss"
    can_log = True
    low_is_best = True
    sentence = "How far the outputs are from the labels, in one number: the one that training makes smaller."

    def words(self, value: float) -> str:
        """Write a loss: 2.42, 0.075, or as a power of ten."""
        return number_text.measure(value, 2 if abs(value) >= 1 else 3)

    def axis(self, shown: Shown, height: int, log: bool) -> Axis:
        """Return an axis from zero up, or one of log10 values."""
        if log:
            most = 6 if height >= 150 else 5 if height >= 80 else 3
            return chart_scale.log_axis(*chart_scale.log_limits(shown.lines, shown.raw_low, shown.raw_high), most)
        lines = shown.lines[np.isfinite(shown.lines)]
        return chart_scale.linear_axis(float(lines.max()) if len(lines) else 1.0, 5 if height >= 110 else 4)


class AccuracyMeasure:
    """A share of right answers, from 0 to 1."""

    name = "accuracy"
    can_log = False
    low_is_best = False
    sentence = "The share of images whose largest output is the true class."

    def words(self, value: float) -> str:
        """Write a share in percent."""
        return number_text.share(value)

    def axis(self, shown: Shown, height: int, log: bool) -> Axis:
        """Return an axis up to 100 % that begins where the curve has settled."""
        return chart_scale.accuracy_axis(chart_scale.accuracy_floor(shown.epochs, shown.lines), height)


def plotted(values: Floats, log: bool) -> Floats:
    """Return what is plotted for these values: themselves, or their log10 (zero and below have none: not a number)."""
    if not log:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        logs: Floats = np.log10(values)
    return np.where(np.isfinite(logs), logs, np.nan)
