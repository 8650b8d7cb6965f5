"""The network in numbers: a table of its layers, and what it needs. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence

from core.layers.base import Layer
from core.optimizers import Optimizer
from core.problem import LayerReport
from nnvis.number_text import count, shape

_BYTES = 4  # of one float32


def summary_rows(layers: Sequence[Layer], reports: Sequence[LayerReport]) -> list[tuple[str, ...]]:
    """Name, kind, output shape, parameters and multiply-adds of each layer, and the total."""
    rows = [
        (
            report.name,
            layer.kind_name() if layer.enabled else f"{layer.kind_name()}, left out",
            shape(report.output_shape) if report.output_shape else "unknown",
            count(report.parameters),
            count(report.multiply_adds),
        )
        for layer, report in zip(layers, reports, strict=True)
    ]
    parameters = sum(report.parameters for report in reports)
    multiply_adds = sum(report.multiply_adds for report in reports)
    return [*rows, ("Total", "", "", count(parameters), count(multiply_adds))]


def summary_facts(reports: Sequence[LayerReport], optimizer: Optimizer) -> str:
    """What the weights take, alone and with their gradient and the optimizer's memory while training."""
    size = _BYTES * sum(report.parameters for report in reports)
    while_training = size * (2 + len(optimizer.state_names))
    return f"weights {memory(size)} · {memory(while_training)} while training"


def memory(size: int) -> str:
    """437544 bytes -> `438 kB`."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= step:
            value = size / step
            return f"{value:.0f} {unit}" if value >= 99.5 else f"{value:.1f} {unit}"
    return f"{size} bytes"
