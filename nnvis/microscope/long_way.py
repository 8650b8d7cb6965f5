"""The long way through a Jacobian, beside the short way that is really taken. Qt-free.

At the output the loss divides by the very probability that softmax multiplies by; it cancels, and y - t remains. At a
hidden layer the Jacobian has numbers on its diagonal alone, so the matrix product becomes a Hadamard product.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnvis.microscope.blocks import Block, choose, top_of
from nnvis.microscope.numbers_in import short
from nnvis.microscope.operands import Operand
from nnvis.microscope.source import CodeLine, code_of
from nnvis.microscope.stops import Stop

Array = NDArray[Any]
MOST_UNITS = 10


@dataclass(frozen=True)
class LongLine:
    """One entry of the result: a product in which `struck` parts cancel each other."""

    name: str
    parts: tuple[tuple[str, bool], ...]  # text, and whether it is struck through
    result: float
    short: float
    is_true: bool


@dataclass(frozen=True, eq=False)
class LongWay:
    """Both ways for one image: dY times the Jacobian, and what the program computes instead."""

    title: str
    dY: Block  # stood up
    jacobian: Block
    result: Block
    shortcut: Block
    latex: tuple[str, str, str, str]  # of dY, J, the result, the short way
    formula: str
    lines: tuple[LongLine, ...]
    surviving: int | None  # the one row that is not multiplied with 0, if there is just one
    difference: float
    costs: tuple[str, str]
    sentence: str
    code: tuple[CodeLine, ...]
    note: str
    scope: str


def has_long_way(stop: Stop) -> bool:
    """Whether a Jacobian stands between the error that arrives and the one that is passed on."""
    traced = stop.layer_trace
    if stop.result != "dZ" or traced is None or traced.layer.output_activation is None:
        return False
    return np.ndim(stop.values["dZ"]) == 2


def long_way(stop: Stop, image: int, names: tuple[str, ...]) -> LongWay:
    """The long way of this stop for one image, in float64."""
    traced = stop.layer_trace
    assert traced is not None
    assert traced.layer.output_activation is not None
    function, loss = traced.layer.output_activation, stop.trace.loss
    Z = np.asarray(traced.arrays["Z"], np.float64)[image : image + 1]
    Y = function.forward(Z, np.empty_like(Z))
    J = function.jacobian(Z)[0]
    is_output = stop.tag == "BP1" and stop.trace.is_fused
    if is_output:
        T = loss.arrays(np.asarray(stop.trace.outputs), stop.trace.targets)["T"][image : image + 1].astype(np.float64)
        encoded = stop.trace.targets[image : image + 1]
        fresh = replace(loss)
        dY = np.array(fresh.gradient(Y, encoded.astype(np.float64) if encoded.dtype.kind == "f" else encoded))[0]
        direct = np.array(
            fresh.fused_gradient(Y, encoded.astype(np.float64) if encoded.dtype.kind == "f" else encoded)
        )[0]
    else:
        T = None
        dY = np.asarray(stop.values["dY"], np.float64)[image]
        out = np.empty_like(Z)
        direct = function.backward(dY[None], Z, Y, out)[0].copy()
    result = dY @ J
    kept = choose(len(dY), MOST_UNITS, direct)
    shown = names if len(names) == len(dY) else tuple(str(index) for index in range(len(dY)))
    heads = tuple(shown[int(index)] for index in kept)
    context = stop.context(None)
    y, dZ = f"Y_{{{_number(stop)}}}", context.latex(_node("dZ"))
    top = float(np.abs(np.concatenate([result, direct])).max())
    alive = np.flatnonzero(dY)
    single = int(alive[0]) if len(alive) == 1 else None
    rest = "" if len(kept) == len(dY) else f"{len(kept)} of {len(dY)} units, those with the largest error"
    if is_output and T is not None and single is not None:
        lines = tuple(
            _cancelled(heads[row], int(unit), single, Y[0], T[0], result, direct) for row, unit in enumerate(kept)
        )
        formula = (
            rf"{dZ} = -\frac{{1}}{{y_t}} \cdot y_t \left(\left[k = t\right] - y_k\right) = y_k - \left[k = t\right]"
        )
        sentence = (
            f"The loss divides by the very probability {short(float(Y[0, single]), 4)} that {function.title} "
            f"multiplies by: it cancels, and what remains is what was said minus what is true."
        )
        title, note = (
            "Why it is only Y − T: the long way",
            f"only row {shown[single]} survives, because T is 0 in all others",
        )
    else:
        diagonal = function.elementwise
        lines = tuple(_product(heads[row], int(unit), dY, J, result, direct) for row, unit in enumerate(kept))
        formula = rf"{dZ} = dY\, J" + (r" = dY \odot f'(Z)" if diagonal else "")
        off = len(dY) * (len(dY) - 1)
        sentence = (
            f"Each unit answers to its own sum alone, so {off:,} of the {len(dY) ** 2:,} slopes are 0: the matrix "
            f"product is a product unit by unit."
            if diagonal
            else "Every score moves every share: all the slopes are needed, and the code writes their product out."
        )
        title = "Why a Hadamard product: the long way" if diagonal else "Through the whole Jacobian"
        note = "off the diagonal all 0" if diagonal else "no entry is 0"
    arrays = {"dY": dY, "J": J, "dZ": result, "short": direct}
    return LongWay(
        title=title,
        dY=_block(arrays["dY"], kept, (1, -1, 1), heads, ""),
        jacobian=_matrix(J, kept, heads),
        result=_block(arrays["dZ"], kept, (1, 1, -1), (), "", top),
        shortcut=_block(arrays["short"], kept, (1, 1, -1), (), "", top),
        latex=("dY", rf"J_{{ik}} = \partial {y.replace('}', ',i}', 1)} / \partial Z_{{k}}", dZ,
               f"{y} - T" if is_output else "dY \\odot f'(Z)"),
        formula=formula,
        lines=lines,
        surviving=None if single is None or single not in kept else int(np.flatnonzero(kept == single)[0]),
        difference=float(np.abs(result - direct).max()),
        costs=(f"{len(dY) ** 2:,} products", f"{len(dY):,} {'subtractions, no division' if is_output else 'products'}"),
        sentence=sentence,
        code=(code_of(function.jacobian, "matrices"),),
        note=" · ".join(text for text in (note, rest) if text),
        scope="one image, before the mean over the batch" if is_output else "one image",
    )  # fmt: skip


def _node(text: str) -> Any:
    import ast

    return ast.parse(text, mode="eval").body


def _number(stop: Stop) -> str:
    return stop.names.get("Y", "Y_0").rpartition("_")[2]


def _cancelled(name: str, unit: int, true: int, Y: Array, T: Array, result: Array, direct: Array) -> LongLine:
    probability = short(float(Y[true]), 4)
    bracket = f"({'1' if unit == true else '0'} − {short(float(Y[unit]), 4)})"
    parts = (("−1/", False), (probability, True), (" × ", False), (probability, True), (f" × {bracket}", False))
    return LongLine(name, parts, float(result[unit]), float(direct[unit]), unit == true)


def _product(name: str, unit: int, dY: Array, J: Array, result: Array, direct: Array) -> LongLine:
    others = len(dY) - 1
    rest = f"  + {others} × 0" if np.count_nonzero(J[:, unit]) <= 1 else f"  + {others} more"
    parts = ((f"{short(float(dY[unit]))} × {short(float(J[unit, unit]))}", False), (rest, False))
    return LongLine(name, parts, float(result[unit]), float(direct[unit]), False)


def _block(
    values: Array, kept: Array, shape: tuple[int, ...], heads: tuple[str, ...], caption: str, top: float | None = None
) -> Block:
    places = kept.reshape(shape)
    operand = Operand("dY", "dY", values, ("k",))
    return Block(operand, "signed", "cells", values[places], places, 1, top_of(values) if top is None else top, caption,
                 "", "", heads, ())  # fmt: skip


def _matrix(J: Array, kept: Array, heads: tuple[str, ...]) -> Block:
    places = np.arange(J.size).reshape(J.shape)[np.ix_(kept, kept)][None]
    operand = Operand("J", "J", J, ("i", "k"))
    return Block(operand, "signed", "cells", J.reshape(-1)[places], places, 1, top_of(J), "", "", "k", (), heads)
