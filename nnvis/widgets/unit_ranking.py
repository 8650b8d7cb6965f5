"""Which units are shown when there is not room for all: the strongest, without a reshuffle at every look. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CLEARLY = 1.15  # an outsider must be that much stronger to take a place


def strongest(strength: NDArray[np.floating], shown: Sequence[int], places: int) -> list[int]:
    """Return the units to show, by place.

    Units that are shown keep their places. One gives its place up only to a unit that is clearly stronger: pictures
    that jump about cannot be watched.
    """
    count = min(places, len(strength))
    chosen = [unit for unit in shown if unit < len(strength)][:count]
    ranking = [int(unit) for unit in np.argsort(-strength, kind="stable")]
    outside = [unit for unit in ranking if unit not in set(chosen)]
    while len(chosen) < count:
        chosen.append(outside.pop(0))
    for unit in outside:
        weakest = min(range(count), key=lambda place: strength[chosen[place]])
        if strength[unit] <= CLEARLY * strength[chosen[weakest]]:
            break
        chosen[weakest] = unit
    return chosen
