"""The board between window and worker: only the newest wish counts, and waiting costs nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from core.data import Dataset, PenDigits
from core.optimizers import SGD
from nnvis.project import Project
from nnvis.training.control import Changes, Control, Goal, Order, Preparation

PROJECT = Project.default()


def test_the_newest_order_counts() -> None:
    control = Control()
    control.go(1, Goal.RUN)
    control.go(2, Goal.PAUSE)
    assert control.has_wish
    assert control.wait() == Order(2, Goal.PAUSE)
    assert not control.has_wish


def test_a_preparation_comes_first_and_cancels_what_was_ordered_before_it(digits: Dataset) -> None:
    control = Control()
    control.go(1, Goal.RUN)
    control.change(Changes(batch_size=3))
    control.prepare(1, PROJECT)
    assert not control.has_changes
    control.go(2, Goal.BATCH)
    control.provide(PROJECT.source, digits)
    assert control.wait() == Preparation(1, PROJECT, dataset=digits)
    assert control.has_wish
    assert control.wait() == Order(2, Goal.BATCH)


def test_a_preparation_waits_for_its_own_images_and_holds_up_the_orders_behind_it(digits: Dataset) -> None:
    control = Control()
    control.provide(PenDigits(), digits)
    control.prepare(1, PROJECT)
    control.go(1, Goal.RUN)
    taken: list[object] = []
    worker = threading.Thread(target=lambda: taken.extend((control.wait(), control.wait())))
    worker.start()
    worker.join(0.05)
    assert not taken
    control.provide(PROJECT.source, digits)
    worker.join(2)
    assert taken == [Preparation(1, PROJECT, dataset=digits), Order(1, Goal.RUN)]


def test_what_was_not_begun_can_be_taken_back() -> None:
    control = Control()
    control.prepare(1, PROJECT)
    control.go(1, Goal.RUN)
    assert control.withdraw() == 0
    control.go(2, Goal.BATCH)
    assert control.wait() == Order(2, Goal.BATCH)


def test_changes_add_up_until_they_are_taken() -> None:
    control = Control()
    control.change(Changes(SGD(learning_rate=0.1), batch_size=3))
    control.change(Changes(SGD(learning_rate=0.2), epochs=9))
    assert control.take_changes() == Changes(SGD(learning_rate=0.2), 3, 9)
    assert not control.has_changes
    assert control.take_changes() is None


def test_closing_wakes_a_waiting_worker_and_overrides_every_wish() -> None:
    control = Control()
    answers: list[object] = ["nothing yet"]
    worker = threading.Thread(target=lambda: answers.append(control.wait()))
    worker.start()
    control.close()
    worker.join(2)
    assert answers[-1] is None
    control.go(1, Goal.RUN)
    assert control.wait() is None


def test_at_full_speed_nobody_waits() -> None:
    control = Control()
    started = time.perf_counter()
    for _ in range(1000):
        control.wait_for_turn(started)
    assert time.perf_counter() - started < 0.5


def test_slow_motion_keeps_its_pace() -> None:
    control = Control()
    control.set_speed(20)
    started = time.perf_counter()
    control.wait_for_turn(started)
    assert time.perf_counter() - started >= 0.05
    control.set_speed(0.1)
    before = time.perf_counter()
    control.wait_for_turn(before - 11)  # the batch took longer than its turn
    assert time.perf_counter() - before < 5


@pytest.mark.parametrize("wish", [
    lambda control: control.go(1, Goal.PAUSE),
    lambda control: control.prepare(1, PROJECT),
    lambda control: control.close(),
    lambda control: control.set_speed(None),
], ids=["order", "preparation", "close", "full speed"])  # fmt: skip
def test_slow_motion_is_left_at_once(wish: Callable[[Control], None]) -> None:
    control = Control()
    control.set_speed(0.01)
    waiting = threading.Thread(target=lambda: control.wait_for_turn(time.perf_counter()))
    waiting.start()
    wish(control)
    waiting.join(2)
    assert not waiting.is_alive()
