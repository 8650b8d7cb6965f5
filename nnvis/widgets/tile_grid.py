"""Small pictures of signed values side by side, one for each unit, all on the same scale."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.colour_maps import color_table, magnitude_colors, signed_colors
from nnvis.theme import ThemeSource
from nnvis.widgets.color_bar import MapName
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring, whole

GAP = 4
MOST_TIMES = 3  # a few tiles are at most so many times as large as many


class TileGrid(PaintedWidget):
    """Tiles in rows, as many as the width holds. Each is shown in whole multiples of its own pixels."""

    capacity_changed = Signal(int)
    pointed_at = Signal(int)  # the place of the tile under the pointer; -1 when there is none
    opened = Signal(int)  # the place of a tile that was clicked, or taken with Enter

    def __init__(
        self, theme_source: ThemeSource, rows: int = 1, parent: QWidget | None = None, map_name: MapName = "signed"
    ) -> None:
        super().__init__(theme_source, parent)
        self._map_name = map_name
        self.painted_seconds = 0.0
        self._rows = rows
        self._wanted = 0  # how many tiles there are to show
        self._side = theme_source.metrics.weight_tile
        self._told = 0  # the capacity that was told last
        self._pixels: NDArray[np.uint8] = np.empty((0, 1, 1), np.uint8)
        self._sheet = QImage()  # all tiles, one below the other
        self._place = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def tile(self) -> int:
        """Side of a tile."""
        return self._side

    @property
    def columns(self) -> int:
        """How many tiles stand side by side."""
        return max(1, (self.width() + GAP) // (self.tile + GAP))

    @property
    def capacity(self) -> int:
        """How many tiles there is room for."""
        return self._rows * (self._least + GAP) // (self.tile + GAP) * self.columns

    def fit(self, count: int) -> None:
        """Let so many tiles, if they are few, take the room of many: each as large as can be."""
        if count != self._wanted:
            self._wanted = count
            self._measure()

    @property
    def _least(self) -> int:
        return self.theme_source.metrics.weight_tile

    def _find_room(self) -> None:
        self._measure()
        if self.capacity != self._told:
            self._told = self.capacity
            self.capacity_changed.emit(self._told)

    def _measure(self) -> None:
        """Find the side of a tile."""
        wide, high = self.width() + GAP, self._rows * (self._least + GAP)
        most = self._rows * max(1, wide // (self._least + GAP))
        few = self._wanted if self._wanted <= most else 0
        sides = [min(wide // columns, high // -(-few // columns)) - GAP for columns in range(1, few + 1)]
        side = max(self._least, min(max(sides, default=0), MOST_TIMES * self._least))
        if side != self._side:
            self._side = side
            self.update()

    @property
    def count(self) -> int:
        """How many tiles are shown."""
        return len(self._pixels)

    @property
    def place(self) -> int:
        """The tile that is pointed at, or -1."""
        return self._place

    def set_rows(self, rows: int) -> None:
        """Show that many rows."""
        if rows != self._rows:
            self._rows = rows
            self.updateGeometry()
            self._find_room()

    def set_tiles(self, indices: NDArray[np.uint8]) -> None:
        """Show these pictures, as entries of the signed map. Shape: (tiles, height, width)."""
        self._pixels = indices
        self._color()

    def sizeHint(self) -> QSize:
        """A few tiles wide, all rows high."""
        side = self.theme_source.metrics.weight_tile  # few large tiles take no more room than many small ones
        return QSize(4 * (side + GAP), self._rows * (side + GAP) - GAP)

    def tile_rect(self, place: int) -> QRectF:
        """Return where a tile stands; a picture whose pixels do not divide the tile's side stands in its middle."""
        row, column = divmod(place, self.columns)
        # The last column ends with the card: what is left over is spread between the tiles.
        spare = self.width() - self.columns * self.tile
        left = column * self.tile + round(column * spare / max(1, self.columns - 1))
        top = row * (self.tile + GAP)
        _, height, width = self._pixels.shape
        zoom = max(1, min(self.tile // width, self.tile // height))
        side_x, side_y = (self.tile - zoom * width) // 2, (self.tile - zoom * height) // 2
        return QRectF(left + side_x, top + side_y, zoom * width, zoom * height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pictures, nearest neighbour, and the edge of the one that is pointed at."""
        del event
        started = time.thread_time()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        _, height, width = self._pixels.shape
        for place in range(min(self.count, self.capacity)):
            source = QRectF(0, place * height, width, height)
            painter.drawImage(whole(painter, self.tile_rect(place)), self._sheet, source)
        if 0 <= self._place < self.count:
            rect = self.tile_rect(self._place)
            # Over a picture of any colour an edge is seen only with a halo of the opposite lightness.
            edged_rect(painter, rect.adjusted(-2, -2, 2, 2), 2, None, self.theme.card, 1)
            edged_rect(painter, rect.adjusted(-1, -1, 1, 1), 2, None, self.theme.accent, 2)
        if self.focus_visible:
            focus_ring(painter, QRectF(self.rect()), self.theme, 4)
        self.painted_seconds += time.thread_time() - started

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell when more or fewer fit."""
        super().resizeEvent(event)
        self._find_room()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the tile under the pointer."""
        place, position = -1, event.position()
        for candidate in range(min(self.count, self.capacity)):
            if self.tile_rect(candidate).contains(position):
                place = candidate
        self._point_at(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Enlarge the tile under the pointer."""
        self.mouseMoveEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self._place >= 0:
            self.opened.emit(self._place)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._point_at(-1)
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        """Claim the arrow keys before the window's shortcuts do, while the tiles have the keyboard."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._step(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk from tile to tile with the arrow keys; Enter enlarges one."""
        by = self._step(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._place >= 0:
            self.opened.emit(self._place)
            return
        if not by or not self.count:
            super().keyPressEvent(event)
            return
        last = min(self.count, self.capacity) - 1
        self._point_at(0 if self._place < 0 else min(max(self._place + by, 0), last))

    def _step(self, event: QKeyEvent) -> int:
        key = Qt.Key
        steps = {key.Key_Left: -1, key.Key_Right: 1, key.Key_Up: -self.columns, key.Key_Down: self.columns}
        return steps.get(Qt.Key(event.key()), 0)

    def _point_at(self, place: int) -> None:
        if place != self._place:
            self._place = place
            self.setCursor(Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor)
            self.pointed_at.emit(place)
            self.update()

    def _color(self) -> None:
        """Paint the sheet in the colours in force."""
        colors = color_table(signed_colors() if self._map_name == "signed" else magnitude_colors(self.theme))
        argb = np.array(colors, np.uint32).take(self._pixels)
        tiles, height, width = argb.shape
        image = QImage(argb.data, width, tiles * height, 4 * width, QImage.Format.Format_RGB32)
        self._sheet = image.copy()  # which has memory of its own
        self.update()

    def _on_theme_changed(self) -> None:
        self._color()
        super()._on_theme_changed()

    def _on_metrics_changed(self) -> None:
        super()._on_metrics_changed()
        self._find_room()
