"""The examples that come with the program: a sentence on each, and its file. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nnvis.paths import resource


@dataclass(frozen=True)
class Example:
    """A project, or a network that has learnt already."""

    title: str
    sentence: str
    file: str

    @property
    def path(self) -> Path:
        """Where it lies."""
        return resource("examples") / self.file


EXAMPLES: Final = (
    Example("Digits, CNN", "Has learnt already: draw a digit and it is read at once.", "digits_cnn.safetensors"),
    Example("Small tanh network", "Not trained yet: 32 and 16 units and plain SGD, easy to follow.", "seed_mlp.json"),
    Example("MLP, 98 % in 5 seconds", "Not trained yet: two wide layers, Adam, one cycle of the rate.", "mlp_98.json"),
    Example("CNN, 99 % in 40 seconds", "Not trained yet: two convolutions, and the same recipe.", "cnn_99.json"),
)
"""In the order of the menu File > Open example."""
