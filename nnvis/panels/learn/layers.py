"""The second row of the Learn page: how the values of each layer are distributed, now and over the run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.layers.base import Layer
from core.sequential import WeightView
from nnvis import number_text
from nnvis.theme import ThemeSource
from nnvis.widgets.distributions import Distributions
from nnvis.widgets.layer_column import LayerArrays, PastMoment, PastValues, ordinal
from nnvis.widgets.redraw_budget import Part, RedrawBudget
from nnvis.widgets.ridge import ridge_steps

if TYPE_CHECKING:
    from nnvis.session import Session
    from nnvis.shown_network import Finding

TOPIC = "distributions"  # of the questions to the session's study
AT_ONCE = 2  # past moments in one question while training
PAST_FOR = 2.0  # seconds between two looks for new lines of the past, which mean to paint all of them again
FEW_LINES = 6  # as long as there are fewer, each is shown at once
LOWEST = 152  # the row's height; lower, the page scrolls


class LayersRow(QObject):
    """Brings the distributions up to date with the parameters that are shown, or measures arrays for them."""

    array_changed = Signal()  # another kind of array is to be shown: it is drawn anew

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme_source = theme_source
        self._probed = ""  # what the distributions were measured on, in words
        self._says_start = False  # whether the caption speaks of the untrained network
        self.titles: dict[str, str] = {}  # of the layers with weights, by unique name
        self.distributions = Distributions(theme_source)
        self.distributions.setMinimumHeight(LOWEST)
        self.distributions.array_changed.connect(self._on_array_changed)
        self._past: list[PastMoment] = []  # as it was last looked up, at the time `_past_at`
        self._past_at = 0.0
        self._past_values: dict[int, Mapping[str, NDArray[np.float32]]] = {}  # measured, by step
        self._asked = ""  # the kind of array that is being measured at past moments
        session.study.found.connect(self._on_found)

    def add_to(self, budget: RedrawBudget) -> None:
        """Let the budget say when to draw."""
        painting: Callable[[], float] = self.distributions.painted_seconds
        budget.add(Part("histograms", self._draw_histograms, 5, 3, self._histograms_in_sight, painting))
        budget.add(Part("measured", self._draw_measured, 4, 2, self._measured_in_sight, painting))

    def clear(self) -> None:
        """A fresh network: its layers and first weights."""
        project = self._session.running_project
        self._past = []
        if project is not None:
            layers = layer_arrays(self._session.views, project.layers)
            self.titles = {layer.name: layer.title for layer in layers}
            self.distributions.set_network(layers, self._session.initial_parameters)
            self._start_measuring()

    def say_caption(self) -> None:
        """Say what the distributions are of."""
        session = self._session
        project = session.running_project or session.project
        seed = f"seed {project.seed}"
        drawn = {name for layer in project.layers if (name := layer.values().get("kernel_initializer"))}
        how = f"{drawn.pop()}, {seed}" if len(drawn) == 1 else seed
        before = f"at step 0: {how}. Training spreads and bends them."
        self._says_start = len(session.history) == 0
        self.distributions.set_caption(self._probed or (before if self._says_start else ""))

    def _draw_histograms(self) -> None:
        session = self._session
        if len(session.history):
            if self._says_start:
                self.say_caption()
            past = self._past_moments(session.shown_step)
            self._say_moment()
            self.distributions.show_past(past, session.shown_step, session.history.epoch_at(session.shown_step))
            self.distributions.show_parameters(session.parameters)

    def _say_moment(self) -> None:
        self.distributions.show_moment(None if self._session.is_live else self._session.shown_step)

    def _past_moments(self, step: int) -> list[PastMoment]:
        """A few moments of the run, evenly spaced, before this step."""
        timeline = self._session.timeline
        if timeline is None:
            return []
        if self._session.moves and len(self._past) >= FEW_LINES and time.monotonic() < self._past_at + PAST_FOR:
            return self._past
        steps = ridge_steps(step, self._theme_source.metrics.ridge_rows - 1)
        moments = {moment.step: moment for wanted in steps if (moment := timeline.nearest(wanted)) is not None}
        before = [moment for moment in moments.values() if moment.step < step]
        self._past = [PastMoment(moment.step, moment.epoch, moment.parameters) for moment in before]
        self._past_at = time.monotonic()
        return self._past

    def _draw_measured(self) -> None:
        kind = self.distributions.measured_kind
        if kind is None or not len(self._session.history):
            return
        session = self._session
        measured = session.measure(kind)
        if measured is None:
            return
        step = session.shown_step
        moments = self._past_moments(step)
        known = self._past_values
        past = [PastValues(each.step, each.epoch, known[each.step]) for each in moments if each.step in known]
        self._say_moment()
        self.distributions.show_measured(measured.values, past, step, session.history.epoch_at(step))
        missing = [(each.step, each.parameters) for each in moments if each.step not in known]
        if missing and not self._asked:
            # While training, a few at a time: what this thread computes, training has to wait for.
            self._asked = kind
            session.measure_past(TOPIC, kind, missing[:AT_ONCE] if session.is_training else missing)

    def _on_found(self, finding: Finding) -> None:
        """Past moments have been measured."""
        if finding.topic != TOPIC:
            return
        asked, self._asked = self._asked, ""
        if finding.value is not None and asked == self.distributions.measured_kind:
            self._past_values |= finding.value
        if not self._session.is_training and self._measured_in_sight():
            self._draw_measured()

    def _start_measuring(self) -> None:
        """Measure the untrained network: its values set the axes of the run."""
        kind = self.distributions.measured_kind
        self._past_values, self._asked = {}, ""
        self._session.study.drop(TOPIC)
        measured = self._session.measure(kind, at_start=True) if kind is not None else None
        self._probed = ""
        if measured is not None:
            images = "validation" if measured.are_validation else "training"
            self._probed = f"on {number_text.count(measured.images)} {images} images"
            self.distributions.start_measured(measured.values)

    def _on_array_changed(self, _array: str) -> None:
        self._start_measuring()
        self.say_caption()
        self.array_changed.emit()

    def _histograms_in_sight(self) -> bool:
        return self.distributions.measured_kind is None and self._in_sight()

    def _measured_in_sight(self) -> bool:
        return self.distributions.measured_kind is not None and self._in_sight()

    def _in_sight(self) -> bool:
        return not self.distributions.visibleRegion().isEmpty()


def layer_arrays(views: Sequence[WeightView], layers: Sequence[Layer]) -> tuple[LayerArrays, ...]:
    """Return one entry per layer that has weights, with a title as its card has it: ``Dense 128``, ``BatchNorm``.

    Of several that would be called the same, each says which it is: ``Dense 64 (2nd)``.
    """
    found: list[LayerArrays] = []
    for index, layer in enumerate(layers):
        mine = {view.name: view for view in views if view.layer == index}
        if not mine:
            continue
        values, chips = layer.values(), layer.chips()
        size = f" {chips[0]}" if chips and chips[0][:1].isdigit() else ""
        initializers = {
            "W": str(values.get("kernel_initializer", "")),
            "b": str(values.get("bias_initializer", "")),
        }
        name = next(iter(mine.values())).layer_name
        kind = layer.kind_name().replace("Normalization", "Norm")  # as it is said; the whole word fills a table
        found.append(LayerArrays(index, layer.name or f"{kind}{size}", name, mine, initializers))
    titles = [layer.title for layer in found]
    return tuple(
        layer if titles.count(layer.title) == 1
        else replace(layer, title=f"{layer.title} ({ordinal(titles[:place].count(layer.title) + 1)})")
        for place, layer in enumerate(found)
    )  # fmt: skip
