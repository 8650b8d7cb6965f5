"""Hyperparameters: what is declared is what is allowed, and a refusal says what would be."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from core.errors import ConfigError
from core.hyper import Configurable, from_dict, hyper


@dataclass
class Tea(Configurable):
    """One hyperparameter of each kind."""

    cups: int = hyper(2, low=1, high=10, unit="cups")
    seed: int = hyper(0, low=0, high=2**63)
    strength: float = hyper(0.5, low=0, high=1, exclusive_low=True)
    depth: float = hyper(0.0, low=-5)
    sort: str = hyper("green", choices=("green", "black"))
    milk: bool = hyper(False)
    tray: Any = hyper((3, 2), low=1, high=20)
    sugar: Any = hyper(None, kind="int", low=0, high=5, optional=True)
    box: Any = hyper((1, 2, 3), kind="shape", low=1)
    note: str = hyper("")


@dataclass(frozen=True)
class Frozen(Configurable):
    size: int = hyper(1, low=0)


ALLOWED = [
    ("cups", 1, 1), ("cups", 10, 10), ("cups", 3.0, 3), ("cups", np.int64(4), 4),
    ("seed", 2**60 + 1, 2**60 + 1),
    ("strength", 1, 1.0), ("strength", 1e-300, 1e-300), ("strength", np.float32(0.25), 0.25), ("depth", -5, -5.0),
    ("sort", "black", "black"), ("milk", True, True),
    ("tray", 4, (4, 4)), ("tray", [1, 20], (1, 20)), ("tray", (2.0, 3), (2, 3)),
    ("sugar", None, None), ("sugar", 5, 5), ("box", 7, (7,)), ("box", [1, 2, 3, 4], (1, 2, 3, 4)), ("note", "", ""),
]  # fmt: skip

REFUSED = [
    ("cups", 0, "a whole number from 1 to 10"), ("cups", 11, "a whole number from 1 to 10"),
    ("cups", 2.5, "whole number"), ("cups", "3", "whole number"), ("cups", True, "whole number"),
    ("cups", np.True_, "whole number"), ("cups", None, "whole number"), ("cups", float("nan"), "whole number"),
    ("cups", float("inf"), "whole number"), ("cups", 10**400, "whole number"), ("cups", [1], "whole number"),
    ("strength", 0, "a number above 0 to 1"), ("strength", 1.001, "above 0"), ("strength", "0.5", "a number"),
    ("strength", float("nan"), "a number"), ("strength", True, "a number"), ("strength", 10**400, "a number"),
    ("strength", 1j, "a number"), ("depth", -5.1, "a number of at least -5"), ("depth", float("inf"), "a number"),
    ("sort", "white", "one of green, black"), ("sort", ["green"], "one of green, black"), ("sort", None, "one of"),
    ("milk", 1, "true or false"), ("milk", "true", "true or false"), ("milk", None, "true or false"),
    ("tray", 0, "one or two whole numbers from 1 to 20"), ("tray", (1, 2, 3), "one or two"),
    ("tray", (1,), "one or two"),
    ("tray", "34", "one or two"), ("tray", (1, True), "one or two"), ("tray", (1, "2"), "one or two"),
    ("tray", (1, 21), "one or two"), ("tray", (1, float("inf")), "one or two"), ("tray", None, "one or two"),
    ("sugar", -1, "a whole number from 0 to 5, or none"), ("sugar", "none", "or none"),
    ("box", (), "one to four whole numbers"), ("box", (1,) * 5, "one to four"), ("box", (0,), "at least 1"),
    ("note", 3, "a text"), ("note", None, "a text"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "becomes"), ALLOWED)
def test_what_is_allowed_takes_its_proper_type(name: str, value: Any, becomes: Any) -> None:
    got = getattr(Tea(**{name: value}), name)
    assert got == becomes
    assert type(got) is type(becomes)


@pytest.mark.parametrize(("name", "value", "allowed"), REFUSED)
def test_what_is_not_allowed_is_named_with_what_is(name: str, value: Any, allowed: str) -> None:
    with pytest.raises(ConfigError) as told:
        Tea(**{name: value})
    text = str(told.value)
    assert text.startswith(f"Tea: {name} cannot be ")
    assert repr(value)[:10] in text
    assert "Give " in text
    assert allowed in text
    assert len(text) < 300


def test_a_kind_follows_from_its_default() -> None:
    kinds = {declared.name: declared.kind for declared in Tea.hypers()}
    assert kinds == {
        "cups": "int", "seed": "int", "strength": "float", "depth": "float", "sort": "choice", "milk": "bool",
        "tray": "pair",
        "sugar": "int", "box": "shape", "note": "text",
    }  # fmt: skip


def test_replace_gives_a_changed_copy_and_checks_it() -> None:
    tea = Tea(cups=3)
    assert tea.replace(milk=True) == Tea(cups=3, milk=True)
    assert tea == Tea(cups=3), "the original stays"
    with pytest.raises(ConfigError, match="cups cannot be 0"):
        tea.replace(cups=0)


def test_replacing_what_does_not_exist_names_what_does() -> None:
    with pytest.raises(ConfigError, match=r"Tea has no hyperparameter 'lemon'. It has: box, cups,"):
        Tea().replace(lemon=1)


def test_a_frozen_declaration_is_checked_too() -> None:
    assert Frozen(size=2.0).size == 2  # type: ignore[arg-type]
    with pytest.raises(ConfigError):
        Frozen(size=-1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Frozen().size = 3  # type: ignore[misc]


def test_through_json_and_back() -> None:
    tea = Tea(cups=7, tray=(1, 2), sugar=4, box=(5,), note="é")
    assert from_dict((Frozen, Tea), json.loads(json.dumps(tea.to_dict())), "drink") == tea


def test_a_missing_field_takes_its_default() -> None:
    assert from_dict((Tea,), {"type": "Tea", "cups": 9}, "drink") == Tea(cups=9)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], 'A drink must be an object with a "type", not list.'),
        ({}, "Unknown drink None. Known: Tea, Frozen."),
        ({"type": "Coffee"}, "Unknown drink 'Coffee'. Known: Tea, Frozen."),
        ({"type": ["Tea"]}, r"Unknown drink \['Tea'\]. Known"),
        ({"type": "Configurable"}, "Unknown drink 'Configurable'."),
        ({"type": "Tea", "cups": 1, "lemon": 2}, "Tea has no hyperparameter 'lemon'. It has: box, cups, depth"),
        ({"type": "Tea", "__init__": 2}, "Tea has no hyperparameter '__init__'"),
        ({"type": "Tea", "cups": "1"}, "Tea: cups cannot be '1'. Give a whole number from 1 to 10."),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(data: Any, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        from_dict((Tea, Frozen), data, "drink")
