"""The canvas: draw a digit with mouse, pen, finger or keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QEnterEvent,
    QEventPoint,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.colour_maps import color_table, magnitude_colors
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.dropped_file import holds_picture
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring
from nnvis.widgets.strokes import SIDE, DryInk, Mark, Stroke, StrokeHistory, WetInk, paint_strokes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_RADIUS = 8
_STEP, _SMALL_STEP = 8, 2
_MELTS = Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents  # moves that wait while the window is busy become one
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class PaintCanvas(PaintedWidget):
    """A square to draw on. Left draws, right erases; `image()` is the ink as numbers.

    With the keyboard: arrows move the pen (Shift: finely), Space puts it down and lifts it, Delete clears.
    """

    drawing_changed = Signal()
    dropped = Signal(object)  # QMimeData of a picture that was dropped on it

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.brush_width = 20.0
        self._invites_digits = True
        self.erasing = False
        self._history = StrokeHistory()
        self._stroke: Stroke | None = None    # the one that is being drawn
        self._wet = WetInk()
        self._finger = -1                     # the touch that draws it
        self._pen = QPointF(SIDE / 2, SIDE / 2)
        self._pointer: QPointF | None = None  # where the brush would touch the paper
        self._melted = QCoreApplication.testAttribute(_MELTS)  # as it is everywhere else
        self._overlay: tuple[QImage, QRectF] | None = None
        self._dry, self._numbers = DryInk(), DryInk()  # finished strokes: on the screen, and as `image` gives them
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setAcceptDrops(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Drawing canvas")
        self._tell()

    # What is on it.

    @property
    def strokes(self) -> tuple[Mark, ...]:
        """All strokes, the one being drawn last."""
        return (*self._history.strokes, self._stroke) if self._stroke else self._history.strokes

    @property
    def is_empty(self) -> bool:
        """Whether nothing was drawn, or everything cleared."""
        return not any(not stroke.erases for stroke in self.strokes)

    @property
    def is_drawing(self) -> bool:
        """Whether the pen is down."""
        return self._stroke is not None

    @property
    def can_undo(self) -> bool:
        """Whether a stroke can be taken back."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether a stroke can be brought back."""
        return self._history.can_redo

    def image(self) -> NDArray[np.uint8]:
        """The ink: uint8 (280, 280), 0 for paper, 255 for ink."""
        import numpy as np

        picture = self._numbers.picture(self._history.strokes, SIDE)
        if self._stroke is not None:
            picture = picture.copy()
            paint_strokes(picture, (self._stroke,))
        return np.frombuffer(picture.constBits(), np.uint8).reshape(SIDE, picture.bytesPerLine())[:, :SIDE].copy()

    def set_invitation(self, digits: bool) -> None:
        """Invite to draw a digit, with a 7 to trace, or else anything."""
        self._invites_digits = digits
        self._tell()
        self.update()

    def set_overlay(self, image: QImage | None, area: QRectF | None = None) -> None:
        """Lay a half-transparent picture over the drawing, at `area` of the square of 280 units; None: none."""
        if image is None and self._overlay is None:
            return
        self._overlay = (image, area) if image is not None and area is not None else None
        self.update()

    def undo(self) -> None:
        """Take the last stroke (or the clearing) back."""
        self._end()
        self._history.undo()
        self._changed()

    def redo(self) -> None:
        """Bring it back."""
        self._end()
        self._history.redo()
        self._changed()

    def put_picture(self, picture: Mark) -> None:
        """Replace the drawing by a picture, which can be drawn on; undo brings the drawing back."""
        self._end()
        self._history.put(picture)
        self._changed()

    def clear(self) -> None:
        """A clean canvas; undo brings the drawing back."""
        self._end()
        self._history.clear()
        self._changed()

    # Strokes.

    def _begin(self, position: QPointF, pressure: float, erases: bool) -> None:
        self._end()
        self._stroke = Stroke(self.brush_width, erases or self.erasing)
        self._extend(position, pressure)

    def _extend(self, position: QPointF, pressure: float) -> None:
        if self._stroke is None:
            return
        scale = SIDE / max(1, self.width())
        self._pen = QPointF(min(max(position.x() * scale, 0.0), SIDE), min(max(position.y() * scale, 0.0), SIDE))
        if self._stroke.add(position.x() * scale, position.y() * scale, pressure):
            self._changed()

    def _end(self) -> None:
        if self._stroke is not None:
            self._history.add(self._stroke)
            self._stroke = None
            self._changed()

    def _changed(self) -> None:
        self._tell()
        self.update()
        self.drawing_changed.emit()

    def _tell(self) -> None:
        count = len(self.strokes)
        what = "a digit" if self._invites_digits else "something"
        said = f"Empty: draw {what}." if self.is_empty else f"{count} stroke{'s' if count > 1 else ''}."
        pen = "The pen is down." if self._stroke else "Arrows move the pen, Space puts it down, Delete clears."
        self.set_sentence(f"{said} {pen}")

    # Mouse, pen and finger.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Left draws, right erases."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self._begin(event.position(), 1.0, event.button() == Qt.MouseButton.RightButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The stroke follows the pointer, also outside."""
        self._point(event.position())
        if event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton):
            self._extend(event.position(), 1.0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The stroke ends with the last button."""
        if not event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton):
            self._extend(event.position(), 1.0)
            self._end()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen draws as broad as it is pressed; its other end erases. Accepted, it is not sent as a mouse again."""
        event.accept()
        self._point(event.position())
        if event.type() == QEvent.Type.TabletPress:
            eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
            self._begin(event.position(), event.pressure(), eraser or event.button() == Qt.MouseButton.RightButton)
        elif event.type() == QEvent.Type.TabletMove and event.buttons():
            self._extend(event.position(), event.pressure())
        elif event.type() == QEvent.Type.TabletRelease:
            self._end()

    def event(self, event: QEvent) -> bool:
        """Fingers: the first one draws. Keys: the canvas keeps its own while it has the focus."""
        if isinstance(event, QTouchEvent):
            self._touched(event)
            event.accept()
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_mine(event):
            event.accept()
            return True
        return super().event(event)

    def _touched(self, event: QTouchEvent) -> None:
        if event.type() == QEvent.Type.TouchCancel:
            self._finger = -1
            self._end()
            return
        for point in event.points():
            if point.state() == QEventPoint.State.Pressed and self._finger < 0:
                self._finger = point.id()
                self._begin(point.position(), 1.0, False)
            elif point.id() == self._finger and point.state() == QEventPoint.State.Updated:
                self._extend(point.position(), 1.0)
            elif point.id() == self._finger and point.state() == QEventPoint.State.Released:
                self._finger = -1
                self._end()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show where the brush would touch, and hear of every move: a busy window would lose the curves of a 3."""
        QCoreApplication.setAttribute(_MELTS, False)
        self._point(event.position())
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The brush has left."""
        QCoreApplication.setAttribute(_MELTS, self._melted)
        self._point(None)
        super().leaveEvent(event)

    def _point(self, position: QPointF | None) -> None:
        if position != self._pointer:
            self._pointer = position
            self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Pictures and picture files may be dropped; other files are for the window."""
        if holds_picture(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand the picture on."""
        if holds_picture(event.mimeData()):
            event.acceptProposedAction()
            self.dropped.emit(event.mimeData())

    # Keys.

    def _is_mine(self, event: QKeyEvent) -> bool:
        """Undo and Delete belong to a canvas that was clicked; Space and arrows only to one reached by keyboard."""
        if event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo):
            return True
        return event.key() == Qt.Key.Key_Delete or (
            self.focus_visible and event.key() in (*_ARROWS, Qt.Key.Key_Space)
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Draw with the keyboard."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo()
        elif not self._is_mine(event):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Delete:
            self.clear()
        elif event.key() != Qt.Key.Key_Space:
            fine = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._move_pen(*_ARROWS[Qt.Key(event.key())], _SMALL_STEP if fine else _STEP)
        elif not event.isAutoRepeat():
            if self._stroke is None:
                self._begin(self._pen_position(), 1.0, False)
            else:
                self._end()

    def _move_pen(self, right: int, down: int, step: int) -> None:
        self._pen = QPointF(min(max(self._pen.x() + right * step, 0.0), SIDE),
                            min(max(self._pen.y() + down * step, 0.0), SIDE))
        self._extend(self._pen_position(), 1.0)
        self.update()

    def _pen_position(self) -> QPointF:
        return self._pen * (self.width() / SIDE)

    # Painting.

    def sizeHint(self) -> QSize:
        """The square that the size of the window asks for."""
        side = self.theme_source.metrics.canvas
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paper and ink, or what to do here; the brush; an edge."""
        del event
        theme, side = self.theme, float(self.width())
        painter = QPainter(self)
        rounded = QPainterPath()
        rounded.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(rounded)
        painter.drawImage(QPoint(0, 0), self._wet_picture())
        if self._overlay is not None:
            image, area = self._overlay
            unit = side / SIDE
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(QRectF(area.left() * unit, area.top() * unit, area.width() * unit,
                                     area.height() * unit), image)
        if not self.strokes:
            self._paint_invitation(painter)
        if self._stroke is None and (self._pointer is not None or self.focus_visible):
            self._paint_brush(painter, self._pen_position() if self._pointer is None else self._pointer)
        painter.setClipping(False)
        edged_rect(painter, QRectF(self.rect()), _RADIUS, None, theme.outline)
        if self.focus_visible:
            focus_ring(painter, QRectF(0, 0, side, side), theme, _RADIUS)

    def _wet_picture(self) -> QImage:
        """All strokes in the colours of the magnitude map. Dry ones are painted once, not at each movement."""
        ratio = self.devicePixelRatioF()
        pixels = max(1, round(self.width() * ratio))
        dry = self._dry.picture(self._history.strokes, pixels)
        picture = dry.copy() if self._stroke is None else self._wet.over(dry, self._stroke)
        picture.reinterpretAsFormat(QImage.Format.Format_Indexed8)
        picture.setColorTable(color_table(magnitude_colors(self.theme)))
        picture.setDevicePixelRatio(ratio)
        return picture

    def _paint_brush(self, painter: QPainter, position: QPointF) -> None:
        radius = self.brush_width / 2 * self.width() / SIDE
        keyboard = self._pointer is None
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(self.theme.accent if keyboard else self.theme.text_3), 2 if keyboard else 1))
        painter.drawEllipse(position, radius, radius)

    def _paint_invitation(self, painter: QPainter) -> None:
        theme, unit = self.theme, self.width() / 247
        if self._invites_digits:
            self._paint_seven(painter, unit)
        words = "Draw a digit here" if self._invites_digits else "Draw here"
        for text, text_font, ink, middle in (
            (words, font(), theme.text_2, 164),
            ("it is answered while the network learns", font("caption"), theme.text_3, 190),
        ):
            painter.setFont(text_font)
            painter.setPen(color(ink))
            painter.drawText(QRectF(0, middle * unit - 12, self.width(), 24), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_seven(self, painter: QPainter, unit: float) -> None:
        """A digit to trace, dotted."""
        seven = QPainterPath(QPointF(96, 65) * unit)
        seven.quadTo(QPointF(128, 57) * unit, QPointF(151, 62) * unit)
        seven.quadTo(QPointF(137, 93) * unit, QPointF(123, 130) * unit)
        dots = QPen(color(self.theme.outline), 3, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.RoundCap)
        dots.setDashPattern([0.01, 2.4])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(dots)
        painter.drawPath(seven)


if __name__ == "__main__":
    from PySide6.QtWidgets import QVBoxLayout

    from nnvis.widgets.brush_tools import BrushTools
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        canvas = PaintCanvas(source)
        layout.addWidget(canvas)
        layout.addWidget(BrushTools(source, canvas))
        return page

    preview(_sample)
