"""Long series become few points, and no point says what the values do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnvis.widgets.run_curve import RunCurve
from nnvis.widgets.series import BatchSeries, round_stride, smoothing_places, trailing_mean

SEEDS = st.integers(0, 2**32)


def series(values) -> BatchSeries:
    result = BatchSeries()
    result.follow(np.asarray(values, np.float32))
    return result


def slow_mean(values, index, window=100):
    """The definition, word for word."""
    seen = [float(value) for value in values[max(0, index - window + 1) : index + 1]]
    return sum(seen) / len(seen)


@given(st.integers(1, 400), st.integers(1, 120), SEEDS)
def test_the_mean_is_trailing_and_never_sees_the_future(count, window, seed):
    values = np.random.default_rng(seed).uniform(-3, 3, count)
    indices = np.arange(count, dtype=np.intp)
    means = trailing_mean(values, indices, window)
    assert means == pytest.approx([slow_mean(values, index, window) for index in range(count)])


def test_a_mean_survives_a_huge_loss_that_has_passed():
    values = np.full(1000, 0.125)
    values[:300] = 1e11
    assert trailing_mean(values, np.array([999]))[0] == 0.125  # a difference of running sums gives 0


def test_one_mean_is_the_same_as_many(rng):
    values = rng.normal(size=333)
    one = series(values)
    places, means = one.smoothed(0, 333)
    assert [one.mean_at(int(place)) for place in places] == pytest.approx(means)
    assert one.all_means()[places] == pytest.approx(means)


@given(st.integers(1, 300_000), st.integers(10, 240))
def test_few_places_stand_still_and_end_with_the_newest(count, limit):
    places = smoothing_places(0, count, limit)
    assert len(places) <= limit
    assert places[-1] == count - 1
    assert (np.diff(places) > 0).all()
    strides = set(np.diff(places[:-1]).tolist())
    assert len(strides) <= 1
    if strides:  # they sit at multiples of the stride, so one more batch moves none of them
        assert (places[:-1] % strides.pop() == 0).all()


@given(st.integers(1, 3000), st.integers(1, 400), st.integers(0, 50), SEEDS)
def test_the_envelope_holds_every_value_and_nothing_more(count, buckets, first, seed):
    values = np.random.default_rng(seed).uniform(0, 1, count).astype(np.float32)
    first = min(first, count - 1)
    envelope = series(values).envelope(first, count, buckets)
    size = envelope.size
    start = first // size * size if size > 1 else first
    for number, (low, high) in enumerate(zip(envelope.low, envelope.high, strict=True)):
        bucket = values[start + number * size : start + (number + 1) * size]
        assert (low, high) == (bucket.min(), bucket.max())
    assert start + len(envelope.low) * size >= count
    assert len(envelope.low) <= buckets + 1
    assert envelope.middles[-1] <= count - 1


def test_the_envelope_grows_with_the_run_as_if_made_at_once(rng):
    values = rng.uniform(size=5000).astype(np.float32)
    growing = BatchSeries()
    for count in range(1, 5001, 37):
        growing.follow(values[:count])
        grown, fresh = growing.envelope(0, count, 90), series(values[:count]).envelope(0, count, 90)
        np.testing.assert_array_equal(grown.low, fresh.low)
        np.testing.assert_array_equal(grown.high, fresh.high)
        np.testing.assert_array_equal(grown.middles, fresh.middles)


def test_means_that_are_kept_from_frame_to_frame_are_those_made_at_once(rng):
    values, growing = rng.uniform(-3, 3, 3000).astype(np.float32), BatchSeries()
    views = ((40, 0, 100), (700, 0, 100), (731, 0, 100), (731, 350, 100), (2000, 0, 20), (3000, 0, 20))
    for count, first, window in views:
        growing.window = window
        growing.follow(values[:count])
        places, means = growing.smoothed(first, count)
        assert np.array_equal(means, trailing_mean(values[:count], places, window))
    growing.follow(-values[:500])  # fewer: another run
    places, means = growing.smoothed(0, 500)
    assert np.array_equal(means, trailing_mean(-values[:500], places, 20))


def test_full_buckets_are_not_looked_at_again():
    values = np.arange(1000, dtype=np.float32)
    growing = BatchSeries()
    growing.follow(values[:900])
    growing.envelope(0, 900, 90)
    values[:880] = -1.0  # were they read again, this would show
    growing.follow(values)
    assert growing.envelope(0, 1000, 90).low[0] == 0.0


def test_a_new_run_forgets_the_old_one():
    growing = series(np.zeros(600))
    growing.envelope(0, 600, 50)
    growing.follow(np.ones(300, np.float32))
    assert growing.envelope(0, 300, 25).low.tolist() == [1.0] * 25


def test_a_zigzag_runs_through_every_bucket():
    x, y = series([3, 1, 2, 8, 5, 6]).envelope(0, 6, 3).zigzag()
    assert x.tolist() == [0.5, 0.5, 2.5, 2.5, 4.5, 4.5]
    assert y.tolist() == [1, 3, 2, 8, 5, 6]


@given(st.floats(1, 1e6))
def test_strides_are_round_and_enough(wanted):
    stride = round_stride(wanted)
    assert wanted <= stride < 2 * wanted + 1
    while stride % 2 == 0:
        stride //= 2
    assert stride in (1, 3)


# --- a run, with positions and validation points ------------------------------------------------------------------


def curve(batches=250, batches_per_epoch=100) -> RunCurve:
    result = RunCurve("loss")
    epochs = np.arange(1, batches + 1) / batches_per_epoch
    result.set_batches(epochs, np.linspace(2, 1, batches))
    result.set_validation(np.array([0.0, 0.5, 1.0]), np.array([2.3, 1.9, 1.7]))
    return result


def test_a_reading_says_the_step_and_what_was_known_then():
    reading = curve().reading_at(0.731)
    assert (reading.step, reading.epoch, reading.window) == (73, 0.73, 73)
    assert reading.train == pytest.approx(np.linspace(2, 1, 250)[:73].mean())
    assert (reading.validation, reading.validated_at, reading.measured_here) == (1.9, 0.5, False)


def test_a_reading_at_a_measured_step_says_so():
    reading = curve().reading_at(1.001)
    assert (reading.step, reading.validation, reading.measured_here) == (100, 1.7, True)


def test_step_zero_is_before_training():
    reading = curve().reading_at(0.001)
    assert (reading.step, reading.train, reading.validation) == (0, None, 2.3)


def test_the_newest_reading_and_an_empty_run():
    assert curve().reading_at().step == 250
    empty = RunCurve("loss").reading_at()
    assert (empty.step, empty.train, empty.validation) == (0, None, None)


def test_steps_keep_their_numbers_when_the_batch_size_changes():
    run = RunCurve("loss")
    epochs = np.concatenate([np.arange(1, 101) / 100, 1 + np.arange(1, 26) / 50])  # twice as large from epoch 1 on
    run.set_batches(epochs, np.arange(125.0))
    assert run.reading_at(1.04).step == 102
    assert run.reading_at(0.5).step == 50
    assert run.step_number(1.5) == pytest.approx(125)


def test_a_long_run_of_which_every_fourth_batch_has_a_value_keeps_its_numbers():
    run = RunCurve("loss")
    steps = np.arange(4, 401, 4)
    run.set_batches(steps / 50, np.linspace(2, 1, 100), steps)
    assert (run.last_step, run.batches_per_value, run.window) == (400, 4, 400)
    reading = run.reading_at(3.01)  # step 150.5
    assert (reading.step, reading.epoch) == (152, 3.04)
    assert reading.train == pytest.approx(np.linspace(2, 1, 100)[:38].mean())
    assert run.reading_at(0.01).step == 0
    assert run.step_number(3.0) == pytest.approx(150)
    assert run.step_number(9.0) == pytest.approx(450)
    assert run.columns()["step"].tolist() == [0.0, *steps.tolist()]
    assert (run.count_until(3), run.count_until(4), run.count_until(7), run.count_until(999)) == (0, 1, 1, 100)


def test_the_table_has_every_batch_and_each_measurement_in_its_row():
    columns = curve().columns()
    assert columns["step"].tolist() == list(range(251))
    np.testing.assert_array_equal(columns["train_loss"][1:], np.linspace(2, 1, 250))
    assert np.isnan(columns["train_loss"][0])
    validation = columns["validation_loss"]
    measured = {int(row): validation[row] for row in np.flatnonzero(~np.isnan(validation))}
    assert measured == {0: 2.3, 50: 1.9, 100: 1.7}
    assert columns["train_loss_mean_of_100"][250] == pytest.approx(np.linspace(2, 1, 250)[150:].mean())
