"""One training step of the 784-128-64-10 network, beside PyTorch eager (when installed) and beside its GEMMs alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from core.layers import Dense
from tests.benchmarks.timing import Step
from tests.benchmarks.training_step import Bar, ours, products, pytorch, table

SIZES = (784, 128, 64, 10)
LAYERS = [*(Dense(units, "relu") for units in SIZES[1:-1]), Dense(SIZES[-1], "softmax")]
BARS = {
    ("SGD", 32): Bar(2.4, 3.0, 1.9, 1.5), ("SGD", 128): Bar(1.6, 2.0, 1.35, 1.2),
    ("Adam", 32): Bar(2.8, 3.5), ("Adam", 128): Bar(2.0, 2.8),
}  # fmt: skip


def network(nn: Any) -> Any:
    """The same layers in PyTorch; its loss contains the softmax."""
    layers: list[Any] = []
    for below, above in pairwise(SIZES):
        layers += [nn.Linear(below, above), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def gemms(batch_size: int, in_parts: bool = False) -> Step:
    """Only the matrix products of both passes: the floor under any implementation."""
    shapes: list[tuple[int, int, int]] = []
    transposed: list[str] = []
    for index, (below, above) in enumerate(pairwise(SIZES)):
        shapes += [(batch_size, below, above), (below, batch_size, above)]
        transposed += ["", "A"]
        if index:
            shapes.append((batch_size, above, below))
            transposed.append("B")
    return products(shapes, transposed, in_parts)


def report() -> list[str]:
    """The table, a line each."""
    rows = [
        (
            f"{optimizer}, batch {batch_size}",
            {
                "ours": ours(LAYERS, SIZES[:1], batch_size, optimizer),
                "PyTorch": pytorch(network, SIZES[:1], batch_size, optimizer),
                "GEMMs": gemms(batch_size),
                "in parts": gemms(batch_size, in_parts=True),
            },
            BARS.get((optimizer, batch_size), Bar()),
        )
        for batch_size in (32, 128, 512)
        for optimizer in ("SGD", "momentum", "Adam")
    ]
    return table("MLP " + "-".join(map(str, SIZES)), rows)
