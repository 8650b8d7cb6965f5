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

FUNCTIONS: dict[str, Any] = {
    "exp": np.exp, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "abs": np.abs, "sign": np.sign, "tanh": np.tanh,
    "maximum": np.maximum, "minimum": np.minimum, "clip": np.clip, "where": np.where, "square": np.square,
    "sum": np.sum, "mean": np.mean, "max": np.max, "var": np.var, "reshape": np.reshape, "len": len,
    "erf": erf, "pi": np.pi,
}  # fmt: skip

# Names that stand for one number: a product with them needs no sign; typeset in Greek where the field does.
SCALARS = {
    "N": "N", "C": "C", "n": "n", "t": "t", "learning_rate": r"\eta", "momentum": r"\mu", "beta_1": r"\beta_1",
    "beta_2": r"\beta_2", "epsilon": r"\epsilon", "rate": "p", "rho": r"\rho", "alpha": r"\alpha", "delta": r"\delta",
    "places": "P", "pi": r"\pi", "weight_decay": r"\lambda", "smoothing": r"\alpha", "stddev": r"\sigma", "L": "L",
}  # fmt: skip

NAMES = {
    "gamma": r"\gamma", "beta": r"\beta", "mu": r"\mu", "sigma": r"\sigma", "X_hat": r"\hat{X}", "dX_hat": r"d\hat{X}",
    "m_hat": r"\hat{m}", "v_hat": r"\hat{v}", "P": r"\theta", "G": "g", "P_new": r"\theta'", "m_new": "m'",
    "v_new": "v'", "variance": r"\sigma^2",
}  # fmt: skip

# How tightly an operation binds, to set brackets only where they are needed.
ADD, MULTIPLY, UNARY, POWER, ATOM = 1, 2, 3, 4, 5


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
        return eval(code, {"__builtins__": {}}, {**known, **values})  # the text is ours, never a user's

    @cached_property
    def latex(self) -> str:
        """The whole equation as LaTeX."""
        return f"{_name(self.symbol)} = {_latex(self._tree.body)[0]}"

    def __str__(self) -> str:
        return f"{self.symbol} = {self.expression}"


def _name(name: str) -> str:
    if name in SCALARS:
        return SCALARS[name]
    if name in NAMES:
        return NAMES[name]
    if len(name) > 1 and name[0] == "d" and (name[1].isupper() or len(name) == 2):
        return "d" + _name(name[1:])
    stem, _, index = name.partition("_")
    if index:
        return f"{_name(stem)}_{{{index}}}" if len(index) == 1 else rf"{_name(stem)}_{{\mathrm{{{index}}}}}"
    return name if len(name) == 1 else rf"\mathrm{{{name}}}"


