"""Small networks that together hold every layer and every activation, also where it is easy to go wrong."""

from __future__ import annotations

import numpy as np

from core import Sequential
from core.activations import ACTIVATION_NAMES
from core.data import Scaling
from core.intake import Intake
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
    Layer,
    LayerNormalization,
    MaxPooling2D,
    Reshape,
)

INTAKE = Intake(Scaling(0.25, 0.5), class_names=("one", 'the "second"', "drei"))


def _network(shape: tuple[int, ...], loss: str, *layers: Layer) -> Sequential:
    """A model with weights that are the same to the last bit on every machine; moving averages have moved."""
    model = Sequential(layers, seed=5, name="small network")
    model.build(shape)
    model.compile("adam", loss, metrics=["accuracy"])
    rng = np.random.default_rng(5)
    weights = [rng.integers(-64, 65, array.shape) / 64 for array in model.get_weights()]
    views = model.parameter_views()
    model.set_weights([
        abs(array) + 0.5 if view.name == "moving_variance" else array
        for array, view in zip(weights, views, strict=True)
    ])  # fmt: skip
    return model


def pixels(model: Sequential, count: int = 4) -> np.ndarray:
    """Random images for a model: uint8 (count, *input_shape)."""
    return np.random.default_rng(count).integers(0, 256, (count, *model.input_shape), dtype=np.uint8)


def networks() -> dict[str, Sequential]:
    """All of them by name."""
    return {
        **{
            activation: _network((4, 3, 1), "mean_squared_error", Flatten(), Dense(5, activation), Dense(3))
            for activation in ACTIVATION_NAMES
        },
        "images": _network(
            (11, 8, 3), "categorical_crossentropy",
            Conv2D(4, (3, 2), strides=2, padding="same", activation="relu"), BatchNormalization(), Activation("tanh"),
            MaxPooling2D(3, strides=1, padding="same"), Dropout(0.3), Conv2D(5, 2, use_bias=False, activation="gelu"),
            AveragePooling2D((2, 3), strides=(1, 2), padding="same"), GaussianNoise(0.2), LayerNormalization(),
            MaxPooling2D(2), Flatten(), Dense(3, "softmax", l2=0.01),
        ),
        "reshaped": _network(
            (24,), "mean_squared_error",
            Dense(36, "elu", use_bias=False), BatchNormalization(center=False), Reshape((6, 3, 2)),
            AveragePooling2D(2), LayerNormalization(scale=False), Conv2D(4, 3, padding="same", activation="leaky_relu"),
            BatchNormalization(scale=False), GlobalAveragePooling2D(), LayerNormalization(center=False), Dense(3),
        ),
    }  # fmt: skip
