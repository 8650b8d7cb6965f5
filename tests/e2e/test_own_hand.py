"""From the example that has learnt to one's own digits, with real mouse and keys: drawn, read, taught and kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.drawings import smoothed
from tests.e2e.screen import Program, program
from tests.judged_drawings import HANDS

BRUSH = 20 / 280  # of the canvas
DRAWN = (("round", (0.85, 0.5, 0.5)), ("in pieces", (0.4, 0.3, 0.68)))  # hand; size and centre as shares of the canvas
MOST = 18  # of 20


@pytest.fixture(scope="module")
def running(display: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with program(display, tmp_path_factory.mktemp("home")) as running:
        running.hand("key", "ctrl+k")
        running.hand("type", "digits, cnn")
        running.hand("key", "Return")
        running.wait_for("state", "DONE")
        yield running


def draw(running: Program, hand: str, digit: int, place: tuple[float, float, float]) -> None:
    side = running.state()["canvas"][2]
    strokes = [smoothed(stroke, rounds=2) for stroke in HANDS[hand][digit]]
    everything = np.concatenate(strokes)
    low, high = everything.min(axis=0), everything.max(axis=0)
    scale = (place[0] - BRUSH) * side / (high - low).max()
    middle = np.array(place[1:]) * side
    running.draw([[tuple(each) for each in (stroke - (low + high) / 2) * scale + middle] for stroke in strokes])


def click(running: Program, question: str, **values: str) -> None:
    x, y = running.ask(question, **values)["place"]
    running.hand("mousemove", x, y, "click", 1)


def answered(running: Program, digit: int) -> str:
    """The answer, once it is the right one; else the one that stays."""
    state = running.state()
    for _ in range(30):  # the network is asked within a frame of the last move
        if state["digit"] == str(digit):
            break
        state = running.state()
    return str(state["digit"])


def test_drawings_are_read_before_anything_is_trained(running: Program) -> None:
    missed = []
    for hand, place in DRAWN:
        for digit in range(10):
            draw(running, hand, digit, place)
            running.wait_for("has_ink", True)
            answer = answered(running, digit)
            if answer != str(digit):
                missed.append(f"{hand} {digit} read as {answer}")
            running.hand("key", "Delete")
            running.wait_for("has_ink", False)
    assert 20 - len(missed) >= MOST, missed


def test_strokes_dots_eraser_undo_and_the_right_button(running: Program) -> None:
    left, top, side, _ = running.state()["canvas"]
    across = [(0.2 * side, 0.5 * side), (0.8 * side, 0.5 * side)]  # one fast move is one line
    running.draw([across])
    assert running.wait_for("has_ink", True)["drawn"] == 1
    running.hand("mousemove", left + 0.5 * side, top + 0.2 * side, "click", 1)  # a click is a dot
    running.wait_for("drawn", 2)
    running.hand("key", "ctrl+z")
    running.wait_for_exactly("drawn", 1)
    running.hand("key", "ctrl+shift+z")
    running.wait_for("drawn", 2)
    running.hand("key", "Delete")
    running.wait_for("has_ink", False)
    running.hand("key", "ctrl+z")
    running.wait_for("has_ink", True)
    for y in (0.2, 0.5):  # the right button rubs out what is there
        words: list[str | float] = ["mousemove", left + 0.15 * side, top + y * side, "mousedown", 3]
        for x in (0.3, 0.5, 0.7, 0.85):
            for by in (-8, 0, 8):
                words += ["mousemove", left + x * side, top + y * side + by]
        for x in (0.7, 0.5, 0.3, 0.15):
            words += ["mousemove", left + x * side, top + y * side + 7, "mousemove", left + x * side,
                      top + y * side - 7]
        running.hand(*words, "mouseup", 3)
    assert running.state()["drawn"] >= 4
    running.hand("key", "Delete")
    running.wait_for("has_ink", False)


def test_a_drawing_is_taught_taken_back_and_kept(running: Program) -> None:
    draw(running, "hasty", 4, (0.7, 0.5, 0.5))
    running.wait_for("has_ink", True)
    click(running, "button", text="Teach")
    click(running, "place", name="teachKeys")
    running.hand("key", "4")
    before = running.wait_for("can_teach", True)["weights"]
    click(running, "button", text="Do one step")
    taught = before
    while taught == before:
        taught = running.state()["weights"]
    running.wait_for("can_teach", True)
    click(running, "button", text="Keep")
    running.wait_for("own_digits", [4])
    click(running, "button", text="My digits: 1")
    running.wait_for("focus", "OwnGrid")
    running.hand("key", "Right", "key", "Delete")
    running.wait_for("own_digits", [])
    click(running, "button", text="Undo")
    running.wait_for("own_digits", [4])
    running.hand("key", "Escape")


def test_mnist_only_is_one_click_away(running: Program) -> None:
    click(running, "button", text="MNIST only")
    running.wait_for("pen_share", 0.0)
    click(running, "button", text="Mix in")
    running.wait_for("pen_share", 0.25)
