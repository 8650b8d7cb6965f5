"""Markers that glide to a new place, in a few steps: a move can be followed, and hardly costs anything."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from nnvis.theme import ThemeSource

DURATION = 80  # ms
STEPS = 3
NOTICED = 0.1  # of the scale: the eye follows a smaller move without help, and each step wakes the window up


class Glide(QObject):
    """Places from 0 to 1. Linear, no overshoot; with reduced motion they jump."""

    moved = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QObject) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self._from: list[float] = []
        self._to: list[float] = []
        self._step = STEPS
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_tick)

    @property
    def places(self) -> list[float]:
        """Where the markers are at this moment."""
        share = self._step / STEPS
        return [before + (after - before) * share for before, after in zip(self._from, self._to, strict=True)]

    @property
    def is_gliding(self) -> bool:
        """Whether they are on their way."""
        return self._timer.isActive()

    def go(self, places: Sequence[float], *, glide: bool = True) -> None:
        """Move to these places; at once when there are more or fewer than before, or nobody looks."""
        here, there = self.places, list(places)
        duration = self._theme_source.duration(DURATION)
        known = len(here) == len(there)
        self._to = there
        if not (glide and duration and known and max(map(_distance, here, there), default=0.0) > NOTICED):
            self._from, self._step = there, STEPS
            self._timer.stop()
            return
        self._from, self._step = here, 0
        self._timer.start(duration // STEPS)

    def _on_tick(self) -> None:
        self._step += 1
        if self._step >= STEPS:
            self._timer.stop()
        self.moved.emit()


def _distance(here: float, there: float) -> float:
    return abs(there - here)
