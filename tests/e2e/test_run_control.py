"""A run is steered from the keyboard alone, and stopping, going on, resetting and slow motion change no bit of it."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.screen import Program, program

BATCH = 4096  # so large that an epoch has few batches


def press(running: Program, key: str, step: int, state: str = "PAUSED") -> str:
    """Press a key, wait for that step and state, and give the weights there."""
    running.hand("key", key)
    running.wait_for_exactly("step", step)
    there = running.wait_for("state", state)
    assert there["step"] == step
    return str(there["weights"])


def test_every_key_of_the_run(display: dict[str, str], tmp_path: Path) -> None:
    with program(display, tmp_path, "--epochs", "3", "--batch", str(BATCH)) as running:
        first, batches = running.first["weights"], running.first["batches_per_epoch"]
        seed = running.first["seed"]

        # In one go, an epoch at a time.
        whole = [press(running, "shift+Right", batches), press(running, "shift+Right", 2 * batches)]
        assert len({first, *whole}) == 3

        # Reset: the same weights again. In pieces, stopped and gone on with: the same run, bit for bit.
        assert press(running, "ctrl+r", 0, "READY") == first
        press(running, "Right", 1)
        press(running, "Right", 2)
        press(running, "Escape", 2, "DONE")
        assert press(running, "shift+Right", batches) == whole[0]
        press(running, "Right", batches + 1)

        # Slow motion: as slow as it gets, it still obeys within a batch.
        running.hand("key", "--repeat", 10, "comma")
        running.wait_for("batches_per_second", 1.0)
        running.hand("key", "space")
        slow = running.wait_for("step", batches + 2)
        assert slow["state"] == "RUNNING"
        running.hand("key", "space")
        paused = running.wait_for("state", "PAUSED")
        assert paused["step"] < 2 * batches
        running.hand("key", "--repeat", 10, "period")
        running.wait_for_exactly("batches_per_second", 0.0)
        assert press(running, "shift+Right", 2 * batches) == whole[1]

        # Until a loss, an accuracy, some time, an epoch: the card is filled in from the keyboard.
        running.hand("key", "ctrl+r")
        running.wait_for_exactly("step", 0)
        for value, said in (
            ("2", "Training loss has fallen"), ("20", "Validation accuracy has reached"),
            ("1", "0:01 have passed; this"),
        ):  # fmt: skip
            running.hand("key", "shift+space")
            running.wait_for("focus", "QDoubleSpinBox")
            running.hand("key", "shift+Tab", "key", "Right", "key", "Tab")
            running.wait_for("focus", "QDoubleSpinBox")
            running.hand("key", "ctrl+a", "type", value)
            running.hand("key", "Return")
            assert running.wait_for("message_begins", said)["state"] == "PAUSED"

        # Re-seed: the next seed, other weights.
        running.hand("key", "ctrl+shift+r")
        running.wait_for("seed", seed + 1)
        running.wait_for_exactly("step", 0)
        assert running.wait_for("state", "READY")["weights"] != first
