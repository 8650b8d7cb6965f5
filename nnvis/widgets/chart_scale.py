"""Ranges and ticks of the charts: which part of an axis is shown, and which round numbers stand on it. Qt-free."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnvis import number_text
from nnvis.number_text import count

Floats = NDArray[np.floating]

HEADROOM = 1.05  # the first point, with its ring, is not cut off by the upper edge


@dataclass(frozen=True)
class Tick:
    """A place on an axis, in the units that are plotted, and its words. ``now`` marks the moment training is at."""

    at: float
    text: str
    now: bool = False


@dataclass(frozen=True)
class Axis:
    """The visible stretch of an axis in plotted units, and its ticks."""

    low: float
    high: float
    ticks: tuple[Tick, ...]


def round_up(value: float, steps: tuple[float, ...] = (1.0, 2.0, 5.0)) -> float:
    """Return the smallest step times a power of ten that is not below a positive ``value``."""
    power = 10.0 ** math.floor(math.log10(value))
    for step in steps:
        if step * power >= value * (1 - 1e-9):
            return float(f"{step * power:.6g}")
    return float(f"{10 * power:.6g}")


def round_number(value: float) -> str:
    """Write a round number with only the digits it needs: 0.2, 0.05, −0.25, 3, 10⁻⁵."""
    if value == 0:
        return "0"
    if 1e-4 <= abs(value) < 1e5:
        return f"{value:,.6g}".replace("-", number_text.MINUS)
    exponent = math.floor(math.log10(abs(value)) + 1e-9)
    mantissa = round(value / 10.0**exponent, 3)
    if mantissa == 1:
        return number_text.power_of_ten(exponent)
    return f"{mantissa:g} · {number_text.power_of_ten(exponent)}".replace("-", number_text.MINUS)


def accuracy_floor(x: Floats, shares: Floats) -> float:
    """Return the largest of 0, 50, 80 and 90 % below which none of the last nine tenths of the points lies."""
    if not len(x):
        return 0.0
    late = shares[x >= x.min() + 0.1 * (x.max() - x.min())]
    lowest = float(late.min())
    return max((floor for floor in (0.5, 0.8, 0.9) if lowest >= floor), default=0.0)


def accuracy_axis(floor: float, height: int) -> Axis:
    """Return the accuracy axis from ``floor`` to 100 %, with three to five ticks as the height allows."""
    tall = height >= 110
    steps = {0.0: 0.25 if tall else 0.5, 0.5: 0.1 if height >= 190 else 0.25, 0.8: 0.05 if tall else 0.1}
    step = steps.get(floor, 0.025 if tall else 0.05)
    number = round((1 - floor) / step)
    shares = [floor + index * step for index in range(number + 1)]
    return Axis(floor, 1.0, tuple(Tick(share, f"{share * 100:.4g} %") for share in shares))


def linear_axis(highest: float, most: int = 5) -> Axis:
    """Return an axis from zero to just above ``highest``, with ticks at round numbers."""
    if not math.isfinite(highest) or highest <= 0:
        highest = 1.0
    step = round_up(HEADROOM * highest / (most - 1))
    number = math.ceil(HEADROOM * highest / step - 1e-9)
    decimals = max(0, -math.floor(math.log10(step)))
    if step >= 1 and highest < 10:
        decimals = 1

    def words(value: float) -> str:
        if value == 0:
            return "0"
        return round_number(value) if step * number >= 1e5 or step < 1e-4 else f"{value:,.{decimals}f}"

    return Axis(0.0, number * step, tuple(Tick(index * step, words(index * step)) for index in range(number + 1)))


def log_limits(lines: Floats, raw_low: Floats, raw_high: Floats) -> tuple[float, float]:
    """Return the values between which a loss is shown on a log scale.

    Room for the lines, for the worst of the raw batches (a loss that explodes does so long before its mean), and for
    the best but for their luckiest twentieth: a batch with a loss of almost nothing would press the curve into a
    corner. Both ends move in steps, so that the scale stands still most of the time.
    """
    positive = lines[np.isfinite(lines) & (lines > 0)]
    if not len(positive):
        return 0.01, 10.0
    lowest, highest = float(positive.min()), float(positive.max())
    raw = raw_low[np.isfinite(raw_low) & (raw_low > 0)]
    if len(raw):
        rank = len(raw) // 20
        lowest = min(lowest, max(float(np.partition(raw, rank)[rank]), lowest / 4))
    worst = raw_high[np.isfinite(raw_high)]
    if len(worst):
        highest = max(highest, float(worst.max()))
    half_steps = (1.0, 1.7, 3.0, 5.5)
    top = round_up(highest * 1.12, half_steps)
    bottom = round_up(lowest * 0.95, half_steps)
    while bottom > lowest * 0.95:
        bottom = round_up(bottom / 1.95, half_steps)
    return min(bottom, top / 10), top  # a loss that has hardly begun to fall gets room below


def log_axis(low: float, high: float, most: int = 5) -> Axis:
    """Return an axis of log10 values with ticks at 1, 3, 10, 30 ...; only at powers of ten when it is long."""
    bottom, top = math.log10(low), math.log10(high)
    first, last = math.floor(bottom), math.ceil(top)
    marks = [(3 if third else 1) * 10.0**exponent for exponent in range(first, last + 1) for third in (False, True)]
    inside = [mark for mark in marks if low * (1 - 1e-9) <= mark <= high * (1 + 1e-9)]
    if len(inside) > most:
        tens = [10.0**exponent for exponent in range(first, last + 1) if low <= 10.0**exponent <= high * (1 + 1e-9)]
        stride = math.ceil(len(tens) / most)
        inside = tens[::stride]
    return Axis(bottom, top, tuple(Tick(math.log10(mark), _log_words(mark)) for mark in inside))


def _log_words(mark: float) -> str:
    if 0.999 < mark < 9.99:
        return f"{mark:.1f}"
    return round_number(float(f"{mark:.3g}"))


def epoch_axis(low: float, high: float, now: float | None, width: int) -> Axis:
    """Return the time axis in epochs: whole ones where they fit, fractions when zoomed in, and "now" as the last tick.

    Args:
        low, high: the visible stretch.
        now: where training is, or None before it began.
        width: pixels of the axis; a tick needs about 44 of them, and none stands closer than that to "now".
    """
    span = max(high - low, 1e-9)
    step = round_up(span / min(8, max(2, width // 45)))
    if span >= 2:
        step = max(1.0, step)  # from two epochs on the grid marks whole epochs
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    room = 34 * span / max(1, width)
    ticks = []
    for index in range(math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6) + 1):
        at = index * step
        if now is None or not low <= now <= high or abs(at - now) >= room:
            ticks.append(Tick(at, "0" if index == 0 else f"{at:.{decimals}f}"))
    if now is not None and low <= now <= high * (1 + 1e-9):
        whole = abs(now - round(now)) < 1e-6
        # Two decimals tell apart a hundred moments of an epoch; a deeper zoom needs as many as its ticks plus one.
        ticks.append(Tick(now, f"{now:.0f}" if whole else f"{now:.{max(2, decimals + 1)}f}", now=True))
    return Axis(low, high, tuple(ticks))


def batch_axis(low: float, high: float, first: float, last: float, now: float | None, width: int) -> Axis:
    """Return the time axis numbered in batches, for a stretch so short that epochs would be long fractions.

    The axis itself stays in epochs, as the curves are: ``low`` is batch ``first``, ``high`` is batch ``last``, and
    training is at batch ``now``.
    """
    ticks = epoch_axis(first, last, now, width).ticks
    scale = (high - low) / max(last - first, 1e-9)
    whole = [tick for tick in ticks if abs(tick.at - round(tick.at)) < 1e-3]
    return Axis(low, high, tuple(Tick(low + (t.at - first) * scale, count(round(t.at)), t.now) for t in whole))


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places as near as can be to the wanted ones, in their order, at least ``gap`` apart, inside [low, high].

    Neighbours that collide share the way: two labels for one place end half a gap above and half a gap below it.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    # Take the gaps away and the places need only not fall: merge neighbours that do into blocks at their mean.
    blocks: list[list[float]] = []
    for rank, index in enumerate(order):
        blocks.append([wanted[index] - rank * gap])
        while len(blocks) > 1 and sum(blocks[-2]) / len(blocks[-2]) > sum(blocks[-1]) / len(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    level = [sum(block) / len(block) for block in blocks for _ in block]
    places = [0.0] * len(wanted)
    for rank, index in enumerate(order):
        last = high - (len(order) - 1) * gap
        places[index] = max(low, min(level[rank], last)) + rank * gap
    return places
