"""A number that is changed by hand changes everything behind it, and nothing of the run."""

from __future__ import annotations

import numpy as np
import pytest

from core import Sequential
from core.layers import Conv2D, Dense, Flatten
from core.optimizers import SGD
from nnvis.microscope.changed import can_change, changed
from nnvis.microscope.stops import Stop, stops_of, update_stop
from nnvis.microscope.trace import Bench, StepTrace
from tests.nnvis.microscope.stacks import CLASSES, SHAPE, traced


def walked(trace: StepTrace) -> dict[str, Stop]:
    return {stop.key: stop for stop in stops_of(trace)}


@pytest.fixture
def trace() -> StepTrace:
    return traced([Conv2D(2, 2, activation="relu"), Flatten(), Dense(CLASSES, activation="softmax")])


@pytest.fixture
def bench(trace: StepTrace) -> Bench:
    model = Sequential([each.layer.replace() for each in trace.layers], dtype="float64")
    model.build(SHAPE)
    model.compile(SGD(learning_rate=0.1), trace.loss.replace())
    return Bench(model)


def test_a_pixel_moves_the_loss_as_its_gradient_says(trace: StepTrace, bench: Bench) -> None:
    stop = walked(trace)["X"]
    old = float(trace.specimen.X[2, 3, 1, 0])
    specimen = changed(stop, 2, "X", {"n": 2, "y": 3, "x": 1, "c": 0}, old + 0.5)
    assert specimen is not None
    assert specimen.is_changed
    assert not specimen.moves
    assert float(trace.specimen.X[2, 3, 1, 0]) == old
    again = bench.trace(specimen)
    assert again.mean_loss != trace.mean_loss
    assert again.losses[1] == pytest.approx(trace.losses[1])  # the other images do not notice
    assert walked(again)["update"].title == "The step (not applied)"


def test_a_weight_and_a_flat_pixel(bench: Bench, trace: StepTrace) -> None:
    stop = walked(trace)["Z.2"]
    specimen = changed(stop, 0, "W", {"i": 3, "j": 1}, 9.0)
    assert specimen is not None
    again = bench.trace(specimen)
    assert again.layers[2].arrays["W"][3, 1] == 9.0
    assert trace.layers[2].arrays["W"][3, 1] != 9.0
    assert again.mean_loss != trace.mean_loss
    kernel = changed(update_stop(trace, trace.layers[0].views[0]), None, "P", {"a": 1, "b": 0, "c": 1, "f": 1}, -4.0)
    assert kernel is not None
    assert bench.trace(kernel).layers[0].arrays["W"][1, 0, 1, 1] == -4.0
    flat = walked(traced([Flatten(), Dense(CLASSES, activation="softmax")]))["Z.1"]
    pixel = changed(flat, 1, "X", {"n": 1, "i": 7}, 0.25)
    assert pixel is not None
    assert pixel.X.reshape(len(pixel.X), -1)[1, 7] == 0.25


def test_another_label_turns_the_error_round(bench: Bench, trace: StepTrace) -> None:
    stop = walked(trace)["dZ.2"]
    wanted = (int(trace.labels[1]) + 1) % CLASSES
    specimen = changed(stop, 0, "T", {"n": 1, "j": wanted}, 1.0)
    assert specimen is not None
    again = walked(bench.trace(specimen))["dZ.2"].values["dZ"]
    assert again[1, wanted] < 0
    np.testing.assert_allclose(np.delete(again, 1, 0), np.delete(stop.values["dZ"], 1, 0))


def test_what_was_computed_cannot_be_changed(trace: StepTrace) -> None:
    stops = walked(trace)
    assert [name for name in ("Z", "X", "W", "b") if can_change(stops["Z.2"], name)] == ["W", "b"]
    assert [name for name in ("Z", "X", "W", "b") if can_change(stops["Z.0"], name)] == ["X", "W", "b"]
    assert changed(stops["Z.2"], 0, "X", {"n": 0, "i": 0}, 1.0) is None
