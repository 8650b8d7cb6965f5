"""Input: what shape the samples have, so that a network can be built as soon as it is put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

from core.errors import ConfigError


@dataclass(frozen=True)
class Input:
    """Stands first in a stack. It is no layer: nothing is computed, shown or saved. Shape: without the batch axis."""

    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        if not is_shape(self.shape):
            raise ConfigError(f"The shape of a sample cannot be {self.shape!r}. Give whole numbers, as in (28, 28, 1).")
        object.__setattr__(self, "shape", tuple(int(size) for size in self.shape))


def is_shape(value: object) -> TypeGuard[tuple[int, ...]]:
    """Whether this is a list of one or more whole numbers from 1."""
    if not isinstance(value, tuple | list) or not value:
        return False
    return all(isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in value)
