"""Written out where windows overlap: the windows that a cell was part of, and what each sends back. Qt-free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from core.layers import Flatten, GlobalAveragePooling2D, MaxPooling2D, Reshape
from nnvis.microscope.operands import Operand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nnvis.microscope.stops import Shown, Stop
    from nnvis.microscope.written_out import Terms


def windows_over(layer: Any, row: int, column: int) -> list[tuple[int, int, int, int]]:
    """All windows that a cell is part of: (v, u) of the window, (a, b) of the cell within it."""
    windows = layer._windows
    (top, bottom), (left, right) = windows.border
    height, width = windows.image
    numbers = np.arange(1, height * width + 1).reshape(height, width)
    padded = np.ascontiguousarray(np.pad(numbers, ((top, bottom), (left, right))))[None, :, :, None]
    seen = windows.view(padded)[0, :, :, :, :, 0]
    found = np.argwhere(seen == row * width + column + 1)
    return [(int(v), int(u), int(a), int(b)) for v, u, a, b in found]


def cells_of(layer: Any, v: int, u: int) -> tuple[int, int, int, int]:
    """First and last row and column (last excluded) of the window at place (v, u), cut at the border of the image."""
    windows = layer._windows
    (top, _), (left, _) = windows.border
    y, x = v * windows.strides[0] - top, u * windows.strides[1] - left
    bottom, right = min(y + windows.size[0], windows.image[0]), min(x + windows.size[1], windows.image[1])
    return max(y, 0), bottom, max(x, 0), right


def linked(stop: Stop, at: Mapping[str, int]) -> dict[str, int | range]:
    """What is pointed at, with the window that belongs to it: what a place looked at, or a kernel's cell swept."""
    found: dict[str, int | range] = {**at, **moved(stop, at)}
    traced = stop.layer_trace
    layer: Any = traced.layer if traced else None
    if not hasattr(layer, "_windows"):
        return found
    if "v" in at and "u" in at and "y" not in at:
        top, bottom, left, right = cells_of(layer, at["v"], at["u"])
        found |= {"y": range(top, bottom), "x": range(left, right)}
        if "W" not in stop.values:
            found |= {axis: at[axis] for axis in ("c",) if axis in at}
    elif "y" in at and "x" in at and "v" not in at:
        over = windows_over(layer, at["y"], at["x"])
        if over:
            found["v"] = range(over[0][0], over[-1][0] + 1)
            found["u"] = range(over[0][1], over[-1][1] + 1)
    elif "a" in at and "b" in at and stop.result == "dW":
        rows, columns = layer._windows.places
        y, x = (at[axis] - border[0] for axis, border in zip("ab", layer._windows.border, strict=True))
        down, right_ = layer._windows.strides
        found |= {
            "y": range(max(0, y), y + (rows - 1) * down + 1),
            "x": range(max(0, x), x + (columns - 1) * right_ + 1),
        }
    return found


def has_window(shown: Shown, at: Mapping[str, int]) -> bool:
    """Whether what is pointed at has its window in an array that is shown: in the image that a place looked at."""
    window = {axis for axis, place in linked(shown.stop, at).items() if isinstance(place, range)}
    return bool(window) and any(window <= set(part.axes) for part in shown.parts if isinstance(part, Operand))


def moved(stop: Stop, at: Mapping[str, int]) -> dict[str, int]:
    """Where a number that only changes its place comes from and goes to: the indices of both."""
    traced = stop.layer_trace
    if traced is None or not isinstance(traced.layer, Flatten | Reshape):
        return {}
    sides = [(stop.axes[name][1:], traced.arrays[name].shape[1:]) for name in ("X", "Y")]  # of a sample
    for (axes, shape), (other, goal) in (sides, sides[::-1]):
        if all(axis in at for axis in axes):
            place = np.unravel_index(int(np.ravel_multi_index([at[axis] for axis in axes], shape)), goal)
            return dict(zip(other, map(int, place), strict=True))
    return {}


def spread_terms(shown: Shown, at: dict[str, int]) -> Terms:
    """What arrives at one cell of dX: from every window that it was part of."""
    from nnvis.microscope.written_out import Terms

    traced = shown.stop.layer_trace
    assert traced is not None
    layer: Any = traced.layer
    values = shown.context.values
    n, c = at["n"], at["c"]
    if isinstance(layer, GlobalAveragePooling2D):
        factors = np.array([[float(values["dY"][n, c])]])  # the equation itself divides by the number of places
        return Terms("dY", (), np.zeros((1, 0), int), factors, factors.prod(axis=1))
    over = windows_over(layer, at["y"], at["x"])
    if "W" in values:
        W, dZ = np.asarray(values["W"], np.float64), np.asarray(values["dZ"], np.float64)
        filters = W.shape[3]
        places: list[tuple[int, int, int]] = [(v, u, f) for v, u, _, _ in over for f in range(filters)]
        factors = np.array([[dZ[n, v, u, f], W[a, b, c, f]] for v, u, a, b in over for f in range(filters)]).reshape(
            -1, 2
        )
        return Terms("dZ W", ("v", "u", "f"), np.array(places).reshape(-1, 3), factors, factors.prod(axis=1))
    dY = np.asarray(values["dY"], np.float64)
    if isinstance(layer, MaxPooling2D):
        cells = shown.context.functions["windows"](values["X"])[n, :, :, c]
        width = layer.pool_size[1]
        share = [float(cells[v, u].argmax() == a * width + b) for v, u, a, b in over]
    else:
        counts = values["n"]
        share = [1 / float(counts[0, v, u, 0]) for v, u, _, _ in over]
    factors = np.array([[dY[n, v, u, c], part] for (v, u, _, _), part in zip(over, share, strict=True)]).reshape(-1, 2)
    return Terms(
        "dY", ("v", "u"), np.array([(v, u) for v, u, _, _ in over]).reshape(-1, 2), factors, factors.prod(axis=1)
    )
