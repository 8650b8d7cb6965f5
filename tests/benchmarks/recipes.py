"""How long the recipes among the examples train until they keep their promise, in seconds of one core."""

from __future__ import annotations

import time

from core.evaluation import evaluate
from tests.nnvis.test_recipes import PROMISES, prepared

SEEDS = (0, 1, 2)


def report() -> list[str]:
    """One line for each recipe and seed."""
    lines = ["Recipes: training time of one core, and accuracy on the 10,000 test images"]
    for name, (accuracy, seconds) in PROMISES.items():
        for seed in SEEDS if seconds < 20 else SEEDS[:1]:
            model, trainer, dataset, scaling = prepared(name, seed)
            started = time.thread_time()  # of this thread alone: others may keep the machine busy
            for _ in trainer.run():
                pass
            trained = time.thread_time() - started
            reached = evaluate(model, dataset.x_test, dataset.y_test, scaling).accuracy
            lines.append(
                f"  {name:8} seed {seed}   {trained:5.1f} s (required {seconds})   {100 * reached:.2f} % "
                f"(required {100 * accuracy:.1f})"
            )
    return lines
