"""One layer's column among the distributions: its name, the array's shape and spread, and the histogram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from core.sequential import WeightView
from nnvis import number_text
from nnvis.theme import ThemeSource
from nnvis.widgets.chart_scale import round_number
from nnvis.widgets.histogram import LayerHistogram, starting_words
from nnvis.widgets.histogram_bins import (
    Histogram,
    histogram,
    mean_and_deviation,
    sampling_stride,
    starting_reach,
    wider_reach,
)
from nnvis.widgets.labels import GivingLabel, explain, text_label
from nnvis.widgets.live_label import LiveLabel
from nnvis.widgets.painted import stand_on
from nnvis.widgets.ridge import Ridge, RidgeRow

Floats = NDArray[np.floating]


PLOTS_APART = 12
ROOM_FOR_MEAN = 320  # px of the column
PER_VALUES = 10_000.0  # lines of a ridge of measured values are drawn as if there were so many
MEASURED_AXIS = (1.2, 0.99)  # of gradients and activations: over the size that 99 % stay below at the start


@dataclass(frozen=True)
class LayerArrays:
    """The weights of one layer: what the column is called, where they lie in the flat vector, how they were drawn."""

    layer: int
    title: str
    name: str
    views: Mapping[str, WeightView]
    initializers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class PastMoment:
    """The flat vector of parameters as it was after ``step`` updates."""

    step: int
    epoch: float
    parameters: Floats


@dataclass(frozen=True, eq=False)
class PastValues:
    """A sample of measured values of each layer, by name, as they were after ``step`` updates."""

    step: int
    epoch: float
    values: Mapping[str, Floats]


def _density(values: Floats, like: Histogram) -> NDArray[np.float64]:
    counted = histogram(values, like.reach, bins=len(like.counts))
    return _per_values(counted.counts, counted.counted)


def _per_values(counts: NDArray[np.intp], counted: int) -> NDArray[np.float64]:
    """Counts as if there were so many values: samples of different size can then be compared."""
    return counts.astype(np.float64) * (PER_VALUES / max(1, counted))


def ordinal(number: int) -> str:
    """Write 2nd, 3rd, 4th, 11th, 21st."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number_text.count(number)}{ending}"


