"""The curve of a training run: every batch as a faint band, their trailing mean, and the validation points."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QMargins, QPointF, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from nnvis import number_text
from nnvis.theme import ThemeSource, color
from nnvis.widgets import chart_marks, chart_scale
from nnvis.widgets.chart_items import Band, Curve, Dots
from nnvis.widgets.chart_marks import Mark
from nnvis.widgets.chart_measure import Chance, Measure, Shown, plotted
from nnvis.widgets.chart_readout import ReadOut, Row
from nnvis.widgets.chart_zoom import ZoomPlot
from nnvis.widgets.run_curve import Reading, RunCurve
from nnvis.widgets.written import write

MARGINS = QMargins(46, 8, 72, 22)
LABEL_OFFSET = 8  # between a line's end and its name
LABEL_SPACING = 16
BOX_FROM_HEIGHT = 140  # a lower plot has no room for a read-out box: the head of its card shows the values
FIRST_BATCHES = 20  # until then the curve grows into the axis instead of being stretched over it
BATCHES_BELOW = 100  # a stretch of fewer batches is numbered in batches
FEWEST_MEANS = 60  # places of the smoothed line in a narrow chart; in a wide one there is one each two pixels
FULL_BUCKET = 6  # the extremes of that many batches lie so far apart that neighbouring buckets overlap


class LineChart(ZoomPlot):
    """A chart of one measure against epochs. It is given arrays and draws them; it knows nothing of training."""

    reading_changed = Signal(object)  # the Reading that is pointed at, or None
    log_changed = Signal(bool)

    def __init__(self, theme_source: ThemeSource, measure: Measure, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, MARGINS, parent)
        self.measure = measure
        self.chance: Chance | None = None
        self.run = RunCurve(measure.name)
        self._test: float | None = None
        self._marks: tuple[Mark, ...] = ()
        self._moment: float | None = None  # that is looked back at, in epochs; None: the present is shown
        self._rates: NDArray[np.float64] | None = None  # None: no strip
        self.highest_rate = 0.0
        self._planned_epochs = 1.0
        self._log = measure.can_log
        self._log_shown = False
        self._best: int | None = None  # which of the measured values `_best_of` is the best
        self._best_of: NDArray[np.float64] | None = None
        self._in_batches = False
        self._raw = Band(self, "batches")
        self._smoothed = Curve(self, "train", 2)
        self._validation = Curve(self, "validation", 2)
        self._dots = Dots(self)
        for item in (self._raw, self._smoothed, self._validation):
            self.addItem(item, ignoreBounds=True)
        self._read_out = ReadOut(theme_source, self)
        self.setAccessibleName(f"{measure.name.capitalize()} chart")
        self.dress()

    def set_plan(self, epochs: float) -> None:
        """Say how many epochs the run is meant to take: the extent of the axis before it begins."""
        self._planned_epochs = max(1.0, float(epochs))

    def set_test(self, value: float | None) -> None:
        """Show the value on the test images, measured after the run; None: not measured."""
        if value != self._test:
            self._test = value
            self.refresh()

    def set_marks(self, marks: tuple[Mark, ...]) -> None:
        """Mark moments at which something was changed; drawn with the next refresh."""
        self._marks = marks

    def set_moment(self, epoch: float | None) -> None:
        """Show where the moment lies that is looked back at; None: none is. Drawn with the next refresh."""
        self._moment = epoch

    @property
    def moment_reading(self) -> Reading | None:
        """What was known at the moment that is looked back at."""
        return None if self._moment is None else self.run.reading_at(self._moment)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marked moments."""
        return self._marks

    @property
    def mark_pointed_at(self) -> Mark | None:
        """The mark at the moment that is pointed at."""
        return chart_marks.near(self, self._marks, self._hover)

    def set_rates(self, rates: NDArray[np.float64] | None) -> None:
        """Show the learning rate of each batch in a strip below; None: no strip. Drawn with the next refresh."""
        if (rates is None) != (self._rates is None):
            room = 0 if rates is None else chart_marks.STRIP + chart_marks.STRIP_GAP
            self.set_margins(MARGINS + QMargins(0, 0, 0, room))
        known = 0 if self._rates is None or rates is None or len(rates) < len(self._rates) else len(self._rates)
        fresh = rates[known:] if rates is not None else ()  # a long run has a hundred thousand: each is looked at once
        self.highest_rate = max(self.highest_rate if known else 0.0, float(np.max(fresh, initial=0.0)))
        self._rates = rates

    @property
    def rates(self) -> NDArray[np.float64] | None:
        """The learning rates of the strip, if there is one."""
        return self._rates

    def set_smoothing(self, window: int) -> None:
        """Take the trailing mean over so many batches; 1: none. The single batches stay in sight behind it."""
        if window != self.run.series.window:
            self.run.series.window = window
            self.refresh()

    def clear_run(self) -> None:
        """Forget the run that was shown, and any zoom into it."""
        self.run.clear()
        self._marks = ()
        self._moment = None
        self._test = None
        self.show_all()

    @property
    def has_batches(self) -> bool:
        """Whether training has begun."""
        return len(self.run) > 0

    @property
    def log(self) -> bool:
        """Whether a log scale was chosen; it takes effect with the first batch."""
        return self._log

    def set_log(self, log: bool) -> None:
        """Choose a log or a linear scale."""
        if log != self._log and self.measure.can_log:
            self._log = log
            self.refresh()
            self.log_changed.emit(log)

    @property
    def shows_log(self) -> bool:
        """Whether the scale in sight is a log scale."""
        return self._log_shown

    def step_width(self) -> float:
        """Return the length of one batch in epochs."""
        return self.run.step_width

    def whole(self) -> tuple[float, float]:
        """Return the run so far; before it begins, the run as planned."""
        if not self.has_batches:
            return 0.0, self._planned_epochs
        return 0.0, max(self.run.now, FIRST_BATCHES * self.run.step_width)

    def sentence(self) -> str:
        """Return the newest values in words, or those of the moment that is looked back at."""
        reading, words = self.moment_reading or self.run.reading_at(), self.measure.words
        parts = []
        if reading.train is not None:
            parts.append(f"train {words(reading.train)}, mean of {reading.window} batches")
        if reading.validation is not None and reading.validated_at is not None:
            parts.append(f"validation {words(reading.validation)} at epoch {reading.validated_at:.2f}")
        if self._test is not None:
            parts.append(f"test {words(self._test)}")
        title = self.measure.name.capitalize()
        if not parts:
            return f"{title}: not measured yet."
        moment = f"at epoch {reading.epoch:.2f}" if reading.step else "before training"
        return f"{title} {moment}: {'; '.join(parts)}."

    def refresh(self, *, say: bool = True) -> None:
        """Bring the curves up to date: at most a few hundred points, whatever the length of the run.

        ``say``: the sentence for those who hear the window, too; nobody hears ten a second.
        """
        run, area = self.run, self.area()
        low, high = self.view()
        filled = (min(high, run.now) - low) / (high - low)
        raw_epochs, raw, envelope = run.envelope(low, high, max(1, int(area.width() * filled / 2)))
        epochs, means = run.smoothed(low, high, limit=max(FEWEST_MEANS, round(area.width() / 2)))
        measured, values = run.validation(low, high)
        seen = (measured >= low) & (measured <= high)
        places, lines = np.append(epochs, measured[seen]), np.append(means, values[seen])
        if self.chance is not None and not self.has_batches:
            places, lines = np.append(places, 0.0), np.append(lines, self.chance.value)
        shown = Shown(places, lines, envelope.low, envelope.high)
        log = self._log_shown = self._log and self.has_batches
        self._raw.in_buckets = envelope.size >= FULL_BUCKET
        self._raw.set_points(raw_epochs, plotted(raw, log))
        self._smoothed.set_points(epochs, plotted(means, log))
        self._validation.set_points(measured, plotted(values, log))
        vertical = self.measure.axis(shown, round(area.height()), log)
        self.set_axes(self._time_axis(low, high, round(area.width())), vertical)
        if say:
            self.setAccessibleDescription(self.sentence())
        self._place_read_out()
        self.paint_soon()

    def _time_axis(self, low: float, high: float, width: int) -> chart_scale.Axis:
        run = self.run
        self._in_batches = self.has_batches and high - low < BATCHES_BELOW * run.step_width
        if self._in_batches:
            return chart_scale.batch_axis(low, high, run.step_number(low), run.step_number(high), run.last_step, width)
        return chart_scale.epoch_axis(low, high, run.now if self.has_batches else None, width)

    def set_hover(self, epoch: float | None) -> None:
        """Point at an epoch, or at none, and say what is there."""
        super().set_hover(epoch)
        self._place_read_out()
        self.reading_changed.emit(None if epoch is None else self.run.reading_at(epoch))

    def shows_box(self) -> bool:
        """Whether this chart shows the values in a box of its own: it is pointed at, and high enough."""
        pointed_at = self.viewport().underMouse() or self.focus_visible
        return pointed_at and self.area().height() >= BOX_FROM_HEIGHT

    def dress(self) -> None:
        """Give the curves the colours of the theme."""
        theme = self.theme
        self._raw.set_colors(color(theme.card), color(theme.train), theme.raw_alpha)
        self._smoothed.set_color(color(theme.train))
        self._validation.set_color(color(theme.validation))
        self._dots.set_colors(color(theme.validation), color(theme.card))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Draw anew: the number of points depends on the width."""
        super().resizeEvent(event)
        if event is not None:  # pyqtgraph calls this by hand while it is being built
            self.refresh()

    def paint_under(self, painter: QPainter) -> None:
        """Paint the grid, the axis words and, before training, what guessing would reach."""
        area = self.area()
        # hairlines at the axis numbers, but for "now", which is the curve's end
        self.paint_grid(painter, [tick for tick in self._x.ticks if not tick.now], self._y.ticks)
        self.paint_y_words(painter)
        if self._rates is not None:
            pointed_at = self._moment if self._hover is None else self._hover
            chart_marks.paint_rates(painter, self, self._rates, pointed_at)
        words = self.height() - MARGINS.bottom() + 5
        self.paint_x_words(painter, words)
        painter.setPen(color(self.theme.text_3))
        unit = "batch" if self._in_batches else "epoch"
        write(painter, (0, words, self.width(), 16), unit, "caption", side="right")
        if self.chance is not None and not self.has_batches:
            at = round(self.y_pixel(self.chance.value)) + 0.5
            pen = QPen(color(self.theme.text_3), 1)
            pen.setDashPattern([4, 3])
            painter.setPen(pen)
            painter.drawLine(QLineF(area.left(), at, area.right(), at))
            words_area = (area.left(), at - 18, area.width(), 16.0)
            write(painter, words_area, self.chance.text, "caption", side="right")

    def paint_over(self, painter: QPainter) -> None:
        """Paint the measured points, the names at the line ends, and what is pointed at."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_points(painter)
        if self.has_batches:
            self._paint_best(painter)
            if (looked_back := self.moment_reading) is not None:
                chart_marks.paint_moment(painter, self, looked_back.epoch)
                self._paint_rings(painter, looked_back)
            self._paint_names(painter)
        else:
            chart_marks.paint_first_point(painter, self)
        if self._hover is not None:
            self._paint_hover(painter)
        if self._marks:
            chart_marks.paint_marks(painter, self, self._marks, self.mark_pointed_at)

    def _paint_best(self, painter: QPainter) -> None:
        run = self.run
        if self._best_of is not run.validation_values:
            self._best_of = run.validation_values
            self._best = chart_marks.best_place(run.validation_values, self.measure.low_is_best)
        place = self._best
        if place is None:
            return
        value = run.validation_values[place : place + 1]
        y = float(plotted(value, self._log_shown)[0])
        if math.isfinite(y):
            is_last = place >= len(run.validation_values) - 2  # the name of the line stands there
            words = "" if is_last else f"best {self.measure.words(float(value[0]))}"
            at = QPointF(self.x_pixel(float(run.validation_epochs[place])), self.y_pixel(y))
            chart_marks.paint_best(painter, self, at, words)

    def lines_in_pixels(self) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """The points of both lines, as they were last painted."""
        return [(item.px, item.py) for item in (self._smoothed, self._validation)]

    def _paint_points(self, painter: QPainter) -> None:
        if len(self.run) == 1:  # a single batch makes no line
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(self.theme.train))
            painter.drawEllipse(QPointF(self._smoothed.px[0], self._smoothed.py[0]), 2.5, 2.5)
        measured = self._validation
        if len(measured.px) <= self.area().width() / 8:  # closer than that, dots would hide the line
            self._dots.paint(painter, measured.px, measured.py)

    def _paint_names(self, painter: QPainter) -> None:
        area, low, high = self.area(), *self.view()
        ends = []
        for item, name, tint in (
            (self._smoothed, "train", self.theme.train),
            (self._validation, "validation", self.theme.validation),
        ):
            x, y = item.getData()
            if x is None:
                continue
            last = len(x) - 1  # almost always it is there that the line ends
            while last >= 0 and not (low - 1e-9 <= x[last] <= high + 1e-9 and math.isfinite(y[last])):
                last -= 1
            if last >= 0:
                ends.append((float(x[last]), self.y_pixel(float(y[last])), name, tint))
        if self._test is not None and self.run.now <= high:
            at = float(plotted(np.array([self._test]), self._log_shown)[0])
            if math.isfinite(at):
                ends.append((self.run.now, self.y_pixel(at), f"test {self.measure.words(self._test)}", self.theme.text))
                chart_marks.paint_test(painter, self, ends[-1][1])
        if not ends:
            return
        # In one column behind the longest line, so that no name lies across a curve.
        left = min(self.x_pixel(max(end[0] for end in ends)), area.right()) + LABEL_OFFSET
        places = chart_scale.spread([end[1] for end in ends], LABEL_SPACING, area.top(), area.bottom())
        for (_, _, name, tint), at in zip(ends, places, strict=True):
            painter.setPen(color(tint))
            write(painter, (left, at - 8, self.width() - left, 16), name, "caption", 600)

    def _paint_hover(self, painter: QPainter) -> None:
        assert self._hover is not None
        area, reading = self.area(), self.run.reading_at(self._hover)
        x = self.x_pixel(reading.epoch)
        pen = QPen(color(self.theme.text_2), 1)
        pen.setDashPattern([2, 2])
        painter.setPen(pen)
        line = round(x) + 0.5
        painter.drawLine(QLineF(line, area.top(), line, area.bottom()))
        self._paint_rings(painter, reading)

    def _paint_rings(self, painter: QPainter, reading: Reading) -> None:
        """Rings where the series are at this step."""
        area, x = self.area(), self.x_pixel(reading.epoch)
        painter.setBrush(color(self.theme.card))
        measured = reading.validation if reading.measured_here else None
        for value, tint in ((reading.train, self.theme.train), (measured, self.theme.validation)):
            if value is None:
                continue
            y = float(plotted(np.array([value]), self._log_shown)[0])
            at = QPointF(x, self.y_pixel(y)) if math.isfinite(y) else QPointF(-1, -1)
            if area.adjusted(-4, -4, 4, 4).contains(at):
                painter.setPen(QPen(color(tint), 2))
                painter.drawEllipse(at, 4, 4)

    def _place_read_out(self) -> None:
        if self._hover is None or not self.shows_box():
            self._read_out.hide()
            return
        reading, words, rows = self.run.reading_at(self._hover), self.measure.words, []
        if reading.train is not None:
            rows.append(Row(self.theme.train, "train", words(reading.train)))
        if reading.validation is not None:
            name = "validation" if reading.measured_here else f"validation at {reading.validated_at:.2f}"
            rows.append(Row(self.theme.validation, name, words(reading.validation)))
        title = "before training"
        if reading.step:
            title = f"epoch {reading.epoch:.2f} · step {number_text.count(reading.step)}"
        self._read_out.show_at(title, tuple(rows), self.x_pixel(reading.epoch), self.area())


if __name__ == "__main__":
    from nnvis.widgets.chart_measure import LossMeasure
    from nnvis.widgets.chart_sample import sample_run
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        chart = LineChart(source, LossMeasure())
        chart.setMinimumSize(600, 200)
        sample_run(chart, batches=2244)
        chart.hover_moved.connect(chart.set_hover)
        chart.refresh()
        return chart

    preview(_sample, 640, 240)
