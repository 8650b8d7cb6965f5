"""Typesetting: the syntax tree of a NumPy expression becomes LaTeX, with brackets only where they are needed."""

from __future__ import annotations

import ast
from dataclasses import dataclass

# Names that stand for one number: a product with them needs no sign; typeset in Greek where the field does.
SCALARS = {
    "N": "N", "C": "C", "K": "K", "t": "t", "learning_rate": r"\eta", "momentum": r"\mu", "beta_1": r"\beta_1",
    "beta_2": r"\beta_2", "epsilon": r"\epsilon", "rate": "p", "rho": r"\rho", "alpha": r"\alpha", "delta": r"\delta",
    "places": "P", "pi": r"\pi", "weight_decay": r"\lambda", "smoothing": r"\alpha", "stddev": r"\sigma", "L": "L",
    "l2": r"\lambda", "global_clipnorm": "c",
}  # fmt: skip

NAMES = {
    "gamma": r"\gamma", "beta": r"\beta", "mu": r"\mu", "sigma": r"\sigma", "X_hat": r"\hat{X}", "dX_hat": r"d\hat{X}",
    "m_hat": r"\hat{m}", "v_hat": r"\hat{v}", "P": r"\theta", "G": "g", "P_new": r"\theta'", "m_new": "m'",
    "v_new": "v'", "variance": r"\sigma^2",
}  # fmt: skip

COMPARISONS = {ast.Gt: ">", ast.GtE: r"\geq", ast.Lt: "<", ast.LtE: r"\leq", ast.Eq: "="}

# How tightly an operation binds. Element-wise products bind looser than matrix products, which stand side by side.
ADD, MULTIPLY, JUXTAPOSE, UNARY, POWER, ATOM = range(6)


@dataclass(frozen=True)
class Piece:
    """A part of a formula. An open one would swallow a factor written behind it, as a sum does."""

    text: str
    binding: int = ATOM
    is_open: bool = False

    def bound(self, at_least: int) -> str:
        """The text, in brackets if it binds looser than `at_least`."""
        return self.text if self.binding >= at_least else self.bracketed

    @property
    def bracketed(self) -> str:
        """The text in brackets."""
        return rf"\left({self.text}\right)"


def latex(node: ast.expr) -> str:
    """The LaTeX of an expression. Raises ValueError for what equations are not made of."""
    return _piece(node).text


def latex_name(name: str) -> str:
    """The LaTeX of an array or a number of this name: dW, beta_1, X_hat."""
    if name in SCALARS:
        return SCALARS[name]
    if name in NAMES:
        return NAMES[name]
    if name[0] == "d" and len(name) > 1 and (name[1].isupper() or len(name) == 2 or name[1:] in NAMES):
        return "d" + latex_name(name[1:])
    stem, _, index = name.rpartition("_")
    if stem and index.isdigit():  # an array of one layer among many: X_hat_2
        return rf"{{{latex_name(stem)}}}_{{{index}}}" if stem in NAMES else f"{latex_name(stem)}_{{{index}}}"
    stem, _, index = name.partition("_")
    if index:
        return f"{latex_name(stem)}_{{{index}}}" if len(index) == 1 else rf"{latex_name(stem)}_{{\mathrm{{{index}}}}}"
    return name if len(name) == 1 else rf"\mathrm{{{name}}}"


def _piece(node: ast.expr) -> Piece:
    match node:
        case ast.Name(id=name):
            return Piece(latex_name(name))
        case ast.Constant(value=value):
            return Piece(f"{value:g}" if isinstance(value, float) else str(value))
        case ast.Attribute(value=base, attr="T"):
            return Piece(rf"{{{_piece(base).bound(ATOM)}}}^{{\top}}", POWER)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _piece(operand)
            return Piece(f"-{inner.bound(MULTIPLY)}", min(max(inner.binding, MULTIPLY), UNARY), inner.is_open)
        case ast.BinOp(left=left, op=operator, right=right):
            return _operation(left, operator, right)
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in COMPARISONS:
            # Iverson's bracket: 1 where it holds, 0 where not
            return Piece(rf"\left[{latex(left)} {COMPARISONS[type(operator)]} {latex(right)}\right]")
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=keywords):
            return _call(function, arguments, {word.arg: word.value for word in keywords if word.arg})
        case ast.Subscript(value=base, slice=index):
            return Piece(rf"{{{_piece(base).bound(ATOM)}}}_{{{latex(index)}}}", POWER)
        case ast.Tuple(elts=parts):
            return Piece(", ".join(latex(part) for part in parts))
    raise ValueError(f"Equations have no typesetting for {ast.unparse(node)!r}")


def _operation(left_node: ast.expr, operator: ast.operator, right_node: ast.expr) -> Piece:
    left, right = _piece(left_node), _piece(right_node)
    match operator:
        case ast.Add():
            return Piece(f"{left.bound(ADD)} + {_behind(right, ADD)}", ADD)
        case ast.Sub():
            return Piece(f"{left.bound(ADD)} - {_behind(right, MULTIPLY)}", ADD)
        case ast.Mult() if _is_scalar(left_node) or _is_scalar(right_node):
            factor = _behind(right, JUXTAPOSE)
            sign = r"\cdot" if factor[0].isdigit() else r"\,"
            return Piece(f"{_before(left, MULTIPLY)} {sign} {factor}", JUXTAPOSE, right.is_open)
        case ast.Mult():
            return Piece(rf"{_before(left, MULTIPLY)} \odot {_behind(right, JUXTAPOSE)}", MULTIPLY, right.is_open)
        case ast.MatMult():
            return Piece(rf"{_before(left, JUXTAPOSE)} \, {_behind(right, UNARY)}", JUXTAPOSE, right.is_open)
        case ast.Div():
            sign = "-" if left.binding > ADD and left.text.startswith("-") else ""  # stands best before the fraction
            return Piece(rf"{sign}\frac{{{left.text.removeprefix(sign)}}}{{{right.text}}}", UNARY)
        case ast.Pow():
            return Piece(rf"{{{left.bound(ATOM)}}}^{{{right.text}}}", POWER)
    raise ValueError(f"Equations have no typesetting for {type(operator).__name__}")


