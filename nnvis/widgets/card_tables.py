"""The numbers behind each card of the Learn page, as tables: the first row names the columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnvis.widgets.confusion import Confusion
from nnvis.widgets.distributions import Distributions
from nnvis.widgets.feature_maps import FeatureMaps
from nnvis.widgets.first_layer import FirstLayer
from nnvis.widgets.health import Health
from nnvis.widgets.take_along import Rows, matrix_rows


def distribution_rows(card: Distributions) -> Rows:
    """One row per layer, moment and bin: the histogram of now, that of step 0, and every line of the ridge."""
    rows: list[list[Any]] = [["layer", "array", "step", "from", "to", "count"]]
    for column in card.columns:
        now, start, ridge = column.histogram.now, column.histogram.start, column.ridge
        if now is None:
            continue
        edges = now.edges.tolist()
        moments = [(row.step, row.counts) for row in ridge.past]
        if start is not None and not any(step == 0 for step, _ in moments):
            moments.insert(0, (0, start.counts))
        moments.append((ridge.now.step if ridge.now is not None else 0, now.counts))
        for step, counts in moments:
            for low, high, count in zip(edges[:-1], edges[1:], counts.tolist(), strict=True):
                rows.append([column.arrays.name, card.arrays_switch.current, step, low, high, count])
    return rows


def health_rows(card: Health) -> Rows:
    """One row per layer."""
    rows: list[list[Any]] = [["layer", "update_ratio", "gradient_norm", "stuck_units", "units", "flat", "stuck_is"]]
    for row in card.rows:
        known = row.stuck is not None
        rows.append([row.title, row.ratio, row.norm, row.stuck if known else "", row.units if known else "",
                     "" if row.flat is None else row.flat,
                     ("saturated" if row.saturates else "dead") if known else ""])  # fmt: skip
    return rows


def confusion_rows(card: Confusion) -> Rows:
    """True classes down, answers across."""
    return matrix_rows(card.grid.names, card.grid.counts)


def picture_rows(card: FirstLayer) -> Rows:
    """One row per unit that is shown: its values, row by row."""
    return _flat("unit", {unit: card.values_of(unit) for unit in card.units})


def map_rows(card: FeatureMaps) -> Rows:
    """One row per filter of the layer that is shown."""
    values = card.values
    return _flat("filter", {place: values[..., place] for place in range(values.shape[-1])})


def _flat(name: str, pictures: dict[int, Any]) -> Rows:
    if not pictures:
        return [[name]]
    height, width = np.shape(next(iter(pictures.values())))
    pixels = [f"{row}_{column}" for row in range(height) for column in range(width)]
    return [[name, *pixels], *([which, *np.ravel(values).tolist()] for which, values in pictures.items())]
