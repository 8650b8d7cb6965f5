"""The source lines that ran: the statements of a function that write one array, read from the program. Qt-free."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_STATEMENTS = 2


@dataclass(frozen=True)
class CodeLine:
    """Statements of one function: where they are, what they say, and the whole function with the lines lit."""

    path: Path
    line: int  # of the first statement, counted from 1
    function: str  # "Dense.forward"
    statements: tuple[str, ...]
    target: str  # the array that they write
    source: str  # the whole function
    lit: tuple[int, ...]  # lines of `source`, counted from 0

    @property
    def place(self) -> str:
        """core/layers/dense.py:98"""
        return f"{'/'.join(self.path.parts[-3 if self.path.parent.name == 'layers' else -2 :])}:{self.line}"


def code_of(function: Callable[..., Any], target: str, known: Mapping[str, Any] | None = None) -> CodeLine:
    """The statements of `function` that write the array `target` and ran; what it returns, when none names it.

    Given a method, the object decides which branches ran, as far as they depend on it and on the `known` arguments.
    """
    plain = inspect.unwrap(getattr(function, "__func__", function))
    lines, first = inspect.getsourcelines(plain)
    source = textwrap.dedent("".join(lines))
    tree = ast.parse(source).body[0]
    assert isinstance(tree, ast.FunctionDef)
    there = dict(known or {}) | ({"self": function.__self__} if hasattr(function, "__self__") else {})
    chosen = _chosen(list(_ran(tree.body, there)), target)
    texts = tuple(" ".join((ast.get_source_segment(source, node) or ast.unparse(node)).split()) for node in chosen)
    lit = tuple(line for node in chosen for line in range(node.lineno - 1, (node.end_lineno or node.lineno)))
    path = Path(inspect.getsourcefile(plain) or "")
    return CodeLine(path, first + chosen[0].lineno - 1, plain.__qualname__, texts, target, source, lit)


def _ran(body: list[ast.stmt], there: Mapping[str, Any]) -> Iterator[ast.stmt]:
    """The simple statements in order, but for branches that what is `there` shows were not taken."""
    for node in body:
        if isinstance(node, ast.If):
            taken = _holds(node.test, there)
            yield from _ran(node.body, there) if taken is not False else ()
            yield from _ran(node.orelse, there) if taken is not True else ()
            if taken and isinstance(node.body[-1], ast.Return | ast.Continue):
                return
        elif isinstance(node, ast.For | ast.While | ast.With):
            yield from _ran(node.body, there)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield node


def _holds(test: ast.expr, there: Mapping[str, Any]) -> bool | None:
    """Whether a condition on what is `there` holds; None when it asks for more."""
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    if not names or not names <= there.keys() or any(isinstance(node, ast.Call) for node in ast.walk(test)):
        return None
    return bool(eval(compile(ast.Expression(test), "<condition>", "eval"), {"__builtins__": {}}, dict(there)))


def _chosen(ran: list[ast.stmt], target: str) -> list[ast.stmt]:
    """Those statements that compute the target, the last few of them."""
    aliases, found = {target}, []
    for node in ran:
        written = _written(node)
        if written & aliases and _computes(node):
            found.append(node)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                aliases.add(node.targets[0].id)  # rows = np.matmul(..., out=Z): what is added to rows is added to Z
    if not found:
        found = [node for node in ran if "out" in _written(node) and _computes(node)]
    if not found:
        found = [node for node in ran if isinstance(node, ast.Return)] or ran
    return found[-MOST_STATEMENTS:]


def _computes(node: ast.stmt) -> bool:
    """Whether anything is worked out, not only a place made for it."""
    value = getattr(node, "value", None)
    if isinstance(node, ast.AugAssign):
        return True
    if value is None or "buffers.get(" in ast.unparse(value)[:20]:
        return False
    return any(isinstance(part, ast.Call | ast.BinOp) for part in ast.walk(value)) or isinstance(value, ast.Name)


def _written(node: ast.stmt) -> set[str]:
    """The arrays that a statement writes: its targets, and what it gives as `out`."""
    places: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        places += node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        places.append(node.target)
    value = getattr(node, "value", None)
    if isinstance(value, ast.Call):
        places += [word.value for word in value.keywords if word.arg == "out"]
        if ast.unparse(value.func) == "np.copyto":
            places.append(value.args[0])
    names: set[str] = set()
    for place in places:
        for part in ast.walk(place):
            if isinstance(part, ast.Name):
                names.add(part.id)
            elif isinstance(part, ast.Attribute):
                names |= {part.attr, part.attr.removesuffix("_matrix")}
            elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                names.add(f"d{part.value}")  # self.gradients["gamma"]
    return names
