"""Each kernel gives what the layers it stands for give: their files are the definition."""

from __future__ import annotations

import numpy as np
import pytest

import core.product
from core import Sequential
from core.errors import ShapeError
from core.evaluation import evaluate
from core.kernels import ConvReluPool, DenseKernel, SoftmaxCrossentropy, plan
from core.kernels.flatten import FlattenKernel
from core.kernels.training_pass import PIECE
from core.layers import Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from core.layers.base import Layer
from core.losses import CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy


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
    assert [type(step) for step in model._training_pass.steps[:2]] == [ConvReluPool, ConvReluPool]
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
    count = 2 * PIECE + 5
    X, T = rng.normal(size=(count, 8, 8, 1)), np.eye(3)[rng.integers(0, 3, count)]
    weights = rng.uniform(0.5, 2, count)
    loss, outputs = model.forward_backward(X, T, weights=weights)
    outputs, gradient = outputs.copy(), model.gradient.copy()
    fast_loss, fast_outputs = model.fast_forward_backward(X, T, weights)
    np.testing.assert_allclose(fast_outputs, outputs, rtol=1e-10)
    np.testing.assert_allclose(model.gradient, gradient, rtol=1e-9, atol=1e-13)
    assert fast_loss == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize("cuts", [True, False])
def test_the_kernel_gives_the_same_whether_products_are_cut_or_not(cuts: bool, monkeypatch, rng) -> None:
    monkeypatch.setattr(core.product, "CUTS", cuts)
    model = Sequential([Conv2D(16, 3, padding="same", activation="relu"), MaxPooling2D(2),
                        Conv2D(32, 3, padding="same", activation="relu"), MaxPooling2D(2), Flatten(),
                        Dense(3, "softmax")], dtype="float64")  # fmt: skip
    model.build((28, 28, 1))
    model.compile("sgd", "categorical_crossentropy")
    X, T = rng.normal(size=(PIECE, 28, 28, 1)), np.eye(3)[rng.integers(0, 3, PIECE)]
    _, outputs = model.forward_backward(X, T)
    outputs, gradient = outputs.copy(), model.gradient.copy()
    model.gradient.fill(np.nan)
    np.testing.assert_allclose(model.fast_forward_backward(X, T)[1], outputs, rtol=1e-10)
    np.testing.assert_allclose(model.gradient, gradient, rtol=1e-8, atol=1e-13)
    kernel = model._training_pass.steps[1]
    assert isinstance(kernel, ConvReluPool)
    assert (len(kernel._passes.dW_parts) > 1) == cuts


def test_a_convolution_kernel_keeps_the_arrays_of_few_batch_sizes(rng: np.random.Generator) -> None:
    model = network(Conv2D(2, 3, activation="relu"), (8, 8, 1))
    for count in (1, 2, 3, 4, 3):
        model.fast_forward_backward(rng.normal(size=(count, 8, 8, 1)), np.eye(3)[np.zeros(count, int)])
    kernel = model._training_pass.steps[0]
    assert isinstance(kernel, ConvReluPool)
    assert list(kernel._kept) == [2, 3, 4]


def test_batch_normalization_keeps_a_batch_whole() -> None:
    model = Sequential([Conv2D(3, 3), BatchNormalization(), Flatten(), Dense(3, "softmax")])
    model.build((8, 8, 1))
    assert not model._training_pass._trains_in_pieces


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


