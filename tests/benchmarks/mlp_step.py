"""One training step of the 784-128-64-10 network, beside PyTorch eager (when installed) and beside its GEMMs alone.

A step is: gather the batch, both passes, loss, accuracy (ours only), update. One BLAS thread on every side.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from core import Sequential, Trainer
from core.layers import Dense
from core.optimizers import SGD, Adam, Optimizer
from tests.benchmarks.timing import Step, medians

SIZES = (784, 128, 64, 10)
IMAGES = 4096
REQUIRED = {("SGD", 32): 2.4, ("SGD", 128): 1.6, ("Adam", 32): 2.8, ("Adam", 128): 2.0}
GEMM_REQUIRED = {("SGD", 32): 1.9, ("SGD", 128): 1.35}


def data() -> tuple[np.ndarray, np.ndarray]:
    """Random images and labels: speed does not depend on what is learned."""
    rng = np.random.default_rng(0)
    return rng.random((IMAGES, SIZES[0]), dtype=np.float32), rng.integers(0, SIZES[-1], IMAGES)


def ours(batch_size: int, optimizer: Optimizer) -> Step:
    """The Trainer's own loop, events and all."""
    x, y = data()
    model = Sequential([*(Dense(units, "relu") for units in SIZES[1:-1]), Dense(SIZES[-1], "softmax")])
    model.build((SIZES[0],))
    model.compile(optimizer, "categorical_crossentropy")
    events = Trainer(model, x, y, batch_size=batch_size, epochs=10**6).run()
    next(events)
    return lambda: next(events)


def pytorch(batch_size: int, optimizer: str) -> Step | None:
    """The same step as a PyTorch user writes it, or None when PyTorch is not installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    inputs, labels = data()
    layers: list[torch.nn.Module] = []
    for below, above in pairwise(SIZES):
        layers += [torch.nn.Linear(below, above), torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1])
    kinds = {"SGD": (torch.optim.SGD, 0.01), "Adam": (torch.optim.Adam, 0.001)}
    kind, rate = kinds[optimizer]
    mover = kind(network.parameters(), rate)
    criterion = torch.nn.CrossEntropyLoss()
    x, y = torch.tensor(inputs), torch.tensor(labels)

    def batches() -> Iterator[torch.Tensor]:
        while True:
            yield from torch.randperm(IMAGES).split(batch_size)

    index = batches()

    def step() -> float:
        chosen = next(index)
        mover.zero_grad()
        loss = criterion(network(x[chosen]), y[chosen])
        loss.backward()
        mover.step()
        return loss.item()

    return step


def gemms(batch_size: int) -> Step:
    """Only the matrix products of both passes, in fixed buffers: the floor under any implementation."""
    rng = np.random.default_rng(0)

    def matrix(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    pairs = list(pairwise(SIZES))
    W, X = [matrix(*pair) for pair in pairs], [matrix(batch_size, size) for size in SIZES[:-1]]
    Z, dW = [matrix(batch_size, size) for size in SIZES[1:]], [matrix(*pair) for pair in pairs]
    dZ, dX = [matrix(batch_size, size) for size in SIZES[1:]], [matrix(batch_size, size) for size in SIZES[:-1]]

    def step() -> None:
        for layer in range(len(pairs)):
            np.matmul(X[layer], W[layer], out=Z[layer])
        for layer in reversed(range(len(pairs))):
            np.matmul(X[layer].T, dZ[layer], out=dW[layer])
            if layer:
                np.matmul(dZ[layer], W[layer].T, out=dX[layer])

    return step


def report() -> list[str]:
    """The table, a line each."""
    heads = ("ours", "PyTorch", "ratio", "required", "GEMMs", "/GEMMs", "required")
    lines = ["MLP 784-128-64-10, one training step (medians, one thread)"]
    lines.append(" " * 18 + "".join(f"{head:>10}" for head in heads))
    for batch_size in (32, 128):
        for optimizer in (SGD(0.01), Adam(0.001)):
            name = optimizer.kind_name()
            functions: dict[str, Step] = {"ours": ours(batch_size, optimizer), "GEMMs": gemms(batch_size)}
            rival = pytorch(batch_size, name)
            if rival is not None:
                functions["PyTorch"] = rival
            times = {key: value * 1e6 for key, value in medians(functions).items()}
            versus = f"{times['PyTorch'] / times['ours']:6.2f}x" if rival else "      -"
            cells = (
                f"{times['ours']:.0f} us", f"{times['PyTorch']:.0f} us" if rival else "-", versus,
                f"{REQUIRED[name, batch_size]}x", f"{times['GEMMs']:.0f} us", f"{times['ours'] / times['GEMMs']:.2f}",
                str(GEMM_REQUIRED.get((name, batch_size), "-")),
            )  # fmt: skip
            lines.append(f"{name:>6}, batch {batch_size:<4} " + "".join(f"{cell:>10}" for cell in cells))
    return lines
