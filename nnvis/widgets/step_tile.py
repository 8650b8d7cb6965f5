"""One step on the way to the network: its small picture, its name, its numbers, and a tick to take or leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from nnvis.colour_maps import color_table, hex_color, magnitude_colors, signed_colors, signed_indices
from nnvis.theme import ThemeSource, color, font, paint_icon
from nnvis.widgets.labels import explain
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring, whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LINE = 15
_BOX = 12
_DIMMED = 0.35


class StepTile(PaintedWidget):
    """A picture of magnitudes, or of signed values; with `switchable` a click or Space switches the step."""

    toggled = Signal(bool)

    def __init__(self, theme_source: ThemeSource, name: str, sentence: str, *, switchable: bool = True) -> None:
        super().__init__(theme_source)
        self._name, self._sentence, self._switchable = name, sentence, switchable
        self._is_on = True
        self._side: int | None = None
        self._is_signed = False
        self._image: QImage | None = None
        self._numbers = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        explain(self, sentence)
        self.set_switchable(switchable)

    @property
    def is_on(self) -> bool:
        """Whether the step is taken."""
        return self._is_on

    def set_side(self, side: int | None) -> None:
        """Make the picture so large; None: as the size of the window asks for."""
        if side != self._side:
            self._side = side
            self.updateGeometry()
            self.update()

    def set_switchable(self, switchable: bool, why_not: str = "") -> None:
        """Whether the step can be left out, and if not, why."""
        self._switchable = switchable
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if switchable else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if switchable else Qt.CursorShape.ArrowCursor)
        explain(self, f"{self._sentence} {why_not}".rstrip())
        self._tell()
        self.update()

    def set_on(self, on: bool) -> None:
        """Take the step or leave it out; emits nothing."""
        if on != self._is_on:
            self._is_on = on
            self._tell()
            self.update()

    def show_magnitudes(self, pixels: NDArray[np.uint8] | None, numbers: str = "") -> None:
        """Show a picture of magnitudes (h, w); None: an empty square."""
        self._show(pixels if pixels is not None and pixels.size else None, False, numbers)

    def show_signed(self, values: NDArray[np.float32], top: float, numbers: str) -> None:
        """Show signed values (h, w) in the signed map from -top to top."""
        self._show(signed_indices(values, top), True, numbers)

    def _show(self, pixels: NDArray[np.uint8] | None, signed: bool, numbers: str) -> None:
        self._image, self._is_signed, self._numbers = None, signed, numbers
        if pixels is not None:
            height, width = pixels.shape
            self._image = QImage(pixels.tobytes(), width, height, width, QImage.Format.Format_Indexed8).copy()
        self._tell()
        self.update()

    def sizeHint(self) -> QSize:
        """A square and two lines."""
        side = self._side or (44 if self.theme_source.metrics.is_compact else 54)
        return QSize(side, side + 2 + 2 * _LINE)

    def minimumSizeHint(self) -> QSize:
        """Narrower than that its numbers would be cut."""
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture with its tick, name, numbers."""
        del event
        theme, painter = self.theme, QPainter(self)
        side = float(min(self.width(), self.height() - 2 - 2 * _LINE))
        box = QRectF((self.width() - side) / 2, 0, side, side)
        colors = signed_colors() if self._is_signed else magnitude_colors(theme)
        edged_rect(painter, box, 4, hex_color(magnitude_colors(theme)[0]), None)
        painter.setOpacity(1.0 if self._is_on else _DIMMED)
        if self._image is not None:
            self._image.setColorTable(color_table(colors))
            longer = max(self._image.width(), self._image.height())
            width, height = side * self._image.width() / longer, side * self._image.height() / longer
            inside = QRectF(box.left() + (side - width) / 2, (side - height) / 2, width, height)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, longer > 2 * side)
            painter.drawImage(whole(painter, inside), self._image)
        painter.setOpacity(1.0)
        edged_rect(painter, box, 4, None, theme.line)
        if self._switchable:
            self._paint_tick(painter, QRectF(box.left() + 3, box.top() + 3, _BOX, _BOX))
        self._paint_words(painter, side + 2)
        if self.focus_visible:
            focus_ring(painter, QRectF(self.rect()), theme, 4)

    def _paint_words(self, painter: QPainter, top: float) -> None:
        theme = self.theme
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignHCenter
        painter.setFont(font("caption", 500))
        painter.setPen(color(theme.text if self._is_on else theme.text_3))
        painter.drawText(QRectF(0, top, self.width(), _LINE), middle, self._name)
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_3))
        numbers = self._numbers if self._is_on else "left out"
        painter.drawText(QRectF(0, top + _LINE, self.width(), _LINE), middle, numbers)

    def _paint_tick(self, painter: QPainter, box: QRectF) -> None:
        theme, on = self.theme, self._is_on
        edged_rect(painter, box, 3, theme.accent if on else theme.field, theme.accent if on else theme.outline)
        if on:
            paint_icon(painter, "check", box.adjusted(1, 1, -1, -1), theme.on_accent)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click that ends inside switches."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._switch()

    def event(self, event: object) -> bool:
        """Claim Space before the window's shortcut does."""
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.ShortcutOverride and self._is_key(event):
            event.accept()
            return True
        return super().event(event)  # type: ignore[arg-type]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Enter switch."""
        if self._is_key(event):
            self._switch()
        else:
            super().keyPressEvent(event)

    def _is_key(self, event: QKeyEvent) -> bool:
        return self._switchable and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)

    def _switch(self) -> None:
        if self._switchable:
            self.set_on(not self._is_on)
            self.toggled.emit(self._is_on)

    def _tell(self) -> None:
        state = ("taken" if self._is_on else "left out") if self._switchable else ""
        self.set_sentence(", ".join(part for part in (state, self._numbers) if part))