@pytest.mark.parametrize(
    "loss", [CategoricalCrossentropy(), CategoricalCrossentropy(0.1), SparseCategoricalCrossentropy()]
)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_fused_end_gives_what_softmax_and_cross_entropy_give(
    loss: Loss, weighted: bool, rng: np.random.Generator
) -> None:
    model = Sequential([Dense(5, "relu", l2=0.01), Dense(4, "softmax")], seed=3, dtype="float64")
    model.build((6,))
    model.compile("sgd", loss)
    for count in (7, 3, 7):  # another size between two of the same
        X, T = rng.normal(size=(count, 6)) * 5, model.targets(rng.integers(0, 4, count))
        weights = rng.uniform(0.5, 2, count) if weighted else None
        loss_value, outputs = model.forward_backward(X, T, weights=weights)
        outputs, gradient = outputs.copy(), model.gradient.copy()
        model.gradient.fill(np.nan)
        fast_loss, fast_outputs = model.fast_forward_backward(X, T, weights)
        assert isinstance(model._training_pass._end, SoftmaxCrossentropy)
        assert fast_loss == pytest.approx(loss_value, rel=1e-13)
        np.testing.assert_allclose(fast_outputs, outputs, rtol=1e-12)
        np.testing.assert_allclose(model.gradient, gradient, rtol=1e-11, atol=1e-15)


def test_the_fused_end_stays_finite_for_scores_of_any_size() -> None:
    end = SoftmaxCrossentropy(CategoricalCrossentropy())
    Z = np.array([[1e30, -1e30, 0], [3e4, 3e4, -3e4]], np.float32)
    loss, Y, dZ = end.forward_backward(Z, np.eye(3, dtype=np.float32)[[0, 1]])
    assert loss == pytest.approx(np.log(2) / 2, rel=1e-6)
    np.testing.assert_allclose(Y, [[1, 0, 0], [0.5, 0.5, 0]])
    np.testing.assert_allclose(dZ, [[0, 0, 0], [0.25, -0.25, 0]])


def test_the_fused_end_says_when_targets_do_not_fit() -> None:
    with pytest.raises(ShapeError, match="one-hot"):
        SoftmaxCrossentropy(CategoricalCrossentropy()).forward_backward(np.zeros((2, 3)), np.zeros((2, 4)))


@pytest.mark.parametrize(
    ("end", "loss"),
    [
        ([Dense(3)], "mean_squared_error"),
        ([Dense(3, "sigmoid")], "binary_crossentropy"),
        ([Dense(3, "sigmoid")], "categorical_crossentropy"),
        ([Dense(3), Activation("softmax")], "categorical_crossentropy"),
    ],
)
def test_other_ends_are_left_to_the_layer_and_the_loss(end: list[Layer], loss: str, rng: np.random.Generator) -> None:
    model = Sequential([Dense(5, "tanh"), *[layer.replace() for layer in end]], dtype="float64")
    model.build((4,))
    X, T = rng.normal(size=(6, 4)), np.eye(3)[rng.integers(0, 3, 6)]
    model.compile("sgd", "categorical_crossentropy")
    model.fast_forward_backward(X, T)
    model.compile("sgd", loss)  # the end follows the loss
    value, _ = model.forward_backward(X, T)
    gradient = model.gradient.copy()
    assert model.fast_forward_backward(X, T)[0] == value
    np.testing.assert_array_equal(model.gradient, gradient)
    assert model._training_pass._end is None


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh", "gelu", "softmax"])
@pytest.mark.parametrize("use_bias", [True, False])
def test_a_dense_kernel_gives_what_its_layer_gives(activation: str, use_bias: bool, rng: np.random.Generator) -> None:
    layers = [Dense(units, activation, use_bias=use_bias, l2=l2) for units, l2 in ((9, 0.01), (8, 0.0), (7, 0.02))]
    model = Sequential([*layers, Dense(3, "softmax", use_bias=use_bias)], seed=1, dtype="float64")
    model.build((6,))
    model.compile("sgd", "categorical_crossentropy")
    assert [type(step) for step in model._training_pass.steps[:3]] == [DenseKernel] * 3
    kept = rng.normal(size=(5, 6))
    for X in (kept, rng.normal(size=(5, 6)), rng.normal(size=(2, 6)), kept):  # another array, another size, the first
        T = np.eye(3)[rng.integers(0, 3, len(X))]
        model.parameters += rng.normal(size=model.parameters.shape) * 0.1
        loss, outputs = model.forward_backward(X, T)
        outputs, gradient = outputs.copy(), model.gradient.copy()
        model.gradient.fill(np.nan)
        fast_loss, fast_outputs = model.fast_forward_backward(X, T)
        assert fast_loss == pytest.approx(loss, rel=1e-12)
        np.testing.assert_allclose(fast_outputs, outputs, rtol=1e-11)
        np.testing.assert_allclose(model.gradient, gradient, rtol=1e-9, atol=1e-14)


