"""Written out: the numbers that made one entry of a result, every one of them. Qt-free.

dW[3, 7] = sum over n of X[n, 3] * dZ[n, 7]    ->    N products, which add up to the entry
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnvis.microscope.numbers_in import numbers_in
from nnvis.microscope.operands import Context, axes_of
from nnvis.microscope.stops import Shown

Array = NDArray[Any]
At = dict[str, int]


@dataclass(frozen=True, eq=False)
class Terms:
    """Numbers that are added: `values` (k,) are the products of the columns of `factors` (k, m).

    `axes` name what runs under the sum, `places` (k, len(axes)) say where; a single number has none.
    """

    text: str
    axes: tuple[str, ...]
    places: Array
    factors: Array
    values: Array

    def scaled(self, factor: float) -> Terms:
        """The same, each multiplied with a number."""
        if factor == 1:
            return self
        return Terms(self.text, self.axes, self.places, self.factors, self.values * factor)

    @property
    def total(self) -> float:
        """Their sum, from all of them."""
        return float(self.values.sum())


@dataclass(frozen=True, eq=False)
class WrittenOut:
    """One entry of a result: its place, its value as the network has it, and the terms."""

    at: Mapping[str, int]
    index: tuple[int, ...]
    value: float
    terms: tuple[Terms, ...]
    numbers: str  # the equation with numbers in it, as text

    @property
    def total(self) -> float:
        """The sum of all terms: the value, up to round-off."""
        return float(sum(each.total for each in self.terms))

    @property
    def is_sum(self) -> bool:
        """Whether anything is added up at all."""
        return any(len(each.values) > 1 for each in self.terms)


def written_out(shown: Shown, index: tuple[int, ...]) -> WrittenOut:
    """The terms of the entry of the result at `index`."""
    stop = shown.stop
    result = shown.result
    axes = stop.axes.get(stop.result, ())
    at = dict(zip(axes, index, strict=True)) if len(axes) == len(index) else {}
    node = stop.equations[-1]._tree.body
    reader = _Reader(shown)
    terms = reader.terms(node, at)
    value = float(result.value[index])
    return WrittenOut(at, index, value, tuple(terms), numbers_in(node, shown.context, at))


class _Reader:
    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._context: Context = shown.context

    def _axes(self, node: ast.expr) -> tuple[str, ...]:
        return axes_of(node, self._context.axes)

    def terms(self, node: ast.expr, at: At) -> list[Terms]:
        """What is added to make this part of the equation at this place."""
        context = self._context
        if context.is_scalar(node):
            return [self._single(node, at)]
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return [each.scaled(-1) for each in self.terms(operand, at)]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return [*self.terms(left, at), *self.terms(right, at)]
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return [*self.terms(left, at), *(each.scaled(-1) for each in self.terms(right, at))]
            case ast.BinOp(left=left, op=ast.Mult(), right=right) if context.is_scalar(left):
                return [each.scaled(float(context.value(left))) for each in self.terms(right, at)]
            case ast.BinOp(left=left, op=ast.Mult(), right=right) if context.is_scalar(right):
                return [each.scaled(float(context.value(right))) for each in self.terms(left, at)]
            case ast.BinOp(left=left, op=ast.Div(), right=right) if context.is_scalar(right):
                return [each.scaled(1 / float(context.value(right))) for each in self.terms(left, at)]
            case ast.BinOp(left=ast.Call() as left, op=ast.Div(), right=right):
                return [each.scaled(1 / self._entry(right, at)) for each in self.terms(left, at)]
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return [self._product(left, right, at)]
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=words):
                found = self._call(name, arguments, {word.arg: word.value for word in words}, at)
                if found is not None:
                    return found
        return [self._single(node, at)]

    def _product(self, left: ast.expr, right: ast.expr, at: At) -> Terms:
        """A row of the left matrix times a column of the right one."""
        axis = self._axes(left)[-1]
        row = self._line(left, at, (axis,))
        column = self._line(right, at, (axis,))
        return self._made(f"{ast.unparse(left)} {ast.unparse(right)}", (axis,), (len(row),), [row, column])

    def _call(self, name: str, arguments: list[ast.expr], words: Mapping[Any, ast.expr], at: At) -> list[Terms] | None:
        inner = arguments[0]
        axes = self._axes(inner)
        match name:
            case "sum" | "mean":
                value = np.asarray(self._context.value(inner))
                gone = self._gone(words.get("axis"), axes)
                sums = [self._sum(inner, axes, gone, at)]
                size = int(np.prod([value.shape[axes.index(axis)] for axis in gone])) if name == "mean" else 1
                return [each.scaled(1 / size) for each in sums]
            case "batch_sum" | "batch_mean":
                value = np.asarray(self._context.value(inner))
                total = self._sum(inner, axes, axes[:-1], at)
                return [total.scaled(1 / (value.size // value.shape[-1]) if name == "batch_mean" else 1)]
            case "rows" | "matrix" if len(at) and axes:
                return None
            case "reshape" if isinstance(inner, ast.BinOp) and self._shown.stop.result == "dW":
                return self._kernel(inner, at)
            case "reshape" if isinstance(inner, ast.Name):
                return [self._moved(inner, at)]
            case "spread" | "scatter" | "everywhere":
                from nnvis.microscope.written_windows import spread_terms

                return [spread_terms(self._shown, at)]
        return None

    def _kernel(self, product: ast.BinOp, at: At) -> list[Terms]:
        """A weight of a kernel: what its cell saw at every place, times the error there."""
        kernel = np.shape(self._context.values["W"])
        cell = int(np.ravel_multi_index((at["a"], at["b"], at["c"]), kernel[:3]))
        (terms,) = self.terms(product, {**at, "w": cell})
        places = np.stack(np.unravel_index(terms.places[:, 0], np.shape(self._context.values["dZ"])[:3]), axis=1)
        return [Terms("X dZ", ("n", "v", "u"), places, terms.factors, terms.values)]

    def _moved(self, node: ast.Name, at: At) -> Terms:
        """A number that only changed its place."""
        result, source = self._shown.result.value, np.asarray(self._context.values[node.id])
        index = tuple(at[axis] for axis in self._shown.stop.axes[self._shown.stop.result])
        flat = int(np.ravel_multi_index(index, result.shape))
        place = np.unravel_index(flat, source.shape)
        value = np.array([float(source[place])])
        return Terms(node.id, self._axes(node), np.array([place]), value[:, None], value)

    def _gone(self, axis: ast.expr | None, axes: tuple[str, ...]) -> tuple[str, ...]:
        if axis is None:
            return axes
        numbers = ast.literal_eval(axis)
        return tuple(axes[number] for number in (numbers if isinstance(numbers, tuple) else (numbers,)))

    def _sum(self, inner: ast.expr, axes: tuple[str, ...], gone: tuple[str, ...], at: At) -> Terms:
        parts = [inner]
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult):
            parts = [inner.left, inner.right]
        value = np.asarray(self._context.value(inner))
        lengths = tuple(value.shape[axes.index(axis)] for axis in gone)
        factors = [np.broadcast_to(self._line(part, at, gone), lengths).reshape(-1) for part in parts]
        return self._made(ast.unparse(inner), gone, lengths, factors)

    def _made(self, text: str, axes: tuple[str, ...], lengths: tuple[int, ...], factors: list[Array]) -> Terms:
        places = (
            np.stack([each.reshape(-1) for each in np.indices(lengths)], axis=1) if lengths else np.zeros((1, 0), int)
        )
        columns = np.stack([np.asarray(factor, np.float64) for factor in factors], axis=1)
        return Terms(text, axes, places, columns, columns.prod(axis=1))

    def _line(self, node: ast.expr, at: At, free: tuple[str, ...]) -> Array:
        """The values of a part along the free axes, at this place of all others; free axes in the order given."""
        value, axes = np.asarray(self._context.value(node), np.float64), self._axes(node)
        if value.ndim == 0:
            return value
        index: list[Any] = []
        for axis, length in zip(axes, value.shape, strict=True):
            index.append(slice(None) if axis in free else 0 if length == 1 else at[axis])
        left = [axis for axis in axes if axis in free]
        line = value[tuple(index)]
        order = [left.index(axis) for axis in free if axis in left]
        line = line.transpose(order)
        shape = iter(line.shape)
        return line.reshape([next(shape) if axis in left else 1 for axis in free])

    def _single(self, node: ast.expr, at: At) -> Terms:
        """A part that is no sum: one number, as the product that it may be."""
        parts = [node]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            parts = [node.left, node.right]
        factors = [self._entry(part, at) for part in parts]
        columns = np.array([factors])
        return Terms(ast.unparse(node), (), np.zeros((1, 0), int), columns, columns.prod(axis=1))

    def _entry(self, node: ast.expr, at: At) -> float:
        value, axes = np.asarray(self._context.value(node), np.float64), self._axes(node)
        if value.ndim == 0:
            return float(value)
        if len(axes) != value.ndim:  # the shape of the result itself, or one number for all, as where dropout rests
            axes = self._shown.stop.axes[self._shown.stop.result]
            value = np.broadcast_to(value, self._shown.result.value.shape)
        return float(
            value[tuple(0 if n == 1 else at[axis.rstrip("=")] for axis, n in zip(axes, value.shape, strict=True))]
        )
