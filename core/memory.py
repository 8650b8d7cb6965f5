"""How much memory training a stack of layers takes, said before anything is allocated, and how much is free."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.evaluation import PIECE
from core.kernels.training_pass import PIECE as TRAINING_PIECE
from core.layers.base import Layer
from core.optimizers import Optimizer
from core.problem import LayerReport

NUMBER = 4  # bytes of a float32
COPIES = 2  # of all parameters, beside those trained: the network that answers, and what is shown of it
BATCHES = 2  # the full batch and the last short one have arrays of their own
EVALUATED = PIECE * 3 // 2  # samples: a full piece, and the last one, which is half as long on average

CONTAINER = Path("/sys/fs/cgroup")  # where Linux tells a container what it may take
UNKNOWN_MEMORY = 4 << 30  # what to reckon with where the machine does not say


def needs(
    layers: Sequence[Layer], reports: Sequence[LayerReport], batch_size: int, optimizer: Optimizer | None = None
) -> list[int]:
    """The bytes that each layer takes while the stack is trained and validated; all shapes must be known.

    Of its parameters: the values, the gradient, the optimizer's vectors (Adam's two unless told) and copies. Of what it
    computes: a batch forwards and backwards, and the validation images forwards, so many at a time.
    """
    vectors = 2 + COPIES + (2 if optimizer is None else len(optimizer.state_names))
    in_pieces = any(layer.best_in_pieces for layer in layers) and not any(layer.mixes_samples for layer in layers)
    samples = BATCHES * (min(batch_size, TRAINING_PIECE) if in_pieces else batch_size)
    bytes_needed = []
    for layer, report in zip(layers, reports, strict=True):
        forward, backward = layer.working_numbers(report.input_shape or ())
        computed = samples * (forward + backward) + EVALUATED * forward
        bytes_needed.append(NUMBER * (vectors * report.parameters + computed))
    return bytes_needed


def free_memory() -> int:
    """The bytes that can still be taken without pushing something else out: of the machine, or of the container."""
    free = _windows_memory().free if sys.platform == "win32" else _linux_free()
    limit = _container_free()
    return free if limit is None else min(free, limit)


def _linux_free() -> int:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass  # no Linux: reckon with half of what is built in
    return physical_memory() // 2


def _container_free() -> int | None:
    """What a container may still take; None where there is no limit."""
    try:
        return max(0, int((CONTAINER / "memory.max").read_text()) - int((CONTAINER / "memory.current").read_text()))
    except (OSError, ValueError):  # no container, or the word "max"
        return None


def physical_memory() -> int:
    """The machine's memory in bytes."""
    if sys.platform == "win32":
        return _windows_memory().physical or UNKNOWN_MEMORY
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return UNKNOWN_MEMORY


class _WindowsMemory(ctypes.Structure):
    """What GlobalMemoryStatusEx fills in."""

    _fields_ = (
        ("length", ctypes.c_ulong), ("load", ctypes.c_ulong), ("physical", ctypes.c_ulonglong),
        ("free", ctypes.c_ulonglong), ("page", ctypes.c_ulonglong), ("free_page", ctypes.c_ulonglong),
        ("virtual", ctypes.c_ulonglong), ("free_virtual", ctypes.c_ulonglong), ("extended", ctypes.c_ulonglong),
    )  # fmt: skip


def _windows_memory() -> Any:
    status = _WindowsMemory()
    status.length = ctypes.sizeof(status)
    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009  (the attribute exists on Windows only)
    kernel.GlobalMemoryStatusEx(ctypes.byref(status))  # should it fail, all numbers stay 0
    return status


def readable(size: float) -> str:
    """1234567890 as people read it: 1.2 GB."""
    for unit in ("kB", "MB"):
        size /= 1000
        if size < 1000:
            return f"{size:.0f} {unit}"
    return f"{size / 1000:,.1f} GB"

