"""One unit looked at closely: its sum, bias and value, the inputs that add most to it, and its weights as a picture."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from nnvis.colour_maps import color_table, signed_colors, signed_indices
from nnvis.diagram import Column, Facts, Part
from nnvis.number_text import MINUS, count, measure
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.painted import PaintedWidget, edged_rect

ROW = 16
ROWS = 5
LEFT = 190, 130  # the unit's own numbers, where there is room and where not
WIDE = 640
NAMES = 62
NUMBERS = 150
HINT = "Point at a unit, or walk with the arrow keys: its sum z, its bias b, and the inputs that add most to it."


class UnitCard(PaintedWidget):
    """`show_unit` fills it; without a unit it says how to choose one."""

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__(theme_source)
        self._facts: Facts | None = None
        self._column: Column | None = None
        self._names: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The unit that is pointed at")
        self.show_unit(None, None, ())

    def show_unit(self, column: Column | None, facts: Facts | None, class_names: tuple[str, ...]) -> None:
        """Show a unit of that column; None: none."""
        self._column, self._facts, self._names = column, facts, class_names
        if column is None or facts is None:
            self.set_sentence(HINT)
        else:
            parts = "; ".join(f"{part.name} adds {_signed(part.flow)}" for part in facts.parts)
            self.set_sentence(f"{self._title()}. {'. '.join(self._lines())}. {parts}.")
        self.update()

    def sizeHint(self) -> QSize:
        """As many rows as inputs are named, and a title."""
        return QSize(600, 20 + ROWS * ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The unit's numbers, a signed bar for each input, its weights."""
        del event
        theme, painter = self.theme, QPainter(self)
        if self._column is None or self._facts is None:
            painter.setFont(font("caption"))
            painter.setPen(color(theme.text_3))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(self.rect()), int(flags | Qt.TextFlag.TextWordWrap), HINT)
            return
        painter.setFont(font("body", 600))
        painter.setPen(color(theme.text))
        is_wide = self.width() >= WIDE
        own = LEFT[0] if is_wide else LEFT[1]
        painter.drawText(QRectF(0, 0, own + 16, 20), Qt.AlignmentFlag.AlignVCenter, self._title())
        painter.setFont(font("body"))
        for row, line in enumerate(self._lines()):
            painter.setPen(color(theme.text if row == 0 else theme.text_2))
            painter.drawText(QRectF(0, 24 + 19 * row, own, 19), Qt.AlignmentFlag.AlignVCenter, line)
        side = float(self.height()) if self._facts.picture is not None else 0.0
        right = self.width() - side - (96 if side and is_wide else 0)
        self._paint_parts(painter, QRectF(own + 16, 0, right - own - 32, self.height()))
        if self._facts.picture is not None:
            self._paint_weights(painter, QRectF(self.width() - side, 0, side, side), right)

    def _title(self) -> str:
        assert self._column is not None
        assert self._facts is not None
        unit = self._facts.unit
        kind = "map" if self._column.kind == "maps" else "unit"
        name = f"{kind} {unit}"
        if self._column.kind == "answers":
            name = f"class {self._names[unit] if unit < len(self._names) else unit}"
        return f"{self._column.title} · {name}"

    def _lines(self) -> list[str]:
        assert self._column is not None
        assert self._facts is not None
        if self._facts.numbers:
            return [f"{name} = {_number(value)}" for name, value in self._facts.numbers]
        column, place = self._column, self._facts.place
        is_map = column.kind == "maps"
        value = float(column.values[place].mean() if is_map else column.values[place])
        lines = [f"a = {_number(value)}" + (" on average" if is_map else "")]
        if column.z is not None:
            lines.append(f"z = {_number(float(column.z[place]))}" + (" on average" if is_map else ""))
        if column.bias is not None:
            lines.append(f"b = {_number(float(column.bias[place]))}")
        return lines

    def _paint_parts(self, painter: QPainter, area: QRectF) -> None:
        assert self._facts is not None
        theme, facts = self.theme, self._facts
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_3))
        most = f"the inputs that add most, of {count(facts.inputs)}"
        head = facts.heading or (most if facts.parts else "its inputs cannot be told apart")
        head = painter.fontMetrics().elidedText(head, Qt.TextElideMode.ElideRight, round(area.width()))
        painter.drawText(QRectF(area.left(), 0, area.width(), 20), Qt.AlignmentFlag.AlignVCenter, head)
        if not facts.parts:
            return
        largest = max(abs(part.flow) for part in facts.parts) or 1.0
        numbers = NUMBERS if area.width() > 300 and facts.parts[0].weight is not None else 56
        bars = QRectF(area.left() + NAMES, 0, area.width() - NAMES - numbers - 8, 0)
        middle = bars.left() + bars.width() / 2
        for row, part in enumerate(facts.parts):
            top = 20.0 + row * ROW
            painter.setPen(color(theme.text_2))
            painter.setFont(font("caption"))
            painter.drawText(QRectF(area.left(), top, NAMES, ROW), Qt.AlignmentFlag.AlignVCenter, part.name)
            length = bars.width() / 2 * abs(part.flow) / largest
            left = middle if part.flow > 0 else middle - length
            edged_rect(painter, QRectF(left, top + 4, max(1.0, length), ROW - 8), 2,
                       theme.positive if part.flow > 0 else theme.negative, None)
            painter.setPen(color(theme.text))
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(area.right() - numbers, top, numbers, ROW), side, _product(part, numbers > 56))
        painter.fillRect(QRectF(round(middle), 20, 1, ROWS * ROW), color(theme.outline))

    def _paint_weights(self, painter: QPainter, box: QRectF, left: float) -> None:
        assert self._facts is not None
        picture = self._facts.picture
        assert picture is not None
        top = float(np.abs(picture).max()) or 1.0
        indices = signed_indices(picture, top)
        height, width = indices.shape
        image = QImage(indices.tobytes(), width, height, width, QImage.Format.Format_Indexed8)
        image.setColorTable(color_table(signed_colors()))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(box, image)
        edged_rect(painter, box, 0, None, self.theme.line)
        if box.left() - left < 60:
            return
        painter.setFont(font("caption"))
        painter.setPen(color(self.theme.text_3))
        words = QRectF(left, 0, box.left() - left - 8, box.height())
        side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        text = f"its weights\n{width}×{height}\n{MINUS}{measure(top, 2)} … +{measure(top, 2)}"
        painter.drawText(words, int(side), text)


def _number(value: float) -> str:
    return measure(value, 3)


def _signed(value: float) -> str:
    return f"+{measure(value, 2)}" if value > 0 else measure(value, 2)


def _product(part: Part, in_full: bool) -> str:
    if not in_full or part.weight is None or part.value is None:
        return _signed(part.flow)
    return f"{measure(part.weight, 2)} × {measure(part.value, 2)} = {_signed(part.flow)}"
