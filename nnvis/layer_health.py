"""What is known of each layer's health at a step of a run, gathered from its history. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnvis.history import History
from nnvis.widgets.health_row import HealthRow

MOST_NORMS = 150  # measured batches that a line of gradient norms is made from: it is 60 pixels wide
EASED = 0.1  # of the highest learning rate of the run: below that the schedule means the updates to be small


def health_rows(history: History, step: int, titles: Mapping[str, str], recent: int) -> tuple[HealthRow, ...]:
    """Return one row per layer of ``titles`` (by unique name) that was measured in the first ``step`` updates.

    The range on the gauge spans the last ``recent`` measured batches.
    """
    samples = history.health.until(step)
    if not samples:
        return ()
    checkups = history.checkups.until(step)
    units = {count.layer: count for count in checkups[-1].units} if checkups else {}
    rates = history.train_rates[: np.searchsorted(history.train_steps, samples[-1].step, side="right")]
    eased = len(rates) > 0 and bool(rates[-1] < EASED * rates.max())
    spaced = samples[:: -(-len(samples) // MOST_NORMS)]
    if spaced[-1] is not samples[-1]:
        spaced.append(samples[-1])
    rows = []
    for place, measured in enumerate(samples[-1].layers):
        title = titles.get(measured.layer)
        if title is None:
            continue
        count = units.get(measured.layer)
        rows.append(
            HealthRow(
                title,
                measured.update_ratio,
                np.array([sample.layers[place].update_ratio for sample in samples[-recent:]]),
                np.array([sample.layers[place].gradient_norm for sample in spaced]),
                count.stuck if count else None,
                count.units if count else 0,
                count.flat if count else None,
                eased,
                count.saturates if count else False,
            )
        )
    return tuple(rows)


def watched_images(history: History, step: int) -> int:
    """Return on how many images the units were watched, 0 before they were or where no layer can be stuck."""
    checkups = history.checkups.until(step)
    return checkups[-1].count if checkups and checkups[-1].units else 0
