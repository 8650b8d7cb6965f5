"""Hyperparameters, declared once on the class that has them.

    @dataclass
    class Dense(Layer):
        units: int = hyper(32, low=1, high=8192, help="How many numbers this layer gives.")

From the declaration come the validation, the JSON, the form in the window with its bounds and tooltips, and the tests.
"""

from __future__ import annotations

import dataclasses
import math
import reprlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np

from core.errors import ConfigError

METADATA_KEY = "hyper"


@dataclass(frozen=True)
class Hyper:
    """One declared hyperparameter: everything a form, a validator or a test needs to know about it."""

    name: str
    default: Any
    kind: str  # "int", "float", "bool", "choice", "pair" (two ints), "shape" (one to four ints) or "text"
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    help: str = ""
    log: bool = False  # a slider over it is best logarithmic
    live: bool = False  # may change while training runs
    optional: bool = False  # None is allowed and means "off"
    exclusive_low: bool = False  # the lower bound itself is not allowed
    title: str = ""  # how a form calls it, where the name itself would be too long or too bare
    advanced: bool = False  # a form shows it only when asked for more

    @property
    def label(self) -> str:
        """The name as a form shows it: `learning_rate` becomes `Learning rate`."""
        return self.title or self.name.replace("_", " ").capitalize()

    def checked(self, value: Any, owner: str) -> Any:
        """Return `value` in its proper type, or raise ConfigError saying what is allowed."""
        if value is None and self.optional:
            return None
        try:
            return self._converted(value)
        except (TypeError, ValueError, OverflowError):
            raise ConfigError(f"{owner}: {self.name} cannot be {reprlib.repr(value)}. Give {self.allowed}.") from None

    @property
    def allowed(self) -> str:
        """The allowed values in words, such as "a whole number from 1 to 8192"."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind in ("bool", "text"):
            return {"bool": "true or false", "text": "a text"}[self.kind]
        noun = {
            "int": "a whole number",
            "float": "a number",
            "pair": "one or two whole numbers",
            "shape": "one to four whole numbers",
        }[self.kind]
        words = noun
        if self.low is not None and self.high is not None:
            words += f" {'above' if self.exclusive_low else 'from'} {_plain(self.low)} to {_plain(self.high)}"
        elif self.low is not None:
            words += f" {'above' if self.exclusive_low else 'of at least'} {_plain(self.low)}"
        elif self.high is not None:
            words += f" of at most {_plain(self.high)}"
        return words + (", or none" if self.optional else "")

    def _converted(self, value: Any) -> Any:
        if self.kind in ("bool", "text"):
            if not isinstance(value, bool if self.kind == "bool" else str):
                raise TypeError
            return value
        if self.kind == "choice":
            if not isinstance(value, str) or value not in self.choices:
                raise ValueError
            return value
        if self.kind in ("pair", "shape"):
            parts = tuple(value) if isinstance(value, Iterable) else (value,) * (2 if self.kind == "pair" else 1)
            if not (len(parts) == 2 if self.kind == "pair" else 1 <= len(parts) <= 4):
                raise ValueError
            return tuple(self._in_bounds(_whole(part)) for part in parts)
        return self._in_bounds(_whole(value) if self.kind == "int" else _real(value))

    def _in_bounds(self, value: Any) -> Any:
        if not math.isfinite(value):
            raise ValueError
        if self.low is not None and (value < self.low or (self.exclusive_low and value == self.low)):
            raise ValueError
        if self.high is not None and value > self.high:
            raise ValueError
        return value


def _plain(bound: float) -> str:
    """A bound as people write it: 8192, 1000000, 0.001."""
    return str(int(bound)) if bound == int(bound) else f"{bound:g}"


def _real(value: Any) -> float:
    if isinstance(value, (str, bytes, bool, np.bool_)):  # float() would take them all
        raise TypeError
    return float(value)


def _whole(value: Any) -> int:
    _real(value)
    if int(value) != value:
        raise ValueError
    return int(value)


def hyper(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Iterable[str] = (),
    unit: str = "",
    help: str = "",
    log: bool = False,
    live: bool = False,
    optional: bool = False,
    exclusive_low: bool = False,
    title: str = "",
    advanced: bool = False,
    kind: str = "",
    kw_only: bool = False,
) -> Any:
    """Declare a hyperparameter as a dataclass field. `kind` follows from the default unless given."""
    choices = tuple(choices)
    if not kind:
        kinds = {bool: "bool", int: "int", str: "text", tuple: "pair"}
        kind = "choice" if choices else kinds.get(type(default), "float")
    declared = {
        "default": default, "kind": kind, "low": low, "high": high, "choices": choices, "unit": unit, "help": help,
        "log": log, "live": live, "optional": optional, "exclusive_low": exclusive_low,
        "title": title, "advanced": advanced,
    }  # fmt: skip
    return dataclasses.field(default=default, metadata={METADATA_KEY: declared}, kw_only=kw_only)


class Configurable:
    """Base of everything that is described by its hyperparameters: layers, losses, optimizers, schedules, recipes.

    Subclasses are dataclasses. Two of them are equal when their hyperparameters are; `replace` gives a changed copy.
    """

    def __post_init__(self) -> None:
        for declared in self.hypers():
            object.__setattr__(self, declared.name, declared.checked(getattr(self, declared.name), self.kind_name()))

    @classmethod
    def kind_name(cls) -> str:
        """The name of this kind in files, palettes and messages: the class name."""
        return cls.__name__

    @classmethod
    @cache  # they are asked for with every copy, and a class never changes
    def hypers(cls) -> tuple[Hyper, ...]:
        """All declared hyperparameters in the order of declaration, keyword-only ones (the rarer) last."""
        fields = getattr(cls, "__dataclass_fields__", {}).values()
        declared = sorted(
            (field for field in fields if METADATA_KEY in field.metadata), key=lambda field: field.kw_only
        )
        return tuple(Hyper(name=field.name, **field.metadata[METADATA_KEY]) for field in declared)

    def values(self) -> dict[str, Any]:
        """The current value of each hyperparameter."""
        return {declared.name: getattr(self, declared.name) for declared in self.hypers()}

    def replace(self, **changes: Any) -> Self:
        """A fresh copy with some hyperparameters changed. Raises ConfigError for an unknown one or a bad value."""
        self._require_known(changes)
        return type(self)(**{**self.values(), **changes})

    @classmethod
    def _require_known(cls, names: Iterable[object]) -> None:
        known = sorted(declared.name for declared in cls.hypers())
        unknown = sorted(str(name) for name in names if name not in known)
        if unknown:
            what = f"{cls.kind_name()} has no hyperparameter {unknown[0]!r:.60}"
            raise ConfigError(f"{what}. It has: {', '.join(known)}.")

    def with_live(self, other: object) -> Self:
        """A copy with those hyperparameters of `other` that may change while training, if it is of the same kind."""
        return self.replace(**self._live_values(other))

    def take_live(self, other: object) -> None:
        """Take over those hyperparameters of `other` that may change while training, if it is of the same kind."""
        for name, value in self._live_values(other).items():
            object.__setattr__(self, name, value)

    def _live_values(self, other: object) -> dict[str, Any]:
        if type(other) is not type(self):
            return {}
        return {declared.name: getattr(other, declared.name) for declared in self.hypers() if declared.live}

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: the kind under "type", and every hyperparameter."""
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in self.values().items()}
        return {"type": self.kind_name(), **values}


def checked_values(declared: Iterable[Hyper], data: object, owner: str) -> dict[str, Any]:
    """The values in `data`, which must be those that were declared, no more and no less. Raises ConfigError."""
    names = {one.name for one in declared}
    if not isinstance(data, dict) or data.keys() != names:
        raise ConfigError(f"{owner} must be an object with {', '.join(sorted(names)) or 'nothing in it'}.")
    return {one.name: one.checked(data[one.name], owner) for one in declared}


def from_dict(catalogue: Iterable[type[Any]], data: object, what: str) -> Any:
    """Make the object that `to_dict` described; only kinds in `catalogue` can be made.

    Raises ConfigError naming the unknown kind or field. A missing field takes its default.
    """
    kinds = {kind.kind_name(): kind for kind in catalogue}
    if not isinstance(data, dict):
        raise ConfigError(f'A {what} must be an object with a "type", not {type(data).__name__}.')
    name = data.get("type")
    if not isinstance(name, str) or name not in kinds:
        raise ConfigError(f"Unknown {what} {name!r:.60}. Known: {', '.join(kinds)}.")
    kind = kinds[name]
    values = {key: value for key, value in data.items() if key != "type"}
    kind._require_known(values)
    return kind(**values)
