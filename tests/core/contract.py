"""What the contract tests share: every variant of a class that its declarations allow, and central differences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from core.hyper import Configurable, Hyper

EPSILON = 1e-6  # of central differences in float64: they are right to about nine digits
EXTRA_VARIANTS = 5  # of each class, beyond those in which each value occurs once


def small(declared: Hyper) -> Any:
    """A modest value, so that thousands of variants take seconds."""
    if declared.kind == "int" and declared.default is not None:
        return min(declared.default, max(int(declared.low or 0), 3))
    return declared.default


def candidates(declared: Hyper) -> list[Any]:
    """Other values worth trying: all choices, both switches, the lowest number, unequal pairs."""
    low, high = declared.low, declared.high
    match declared.kind:
        case "choice":
            return list(declared.choices)
        case "bool":
            return [False, True]
        case "int":
            return [] if low is None else [int(low), int(low) + 1]
        case "pair":
            return [None] * declared.optional + [(1, 2), (3, 1)]
        case "float" if low is not None and high is not None:
            return [None] * declared.optional + [low] * (not declared.exclusive_low) + [low + 0.3 * (high - low)]
    return []


def variants(kind: type[Configurable], **fixed: Any) -> Iterator[Any]:
    """Objects of this class in which every candidate value of every hyperparameter occurs, in random company."""
    # A layer that is left out has no shapes, weights or passes to speak of: that is the stack's business.
    hypers = [declared for declared in kind.hypers() if declared.name not in fixed and declared.name != "enabled"]
    base = {declared.name: small(declared) for declared in hypers} | fixed
    rng = np.random.default_rng(5)
    columns = {}
    for declared in hypers:
        if values := candidates(declared):
            columns[declared.name] = [values[index] for index in rng.permutation(len(values))]
    rows = max((len(values) for values in columns.values()), default=0)
    rows += EXTRA_VARIANTS if len(columns) > 1 else 0
    seen: list[Any] = []
    for row in range(-1, rows):
        chosen = {
            name: values[row] if row < len(values) else values[rng.integers(len(values))]
            for name, values in columns.items()
        }
        made = kind(**(base | (chosen if row >= 0 else {})))
        if made not in seen:
            seen.append(made)
            yield made


def identity(made: Configurable) -> str:
    """A short name for a test: the class, and what differs from its default."""
    changed = [
        f"{declared.name}={getattr(made, declared.name)}".replace(" ", "")
        for declared in made.hypers()
        if getattr(made, declared.name) != small(declared)
    ]
    return "-".join([made.kind_name(), *changed])


def slope(function: Callable[[], float], array: np.ndarray, direction: np.ndarray) -> float:
    """How fast `function` grows as `array` moves along `direction`, by a central difference; the array is put back."""
    start = array.copy()
    array[...] = start + EPSILON * direction
    above = function()
    array[...] = start - EPSILON * direction
    below = function()
    array[...] = start
    return (above - below) / (2 * EPSILON)


def assert_gradient(
    name: str, function: Callable[[], float], array: np.ndarray, gradient: np.ndarray, rng: np.random.Generator
) -> None:
    """The gradient must foretell how `function` grows along random directions: no wrong entry escapes them."""
    for _ in range(3):
        direction = rng.normal(size=array.shape)
        np.testing.assert_allclose(
            np.vdot(gradient, direction), slope(function, array, direction), rtol=1e-6, atol=1e-6, err_msg=name
        )


def forgotten(catalogue: Iterable[type[Any]], base: type[Any], *modules: ModuleType) -> list[str]:
    """Finished classes that a catalogue lacks: those defined in `modules` that nothing else there stands on."""
    found = {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, base) and kind is not base and kind.__module__ == module.__name__
    }
    bases = {above for kind in found for above in kind.__mro__[1:]}
    listed = set(catalogue)
    return [f"{kind.__name__} is a {base.__name__} but not in its catalogue" for kind in found - listed - bases]
