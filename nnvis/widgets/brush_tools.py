"""The tools under the canvas: brush and eraser, thickness, undo, redo and clear."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QSlider, QWidget

from nnvis.theme import ThemeSource, color
from nnvis.widgets.buttons import ToolButton
from nnvis.widgets.canvas import PaintCanvas
from nnvis.widgets.labels import explain, hairline
from nnvis.widgets.painted import PaintedWidget

_THINNEST, _THICKEST = 6, 40
_ROOM_FOR_DOTS = 270


class BrushTools(QWidget):
    """Tools for one canvas."""

    def __init__(self, theme_source: ThemeSource, canvas: PaintCanvas, pictures: QMenu | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._menu = pictures
        self._brush = ToolButton(theme_source, "brush", "Draw with the left mouse button, a pen or a finger.")
        self._eraser = ToolButton(theme_source, "eraser", "Erase; the right mouse button always does.")
        tools = QButtonGroup(self)
        for button, name in ((self._brush, "Brush"), (self._eraser, "Eraser")):
            button.setCheckable(True)
            button.setAccessibleName(name)
            button.setObjectName(f"{name.lower()}Button")
            tools.addButton(button)
        self._brush.setChecked(True)
        self._eraser.toggled.connect(self._on_eraser_toggled)

        self._thickness = QSlider(Qt.Orientation.Horizontal)
        self._thickness.setObjectName("thicknessSlider")
        self._thickness.setProperty("tone", "neutral")
        self._thickness.setRange(_THINNEST, _THICKEST)
        self._thickness.setValue(round(canvas.brush_width))
        self._thickness.setPageStep(4)
        self._thickness.setMinimumWidth(24)
        self._thickness.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._thickness.setAccessibleName("Brush thickness")
        self._thickness.valueChanged.connect(self._on_thickness_changed)
        explain(self._thickness, "Thickness of the brush, on a canvas of 280 by 280.")

        self._undo = ToolButton(theme_source, "undo", "Take the last stroke back (Ctrl+Z on the canvas).")
        self._redo = ToolButton(theme_source, "redo", "Bring the stroke back (Ctrl+Shift+Z on the canvas).")
        self.pictures = ToolButton(theme_source, "load-image", "Take a picture: from a file, the clipboard or the test "
                                   "images. One can also be dropped on the canvas.")
        self.pictures.setAccessibleName("Take a picture")
        self.pictures.setObjectName("pictureButton")
        self.pictures.clicked.connect(self._on_pictures_clicked)
        self._clear = ToolButton(theme_source, "delete", "Clear the canvas; undo brings the drawing back.")
        for button, name, slot in ((self._undo, "Undo stroke", canvas.undo), (self._redo, "Redo stroke", canvas.redo),
                                   (self._clear, "Clear canvas", canvas.clear)):
            button.setAccessibleName(name)
            button.setObjectName(f"{name.split()[0].lower()}StrokeButton")
            button.clicked.connect(slot)

        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._brush)
        layout.addWidget(self._eraser)
        self._add_separator(layout)
        self._dots = (_Dot(theme_source, 4), _Dot(theme_source, 10))
        layout.addWidget(self._dots[0])
        layout.addWidget(self._thickness, 1)
        layout.addWidget(self._dots[1])
        self._add_separator(layout)
        for button in (self._undo, self._redo, self.pictures, self._clear):
            layout.addWidget(button)
        self.pictures.setVisible(pictures is not None)
        canvas.drawing_changed.connect(self._on_drawing_changed)
        self._on_drawing_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In the narrowest dock the slider needs the room of its dots."""
        super().resizeEvent(event)
        for dot in self._dots:
            dot.setVisible(self.width() >= _ROOM_FOR_DOTS)

    @staticmethod
    def _add_separator(layout: QHBoxLayout) -> None:
        line = hairline(vertical=True)
        line.setFixedHeight(20)
        layout.addSpacing(4)
        layout.addWidget(line)
        layout.addSpacing(4)

    def _on_pictures_clicked(self) -> None:
        if self._menu is not None:
            self._menu.popup(self.pictures.mapToGlobal(self.pictures.rect().bottomLeft()))

    def _on_eraser_toggled(self, on: bool) -> None:
        self._canvas.erasing = on

    def _on_thickness_changed(self, width: int) -> None:
        self._canvas.brush_width = float(width)
        self._canvas.update()

    def _on_drawing_changed(self) -> None:
        self._undo.setEnabled(self._canvas.can_undo)
        self._redo.setEnabled(self._canvas.can_redo)
        self._clear.setEnabled(bool(self._canvas.strokes))


class _Dot(PaintedWidget):
    """How thick an end of the slider is."""

    def __init__(self, theme_source: ThemeSource, size: int) -> None:
        super().__init__(theme_source)
        self._size = size
        self.setFixedSize(12, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A dot."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self.theme.text_3))
        painter.drawEllipse(QPointF(6, 8), self._size / 2, self._size / 2)
