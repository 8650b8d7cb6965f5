"""Worked examples: arrays that are given, and equations of the core evaluated on them, line by line.

    X = [[0.5, 1.0]]                given
    Dense.Z                         evaluated from the arrays above; the result is an array from then on
    Dense(activation='relu').Y
    dZ_2 = Dense.dX                 under a name of its own
    e = sum(dZ)                     any expression of the equations' language

A layer that looks at pictures takes a matrix as one gray picture, and a matrix W as its one kernel.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.equation import Equation
from core.latex import latex_name
from core.layers import Layer
from core.losses import SMALLEST_PROBABILITY, Loss
from nnvis.theory.references import TheoryError, equation, thing

Array = NDArray[np.float64]

_REFERENCE = re.compile(r"^(?:(?P<name>\w+)\s*=\s*)?(?P<owner>[A-Za-z]\w*(?:\(.*\))?)\.(?P<symbol>\w+)$")
_GIVEN = re.compile(r"^(?P<name>\w+)\s*=\s*(?P<value>.+)$")


@dataclass(frozen=True, eq=False)
class ExampleLine:
    """One array of the example: where it comes from (nothing: it is given) and what it is."""

    symbol: str
    equation: Equation | None
    value: Array

    @property
    def latex(self) -> str:
        """`Z = X W + b = [...]`, or `X = [...]` for a given one."""
        left = f"{latex_name(self.symbol)} = "
        if self.equation is not None:
            left += self.equation.latex.partition(" = ")[2] + " = "
        return left + matrix_latex(self.value)


def evaluate(text: str) -> tuple[ExampleLine, ...]:
    """All lines of an example. Raises TheoryError, with the line that is wrong."""
    lines: list[ExampleLine] = []
    values: dict[str, Any] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        try:
            done = _line(line, values)
        except (TheoryError, KeyError, ValueError, SyntaxError) as error:
            raise TheoryError(f"The example's line {line!r} cannot be worked out: {error}") from error
        values[done.symbol] = done.value
        lines.append(done)
    return tuple(lines)


def _line(line: str, values: Mapping[str, Any]) -> ExampleLine:
    reference = _REFERENCE.match(line)
    if reference:
        stated = equation(f"{reference['owner']}.{reference['symbol']}")
        value = _value(stated, thing(reference["owner"]), values)
        return ExampleLine(reference["name"] or stated.symbol, stated, value)
    given = _GIVEN.match(line)
    if given is None:
        raise TheoryError("it is neither `name = value` nor `Dense.Z`")
    try:
        return ExampleLine(given["name"], None, np.asarray(ast.literal_eval(given["value"]), float))
    except ValueError:  # no numbers: an expression over the arrays above
        stated = Equation(given["name"], given["value"])
        return ExampleLine(given["name"], stated, np.asarray(stated.evaluate(values), float))


def _value(stated: Equation, owner: Any, values: Mapping[str, Any]) -> Array:
    names = {**(owner.values() if hasattr(owner, "values") else {}), **_usual(values)}
    if isinstance(owner, Loss):
        names = {"epsilon": SMALLEST_PROBABILITY, **names}
    if not isinstance(owner, Layer) or owner.input_rank != 3:
        return np.asarray(stated.evaluate({**names, **values}), float)
    pictures = {name: _as_picture(name, np.asarray(value)) for name, value in values.items()}
    owner.build(pictures["X"].shape[1:], np.random.default_rng(0), np.float64)
    owner.forward(pictures["X"])
    return np.asarray(stated.evaluate({**owner.arrays(), **pictures}, owner.equation_functions()), float).squeeze()


def _usual(values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers that follow from the arrays: N samples of K outputs."""
    Y = values.get("Y", values.get("Z", values.get("X")))
    return {"N": len(Y), "K": np.shape(Y)[-1]} if Y is not None and np.ndim(Y) == 2 else {}


def _as_picture(name: str, value: NDArray[Any]) -> NDArray[Any]:
    """(h, w) -> (1, h, w, 1) for what flows, (h, w, 1, 1) for a kernel."""
    if value.ndim != 2:
        return value
    return value[:, :, np.newaxis, np.newaxis] if name.endswith("W") else value[np.newaxis, :, :, np.newaxis]


def matrix_latex(value: Array) -> str:
    """A number, a row or a matrix as LaTeX, with as few figures as tell it apart."""
    if value.size == 1:
        return number(value.item())
    rows = value if value.ndim == 2 else value.reshape(1, -1) if value.ndim == 1 else value.reshape(len(value), -1)
    body = r" \\ ".join(" & ".join(number(float(entry)) for entry in row) for row in rows)
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def number(value: float) -> str:
    """Three figures behind the point at most, and never 0 for what is not zero."""
    if value == 0:
        return "0"
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    if text in ("0", "-0"):
        mantissa, _, power = f"{value:.1e}".partition("e")
        return rf"{mantissa} \cdot 10^{{{int(power)}}}"
    return text
