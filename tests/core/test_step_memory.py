"""A training step takes no memory that it does not give back: everything is laid out once for each batch size."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from core import Sequential, Trainer
from core.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from core.layers.base import Layer
from core.optimizers import OPTIMIZERS, Optimizer

STEPS = 100
SAMPLES, BATCH = 40, 12  # three batches and a short one
STACKS: dict[str, list[Layer]] = {
    "dense": [Flatten(), Dense(16, "relu"), Dropout(0.2), Dense(8, "tanh"), Dense(3, "softmax")],
    "convolution": [Conv2D(4, 3, activation="relu"), MaxPooling2D(2), Flatten(), Dense(3, "softmax")],
    "plain convolution": [Conv2D(4, 3), BatchNormalization(), Flatten(), Dense(3, "softmax")],
}


@pytest.mark.parametrize("layers", STACKS.values(), ids=STACKS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_steps_leave_nothing_behind(layers: list[Layer], optimizer: type[Optimizer]) -> None:
    rng = np.random.default_rng(0)
    model = Sequential([layer.replace() for layer in layers])
    model.build((12, 12, 1))
    model.compile(optimizer())
    x, y = rng.random((SAMPLES, 12, 12, 1), np.float32), rng.integers(0, 3, SAMPLES)
    events = Trainer(model, x, y, batch_size=BATCH, epochs=10**6).run()
    tracemalloc.start()
    try:
        for _ in range(60):  # to the first copy of the weights that the guard against divergence keeps, and beyond
            next(events)
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(STEPS):
            next(events)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # NumPy keeps small blocks for later use, which tracemalloc counts now and then: up to 100 bytes a step, while the
    # process itself does not grow. One array kept from every step would be 250 bytes or more.
    assert after - before < STEPS * 200
