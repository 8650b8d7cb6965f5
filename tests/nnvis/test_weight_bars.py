"""The small histograms on the layer cards say what the weights are."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nnvis.widgets.weight_bars import BARS, WeightBars


@dataclass(frozen=True)
class Part:
    """Where a layer's array lies."""

    layer: int
    start: int
    stop: int


@given(st.integers(1, 4000), st.floats(1e-3, 10), st.integers(0, 2**32))
def test_the_bars_are_numpys_histogram(count, spread, seed):
    rng = np.random.default_rng(seed)
    weights = rng.normal(0, spread, count).astype(np.float32)
    bars = WeightBars()
    bars.start([Part(0, 0, count)], weights)
    (shown,) = bars.bars(weights, 1)
    reach = 2.5 * float(np.abs(weights).max())
    counts, _ = np.histogram(weights, BARS, (-reach, reach))
    heights = counts / counts.max()
    assert shown is not None
    assert max(shown) == 1
    # A value on a border may be rounded into the next bin.
    assert np.abs(np.cumsum(np.array(shown) * sum(heights) / sum(shown)) - np.cumsum(heights)).max() <= 2 / counts.max()


def test_the_axis_stands_still_until_a_weight_leaves_it():
    bars = WeightBars()
    weights = np.linspace(-1, 1, 1001, dtype=np.float32)
    bars.start([Part(0, 0, 1001)], weights)
    (before,) = bars.bars(weights, 1)
    (after,) = bars.bars(2 * weights, 1)
    (beyond,) = bars.bars(4 * weights, 1)
    assert before is not None
    assert after is not None
    assert beyond is not None
    filled = [sum(height > 0 for height in shown) for shown in (before, after, beyond)]
    assert filled[0] < filled[1] < filled[2] == BARS


def test_a_layer_without_weights_and_one_that_exploded_have_none():
    bars = WeightBars()
    weights = np.ones(10, np.float32)
    bars.start([Part(1, 0, 10)], weights)
    assert bars.bars(np.full(10, np.inf, np.float32), 2) == [None, None]
