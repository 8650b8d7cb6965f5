"""The coalescer: 30 snapshots a second at most, one waiting at most, every point told once, the last state always."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from core.training import BatchDone, EpochDone, TrainingStarted, ValidationDone
from nnvis.training.snapshot import Coalescer, Snapshot

BATCHES = 100


@dataclass
class Plan:
    epochs: int = 5
    batches_per_epoch: int = BATCHES


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def batch(step: int, size: int = 64) -> BatchDone:
    epoch, batch = divmod(step - 1, BATCHES)
    return BatchDone(step, epoch, batch + 1, size, 1.0 / step, step / 1000, 0.1, step / BATCHES)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def coalescer(clock: Clock) -> Coalescer:
    coalescer = Coalescer(rate=10.0, clock=clock)
    coalescer.begin(run=1, plan=Plan())
    coalescer.resume()
    return coalescer


def taken(coalescer: Coalescer, run: int = 1) -> Snapshot:
    snapshot = coalescer.take(run)
    assert snapshot is not None
    return snapshot


def test_the_first_batch_is_due_at_once_and_the_next_after_the_interval(coalescer: Coalescer, clock: Clock) -> None:
    weights = np.zeros(3, np.float32)
    coalescer.add(batch(1))
    assert coalescer.due()
    assert coalescer.publish(weights)
    assert taken(coalescer).step == 1
    clock.now += 0.099
    assert not coalescer.due()
    clock.now += 0.002
    assert coalescer.due()


def test_a_network_that_takes_long_to_copy_is_shown_less_often(coalescer: Coalescer, clock: Clock) -> None:
    class Large(np.ndarray):
        def copy(self, order: str = "C") -> np.ndarray:
            clock.now += 0.05
            return np.array(self, order=order)

    coalescer.publish(np.zeros(3, np.float32).view(Large))
    taken(coalescer)
    clock.now += 0.9
    assert not coalescer.due()
    clock.now += 0.1
    assert coalescer.due()


def test_nothing_is_due_while_the_last_one_is_not_taken(coalescer: Coalescer, clock: Clock) -> None:
    coalescer.publish(np.zeros(3, np.float32))
    clock.now += 60
    assert not coalescer.due()
    taken(coalescer)
    assert coalescer.due()


def test_a_slow_window_gets_fewer_snapshots_but_every_point(coalescer: Coalescer, clock: Clock) -> None:
    weights = np.zeros(3, np.float32)
    snapshots = []
    for step in range(1, 3 * BATCHES + 1):
        coalescer.add(batch(step))
        clock.now += 0.004
        if coalescer.due():
            assert coalescer.publish(weights)  # never on top of one that waits
        if step % 70 == 0 and (snapshot := coalescer.take(1)):
            snapshots.append(snapshot)
    coalescer.publish(weights)
    snapshots.append(taken(coalescer))
    steps = np.concatenate([snapshot.points.steps for snapshot in snapshots])
    np.testing.assert_array_equal(steps, np.arange(1, 3 * BATCHES + 1))
    np.testing.assert_array_equal(np.concatenate([snapshot.points.losses for snapshot in snapshots]), 1 / steps)
    np.testing.assert_allclose(np.concatenate([snapshot.points.epochs for snapshot in snapshots]), steps / BATCHES)
    assert len(snapshots) == 5
    assert snapshots[-1].step == 3 * BATCHES


def test_the_last_state_takes_the_place_of_one_that_waits_without_a_second_call(coalescer: Coalescer) -> None:
    first, last = np.zeros(3, np.float32), np.ones(3, np.float32)
    validation, epoch = ValidationDone(1, 0.01, 2.0, 0.5, 10), EpochDone(0, 2, 1.0, 0.5, 2.0, 0.5, 0.1)
    coalescer.add(batch(1))
    coalescer.add(validation)
    assert coalescer.publish(first)
    coalescer.add(batch(2))
    coalescer.add(epoch)
    coalescer.rest()
    assert not coalescer.publish(last)
    snapshot = taken(coalescer)
    assert (snapshot.step, snapshot.batch, snapshot.epoch) == (2, 2, 0.02)
    assert snapshot.points.steps.tolist() == [1, 2]
    assert (snapshot.validations, snapshot.epochs_done) == ((validation,), (epoch,))
    np.testing.assert_array_equal(snapshot.parameters, last)
    assert coalescer.take(1) is None


def test_what_crosses_is_a_copy_that_nobody_can_write(coalescer: Coalescer) -> None:
    weights = np.zeros(3, np.float32)
    coalescer.add(batch(1))
    coalescer.publish(weights)
    weights += 1
    coalescer.add(batch(2))
    snapshot = taken(coalescer)
    assert snapshot.parameters.tolist() == [0, 0, 0]
    assert snapshot.points.steps.tolist() == [1]
    points = snapshot.points
    for values in (snapshot.parameters, points.steps, points.epochs, points.losses, points.accuracies):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1


def test_a_new_run_forgets_the_old_and_is_not_mistaken_for_it(coalescer: Coalescer) -> None:
    coalescer.add(batch(7))
    coalescer.publish(np.zeros(3, np.float32))
    coalescer.begin(run=2, plan=Plan(epochs=1, batches_per_epoch=9))
    assert coalescer.take(1) is None
    coalescer.add(TrainingStarted(1, 9, 576))
    coalescer.add(ValidationDone(0, 0.0, 2.3, 0.1, 100))
    assert coalescer.publish(np.zeros(2, np.float32))
    assert coalescer.take(1) is None
    snapshot = taken(coalescer, run=2)
    assert (snapshot.step, snapshot.epochs, snapshot.batches_per_epoch, len(snapshot.points)) == (0, 1, 9, 0)
    assert snapshot.images_per_second is None
    assert len(snapshot.validations) == 1


def test_a_longer_plan_is_seen_at_once(clock: Clock) -> None:
    plan = Plan()
    coalescer = Coalescer(clock=clock)
    coalescer.begin(1, plan)
    plan.epochs, plan.batches_per_epoch = 9, 50
    coalescer.add(batch(25))
    coalescer.publish(np.zeros(1, np.float32))
    snapshot = taken(coalescer)
    assert (snapshot.epochs, snapshot.batches_per_epoch, snapshot.epoch) == (9, 50, 0.25)


def test_speed_is_measured_while_training_and_pauses_do_not_count(coalescer: Coalescer, clock: Clock) -> None:
    weights = np.zeros(1, np.float32)
    step = 0
    for _ in range(30):
        for _ in range(10):
            step += 1
            coalescer.add(batch(step, size=100))
            clock.now += 0.02
        coalescer.publish(weights)
        snapshot = taken(coalescer)
    assert snapshot.images_per_second == pytest.approx(5000)
    assert snapshot.seconds == pytest.approx(6.0)

    coalescer.rest()
    clock.now += 1000
    coalescer.resume()
    coalescer.add(batch(step + 1, size=100))
    clock.now += 0.02
    coalescer.rest()
    coalescer.publish(weights)
    after = taken(coalescer)
    assert after.seconds == pytest.approx(6.02)
    assert after.images_per_second == pytest.approx(5000)  # one batch alone is too short to measure


def test_speed_follows_a_change_within_seconds(coalescer: Coalescer, clock: Clock) -> None:
    def train(seconds: float, step_seconds: float) -> float:
        for step in range(1, round(seconds / step_seconds) + 1):
            coalescer.add(batch(step, size=100))
            clock.now += step_seconds
            if coalescer.due():
                coalescer.publish(np.zeros(1, np.float32))
                speed = taken(coalescer).images_per_second
        assert speed is not None
        return speed

    assert train(2, 0.01) == pytest.approx(10_000)
    assert train(0.2, 0.1) > 1_500  # not at once
    assert train(4, 0.1) == pytest.approx(1_000, rel=0.05)
