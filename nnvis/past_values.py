"""What the arrays of a network were at past moments of its run: a sample of each, for lines of a ridge. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnvis.viewer import Probe, measured_arrays

if TYPE_CHECKING:
    from nnvis.training.study import Look

PAST_VALUES = 8000  # of one layer at a past moment


def measured_past(
    look: Look, kind: str, moments: Sequence[tuple[int, NDArray[np.float32]]], probe: Probe
) -> dict[int, dict[str, NDArray[np.float32]]]:
    """The values of each layer at each moment: a sample of those that are not exactly 0."""
    found: dict[int, dict[str, NDArray[np.float32]]] = {}
    for step, parameters in moments:
        if look.unwanted():
            break
        look.show(parameters)
        arrays = measured_arrays(look.model, look.scaling, kind, probe)
        found[step] = {name: sampled(values) for name, values in arrays.items()}
    return found


def sampled(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """At most PAST_VALUES of the values that are not 0, evenly spread; the stride shares no divisor with a row."""
    flat = values.ravel()
    shown = flat[flat != 0]
    stride = max(1, -(-len(shown) // PAST_VALUES))
    while stride > 1 and values.shape[-1] % stride == 0:
        stride += 1
    return shown[::stride].copy()
