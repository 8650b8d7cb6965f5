"""Each kernel gives what the layers it stands for give: their files are the definition."""

from __future__ import annotations

import numpy as np
import pytest

from core import Sequential
from core.kernels import ConvReluPool, plan
from core.layers import BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D
from core.sequential import TRAINING_PIECE


def network(conv: Conv2D, shape: tuple[int, int, int], dtype: str = "float64") -> Sequential:
    model = Sequential(
        [conv, MaxPooling2D(2), Conv2D(4, (2, 3), activation="relu", padding="same"), MaxPooling2D(2), Flatten(),
         Dense(3, "softmax")],
        seed=1, dtype=dtype,
    )  # fmt: skip
    model.build(shape)
    model.compile("sgd", "categorical_crossentropy")
    for layer in (model.layers[0], model.layers[2]):
        layer.parameters["b"][:] = np.random.default_rng(2).normal(size=layer.parameters["b"].shape)
    return model


@pytest.mark.parametrize("shape", [(8, 8, 1), (9, 11, 3), (12, 7, 2)])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kernel_size", [(3, 3), (1, 1), (2, 4), (4, 2), (5, 3)])
def test_conv_relu_pool_gives_what_its_layers_give(shape, padding, kernel_size, rng: np.random.Generator) -> None:
    model = network(Conv2D(5, kernel_size, padding=padding, activation="relu", l2=0.01), shape)
    assert [type(step) for step in model._steps[:2]] == [ConvReluPool, ConvReluPool]
    X, T = rng.normal(size=(6, *shape)), np.eye(3)[rng.integers(0, 3, 6)]
    weights = rng.uniform(0.5, 2, 6)
    for _ in range(2):  # the second pass finds the buffers as the first one left them
        X = X + rng.normal(size=X.shape)
        loss, outputs = model.forward_backward(X, T, weights=weights)
        outputs, gradient = outputs.copy(), model.gradient.copy()
        fast_loss, fast_outputs = model.fast_forward_backward(X, T, weights)
        np.testing.assert_allclose(fast_outputs, outputs, rtol=1e-10)
        np.testing.assert_allclose(model.gradient, gradient, rtol=1e-9, atol=1e-13)
        assert fast_loss == pytest.approx(loss, rel=1e-12)


def test_of_equal_values_the_kernel_too_gives_the_error_to_the_first(rng: np.random.Generator) -> None:
    model = network(Conv2D(2, 1, activation="relu"), (4, 4, 1))
    X, T = np.ones((2, 4, 4, 1)), np.eye(3)[:2]
    model.forward_backward(X, T)
    gradient = model.gradient.copy()
    model.fast_forward_backward(X, T)
    np.testing.assert_allclose(model.gradient, gradient, rtol=1e-10, atol=1e-15)


def test_a_large_batch_is_trained_in_pieces_with_the_gradient_of_the_whole(rng: np.random.Generator) -> None:
    model = network(Conv2D(3, 3, activation="relu"), (8, 8, 1))
    count = 2 * TRAINING_PIECE + 5
    X, T = rng.normal(size=(count, 8, 8, 1)), np.eye(3)[rng.integers(0, 3, count)]
    weights = rng.uniform(0.5, 2, count)
    loss, outputs = model.forward_backward(X, T, weights=weights)
    outputs, gradient = outputs.copy(), model.gradient.copy()
    fast_loss, fast_outputs = model.fast_forward_backward(X, T, weights)
    np.testing.assert_allclose(fast_outputs, outputs, rtol=1e-10)
    np.testing.assert_allclose(model.gradient, gradient, rtol=1e-9, atol=1e-13)
    assert fast_loss == pytest.approx(loss, rel=1e-12)


def test_batch_normalization_keeps_a_batch_whole() -> None:
    model = Sequential([Conv2D(3, 3), BatchNormalization(), Flatten(), Dense(3, "softmax")])
    model.build((8, 8, 1))
    assert not model._trains_in_pieces


def test_no_kernel_where_the_stack_has_another_shape() -> None:
    def kinds(*layers) -> list[str]:
        model = Sequential([*layers, Flatten(), Dense(2, "softmax")])
        model.build((12, 12, 1))
        return [type(step).__name__ for step in plan(model.layers)]

    pooled = MaxPooling2D(2)
    for conv in (
        Conv2D(2, 3, strides=2, activation="relu"),
        Conv2D(2, 3, activation="tanh"),
        Conv2D(2, 3, activation="relu", use_bias=False),
    ):
        assert "ConvReluPool" not in kinds(conv, pooled.replace())
    for pool in (MaxPooling2D(3), MaxPooling2D(2, strides=1), MaxPooling2D(2, padding="same")):
        assert "ConvReluPool" not in kinds(Conv2D(2, 3, activation="relu"), pool)
    assert "ConvReluPool" in kinds(Conv2D(2, 3, activation="relu"), MaxPooling2D(2))
