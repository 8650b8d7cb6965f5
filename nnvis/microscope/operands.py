"""Operands: an equation taken apart into a row of arrays with signs between them, each array with its value. Qt-free.

    Z = X @ W + b   ->   X  ·  W  +  b

An expression with many arrays is opened only as far as a few blocks have room; what stays closed is one operand with
its own value. Axes that must agree have one name: pointing at row n of Z points at row n of X.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.equation import Equation
from core.latex import latex

Array = NDArray[Any]
Axes = tuple[str, ...]
MOST_OPERANDS = 4
ADD, MULTIPLY, ATOM = range(3)

OPENED = {  # functions that are written before the block of their argument
    "tanh": r"\tanh", "exp": r"\exp", "log": r"\ln", "max": r"\max", "mean": r"\mathrm{mean}", "sum": r"\sum",
    "batch_mean": r"\mathrm{mean}_{n}", "batch_sum": r"\sum_{n}", "sign": r"\mathrm{sign}", "abs": r"\mathrm{abs}",
    "windows": r"\mathrm{windows}", "matrix": "", "rows": "", "reshape": r"\mathrm{reshape}",
    "spread": r"\mathrm{spread}", "scatter": r"\mathrm{scatter}", "everywhere": r"\mathrm{everywhere}",
    "maximum": r"\max", "minimum": r"\min", "clip": r"\mathrm{clip}",
}  # fmt: skip


@dataclass(frozen=True)
class Sign:
    """What is written between two blocks."""

    latex: str


@dataclass(frozen=True, eq=False)
class Operand:
    """One array of an equation: how it is written, its value, and the names of its axes."""

    text: str
    latex: str
    value: Array
    axes: Axes


Part = Sign | Operand


@dataclass(frozen=True, eq=False)
class Context:
    """What an equation is read in: values, functions of its layer, axes of its arrays, and names for typesetting."""

    values: Mapping[str, Any]
    functions: Mapping[str, Callable[..., Any]]
    axes: Mapping[str, Axes]
    names: Mapping[str, str]  # "X" -> "Y_1"; a number stands for itself

    def value(self, node: ast.expr) -> Any:
        """The value of a part of an equation."""
        if isinstance(node, ast.Name) and node.id in self.values:
            return self.values[node.id]
        with np.errstate(all="ignore"):
            return Equation("", ast.unparse(node)).evaluate(self.values, self.functions)

    def is_scalar(self, node: ast.expr) -> bool:
        """Whether it is a single number that needs no block."""
        names = [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and each.id in self.values]
        return all(np.ndim(self.values[name]) == 0 for name in names)

    def latex(self, node: ast.expr) -> str:
        """How it is written, with the layer's number at its arrays."""
        return latex(_Renamed(self.names).visit(ast.parse(ast.unparse(node), mode="eval").body))

    def operand(self, node: ast.expr) -> Operand:
        """A part of the equation as one array."""
        value = np.asarray(self.value(node))
        axes = axes_of(node, self.axes)
        if len(axes) != value.ndim:
            axes = tuple(f"{ast.unparse(node)}:{axis}" for axis in range(value.ndim))
        axes = tuple(name if length > 1 else f"{name}=" for name, length in zip(axes, value.shape, strict=True))
        return Operand(ast.unparse(node), self.latex(node), value, axes)


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        name = self._names.get(node.id, node.id)
        if name.isdigit():
            return ast.Constant(int(name))
        return ast.Name(name, node.ctx)


@dataclass(frozen=True)
class _Closed:
    """A part that may still be opened; `tightness` says how tightly what stands around it binds."""

    node: ast.expr
    tightness: int = ADD


def parts_of(expression: str, context: Context, most: int = MOST_OPERANDS) -> tuple[Part, ...]:
    """The expression as signs and at most `most` operands, opened from the outside inwards."""
    row: list[Sign | _Closed] = [_Closed(ast.parse(expression, mode="eval").body)]
    while True:
        for place, item in enumerate(row):
            opened = _opened(item, context) if isinstance(item, _Closed) else None
            if opened and _count([*row[:place], *opened, *row[place + 1 :]], context) <= most:
                row[place : place + 1] = opened
                break
        else:
            break
    return tuple(_merged([_finished(item, context) for item in row]))


def _count(row: list[Sign | _Closed], context: Context) -> int:
    return sum(isinstance(item, _Closed) and not context.is_scalar(item.node) for item in row)


def _finished(item: Sign | _Closed, context: Context) -> Part:
    if isinstance(item, Sign):
        return item
    return Sign(context.latex(item.node)) if context.is_scalar(item.node) else context.operand(item.node)


def _merged(row: list[Part]) -> list[Part]:
    """Signs that stand beside each other become one."""
    merged: list[Part] = []
    for part in row:
        if isinstance(part, Sign) and merged and isinstance(merged[-1], Sign):
            merged[-1] = Sign(f"{merged[-1].latex} {part.latex}")
        else:
            merged.append(part)
    return merged


