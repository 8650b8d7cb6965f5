"""The ring of past weights, without Qt."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from nnvis.training.beginning import LENGTH
from nnvis.training.timeline import FEWEST_MOMENTS, SHARE, Timeline


def filled(steps: int, memory: int, size: int = 10) -> Timeline:
    timeline = Timeline(memory, clock=lambda: 0.0)
    for step in range(steps + 1):
        timeline.offer(step, step / 100, np.full(size, step, np.float32))
    return timeline


def test_every_moment_holds_the_very_weights_of_its_step() -> None:
    timeline = filled(1000, memory=40 * 50)
    assert len(timeline) > 20
    for step in timeline.steps:
        moment = timeline.nearest(step)
        assert moment is not None
        assert moment.step == step
        assert (moment.parameters == step).all()
        assert moment.epoch == step / 100


def test_moments_are_copies_that_nobody_can_change() -> None:
    timeline = Timeline()
    live = np.zeros(4, np.float32)
    timeline.offer(0, 0.0, live)
    live += 1
    moment = timeline.nearest(0)
    assert moment is not None
    assert (moment.parameters == 0).all()
    with pytest.raises(ValueError, match="read-only"):
        moment.parameters[0] = 1


@pytest.mark.parametrize("steps", [10, 99, 1000, 12345])
def test_memory_is_bounded_and_moments_are_spread_evenly(steps: int) -> None:
    timeline = filled(steps, memory=40 * 64)
    assert len(timeline) <= 64
    kept = np.array(timeline.steps)
    assert kept[0] == 0
    gaps = np.diff(kept[:-1])  # the last one may be on its way
    assert len(gaps) == 0 or gaps.max() <= 2 * gaps.min()
    assert kept[-1] > steps - 2 * gaps.max() if len(gaps) else True


def test_a_network_larger_than_the_memory_still_has_some_moments() -> None:
    assert FEWEST_MOMENTS // 2 <= len(filled(500, memory=1)) <= FEWEST_MOMENTS


def test_keeping_moments_takes_its_share_of_the_time_and_no_more() -> None:
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 0.5e-3  # each look at the clock: half a millisecond; so a copy takes that long
        return now

    timeline = Timeline(clock=clock)
    for step in range(2000):
        now += 1e-3  # a batch
        timeline.offer(step, 0.0, np.zeros(3, np.float32))
    late = [step for step in timeline.steps if step >= LENGTH]
    assert 5 <= len(late)
    assert len(late) * 0.5e-3 <= SHARE * now
    assert len(timeline) * 0.5e-3 <= 0.01 * now  # with the many moments of the beginning


def test_a_run_that_is_over_at_once_can_be_looked_back_at_all_the_same() -> None:
    seconds = itertools.count()
    timeline = Timeline(clock=lambda: next(seconds))  # a copy takes a second: there is hardly time for any
    for step in range(LENGTH):
        timeline.offer(step, 0.0, np.zeros(3, np.float32))
    steps = np.array(timeline.steps)
    assert 20 <= len(steps) <= 35
    assert (steps[8:] / steps[7:-1]).max() < 1.5
    assert steps[-1] > 0.7 * LENGTH


def test_after_a_long_pause_no_more_moments_are_kept_than_before() -> None:
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 0.5e-3
        return now

    timeline = Timeline(clock=clock)

    def train(steps: range) -> int:
        nonlocal now
        before = len(timeline)
        for step in steps:
            now += 1e-3
            timeline.offer(step, 0.0, np.zeros(3, np.float32))
        return len(timeline) - before

    first = train(range(500))
    now += 3600.0
    assert train(range(500, 1000)) <= first + 1


def test_the_moment_before_a_pause_is_kept_in_any_case_and_once() -> None:
    timeline = filled(1000, memory=40 * 16)
    timeline.keep(1001, 10.01, np.full(10, 1001, np.float32))
    timeline.keep(1001, 10.01, np.full(10, 1001, np.float32))
    assert timeline.steps[-1] == 1001
    assert len(set(timeline.steps)) == len(timeline)


def test_the_nearest_moment_is_found_and_none_in_an_empty_timeline() -> None:
    assert Timeline().nearest(5) is None
    timeline = Timeline(clock=lambda: 0.0)
    for step in (0, 10, 20):
        timeline.keep(step, 0.0, np.zeros(1, np.float32))
    assert [timeline.nearest(step).step for step in (-3, 4, 5, 6, 15, 99)] == [0, 0, 0, 10, 10, 20]


def test_less_memory_thins_at_once_and_from_then_on() -> None:
    timeline = Timeline(memory=64 * 400)
    for step in range(100):
        timeline.keep(step, step / 100, np.full(16, step, np.float32))
    assert len(timeline) == 100
    timeline.set_memory(64 * 30)
    assert len(timeline) <= 30
    assert timeline.steps[0] == 0
    assert timeline.steps[-1] == 99
    for step in range(100, 300):
        timeline.keep(step, step / 100, np.full(16, step, np.float32))
    assert len(timeline) <= 30
    timeline.set_memory(1)
    assert FEWEST_MOMENTS // 2 < len(timeline) <= FEWEST_MOMENTS
