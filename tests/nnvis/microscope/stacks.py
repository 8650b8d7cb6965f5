"""Random networks over all catalogues, in float64, traced: what the tests of the microscope walk through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from core import Sequential
from core.activations import ACTIVATION_NAMES
from core.data import Scaling
from core.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePooling2D,
    LayerNormalization,
    MaxPooling2D,
    Reshape,
)
from core.layers.base import Layer
from core.losses import LOSSES, BinaryCrossentropy, Loss
from core.optimizers import OPTIMIZERS, SGD, Optimizer
from nnvis.microscope.specimen import Specimen
from nnvis.microscope.trace import Bench, StepTrace

SHAPE = (6, 5, 2)
SAMPLES = 4
CLASSES = 3


def traced(
    layers: list[Layer], loss: Loss | None = None, optimizer: Optimizer | None = None, applies: bool = True,
    samples: int = SAMPLES, updates: int = 2, seed: int = 3,
) -> StepTrace:  # fmt: skip
    """One update of a network whose optimizer already has something to remember."""
    rng = np.random.default_rng(seed)
    model = Sequential(layers, seed=seed, dtype="float64")
    model.build(SHAPE)
    model.compile(optimizer or SGD(learning_rate=0.1), loss or "categorical_crossentropy")
    model.parameters[: model.trainable.size] += rng.normal(scale=0.2, size=model.trainable.size)
    for _ in range(updates):
        model.train_on_batch(rng.normal(size=(SAMPLES, *SHAPE)), _targets(model, rng, SAMPLES))
    used = model.optimizer
    specimen = Specimen(
        step=updates, parameters=model.parameters.copy(), optimizer=used.replace(),
        X=rng.normal(size=(samples, *SHAPE)),
        labels=_targets(model, rng, samples), scaling=Scaling.unit(), applies=applies, optimizer_steps=used.steps,
        memory={name: vector.copy() for name, vector in used.state.items()} if used.steps else {},
        dice=tuple(layer.rng.bit_generator.state for layer in model.layers),
    )  # fmt: skip
    return Bench(model.clone()).trace(specimen)


def _targets(model: Sequential, rng: np.random.Generator, samples: int) -> Any:
    if isinstance(model.loss, BinaryCrossentropy):
        return rng.integers(0, 2, (samples, CLASSES)).astype(float)
    return rng.integers(0, CLASSES, samples)


def head(activation: str = "softmax") -> Dense:
    return Dense(CLASSES, activation=activation)


def stacks() -> Iterator[Any]:
    """Every layer, activation, loss and optimizer, in company that it fits into."""
    layers: dict[str, list[Layer]] = {
        "no-hidden": [Flatten(), head()],
        "dense": [Flatten(), Dense(5, activation="relu", l2=0.1), Dense(4, activation="tanh", use_bias=False), head()],
        "conv": [Conv2D(3, (3, 2), activation="relu"), Conv2D(2, 2, strides=(2, 1), padding="same"), Flatten(), head()],
        "pools": [MaxPooling2D(2, padding="same"), AveragePooling2D((2, 1), strides=1), Flatten(), head()],
        "trained-pools": [Conv2D(2, 2), MaxPooling2D((2, 1)), AveragePooling2D(2, padding="same"), Flatten(), head()],
        "max": [Conv2D(2, 2), MaxPooling2D((3, 2), strides=(1, 2)),
                Conv2D(2, 1, l2=0.01), GlobalAveragePooling2D(), head()],
        "norms": [Conv2D(2, 2), BatchNormalization(), LayerNormalization(), Flatten(), Dense(4), BatchNormalization(),
                  LayerNormalization(scale=False), head()],
        "plain-norms": [Flatten(), Dense(4), BatchNormalization(center=False), LayerNormalization(center=False),
                        head()],
        "noise": [Flatten(), Dense(6, activation="relu"), Dropout(0.4), GaussianNoise(0.2), Dense(4),
                  Activation("elu"), head()],
        "reshaped": [Flatten(), Dense(12), Reshape((2, 3, 2)), Conv2D(2, 2), Flatten(), head()],
        "ends-in-activation": [Flatten(), Dense(CLASSES), Activation("softmax")],
        "conv-at-the-end": [Conv2D(CLASSES, (6, 5), activation="tanh"), Flatten(), Activation("softmax")],
    }  # fmt: skip
    for name, stack in layers.items():
        yield pytest.param(stack, None, None, id=name)
    for activation in ACTIVATION_NAMES:
        yield pytest.param([Flatten(), Dense(5, activation=activation), head()], None, None, id=activation)
        yield pytest.param(
            [Conv2D(2, 2, activation=activation), Flatten(), head()], None, None, id=f"conv-{activation}"
        )
    for kind in LOSSES:
        for ending in ("softmax", "sigmoid"):
            yield pytest.param(
                [Flatten(), Dense(4, activation="tanh"), head(ending)], kind(), None, id=f"{kind.__name__}-{ending}"
            )
    optimizers: list[Optimizer] = [kind() for kind in OPTIMIZERS]
    optimizers += [
        SGD(0.1, momentum=0.9),
        SGD(0.1, momentum=0.9, nesterov=True),
        SGD(0.1, global_clipnorm=0.01, weight_decay=0.1),
    ]
    for optimizer in optimizers:
        options = [name for name in ("momentum", "nesterov", "weight_decay") if getattr(optimizer, name, 0)]
        stack = [Flatten(), Dense(4, activation="tanh"), head()]
        yield pytest.param(stack, None, optimizer, id="-".join([optimizer.kind_name(), *options]))



every_stack = pytest.mark.parametrize(("layers", "loss", "optimizer"), list(stacks()))
"""One test for each of them."""
