"""An equation stated once: typeset for people, evaluated by the tests and by the app on the numbers that ran.

    Equation("dW", "X.T @ dZ", "each input times each error, summed over the batch").latex   # dW = X^{\\top}\\, dZ
    Equation("dW", "X.T @ dZ").evaluate({"X": X, "dZ": dZ})                                  # a NumPy array

The expression is Python with NumPy's functions; names are the arrays of a layer, batch first.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.error_function import erf
from core.latex import latex, latex_name

FUNCTIONS: dict[str, Any] = {
    "exp": np.exp, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "abs": np.abs, "sign": np.sign, "tanh": np.tanh,
    "maximum": np.maximum, "minimum": np.minimum, "clip": np.clip, "where": np.where, "square": np.square,
    "sum": np.sum, "mean": np.mean, "max": np.max, "var": np.var, "reshape": np.reshape, "len": len,
    "erf": erf, "pi": np.pi,
}  # fmt: skip


@dataclass(frozen=True)
class Equation:
    """`symbol = expression`, with a note that says in a few words what it means."""

    symbol: str
    expression: str
    note: str = ""

    @cached_property
    def _tree(self) -> ast.Expression:
        return ast.parse(self.expression, mode="eval")

    @cached_property
    def names(self) -> frozenset[str]:
        """The arrays and numbers that the expression needs."""
        used = {node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name)}
        return frozenset(used - FUNCTIONS.keys())

    def evaluate(self, values: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None) -> Any:
        """The value of the expression for the given arrays.

        `functions` adds operations of one layer (such as `windows` of a convolution) to NumPy's.
        Raises KeyError naming what is missing.
        """
        known = {**FUNCTIONS, **(functions or {})}
        missing = self.names - values.keys() - known.keys()
        if missing:
            raise KeyError(f"{self.symbol} = {self.expression} needs {', '.join(sorted(missing))}")
        code = compile(self._tree, f"<equation {self.symbol}>", "eval")
        with np.errstate(over="ignore"):  # 1 / (1 + exp(1000)) is 0 by way of infinity, and right
            return eval(code, {"__builtins__": {}}, {**known, **values})  # the text is ours, never a user's

    @cached_property
    def latex(self) -> str:
        """The whole equation as LaTeX."""
        return f"{latex_name(self.symbol)} = {latex(self._tree.body)}"

    def __str__(self) -> str:
        return f"{self.symbol} = {self.expression}"
