"""A neural-network library from scratch in NumPy, with Keras's words.

    from core import Sequential
    from core.layers import Dense, Flatten

`core.layers`, `core.losses`, `core.optimizers`, `core.activations` and `core.initializers` each hold a catalogue tuple.
"""

from core.errors import ConfigError, CoreError, DivergenceError, FileError, ShapeError
from core.gradient_check import gradient_check
from core.sequential import Sequential
from core.training import Trainer

__all__ = [
    "ConfigError", "CoreError", "DivergenceError", "FileError", "Sequential", "ShapeError", "Trainer", "gradient_check",
]  # fmt: skip
