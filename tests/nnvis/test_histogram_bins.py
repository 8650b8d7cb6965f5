"""Counting weights: the counts are right, what is left out is said, the axis stands still."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnvis.widgets.histogram_bins import (
    BINS,
    BINS_FEW,
    histogram,
    mean_and_deviation,
    sampling_stride,
    starting_reach,
    wider_reach,
)


@given(st.integers(2, 3000), st.floats(0.01, 10), st.floats(0.1, 3), st.integers(0, 2**31))
def test_counts_equal_numpys(size, reach, spread, seed):
    values = (np.random.default_rng(seed).normal(size=size) * spread).astype(np.float32)
    result = histogram(values, reach)
    expected, edges = np.histogram(values, result.edges)
    # A value on a border may fall to either side: float32 decides.
    assert np.abs(result.counts - expected).sum() <= 4
    assert result.counts.sum() + result.outside == size
    assert np.abs(result.outside - np.count_nonzero(np.abs(values) > reach)) <= 2
    assert edges[0] == -reach
    assert len(result.counts) == (BINS if size >= 1000 else BINS_FEW)


def test_zero_has_a_bin_of_its_own_in_the_middle():
    for size in (10, 5000):
        counts = histogram(np.zeros(size, np.float32), 0.1).counts
        assert counts[len(counts) // 2] == size


def test_outliers_are_counted_at_their_side():
    values = np.array([-5, -0.3, 0, 0.3, 7, 9e30], np.float32)
    result = histogram(values, 1.0)
    assert (result.below, result.above, result.counts.sum()) == (1, 2, 3)


def test_every_third_value_is_looked_at(rng):
    values = rng.normal(size=100_352).astype(np.float32)
    result = histogram(values, 4.0, 3)
    assert (result.counted, result.total, result.stride) == (33_451, 100_352, 3)
    np.testing.assert_array_equal(result.counts, histogram(values[::3], 4.0).counts)


@given(st.integers(1, 10**7), st.integers(1, 4096))
def test_a_sample_is_small_and_favours_no_column(size, row):
    stride = sampling_stride(size, row)
    assert size / stride <= 40_001
    if stride > 1:
        columns = {(index * stride) % row for index in range(row)}
        assert len(columns) == row


def test_the_axis_is_round_symmetric_and_roomy():
    values = np.linspace(-0.08, 0.08, 10_001)
    assert starting_reach(values) == 0.2
    assert starting_reach(np.zeros(10)) == 0.1
    assert starting_reach(np.full(5, np.nan)) == 0.1


def test_the_axis_is_widened_only_for_more_than_single_outliers(rng):
    values = rng.uniform(-0.2, 0.2, 10_000)
    values[:150] = 3.0
    assert not histogram(values, 0.25).needs_more_room
    values[:300] = 3.0
    assert histogram(values, 0.25).needs_more_room
    assert wider_reach(values, 0.25) == pytest.approx(4.0)


@given(st.integers(1, 3000), st.floats(-5, 5), st.floats(1e-3, 10), st.integers(0, 2**31))
def test_mean_and_deviation_equal_numpys(size, middle, spread, seed):
    values = (np.random.default_rng(seed).normal(middle, spread, size)).astype(np.float32)
    mean, deviation = mean_and_deviation(values)
    scale = abs(middle) + spread
    assert mean == pytest.approx(values.mean(dtype=np.float64), abs=1e-5 * scale)
    assert deviation == pytest.approx(values.std(dtype=np.float64), abs=1e-5 * scale)


def test_the_deviation_of_weights_that_exploded_is_still_a_number():
    assert mean_and_deviation(np.array([-3e30, 3e30], np.float32))[1] == pytest.approx(3e30)


def test_weights_that_are_no_numbers_do_not_stop_the_picture():
    result = histogram(np.array([np.nan, 0.0, np.inf, -np.inf], np.float32), 1.0)
    assert result.counts.sum() + result.outside == 4
