"""One small picture enlarged over the window: every value under the pointer, arrows walk to its neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from nnvis import number_text
from nnvis.colour_maps import color_table, magnitude_colors, magnitude_indices, signed_colors, signed_indices
from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import ToolButton
from nnvis.widgets.chart_scale import round_number
from nnvis.widgets.color_bar import ColorBar, MapName
from nnvis.widgets.labels import text_label
from nnvis.widgets.overlay import Overlay
from nnvis.widgets.painted import PaintedWidget, edged_rect, whole

SIDE = 448  # px at most; a whole multiple of the picture's pixels
_WALK = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class LargePicture(PaintedWidget):
    """A matrix as cells of its colour map."""

    pointed_at = Signal(object)  # (row, column) of the cell under the pointer, or None

    def __init__(self, theme_source: ThemeSource, map_name: MapName) -> None:
        super().__init__(theme_source)
        self._map_name = map_name
        self._values: NDArray[np.floating] = np.zeros((1, 1), np.float32)
        self._top = 1.0
        self._cell: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def values(self) -> NDArray[np.floating]:
        """What is shown."""
        return self._values

    @property
    def cell(self) -> tuple[int, int] | None:
        """The cell that is pointed at."""
        return self._cell

    def show_values(self, values: NDArray[np.floating], top: float) -> None:
        """Show a matrix; `top` is the value of the strongest colour."""
        if values.shape != self._values.shape:
            self._cell = None
            self.updateGeometry()
        self._values, self._top = values, top
        self.update()

    def sizeHint(self) -> QSize:
        """As large as whole cells allow."""
        height, width = self._values.shape
        return QSize(width * self._zoom, height * self._zoom)

    @property
    def _zoom(self) -> int:
        return max(1, SIDE // max(self._values.shape))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cells, and the edge of the one that is pointed at."""
        del event
        signed = self._map_name == "signed"
        indices = signed_indices(self._values, self._top) if signed else magnitude_indices(self._values, self._top)
        pixels = np.ascontiguousarray(indices)
        height, width = pixels.shape
        image = QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8)
        image.setColorTable(color_table(signed_colors() if signed else magnitude_colors(self.theme)))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(whole(painter, QRectF(0, 0, width * self._zoom, height * self._zoom)), image)
        if self._cell is not None:
            row, column = self._cell
            rect = QRectF(column * self._zoom, row * self._zoom, self._zoom, self._zoom)
            edged_rect(painter, rect.adjusted(-1, -1, 1, 1), 2, None, self.theme.card, 1)
            edged_rect(painter, rect, 2, None, self.theme.accent, 2)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the cell under the pointer."""
        at = event.position()
        row, column = int(at.y() // self._zoom), int(at.x() // self._zoom)
        inside = 0 <= row < self._values.shape[0] and 0 <= column < self._values.shape[1]
        self._point_at((row, column) if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._point_at(None)
        super().leaveEvent(event)

    def _point_at(self, cell: tuple[int, int] | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self.pointed_at.emit(cell)
            self.update()


class PictureView(Overlay):
    """Whoever opened it shows another picture when `walk_requested` says so, and new values as they come."""

    walk_requested = Signal(int)  # -1 or 1

    def __init__(self, theme_source: ThemeSource, map_name: MapName, window: QWidget) -> None:
        super().__init__(theme_source, window)
        self._signed = map_name == "signed"
        self._title = text_label("", "title")
        self._words = text_label("", "caption", "secondary")
        self.picture = LargePicture(theme_source, map_name)
        self.bar = ColorBar(theme_source, map_name, "", "", 120)
        self.back = ToolButton(theme_source, "chevron-up", "The picture before (←).")
        self.forward = ToolButton(theme_source, "chevron-down", "The next picture (→).")
        close = ToolButton(theme_source, "close", "Close (Esc).")
        close.clicked.connect(self.dismiss)
        self.back.clicked.connect(lambda: self.walk_requested.emit(-1))
        self.forward.clicked.connect(lambda: self.walk_requested.emit(1))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addStretch(1)
        for button in (self.back, self.forward, close):
            head.addWidget(button)
        foot = QHBoxLayout()
        foot.setSpacing(16)
        foot.addWidget(self.bar)
        foot.addStretch(1)
        foot.addWidget(self._words)
        self.body.setContentsMargins(16, 8, 16, 12)
        self.body.setSpacing(8)
        self.body.addLayout(head)
        self.body.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        self.body.addLayout(foot)
        self.picture.pointed_at.connect(self._on_pointed_at)

    @property
    def title(self) -> str:
        """What is shown."""
        return self._title.text()

    @property
    def words(self) -> str:
        """The value that is pointed at, or the span of all."""
        return self._words.text()

    def show_picture(self, title: str, values: NDArray[np.floating], top: float) -> None:
        """Show this matrix under this title."""
        resized = values.shape != self.picture.values.shape
        self._title.setText(title)
        self.setAccessibleName(title)
        self.picture.show_values(values, top)
        low = f"{number_text.MINUS}{round_number(top)}" if self._signed else "0"
        self.bar.set_range(low, f"{'+' if self._signed else ''}{round_number(top)}")
        self._say()
        if resized:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Escape closes."""
        by = _WALK.get(Qt.Key(event.key()))
        if by is not None:
            self.walk_requested.emit(by)
            event.accept()
        else:
            super().keyPressEvent(event)

    def _on_pointed_at(self, _cell: object) -> None:
        self._say()

    def _say(self) -> None:
        values, cell = self.picture.values, self.picture.cell
        if cell is not None:
            value = number_text.signed(float(values[cell]), 4) if self._signed else number_text.decimal(
                float(values[cell]), 3)  # fmt: skip
            self._words.setText(f"row {cell[0]}, column {cell[1]}: {value}")
            return
        places = 3 if self._signed else 2
        low, high = (number_text.decimal(float(edge), places) for edge in (values.min(), values.max()))
        self._words.setText(f"{low} to {high} · point at a pixel for its value")
