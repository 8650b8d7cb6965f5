"""The table of layers' health: a row for each layer, painted in one go because all of it moves all the time."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis import number_text
from nnvis.theme import ThemeSource, color, font, paint_icon
from nnvis.widgets.chart_items import mixed
from nnvis.widgets.glide import Glide
from nnvis.widgets.health_row import BAND, SCALE, HealthRow, gauge_place
from nnvis.widgets.labels import explain
from nnvis.widgets.painted import PaintedWidget, edged_rect
from nnvis.widgets.written import text_width, write

HEAD, FOOT = 18, 18
SPARK = QSize(60, 20)
SPARK_POINTS = 60
_LEAST = {"ratio": 64, "norm": 36, "dead": 52, "zeros": 34}  # widths of the words
_WARNING = 15  # width of the sign before a ratio that is off the gauge
_NARROWEST_GAUGE = 44
_BAND_ALPHA = 0.55

EXPLANATIONS = {
    "ratio": "Mean |ΔW| ÷ mean |W| of one batch. About 10⁻³ is healthy: less is slow, more is unstable.",
    "norm": "Length of the layer's gradient, and how it went so far: near 0 it learns nothing, growing it explodes.",
    "dead": "Units that were 0 for all {images}validation images: no gradient reaches them any more.",
    "zeros": "Share of outputs over the {images}validation images that are exactly 0.",
}
_WORDS = {"ratio": "update ÷ weight", "norm": "gradient norm", "dead": "dead", "zeros": "zeros"}


@dataclass(frozen=True)
class _Column:
    name: str
    left: float
    width: float


class HealthTable(PaintedWidget):
    """Rows of name, gauge, gradient norm, dead units and zeros; pointing at a column explains it."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.rows: tuple[HealthRow, ...] = ()
        self.painted_seconds = 0.0
        self._words = dict(_LEAST)  # widths of the widest words so far: columns that came and went would be restless
        self._explained = ""
        self._images = 0
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
    def columns(self) -> dict[str, tuple[float, float]]:
        """Left edge and width of each column that there is room for."""
        return {column.name: (column.left, column.width) for column in self._columns()}

    def _make_room(self, *, fresh: bool) -> None:
        """Let the columns be as wide as the widest words in them."""
        if fresh:
            self._words = dict(_LEAST)
        for row in self.rows:
            texts = {"ratio": row.ratio_text, "norm": row.norm_text, "dead": row.dead_text, "zeros": row.zeros_text}
            for name, text in texts.items():
                sign = _WARNING if name == "ratio" and row.is_alarming else 0
                self._words[name] = max(self._words[name], math.ceil(text_width(text)) + sign)

    def _columns(self) -> list[_Column]:
        """Share out the width: first the zeros give way, then the gauge becomes shorter."""
        widest = max((text_width(row.title, "body", 600) for row in self.rows), default=0.0)
        widths = {
            "name": float(min(widest, 120)),
            "ratio": float(self.theme_source.metrics.gauge + 12 + self._words["ratio"]),
            "norm": float(SPARK.width() + 8 + self._words["norm"]),
            "dead": float(self._words["dead"]),
            "zeros": float(self._words["zeros"]),
        }
        least = 10.0
        if sum(widths.values()) + least * (len(widths) - 1) > self.width():
            del widths["zeros"]
            widths["dead"] = max(widths["dead"], 64.0)  # its head is longer when it stands alone
        spare = self.width() - sum(widths.values())
        if spare < least * (len(widths) - 1):
            given = least * (len(widths) - 1) - spare
            widths["ratio"] = max(float(_NARROWEST_GAUGE + 12 + self._words["ratio"]), widths["ratio"] - given)
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
        if self.rows and self._gauges().contains(event.rect()):
            painter.setClipRect(event.rect())
            for index, row in enumerate(self.rows):
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                painter.fillRect(QRectF(0, HEAD + index * height, self.width(), 1), color(self.theme.line))
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
        write(painter, QRectF(0, 0, 100, HEAD - 2), "Layer", "caption")
        for name, words in _WORDS.items():
            if name in columns:
                if name == "dead" and "zeros" not in columns:
                    words = "dead units"
                write(painter, QRectF(columns[name].left, 0, 140, HEAD - 2), words, "caption")

    def _paint_row(
        self, painter: QPainter, row: HealthRow, columns: dict[str, _Column], top: float, index: int
    ) -> None:
        theme, height = self.theme, self.theme_source.metrics.health_row
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRectF(0, top, self.width(), 1), color(theme.line))
        name, ratio, norm = columns["name"], columns["ratio"], columns["norm"]
        painter.setPen(color(theme.text))
        title = QFontMetrics(font("body", 600)).elidedText(row.title, Qt.TextElideMode.ElideRight, int(name.width) + 6)
        write(painter, QRectF(name.left, top, name.width + 8, height), title, "body", 600)
        gauge = self._gauge_area(ratio, top)
        self._paint_gauge(painter, row, gauge, index)
        painter.setPen(color(theme.bad if row.is_alarming else theme.text))
        left = gauge.right() + 12
        if row.is_alarming:
            paint_icon(painter, "warning", QRectF(left, top + height / 2 - 6, 12, 12), theme.bad)
            left += _WARNING
        write(painter, QRectF(left, top, self._words["ratio"] + 4, height), row.ratio_text)
        spark = QRectF(norm.left, top + (height - SPARK.height()) / 2, SPARK.width(), SPARK.height())
        self._paint_spark(painter, row, spark)
        painter.setPen(color(theme.text_2))
        write(painter, QRectF(spark.right() + 8, top, self._words["norm"] + 4, height), row.norm_text)
        for key, words in (("dead", row.dead_text), ("zeros", row.zeros_text)):
            if key in columns:
                write(painter, QRectF(columns[key].left, top, columns[key].width + 4, height), words)

    def _gauge_area(self, ratio: _Column, top: float) -> QRectF:
        middle = top + self.theme_source.metrics.health_row / 2
        return QRectF(ratio.left, middle - 3, self._gauge_width(ratio), 6)

    def _gauge_width(self, ratio: _Column) -> float:
        return ratio.width - 12 - self._words["ratio"]

    def _paint_gauge(self, painter: QPainter, row: HealthRow, area: QRectF, index: int) -> None:
        """Groove, healthy band, range of the recent batches, marker."""
        theme = self.theme
        edged_rect(painter, area, 3, theme.track, None)
        low, high = (area.left() + gauge_place(10**power) * area.width() for power in BAND)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        green = mixed(color(theme.track), color(theme.ok), _BAND_ALPHA)
        painter.fillRect(QRectF(round(low), area.top(), round(high) - round(low), area.height()), green)
        middle = area.center().y()
        seen = row.ratios[np.isfinite(row.ratios)]
        if len(seen) > 1:
            left, right = (
                area.left() + gauge_place(float(end)) * area.width() for end in (seen.min(), seen.max())
            )
            span = QRectF(round(left), middle - 1, max(2, round(right) - round(left)), 2)
            painter.fillRect(span, color(theme.text_2))
        if row.is_off_scale:
            tint = theme.bad if row.is_alarming else theme.text
            self._paint_arrow(painter, area, tint, to_right=gauge_place(row.ratio) > 0.5)
            return
        at = round(area.left() + self._glide.places[index] * area.width())
        edged_rect(painter, QRectF(at - 1.5, middle - 7, 3, 14), 1, theme.text, None)

    def _paint_arrow(self, painter: QPainter, area: QRectF, tint: str, *, to_right: bool) -> None:
        tip, by = (area.right() + 1, -8) if to_right else (area.left() - 1, 8)
        middle = area.center().y()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tint))
        corners = [QPointF(tip, middle), QPointF(tip + by, middle - 7), QPointF(tip + by, middle + 7)]
        painter.drawPolygon(QPolygonF(corners))

    def _paint_spark(self, painter: QPainter, row: HealthRow, area: QRectF) -> None:
        """The gradient norm from the start to now, between its own least and largest; a dot at the end."""
        norms = row.norms[np.isfinite(row.norms)]
        if len(norms) < 2:
            return
        norms = norms[np.linspace(0, len(norms) - 1, min(len(norms), SPARK_POINTS)).astype(int)]
        low, high = float(norms.min()), float(norms.max())
        y = area.bottom() - 2 - (norms - low) / max(high - low, 1e-300) * (area.height() - 4)
        x = np.linspace(area.left(), area.right() - 2, len(norms))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(color(self.theme.text_2), 1))
        painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.theme.text))
        painter.drawEllipse(QPointF(float(x[-1]), float(y[-1])), 2, 2)

    def _paint_scale(self, painter: QPainter, ratio: _Column, top: float) -> None:
        """The powers of ten, once, below the last gauge."""
        theme, width = self.theme, self._gauge_width(ratio)
        painter.fillRect(QRectF(0, top, self.width(), 1), color(theme.line))
        painter.setFont(font("caption"))
        middle = (SCALE[0] + SCALE[1]) / 2
        for power, ink in ((SCALE[0], theme.text_3), (middle, theme.ok), (SCALE[1], theme.text_3)):
            painter.setPen(color(ink))
            at = ratio.left + gauge_place(10**power) * width
            align = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
            painter.drawText(QRectF(at - 20, top + 2, 40, FOOT - 2), align, number_text.power_of_ten(int(power)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Explain the column under the pointer."""
        at = event.position().x()
        under = [name for name, (left, width) in self.columns.items() if left <= at <= left + width]
        name = next((name for name in under if name in EXPLANATIONS), "")
        if name != self._explained:
            self._explained = name
            if name:
                images = f"{number_text.count(self._images)} " if self._images else ""
                explain(self, EXPLANATIONS[name].format(images=images))
            else:
                self.setToolTip("")
        super().mouseMoveEvent(event)