class LayerColumn(QWidget):
    """A histogram with the words it needs."""

    def __init__(self, theme_source: ThemeSource, arrays: LayerArrays, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.arrays = arrays
        self.histogram = LayerHistogram(theme_source)
        self.histogram.setObjectName(f"histogram_{arrays.name}")
        self._view = next(iter(arrays.views.values()))
        self._reach = 1.0
        self._stride = 1
        self._zeros = 0.0  # share of the values that are exactly 0 and left out
        self._first: Floats = np.empty(0, np.float32)
        self._start: Histogram | None = None
        self._start_words = ""
        self._array_words = ("", "")  # the array's name with its shape, and the shape alone
        self._bin_words = ""  # about the bin that is pointed at
        title = text_label(arrays.title, "title")
        title.setMinimumHeight(24)
        explain(title, f"The layer {arrays.name!r}, as it is called in files.")
        self._caption = GivingLabel()
        self._value = LiveLabel(theme_source, "card", tone="secondary", side="right")
        self._value.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)  # the caption gives way first
        self._value.installEventFilter(self)
        self._mean = 0.0
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addWidget(self._caption, 1)
        head.addWidget(self._value)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        self.ridge = Ridge(theme_source)
        self.ridge.hide()
        stand_on(self.ridge, "card")
        self._rows: dict[int, RidgeRow] = {}  # of the past, by step, for the axis in use
        plots = QHBoxLayout()
        plots.setSpacing(PLOTS_APART)
        plots.addWidget(self.histogram, 1)
        plots.addWidget(self.ridge, 1)
        layout.addLayout(plots, 1)
        self.histogram.pointed_at.connect(self._on_pointed_at)

    @property
    def view(self) -> WeightView:
        """The array that is shown."""
        return self._view

    @property
    def value_text(self) -> str:
        """The words at the right of the head."""
        return self._value.text()

    def choose(self, array: str, initial: Floats) -> None:
        """Show another array of the layer; ``initial`` is the flat vector before the first batch."""
        self._view = self.arrays.views[array]
        self._zeros = 0.0
        start = initial[self._view.start : self._view.stop]
        words = starting_words(start, self.arrays.initializers.get(array, ""))
        self._begin(array, start, self._view.shape, starting_reach(start), words)

    def choose_measured(self, array: str, start: Floats) -> None:
        """Show values that are no weights, such as activations; ``start`` are those of the untrained network."""
        flat, words = self._without_zeros(start)
        self._begin(array, flat, start.shape, starting_reach(flat, *MEASURED_AXIS), words)

    def _begin(self, array: str, start: Floats, shape: tuple[int, ...], reach: float, words: str) -> None:
        self._first = start
        self._reach = reach
        self._stride = sampling_stride(len(start), shape[-1])
        self._start = histogram(start, self._reach, self._stride)
        self._rows = {}
        self._start_words = words
        self._array_words = f"{array} {number_text.shape(shape)}", number_text.shape(shape)
        explain(self._value, "Standard deviation: how far the values spread around their mean.")
        counted = f"Every {ordinal(self._stride)} value" if self._stride > 1 else "Every value"
        explain(self._caption, f"{counted} of {array} is counted; its shape is {number_text.shape(shape)}.")
        self.histogram.setAccessibleName(f"Distribution of {array} in {self.arrays.title}")
        self.ridge.setAccessibleName(f"Distribution of {array} in {self.arrays.title} over time")
        explain(self.ridge, "The same distribution over the run: the start at the back, now in front.")
        self.show_start()

    def show_start(self) -> None:
        """Show the first weights, before any training."""
        assert self._start is not None
        self._value.setText(self._start_words)
        self.ridge.hide()
        self._draw(self._start, None)

    def show_now(self, parameters: Floats, initial: Floats) -> None:
        """Show the weights in the flat vector ``parameters`` over the outline of the first ones."""
        first = initial[self._view.start : self._view.stop]
        self._show(parameters[self._view.start : self._view.stop], first)

    def show_measured(self, values: Floats) -> None:
        """Show values of now over the outline of the first ones."""
        flat, words = self._without_zeros(values)
        self._show(flat, self._first, words)

    def _without_zeros(self, values: Floats) -> tuple[Floats, str]:
        """Return the values that are not exactly 0, and the deviation of all: a spike at 0 would flatten the others."""
        flat = values.ravel()
        shown = flat[flat != 0]
        self._zeros = 1 - len(shown) / max(1, len(flat))
        with np.errstate(over="ignore", invalid="ignore"):
            return shown, self._spread(*mean_and_deviation(flat))

    def _show(self, values: Floats, first: Floats, words: str = "") -> None:
        now = histogram(values, self._reach, self._stride)
        wanted = wider_reach(values[:: self._stride], self._reach) if now.needs_more_room else self._reach
        if wanted > self._reach:  # for the first weights too, and for the rest of the run
            self._reach = wanted
            self._start = histogram(first, self._reach, self._stride)
            now = histogram(values, self._reach, self._stride)
            self._rows = {}
        self._value.setText(words or self._spread(now.mean, now.deviation))
        self._draw(now, self._start)

    def _spread(self, mean: float, deviation: float) -> str:
        """Mean and deviation; where there is little room the deviation alone, and the mean on hover."""
        self._mean = mean
        words = f"σ {number_text.measure(deviation)}"
        near_zero = abs(mean) < deviation / 1000  # a power of ten would look like something
        where = "~0" if near_zero else number_text.measure(mean)
        return f"mean {where}, {words}" if self.width() >= ROOM_FOR_MEAN else words

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say mean, deviation and share of zeros when they are asked for: they change with every redraw."""
        if watched is self._value and event.type() == QEvent.Type.ToolTip:
            now = self.histogram.now
            zeros = self._zeros or (now.zeros / max(1, now.counted) if now else 0.0)
            mean, deviation = number_text.measure(self._mean), self._value.text().rpartition("σ ")[2]
            sentence = f"Mean {mean}, standard deviation {deviation}; {number_text.share(zeros)} are exactly 0."
            explain(self._value, sentence if now else "Standard deviation: how far the values spread.")
        return super().eventFilter(watched, event)

    def show_past(self, past: Sequence[PastMoment], step: int, epoch: float, *, is_live: bool = True) -> None:
        """Show how the weights came to lie as they do now, after ``step`` updates. Call it after ``show_now``.

        ``is_live``: whether that is the present, not a moment that is looked back at.
        """
        now = self.histogram.now
        if now is None or not past:
            self._hide_ridge(now)
            return
        rows = {
            moment.step: self._rows.get(moment.step)
            or RidgeRow(
                moment.step,
                moment.epoch,
                histogram(moment.parameters[self._view.start : self._view.stop], self._reach, self._stride).counts,
            )
            for moment in past
        }
        self._rows = rows
        self._show_ridge(RidgeRow(step, epoch, now.counts), now, is_live)

    def show_past_values(self, past: Sequence[PastValues], step: int, epoch: float, *, is_live: bool = True) -> None:
        """Show how measured values came to lie as they do now. Call it after ``show_measured``."""
        now = self.histogram.now
        rows: dict[int, RidgeRow] = {}
        for moment in past:
            values = moment.values.get(self.arrays.name)
            if values is not None and now is not None:
                kept = self._rows.get(moment.step)  # of the axis in use
                row = kept if kept is not None and len(kept.counts) == len(now.counts) else None
                rows[moment.step] = row or RidgeRow(moment.step, moment.epoch, _density(values, now))
        if now is None or not rows:
            self._hide_ridge(now)
            return
        self._rows = rows
        self._show_ridge(RidgeRow(step, epoch, _per_values(now.counts, now.counted)), now, is_live)

    def _show_ridge(self, newest: RidgeRow, now: Histogram, is_live: bool) -> None:
        self.ridge.show_rows(list(self._rows.values()), newest, self._reach, is_live=is_live, foot=_beyond(now))
        self._set_ridge_visible(True, now)

    def _hide_ridge(self, now: Histogram | None) -> None:
        self._set_ridge_visible(False, now)

    def _set_ridge_visible(self, visible: bool, now: Histogram | None) -> None:
        if visible != self.ridge.isVisibleTo(self):
            self.ridge.setVisible(visible)
            if now is not None:
                self._say(now)

    def painted_seconds(self) -> float:
        """Return the time spent so far in painting."""
        return float(self.histogram.painted_seconds) + self.ridge.painted_seconds

    @property
    def note(self) -> str:
        """What is pointed at, or else what the picture does not show: values left out, and those beyond the axis."""
        now = self.histogram.now
        return self._bin_words or (" · ".join(self._left_out(now)) if now is not None else "")

    def _draw(self, now: Histogram, start: Histogram | None) -> None:
        self.histogram.show_histogram(now, start)
        self._say(now)
        sentence = f"{self._value.text()}; {number_text.count(now.counted)} of {number_text.count(now.total)} counted"
        left_out = " · ".join(self._left_out(now))
        self.histogram.setAccessibleDescription(f"{sentence}; {left_out}." if left_out else f"{sentence}.")

    def _say(self, now: Histogram) -> None:
        """Say in the head what is shown, and what is not; what lies beyond the axis is said below the ridge."""
        self._value.setVisible(not self._bin_words)
        if self._bin_words:
            self._caption.offer(self._bin_words)
            return
        full, shape = self._array_words
        words = self._left_out(now)
        if self.ridge.isVisibleTo(self) and now.outside:
            words = words[:-1]
        if not words:
            self._caption.offer(full, shape)
            return
        left_out = " · ".join(words)
        short = left_out.removesuffix(" value").removesuffix(", left out")
        self._caption.offer(
            *(f"{array} · {rest}" for array, rest in ((full, left_out), (shape, left_out), (shape, short))),
            left_out, short,
        )  # fmt: skip

    def _left_out(self, now: Histogram) -> list[str]:
        """Say what the picture does not show, each in a few words; what lies beyond the axis comes last."""
        parts = []
        if self._zeros > 0:
            parts.append(f"{number_text.share(self._zeros)} are 0, left out")
        if now.stride > 1:
            parts.append(f"every {ordinal(now.stride)} value")
        if now.outside:
            parts.append(_beyond(now))
        return parts

    def _on_pointed_at(self, sentence: str) -> None:
        self._bin_words = sentence
        if self.histogram.now is not None:
            self._say(self.histogram.now)


def _beyond(now: Histogram) -> str:
    """How many values the axis leaves out."""
    return f"{number_text.count(now.outside)} beyond ±{round_number(now.reach)}" if now.outside else ""