def _before(piece: Piece, at_least: int) -> str:
    """A left factor: closed, so that it keeps out what follows."""
    return piece.bracketed if piece.is_open else piece.bound(at_least)


def _behind(piece: Piece, at_least: int) -> str:
    """A right operand: no two signs may meet, as in `A -B`."""
    return piece.bracketed if piece.text.startswith("-") else piece.bound(at_least)


def _call(function: str, arguments: list[ast.expr], options: dict[str, ast.expr]) -> Piece:
    first = _piece(arguments[0])
    match function:
        case "exp":
            return Piece(rf"e^{{{first.text}}}", POWER)
        case "sqrt":
            return Piece(rf"\sqrt{{{first.text}}}")
        case "square":
            return Piece(rf"{{{first.bound(ATOM)}}}^{{2}}", POWER)
        case "abs":
            return Piece(rf"\left|{first.text}\right|")
        case "len":
            return Piece("N")
        case "log":
            return Piece(rf"\ln {first.bound(ATOM)}", UNARY, is_open=True)
        case "log1p":
            return Piece(rf"\ln\left(1 + {first.text}\right)")
        case "sum":
            return Piece(rf"\sum_{{{_letters(arguments[0], options)}}} {first.bound(MULTIPLY)}", UNARY, is_open=True)
        case "mean":
            return _mean(first, _letters(arguments[0], options))
        case "batch_sum":  # over samples, and over places where there are any: n runs over both
            return Piece(rf"\sum_{{n}} {first.bound(MULTIPLY)}", UNARY, is_open=True)
        case "batch_mean":
            return Piece(rf"\mathrm{{mean}}_{{n}} {first.bound(ATOM)}", UNARY, is_open=True)
        case "max" | "var":
            operator = {"max": r"\max", "var": r"\mathrm{var}"}[function]
            letters = _letters(arguments[0], options)
            return Piece(rf"{operator}_{{{letters}}} {first.bound(ATOM)}", UNARY, is_open=True)
        case "where":
            condition, yes, no = (latex(argument) for argument in arguments)
            condition = condition.removeprefix(r"\left[").removesuffix(r"\right]")
            lines = rf"{yes} & \text{{if }} {condition} \\ {no} & \text{{otherwise}}"
            return Piece(rf"\begin{{cases}} {lines} \end{{cases}}", ADD)
        case "maximum" | "minimum":
            return Piece(rf"\{function[:3]}{_listed(arguments)}")
        case "tanh":
            return Piece(rf"\tanh{_listed(arguments)}")
        case "reshape":
            return Piece(rf"\mathrm{{reshape}}\left({first.text}\right)")
    words = function.replace("_", r"\,")  # a bare underscore would set the rest as an index
    return Piece(rf"\mathrm{{{words}}}{_listed(arguments)}")


def _listed(arguments: list[ast.expr]) -> str:
    return rf"\left({', '.join(latex(argument) for argument in arguments)}\right)"


def _mean(inner: Piece, letters: str) -> Piece:
    """A sum divided by how many were summed: N samples, K outputs of a sample, or both."""
    counts = {"n": "N", "j": "K", "n, j": r"N \, K"}
    if letters in counts:
        text = rf"\frac{{1}}{{{counts[letters]}}} \sum_{{{letters}}} {inner.bound(MULTIPLY)}"
        return Piece(text, UNARY, is_open=True)
    return Piece(rf"\mathrm{{mean}}_{{{letters}}} {inner.bound(ATOM)}", UNARY, is_open=True)


def _letters(argument: ast.expr, options: dict[str, ast.expr]) -> str:
    """The letters that run under a sum: n over the batch, j over the last axis, x and y over the places of an image."""
    match options.get("axis"):
        case ast.Constant(value=0):
            return "n"
        case ast.Constant(value=1) | ast.UnaryOp():
            return "j"
        case ast.Tuple(elts=axes):
            names = {"0": "n", "1": "x", "2": "y"}
            return ", ".join(names.get(ast.unparse(axis), "j") for axis in axes)
    return _letters_left(argument)


def _letters_left(argument: ast.expr) -> str:
    """What still runs when all is summed: n and j, or the one of them that no sum within has used up."""
    for part in ast.walk(argument):
        if isinstance(part, ast.Call):
            options = {word.arg: word.value for word in part.keywords if word.arg}
            if "axis" in options and "keepdims" not in options:
                return "j" if _letters(part.args[0], options) == "n" else "n"
    return "n, j"


def _is_scalar(node: ast.expr) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in SCALARS
        case ast.BinOp(left=left, right=right):
            return _is_scalar(left) and _is_scalar(right)
        case ast.UnaryOp(operand=operand):
            return _is_scalar(operand)
        case ast.Call(func=ast.Name(id=function), args=arguments):
            return function == "len" or all(_is_scalar(argument) for argument in arguments)
    return False
