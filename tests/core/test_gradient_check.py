"""The gradient check: green on what is right, red on what is not, and it names the layer that is wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import Sequential, gradient_check
from core.activations import ACTIVATION_NAMES
from core.buffers import Array
from core.errors import ConfigError
from core.gradient_check import GradientReport, WeightCheck
from core.layers import (
    LAYERS,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePooling2D,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    Reshape,
)
from core.losses import LOSSES, CategoricalCrossentropy, Loss, MeanSquaredError
from core.stack import describe


def model(*layers: Layer, loss: str | Loss = "categorical_crossentropy", shape: tuple[int, ...] = (5,)) -> Sequential:
    made = Sequential(layers, seed=2)
    made.build(shape)
    made.compile("sgd", loss)
    return made


def data(shape: tuple[int, ...] = (5,), samples: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    return rng.normal(size=(samples, *shape)), rng.integers(0, 3, samples)


def test_right_code_passes_and_the_model_stays_as_it_is() -> None:
    checked = model(Dense(7, "tanh"), Dropout(), Dense(3, "softmax"))
    checked.train_on_batch(*data())
    before, gradient = checked.parameters.copy(), checked.gradient.copy()
    dice = [layer.rng.bit_generator.state for layer in checked.layers]
    for training in (False, True):
        report = gradient_check(checked, *data(), training=training)
        assert report.passed
        assert report.worst.relative_error < 1e-7
    np.testing.assert_array_equal(checked.parameters, before)
    np.testing.assert_array_equal(checked.gradient, gradient)
    assert dice == [layer.rng.bit_generator.state for layer in checked.layers]
    assert "weights checked, worst: " in str(report)
    assert "Look at" not in str(report)


def test_up_to_so_many_weights_of_each_array_are_drawn_with_a_seed() -> None:
    checked = model(Dense(7, "tanh"), Dense(3, "softmax"))
    report = gradient_check(checked, *data(), weights_per_array=4)
    assert [(check.layer_name, check.name) for check in report.checks] == (
        [("dense", "W")] * 4 + [("dense", "b")] * 4 + [("dense_1", "W")] * 4 + [("dense_1", "b")] * 3
    )
    assert len({check.index for check in report.checks[:4]}) == 4, "four different ones"
    assert report == gradient_check(checked, *data(), weights_per_array=4)
    assert report != gradient_check(checked, *data(), weights_per_array=4, seed=1)
    whole = gradient_check(checked, *data(), weights_per_array=10**6)
    gradients = [gradient.ravel() for gradient in checked.clone("float64").gradients(*data())]
    np.testing.assert_array_equal([check.analytic for check in whole.checks], np.concatenate(gradients))


# --- deliberately broken ----------------------------------------------------------------------------------------------


@dataclass
class ForgetsSlope(Dense):
    """dZ = dY: the slope of the activation is left out."""

    def backward(self, dY: Array) -> Array | None:
        return self._backward(dY)


@dataclass
class ForgetsTranspose(Dense):
    """dX = dZ @ W: fits only because W is square."""

    def _backward(self, dZ: Array) -> Array | None:
        super()._backward(dZ)
        self.dX = dZ @ self.W
        return self.dX


@dataclass
class AddsUp(Dense):
    """dW grows from batch to batch instead of starting at 0."""

    def _backward(self, dZ: Array) -> Array | None:
        before = self.dW + 1
        super()._backward(dZ)
        self.dW += before
        return self.dX


@dataclass
class ForgetsMean(CategoricalCrossentropy):
    """dZ = Y - T: the sum over the batch instead of the mean."""

    def fused_gradient(self, Y: Array, T: Array) -> Array:
        return Y - T


@pytest.mark.parametrize(
    ("layers", "blamed"),
    [
        ((Dense(4, "tanh"), ForgetsSlope(4, "tanh"), Dense(3, "softmax")), {"dense", "forgets_slope"}),
        ((ForgetsSlope(4, "sigmoid", name="wrong"), Dense(3, "softmax")), {"wrong"}),
        ((Dense(4, "tanh"), ForgetsTranspose(4, "tanh"), Dense(3, "softmax")), {"dense"}),
        ((Dense(4, "tanh"), AddsUp(4, "tanh"), Dense(3, "softmax")), {"adds_up"}),
    ],
    ids=["forgets f'", "forgets f' at the bottom", "forgets the transpose", "adds up"],
)
def test_a_broken_layer_is_caught_and_named(layers: tuple[Layer, ...], blamed: set[str]) -> None:
    report = gradient_check(model(*layers), *data())
    assert not report.passed
    wrong = {check.layer_name for check in report.checks if check.relative_error > report.tolerance}
    assert wrong == blamed, "what lies above the fault is right, what lies below inherits it"
    assert report.worst.layer_name in blamed
    assert f"of layer '{report.worst.layer_name}'" in str(report)
    assert str(report).endswith("Look at that layer's backward pass first.")


def test_a_gradient_that_is_no_mean_is_wrong_by_the_number_of_samples() -> None:
    report = gradient_check(model(Dense(3, "softmax"), loss=ForgetsMean()), *data(samples=6))
    assert not report.passed
    for check in report.checks:
        assert check.analytic == pytest.approx(6 * check.numeric, rel=1e-5, abs=1e-8)


def test_a_gradient_that_is_no_number_is_the_worst_of_all() -> None:
    checks = (WeightCheck("a", "W", (0,), 1.0, 2.0), WeightCheck("b", "W", (0,), math.nan, 1.0))
    report = GradientReport(checks, 1e-5)
    assert not report.passed
    assert report.worst.layer_name == "b"


def test_without_weights_there_is_nothing_to_pass() -> None:
    with pytest.raises(ConfigError, match=r"no weights to check: no layer of this model has any\. Add"):
        gradient_check(model(Flatten(), shape=(3, 1, 1)), *data((3, 1, 1)))
    with pytest.raises(ConfigError, match="not built yet"):
        gradient_check(Sequential([Dense(3)]), *data())


# --- stacks that nobody thought of ------------------------------------------------------------------------------------

smooth = st.sampled_from([name for name in ACTIVATION_NAMES if name not in ("relu", "leaky_relu")])
anywhere = st.one_of(
    st.builds(Activation, activation=smooth),
    st.builds(Dropout, rate=st.sampled_from([0.0, 0.3])),
    st.just(GaussianNoise(0.2)),
    st.builds(BatchNormalization, scale=st.booleans(), epsilon=st.just(0.1)),
    st.builds(LayerNormalization, center=st.booleans(), epsilon=st.just(0.1)),
)
on_images = st.one_of(
    st.builds(
        Conv2D, filters=st.integers(1, 3), kernel_size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
        strides=st.integers(1, 2), padding=st.just("same"), activation=smooth, use_bias=st.booleans(),
        l2=st.sampled_from([0.0, 0.1]),
    ),
    st.builds(MaxPooling2D, pool_size=st.just(2), padding=st.just("same")),
    st.builds(AveragePooling2D, pool_size=st.just((2, 1)), strides=st.just(1), padding=st.just("same")),
    anywhere,
)  # fmt: skip
on_numbers = st.one_of(st.builds(Dense, units=st.integers(1, 4), activation=smooth, use_bias=st.booleans()), anywhere)


def between(how: str, images: list[Layer], shape: tuple[int, ...]) -> Layer:
    """The layer that makes numbers of images, in one of three ways."""
    if how == "average":
        return GlobalAveragePooling2D()
    last = describe(images, shape)[-1].output_shape if images else shape
    assert last is not None
    return Flatten() if how == "flatten" else Reshape((math.prod(last),))


def test_the_stacks_below_hold_every_layer() -> None:
    drawn = {Activation, Dropout, GaussianNoise, BatchNormalization, LayerNormalization, Conv2D, MaxPooling2D,
             AveragePooling2D, Dense, Flatten, GlobalAveragePooling2D, Reshape}  # fmt: skip
    assert drawn == set(LAYERS)


@settings(max_examples=60)
@given(
    images=st.lists(on_images, max_size=3),
    how=st.sampled_from(["flatten", "average", "reshape"]),
    numbers=st.lists(on_numbers, max_size=3),
    last=st.sampled_from(["softmax", "sigmoid"]),
    loss=st.sampled_from([kind() for kind in LOSSES if kind.kind_name() != "mean_absolute_error"]),
    training=st.booleans(),
)
def test_any_stack_has_the_gradient_of_its_loss(
    images: list[Layer], how: str, numbers: list[Layer], last: str, loss: Loss, training: bool
) -> None:
    stack = [layer.replace() for layer in (*images, between(how, images, (4, 3, 2)), *numbers)]
    stack.append(Dense(3, last))
    report = gradient_check(
        model(*stack, loss=loss, shape=(4, 3, 2)), *data((4, 3, 2)), weights_per_array=6, training=training
    )
    assert report.passed, str(report)


def test_regression_is_checked_as_well() -> None:
    x = data()[0]
    assert gradient_check(model(Dense(4, "tanh"), Dense(1), loss=MeanSquaredError()), x, x[:, 0]).passed
