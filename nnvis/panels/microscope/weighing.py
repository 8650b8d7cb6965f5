"""The life of one weight: what is pointed at, or what weighs most in it, on a card of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from nnvis.microscope.trace import Bench
from nnvis.microscope.weight_life import life_of, weight_pointed_at
from nnvis.panels.microscope.stage_tools import StageTools

if TYPE_CHECKING:
    from nnvis.session import Session


class Weighing(StageTools):
    """Has the network's copies on which weights are nudged."""

    _session: Session

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench: Bench | None = None
        self._twins: Bench | None = None  # the same network in float64, for finite differences
        self._thumbnails: dict[int, QImage] = {}

    def show_weight(self) -> None:
        """Open the card of the weight that is pointed at, or of the one that weighs most in the number pointed at."""
        stop, trace, bench, model = self.stop, self._trace, self._bench, self._session.new_model()
        found = weight_pointed_at(stop, self._at, self._out) if stop is not None else None
        if trace is None or bench is None or found is None or model is None:
            return
        if self._twins is None:
            self._twins = Bench(model.clone("float64"))
        timeline = self._session.timeline
        steps = timeline.steps if timeline else ()
        moments = [moment for step in steps if timeline and (moment := timeline.nearest(step)) is not None]
        moments = [moment for moment in moments if moment.step <= trace.specimen.step]
        view, index = found
        life = life_of(trace, self._stops, view, index, bench, self._twins, moments)
        self._trace = bench.trace(trace.specimen)  # the bench was used for other moments
        self.bench.weight.show_life(life, self._thumbnails)
        self.bench.set_drawer(True)

    def _close_weight(self) -> None:
        self.bench.set_drawer(False)
