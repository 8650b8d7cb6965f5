"""PenStyle: one way in which people write a digit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.data.pen_strokes import Strokes, Vary


@dataclass(frozen=True)
class PenStyle:
    """A style of a digit: `strokes(vary)` gives the control points of as many drawings as `vary` draws numbers for.

    `share` is the percentage of this digit's drawings; those of one digit add up to 100.
    """

    digit: int
    name: str
    share: float
    strokes: Callable[[Vary], Strokes]

    @property
    def title(self) -> str:
        """Such as "7, barred"."""
        return f"{self.digit}, {self.name}"
