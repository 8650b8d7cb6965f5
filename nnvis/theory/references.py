"""What stands between double braces in a theory page: equations and source lines of the core, looked up by name.

    Dense.dW                                the equation of a layer
    Dense(activation='tanh').Z              of a layer with hyperparameters
    relu.dZ   categorical_crossentropy.L    of an activation, of a loss
    Adam.P_new   SGD(momentum=0.9).m_new    of an optimizer
    integrated_gradients.A                  of a kind of saliency
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core import saliency
from core.activations import ACTIVATIONS
from core.equation import Equation
from core.errors import CoreError
from core.layers import LAYERS
from core.losses import LOSSES
from core.optimizers import OPTIMIZERS


class TheoryError(ValueError):
    """A theory page speaks of something that the code does not have."""


@lru_cache(maxsize=256)
def equation(reference: str) -> Equation:
    """The one equation that the reference names. Raises TheoryError."""
    owner, _, symbol = reference.rpartition(".")
    found = [each for each in equations_of(thing(owner)) if each.symbol == symbol]
    if not found:
        known = ", ".join(each.symbol for each in equations_of(thing(owner)))
        raise TheoryError(f"{owner} has no equation for {symbol!r}; it has {known}.")
    return found[0]


def thing(text: str) -> Any:
    """The layer, activation, loss or optimizer of that name, made with the hyperparameters that stand in brackets."""
    name, options = _call(text)
    kinds: dict[str, Any] = {kind.__name__: kind for catalogue in (LAYERS, OPTIMIZERS) for kind in catalogue}
    kinds |= {kind.kind_name(): kind for kind in ACTIVATIONS} | {kind.kind_name(): kind for kind in LOSSES}
    methods = {method.name: method for method in saliency.METHODS}
    if name in methods and not options:
        return methods[name]
    if name in kinds:
        return _made(kinds[name], options, text)
    raise TheoryError(f"There is no layer, activation, loss, optimizer or kind of saliency called {name!r}.")


def equations_of(owner: Any) -> tuple[Equation, ...]:
    """All equations of a layer, activation, loss or optimizer, in the order in which they run."""
    if isinstance(owner, saliency.Method):
        return owner.equations
    if hasattr(owner, "update_equations"):
        return tuple(owner.update_equations())
    if hasattr(owner, "value_equations"):
        return (
            *owner.value_equations, *owner.gradient_equations, *owner.fused_equations, *owner.fused_value_equations,
        )  # fmt: skip
    forward, backward = owner.forward_equations, owner.backward_equations
    if callable(forward):
        return (*forward(), *backward())
    return (*forward, *backward)


@dataclass(frozen=True)
class CodeLine:
    """A statement of the running program, and where it stands."""

    file: str
    line: int
    function: str
    text: str


def code_line(reference: str) -> CodeLine:
    """`Dense._backward: np.matmul(self.X.T` names the statement of that method which contains that text.

    The functions of `core.saliency` belong to no class: `saliency.occlusion: values =`.
    """
    function, _, part = reference.partition(":")
    owner, _, method = function.strip().rpartition(".")
    found = getattr(saliency if owner == "saliency" else type(thing(owner)), method, None)
    if found is None:
        raise TheoryError(f"{owner} has no method {method!r}.")
    lines, first = inspect.getsourcelines(found)
    tree = ast.parse(textwrap.dedent("".join(lines)))
    fits = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and part.strip() in ast.unparse(node)
    ]  # fmt: skip
    if len(fits) != 1:
        raise TheoryError(f"{len(fits)} statements of {function.strip()} contain {part.strip()!r}; one should.")
    path = inspect.getsourcefile(found) or ""
    module = found.__module__.replace(".", "/") + ".py"
    if not path:
        raise TheoryError(f"The source of {function} is not there.")
    return CodeLine(module, first + fits[0].lineno - 1, function.strip(), ast.unparse(fits[0]))


def _call(text: str) -> tuple[str, dict[str, Any]]:
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise TheoryError(f"{text!r} is no name.") from error
    match node:
        case ast.Name(id=name):
            return name, {}
        case ast.Call(func=ast.Name(id=name), args=[], keywords=words):
            return name, {word.arg: ast.literal_eval(word.value) for word in words if word.arg}
    raise TheoryError(f"{text!r} is neither a name nor a name with hyperparameters.")


def _made(kind: type[Any], options: dict[str, Any], text: str) -> Any:
    try:
        return kind(**options)
    except (CoreError, TypeError) as error:
        raise TheoryError(f"{text!r} cannot be made: {error}") from error
