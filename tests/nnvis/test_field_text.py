"""What a field shows, what it understands, and where its arrows lead."""

from __future__ import annotations

import pytest

from core.errors import ConfigError
from core.hyper import Hyper
from nnvis.widgets.field_text import nudged, number_text, parsed_number, stepped, value_text

UNITS = Hyper("units", 32, "int", low=1, high=8192, log=True)
EPOCHS = Hyper("epochs", 5, "int", low=1, high=1000)
SEED = Hyper("seed", 7, "int", low=0, high=2**32 - 1)
RATE = Hyper("learning_rate", 0.001, "float", low=0.0, exclusive_low=True, log=True)
SHARE = Hyper("rate", 0.5, "float", low=0.0, high=1.0)
IMAGES = Hyper("batch_size", 32, "int", low=1, unit="images")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.001, "0.001"), (0.0, "0"), (1 / 12, "0.0833333"), (1e-7, "1e-7"), (2.5e-8, "2.5e-8"), (0.00001, "0.00001"),
     (-0.25, "−0.25"), (128, "128"), (10.0, "10"), (1e7, "1e7"), (0.1 + 0.2, "0.3"), (-3, "−3")],
)  # fmt: skip
def test_numbers_are_shown_as_people_write_them(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("declared", "text", "value"),
    [(RATE, "0,01", 0.01), (RATE, "1e-4", 1e-4), (SHARE, " 1/4 ", 0.25), (UNITS, "1,024", 1024), (UNITS, "64.0", 64),
     (IMAGES, "64 images", 64), (Hyper("b", 0.0, "float"), "−0.5", -0.5)],
)  # fmt: skip
def test_typed_numbers_are_understood(declared: Hyper, text: str, value: float) -> None:
    assert parsed_number(declared, text) == value
    assert type(parsed_number(declared, text)) is (float if declared.kind == "float" else int)


@pytest.mark.parametrize("text", ["", "many", "0", "9000", "1.5", "1/0", "nan", "1e999"])
def test_a_number_that_may_not_be_is_refused_with_what_may(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^Give a whole number from 1 to 8192\.$"):
        parsed_number(UNITS, text)


@pytest.mark.parametrize(
    ("declared", "value", "up", "down"),
    [
        (UNITS, 128, 256, 64), (UNITS, 100, 128, 64), (UNITS, 1, 2, 1), (UNITS, 8192, 8192, 4096),
        (EPOCHS, 5, 6, 4), (EPOCHS, 20, 22, 19), (EPOCHS, 100, 110, 95), (EPOCHS, 1, 2, 1), (EPOCHS, 995, 1000, 950),
        (SEED, 128, 129, 127), (SEED, 0, 1, 0),
        (RATE, 0.001, 0.002, 0.0005), (RATE, 0.003, 0.005, 0.002), (RATE, 0.005, 0.01, 0.002), (RATE, 1.0, 2.0, 0.5),
        (SHARE, 0.5, 0.55, 0.45), (SHARE, 0.33, 0.35, 0.3), (SHARE, 1.0, 1.0, 0.95), (SHARE, 0.0, 0.05, 0.0),
    ],
)  # fmt: skip
def test_arrows_lead_to_round_values_inside_the_bounds(declared: Hyper, value: float, up: float, down: float) -> None:
    assert stepped(declared, value, 1) == up
    assert stepped(declared, value, -1) == down


def test_ten_steps_down_never_reach_a_bound_that_is_excluded() -> None:
    assert stepped(Hyper("x", 0.5, "float", low=0.0, high=1.0, exclusive_low=True), 0.2, -10) == 0.05
    assert stepped(RATE, 0.001, -10) == 0.0000005


def test_values_are_named_in_words() -> None:
    assert value_text(Hyper("bias", True, "bool"), True) == "on"
    assert value_text(Hyper("kernel_size", (3, 3), "pair"), (3, 5)) == "3×5"
    assert value_text(Hyper("clip", None, "float", optional=True), None) == "off"
    assert value_text(IMAGES, 64) == "64 images"


def test_a_share_is_shown_and_typed_in_percent() -> None:
    share = Hyper("validation_share", 1 / 12, "float", low=0.0, high=0.5, unit="%")
    assert value_text(share, 1 / 12) == "8.33 %"
    assert parsed_number(share, "20 %") == 0.2
    assert parsed_number(share, "1/12") == 1 / 12
    assert stepped(share, 0.1, 1) == 0.12
    with pytest.raises(ConfigError, match=r"from 0 to 50 %"):
        parsed_number(share, "60")


@pytest.mark.parametrize(
    ("declared", "value", "up", "down"),
    [(UNITS, 128, 129, 127), (UNITS, 1, 2, 1), (RATE, 0.001, 0.0011, 0.0009), (SHARE, 0.5, 0.51, 0.49),
     (SHARE, 1.0, 1.0, 0.99), (EPOCHS, 1000, 1000, 999)],
)  # fmt: skip
def test_a_nudge_is_a_small_step_inside_the_bounds(declared: Hyper, value: float, up: float, down: float) -> None:
    assert nudged(declared, value, 1) == pytest.approx(up)
    assert nudged(declared, value, -1) == pytest.approx(down)
