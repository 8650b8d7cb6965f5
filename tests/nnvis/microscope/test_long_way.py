"""The long way through the Jacobian gives what the short way gives, number by number."""

from __future__ import annotations

import numpy as np
import pytest

from core.activations import ACTIVATION_NAMES
from core.layers import Dense, Flatten
from core.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from nnvis.microscope.long_way import has_long_way, long_way
from nnvis.microscope.stops import Stop, stops_of
from tests.nnvis.microscope.stacks import CLASSES, SAMPLES, traced

NAMES = ("0", "1", "2")


def stop_of(key: str, activation: str = "relu", loss: Loss | None = None, ending: str = "softmax") -> Stop:
    layers = [Flatten(), Dense(5, activation=activation), Dense(CLASSES, activation=ending)]
    return next(stop for stop in stops_of(traced(layers, loss)) if stop.key == key)


@pytest.mark.parametrize("loss", [CategoricalCrossentropy(), SparseCategoricalCrossentropy()])
def test_softmax_and_cross_entropy_cancel(loss: Loss) -> None:
    stop = stop_of("dZ.2", loss=loss)
    for image in range(SAMPLES):
        way = long_way(stop, image, NAMES)
        assert way.difference < 1e-12
        np.testing.assert_allclose(way.shortcut.values.reshape(-1), stop.values["dZ"][image] * SAMPLES, rtol=1e-9)
        assert way.surviving == int(stop.trace.labels[image])
        struck = [text for text, is_struck in way.lines[0].parts if is_struck]
        assert len(struck) == 2
        assert struck[0] == struck[1]
        assert [line.is_true for line in way.lines].count(True) == 1


def test_label_smoothing_lets_every_row_live() -> None:
    way = long_way(stop_of("dZ.2", loss=CategoricalCrossentropy(label_smoothing=0.2)), 0, NAMES)
    assert way.difference < 1e-12
    assert way.surviving is None


def test_sigmoid_and_binary_cross_entropy() -> None:
    way = long_way(stop_of("dZ.2", loss=BinaryCrossentropy(), ending="sigmoid"), 1, NAMES)
    assert way.difference < 1e-9


@pytest.mark.parametrize("activation", [name for name in ACTIVATION_NAMES if name not in ("linear", "softmax")])
def test_an_elementwise_jacobian_is_a_hadamard_product(activation: str) -> None:
    stop = stop_of("dZ.1", activation)
    way = long_way(stop, 2, NAMES)
    assert way.difference < 1e-15
    J = way.jacobian.values[0]
    assert np.count_nonzero(J - np.diag(np.diag(J))) == 0
    assert "product unit by unit" in way.sentence
    assert way.code[0].function == "ActivationFunction.jacobian"


def test_a_loss_that_is_not_fused_goes_the_long_way_through_softmax() -> None:
    way = long_way(stop_of("dZ.2", loss=MeanSquaredError()), 0, NAMES)
    assert way.difference < 1e-15
    assert way.title == "Through the whole Jacobian"


def test_only_an_error_that_passes_an_activation_has_a_long_way() -> None:
    assert [stop.key for stop in stops_of(stop_of("dZ.2").trace) if has_long_way(stop)] == ["dZ.2", "dZ.1"]
