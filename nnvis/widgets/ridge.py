"""A distribution over time: one line per moment, the oldest at the back and faint, the newest in front."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.theme import ThemeSource, color
from nnvis.widgets.chart_items import mixed
from nnvis.widgets.chart_scale import round_number
from nnvis.widgets.painted import PaintedWidget
from nnvis.widgets.written import write

WORDS = 34  # px at the right: start, epochs, now
FOOT = 22
FAINTEST = 0.3
PEAK = 0.45  # of the height: the highest line
STEADY = (0.88, 1.0)  # of the scale: as long as the highest count stays in there, the scale stands still
_APART = 13  # px between two words
NOW_UP = 5  # the middle of the last word stands so much above the base line


@dataclass(frozen=True, eq=False)
class RidgeRow:
    """One moment: the values per bin, and where it lies in the run."""

    step: int
    epoch: float
    counts: NDArray[np.intp] | NDArray[np.float64]

    @cached_property
    def peak(self) -> float:
        """The highest count, at least 1."""
        return float(self.counts.max(initial=1))


class Ridge(PaintedWidget):
    """Lines that hide what is behind them. The past is kept as a picture; only the newest line is painted anew."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.painted_seconds = 0.0
        self.past: tuple[RidgeRow, ...] = ()
        self.now: RidgeRow | None = None
        self.reach = 1.0
        self.is_live = True
        self.foot = ""
        self._scale = 0.0  # the count that reaches the full height
        self._picture: QPixmap | None = None
        self._painted_for: tuple[object, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_rows(
        self, past: Sequence[RidgeRow], now: RidgeRow, reach: float, *, is_live: bool = True, foot: str = ""
    ) -> None:
        """Show the moments of ``past``, oldest first, and in front of them ``now``; all have the same bins.

        ``is_live``: whether the newest line is the present, not a moment looked back at. ``foot`` stands in place of
        the axis numbers, which are those of the histogram beside it.
        """
        if tuple(row.step for row in past) != tuple(row.step for row in self.past) or reach != self.reach:
            self._picture = None
        self.past, self.now, self.reach = tuple(past), now, reach
        self.is_live, self.foot = is_live, foot
        first = past[0].step if past else now.step
        self.set_sentence(f"From step {first:,} to step {now.step:,}, {len(past) + 1} moments.")
        self.update()

    def sizeHint(self) -> QSize:
        """Small: it takes the room that is left."""
        return QSize(110, 96)

    def minimumSizeHint(self) -> QSize:
        """Below that, lines and words would run into each other."""
        return QSize(90, 48)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture of the past, the newest line, the words."""
        del event
        started = time.thread_time()
        if self.now is not None:
            top = self._top()
            painter = QPainter(self)
            painter.drawPixmap(0, 0, self._past_picture(top))
            self._paint_row(painter, self.now, self._baseline(len(self.past)), 1.0, top)
            painter.setPen(color(self.theme.text_2))
            words = (self.width() - WORDS + 4.0, self._bottom() - NOW_UP - 7, float(WORDS), 14.0)
            write(painter, words, "now" if self.is_live else f"{self.now.epoch:.2f}", "caption")
            self._paint_foot(painter)
        self.painted_seconds += time.thread_time() - started

    def _bottom(self) -> float:
        return float(self.height() - FOOT)

    def _baseline(self, place: int) -> float:
        """Where the foot of a line lies: the first one so low that its peak has room, the last one at the bottom."""
        highest = self._bottom() * PEAK
        return highest + (self._bottom() - highest) * (place / len(self.past) if self.past else 1.0)

    def _top(self) -> float:
        """The count that reaches the full height: the same for all lines, or they could not be compared."""
        now = self.now.peak if self.now is not None else 1.0
        highest = max([row.peak for row in self.past], default=1.0)
        # A spike at the start (biases are all zero) is cut off rather than flattening everything after it.
        wanted = float(max(now, min(highest, 1.6 * now)))
        # It is followed in steps: a scale that trembles would mean to paint the whole past again, each time.
        if not STEADY[0] * self._scale <= wanted <= STEADY[1] * self._scale:
            self._scale = wanted * 1.05
        return self._scale

    def _past_picture(self, top: float) -> QPixmap:
        wanted = (self.size(), self.theme, self.devicePixelRatioF(), top)
        if self._picture is None or wanted != self._painted_for:
            self._painted_for = wanted
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._picture)
            for place, row in enumerate(self.past):
                share = FAINTEST + (1 - FAINTEST) * place / len(self.past)
                self._paint_row(painter, row, self._baseline(place), share, top)
            self._paint_words(painter)
            painter.end()
        return self._picture

    def _paint_row(self, painter: QPainter, row: RidgeRow, foot: float, share: float, top: float) -> None:
        width = self.width() - WORDS
        heights = np.minimum(row.counts / top, 1.0) * (self._bottom() * PEAK - 2)
        across = _across(len(heights), width)
        up = np.concatenate([[foot], foot - heights, [foot]])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(color(self.theme.card))
        painter.setPen(_line(self.theme.card, self.theme.distribution, share))
        painter.drawPolygon(pg.functions.arrayToQPolygonF(across, up))

    def _paint_words(self, painter: QPainter) -> None:
        theme, width = self.theme, self.width() - WORDS
        painter.setPen(color(theme.text_3))
        last = self._bottom() - NOW_UP - _APART
        taken = -100.0
        for place, row in enumerate(self.past):
            epoch = int(row.epoch + 1e-9)
            words = "start" if place == 0 else f"{epoch}" if epoch > int(self.past[place - 1].epoch + 1e-9) else ""
            at = self._baseline(place)
            if words and at - taken >= _APART and at <= last:
                write(painter, (width + 4, at - 7, WORDS - 4, 14), words, "caption")
                taken = at
        bottom = round(self._bottom())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(color(theme.outline))
        painter.drawLine(0, bottom, width, bottom)

    def _paint_foot(self, painter: QPainter) -> None:
        """The words below, if there are some, else the ends of the axis."""
        top, width = round(self._bottom()) + 5, self.width() - WORDS
        painter.setPen(color(self.theme.text_3))
        if self.foot:
            write(painter, (0, top, self.width(), 16), self.foot, "caption")
            return
        write(painter, (0, top, 60, 16), round_number(-self.reach), "caption")
        write(painter, (width - 60, top, 60, 16), round_number(self.reach), "caption", side="right")

    def _on_theme_changed(self) -> None:
        self._picture = None
        super()._on_theme_changed()


@lru_cache(maxsize=16)
def _across(bins: int, width: int) -> NDArray[np.float64]:
    """Where the corners of a line over so many bins lie, its feet included."""
    places = np.concatenate([[0.0], (np.arange(bins) + 0.5) * (width / bins), [width]])
    places.flags.writeable = False
    return places


@lru_cache(maxsize=256)
def _line(ground: str, ink: str, share: float) -> QPen:
    """The pen of a line that is more or less faint."""
    return QPen(mixed(color(ground), color(ink), share), 1)


def ridge_steps(step: int, rows: int) -> list[int]:
    """Return at most ``rows`` evenly spaced steps from 0 to before ``step``.

    The distance is a power of two, so that a growing run keeps its lines and adds one now and then.
    """
    distance = 1
    while step > rows * distance:
        distance *= 2
    return list(range(0, step, distance))


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        rng = np.random.default_rng(7)
        ridge = Ridge(source)
        edges = np.linspace(-0.25, 0.25, 62)
        rows = []
        for place in range(25):
            values = rng.uniform(-0.08, 0.08, 30_000) + 0.012 * np.sqrt(place) * rng.normal(size=30_000)
            rows.append(RidgeRow(place * 100, place / 9, np.histogram(values, edges)[0]))
        ridge.show_rows(rows[:-1], rows[-1], 0.25)
        return ridge

    preview(_sample, 240, 180)
