"""The track: forward along the top, round the loss, back along the bottom; a stop lies where it lies in the network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEasingCurve, QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QHideEvent, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.colour_maps import (
    color_table,
    magnitude_colors,
    magnitude_indices,
    signed_colors,
    signed_indices,
)
from nnvis.microscope.track import Chip, Strip, Tile, Track
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.labels import tooltip_text
from nnvis.widgets.microscope.equation_art import art_width, paint_art
from nnvis.widgets.microscope.motion import Motion
from nnvis.widgets.microscope.track_places import ENDS, SIDE, Stack, TrackPlaces
from nnvis.widgets.painted import PaintedWidget, edged_rect

LINE_MS = 180
REST_MS = 300  # how long the mouse must rest on a chip until its block is shown


class StepTrack(PaintedWidget):
    """Shows a Track and where the walk is. `stop_requested(number)` when a chip is clicked or dragged to."""

    stop_requested = Signal(int)
    rested = Signal(int, QRect)  # the mouse rests on a chip: its stop, and where it is
    left = Signal()  # and on none any more

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
        self._stack: Stack | None = None  # that the mouse is on
        self._focus: int | None = None  # a tile that was opened by hand
        self._places: tuple[object, TrackPlaces] | None = None
        self._drawn_to, self._line_from = 0.0, 0.0  # of the line: where its accent ends, and where it came from
        self._motion = Motion(theme_source, self, QEasingCurve.Type.OutCubic)
        self._motion.moved.connect(self.update)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._on_rested)
        self._fit()

    def show_track(self, track: Track, titles: Mapping[int, str]) -> None:
        """Show the way of another update; `titles` name the stops for the tooltip."""
        self._track, self._titles, self._places = track, titles, None
        self._motion.end()
        self.update()

    def set_here(self, number: int) -> None:
        """The walk is at this stop; the line grows to its chip."""
        if number != self._here:
            self._line_from = self._drawn_to
            self._motion.begin(LINE_MS)
        self._here, self._focus = number, None
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

    @property
    def places(self) -> TrackPlaces:
        """Where everything is, at the present size and stop."""
        assert self._track is not None
        key = (id(self._track), self.width(), self.height(), self._here, self._focus)
        if self._places is None or self._places[0] != key:
            compact = self.theme_source.metrics.is_compact
            chip, symbol = (21.0, 15.0) if compact else (24.0, 17.0)
            made = TrackPlaces(self._track, self.width(), self.height(), chip, symbol, self._here, self._focus)
            self._places = key, made
        return self._places[1]

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
        places = self.places
        self._paint_line(painter, places)
        for index, rect in places.tiles.items():
            self._paint_tile(painter, self._track.tiles[index], rect)
        for stack, rect in places.stacks:
            self._paint_stack(painter, stack, rect)
        self._paint_ends(painter, places)
        for chip, rect in zip(self._track.chips, places.chips, strict=True):
            if not places.is_loss(chip):
                self._paint_chip(painter, chip, rect)

    def _paint_stack(self, painter: QPainter, stack: Stack, rect: QRectF) -> None:
        """Folded layers: cards behind each other, and how many."""
        theme = self.theme
        for offset in (6.0, 3.0, 0.0):
            card = rect.adjusted(offset, offset - 3, offset - 6, offset - 3)
            edged_rect(painter, card, 6, theme.hover, theme.outline)
        painter.setFont(font("caption", 600))
        painter.setPen(color(theme.text))
        painter.drawText(rect.adjusted(0, -3, -6, -3), Qt.AlignmentFlag.AlignCenter, stack.words)

    def _paint_line(self, painter: QPainter, places: TrackPlaces) -> None:
        theme, (top, _, bottom), middles = self.theme, places.rows, places.middles
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
        share = self._line_from + (share - self._line_from) * self._motion.share
        self._drawn_to = share
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

    def _paint_ends(self, painter: QPainter, places: TrackPlaces) -> None:
        """The input's picture at the left, the loss at the right."""
        assert self._track is not None
        theme, (_, middle, _) = self.theme, places.rows
        if self._track.input_image is not None:
            picture = thumbnail(self._track.input_image, self.theme_source)
            side = self.height() - 2 * (places.chip_height + 9)
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
        symbol = art_width(chip.latex, self.places.symbol)
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
        paint_art(painter, chip.latex, left, rect.center().y() + 0.28 * self.places.symbol, self.places.symbol, ink)
        if chip.has_trouble:
            painter.setBrush(color(theme.bad))
            painter.setPen(Qt.PenStyle.NoPen)
            middle = rect.topRight()
            painter.drawPolygon(
                [middle + QPointF(-4, 0), middle + QPointF(0, -4), middle + QPointF(4, 0), middle + QPointF(0, 4)]
            )

    # --- pointing ---------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A chip that is pointed at says its title; a drag along the line walks."""
        if self._track is None:
            return
        found = self.places.number_at(event.position(), 12.0 if self._dragging else 3.0)
        stack = self.places.stack_at(event.position())
        if stack != self._stack:
            self._stack = stack
            self.setToolTip(tooltip_text(f"{stack.words}, folded. Click to open them.") if stack else "")
        if self._dragging and found is not None and found != self._here:
            self.stop_requested.emit(found)
        if found != self._hovered:
            self._hovered = found
            self._let_go()
            if found is not None and not self._dragging:
                self._rest.start()
            self.update()
        is_live = found is not None or stack is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_live else Qt.CursorShape.ArrowCursor)

    def _let_go(self) -> None:
        self._rest.stop()
        self.left.emit()

    def _on_rested(self) -> None:
        if self._hovered is not None and self._track is not None:
            self.rested.emit(self._hovered, self.places.chips[self._hovered].toAlignedRect())

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse is elsewhere."""
        super().leaveEvent(event)
        self._hovered = None
        self._let_go()
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing waits out of sight."""
        super().hideEvent(event)
        self._let_go()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the stop that is clicked."""
        self._let_go()
        if self._track is None:
            return
        found, stack = self.places.number_at(event.position(), 3.0), self.places.stack_at(event.position())
        self._dragging = event.button() == Qt.MouseButton.LeftButton
        if found is None and stack is not None and self._dragging:
            self.open_stack(stack)
        if found is not None and self._dragging:
            self.stop_requested.emit(found)

    def open_stack(self, stack: Stack) -> None:
        """Unfold the layers of a stack that lie nearest to those that are open; the others fold."""
        self._focus = stack.last - 1 if stack.first == 0 else stack.first + 1
        self.update()

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
