"""Hints on a real screen: a run that goes wrong is noticed, explained, put right, undone, and the hint silenced."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.optimizers import SGD
from nnvis.project import NO_PEN_DIGITS, Project
from tests.e2e.screen import Program, program

STUCK, EXPLODING = 7, 8  # seeds with which a learning rate of 5 ends like that


def click(running: Program, text: str) -> None:
    running.hand("mousemove", *running.ask("button", text=text)["place"], "sleep", 0.05, "click", 1)


def test_a_rate_far_too_high_is_noticed_explained_put_right_undone_and_silenced(
    display: dict[str, str], tmp_path: Path
) -> None:
    project = replace(
        Project.default(), optimizer=SGD(learning_rate=5.0), seed=STUCK, pen_digits=NO_PEN_DIGITS
    )  # fmt: skip
    path = tmp_path / "too_high.json"
    path.write_text(project.to_json(), "utf-8")
    with program(display, tmp_path, "--project", str(path)) as running:
        # Noticed while it trains, with the numbers; the run goes on, and the keys stay with it.
        running.hand("key", "space")
        noticed = running.wait_for("hint", "rate_too_high")
        assert noticed["state"] == "RUNNING"
        assert noticed["hint_rows"]["Accuracy now"].endswith("(guessing: 10 %)")
        running.hand("key", "space")
        running.wait_for("state", "PAUSED")

        # Why? explains in the card, and leads to the theory.
        click(running, "Why?")
        running.wait_for("hint_is_explained", True)
        click(running, "Read its theory page")
        running.wait_for("theory", "gradient_descent")
        running.hand("mousemove", *running.ask("tab", title="Learn")["place"], "click", 1)
        running.wait_for("hint", "rate_too_high")

        # The remedy: one click, and it learns.
        click(running, "Set 0.05 and restart")
        running.wait_for("learning_rate", 0.05)
        running.wait_for("state", "RUNNING")
        cured = running.wait_for("step", 400)
        assert cured["hint"] == ""
        assert cured["finite"]
        running.hand("key", "Escape")
        running.wait_for("state", "DONE")

        # Undo takes the remedy back. With another seed the loss explodes: a banner, finite weights, two ways out.
        running.hand("key", "ctrl+z")
        running.wait_for("learning_rate", 5.0)
        running.hand("key", "ctrl+shift+r")
        running.wait_for_exactly("step", 0)
        assert running.wait_for("seed", EXPLODING)["hint"] == ""
        running.hand("key", "space")
        broken = running.wait_for("state", "FAILED")
        assert broken["message"].startswith("The loss exploded: from 2.")
        assert broken["finite"]
        assert broken["hint"] == ""  # the banner says it
        click(running, "Go back to the start")
        past = running.wait_for("live", False)
        assert (past["shown_step"], past["finite"]) == (0, True)

        # Back to the first seed; this hint is not to be shown again, and is not.
        running.hand("key", "ctrl+z")
        running.wait_for_exactly("seed", STUCK)
        running.hand("key", "space")
        running.wait_for("hint", "rate_too_high")
        click(running, "What else can be done with this hint")
        running.hand("sleep", 0.3, "key", "Down", "key", "Return")
        silenced = running.wait_for("silenced", ["rate_too_high"])
        assert silenced["hint"] != "rate_too_high"
        assert running.wait_for("step", silenced["step"] + 300)["hint"] != "rate_too_high"
