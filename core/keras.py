"""Keras's names for what this library has, in Keras's places: a script needs only its import lines changed.

    from core import keras                    # instead of: import keras, from tensorflow import keras
    from core.keras import layers             # instead of: from keras import layers

Names only; everything lives, and is explained, in the modules they come from.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from core import layers as _layers
from core import losses as _losses
from core import model_file
from core import optimizers as _optimizers
from core.buffers import Array
from core.data import mnist as _mnist
from core.early_stopping import EarlyStopping as _EarlyStopping
from core.history import History
from core.layers import Input
from core.losses import one_hot
from core.schedules import ReduceLROnPlateau
from core.sequential import Sequential

__all__ = [
    "History", "Input", "Sequential", "callbacks", "datasets", "layers", "losses", "models", "optimizers", "utils",
]  # fmt: skip


def EarlyStopping(
    monitor: str = "val_loss",
    min_delta: float = 0.0,
    patience: int = 0,
    verbose: int = 0,
    mode: str = "auto",
    restore_best_weights: bool = False,
) -> _EarlyStopping:
    """Early stopping with Keras's defaults. Whether more or less is better follows from `monitor`."""
    return _EarlyStopping(
        monitor=monitor, min_delta=min_delta, patience=max(1, patience), restore_best_weights=restore_best_weights
    )


def load_data() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """MNIST as Keras gives it: uint8 images (N, 28, 28) and labels (N,), to train with and to test with."""
    (x_train, y_train), (x_test, y_test) = _mnist()
    return (x_train[..., 0], y_train), (x_test[..., 0], y_test)


def to_categorical(x: Any, num_classes: int | None = None) -> Array:
    """One-hot rows for integer labels."""
    labels = np.asarray(x)
    return one_hot(labels, int(labels.max()) + 1 if num_classes is None else num_classes)


def load_model(filepath: str | Path) -> Sequential:
    """A model that `model.save` wrote."""
    return model_file.load(filepath)


layers = SimpleNamespace(
    **{kind.__name__: kind for kind in _layers.LAYERS}, Input=Input, MaxPool2D=_layers.MaxPooling2D,
    AvgPool2D=_layers.AveragePooling2D, GlobalAvgPool2D=_layers.GlobalAveragePooling2D,
)  # fmt: skip
losses = SimpleNamespace(**{kind.__name__: kind for kind in _losses.LOSSES})
optimizers = SimpleNamespace(**{kind.__name__: kind for kind in _optimizers.OPTIMIZERS})
callbacks = SimpleNamespace(EarlyStopping=EarlyStopping, ReduceLROnPlateau=ReduceLROnPlateau, History=History)
datasets = SimpleNamespace(mnist=SimpleNamespace(load_data=load_data))
models = SimpleNamespace(Sequential=Sequential, load_model=load_model)
utils = SimpleNamespace(to_categorical=to_categorical)
