"""The track: forward along the top, round the loss, back along the bottom; a stop lies where it lies in the network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnvis.colour_maps import (
    color_table,
    magnitude_colors,
    magnitude_indices,
    signed_colors,
    signed_indices,
)
from nnvis.microscope.track import Chip, Strip, Tile, Track
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.microscope.equation_art import art_width, paint_art
from nnvis.widgets.painted import PaintedWidget, edged_rect

SIDE = 18.0
ENDS = 128.0  # room for the input at the left and the loss at the right
TILE_GAP = 36.0
WIDEST_TILE = 360.0


class StepTrack(PaintedWidget):
    """Shows a Track and where the walk is. `stop_requested(number)` when a chip is clicked or dragged to."""

    stop_requested = Signal(int)

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The way of the update")
        self._track: Track | None = None
        self._here = 0
        self._titles: Mapping[int, str] = {}
        self._hovered: int | None = None
        self._dragging = False
        self._fit()

    def show_track(self, track: Track, titles: Mapping[int, str]) -> None:
        """Show the way of another update; `titles` name the stops for the tooltip."""
        self._track, self._titles = track, titles
        self.update()

    def set_here(self, number: int) -> None:
        """The walk is at this stop."""
        self._here = number
        if self._track is not None:
            self.set_sentence(f"Stop {number + 1} of {len(self._track.chips)}: {self._titles.get(number, '')}")
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its three rows."""
        return QSize(800, self.height())

    def _fit(self) -> None:
        self.setFixedHeight(92 if self.theme_source.metrics.is_compact else 116)

    def _on_metrics_changed(self) -> None:
        self._fit()
        super()._on_metrics_changed()

    # --- where everything is ----------------------------------------------------------------------------------------

    @property
    def _chip_height(self) -> float:
        return 21.0 if self.theme_source.metrics.is_compact else 24.0

    @property
    def _rows(self) -> tuple[float, float, float]:
        """Middle of the forward line, of the tiles, of the backward line."""
        half = self._chip_height / 2
        return half + 4, self.height() / 2, self.height() - half - 4

    def _tile_rects(self) -> list[QRectF]:
        assert self._track is not None
        tiles = self._track.tiles
        room = self.width() - 2 * (SIDE + ENDS)
        gap = TILE_GAP if len(tiles) <= 4 else 10.0
        slim = [tile.is_slim and len(tiles) > 2 for tile in tiles]
        thin = min(92.0, room / max(1, len(tiles)) - gap)
        wide = (room - gap * (len(tiles) - 1) - thin * sum(slim)) / max(1, len(tiles) - sum(slim))
        wide = max(20.0, min(WIDEST_TILE, wide))
        widths = [thin if is_slim else wide for is_slim in slim]
        spread = (room - sum(widths)) / max(1, len(tiles) + 1)
        high = self.height() - 2 * (self._chip_height + 7)
        left, rects = SIDE + ENDS + spread, []
        for width in widths:
            rects.append(QRectF(left, self._rows[1] - high / 2, width, high))
            left += width + spread
        return rects

    def _chip_middles(self) -> list[QPointF]:
        assert self._track is not None
        top, _, bottom = self._rows
        rects = self._tile_rects()
        chips = self._track.chips
        middles = [QPointF()] * len(chips)
        loss_x = self.width() - SIDE - ENDS / 2
        back = [chip for chip in chips if chip.is_backward]
        begin, end = self.width() - SIDE - ENDS + 16, SIDE + ENDS + 16
        for order, chip in enumerate(back):
            x = begin - (begin - end) * (order + 0.5) / len(back)
            middles[chip.number] = QPointF(x, bottom)
        for chip in chips:
            if chip.is_backward:
                continue
            if chip.number == 0:
                middles[chip.number] = QPointF(SIDE + 40, top)
            elif chip.tag == "Loss" and chip.number < len(chips) - 1:
                middles[chip.number] = QPointF(loss_x, self._rows[1])
            elif chip.tag == "Update":
                middles[chip.number] = QPointF(SIDE + 92, bottom)
            elif chip.tag == "Loss":
                middles[chip.number] = QPointF(SIDE + 14, bottom)
            elif chip.tile is not None:
                mine = [each.number for each in chips if not each.is_backward and each.tile == chip.tile]
                rect = rects[chip.tile]
                share = (mine.index(chip.number) + 0.5) / len(mine)
                middles[chip.number] = QPointF(rect.left() + rect.width() * (0.12 + 0.76 * share), top)
        return middles

    def _chip_rects(self) -> list[QRectF]:
        assert self._track is not None
        middles, height = self._chip_middles(), self._chip_height
        back = [middle.x() for middle, chip in zip(middles, self._track.chips, strict=True) if chip.is_backward]
        pitch = abs(back[0] - back[1]) if len(back) > 1 else 200.0
        rects = []
        for chip, middle in zip(self._track.chips, middles, strict=True):
            width = self._chip_width(chip, pitch)
            tall = height if width > 16 else 12.0
            rects.append(QRectF(middle.x() - width / 2, middle.y() - tall / 2, width, tall))
        return rects

    def _chip_width(self, chip: Chip, pitch: float) -> float:
        symbol = art_width(chip.latex, self._symbol_size) + 22
        if not chip.is_backward:
            return symbol + (44 if chip.tag == "Update" else 0)
        tag = QFontMetrics(font("caption", 600)).horizontalAdvance(chip.tag) + 6
        near = abs(chip.number - self._here) <= 1 and pitch < symbol
        for width in (symbol + tag, symbol - 8):
            if width <= pitch - 4:
                return width
        return symbol - 8 if near and chip.number == self._here else 12.0

    @property
    def _symbol_size(self) -> float:
        return 15.0 if self.theme_source.metrics.is_compact else 17.0

    # --- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line, the tiles, the chips."""
        del event
        painter = QPainter(self)
        theme = self.theme
        painter.fillRect(self.rect(), color(theme.panel))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), color(theme.line))
        if self._track is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        middles = self._chip_middles()
        self._paint_line(painter, middles)
        for tile, rect in zip(self._track.tiles, self._tile_rects(), strict=True):
            self._paint_tile(painter, tile, rect)
        self._paint_ends(painter)
        for chip, rect in zip(self._track.chips, self._chip_rects(), strict=True):
            if not (chip.tag == "Loss" and 0 < chip.number < len(self._track.chips) - 1):
                self._paint_chip(painter, chip, rect)

    def _paint_line(self, painter: QPainter, middles: list[QPointF]) -> None:
        assert self._track is not None
        theme, (top, _, bottom) = self.theme, self._rows
        right, radius = self.width() - SIDE - ENDS / 2, 10.0
        whole = QPainterPath(QPointF(SIDE + 40, top))
        whole.lineTo(right - radius, top)
        whole.quadTo(right, top, right, top + radius)
        whole.lineTo(right, bottom - radius)
        whole.quadTo(right, bottom, right - radius, bottom)
        whole.lineTo(SIDE + 14, bottom)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(theme.outline), 2))
        painter.drawPath(whole)
        share = self._share_of(middles[self._here], top, bottom, right, whole.length())
        done = QPainterPath(whole.pointAtPercent(0))
        for step in range(1, 201):
            done.lineTo(whole.pointAtPercent(whole.percentAtLength(whole.length() * share * step / 200)))
        painter.setPen(QPen(color(theme.accent), 2.5))
        painter.drawPath(done)

    def _share_of(self, place: QPointF, top: float, bottom: float, right: float, length: float) -> float:
        if abs(place.y() - top) < 1:
            way = place.x() - SIDE - 40
        elif abs(place.y() - bottom) < 1:
            way = (right - SIDE - 40) + (bottom - top) + (right - place.x())
        else:
            way = (right - SIDE - 40) + (bottom - top) / 2
        return max(0.0, min(1.0, way / length))

    def _paint_tile(self, painter: QPainter, tile: Tile, rect: QRectF) -> None:
        theme = self.theme
        assert self._track is not None
        here = self._track.chips[self._here].tile
        is_here = here is not None and self._track.tiles[here] is tile
        edged_rect(painter, rect, 6, theme.hover, theme.accent if is_here else theme.hover)
        inside = rect.adjusted(8, 3, -8, -3)
        metrics = QFontMetrics(font("body", 600))
        small = QFontMetrics(font("caption"))
        wanted = max(metrics.horizontalAdvance(tile.title), small.horizontalAdvance(tile.detail))
        text_width = min(wanted + 10.0, inside.width() * (0.62 if inside.width() > 150 else 1.0))
        painter.setPen(color(theme.text))
        painter.setFont(font("body", 600))
        title = metrics.elidedText(tile.title, Qt.TextElideMode.ElideRight, int(text_width))
        half = inside.height() / 2
        painter.drawText(QRectF(inside.left(), inside.top(), text_width, half), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setPen(color(theme.text_2))
        painter.setFont(font("caption"))
        detail = QFontMetrics(font("caption")).elidedText(tile.detail, Qt.TextElideMode.ElideRight, int(text_width))
        painter.drawText(
            QRectF(inside.left(), inside.top() + half, text_width, half), Qt.AlignmentFlag.AlignVCenter, detail
        )
        strips = QRectF(
            inside.left() + text_width + 4, inside.top() + 1, inside.width() - text_width - 4, inside.height() - 2
        )
        if strips.width() > 24:
            high = (strips.height() - 4) / 2
            self._paint_strip(painter, tile.forward, QRectF(strips.left(), strips.top(), strips.width(), high))
            lower = QRectF(strips.left(), strips.top() + high + 4, strips.width(), high)
            if self._here >= tile.back_at and tile.backward is not None:
                self._paint_strip(painter, tile.backward, lower)
            else:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(color(theme.outline, 0.6), 1, Qt.PenStyle.DotLine))
                painter.drawRect(lower.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_strip(self, painter: QPainter, strip: Strip | None, rect: QRectF) -> None:
        if strip is None:
            return
        signed = strip.kind == "signed"
        colors = signed_colors() if signed else magnitude_colors(self.theme)
        make = signed_indices if signed else magnitude_indices
        data = np.ascontiguousarray(make(strip.values, strip.top).reshape(1, -1))
        image = QImage(data.data, data.shape[1], 1, data.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable(color_table(colors))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(rect, image)

    def _paint_ends(self, painter: QPainter) -> None:
        """The input's picture at the left, the loss at the right."""
        assert self._track is not None
        theme, (_, middle, _) = self.theme, self._rows
        if self._track.input_image is not None:
            picture = thumbnail(self._track.input_image, self.theme_source)
            side = self.height() - 2 * (self._chip_height + 9)
            area = QRectF(SIDE + 40 - side / 2, middle - side / 2, side, side)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
            painter.drawImage(area, picture)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color(theme.line), 1))
            painter.drawRect(area)
        rect = QRectF(self.width() - SIDE - ENDS + 10, middle - 18, ENDS - 20, 36)
        is_here = self._track.chips[self._here].tag == "Loss" and self._here < len(self._track.chips) - 1
        edged_rect(painter, rect, 6, theme.accent if is_here else theme.hover, theme.accent if is_here else theme.hover)
        painter.setPen(color(theme.on_accent if is_here else theme.text))
        painter.setFont(font("body", 600))
        painter.drawText(rect.adjusted(0, 2, 0, -16), Qt.AlignmentFlag.AlignCenter, "loss")
        painter.setFont(font("caption"))
        painter.setPen(color(theme.on_accent if is_here else theme.text_2))
        painter.drawText(rect.adjusted(0, 17, 0, -1), Qt.AlignmentFlag.AlignCenter, self._track.loss)

    def _paint_chip(self, painter: QPainter, chip: Chip, rect: QRectF) -> None:
        theme, here = self.theme, chip.number == self._here
        done = chip.number < self._here
        fill, edge, ink = theme.panel, theme.outline, theme.text_2
        if here:
            fill, edge, ink = theme.accent, theme.accent, theme.on_accent
        elif done:
            fill, edge, ink = theme.accent_soft, theme.accent, theme.text
        if chip.has_trouble and not here:
            edge = ink = theme.bad
        if chip.number == self._hovered and not here:
            fill, edge = theme.hover, theme.accent
        edged_rect(painter, rect, rect.height() / 2, fill, edge, 1.2)
        if rect.width() <= 16:
            return
        symbol = art_width(chip.latex, self._symbol_size)
        word = "update" if chip.tag == "Update" else chip.tag if chip.is_backward else ""
        metrics = QFontMetrics(font("caption", 600))
        room = rect.width() - symbol - 16
        left = rect.left() + (rect.width() - symbol) / 2
        if word and metrics.horizontalAdvance(word) <= room + 6:
            painter.setFont(font("caption", 600))
            painter.setPen(color(ink))
            wide = metrics.horizontalAdvance(word)
            left = rect.left() + (rect.width() - wide - 5 - symbol) / 2
            painter.drawText(QRectF(left, rect.top(), wide + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, word)
            left += wide + 5
        paint_art(painter, chip.latex, left, rect.center().y() + 0.28 * self._symbol_size, self._symbol_size, ink)
        if chip.has_trouble:
            painter.setBrush(color(theme.bad))
            painter.setPen(Qt.PenStyle.NoPen)
            middle = rect.topRight()
            painter.drawPolygon(
                [middle + QPointF(-4, 0), middle + QPointF(0, -4), middle + QPointF(4, 0), middle + QPointF(0, 4)]
            )

    # --- pointing ---------------------------------------------------------------------------------------------------

    def _number_at(self, point: QPointF, reach: float = 3.0) -> int | None:
        if self._track is None:
            return None
        rects = self._chip_rects()
        for chip, rect in zip(self._track.chips, rects, strict=True):
            if chip.tag == "Loss" and 0 < chip.number < len(rects) - 1:
                rect = QRectF(self.width() - SIDE - ENDS + 10, self._rows[1] - 18, ENDS - 20, 36)
            if rect.adjusted(-reach, -reach, reach, reach).contains(point):
                return chip.number
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A chip that is pointed at says its title; a drag along the line walks."""
        found = self._number_at(event.position(), 12.0 if self._dragging else 3.0)
        if self._dragging and found is not None and found != self._here:
            self.stop_requested.emit(found)
        if found != self._hovered:
            self._hovered = found
            self.setCursor(Qt.CursorShape.PointingHandCursor if found is not None else Qt.CursorShape.ArrowCursor)
            if found is not None and not self._dragging:
                QToolTip.showText(event.globalPosition().toPoint(), self._titles.get(found, ""), self)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the stop that is clicked."""
        found = self._number_at(event.position())
        self._dragging = event.button() == Qt.MouseButton.LeftButton
        if found is not None and self._dragging:
            self.stop_requested.emit(found)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The drag is over."""
        super().mouseReleaseEvent(event)
        self._dragging = False


def thumbnail(image: np.ndarray, theme_source: ThemeSource) -> QImage:
    """A sample as a small picture: ink in the violet map, or in its own colours. Shapes: (h, w, c), from 0 to 1."""
    height, width, channels = image.shape
    if channels == 3:
        data = np.ascontiguousarray(np.clip(image * 255, 0, 255).astype(np.uint8))
        return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    indices = np.ascontiguousarray(magnitude_indices(image[:, :, 0], 1.0))
    picture = QImage(indices.data, width, height, width, QImage.Format.Format_Indexed8)
    picture.setColorTable(color_table(magnitude_colors(theme_source.theme)))
    return picture.convertToFormat(QImage.Format.Format_RGB32)
