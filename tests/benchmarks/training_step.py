"""What the benchmarks of one training step share: our loop, PyTorch's, and the table that sets them side by side.

A step is: gather the batch, both passes, loss, update; ours also counts right answers, guards against divergence and
tells what happened. One thread on every side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import Sequential, Trainer
from core.buffers import aligned_empty
from core.layers.base import Layer
from core.optimizers import SGD, Adam, Optimizer
from core.product import inner_cut, inner_parts, parts
from core.training import BatchDone
from tests.benchmarks.timing import Step, measure

IMAGES = 4096
CLASSES = 10
OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {
    "SGD": lambda: SGD(0.01), "momentum": lambda: SGD(0.01, momentum=0.9), "Adam": lambda: Adam(0.001)
}  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """What is required of one row and what is aimed at: so many times as fast as PyTorch, at most so many GEMMs."""

    pytorch: float | None = None
    pytorch_aim: float | None = None
    gemms: float | None = None
    gemms_aim: float | None = None


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
    """The same step as a PyTorch user writes it, at its usual best; None when PyTorch is not installed.

    `network` makes the layers from the module torch.nn. All samples are tensors beforehand, images laid out as PyTorch
    likes them; a batch is gathered by the faster of its two ways; gradients are set to None; the loss stays a tensor.
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

    def step() -> None:
        chosen = next(index)
        mover.zero_grad(set_to_none=True)
        criterion(module(x.index_select(0, chosen)), y.index_select(0, chosen)).backward()
        mover.step()

    return step


def products(shapes: Sequence[tuple[int, int, int]], transposed: Sequence[str], in_parts: bool = False) -> Step:
    """Only matrix products (rows, inner, columns) in fixed buffers; `transposed` says "A", "B" or "" for each.

    One call of `np.matmul` for each; `in_parts`: cut as the core cuts them.
    """
    rng = np.random.default_rng(0)

    def matrix(rows: int, columns: int, is_transposed: bool) -> np.ndarray:
        made = aligned_empty((columns, rows) if is_transposed else (rows, columns))
        made[...] = rng.standard_normal(made.shape)
        return made.T if is_transposed else made

    work: list[tuple[np.ndarray, ...]] = []
    for (m, k, n), how in zip(shapes, transposed, strict=True):
        A, B = matrix(m, k, how == "A"), matrix(k, n, how == "B")
        count = inner_parts(m, k, n) if in_parts and k > max(m, n) and how == "A" else 1
        if count > 1:
            work.append((*inner_cut(A, B, count), aligned_empty((count, m, n))))
        elif in_parts:
            work.append(parts(A, B, aligned_empty((m, n))))
        else:
            work.append((A, B, aligned_empty((m, n))))

    def step() -> None:
        for operands in work:
            np.matmul(*operands)

    return step


HEADS = ("ours", "PyTorch", "ratio", "of best", "required", "aim", "GEMMs", "in parts", "/GEMMs", "at most", "aim")


def table(title: str, rows: Sequence[tuple[str, dict[str, Step | None], Bar]]) -> list[str]:
    """A line for each row: its name, the functions "ours", "PyTorch", "GEMMs" and "in parts", and what is required."""
    lines = [
        f"{title}, one training step: CPU time on one thread, medians; ratios round by round and of the fastest rounds",
        " " * 20 + "".join(f"{head:>10}" for head in HEADS),
    ]
    for name, functions, bar in rows:
        rounds = measure({key: step for key, step in functions.items() if step is not None})
        has_rival = functions["PyTorch"] is not None
        cells = (
            duration(rounds.seconds("ours")),
            duration(rounds.seconds("PyTorch")) if has_rival else "-",
            f"{rounds.ratio('PyTorch', 'ours'):.2f}x" if has_rival else "-",
            f"{rounds.ratio_of_best('PyTorch', 'ours'):.2f}x" if has_rival else "-",
            f"{bar.pytorch}x" if bar.pytorch else "-",
            f"{bar.pytorch_aim}x" if bar.pytorch_aim else "-",
            duration(rounds.seconds("GEMMs")),
            duration(rounds.seconds("in parts")),
            f"{rounds.ratio('ours', 'GEMMs'):.2f}",
            str(bar.gemms or "-"),
            str(bar.gemms_aim or "-"),
        )
        lines.append(f"{name:>18}  " + "".join(f"{cell:>10}" for cell in cells))
    return lines


def duration(seconds: float) -> str:
    """A time as people read it."""
    return f"{seconds * 1e6:.0f} us" if seconds < 0.01 else f"{seconds * 1e3:.1f} ms"
