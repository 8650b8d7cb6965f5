"""What the benchmarks of one training step share: our loop, PyTorch's, and the table that sets them side by side.

A step is: gather the batch, both passes, loss, accuracy (ours only), update. One thread on every side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import Sequential, Trainer
from core.layers.base import Layer
from core.optimizers import SGD, Adam, Optimizer
from core.training import BatchDone
from tests.benchmarks.timing import Step, measure

IMAGES = 4096
CLASSES = 10
OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {
    "SGD": lambda: SGD(0.01), "momentum": lambda: SGD(0.01, momentum=0.9), "Adam": lambda: Adam(0.001)
}  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """What is required of one row: so many times as fast as PyTorch, so many times the matrix products alone."""

    versus_pytorch: float | None = None
    versus_gemms: float | None = None


def data(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Random images and labels: speed does not depend on what is learned."""
    rng = np.random.default_rng(0)
    return rng.random((IMAGES, *shape), dtype=np.float32), rng.integers(0, CLASSES, IMAGES)


def compiled(layers: Sequence[Layer], shape: tuple[int, ...], optimizer: str) -> Sequential:
    """The network, ready to be trained."""
    model = Sequential([layer.replace() for layer in layers])
    model.build(shape)
    model.compile(OPTIMIZERS[optimizer](), "categorical_crossentropy")
    return model


def ours(layers: Sequence[Layer], shape: tuple[int, ...], batch_size: int, optimizer: str) -> Step:
    """The Trainer's own loop, events and all."""
    x, y = data(shape)
    events = Trainer(compiled(layers, shape, optimizer), x, y, batch_size=batch_size, epochs=10**6).run()

    def step() -> None:
        while not isinstance(next(events), BatchDone):
            pass  # an epoch ends or begins

    return step


def pytorch(network: Callable[[Any], Any], shape: tuple[int, ...], batch_size: int, optimizer: str) -> Step | None:
    """The same step as a PyTorch user writes it, or None when PyTorch is not installed.

    `network` makes the layers from the module torch.nn; images are laid out as PyTorch likes them.
    """
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    inputs, labels = data(shape)
    module = network(torch.nn)
    kinds: dict[str, Callable[[], Any]] = {
        "SGD": lambda: torch.optim.SGD(module.parameters(), 0.01),
        "momentum": lambda: torch.optim.SGD(module.parameters(), 0.01, momentum=0.9),
        "Adam": lambda: torch.optim.Adam(module.parameters(), 0.001),
    }
    mover, criterion = kinds[optimizer](), torch.nn.CrossEntropyLoss()
    x, y = torch.tensor(inputs), torch.tensor(labels)
    if x.ndim == 4:
        x = x.permute(0, 3, 1, 2).contiguous()

    def batches() -> Iterator[Any]:
        while True:
            yield from torch.randperm(IMAGES).split(batch_size)

    index = batches()

    def step() -> float:
        chosen = next(index)
        mover.zero_grad()
        loss = criterion(module(x[chosen]), y[chosen])
        loss.backward()
        mover.step()
        return float(loss.item())

    return step


def products(shapes: Sequence[tuple[int, int, int]], transposed: Sequence[str]) -> Step:
    """Matrix products (rows, inner, columns) in fixed buffers; `transposed` says "A", "B" or "" for each."""
    rng = np.random.default_rng(0)

    def matrix(rows: int, columns: int, is_transposed: bool) -> np.ndarray:
        made = rng.standard_normal((columns, rows) if is_transposed else (rows, columns)).astype(np.float32)
        return made.T if is_transposed else made

    work = [
        (matrix(m, k, how == "A"), matrix(k, n, how == "B"), np.empty((m, n), np.float32))
        for (m, k, n), how in zip(shapes, transposed, strict=True)
    ]

    def step() -> None:
        for A, B, out in work:
            np.matmul(A, B, out=out)

    return step


def table(title: str, rows: Sequence[tuple[str, dict[str, Step | None], Bar]]) -> list[str]:
    """A line for each row: its name, the functions "ours", "PyTorch" and "GEMMs", and what is required of it."""
    heads = ("ours", "PyTorch", "ratio", "required", "GEMMs", "/GEMMs", "at most")
    lines = [f"{title}, one training step (medians; ratios round by round; one thread)"]
    lines.append(" " * 22 + "".join(f"{head:>10}" for head in heads))
    for name, functions, bar in rows:
        rounds = measure({key: step for key, step in functions.items() if step is not None})
        has_rival = functions["PyTorch"] is not None
        cells = (
            _time(rounds.seconds("ours")),
            _time(rounds.seconds("PyTorch")) if has_rival else "-",
            f"{rounds.ratio('PyTorch', 'ours'):.2f}x" if has_rival else "-",
            f"{bar.versus_pytorch}x" if bar.versus_pytorch else "-",
            _time(rounds.seconds("GEMMs")),
            f"{rounds.ratio('ours', 'GEMMs'):.2f}",
            str(bar.versus_gemms or "-"),
        )
        lines.append(f"{name:>20}  " + "".join(f"{cell:>10}" for cell in cells))
    return lines


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} us" if seconds < 0.01 else f"{seconds * 1e3:.1f} ms"
