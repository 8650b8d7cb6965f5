"""One training step of a small convolutional network, beside PyTorch eager (when installed) and its GEMMs alone."""

from __future__ import annotations

from typing import Any

from core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from tests.benchmarks.timing import Step
from tests.benchmarks.training_step import Bar, ours, products, pytorch, table

SHAPE = (28, 28, 1)
LAYERS = [
    Conv2D(16, 3, padding="same", activation="relu"), MaxPooling2D(2),
    Conv2D(32, 3, padding="same", activation="relu"), MaxPooling2D(2),
    Flatten(), Dense(64, "relu"), Dense(10, "softmax"),
]  # fmt: skip


def network(nn: Any) -> Any:
    """The same layers in PyTorch; its loss contains the softmax."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1568, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


def gemms(batch_size: int, in_parts: bool = False) -> Step:
    """Only the matrix products of both passes, the convolutions' as one product each."""
    first, second = batch_size * 28 * 28, batch_size * 14 * 14
    shapes = [
        (first, 9, 16), (9, first, 16), (second, 144, 32), (144, second, 32), (second, 32, 144),
        (batch_size, 1568, 64), (1568, batch_size, 64), (batch_size, 64, 1568),
        (batch_size, 64, 10), (64, batch_size, 10), (batch_size, 10, 64),
    ]  # fmt: skip
    return products(shapes, ["A", "", "", "A", "B", "", "A", "B", "", "A", "B"], in_parts)


def report() -> list[str]:
    """The table, a line each."""
    rows = [
        (
            f"{optimizer}, batch {batch_size}",
            {
                "ours": ours(LAYERS, SHAPE, batch_size, optimizer),
                "PyTorch": pytorch(network, SHAPE, batch_size, optimizer),
                "GEMMs": gemms(batch_size),
                "in parts": gemms(batch_size, in_parts=True),
            },
            Bar(1.0, 1.6, 2.0, 1.4),
        )
        for optimizer in ("SGD", "Adam")
        for batch_size in (32, 128)
    ]
    return table("CNN conv16-pool-conv32-pool-64-10", rows)