def _is_scalar(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return node.id in SCALARS
    if isinstance(node, ast.BinOp):
        return _is_scalar(node.left) and _is_scalar(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_scalar(node.operand)
    return isinstance(node, ast.Call) and all(_is_scalar(argument) for argument in node.args)


def _wrapped(node: ast.expr, at_least: int) -> str:
    text, binding = _latex(node)
    return text if binding >= at_least else rf"\left({text}\right)"


def _latex(node: ast.expr) -> tuple[str, int]:
    """The LaTeX of a node, and how tightly it binds."""
    match node:
        case ast.Name(id=name):
            return _name(name), ATOM
        case ast.Constant(value=value):
            return f"{value:g}" if isinstance(value, float) else str(value), ATOM
        case ast.Attribute(value=base, attr="T"):
            return rf"{{{_wrapped(base, ATOM)}}}^{{\top}}", POWER
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-{_wrapped(operand, UNARY)}", UNARY
        case ast.BinOp(left=left, op=operator, right=right):
            return _binary(left, operator, right)
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            sign = {ast.Gt: ">", ast.GtE: r"\geq", ast.Lt: "<", ast.LtE: r"\leq", ast.Eq: "="}[type(operator)]
            return rf"\left[{_latex(left)[0]} {sign} {_latex(right)[0]}\right]", ATOM  # Iverson's bracket: 1 or 0
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=keywords):
            return _call(function, arguments, {word.arg: word.value for word in keywords if word.arg})
        case ast.Subscript(value=base, slice=index):
            return rf"{{{_wrapped(base, ATOM)}}}_{{{_latex(index)[0]}}}", POWER
        case ast.Tuple(elts=parts):
            return ", ".join(_latex(part)[0] for part in parts), ATOM
    raise ValueError(f"Equations have no typesetting for {ast.unparse(node)!r}")


def _binary(left: ast.expr, operator: ast.operator, right: ast.expr) -> tuple[str, int]:
    match operator:
        case ast.Add():
            return f"{_wrapped(left, ADD)} + {_wrapped(right, ADD)}", ADD
        case ast.Sub():
            return f"{_wrapped(left, ADD)} - {_wrapped(right, MULTIPLY)}", ADD
        case ast.Mult():
            sign = r"\," if _is_scalar(left) or _is_scalar(right) else r"\odot"
            return f"{_wrapped(left, MULTIPLY)} {sign} {_wrapped(right, UNARY)}", MULTIPLY
        case ast.MatMult():
            return rf"{_wrapped(left, MULTIPLY)} \, {_wrapped(right, UNARY)}", MULTIPLY
        case ast.Div():
            return rf"\frac{{{_latex(left)[0]}}}{{{_latex(right)[0]}}}", UNARY
        case ast.Pow():
            return rf"{{{_wrapped(left, ATOM)}}}^{{{_latex(right)[0]}}}", POWER
    raise ValueError(f"Equations have no typesetting for {type(operator).__name__}")


def _call(function: str, arguments: list[ast.expr], options: dict[str, ast.expr]) -> tuple[str, int]:
    first = _latex(arguments[0])[0]
    match function:
        case "exp":
            return rf"e^{{{first}}}", POWER
        case "sqrt":
            return rf"\sqrt{{{first}}}", ATOM
        case "square":
            return rf"{{{_wrapped(arguments[0], ATOM)}}}^{{2}}", POWER
        case "abs":
            return rf"\left|{first}\right|", ATOM
        case "len":
            return "N", ATOM
        case "log":
            return rf"\ln {_wrapped(arguments[0], ATOM)}", UNARY
        case "log1p":
            return rf"\ln\left(1 + {first}\right)", UNARY
        case "sum":
            return rf"\sum_{{{_running_index(options)}}} {_wrapped(arguments[0], MULTIPLY)}", MULTIPLY
        case "mean":
            return rf"\frac{{1}}{{N}} \sum_{{{_running_index(options)}}} {_wrapped(arguments[0], MULTIPLY)}", MULTIPLY
        case "max" | "var":
            operator = {"max": r"\max", "var": r"\mathrm{var}"}[function]
            return rf"{operator}_{{{_running_index(options)}}} {_wrapped(arguments[0], ATOM)}", UNARY
        case "where":
            condition, yes, no = (_latex(argument)[0] for argument in arguments)
            condition = condition.removeprefix(r"\left[").removesuffix(r"\right]")
            return (
                rf"\begin{{cases}} {yes} & \text{{if }} {condition} \\ {no} & \text{{otherwise}} \end{{cases}}",
                ADD,
            )
        case "maximum" | "minimum":
            return rf"\{function[:3]}\left({', '.join(_latex(part)[0] for part in arguments)}\right)", ATOM
        case "tanh":
            return rf"\tanh\left({first}\right)", ATOM
        case "reshape":
            return rf"\mathrm{{reshape}}\left({first}\right)", ATOM
    return rf"\mathrm{{{function}}}\left({', '.join(_latex(part)[0] for part in arguments)}\right)", ATOM


def _running_index(options: dict[str, ast.expr]) -> str:
    """The letter under a sum: n runs over the batch, j over the last axis, both when no axis is named."""
    axis = options.get("axis")
    match axis:
        case ast.Constant(value=0):
            return "n"
        case ast.Constant(value=1) | ast.UnaryOp():
            return "j"
        case ast.Tuple():
            return "n, x, y"
    return "n, j"
