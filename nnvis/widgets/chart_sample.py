"""A made-up run to look at charts without training anything: for previews only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nnvis.widgets.chart import LineChart


def sample_run(chart: LineChart, batches: int, batches_per_epoch: int = 860, validations_per_epoch: int = 4) -> None:
    """Give the chart a loss that falls, or an accuracy that rises, as a small network's does."""
    rng = np.random.default_rng(7)
    epochs = np.arange(1, batches + 1) / batches_per_epoch
    validated = np.arange(0.0, batches / batches_per_epoch, 1 / validations_per_epoch)

    def level(at: NDArray[np.float64]) -> NDArray[np.float64]:
        values: NDArray[np.float64] = 0.04 + 1.9 * np.exp(-14 * at) + 0.36 / (1 + 6 * at)
        return values

    values = level(epochs) * np.exp(rng.normal(-0.1, 0.5, batches))
    measured = level(validated) * 1.1 + 0.02
    if not chart.measure.can_log:
        values = np.clip(np.rint(64 * np.exp(-values)), 0, 64) / 64
        measured = np.exp(-measured)
    chart.set_plan(5)
    chart.run.set_batches(epochs, values)
    chart.run.set_validation(validated, measured)
