"""History, progress and answers: what the panels read."""

from __future__ import annotations

import numpy as np
import pytest

from core.data import Scaling
from core.errors import ShapeError
from core.layers import Dense, Flatten
from core.sequential import Sequential
from core.training import EpochDone, ValidationDone
from nnvis.history import FIRST_CAPACITY, MOST_RECORDS, Curves, History, thinned
from nnvis.progress import progress
from nnvis.training.snapshot import Points, Snapshot
from nnvis.viewer import Viewer


def snapshot(first: int, last: int, batches_per_epoch: int = 100, speed: float | None = None) -> Snapshot:
    steps = np.arange(first, last + 1)
    return Snapshot(
        run=1, step=last, epoch=last / batches_per_epoch, epochs=5, batch=(last - 1) % batches_per_epoch + 1,
        batches_per_epoch=batches_per_epoch,
        points=Points(steps, steps / batches_per_epoch, 1 / steps, steps / 1e6, steps / 1e3),
        validations=(ValidationDone(last, last / batches_per_epoch, 0.5, 0.9, 10),),
        epochs_done=(EpochDone(0, last, 0.4, 0.8, 0.5, 0.9, 1.0),) if last == batches_per_epoch else (),
        parameters=np.zeros(3, np.float32), images_per_second=speed, seconds=last / 10,
    )  # fmt: skip


def test_history_keeps_every_point_however_many() -> None:
    history = History()
    early = None
    for first in range(1, 5 * FIRST_CAPACITY, 777):
        history.extend(snapshot(first, first + 776))
        if early is None:
            early = history.train_losses
    assert early is not None
    steps = history.train_steps
    np.testing.assert_array_equal(steps, np.arange(1, len(history) + 1))
    np.testing.assert_array_equal(history.train_losses, 1 / steps)
    np.testing.assert_array_equal(history.train_accuracies, steps / 1e6)
    np.testing.assert_array_equal(history.train_epochs, steps / 100)
    np.testing.assert_array_equal(early, 1 / np.arange(1, 778))  # what a chart holds does not change under its hands
    assert len(history.validations) == len(range(1, 5 * FIRST_CAPACITY, 777))
    assert history.step == len(history)
    with pytest.raises(ValueError, match="read-only"):
        history.train_losses[0] = 0


def test_history_says_where_the_run_stands() -> None:
    history = History()
    assert (history.step, history.epoch, len(history), history.planned_epochs) == (0, 0.0, 0, 0)
    history.extend(snapshot(1, 100, speed=5000.0))
    assert (history.step, history.epoch, history.batch, history.batches_per_epoch) == (100, 1.0, 100, 100)
    assert (history.planned_epochs, history.images_per_second, history.seconds) == (5, 5000.0, 10.0)
    assert [epoch.loss for epoch in history.epochs] == [0.4]


@pytest.mark.parametrize(("last", "epoch", "batch"), [(1, 1, 1), (100, 1, 100), (101, 2, 1), (500, 5, 100)])
def test_progress_counts_epochs_as_people_do(last: int, epoch: int, batch: int) -> None:
    history = History()
    history.extend(snapshot(1, last, speed=1000.0))
    now = progress(history, images=6400, is_training=True)
    assert (now.epoch, now.epochs, now.batch, now.batches_per_epoch) == (epoch, 5, batch, 100)
    assert now.fraction == pytest.approx(last / 500)
    assert now.seconds_left == pytest.approx((500 - last) * 64 / 1000)
    assert progress(history, 6400, is_training=False).seconds_left is None


def test_progress_before_anything_is_known() -> None:
    now = progress(History(), 0, is_training=True)
    assert (now.epoch, now.fraction, now.seconds_left, now.images_per_second) == (1, 0.0, None, None)


@pytest.fixture
def viewer() -> Viewer:
    return Viewer(model("softmax"), Scaling(mean=0.5, std=0.5))


def model(activation: str) -> Sequential:
    network = Sequential([Flatten(), Dense(units=10, activation=activation)], seed=1)
    network.build((28, 28, 1))
    return network


