"""The picture of the network: columns of units lit by one image, and the strongest of what flows between them.

It paints a Diagram and knows nothing of networks. Lines are gathered into a few paths by sign and strength, so that a
few hundred of them cost a few strokes of the painter.
"""

from __future__ import annotations

import time
from functools import cache

from PySide6.QtCore import QEasingCurve, QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy

from nnvis import diagram_layout as layout
from nnvis.colour_maps import Rgb, magnitude_colors, magnitude_indices, signed_colors, signed_indices
from nnvis.diagram import Column, Diagram, Edges, Facts
from nnvis.diagram_layout import Box, Place
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.diagram_answers import paint_answers
from nnvis.widgets.diagram_tiles import map_sheet
from nnvis.widgets.microscope.motion import Motion
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring

LEVELS = 8  # of width and alpha
THINNEST, THICKEST = 0.6, 3.2
FAINTEST = 0.28
BEND = 0.45  # of the distance between two columns, from where a line turns
PAD = 4
PULSE_MS = 250  # from column to column
WAITING = 0.25  # opacity of what the error has not reached


class NetworkDiagram(PaintedWidget):
    """Shows `diagram`. A unit can be pointed at with mouse and arrow keys, and a column be clicked."""

    pointed_at = Signal(object)  # (column, place), or None
    picked = Signal(int)  # a column was clicked, or Enter pressed on it
    resized = Signal()

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__(theme_source)
        self.painted_seconds = 0.0
        self._diagram: Diagram | None = None
        self._names: tuple[str, ...] = ()
        self._selected = -1
        self._focus: tuple[int, int] | None = None
        self._places: tuple[Place, ...] = ()
        self._form: tuple[object, ...] = ()
        self._pulse = Motion(theme_source, self, QEasingCurve.Type.Linear)
        self._pulse.moved.connect(self.update)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Network diagram")

    @property
    def diagram(self) -> Diagram | None:
        """What is shown."""
        return self._diagram

    @property
    def focus(self) -> tuple[int, int] | None:
        """The unit that is pointed at: column and place."""
        return self._focus

    def room(self, columns: int) -> tuple[int, int]:
        """How many units and maps a column can show when so many columns stand between input and answers."""
        return layout.room(self.width() - 2 * PAD, self.height() - 2 * PAD, columns)

    def show_diagram(self, diagram: Diagram, class_names: tuple[str, ...]) -> None:
        """Show this from now on."""
        self._diagram, self._names = diagram, class_names
        if self._focus is not None and self._unit(*self._focus) is None:
            self._point_at(None)
        self._lay_out()
        self._tell()
        self.update()

    def send_back(self) -> None:
        """Let the light of the error travel once, from the answers to the picture."""
        if len(self._places) > 1:
            self._pulse.begin(PULSE_MS * (len(self._places) - 1))

    def select(self, column: int) -> None:
        """Mark a column as the selected layer; -1: none."""
        if column != self._selected:
            self._selected = column
            self.update()

    def place_of(self, column: int, place: int) -> QRectF:
        """Where a unit stands on the widget; for pointing at it."""
        return _rect(self._places[column].cells[place]).translated(PAD, PAD)

    def sizeHint(self) -> QSize:
        """As large as there is room."""
        return QSize(760, 420)

    def minimumSizeHint(self) -> QSize:
        """Smaller than that nothing can be told."""
        return QSize(420, 220)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand anew; and perhaps more units can be shown."""
        super().resizeEvent(event)
        self._lay_out()
        self.resized.emit()

    # --- painting -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Idle units, lines, then the units at their ends; words above."""
        del event
        started = time.thread_time()
        painter = QPainter(self)
        painter.translate(PAD, PAD)
        if self._diagram is not None and self._places:
            paint = self._paint_pulse if self._pulse.is_moving else self._paint_diagram
            paint(painter, self._diagram)
        if self.focus_visible:
            painter.resetTransform()
            focus_ring(painter, QRectF(self.rect()), self.theme, 6)
        self.painted_seconds += time.thread_time() - started

    def _paint_pulse(self, painter: QPainter, diagram: Diagram) -> None:
        """Behind the front the error has come; before it all is dim."""
        first, last = self._places[0].box, self._places[-1].box
        front = last.right - (last.right - first.left) * self._pulse.share
        reached = QRectF(front, 0, self.width() - front, self.height())
        for area, opacity in ((QRectF(0, 0, front, self.height()), WAITING), (reached, 1.0)):
            painter.setClipRect(area)
            painter.setOpacity(opacity)
            self._paint_diagram(painter, diagram)
        painter.setClipping(False)
        painter.fillRect(QRectF(front - 1, 40, 2, self.height() - 48), color(self.theme.accent))

    def _paint_diagram(self, painter: QPainter, diagram: Diagram) -> None:
        facts = diagram.facts if diagram.facts and (diagram.facts.column, diagram.facts.place) == self._focus else None
        self._paint_fan(painter)
        for number, column in enumerate(diagram.columns):
            self._paint_words(painter, number, column)
            self._paint_cells(painter, number, column)
        for gap, edges in enumerate(diagram.edges):
            if facts is not None:
                edges = _edges_of(facts, gap)
            self._paint_edges(painter, gap, edges)
        for number, column in enumerate(diagram.columns):
            if column.kind == "answers":
                cells = self._places[number].cells
                paint_answers(painter, cells, column, diagram.leaders, self._names, self.theme)
        if self._focus is not None:
            self._paint_focus(painter, *self._focus)

    def _paint_fan(self, painter: QPainter) -> None:
        """From the picture to the first units: every pixel goes to each of them; lines would say nothing."""
        if len(self._places) < 2:
            return
        picture, first = self._places[0].box, self._places[1].box
        path = QPainterPath(QPointF(picture.right + 2, picture.top))
        path.lineTo(first.left - 6, first.top)
        path.moveTo(picture.right + 2, picture.top + picture.height)
        path.lineTo(first.left - 6, first.top + first.height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(self.theme.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _paint_words(self, painter: QPainter, number: int, column: Column) -> None:
        theme, words = self.theme, self._places[number].words
        title_font = font("caption", 600) if self.theme_source.metrics.is_compact else font("body", 600)
        painter.setFont(title_font)
        painter.setPen(color(theme.accent if number == self._selected else theme.text))
        for line, (text, role) in enumerate(((column.title, title_font), (self._caption(column), font("caption")))):
            painter.setFont(role)
            if line:
                painter.setPen(color(theme.text_3))
            shown = QFontMetrics(role).elidedText(text, Qt.TextElideMode.ElideRight, round(words.width))
            top = 2 + 18 * line
            painter.drawText(QRectF(words.left, top, words.width, 18), Qt.AlignmentFlag.AlignVCenter, shown)

    @staticmethod
    def _caption(column: Column) -> str:
        """How many are on; and, where not all are shown, how many."""
        if column.is_sampled and column.kind != "answers":
            return f"{len(column.shown)} of {column.total} shown · {column.caption}"
        return column.caption

    def _paint_cells(self, painter: QPainter, number: int, column: Column) -> None:
        theme, cells = self.theme, self._places[number].cells
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if column.kind in ("picture", "maps"):
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            sheet, (_, height, width) = map_sheet(column, theme), column.values.shape
            painter.setPen(color(theme.line))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for place, cell in enumerate(cells):
                rect = _rect(cell).toAlignedRect()
                painter.drawImage(rect, sheet, QRect(0, place * height, width, height))
                painter.drawRect(rect.adjusted(0, 0, -1, -1))
            return
        if column.kind == "answers":
            return
        table = signed_colors() if column.is_signed else magnitude_colors(theme)
        indices = (signed_indices if column.is_signed else magnitude_indices)(column.values, column.top)
        off, tints = color(theme.hover, 0.6), _tints(table)
        for value, index, cell in zip(column.values.tolist(), indices.tolist(), cells, strict=True):
            painter.fillRect(_rect(cell), off if value == 0 else tints[index])

    def _paint_edges(self, painter: QPainter, gap: int, edges: Edges) -> None:
        if not len(edges):
            return
        left, right = self._places[gap].cells, self._places[gap + 1].cells
        end = self._places[gap].box.right
        largest = float(abs(edges.flow).max())
        paths: dict[tuple[bool, int], QPainterPath] = {}
        for source, target, flow in zip(edges.source.tolist(), edges.target.tolist(), edges.flow.tolist(),
                                        strict=True):
            level = min(LEVELS - 1, int(abs(flow) / largest * LEVELS)) if largest else 0
            path = paths.setdefault((flow > 0, level), QPainterPath())
            start, stop = left[source], right[target]
            bend = BEND * (stop.left - end)
            path.moveTo(start.right, start.middle)
            path.cubicTo(max(start.right, end) + bend, start.middle, stop.left - bend, stop.middle,
                         stop.left, stop.middle)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for (pushes_up, level), path in sorted(paths.items(), key=lambda item: item[0][1]):
            strength = (level + 0.5) / LEVELS
            tint = color(self.theme.positive if pushes_up else self.theme.negative,
                         FAINTEST + (1 - FAINTEST) * strength)
            painter.setPen(QPen(tint, THINNEST + (THICKEST - THINNEST) * strength))
            painter.drawPath(path)

    def _paint_focus(self, painter: QPainter, column: int, place: int) -> None:
        rect = _rect(self._places[column].cells[place])
        radius = rect.width() / 2 if self._unit(column, place) == "answers" else 3
        # Over cells of any colour an edge is seen only with a halo of the opposite lightness.
        edged_rect(painter, rect.adjusted(-3, -3, 3, 3), radius + 1, None, self.theme.card, 1)
        edged_rect(painter, rect.adjusted(-2, -2, 2, 2), radius, None, self.theme.accent, 2)

    # --- pointing ---------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the unit under the pointer."""
        self._point_at(self._at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the column under the pointer: its units, or its words. A pulse is over."""
        self._pulse.end()
        if event.button() == Qt.MouseButton.LeftButton:
            column = self._column_at(event.position())
            if column >= 0:
                self.picked.emit(column)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        if not self.focus_visible:
            self._point_at(None)
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        """Claim the arrow keys before the window's shortcuts do, while the diagram has the keyboard."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk the units, Enter picks the column, Escape lets go."""
        key = Qt.Key(event.key())
        if key not in _KEYS or self._diagram is None:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape:
            self._point_at(None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._focus is not None:
                self.picked.emit(self._focus[0])
        else:
            self._point_at(self._walked(key))

    def _walked(self, key: Qt.Key) -> tuple[int, int]:
        """The unit next to the one that is pointed at."""
        last = len(self._places) - 1
        if self._focus is None:
            leaders = self._diagram.leaders if self._diagram else ()
            return last, leaders[0] if leaders else 0
        column, place = self._focus
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            by = 1 if key == Qt.Key.Key_Down else -1
            return column, min(max(place + by, 0), len(self._places[column].cells) - 1)
        column = min(max(column + (1 if key == Qt.Key.Key_Right else -1), 1), last)
        if column == self._focus[0]:
            return self._focus
        middle = self._places[self._focus[0]].cells[place].middle
        cells = self._places[column].cells
        return column, min(range(len(cells)), key=lambda index: abs(cells[index].middle - middle))

    def _at(self, position: QPointF) -> tuple[int, int] | None:
        for column, place in enumerate(self._places):
            cell = place.cell_at(position.x() - PAD, position.y() - PAD)
            if cell >= 0 and column:
                return column, cell
        return None

    def _column_at(self, position: QPointF) -> int:
        x, y = position.x() - PAD, position.y() - PAD
        for column, place in enumerate(self._places):
            if place.box.holds(x, y, 4) or place.words.holds(x, y):
                return column
        return -1

    def _point_at(self, focus: tuple[int, int] | None) -> None:
        if focus != self._focus:
            self._focus = focus
            self.pointed_at.emit(focus)
            self.update()

    # --- what it consists of ------------------------------------------------------------------------------------------

    def _unit(self, column: int, place: int) -> str | None:
        """The kind of column a unit stands in; None when there is no such unit."""
        columns = self._diagram.columns if self._diagram else ()
        return columns[column].kind if column < len(columns) and place < len(columns[column].shown) else None

    def _lay_out(self) -> None:
        if self._diagram is None:
            return
        columns = self._diagram.columns
        form = (self.width(), self.height(), *((column.kind, len(column.shown)) for column in columns))
        if form != self._form:
            self._form = form
            self._places = layout.place_columns(columns, self.width() - 2 * PAD, self.height() - 2 * PAD)

    def _tell(self) -> None:
        diagram = self._diagram
        if diagram is not None:
            columns = ", ".join(f"{column.title}: {self._caption(column)}" for column in diagram.columns)
            self.set_sentence(f"{columns}. {diagram.lines} lines. Arrows walk the units, Enter selects the layer.")


_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter,
         Qt.Key.Key_Escape)


@cache
def _tints(colors: tuple[Rgb, ...]) -> tuple[QColor, ...]:
    """All colours of a map, made once: a column has hundreds of cells, and is painted at every move of the pen."""
    return tuple(QColor(*entry) for entry in colors)


def _edges_of(facts: Facts, gap: int) -> Edges:
    """The lines of one unit alone: those that reach it, and those that leave it."""
    if gap == facts.column - 1:
        return facts.before
    if gap == facts.column:
        return facts.after
    return Edges(facts.before.source[:0], facts.before.target[:0], facts.before.flow[:0])


def _rect(box: Box) -> QRectF:
    return QRectF(box.left, box.top, box.width, box.height)
