"""Keys pressed on a real keyboard drive the run, wherever the focus is, but not while somebody types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.screen import Program, program


@pytest.fixture
def running(display: dict[str, str], tmp_path: Path) -> Iterator[Program]:
    with program(display, tmp_path, "--epochs", "1000") as running:
        yield running


def test_space_trains_and_pauses_and_arrows_step(running: Program) -> None:
    running.hand("key", "Right")
    assert running.wait_for("step", 1)["step"] == 1
    running.hand("key", "Right")
    assert running.wait_for("step", 2)["step"] == 2
    running.hand("key", "space")
    running.wait_for("state", "RUNNING")
    running.wait_for("step", 20)
    running.hand("key", "space")
    running.wait_for("state", "PAUSED")
    running.hand("key", "space")
    running.wait_for("state", "RUNNING")
    running.hand("key", "Escape")
    running.wait_for("state", "DONE")


def test_the_keys_work_after_a_click_on_the_canvas_and_in_the_list(running: Program) -> None:
    for name in ("paintCanvas", "layerStack"):
        x, y = running.ask("place", name=name)["place"]
        running.hand("mousemove", x, y, "click", 1)
        step = running.state()["step"]
        running.hand("key", "Right")
        assert running.wait_for("step", step + 1)["step"] == step + 1
        running.hand("key", "space")
        running.wait_for("state", "RUNNING")
        running.hand("key", "space")
        running.wait_for("state", "PAUSED")


def test_typing_in_the_palette_does_not_train(running: Program) -> None:
    running.hand("key", "ctrl+k")
    running.wait_for("focus", "QLineEdit")
    running.hand("type", "--delay", 20, "full screen")
    running.hand("key", "Right", "key", "Left")
    assert running.state()["step"] == 0
    running.hand("key", "Return")
    running.wait_for("full_screen", True)
    running.hand("key", "F11")
    running.wait_for("full_screen", False)
    assert running.state()["state"] == "READY"
    assert running.state()["step"] == 0


def test_the_sheet_of_keys_takes_the_keys_until_it_is_closed(running: Program) -> None:
    running.hand("key", "Right")
    running.wait_for("step", 1)
    running.hand("key", "question")
    running.wait_for("focus", "QWidget")
    running.hand("key", "Right", "key", "Escape", "key", "Right")
    assert running.wait_for("step", 2)["step"] == 2


def test_the_theme_changes_while_it_trains(running: Program) -> None:
    before = running.first["theme"]
    running.hand("key", "space")
    running.wait_for("step", 10)
    running.hand("key", "ctrl+t")
    running.wait_for("theme", "light" if before == "dark" else "dark")
    assert running.wait_for("step", running.state()["step"] + 10)["state"] == "RUNNING"


def test_the_window_closed_in_mid_training_ends_cleanly(display: dict[str, str], tmp_path: Path) -> None:
    with program(display, tmp_path) as running:
        running.hand("key", "space")
        running.wait_for("step", 100)
        running.hand("key", "alt+F4")
        assert running.finish() == (0, "")


def test_changes_that_are_in_no_file_are_asked_about_once(running: Program) -> None:
    running.hand("key", "alt+F4")
    running.wait_for("question", True)
    running.hand("key", "alt+c")
    running.wait_for("question", False)
    running.hand("key", "ctrl+q")
    running.wait_for("question", True)
    running.hand("key", "alt+d")
    assert running.finish() == (0, "")


def test_a_layer_is_added_by_keyboard_alone(running: Program) -> None:
    assert running.first["units"] == [None, 128, 64, 10]
    running.hand("key", "ctrl+k")
    running.wait_for("focus", "QLineEdit")
    running.hand("type", "--delay", 20, "add lay")
    running.hand("key", "Return", "sleep", 0.2, "type", "--delay", 20, "dense 40 tanh")
    running.hand("key", "Return")
    running.wait_for("units", [None, 128, 64, 40, 10])
    running.hand("key", "ctrl+z")
    running.wait_for("units", [None, 128, 64, 10])
    running.hand("key", "ctrl+k", "sleep", 0.2, "key", "Escape", "sleep", 0.2, "key", "Right")
    assert running.wait_for("step", 1)["step"] == 1
