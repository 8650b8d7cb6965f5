"""The light of the backward flow is the error itself: what travels down to a unit is what arrives there."""

from __future__ import annotations

import numpy as np
import pytest

from core.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from core.layers.base import Layer
from core.losses import Loss
from core.optimizers import Optimizer
from nnvis.microscope.backward_flow import MOST_NODES, flow_of
from tests.nnvis.microscope.stacks import CLASSES, every_stack, traced


def test_the_light_that_comes_down_to_a_unit_is_the_error_that_arrives() -> None:
    trace = traced(
        [Flatten(), Dense(6, activation="relu"), Dense(5, activation="tanh"), Dense(CLASSES, activation="softmax")]
    )
    for image in range(trace.size):
        flow = flow_of(trace, image)
        assert [layer.latex for layer in flow.layers] == ["dZ_{1}", "dZ_{2}", "dZ_{3}"]
        for index, light in enumerate(flow.light):
            arrives = trace.layers[index + 1].arrays["dY"][image]
            np.testing.assert_allclose(light.sum(axis=1), arrives, rtol=1e-9, atol=1e-12)
        for layer, traced_layer in zip(flow.layers, trace.layers[1:], strict=True):
            np.testing.assert_array_equal(layer.errors, traced_layer.arrays["dZ"][image])
        np.testing.assert_array_equal(flow.layers[0].closed, trace.layers[1].arrays["Z"][image] <= 0)
        assert not flow.layers[1].closed.any()  # tanh has no gate that closes
        assert flow.factors[0] == pytest.approx(flow.layers[0].mean_size / flow.layers[1].mean_size)


@every_stack
def test_every_network_has_its_flow(layers: list[Layer], loss: Loss | None, optimizer: Optimizer | None) -> None:
    flow = flow_of(traced([layer.replace() for layer in layers], loss, optimizer), 1)
    assert len(flow.light) == max(0, len(flow.layers) - 1)
    for light, below, above in zip(flow.light, flow.layers, flow.layers[1:], strict=False):
        assert light.shape == (len(below.units), len(above.units))
        assert light.any() or not above.errors.any() or not below.errors.any()
    assert flow.sentence.endswith(".")


def test_maps_are_nodes_too() -> None:
    stack = [
        Conv2D(3, 2, activation="relu"),
        MaxPooling2D(2),
        BatchNormalization(),
        Dropout(0.2),
        Conv2D(4, 2),
        Flatten(),
    ]
    flow = flow_of(traced([*stack, Dense(CLASSES, activation="softmax")]), 0)
    assert [layer.of for layer in flow.layers] == [3, 4, CLASSES]
    assert flow.light[1].shape == (4, CLASSES)


def test_through_many_sigmoids_the_light_dies() -> None:
    deep = [Flatten(), *(Dense(30, activation="sigmoid") for _ in range(6)), Dense(CLASSES, activation="softmax")]
    flow = flow_of(traced(deep, updates=0), 0)
    sizes = [layer.mean_size for layer in flow.layers]
    assert sizes == sorted(sizes)
    assert "one part in" in flow.sentence
    assert all(len(layer.units) <= MOST_NODES for layer in flow.layers)
