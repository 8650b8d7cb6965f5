"""Which stretch of an axis is shown, and which numbers stand on it."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnvis.widgets import chart_scale
from nnvis.widgets.chart_measure import AccuracyMeasure, LossMeasure, Shown, plotted

NOTHING = np.empty(0)


def texts(axis: chart_scale.Axis) -> list[str]:
    return [tick.text for tick in axis.ticks]


@pytest.mark.parametrize(
    ("late", "floor"), [(0.1, 0.0), (0.499, 0.0), (0.5, 0.5), (0.79, 0.5), (0.8, 0.8), (0.9, 0.9), (0.99, 0.9)]
)
def test_accuracy_begins_where_the_last_nine_tenths_fit(late, floor):
    x = np.linspace(0, 1, 101)
    shares = np.where(x < 0.1, 0.05, late)
    assert chart_scale.accuracy_floor(x, shares) == floor


def test_one_late_point_below_keeps_the_lower_floor():
    x, shares = np.linspace(0, 1, 101), np.full(101, 0.95)
    shares[60] = 0.85
    assert chart_scale.accuracy_floor(x, shares) == 0.8


@pytest.mark.parametrize("floor", [0.0, 0.5, 0.8, 0.9])
@pytest.mark.parametrize("height", [90, 150, 240])
def test_accuracy_ticks_reach_from_floor_to_a_hundred(floor, height):
    axis = chart_scale.accuracy_axis(floor, height)
    assert (axis.low, axis.high) == (floor, 1.0)
    assert axis.ticks[0].at == floor
    assert axis.ticks[-1].at == pytest.approx(1.0)
    assert texts(axis)[-1] == "100 %"
    assert 3 <= len(axis.ticks) <= 6


def test_loss_on_a_log_scale_has_ticks_at_one_and_three():
    assert texts(chart_scale.log_axis(0.017, 2.9)) == ["0.03", "0.1", "0.3", "1.0"]
    assert texts(chart_scale.log_axis(1e-4, 3.0)) == ["0.0001", "0.001", "0.01", "0.1", "1.0"]
    assert texts(chart_scale.log_axis(1e-7, 1e9, 5))[:2] == ["10⁻⁷", "0.001"]


@given(st.floats(1e-6, 1e6), st.floats(1.0, 1e5), st.floats(1e-3, 1.0))
def test_log_limits_hold_the_lines_with_room_and_not_much_more(lowest, spread, luck):
    lines = np.array([lowest, lowest * spread])
    low, high = chart_scale.log_limits(lines, np.array([lowest * luck]), lines)
    assert low < lowest
    assert high > lines[1]
    assert high <= lines[1] * 2.3
    assert low >= min(lowest / 9, high / 10) * (1 - 1e-9)
    assert high / low >= 10 * (1 - 1e-9)


def test_log_limits_ignore_what_has_no_logarithm():
    low, high = chart_scale.log_limits(np.array([0.0, np.nan, np.inf, 1.0]), np.array([0.0]), np.array([np.inf]))
    assert 0 < low < 1 < high < 20


def test_a_batch_that_explodes_is_in_sight_before_the_mean_follows():
    low, high = chart_scale.log_limits(np.array([2.3, 900.0]), np.array([2.3]), np.array([2.3, 4e6]))
    assert low < 2.3
    assert 4e6 < high < 1e7


@given(st.floats(1e-5, 1e7))
def test_linear_axis_ends_just_above_the_highest(highest):
    axis = chart_scale.linear_axis(highest)
    assert axis.low == 0
    assert highest * (1 - 1e-9) <= axis.high <= highest * 2.001
    assert 2 <= len(axis.ticks) <= 6
    assert len(set(texts(axis))) == len(axis.ticks)


def test_the_first_loss_stands_on_a_plain_scale():
    assert texts(chart_scale.linear_axis(2.41)) == ["0", "1.0", "2.0", "3.0"]


@given(st.floats(0, 50), st.floats(0.02, 60), st.floats(0, 1), st.integers(150, 1500))
def test_epoch_ticks_are_in_sight_apart_and_end_with_now(low, span, share, width):
    high = low + span
    now = low + share * span
    axis = chart_scale.epoch_axis(low, high, now, width)
    assert axis.ticks[-1].now
    assert axis.ticks[-1].at == now
    places = sorted((tick.at - low) / span * width for tick in axis.ticks)
    assert places[0] >= -0.01
    assert places[-1] <= width + 0.01
    assert min(np.diff(places), default=99) >= 14
    assert len(axis.ticks) <= 11


def test_epochs_are_whole_from_two_epochs_on():
    assert texts(chart_scale.epoch_axis(0, 2.61, 2.61, 360)) == ["0", "1", "2", "2.61"]
    assert texts(chart_scale.epoch_axis(0, 5, None, 270)) == ["0", "1", "2", "3", "4", "5"]
    assert texts(chart_scale.epoch_axis(0, 5, 5.0, 270)) == ["0", "1", "2", "3", "4", "5"]


def test_a_short_stretch_counts_batches():
    axis = chart_scale.batch_axis(1.5, 1.52, 1290, 1307.2, 2244, 300)
    assert texts(axis) == ["1,290", "1,295", "1,300", "1,305"]
    assert axis.ticks[1].at == pytest.approx(1.5 + 5 / 17.2 * 0.02)


@given(st.lists(st.floats(0, 200), min_size=1, max_size=6), st.floats(1, 20))
def test_labels_keep_apart_in_order_and_inside(wanted, gap):
    places = chart_scale.spread(wanted, gap, 0, 200)
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    inside = [places[index] for index in order]
    assert all(b - a >= gap - 1e-6 for a, b in itertools.pairwise(inside))
    assert min(places) >= -1e-6
    assert max(places) <= 200 + 1e-6


def test_labels_that_collide_share_the_way():
    assert chart_scale.spread([100, 100], 16, 0, 200) == [92, 108]
    assert chart_scale.spread([10, 90, 95], 16, 0, 200) == [10, 84.5, 100.5]


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.2, "0.2"), (-0.25, "−0.25"), (3.0, "3"), (1e-5, "10⁻⁵"), (3e6, "3 · 10⁶")]
)
def test_round_numbers_have_no_needless_digits(value, text):
    assert chart_scale.round_number(value) == text


@given(st.floats(1e-9, 1e9))
def test_rounding_up_is_up_and_round(value):
    rounded = chart_scale.round_up(value)
    assert value * (1 - 1e-6) <= rounded <= value * 2.51
    assert float(f"{rounded:.0e}") == rounded


def test_losses_are_written_with_the_digits_that_matter():
    words = LossMeasure().words
    assert [words(value) for value in (2.4149, 0.0753, 11.24)] == ["2.41", "0.075", "11.2"]
    assert words(1.1e11) == "1.1 · 10¹¹"
    assert AccuracyMeasure().words(0.9996) == "> 99.9 %"


def test_a_loss_chart_keeps_zero_when_it_is_linear():
    shown = Shown(np.array([0.0, 1.0]), np.array([2.3, 0.4]), NOTHING, NOTHING)
    axis = LossMeasure().axis(shown, 150, log=False)
    assert (axis.low, axis.high) == (0, 3)
    assert LossMeasure().axis(Shown(NOTHING, NOTHING, NOTHING, NOTHING), 150, log=False).high == 1.5


def test_what_has_no_logarithm_is_a_gap():
    logs = plotted(np.array([10.0, 0.0, -1.0, math.inf]), log=True)
    assert logs[0] == 1
    assert np.isnan(logs[1:]).all()
