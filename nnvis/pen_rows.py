"""The rows of the sheet of pen digits: every style with some of its drawings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.pen_digits import PenSet
from core.data.pen_styles import STYLES
from nnvis.widgets.pen_sheet import SHOWN, PenRow

PAGES = 4  # of samples that can be leafed through


def _spread(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Some of them from all over the set: neighbours were drawn with one brush."""
    return places[:: max(1, len(places) // (PAGES * SHOWN))][: PAGES * SHOWN]


def pen_rows(digits: PenSet) -> tuple[PenRow, ...]:
    """One row for each style of which there are digits."""
    rows = []
    for index, style in enumerate(STYLES):
        places = np.flatnonzero(digits.styles == index)
        if len(places):
            samples = tuple(digits.images[place, :, :, 0].tobytes() for place in _spread(places))
            rows.append(PenRow(style.digit, style.name, len(places), samples))
    return tuple(rows)