def test_one_image_or_several_in_every_form_give_the_same(viewer: Viewer, rng: np.random.Generator) -> None:
    images = rng.integers(0, 256, (3, 28, 28, 1), dtype=np.uint8)
    several = viewer.outputs(images)
    assert several.shape == (3, 10)
    np.testing.assert_array_equal(viewer.outputs(images[..., 0]), several)
    np.testing.assert_allclose(viewer.outputs(images / 255), several, rtol=1e-4)
    single = viewer.outputs(images[1])
    assert single.shape == (10,)
    np.testing.assert_allclose(single, several[1], rtol=1e-5)
    np.testing.assert_array_equal(viewer.outputs(images[1, ..., 0]), single)
    expected = model("softmax").predict((images / np.float32(255) - 0.5) / 0.5)
    np.testing.assert_allclose(several, expected, rtol=1e-4)


def test_a_wrong_size_is_refused(viewer: Viewer) -> None:
    with pytest.raises(ShapeError, match=r"\(28, 28, 1\) but got \(27, 28\)"):
        viewer.outputs(np.zeros((27, 28), np.uint8))


def test_the_answer_follows_the_parameters_shown(viewer: Viewer) -> None:
    image = np.full((28, 28), 255, np.uint8)
    parameters = np.zeros(7850, np.float32)
    parameters[-3], parameters[-4] = 5.0, 4.0
    viewer.show(parameters)
    answer = viewer.answer(image, step=12)
    assert answer is not None
    assert (answer.digit, answer.second, answer.step, answer.is_distribution) == (7, 6, 12, True)
    assert answer.confidence == pytest.approx(float(answer.probabilities[7]))
    assert answer.second_confidence == pytest.approx(answer.confidence / np.e, rel=1e-4)
    parameters[-3] = 0.0  # a caller's array is copied when it is used, not kept
    again = viewer.answer(image, step=12)
    assert again is not None
    assert again.digit == 7


def test_outputs_that_are_no_shares_are_called_so() -> None:
    viewer = Viewer(model("linear"), Scaling.unit())
    answer = viewer.answer(np.full((28, 28), 9, np.uint8), step=0)
    assert answer is not None
    assert not answer.is_distribution


def test_a_broken_network_has_no_answer(viewer: Viewer) -> None:
    viewer.show(np.full(7850, np.nan, np.float32))
    assert viewer.answer(np.zeros((28, 28), np.uint8), step=3) is None


@pytest.mark.parametrize("chunk", [1, 3, 7, 64, 1000])
def test_of_a_long_run_ever_larger_groups_of_batches_share_an_entry(chunk):
    steps = np.arange(1, 1001)
    whole = (steps, steps / 10, 1 / steps, steps % 2 * 1.0, steps / 1e3)
    curves = Curves(most=64)
    for start in range(0, 1000, chunk):
        curves.extend([column[start : start + chunk] for column in whole])
        assert len(curves.columns[0]) < 64 + chunk
    kept, positions, losses, accuracies, rates = (column.values for column in curves.columns)
    group = int(kept[0])
    assert group & (group - 1) == 0  # a power of two
    assert kept.tolist() == list(range(group, 1000 - 1000 % group + 1, group))
    np.testing.assert_allclose(positions, kept / 10)
    np.testing.assert_allclose(rates, kept / 1e3)
    np.testing.assert_allclose(losses, [np.mean(1 / np.arange(end - group + 1, end + 1)) for end in kept])
    np.testing.assert_allclose(accuracies, 0.5 if group > 1 else kept % 2)


def test_the_memory_of_a_run_has_an_end():
    history = History()
    history._curves = Curves(most=64)
    for first in range(1, 30_000, 50):
        history.extend(snapshot(first, first + 49))
    assert len(history) <= 64
    assert len(history.validations) <= MOST_RECORDS
    assert history.step == 30_000
    assert history.epoch_at(29_000) == pytest.approx(290.0)
    assert history.epoch_at(29_001) == pytest.approx(290.01)
    assert history.train_losses[-1] == pytest.approx(1 / 29_900, rel=0.02)


def test_the_best_validations_outlast_all_thinning():
    events = [ValidationDone(step, step / 10, 1.0, 0.5, 10) for step in range(30)]
    events[7] = ValidationDone(7, 0.7, 0.1, 0.5, 10)
    events[11] = ValidationDone(11, 1.1, 1.0, 0.9, 10)
    kept = thinned(events, most=20)
    assert [done.step for done in kept] == [0, 2, 4, 6, 7, 8, 10, 11, *range(12, 30, 2), 29]
    assert thinned(kept, most=20) is kept
