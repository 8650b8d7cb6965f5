"""The curve of an activation function with the point on it that is pointed at, and its slope there. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnvis.microscope.staging import Staging
from nnvis.microscope.written_out import WrittenOut

Array = NDArray[Any]
POINTS = 121
LEAST_REACH, MOST_REACH = 3.0, 12.0  # how far to both sides of zero the curve is drawn


@dataclass(frozen=True, eq=False)
class Curve:
    """y over z; the point (at, value); the slope there, when the way back is what it is about."""

    title: str
    z: Array
    y: Array
    at: float
    value: float
    slope: float | None


def curve_of(staging: Staging, out: WrittenOut) -> Curve | None:
    """The curve behind an entry of Y or of dZ; None where units are not answered one by one."""
    stop = staging.shown.stop
    traced = stop.layer_trace
    function = traced.layer.output_activation if traced else None
    if traced is None or function is None or not function.elementwise or stop.result not in ("Y", "dZ"):
        return None
    values = staging.shown.context.values
    sums = np.asarray(values.get("Z", ()))
    if sums.shape != staging.shown.result.value.shape or not np.isfinite(sums[out.index]):
        return None
    at = float(sums[out.index])
    reach = min(MOST_REACH, max(LEAST_REACH, abs(at) * 1.25))
    z = np.linspace(-reach, reach, POINTS)
    y = np.asarray(function.forward_equations[-1].evaluate({"Z": z}))
    slope = None
    if stop.result == "dZ":
        arrived = float(np.asarray(values["dY"])[out.index])
        slope = out.value / arrived if arrived else None
    value = float(function.forward_equations[-1].evaluate({"Z": np.array([at])})[0])
    return Curve(function.title, z, y, at, value, slope)
