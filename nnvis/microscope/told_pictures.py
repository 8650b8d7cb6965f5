"""Pictures beside a number that is written out: what was multiplied, or the window that was looked at. Qt-free."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.layers import AveragePooling2D, MaxPooling2D
from nnvis.microscope.staging import Staging
from nnvis.microscope.written_out import Terms, WrittenOut
from nnvis.microscope.written_windows import cells_of, windows_over

Array = NDArray[Any]
Picture = tuple[str, Array, str]  # LaTeX, (h, w), kind


def pictures_of(staging: Staging, out: WrittenOut, main: Terms) -> tuple[Picture, ...]:
    """Input times weights is their product, where they are pictures."""
    stop = staging.shown.stop
    if main.axes == ("w",) and "W" in staging.shown.context.values:
        return _window(staging, out, main)
    if main.axes == ("n", "v", "u") and stop.result == "dW":
        return _swept(staging, out, main)
    shape = staging.hints.pictured.get("i")
    if main.axes != ("i",) or shape is None or main.factors.shape[1] != 2:
        return ()
    height, width, channels = shape
    left, right = (main.factors[:, side].reshape(height, width, channels).mean(axis=2) for side in (0, 1))
    product = main.values.reshape(height, width, channels).sum(axis=2)
    weights = _written(staging, "W")
    column = rf"{weights}\,[:, {out.index[-1]}]"
    return (("X", left, _kind(left)), (column, right, "signed"), (r"\mathrm{product}", product, "signed"))


def pooled_window(staging: Staging, out: WrittenOut) -> tuple[Picture, tuple[int, int] | None] | None:
    """The window of a pooled number with the cell that won (none where all have a share); None where nothing pools."""
    stop = staging.shown.stop
    layer: Any = stop.layer_trace.layer if stop.layer_trace else None
    if not isinstance(layer, MaxPooling2D | AveragePooling2D) or len(out.index) != 4:
        return None
    n, row, column, channel = out.index
    if stop.result == "dX":
        over = windows_over(layer, row, column)
        if not over:
            return None
        row, column = over[0][:2]
    top, bottom, left, right = cells_of(layer, row, column)
    seen = np.asarray(staging.shown.context.values["X"], np.float64)[n, top:bottom, left:right, channel]
    won = np.unravel_index(int(seen.argmax()), seen.shape) if isinstance(layer, MaxPooling2D) else None
    name = rf"{_written(staging, 'X')}\,[{top}\!:\!{bottom},\,{left}\!:\!{right},\,{channel}]"
    return (name, seen, _kind(seen)), None if won is None else (int(won[0]), int(won[1]))


def _window(staging: Staging, out: WrittenOut, main: Terms) -> tuple[Picture, ...]:
    """The window of one place, the kernel, and their products; of the map that says most."""
    kernel = np.shape(staging.shown.context.values["W"])[:3]
    left, right, product = (each.reshape(kernel) for each in (*main.factors.T, main.values))
    best = int(np.argmax(np.abs(product).sum(axis=(0, 1))))
    name = r"\mathrm{window}" + (rf"\,{best}" if kernel[2] > 1 else "")
    weights = rf"{_written(staging, 'W')}\,[:, :, {best}, {out.index[-1]}]"
    return (
        (name, left[:, :, best], _kind(left)),
        (weights, right[:, :, best], "signed"),
        (r"\mathrm{product}", product[:, :, best], "signed"),
    )


def _swept(staging: Staging, out: WrittenOut, main: Terms) -> tuple[Picture, ...]:
    """All that a kernel's cell has seen in one image, the errors there, and their products."""
    image = staging.shown.image or staging.hints.image
    of_image = main.places[:, 0] == image
    shape = np.shape(staging.shown.context.values["dZ"])[1:3]
    left, right = (main.factors[of_image, side].reshape(shape) for side in (0, 1))
    a, b, c, f = out.index
    error = _written(staging, "dZ")
    return (
        (rf"X\,[{a}\!:,\,{b}\!:,\,{c}]", left, _kind(left)),
        (rf"{error}\,[:, :, {f}]", right, "signed"),
        (r"\mathrm{product}", left * right, "signed"),
    )


def _kind(values: Array) -> str:
    return "magnitude" if values.min(initial=0.0) >= 0 else "signed"


def _written(staging: Staging, name: str) -> str:
    return staging.shown.context.latex(ast.parse(name, mode="eval").body)
