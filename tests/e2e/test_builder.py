"""A network is put together on a real screen: LeNet-5 with the mouse alone, and again with the keyboard alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.screen import Program, program

LENET = [
    "Conv2D 6 5×5 relu", "MaxPooling2D 2", "Conv2D 16 5×5 relu", "MaxPooling2D 2", "Flatten", "Dense 120 relu",
    "Dense 84 relu", "Dense 10 softmax",
]  # fmt: skip
MOST_SECONDS = 120


@pytest.fixture
def running(display: dict[str, str], tmp_path: Path) -> Iterator[Program]:
    with program(display, tmp_path) as running:
        yield running


def place(running: Program, question: str, **values: Any) -> tuple[int, int]:
    """Where something is, once it has come to rest: cards open with a movement."""
    seen: list[list[int]] = []
    while len(seen) < 3 or seen[-1] != seen[-2] or seen[-2] != seen[-3]:
        seen.append(running.ask(question, **values)["place"])
        running.hand("sleep", 0.05)
    return seen[-1][0], seen[-1][1]


def click(running: Program, question: str, **values: Any) -> None:
    running.hand("mousemove", *place(running, question, **values), "sleep", 0.05, "click", 1)


def reach(running: Program, name: str) -> None:
    """Turn the wheel over the edge of the panel until a part of it can be seen."""
    for _ in range(20):
        found = running.ask("place", name=name)
        if found["in_sight"]:
            return
        running.hand("mousemove", 10, 400, "click", 5 if found["place"][1] > 400 else 4, "sleep", 0.1)


def add(running: Program, title: str, layers: int) -> None:
    """Click "Add layer", then the row of the palette."""
    reach(running, "addLayerButton")
    click(running, "place", name="addLayerButton")
    running.wait_for("focus", "QLineEdit")
    click(running, "row", title=title)
    running.wait_for("layer_count", layers)


def turn(running: Program, field: str, notches: int) -> None:
    """Click a field of the open form, and turn the wheel over it, quickly and without looking."""
    reach(running, field)
    x, y = place(running, "place", name=field)
    button = 4 if notches > 0 else 5
    running.hand("mousemove", x, y, "click", 1, "sleep", 0.05, "click", "--repeat", abs(notches), "--delay", 15, button)


def test_lenet_is_built_with_the_mouse_alone(running: Program) -> None:
    begun = time.monotonic()
    for left in (3, 2, 1, 0):  # the stack that is there goes, by the bin on its first card
        x, y = running.ask("card", layer=0)["place"]
        running.hand("mousemove", x - 24, y + 20, "sleep", 0.05, "click", 1)
        running.wait_for("layer_count", left)
    for number, (title, fields) in enumerate((
        ("Conv2D", {"filtersField": -26, "kernel_sizeField": 2}), ("MaxPooling2D", {}),
        ("Conv2D", {"filtersField": -16, "kernel_sizeField": 2}), ("MaxPooling2D", {}), ("Flatten", {}),
        ("Dense", {"unitsField": 88}), ("Dense", {"unitsField": 52}), ("Dense", {}),
    ), 1):  # fmt: skip
        add(running, title, number)
        for field, notches in fields.items():
            turn(running, field, notches)
    click(running, "button", text="Use 10 units")
    running.wait_for("problems", ["Cross-entropy needs probabilities, but relu gives any number from 0 upwards."])
    click(running, "button", text="Use softmax")
    running.wait_for("problems", [])
    assert running.state()["stack"] == LENET
    click(running, "button", text="Train")
    running.wait_for("step", 1)
    assert time.monotonic() - begun < MOST_SECONDS


def test_lenet_is_built_with_the_keyboard_alone(running: Program) -> None:
    begun = time.monotonic()
    for _ in range(40):
        running.hand("key", "Tab")
        if running.state()["focus"] == "LayerList":
            break
    assert running.state()["focus"] == "LayerList"
    running.hand("key", "ctrl+a", "key", "Delete")
    running.wait_for("layer_count", 0)
    typed = ["conv 6 5", "maxpool", "conv 16 5", "maxpool 2", "flatten", "dense 120", "dense 84", "dense 10 softmax"]
    for number, words in enumerate(typed, 1):
        running.hand("key", "Insert")
        running.wait_for("focus", "QLineEdit")
        running.hand("type", "--delay", 15, words)
        running.hand("key", "Return")
        running.wait_for("layer_count", number)
    assert running.state()["stack"] == LENET
    running.hand("key", "alt+Up")
    running.wait_for("problems", ["There are 10 classes, but the last layer gives 84 numbers."])
    running.hand("key", "ctrl+z")
    running.wait_for("problems", [])
    running.hand("key", "space")
    running.wait_for("step", 1)
    assert time.monotonic() - begun < MOST_SECONDS


def drag(running: Program, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Carry something with the left button down."""
    x, y = start
    running.hand("mousemove", x, y, "sleep", 0.1, "mousedown", 1, "sleep", 0.1)
    for part in range(1, 11):
        between = (round(a + (b - a) * part / 10) for a, b in zip(start, end, strict=True))
        running.hand("mousemove", *between, "sleep", 0.03)
    running.hand("sleep", 0.2, "mouseup", 1)


def on_card(running: Program, layer: int, down: int = 20) -> tuple[int, int]:
    """A place on a card where there is nothing but the card; -2 px down lies between it and the one above."""
    x, y = place(running, "card", layer=layer)
    return x - 100, y + down


def test_layers_are_dragged_one_several_and_out_of_the_palette(running: Program) -> None:
    first = running.state()["stack"]
    flatten, wide, narrow, output = first
    drag(running, on_card(running, 3), on_card(running, 1, -2))
    running.wait_for("stack", [flatten, output, wide, narrow])
    running.hand("key", "ctrl+z")
    running.wait_for("stack", first)
    running.hand("mousemove", *on_card(running, 1), "click", 1)
    running.wait_for_exactly("opened", 1)
    running.hand("key", "Escape")  # the form that the click opened
    running.wait_for("opened", None)
    running.hand("keydown", "ctrl", "mousemove", *on_card(running, 2), "sleep", 0.1, "click", 1, "keyup", "ctrl")
    running.wait_for_exactly("selected_layer", 2)
    drag(running, on_card(running, 2), on_card(running, 3, 42))  # both, below the last one
    running.wait_for("stack", [flatten, output, wide, narrow])
    running.hand("key", "ctrl+z")
    running.wait_for("stack", first)
    click(running, "place", name="addLayerButton")
    running.wait_for("focus", "QLineEdit")
    drag(running, place(running, "row", title="Dropout"), on_card(running, 1, -2))
    running.wait_for("stack", [flatten, "Dropout 0.5", wide, narrow, output])
