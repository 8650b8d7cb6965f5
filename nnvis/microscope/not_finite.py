"""Where an update stops being made of numbers: which array has how many that are infinite or undefined. Qt-free."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnvis.number_text import count

if TYPE_CHECKING:
    from nnvis.microscope.stops import Shown, Stop


def is_finite(value: Any) -> bool:
    """Whether all entries are numbers."""
    array = np.asarray(value)
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def is_broken(stop: Stop) -> bool:
    """Whether what the stop gives is not all numbers."""
    trace = stop.trace
    means = {"loss": trace.mean_loss, "again": trace.loss_after}  # not computed before somebody looks
    return not is_finite(means.get(stop.key, stop.values.get(stop.result, 0.0)))


def begins_at(stops: Sequence[Stop]) -> int | None:
    """The number of the first stop whose result is not all numbers; None when there is none."""
    return next((number for number, stop in enumerate(stops) if is_broken(stop)), None)


def no_numbers(stop: Stop, shown: Shown) -> str:
    """The sentence of a stop with such entries, in its result or in what it is made of; empty when there are none."""
    arrays = {stop.result: shown.result.value, **shown.context.values}
    for name, array in arrays.items():
        if isinstance(array, np.ndarray) and not is_finite(array):
            undefined, infinite = int(np.isnan(array).sum()), int(np.isinf(array).sum())
            found = [f"{count(number)} {word}" for number, word in ((infinite, "Inf"), (undefined, "NaN")) if number]
            symbol = re.sub(r"[\\_{}]", "", stop.names.get(name, name))
            return f"From here on nothing is a number: {symbol} has {' and '.join(found)} among {count(array.size)}."
    return ""
