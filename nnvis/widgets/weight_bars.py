"""WeightBars: the weights of each layer as twenty small bars, cheap enough for every snapshot. Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

BARS = 20
_MOST_VALUES = 4096  # of a layer, looked at for one histogram: a fortieth of a pixel more would not be seen
_ROOM = 2.5  # the first weights fill this part of the width, so that one sees them spread


class View(Protocol):
    """Where one array of a layer lies in the flat vector of all parameters."""

    @property
    def layer(self) -> int:
        """The layer it belongs to."""

    @property
    def start(self) -> int:
        """Its first number."""

    @property
    def stop(self) -> int:
        """One behind its last number."""


class WeightBars:
    """Keeps the width of each histogram for a whole run, so that what moves is the weights and not the axis."""

    def __init__(self) -> None:
        self._views: dict[int, View] = {}
        self._reach: dict[int, float] = {}

    def start(self, views: Sequence[View], parameters: NDArray[Any]) -> None:
        """A fresh network: the largest array of each layer is its weights."""
        self._views, self._reach = {}, {}
        for view in views:
            known = self._views.get(view.layer)
            if known is None or view.stop - view.start > known.stop - known.start:
                self._views[view.layer] = view
        for layer, view in self._views.items():
            values = parameters[view.start : view.stop]
            self._reach[layer] = _ROOM * float(np.abs(values).max(initial=0.0))

    def bars(self, parameters: NDArray[Any], layers: int) -> list[tuple[float, ...] | None]:
        """For each layer the heights of its bars, from 0 to 1; None for one without weights."""
        return [self._bars(layer, parameters) if layer in self._views else None for layer in range(layers)]

    def _bars(self, layer: int, parameters: NDArray[Any]) -> tuple[float, ...] | None:
        view = self._views[layer]
        values = parameters[view.start : view.stop]
        values = values[:: max(1, values.size // _MOST_VALUES) | 1]  # an odd step meets all columns
        largest = float(np.abs(values).max()) if values.size else 0.0
        if not np.isfinite(largest):
            return None
        reach = self._reach[layer] = max(self._reach[layer], largest) or 1.0
        # The bins are equal: counting whole numbers takes a fifth of np.histogram's time.
        places = ((values + reach) * (BARS / (2 * reach))).astype(np.intp)
        counts = np.bincount(np.minimum(places, BARS - 1), minlength=BARS)
        most = max(1, int(counts.max()))
        return tuple(float(number) / most for number in counts)
