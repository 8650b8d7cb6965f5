"""PenDrawer: draws the pen digits of a project in a thread of its own, so that no training waits for them. Qt-free.

The first epoch of a training draws from the first 4,000 only, which are there in a moment; all others are made while it
is trained. Which digits a batch gets depends on its epoch and the seed alone, never on how fast they were drawn.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data import PenMixture
from core.data.pen_digits import PenSet
from core.data.pen_mixture import FIRST

TELL_EVERY = 0.1  # seconds


@dataclass(frozen=True, eq=False)
class PenProgress:
    """How many digits are drawn. Their images may be looked at when all are."""

    done: int
    count: int
    digits: PenSet

    @property
    def is_complete(self) -> bool:
        """Whether all are there."""
        return self.done >= self.count


class PenDrawer:
    """Fills one set of digits. `want`, `begin`, `cancel` and `ready` belong to the worker's thread.

    `folder` says where digits are kept (None: nowhere), `told` is called from the drawing thread.
    """

    def __init__(self, folder: Callable[[], Path | None], told: Callable[[PenProgress], None]) -> None:
        self._folder = folder
        self._told = told
        self._mixture: PenMixture | None = None
        self._digits: PenSet | None = None
        self._thread: threading.Thread | None = None
        self._cancelled = False
        self._told_at = 0.0
        self.ready = 0  # so many of the images, from the first on, may be trained with
        self.error: Exception | None = None

    def want(self, mixture: PenMixture) -> PenSet:
        """The digits of this mixture: labels and styles at once, the images as they are drawn after `begin`."""
        wanted = (mixture.count, mixture.seed)
        if self._digits is None or self._mixture is None or wanted != (self._mixture.count, self._mixture.seed):
            self.cancel()
            self._mixture, self._digits, self.ready = mixture, mixture.unpainted(), 0
        return self._digits

    def begin(self) -> None:
        """Draw on until all are there; returns at once."""
        drawing = self._thread is not None and self._thread.is_alive()
        if self._digits is None or drawing or self.ready == len(self._digits.labels):
            return
        self._cancelled, self.error = False, None
        self._thread = threading.Thread(target=self._draw, name="pen digits", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop drawing, within a few hundredths of a second. What is drawn stays."""
        self._cancelled = True
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _draw(self) -> None:
        mixture, digits = self._mixture, self._digits
        assert mixture is not None
        assert digits is not None
        try:
            folder = self._folder()
            if not self.ready:
                first = mixture.first_digits(folder, self._watch)
                np.copyto(digits.images[:FIRST], first.images)
                self.ready = len(first.labels)
            others = mixture.other_digits(folder, self._watch)
            np.copyto(digits.images[FIRST:], others.images)
            self.ready = len(digits.labels)
        except _CancelledError:
            return
        except Exception as error:  # the worker raises it where it waits for the digits
            self.error = error
            return
        self._told(PenProgress(self.ready, self.ready, digits))

    def _watch(self, done: int, count: int) -> None:
        if self._cancelled:
            raise _CancelledError
        now = time.perf_counter()
        if self._digits is not None and now - self._told_at >= TELL_EVERY and done < count:
            self._told_at = now
            self._told(PenProgress(done, count, self._digits))


class _CancelledError(Exception):
    """Nobody wants these digits any more."""
