"""The timeline under a real mouse: dragged back, it shows the very weights of that step, bit for bit."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.hand import written
from tests.e2e.screen import program

STEPS = 12
BATCH = 4096  # so large that each update is some twenty pixels of the track
DRAG_PAUSE = 0.02


def test_dragging_back_shows_the_weights_of_that_step_and_going_on_changes_nothing(
    display: dict[str, str], tmp_path: Path
) -> None:
    with program(display, tmp_path, "--epochs", "2", "--batch", str(BATCH)) as running:
        side = running.first["canvas"][2]
        running.draw(written(7, side * 0.25, side * 0.2, side * 0.55))
        running.wait_for("has_ink", True)
        seen = {0: running.state()}
        for step in range(1, STEPS + 1):
            running.hand("key", "Right")
            running.wait_for("step", step)
            seen[step] = running.wait_for("answer_step", step)
        # The default schedule begins at a rate of 0: the first update may leave the weights as they are.
        assert len({seen[step]["weights"] for step in range(1, STEPS + 1)}) == STEPS
        places = {step: (x, y) for step, x, y in running.state()["moments"]}
        assert list(places) == list(range(STEPS + 1))

        running.hand("mousemove", *places[STEPS - 1], "mousedown", 1)
        for step in (9, 6, 4, 7, 0, 3):
            running.hand("sleep", DRAG_PAUSE, "mousemove", *places[step])
            past = running.wait_for_exactly("shown_step", step)
            assert not past["live"]
            assert past["weights"] == seen[step]["weights"]
            assert past["probabilities"] == seen[step]["probabilities"]
            assert past["train_loss"] == seen[step]["train_loss"]
        running.hand("mouseup", 1)

        running.hand("key", "space")  # the run goes on while the past is shown
        running.wait_for("state", "DONE")
        past = running.state()
        assert (past["shown_step"], past["weights"]) == (3, seen[3]["weights"])
        running.hand("mousemove", *places[5], "click", 1)
        assert running.wait_for_exactly("shown_step", 5)["weights"] == seen[5]["weights"]
        running.hand("mousemove", *running.ask("button", text="Back to live")["place"], "click", 1)
        present = running.wait_for("live", True)
        assert present["shown_step"] == present["step"] > STEPS
        assert present["weights"] != seen[STEPS]["weights"]
