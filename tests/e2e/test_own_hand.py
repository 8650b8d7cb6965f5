"""From the example that has learnt to one's own digits, with real mouse and keys: drawn, read, taught and kept."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.drawings import smoothed
from tests.e2e.screen import Program, picture_source, program
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
    until = time.monotonic() + 2  # the network is asked within a frame of the last move; the machine may be busy
    while (said := str(running.state()["digit"])) != str(digit) and time.monotonic() < until:
        running.hand("sleep", "0.02")
    return said


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


def test_a_busy_window_loses_no_point_of_the_pen(running: Program) -> None:
    drawn = []
    for milliseconds in (0, 60):
        running.ask("burden", milliseconds=milliseconds)
        draw(running, "round", 3, (0.85, 0.5, 0.5))
        drawn.append(running.wait_for("drawn", 1)["points"])
        running.ask("burden", milliseconds=0)
        running.hand("key", "Delete")
        running.wait_for("has_ink", False)
    assert len(drawn[0]) == 1
    assert drawn[1] == drawn[0]


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
    running.wait_for("drawn", 4)
    running.hand("key", "Delete")
    running.wait_for("has_ink", False)


def test_brush_eraser_and_clearing_with_the_tools(running: Program) -> None:
    left, top, side, _ = running.state()["canvas"]
    across = [(0.2 * side, 0.5 * side), (0.8 * side, 0.5 * side)]
    ink = []
    for by, width in ((-60, 6.0), (90, 40.0)):  # beyond its ends: as thin and as thick as can be
        running.slide("thicknessSlider", by)
        running.wait_for("brush", width)
        running.draw([across])
        running.wait_for("drawn", 1)
        ink.append(running.wait_for("has_ink", True)["ink"])
        click(running, "place", name="clearStrokeButton")
        running.wait_for("has_ink", False)
    assert ink[1] > 3 * ink[0]
    running.draw([across])
    before = running.wait_for("drawn", 1)["ink"]
    click(running, "place", name="eraserButton")
    running.draw([[(0.5 * side, 0.2 * side), (0.5 * side, 0.8 * side)]])
    erased = running.wait_for("drawn", 2)["ink"]
    assert erased < 0.9 * before
    click(running, "place", name="brushButton")
    click(running, "place", name="undoStrokeButton")
    assert running.wait_for_exactly("drawn", 1)["ink"] == before
    click(running, "place", name="redoStrokeButton")
    assert running.wait_for("drawn", 2)["ink"] == erased
    # the right button rubs out, whichever tool is chosen
    y = top + 0.5 * side
    running.hand("mousemove", left + 0.1 * side, y, "mousedown", 3, "sleep", "0.02", "mousemove", left + 0.5 * side, y,
                 "sleep", "0.02", "mousemove", left + 0.9 * side, y, "sleep", "0.02", "mouseup", 3)
    assert running.wait_for("drawn", 3)["ink"] < 0.2 * before
    click(running, "place", name="clearStrokeButton")
    running.wait_for_exactly("drawn", 0)
    running.slide("thicknessSlider", -12)


def test_a_picture_is_pasted_and_another_dropped(running: Program, tmp_path: Path) -> None:
    seven = np.full((200, 160), 235, np.uint8)  # dark ink on paper, as on a photo
    seven[40:56, 30:120] = 30
    for row in range(56, 170):
        seven[row, 106 - (row - 56) // 2 : 122 - (row - 56) // 2] = 30
    path = tmp_path / "seven.png"
    Image.fromarray(seven).save(path)
    left, top, side, _ = running.state()["canvas"]
    with picture_source(running.environment, path) as (x, y):
        running.hand("mousemove", left + side / 2, top + side / 2, "click", 1)  # the canvas has the keys now
        running.wait_for("has_ink", True)
        running.hand("key", "Delete", "key", "ctrl+v")
        pasted = running.wait_for("ink", 3000)
        assert pasted["drawn"] == 1
        assert answered(running, 7) == "7"
        running.hand("key", "Delete")
        running.wait_for("has_ink", False)
        steps: list[str | float] = ["mousemove", x, y, "mousedown", 1]
        for share in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0, 1.0):
            at = left + side * share / 2, top + side / 2
            steps += ["mousemove", x + (at[0] - x) * share, y + (at[1] - y) * share, "sleep", "0.05"]
        running.hand(*steps, "sleep", "0.2", "mouseup", 1)
        running.wait_for("ink", 3000)
        assert answered(running, 7) == "7"
    running.hand("mousemove", left + side / 2, top + side / 2, "key", "Delete")
    click(running, "place", name="clearStrokeButton")
    running.wait_for("has_ink", False)


def test_a_drawing_is_taught_taken_back_and_kept(running: Program, tmp_path: Path) -> None:
    draw(running, "hasty", 4, (0.7, 0.5, 0.5))
    running.wait_for("has_ink", True)
    click(running, "button", text="Teach")
    running.wait_for("page", "teach")
    click(running, "place", name="teachKeys")
    running.hand("key", "4")
    before = running.wait_for("can_teach", True)["weights"]
    click(running, "button", text="Do one step")
    taught = before
    while taught == before:
        taught = running.state()["weights"]
    running.wait_for("can_teach", True)
    click(running, "button", text="×20")
    twenty = taught
    while twenty == taught:
        twenty = running.state()["weights"]
    for weights in (taught, before):
        running.wait_for("can_take_back", True)
        click(running, "place", name="teachBackButton")
        assert running.wait_for("weights", weights)["weights"] == weights
    click(running, "button", text="Keep")
    running.wait_for("own_digits", [4])
    click(running, "button", text="My digits: 1")
    running.wait_for("focus", "OwnGrid")
    running.hand("key", "Right", "key", "Delete")
    running.wait_for("own_digits", [])
    click(running, "button", text="Undo")
    running.wait_for("own_digits", [4])
    click(running, "place", name="ownWeightSlider")
    running.wait_for("kept_weight", 5)
    click(running, "button", text="Export …")
    running.wait_for("dialog", "Export your digits")
    exported = tmp_path / "mine.zip"
    running.hand("key", "ctrl+a", "type", str(exported))
    running.hand("key", "Return")
    running.wait_for("dialog", "")
    while not exported.exists():
        running.state()
    with zipfile.ZipFile(exported) as pack:
        assert next(name for name in pack.namelist() if name.endswith(".png")).startswith("4/")
    running.hand("key", "Escape")
    click(running, "button", text="Answer")


def test_floated_everything_stands_side_by_side(running: Program) -> None:
    x, y = running.ask("head", title="Draw")["place"]
    running.hand("mousemove", x - 60, y, "click", "--repeat", 2, "--delay", 60, 1)
    running.wait_for("wide", True)
    running.wait_for_still("canvas")
    draw(running, "round", 3, (0.6, 0.5, 0.5))
    running.wait_for("has_ink", True)
    assert answered(running, 3) == "3"
    for part in ("networkDiagram", "answerStrip", "cropStep", "teachKeys"):
        assert running.ask("place", name=part)["in_sight"], part
    x, y = running.ask("head", title="Draw")["place"]
    running.hand("mousemove", x, y, "click", "--repeat", 2, "--delay", 60, 1)
    running.wait_for("wide", False)


def test_mnist_only_is_one_click_away(running: Program) -> None:
    click(running, "button", text="MNIST only")
    running.wait_for("pen_share", 0.0)
    click(running, "button", text="Mix in")
    running.wait_for("pen_share", 0.25)
