"""Why the network answers as it does, with the mouse: steps left out, nearest images, test images, the diagram."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.hand import written
from tests.e2e.screen import Program, program


@pytest.fixture(scope="module")
def running(display: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with program(display, tmp_path_factory.mktemp("home"), "--epochs", "1000") as running:
        running.hand("key", "space")
        running.wait_for("step", 300)
        side = running.state()["canvas"][2]
        running.draw(written(3, 0.08 * side, 0.08 * side, 0.4 * side))  # small, in the corner
        running.wait_for("has_ink", True)
        yield running


def click(running: Program, question: str, **values: object) -> None:
    x, y = running.ask(question, **values)["place"]
    running.hand("mousemove", x, y, "sleep", "0.05", "click", 1, "sleep", "0.05")


def test_a_step_left_out_changes_the_answer_at_once(running: Program) -> None:
    click(running, "button", text="Steps")
    assert running.ask("place", name="cropStep")["in_sight"]
    for step in ("crop", "scale", "centre"):
        click(running, "place", name=f"{step}Step")
        assert running.wait_for("steps_left_out", [step])["state"] == "RUNNING"
        click(running, "place", name=f"{step}Step")
        running.wait_for("as_trained", True)


def test_temperature_and_threshold_decide_how_sure_it_is(running: Program) -> None:
    click(running, "button", text="Steps")
    for name, value, more in (("temperatureSlider", "as_trained", False), ("thresholdSlider", "is_sure", False)):
        running.slide(name, 90)
        running.wait_for(value, more)
    assert running.state()["temperature"] > 5
    click(running, "place", name="notAsTrained")  # the chip beside the answer
    assert running.wait_for("as_trained", True)["temperature"] == 1


def test_why_finds_the_images_most_like_the_drawing_while_it_trains(running: Program) -> None:
    click(running, "button", text="Why")
    assert running.wait_for("neighbours", 6)["state"] == "RUNNING"
    running.wait_for("painted_over", True)
    for method in ("Input gradient", "Gradient × input", "Occlusion"):
        click(running, "place", name="saliencyMethod")
        running.hand("key", "Down", "sleep", "0.05", "key", "Return")
        running.wait_for("saliency", method)
        running.wait_for("painted_over", True)
    click(running, "button", text="over")
    running.wait_for("painted_over", False)


def test_the_strip_brings_the_past_back(running: Program) -> None:
    click(running, "button", text="Answer")
    running.wait_for("strip_moments", 5)
    click(running, "place", name="answerStrip")
    state = running.wait_for("is_live", False)
    assert state["answer_step"] < state["step"]


def test_a_test_image_is_two_clicks_away_and_the_next_a_third(running: Program) -> None:
    click(running, "place", name="pictureButton")
    running.hand("key", "Up", "sleep", "0.1", "key", "Up", "sleep", "0.1", "key", "Return")
    first = running.wait_for("has_test_image", True)["test_image"]
    assert first.startswith("test image ")
    left, top, side, _ = running.state()["canvas"]
    running.hand("mousemove", left + side - 18, top + side - 16, "sleep", "0.05", "click", 1, "sleep", "0.3")
    assert running.state()["test_image"].startswith("test image ")
    assert running.state()["test_image"] != first
    click(running, "place", name="pictureButton")
    running.hand("key", "Up", "sleep", "0.1", "key", "Return")
    running.wait_for("shows_misread", True)


def test_a_unit_of_the_diagram_tells_its_numbers(running: Program) -> None:
    click(running, "tab", title="Diagram")
    x, y = running.ask("unit", column=1, place=17)["place"]
    running.hand("mousemove", x - 2, y, "sleep", "0.1", "mousemove", x, y)
    assert running.wait_for("unit", "Dense 128 · unit 17")["state"] == "RUNNING"
    running.hand("click", 1)
    running.wait_for_exactly("selected_layer", 1)
    click(running, "button", text="backward δ")
    assert running.wait_for("diagram", "How its error flows back, if it is a")["state"] == "RUNNING"
    click(running, "button", text="forward a")
    running.wait_for("diagram", "How this image lights up the network")
