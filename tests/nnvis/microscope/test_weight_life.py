"""The life of a weight: its images add up to its gradient, its twin agrees, its step is the one that is taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from core import Sequential
from core.layers import BatchNormalization, Conv2D, Dense, Flatten
from core.layers.base import Layer
from core.losses import Loss
from core.optimizers import Adam, Optimizer
from nnvis.microscope.stops import stops_of
from nnvis.microscope.trace import Bench, StepTrace
from nnvis.microscope.weight_life import WeightLife, life_of, weight_pointed_at
from nnvis.microscope.written_out import written_out
from tests.nnvis.microscope.stacks import CLASSES, SHAPE, every_stack, traced


@dataclass(frozen=True)
class Kept:
    step: int
    parameters: np.ndarray


def benches(trace: StepTrace) -> tuple[Bench, Bench]:
    """Copies of the traced network, for two purposes."""
    made = []
    for _ in range(2):
        model = Sequential([each.layer.replace() for each in trace.layers], dtype="float64")
        model.build(SHAPE)
        model.compile(trace.optimizer.replace(), trace.loss.replace())
        made.append(Bench(model))
    return made[0], made[1]


def lives(trace: StepTrace, moments: list[Kept]) -> list[WeightLife]:
    """One weight of every array."""
    rng = np.random.default_rng(4)
    stops = stops_of(trace)
    bench, twins = benches(trace)
    views = [view for each in trace.layers for view in each.views if view.trainable]
    return [
        life_of(trace, stops, view, tuple(int(rng.integers(n)) for n in view.shape), bench, twins, moments)
        for view in views
    ]


@every_stack
def test_rows_add_up_to_the_gradient_and_the_twin_agrees(
    layers: list[Layer], loss: Loss | None, optimizer: Optimizer | None
) -> None:
    trace = traced([layer.replace() for layer in layers], loss, optimizer)
    for life in lives(trace, []):
        total = sum(row.product for row in life.rows) + life.others[1]
        assert total == pytest.approx(life.gradient, rel=1e-7, abs=1e-9) or "L2" in life.note
        for row in life.rows:
            assert row.left * row.right == pytest.approx(row.product, rel=1e-9) or life.gradient == pytest.approx(total)
        assert life.twin.numeric == pytest.approx(life.gradient, rel=1e-4, abs=1e-7)
        assert life.words
        assert life.lines


def test_the_last_line_is_the_weight_after_the_step() -> None:
    trace = traced([Flatten(), Dense(5, activation="relu"), Dense(CLASSES, activation="softmax")], None, Adam())
    stops = stops_of(trace)
    bench, twins = benches(trace)
    view = trace.layers[1].views[0]
    life = life_of(trace, stops, view, (7, 2), bench, twins, [])
    assert life.lines[-1].value == pytest.approx(float(view.of(trace.moved)[7, 2]))
    assert [line.latex.partition(" = ")[0] for line in life.lines] == ["m'", "v'", r"\hat{m}", r"\hat{v}", "W_{1}'"]
    assert life.words == "from pixel row 0, col 3 to unit 2"


def test_the_course_is_that_of_the_kept_moments() -> None:
    trace = traced([Flatten(), Dense(CLASSES, activation="softmax")])
    parameters = np.array(trace.specimen.parameters)
    moments = [Kept(step, parameters * step) for step in range(5)]
    life = lives(trace, moments)[0]
    steps, values = life.weight_course
    assert steps.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(values, values[1] * np.arange(5))
    steps, gradients = life.gradient_course
    assert 1 <= len(steps) <= 5
    assert len(gradients) == len(steps)
    if 1 in steps:
        assert gradients[list(steps).index(1)] == pytest.approx(life.gradient)


def test_the_weight_of_a_sum_is_the_one_with_the_largest_term() -> None:
    trace = traced([Conv2D(2, 2), BatchNormalization(), Flatten(), Dense(CLASSES, activation="softmax")])
    by_key = {stop.key: stop for stop in stops_of(trace)}
    out = written_out(by_key["Z.3"].shown(0), (0, 1))
    found = weight_pointed_at(by_key["Z.3"], {"n": 0, "j": 1}, out)
    assert found is not None
    largest = int(np.argmax(np.abs(out.terms[0].values)))
    assert (found[0].name, found[1]) == ("W", (largest, 1))
    sums = written_out(by_key["Z.0"].shown(0), (0, 1, 1, 1))
    window = weight_pointed_at(by_key["Z.0"], {"n": 0, "v": 1, "u": 1, "f": 1}, sums)
    assert window is not None
    assert window[1][3] == 1
    gamma = weight_pointed_at(by_key["dgamma.1"], {"c": 1}, written_out(by_key["dgamma.1"].shown(0), (1,)))
    assert gamma is not None
    assert (gamma[0].name, gamma[1]) == ("gamma", (1,))
    assert weight_pointed_at(by_key["X"], {"n": 0}, None) is None
