"""Schedules: where the learning rate begins, ends and turns."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

import core.schedules
from core.errors import ConfigError
from core.hyper import from_dict
from core.schedules import (
    SCHEDULES,
    CosineDecay,
    ExponentialDecay,
    OneCycle,
    ReduceLROnPlateau,
    Schedule,
    StepDecay,
    get,
)
from tests.core.contract import forgotten, identity, variants

VARIANTS = [schedule for kind in SCHEDULES for schedule in variants(kind)]


@pytest.mark.parametrize("config", VARIANTS, ids=identity)
def test_a_factor_never_leaves_0_to_1_and_never_jumps_within_an_epoch(config: Schedule) -> None:
    schedule = config.replace()
    factors = [schedule.factor_at(progress, 0) for progress in np.linspace(0, 1, 10_001)]
    assert min(factors) >= 0
    assert max(factors) <= 1
    assert max(abs(b - a) for a, b in itertools.pairwise(factors)) < 0.02
    assert 0 <= schedule.factor_at(1.5, 15) <= 1, "a run that was made longer goes on"


def test_known_points() -> None:
    assert [StepDecay(drop=0.5, epochs_per_drop=2).factor_at(0, epoch) for epoch in range(5)] == [1, 1, 0.5, 0.5, 0.25]
    assert [ExponentialDecay(final=0.01).factor_at(at, 0) for at in (0, 0.5, 1)] == pytest.approx([1, 0.1, 0.01])
    cosine = CosineDecay(warmup=0.2, alpha=0.1)
    assert [cosine.factor_at(at, 0) for at in (0, 0.1, 0.2, 0.6, 1, 2)] == pytest.approx([0, 0.5, 1, 0.55, 0.1, 0.1])
    cycle = OneCycle(warmup=0.25, start=0.04, final=0.004)
    assert [cycle.factor_at(at, 0) for at in (0, 0.25, 1, 2)] == pytest.approx([0.04, 1, 0.004, 0.004])


def test_the_plateau_is_left_by_a_smaller_rate_after_some_patience() -> None:
    schedule = ReduceLROnPlateau(factor=0.5, patience=2, min_delta=0.1)
    told = []
    for loss in (1.0, 0.95, 0.8, 0.79, 0.78, 0.77, 0.76, 0.2):  # 0.95 and all from 0.79 to 0.76 are no improvement
        schedule.observe(loss)
        told.append(schedule.factor_at(0, 0))
    assert told == [1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25]


@pytest.mark.parametrize("config", VARIANTS, ids=identity)
def test_a_schedule_is_a_value_and_goes_on_from_its_state(config: Schedule) -> None:
    assert from_dict(SCHEDULES, json.loads(json.dumps(config.to_dict())), "schedule") == config
    schedule, other = config.replace(), config.replace()
    other.restore(json.loads(json.dumps(schedule.state(), allow_nan=False)))
    for loss in (1.0, 2.0, 2.0):
        schedule.observe(loss)
    other.restore(json.loads(json.dumps(schedule.state(), allow_nan=False)))
    for loss in (3.0, 0.5, 4.0, 4.0, 4.0, 4.0):
        schedule.observe(loss)
        other.observe(loss)
        assert schedule.factor_at(0.3, 2) == other.factor_at(0.3, 2)


def test_every_schedule_is_in_the_catalogue() -> None:
    assert forgotten(SCHEDULES, Schedule, core.schedules) == []
    for kind in SCHEDULES:
        assert type(get(kind.__name__)) is kind
        assert kind.sentence.endswith(".")
        assert all(declared.help for declared in kind.hypers())
    assert type(get(None)) is SCHEDULES[0]
    with pytest.raises(ConfigError, match=r"Unknown schedule 'Linear'\. Known: Constant, "):
        get("Linear")
