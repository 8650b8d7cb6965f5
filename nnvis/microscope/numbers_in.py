"""An equation with the numbers of one entry in the place of its arrays: 0.9 × 0.00205 + 0.1 × −0.0962. Qt-free."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import numpy as np

from nnvis.microscope.operands import Context, axes_of
from nnvis.number_text import MINUS, TIMES, power

_ADD, _MULTIPLY, _POWER, _ATOM = range(4)
WHOLE = 1e7  # whole numbers from there on are written as powers of ten
MOST_COMPETITORS = 12  # numbers that are written out in a maximum
_COMPARISONS = {ast.Gt: ">", ast.GtE: "≥", ast.Lt: "<", ast.LtE: "≤"}
_CLOSED = ("sum", "mean", "max", "var", "batch_sum", "batch_mean", "reshape", "spread", "scatter", "everywhere",
           "windows", "matrix", "rows")  # fmt: skip


def short(value: float, digits: int = 3) -> str:
    """A number with so many figures that count: −0.0962, 1.2·10⁻⁵, 0; never 0.000 for what is not zero."""
    if value == 0 or not np.isfinite(value):
        return "0" if value == 0 else "NaN" if np.isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
    if abs(value) < 1e-3 or abs(value) >= 1e5:
        return power(value, digits).replace(" · ", "·")
    places = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
    return f"{value:.{min(places, 6)}f}".replace("-", MINUS)


def plain(value: float, digits: int = 4) -> str:
    """A number that somebody has chosen, without zeros that say nothing: 0.9, 0.001, 10⁻⁷."""
    if 1e-4 <= abs(value) < 1e5:
        return f"{value:.{digits}g}".replace("-", MINUS)
    figures, times, ten = short(value, digits).partition("·")
    figures = figures.rstrip("0").rstrip(".") if "." in figures else figures
    return ten if times and figures == "1" else f"{figures}{times}{ten}"


def numbers_in(node: ast.expr, context: Context, at: Mapping[str, int]) -> str:
    """The expression with numbers; what runs over many numbers is written as its value."""
    return _written(node, context, at)[0]


def _written(node: ast.expr, context: Context, at: Mapping[str, int]) -> tuple[str, int]:
    match node:
        case ast.Constant(value=value):
            return _bound(short(float(value)) if isinstance(value, float) else str(value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"{MINUS}{_within(operand, context, at, _MULTIPLY)}", _ADD
        case ast.BinOp(left=left, op=operator, right=right) if not isinstance(operator, ast.MatMult):
            sign, binding = {
                ast.Add: (" + ", _ADD), ast.Sub: (f" {MINUS} ", _ADD), ast.Mult: (f" {TIMES} ", _MULTIPLY),
                ast.Div: (" / ", _MULTIPLY), ast.Pow: ("^", _POWER),
            }[type(operator)]  # fmt: skip
            tight = binding + isinstance(operator, ast.Sub | ast.Div | ast.Pow)
            return f"{_within(left, context, at, binding)}{sign}{_within(right, context, at, tight)}", binding
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            words = f"{_written(left, context, at)[0]} {_COMPARISONS[type(operator)]} {_written(right, context, at)[0]}"
            holds = entry(node, context, at)
            return f"({words}: {'1' if holds else '0'})", _ATOM
        case ast.Call(func=ast.Name(id="where"), args=[condition, yes, no]):
            return _written(yes if entry(condition, context, at) else no, context, at)
        case ast.Call(func=ast.Name(id="square"), args=[inner]):
            return f"{_within(inner, context, at, _ATOM)}²", _POWER
        case ast.Call(func=ast.Name(id="sqrt"), args=[inner]):
            return f"√{_within(inner, context, at, _ATOM)}", _POWER
        case ast.Call(func=ast.Name(id="max"), args=[inner]) if (competitors := _line(inner, context, at)) is not None:
            return f"max({', '.join(short(value) for value in competitors)})", _ATOM
        case ast.Call(func=ast.Name(id="len")):
            return short(entry(node, context, at)), _ATOM
        case ast.Call(func=ast.Name(id=name), args=arguments) if name not in _CLOSED:
            return f"{name}({', '.join(_written(each, context, at)[0] for each in arguments)})", _ATOM
    value = entry(node, context, at)
    is_whole = abs(value) < WHOLE and value == int(value)
    exact = is_whole and (context.is_scalar(node) or abs(value) >= 10)
    written = plain if context.is_scalar(node) else short
    return _bound(str(int(value)) if exact else written(value, 4) if np.isfinite(value) else "…")


def _bound(text: str) -> tuple[str, int]:
    """A number, and how strongly it holds together: 2.5·10⁻⁵ squared is (2.5·10⁻⁵)², for 10⁻⁵² is another number."""
    return text, _ADD if text.startswith(MINUS) else _MULTIPLY if "10⁻" in text or "·" in text else _ATOM


def _line(node: ast.expr, context: Context, at: Mapping[str, int]) -> list[float] | None:
    """The few values among which the largest is taken: those along the last axis."""
    value, axes = np.asarray(context.value(node), np.float64), axes_of(node, context.axes)
    if len(axes) != value.ndim or value.ndim < 2 or value.shape[-1] > MOST_COMPETITORS:
        return None
    if any(axis not in at for axis in axes[:-1]):
        return None
    index = tuple(0 if n == 1 else at[axis] for axis, n in zip(axes[:-1], value.shape[:-1], strict=True))
    return [float(each) for each in value[index]]


def _within(node: ast.expr, context: Context, at: Mapping[str, int], at_least: int) -> str:
    text, binding = _written(node, context, at)
    if binding < at_least and not (text.startswith(MINUS) and " " not in text and at_least <= _MULTIPLY):
        return f"({text})"
    return text


def entry(node: ast.expr, context: Context, at: Mapping[str, int]) -> float:
    """The value of a part at one place; not a number when the place is not known there."""
    value, axes = np.asarray(context.value(node), np.float64), axes_of(node, context.axes)
    if value.ndim == 0:
        return float(value)
    if len(axes) != value.ndim:
        return float("nan")
    try:
        return float(value[tuple(0 if n == 1 else at[axis] for axis, n in zip(axes, value.shape, strict=True))])
    except KeyError:
        return float("nan")