def test_a_dense_kernel_keeps_the_arrays_of_few_batch_sizes(rng: np.random.Generator) -> None:
    model = Sequential([Dense(4, "relu"), Dense(3, "softmax")])
    model.build((6,))
    model.compile("sgd", "categorical_crossentropy")
    kernel = model._training_pass.steps[0]
    assert isinstance(kernel, DenseKernel)
    for count in range(1, 20):
        X = rng.normal(size=(count, 6)).astype(np.float32)
        model.fast_forward_backward(X, np.eye(3, dtype=np.float32)[np.zeros(count, int)])
    assert list(kernel._kept) == [16, 17, 18, 19]
    assert kernel.backward(np.ones((19, 4), np.float32)) is None, "nobody asks what the input should have been"


def test_a_kernel_too_says_when_a_batch_does_not_fit() -> None:
    model = Sequential([Dense(4, "relu"), Dense(3, "softmax")])
    model.build((6,))
    model.compile("sgd", "categorical_crossentropy")
    with pytest.raises(ShapeError, match=r"Dense 'dense' expects X of shape \(N, 6\) but got \(2, 5\)"):
        model.fast_forward_backward(np.zeros((2, 5), np.float32), np.eye(3, dtype=np.float32)[:2])


@pytest.mark.parametrize(
    "layers",
    [
        [Conv2D(3, 3, activation="relu"), MaxPooling2D(2), BatchNormalization(), Flatten(), Dense(5, "tanh"),
         Dropout(0.5), Dense(3, "softmax")],
        [Flatten(), Dense(5, "relu"), Dense(3)],
    ],
    ids=["convolution", "dense"],
)  # fmt: skip
def test_a_network_is_evaluated_as_its_layers_say(layers: list[Layer], rng: np.random.Generator) -> None:
    model = Sequential([layer.replace() for layer in layers], dtype="float64")
    model.build((8, 8, 1))
    model.compile("sgd", "categorical_crossentropy" if isinstance(layers[0], Conv2D) else "mean_squared_error")
    x, T = rng.normal(size=(2 * PIECE + 5, 8, 8, 1)), np.eye(3)[rng.integers(0, 3, 2 * PIECE + 5)]
    np.testing.assert_allclose(model.fast_forward(x), model.predict(x), rtol=1e-10, atol=1e-13)
    pieces: list[int] = []
    watched = evaluate(model, x, T, observe=lambda: pieces.append(len(model.layers[0].Y)))  # type: ignore[attr-defined]
    assert pieces == [len(x)], "whoever looks sees every layer's outputs"
    quick = evaluate(model, x, T)
    assert quick.loss == watched.loss, "to the bit: early stopping must not depend on who looks"
    assert quick.loss == pytest.approx(model.loss_value(model.forward(x), T), rel=1e-12)
    np.testing.assert_array_equal(quick.confusion.counts, watched.confusion.counts)


def test_a_flat_view_of_the_same_array_is_the_same_object(rng: np.random.Generator) -> None:
    layer = Flatten()
    layer.build((4, 3, 2), rng, np.float64)
    kernel = FlattenKernel(layer)
    X = rng.normal(size=(5, 4, 3, 2))
    Y = kernel.forward(X)
    assert kernel.forward(X) is Y
    assert np.shares_memory(X, Y)
    np.testing.assert_array_equal(Y, layer.forward(X))
    np.testing.assert_array_equal(kernel.backward(Y), X)
    other = rng.normal(size=(2, 4, 3, 2))
    np.testing.assert_array_equal(kernel.forward(other), other.reshape(2, 24))
    with pytest.raises(ShapeError, match="Flatten expects X of shape"):
        kernel.forward(rng.normal(size=(2, 4, 3)))
