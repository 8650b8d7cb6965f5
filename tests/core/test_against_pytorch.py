"""Agreement with PyTorch: outputs, gradients, trained parameters, from files that reference/make_with_pytorch.py made.

That script also says where the conventions of Keras, which are ours, are not PyTorch's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import Sequential, activations, losses, optimizers, schedules
from core.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    LayerNormalization,
    MaxPooling2D,
)
from core.layers.base import Layer
from core.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from core.schedules import Constant, CosineDecay, ExponentialDecay, OneCycle, ReduceLROnPlateau, Schedule, StepDecay

REFERENCE = Path(__file__).parent / "reference"
STEPS, EPOCH = 50, 10
TOLERANCE = {"float32": 1e-4, "float64": 1e-6}
both_precisions = pytest.mark.parametrize("dtype", ["float32", "float64"])


def stored(file: str) -> dict[str, dict[str, np.ndarray]]:
    """The arrays of each case in a file."""
    cases: dict[str, dict[str, np.ndarray]] = {}
    with np.load(REFERENCE / file, allow_pickle=False) as arrays:
        for key in arrays.files:
            case, name = key.split("/")
            cases.setdefault(case, {})[name] = arrays[key]
    return cases


def assert_close(ours: Any, theirs: np.ndarray, dtype: str, what: str = "") -> None:
    """Relative to the largest number: where numbers cancel, a single small one says nothing about agreement."""
    tolerance = TOLERANCE[dtype]
    np.testing.assert_allclose(
        ours, theirs, rtol=tolerance, atol=tolerance * 0.1 * max(1e-3, float(np.abs(theirs).max())), err_msg=what
    )


LAYER_CASES, ACTIVATION_CASES, LOSS_CASES = stored("layers.npz"), stored("activations.npz"), stored("losses.npz")


# --- layers -----------------------------------------------------------------------------------------------------------


def layer_of(case: str) -> Layer:
    kind, *rest = case.split("-")
    if kind == "dense":
        return Dense(4)
    if rest and kind in ("conv2d", "max_pooling2d", "average_pooling2d"):
        size, strides = (tuple(int(number) for number in part.split("x")) for part in rest[:2])
        if kind == "conv2d":
            return Conv2D(4, size, strides, padding=rest[2])
        return {"max_pooling2d": MaxPooling2D, "average_pooling2d": AveragePooling2D}[kind](size, strides, rest[2])
    return {
        "batch_normalization": BatchNormalization, "layer_normalization": LayerNormalization,
        "global_average_pooling2d": GlobalAveragePooling2D,
    }[kind]()  # fmt: skip


@both_precisions
@pytest.mark.parametrize("case", LAYER_CASES)
def test_layer(case: str, dtype: str) -> None:
    arrays = LAYER_CASES[case]
    layer = layer_of(case)
    layer.build(arrays["X"].shape[1:], np.random.default_rng(0), dtype)
    for name, value in (*layer.parameters.items(), *layer.states.items()):
        value[...] = arrays[name]
    training = not case.endswith("answering")
    assert_close(layer.forward(arrays["X"].astype(dtype), training), arrays["Y"], dtype, "Y")
    assert_close(layer.backward(arrays["dY"].astype(dtype)), arrays["dX"], dtype, "dX")
    for name, gradient in layer.gradients.items():
        assert_close(gradient, arrays[f"d{name}"], dtype, f"d{name}")
    for name, state in layer.states.items():
        assert_close(state, arrays[f"{name}_after"], dtype, name)


def test_every_layer_that_computes_has_its_case() -> None:
    kinds = {case.split("-")[0] for case in LAYER_CASES}
    assert kinds == {
        "dense", "conv2d", "max_pooling2d", "average_pooling2d", "global_average_pooling2d", "batch_normalization",
        "layer_normalization",
    }  # fmt: skip


@both_precisions
@pytest.mark.parametrize("name", activations.ACTIVATION_NAMES)
def test_activation(name: str, dtype: str) -> None:
    arrays = ACTIVATION_CASES[name]
    Z, dY = arrays["X"].astype(dtype), arrays["dY"].astype(dtype)
    function = activations.get(name)
    Y = function.forward(Z, np.empty_like(Z))
    assert_close(Y, arrays["Y"], dtype, "Y")
    assert_close(function.backward(dY, Z, Y, np.empty_like(Z)), arrays["dX"], dtype, "dZ")


# --- losses -----------------------------------------------------------------------------------------------------------


def loss_of(case: str) -> losses.Loss:
    name, _, variant = case.partition("-")
    loss = losses.get(name)
    if name == "huber":
        return loss.replace(delta=0.7)
    if variant == "smoothed":
        return loss.replace(label_smoothing=0.1 if name == "categorical_crossentropy" else 0.2)
    return loss


@both_precisions
@pytest.mark.parametrize("case", LOSS_CASES)
def test_loss(case: str, dtype: str) -> None:
    arrays, loss = LOSS_CASES[case], loss_of(case)
    T = arrays["T"] if loss.kind_name().startswith("sparse") else arrays["T"].astype(dtype)
    if "value" in arrays:
        Y = arrays["Y"].astype(dtype)
        assert_close(loss.value(Y, T), arrays["value"], dtype, "value")
        assert_close(loss.gradient(Y, T), arrays["dY"], dtype, "dY")
    if "fused_value" in arrays:
        Z, weights = arrays["Z"].astype(dtype), arrays.get("weights")
        Y = activations.get(loss.fuses_with or "").forward(Z, np.empty_like(Z))
        assert_close(loss.fused_value(Z, Y, T, weights), arrays["fused_value"], dtype, "fused value")
        dZ = loss.fused_gradient(Y, T) * (1 if weights is None else weights[:, None])
        assert_close(dZ, arrays["dZ"], dtype, "dZ")


def test_every_loss_has_its_case() -> None:
    assert {case.split("-")[0] for case in LOSS_CASES} == {kind.kind_name() for kind in losses.LOSSES}


# --- optimizers and schedules -----------------------------------------------------------------------------------------

OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {
    "sgd": lambda: SGD(0.05),
    "sgd-momentum": lambda: SGD(0.02, momentum=0.9),
    "sgd-nesterov": lambda: SGD(0.02, momentum=0.9, nesterov=True),
    "sgd-weight_decay": lambda: SGD(0.05, weight_decay=0.2),
    "sgd-clipped": lambda: SGD(0.05, momentum=0.5, global_clipnorm=0.3),
    "rmsprop": lambda: RMSprop(0.01, rho=0.9, epsilon=1e-12),
    "rmsprop-momentum": lambda: RMSprop(0.003, rho=0.9, momentum=0.5, epsilon=1e-12),
    "adagrad": lambda: Adagrad(0.05, initial_accumulator_value=0.1, epsilon=1e-12),
    "adam": lambda: Adam(0.02, beta_1=0.8, beta_2=0.95),
    "adam-clipped": lambda: Adam(0.02, global_clipnorm=0.3),
    "adam-weight_decay": lambda: Adam(0.02, weight_decay=0.2),
    "adamw": lambda: AdamW(0.02, weight_decay=0.05),
}
SCHEDULES: dict[str, Callable[[], Schedule]] = {
    "Constant": Constant,
    "StepDecay": lambda: StepDecay(drop=0.3, epochs_per_drop=2),
    "ExponentialDecay": lambda: ExponentialDecay(final=0.02),
    "CosineDecay": lambda: CosineDecay(warmup=0, alpha=0.1),
    "CosineDecay-warmup": lambda: CosineDecay(warmup=10 / STEPS),
    "OneCycle": lambda: OneCycle(warmup=11.75 / STEPS),
}


def descend(
    optimizer: Optimizer, schedule: Schedule, dtype: str, val_losses: Sequence[float] = (1.0,) * 5
) -> np.ndarray:
    """The parameters after 50 steps in 5 epochs down the valley |A p - 1|^2 / 2n."""
    problem = stored("optimizers.npz")["problem"]
    A, p = problem["A"].astype(dtype), problem["start"].astype(dtype)
    gradient = np.empty_like(p)
    for step in range(STEPS):
        gradient[...] = A.T @ (A @ p - 1) / len(A)
        optimizer.rate_factor = schedule.factor_at(step / STEPS, step // EPOCH)
        optimizer.step(p, gradient)
        if (step + 1) % EPOCH == 0:
            schedule.observe(val_losses[step // EPOCH])
    return p


@both_precisions
@pytest.mark.parametrize("case", OPTIMIZERS)
def test_optimizer(case: str, dtype: str) -> None:
    theirs = stored("optimizers.npz")["optimizer"]
    assert theirs.keys() == OPTIMIZERS.keys()
    assert_close(descend(OPTIMIZERS[case](), Constant(), dtype), theirs[case], dtype)


@both_precisions
@pytest.mark.parametrize("case", SCHEDULES)
def test_schedule(case: str, dtype: str) -> None:
    factors = json.loads((REFERENCE / "schedules.json").read_text())[case]
    schedule = SCHEDULES[case]()
    ours = [schedule.factor_at(step / STEPS, step // EPOCH) for step in range(STEPS)]
    np.testing.assert_allclose(ours, factors, rtol=1e-9, atol=1e-11)
    assert_close(descend(SGD(0.05), SCHEDULES[case](), dtype), stored("optimizers.npz")["schedule"][case], dtype)


def test_reduce_on_plateau() -> None:
    theirs = json.loads((REFERENCE / "schedules.json").read_text())
    schedule = ReduceLROnPlateau(factor=0.5, patience=2, min_delta=1e-3)
    for epoch, (factor, loss) in enumerate(zip(theirs["ReduceLROnPlateau"], theirs["plateau_losses"], strict=True)):
        assert schedule.factor_at(epoch / 11, epoch) == factor
        schedule.observe(loss)
    assert schedule.factor_at(1, 11) < 1, "it has fallen at least once"


@both_precisions
def test_reduce_on_plateau_moves_the_parameters_the_same(dtype: str) -> None:
    losses = json.loads((REFERENCE / "schedules.json").read_text())["plateau_losses"]
    schedule = ReduceLROnPlateau(factor=0.5, patience=2, min_delta=1e-3)
    moved = descend(SGD(0.05), schedule, dtype, losses)
    assert schedule.factor_at(1, 5) == 0.5
    assert_close(moved, stored("optimizers.npz")["schedule"]["ReduceLROnPlateau"], dtype)


def test_every_activation_optimizer_and_schedule_has_its_case() -> None:
    assert set(ACTIVATION_CASES) == set(activations.ACTIVATION_NAMES)
    assert {type(make()) for make in OPTIMIZERS.values()} == set(optimizers.OPTIMIZERS)
    kept = stored("optimizers.npz")["schedule"]
    assert kept.keys() == {*SCHEDULES, "ReduceLROnPlateau"}
    assert {case.split("-")[0] for case in kept} == {kind.__name__ for kind in schedules.SCHEDULES}


# --- a network --------------------------------------------------------------------------------------------------------


@both_precisions
def test_a_small_convolutional_network_learns_the_same(dtype: str) -> None:
    arrays = stored("network.npz")["network"]
    model = Sequential(
        [
            Conv2D(4, 3, padding="same", activation="relu"), MaxPooling2D(2), Conv2D(6, 3, activation="relu"),
            MaxPooling2D(2), Flatten(), Dense(10, "softmax"),
        ],
        dtype=dtype,
    )  # fmt: skip
    model.build((12, 12, 2))
    model.compile(SGD(0.05, momentum=0.9), "sparse_categorical_crossentropy")
    model.set_weights([arrays[f"start_{index}"] for index in range(6)])
    x = arrays["images"] / 255
    losses = []
    for step in range(20):
        batch = slice(step % 4 * 16, step % 4 * 16 + 16)
        losses.append(model.train_on_batch(x[batch], arrays["labels"][batch])["loss"])
    assert_close(losses, arrays["losses"], dtype, "losses")
    for index, weights in enumerate(model.get_weights()):
        assert_close(weights, arrays[f"end_{index}"], dtype, f"weights {index}")
