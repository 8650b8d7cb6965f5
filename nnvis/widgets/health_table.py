"""The table of layers' health: a row for each layer, painted in one go because all of it moves all the time."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis import number_text
from nnvis.theme import ThemeSource, color, paint_icon
from nnvis.widgets.chart_items import mixed
from nnvis.widgets.glide import Glide
from nnvis.widgets.health_row import BAND, SCALE, HealthRow, gauge_place
from nnvis.widgets.labels import explain
from nnvis.widgets.painted import Area, PaintedWidget, filled
from nnvis.widgets.written import shortened, text_width, write

HEAD, FOOT = 18, 18
SPARK = QSize(60, 20)
SPARK_POINTS = 60
NARROWEST_SPARK, NARROWEST_NAME = 26.0, 72.0
_LEAST = {"ratio": 64, "norm": 36, "stuck": 52, "flat": 34}  # widths of the words
_WARNING = 15  # width of the sign before a ratio that is off the gauge
_NARROWEST_GAUGE = 44
_BAND_ALPHA = 0.55

EXPLANATIONS = {
    "ratio": "Mean |ΔW| ÷ mean |W| of one batch. About 10⁻³ is healthy: less is slow, more is unstable.",
    "norm": "Length of the layer's gradient, and how it went so far: near 0 it learns nothing, growing it explodes.",
}
_WORDS = {"ratio": "update ÷ weight", "norm": "gradient norm"}


@dataclass(frozen=True)
class _Stuck:
    """What the last two columns are called and count. `alone`: the head of the first, where the second gave way."""

    stuck: str
    alone: str
    flat: str
    explanations: dict[str, str]


_KINDS = {  # by whether the activations saturate: most networks have one kind
    (False,): _Stuck("dead", "dead units", "zeros", {
        "stuck": "Units that were 0 for all {images}validation images: no gradient reaches them any more.",
        "flat": "Share of outputs over the {images}validation images that are exactly 0.",
    }),
    (True,): _Stuck("saturated", "saturated", "at ends", {
        "stuck": "Units at an end of sigmoid or tanh for all {images}validation images: hardly any gradient passes.",
        "flat": "Share of outputs over the {images}validation images where the slope is below 1/20 of the steepest.",
    }),
    (False, True): _Stuck("stuck", "stuck units", "flat", {
        "stuck": "Units that are dead (relu) or saturated (sigmoid, tanh) for all {images}validation images.",
        "flat": "Share of outputs over the {images}validation images that are 0 (relu) or at an end (sigmoid, tanh).",
    }),
}  # fmt: skip


@lru_cache(maxsize=4)
def _green(ground: str, ink: str) -> QColor:
    """The healthy band, on the groove."""
    return mixed(color(ground), color(ink), _BAND_ALPHA)


@lru_cache(maxsize=64)
def _spaced(first: float, last: float, count: int) -> NDArray[np.float64]:
    """So many numbers from `first` to `last`."""
    places = np.linspace(first, last, count)
    places.flags.writeable = False
    return places


@dataclass(frozen=True)
class _Column:
    name: str
    left: float
    width: float


class HealthTable(PaintedWidget):
    """Rows of name, gauge, gradient norm, stuck units and flat outputs; pointing at a column explains it."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.rows: tuple[HealthRow, ...] = ()
        self.painted_seconds = 0.0
        self._words = dict(_LEAST)  # widths of the widest words so far: columns that came and went would be restless
        self._explained = ""
        self._images = 0
        self._placed: tuple[int, list[_Column]] | None = None  # the columns, and for which width
        self._glide = Glide(theme_source, self)  # of the markers on the gauges
        self._glide.moved.connect(self._on_glided)
        self.setAccessibleName("Health of the layers")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_rows(self, rows: Sequence[HealthRow], images: int = 0) -> None:
        """Show these layers, whose units were watched on so many images."""
        self._images = images
        more = len(rows) != len(self.rows)
        self.rows = tuple(rows)
        self._make_room(fresh=more)
        self._placed = None
        self._glide.go([gauge_place(row.ratio) for row in rows], glide=self.isVisible())
        self.set_sentence("; ".join(row.sentence for row in rows) + "." if rows else "")
        if more:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """All rows, between the heads of the columns and the gauge's scale."""
        return QSize(440, HEAD + len(self.rows) * self.theme_source.metrics.health_row + FOOT)

    def minimumSizeHint(self) -> QSize:
        """Rows never give way; the columns may."""
        return QSize(300, self.sizeHint().height())

    @property
    def _stuck(self) -> _Stuck:
        """What the last two columns are called and count."""
        kinds = tuple(sorted({row.saturates for row in self.rows if row.stuck is not None}))
        return _KINDS[kinds or (False,)]

    @property
    def columns(self) -> dict[str, tuple[float, float]]:
        """Left edge and width of each column that there is room for."""
        return {column.name: (column.left, column.width) for column in self._columns()}

    def _make_room(self, *, fresh: bool) -> None:
        """Let the columns be as wide as the widest words in them."""
        if fresh:
            self._words = dict(_LEAST)
        for row in self.rows:
            texts = {"ratio": row.ratio_text, "norm": row.norm_text, "stuck": row.stuck_text, "flat": row.flat_text}
            for name, text in texts.items():
                sign = _WARNING if name == "ratio" and row.is_alarming else 0
                self._words[name] = max(self._words[name], math.ceil(text_width(text)) + sign)

    def _columns(self) -> list[_Column]:
        """Where the columns stand; worked out once for rows and width."""
        if self._placed is None or self._placed[0] != self.width():
            self._placed = self.width(), self._shared_out()
        return self._placed[1]

    def _shared_out(self) -> list[_Column]:
        """Share out the width: first the last column gives way, then gauges, norms and names become shorter."""
        widest = max((text_width(row.title, "body", 600) for row in self.rows), default=0.0)
        widths = {
            "name": float(min(widest, 120)),
            "ratio": float(self.theme_source.metrics.gauge + 12 + self._words["ratio"]),
            "norm": float(SPARK.width() + 8 + self._words["norm"]),
            "stuck": max(float(self._words["stuck"]), math.ceil(text_width(self._stuck.stuck, "caption"))),
            "flat": max(float(self._words["flat"]), math.ceil(text_width(self._stuck.flat, "caption"))),
        }
        least = 10.0
        if sum(widths.values()) + least * (len(widths) - 1) > self.width():
            del widths["flat"]
            widths["stuck"] = max(widths["stuck"], 64.0)  # its head is longer when it stands alone
        missing = sum(widths.values()) + least * (len(widths) - 1) - self.width()
        for name, narrowest in (
            ("ratio", _NARROWEST_GAUGE + 12.0 + self._words["ratio"]),
            ("norm", NARROWEST_SPARK + 8.0 + self._words["norm"]),
            ("name", NARROWEST_NAME),
        ):
            given = min(max(0.0, missing), max(0.0, widths[name] - narrowest))
            widths[name] -= given
            missing -= given
        spare = self.width() - sum(widths.values())
        gap = min(40.0, max(least, spare / (len(widths) - 1)))
        columns, left = [], 0.0
        for name, width in widths.items():
            columns.append(_Column(name, float(round(left)), width))
            left += width + gap
        return columns

    def _gauges(self) -> QRect:
        """Where the gauges stand, with their markers."""
        ratio = next(column for column in self._columns() if column.name == "ratio")
        height = len(self.rows) * self.theme_source.metrics.health_row
        return QRect(round(ratio.left) - 9, HEAD, round(self._gauge_width(ratio)) + 18, height)

    def _on_metrics_changed(self) -> None:
        self._placed = None
        super()._on_metrics_changed()

    def _on_glided(self) -> None:
        """Only the gauges move between two measurements, so only they are painted."""
        if self.rows:
            self.update(self._gauges())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Heads, rows, scale."""
        started = time.thread_time()
        painter = QPainter(self)
        columns = {column.name: column for column in self._columns()}
        height = self.theme_source.metrics.health_row
        asked = event.rect()
        if self.rows and self._gauges().contains(asked):
            painter.setClipRect(asked)
            for index, row in enumerate(self.rows):
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                painter.fillRect(0, HEAD + index * height, self.width(), 1, color(self.theme.line))
                self._paint_gauge(painter, row, self._gauge_area(columns["ratio"], HEAD + index * height), index)
            self.painted_seconds += time.thread_time() - started
            return
        self._paint_heads(painter, columns)
        for index, row in enumerate(self.rows):
            self._paint_row(painter, row, columns, HEAD + index * height, index)
        self._paint_scale(painter, columns["ratio"], HEAD + len(self.rows) * height)
        self.painted_seconds += time.thread_time() - started

    def _paint_heads(self, painter: QPainter, columns: dict[str, _Column]) -> None:
        painter.setPen(color(self.theme.text_3))
        write(painter, (0, 0, 100, HEAD - 2), "Layer", "caption")
        stuck = self._stuck
        heads = {**_WORDS, "stuck": stuck.stuck if "flat" in columns else stuck.alone, "flat": stuck.flat}
        for name, words in heads.items():
            if name in columns:
                write(painter, (columns[name].left, 0, 140, HEAD - 2), words, "caption")

    def _paint_row(
        self, painter: QPainter, row: HealthRow, columns: dict[str, _Column], top: float, index: int
    ) -> None:
        theme, height = self.theme, self.theme_source.metrics.health_row
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(0, round(top), self.width(), 1, color(theme.line))
        name, ratio, norm = columns["name"], columns["ratio"], columns["norm"]
        painter.setPen(color(theme.text))
        title = shortened(row.title, int(name.width) + 6, "body", 600)
        write(painter, (name.left, top, name.width + 8, height), title, "body", 600)
        gauge = self._gauge_area(ratio, top)
        self._paint_gauge(painter, row, gauge, index)
        painter.setPen(color(theme.bad if row.is_alarming else theme.text))
        left = gauge[0] + gauge[2] + 12
        if row.is_alarming:
            paint_icon(painter, "warning", QRectF(left, top + height / 2 - 6, 12, 12), theme.bad)
            left += _WARNING
        write(painter, (left, top, self._words["ratio"] + 4, height), row.ratio_text)
        spark = norm.width - 8 - self._words["norm"]
        self._paint_spark(painter, row, (norm.left, top + (height - SPARK.height()) / 2, spark, SPARK.height()))
        painter.setPen(color(theme.text_2))
        write(painter, (norm.left + spark + 8, top, self._words["norm"] + 4, height), row.norm_text)
        for key, words in (("stuck", row.stuck_text), ("flat", row.flat_text)):
            if key in columns:
                write(painter, (columns[key].left, top, columns[key].width + 4, height), words)

    def _gauge_area(self, ratio: _Column, top: float) -> Area:
        middle = top + self.theme_source.metrics.health_row / 2
        return ratio.left, middle - 3, self._gauge_width(ratio), 6

    def _gauge_width(self, ratio: _Column) -> float:
        return ratio.width - 12 - self._words["ratio"]

    def _paint_gauge(self, painter: QPainter, row: HealthRow, area: Area, index: int) -> None:
        """Groove, healthy band, range of the recent batches, marker."""
        theme, (start, top, width, height) = self.theme, area
        filled(painter, area, 3, theme.track)
        low, high = (round(start + gauge_place(10**power) * width) for power in BAND)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(low, round(top), high - low, round(height), _green(theme.track, theme.ok))
        middle = round(top + height / 2)
        if row.span is not None:
            left, right = (round(start + gauge_place(end) * width) for end in row.span)
            painter.fillRect(left, middle - 1, max(2, right - left), 2, color(theme.text_2))
        if row.is_off_scale:
            tint = theme.bad if row.is_alarming else theme.text
            self._paint_arrow(painter, area, tint, to_right=gauge_place(row.ratio) > 0.5)
            return
        at = round(start + self._glide.places[index] * width)
        filled(painter, (at - 1.5, middle - 7, 3, 14), 1, theme.text)

    def _paint_arrow(self, painter: QPainter, area: Area, tint: str, *, to_right: bool) -> None:
        left, top, width, height = area
        tip, by = (left + width + 1, -8) if to_right else (left - 1, 8)
        middle = top + height / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(tint))
        corners = [QPointF(tip, middle), QPointF(tip + by, middle - 7), QPointF(tip + by, middle + 7)]
        painter.drawPolygon(QPolygonF(corners))

    def _paint_spark(self, painter: QPainter, row: HealthRow, area: Area) -> None:
        """The gradient norm from the start to now, between its own least and largest; a dot at the end."""
        norms = row.norms[np.isfinite(row.norms)]
        if len(norms) < 2:
            return
        norms = norms[_spaced(0, len(norms) - 1, min(len(norms), SPARK_POINTS)).astype(int)]
        low, high = float(norms.min()), float(norms.max())
        left, top, width, height = area
        y = top + height - 2 - (norms - low) / max(high - low, 1e-300) * (height - 4)
        x = _spaced(left, left + width - 2, len(norms))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(color(self.theme.text_2))
        painter.drawPolyline(pg.functions.arrayToQPolygonF(x, y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self.theme.text))
        painter.drawEllipse(QPointF(float(x[-1]), float(y[-1])), 2, 2)

    def _paint_scale(self, painter: QPainter, ratio: _Column, top: float) -> None:
        """The powers of ten, once, below the last gauge."""
        theme, width = self.theme, self._gauge_width(ratio)
        painter.fillRect(0, round(top), self.width(), 1, color(theme.line))
        middle = (SCALE[0] + SCALE[1]) / 2
        for power, ink in ((SCALE[0], theme.text_3), (middle, theme.ok), (SCALE[1], theme.text_3)):
            painter.setPen(color(ink))
            at = ratio.left + gauge_place(10**power) * width
            write(painter, (at - 20, top + 2, 40, FOOT), number_text.power_of_ten(int(power)), "caption", side="middle")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Explain the column under the pointer."""
        at = event.position().x()
        under = [name for name, (left, width) in self.columns.items() if left <= at <= left + width]
        explanations = {**EXPLANATIONS, **self._stuck.explanations}
        name = next((name for name in under if name in explanations), "")
        if name != self._explained:
            self._explained = name
            if name:
                images = f"{number_text.count(self._images)} " if self._images else ""
                explain(self, explanations[name].format(images=images))
            else:
                self.setToolTip("")
        super().mouseMoveEvent(event)