def _opened(item: _Closed, context: Context) -> list[Sign | _Closed] | None:
    if context.is_scalar(item.node):
        return None
    match item.node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return [Sign("-"), _Closed(operand, MULTIPLY)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _bracketed([_Closed(left), Sign("+"), _Closed(right)], item.tightness > ADD)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _bracketed([_Closed(left), Sign("-"), _Closed(right, MULTIPLY)], item.tightness > ADD)
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            product: list[Sign | _Closed] = [_Closed(left, MULTIPLY), Sign(r"\cdot"), _Closed(right, MULTIPLY)]
            return _bracketed(product, item.tightness > MULTIPLY)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            scaled = context.is_scalar(left) or context.is_scalar(right)
            product = [_Closed(left, MULTIPLY), Sign(r"\cdot" if scaled else r"\odot"), _Closed(right, MULTIPLY)]
            return _bracketed(product, item.tightness > MULTIPLY)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            if context.is_scalar(right):
                below = context.latex(right)
                simple = isinstance(right, ast.Name | ast.Constant)
                return [_Closed(left, MULTIPLY), Sign(f"/ {below}" if simple else rf"/ \left({below}\right)")]
            return [_Closed(left, MULTIPLY), Sign("/"), _Closed(right, ATOM)]
        case ast.Attribute(value=ast.Call(func=ast.Name(id="rows"), args=[inner]), attr="T"):
            return [_Closed(inner), Sign(r"{}^{\top}")]  # a row for every window: too many to be drawn as a matrix
        case ast.Attribute(value=ast.Call(func=ast.Name(id="matrix"), args=[inner]), attr="T"):
            return [_Closed(inner), Sign(r"{}^{\top}")]  # the kernels as they are, and not as a carpet
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in OPENED:
            return _call(name, arguments, item.node, context)
    return None


def _call(name: str, arguments: list[ast.expr], node: ast.expr, context: Context) -> list[Sign | _Closed]:
    sign = OPENED[name]
    if name in ("sum", "mean"):
        # the letters under the sum are those that the typesetting of the whole gives it
        before, found, _ = context.latex(node).partition(context.latex(arguments[0]))
        return [Sign(before.removesuffix(r"\left(").strip() if found else sign), _Closed(arguments[0], MULTIPLY)]
    if not sign:
        return [_Closed(arguments[0], MULTIPLY)]
    row: list[Sign | _Closed] = [Sign(f"{sign} (")]
    for place, argument in enumerate(arguments[:1] if name == "reshape" else arguments):
        row += [Sign(",")] * (place > 0)
        row.append(_Closed(argument))
    return [*row, Sign(")")]


def _bracketed(row: list[Sign | _Closed], needed: bool) -> list[Sign | _Closed]:
    return [Sign("("), *row, Sign(")")] if needed else row


def axes_of(node: ast.expr, known: Mapping[str, Axes]) -> Axes:
    """The names of the axes of an expression's value, from those of its arrays; empty for a single number."""
    match node:
        case ast.Name(id=name):
            return known.get(name, ())
        case ast.Attribute(value=base, attr="T"):
            return axes_of(base, known)[::-1]
        case ast.UnaryOp(operand=operand):
            return axes_of(operand, known)
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return (*axes_of(left, known)[:-1], *axes_of(right, known)[-1:])
        case ast.BinOp(left=left, right=right):
            return _longer(axes_of(left, known), axes_of(right, known))
        case ast.Compare(left=left, comparators=[right]):
            return _longer(axes_of(left, known), axes_of(right, known))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=words):
            return _axes_of_call(name, [axes_of(each, known) for each in arguments], words, "W" in known)
    return ()


def _longer(left: Axes, right: Axes) -> Axes:
    return left if len(left) >= len(right) else right


def _axes_of_call(name: str, arguments: list[Axes], words: list[ast.keyword], has_kernel: bool) -> Axes:
    first: Axes = arguments[0] if arguments else ()
    options = {word.arg: ast.literal_eval(word.value) for word in words if word.arg}
    match name:
        case "sum" | "mean" | "max" | "var":
            if "axis" not in options:
                return ()
            gone = options["axis"] if isinstance(options["axis"], tuple) else (options["axis"],)
            removed = {axis % len(first) for axis in gone} if first else set()
            if options.get("keepdims"):
                return tuple(f"{axis}=" if place in removed else axis for place, axis in enumerate(first))
            return tuple(axis for place, axis in enumerate(first) if place not in removed)
        case "batch_mean" | "batch_sum":
            return first[-1:]
        case "windows":
            # the windows of a convolution hold all maps at once, those of pooling one
            return () if len(first) != 4 else ("n", "v", "u", "w") if has_kernel else ("n", "v", "u", "c", "w")
        case "matrix":
            return ("w", first[-1]) if first else ()
        case "rows":
            return ("r", first[-1]) if first else ()
        case "reshape" | "spread" | "scatter" | "everywhere":
            return ()
    return max(arguments, key=len, default=())
