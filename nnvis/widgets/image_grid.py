"""ImageGrid: a page of images side by side; one is pointed at, and can be taken."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.data_picture import paint_fitted
from nnvis.widgets.labels import explain
from nnvis.widgets.painted import PaintedWidget, edged_rect

COLUMNS, ROWS, SIDE, GAP = 10, 7, 56, 4


class ImageGrid(PaintedWidget):
    """Up to `capacity` images. `pointed_at` and `taken` give the place on the page; -1: none."""

    pointed_at = Signal(int)
    taken = Signal(int)
    turned = Signal(int)  # a page on (1) or back (-1)

    capacity = COLUMNS * ROWS

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._images: list[QImage] = []
        self._place = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Images")
        explain(self, "Click an image to give it to the network, as if you had drawn it (Enter); Page Down shows more.")

    @property
    def place(self) -> int:
        """The image that is pointed at, or -1."""
        return self._place

    def set_images(self, images: Sequence[QImage]) -> None:
        """Show this page."""
        self._images = list(images)
        self._point_at(min(self._place, len(self._images) - 1))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(COLUMNS * (SIDE + GAP) - GAP + 4, ROWS * (SIDE + GAP) - GAP + 4)

    def tile_rect(self, place: int) -> QRectF:
        """Where an image stands."""
        row, column = divmod(place, COLUMNS)
        return QRectF(2 + column * (SIDE + GAP), 2 + row * (SIDE + GAP), SIDE, SIDE)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._at(event))

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self._point_at(-1)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self._at(event)
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.taken.emit(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A notch of the wheel turns a page."""
        if event.angleDelta().y():
            self.turned.emit(-1 if event.angleDelta().y() > 0 else 1)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Claim the keys that walk here before the window's shortcuts do."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _STEPS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS and self._images:
            by = _STEPS[key]
            self._point_at(0 if self._place < 0 else max(0, min(self._place + by, len(self._images) - 1)))
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.turned.emit(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._place >= 0:
            self.taken.emit(self._place)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter, theme = QPainter(self), self.theme
        for place, image in enumerate(self._images):
            paint_fitted(painter, image, self.tile_rect(place))
        if 0 <= self._place < len(self._images):
            around = self.tile_rect(self._place)
            # Over a picture of any colour an edge is seen only with a halo of the opposite lightness.
            edged_rect(painter, around.adjusted(-2, -2, 2, 2), 2, None, theme.card, 1)
            edged_rect(painter, around.adjusted(-1, -1, 1, 1), 2, None, theme.accent, 2)

    def _at(self, event: QMouseEvent) -> int:
        for place in range(len(self._images)):
            if self.tile_rect(place).contains(event.position()):
                return place
        return -1

    def _point_at(self, place: int) -> None:
        if place != self._place:
            self._place = place
            self.pointed_at.emit(place)
            self.update()


_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -COLUMNS, Qt.Key.Key_Down: COLUMNS}
