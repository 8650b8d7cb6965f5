"""One update read with mouse and keys: through its stops, into a number, a weight and the check of all gradients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.screen import Program, program


@pytest.fixture(scope="module")
def running(display: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with program(display, tmp_path_factory.mktemp("home"), "--epochs", "1000", "--batch", "8") as running:
        running.hand("key", "Right")
        running.wait_for("step", 1)
        x, y = running.ask("tab", title="Microscope")["place"]
        running.hand("mousemove", x, y, "sleep", "0.05", "click", 1)
        running.wait_for("stop", "X")
        yield running


def test_the_keys_walk_through_the_update_and_the_mouse_points_at_a_number(running: Program) -> None:
    for stop in ("Z_1", "Y_1", "Z_2", "Y_2", "Z_3", "Y_3", "L", "dZ_3", "dW_3"):
        running.hand("key", "Right")
        running.wait_for("stop", stop)
    assert running.state()["step"] == 1  # the arrows did not train
    x, y, place = running.ask("number", block="dW", row=2, column=4)["place"]
    running.hand("mousemove", x, y)
    running.wait_for("pointed", [place // 10, place % 10])


def test_a_click_tells_the_life_of_a_weight(running: Program) -> None:
    running.hand("click", 1)
    assert "by finite difference" in running.wait_for("weight_open", True)["weight"]
    running.hand("key", "Escape")
    running.wait_for("weight_open", False)


def test_all_gradients_are_checked_and_one_comes_back(running: Program) -> None:
    running.hand("key", "g")
    running.wait_for("view", "check")
    running.wait_for("checked", True)
    running.hand("key", "g")
    running.wait_for("view", "walk")


def test_a_number_is_changed_and_taken_back(running: Program) -> None:
    running.hand("key", "Home", "key", "Right")
    running.wait_for("stop", "Z_1")
    running.hand("key", "e", "sleep", "0.1", "key", "0", "key", "period", "key", "5", "key", "Return")
    running.wait_for("changed", True)
    running.hand("key", "Left")
    running.wait_for("stop", "X")
    running.hand("key", "r")
    running.wait_for("changed", False)


def test_the_walk_plays_by_itself_until_space_stops_it(running: Program) -> None:
    running.hand("key", "Home")
    running.wait_for("stop", "X")
    x, y = running.ask("place", name="microscopePlay")["place"]
    running.hand("mousemove", x, y, "click", 1)
    running.wait_for("stop", "Z_1")
    running.hand("key", "space", "sleep", "3")
    assert running.state()["stop"] == "Z_1"
    assert running.state()["step"] == 1  # Space did not train


def test_the_timeline_brings_back_the_batch_of_the_first_step(running: Program) -> None:
    assert running.state()["specimen"] == 1
    _, x, y = running.state()["moments"][0]
    running.hand("mousemove", x, y, "sleep", "0.05", "click", 1)
    state = running.wait_for_exactly("specimen", 0)
    assert not state["live"]
