"""Presets: networks to start from, each with a sentence on what it shows. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.layers import Activation, BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D
from core.layers.base import Layer
from core.losses import CategoricalCrossentropy
from core.optimizers import SGD, Adam, Optimizer
from nnvis.project import Project


@dataclass(frozen=True)
class Preset:
    """A stack for any number of classes, and the optimizer and batch size that suit it."""

    title: str
    sentence: str
    icon: str
    layers: Callable[[int], tuple[Layer, ...]]
    optimizer: Optimizer
    batch_size: int = 64

    def applied(self, project: Project, classes: int) -> Project:
        """`project` with this network; its data, seed and length of training stay."""
        return replace(
            project,
            layers=self.layers(classes),
            loss=CategoricalCrossentropy(),
            optimizer=self.optimizer.replace(),
            training=project.training.replace(batch_size=self.batch_size),
        )


def _mlp(*units: int, activation: str) -> Callable[[int], tuple[Layer, ...]]:
    def layers(classes: int) -> tuple[Layer, ...]:
        hidden = (Dense(units=width, activation=activation) for width in units)
        return (Flatten(), *hidden, Dense(units=classes, activation="softmax"))

    return layers


def _lenet(classes: int) -> tuple[Layer, ...]:
    return (
        Conv2D(filters=6, kernel_size=5, padding="same", activation="relu"),
        MaxPooling2D(),
        Conv2D(filters=16, kernel_size=5, activation="relu"),
        MaxPooling2D(),
        Flatten(),
        Dense(units=120, activation="relu"),
        Dense(units=84, activation="relu"),
        Dense(units=classes, activation="softmax"),
    )


def _normalised(classes: int) -> tuple[Layer, ...]:
    layers: list[Layer] = []
    for filters in (16, 32):
        # no bias: the normalisation behind it takes the mean away, and brings one of its own
        layers += [
            Conv2D(filters=filters, kernel_size=3, padding="same", use_bias=False),
            BatchNormalization(),
            Activation(activation="relu"),
            MaxPooling2D(),
        ]
    return (*layers, Flatten(), Dense(units=classes, activation="softmax"))


PRESETS: tuple[Preset, ...] = (
    Preset("Softmax regression", "No hidden layer: each class weighs the pixels by itself.", "layer-dense",
           _mlp(activation="relu"), Adam()),
    Preset("Small tanh network", "32 and 16 units, plain SGD: small enough to follow each number.", "layer-dense",
           _mlp(32, 16, activation="tanh"), SGD(learning_rate=0.1), 32),
    Preset("MLP 128-64", "Two hidden layers of relu: above 97 % within seconds.", "layer-dense",
           _mlp(128, 64, activation="relu"), Adam()),
    Preset("Deep sigmoid network", "Six hidden layers of sigmoid: watch the gradients vanish.", "layer-dense",
           _mlp(64, 64, 64, 64, 64, 64, activation="sigmoid"), SGD(learning_rate=0.1)),
    Preset("LeNet", "Two convolutions and three dense layers, after LeCun (1998).", "layer-conv2d", _lenet, Adam()),
    Preset("CNN with batch normalisation", "Each map is centred and scaled, so that it learns faster.", "layer-conv2d",
           _normalised, Adam()),
)  # fmt: skip
"""In the order in which one would study them."""
