"""Digits drawn with the mouse, through real X events, are read while the network trains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.hand import STROKES, written
from tests.e2e.screen import Program, program

# Corner and side of the square a digit is written into, as shares of the canvas.
SIZES = {"small": (0.33, 0.33, 0.34), "large": (0.08, 0.06, 0.86), "off centre": (0.48, 0.06, 0.46)}
MOST = 27  # of 30 must be read; a hand is not MNIST's


@pytest.fixture(scope="module")
def running(display: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with program(display, tmp_path_factory.mktemp("home"), "--epochs", "1000") as running:
        running.hand("key", "space")
        running.wait_for("step", 2000)  # about two epochs: it has learnt, and goes on
        yield running


def _written(running: Program, digit: int, place: tuple[float, float, float]) -> dict[str, Any]:
    before = running.state()
    side = before["canvas"][2]
    running.draw(written(digit, place[0] * side, place[1] * side, place[2] * side))
    after = running.wait_for("answer_step", before["step"] + 1)
    running.hand("key", "Delete")  # the canvas has the keys after the mouse was on it
    running.wait_for("has_ink", False)
    return after


def test_most_digits_are_read_at_any_size_and_place(running: Program) -> None:
    missed = []
    for name, place in SIZES.items():
        for digit in STROKES:
            answer = _written(running, digit, place)
            assert answer["state"] == "RUNNING"
            if answer["digit"] != str(digit):
                missed.append(f"{digit} {name} read as {answer['digit']}")
    assert len(SIZES) * len(STROKES) - len(missed) >= MOST, missed


def test_the_bars_move_while_it_trains(running: Program) -> None:
    side = running.state()["canvas"][2]
    running.draw(written(5, 0.3 * side, 0.3 * side, 0.4 * side))
    first = running.wait_for("has_ink", True)
    seen = {tuple(first["probabilities"])}
    for _ in range(5):
        step = running.state()["answer_step"]
        seen.add(tuple(running.wait_for("answer_step", step + 50)["probabilities"]))
    assert len(seen) == 6
    assert all(sum(shares) == pytest.approx(1, abs=1e-3) for shares in seen)
