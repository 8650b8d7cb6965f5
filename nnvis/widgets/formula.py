"""Formula: a typeset equation in the text's colour, crisp at any scale."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.theme import ThemeSource
from nnvis.typesetting import typeset
from nnvis.widgets.painted import PaintedWidget


def paint_formula(painter: QPainter, latex: str, baseline: QPointF, size: float, color: str) -> float:
    """Draw the formula so that it stands on `baseline`, from there to the right; returns how wide it is."""
    formula = typeset(latex, size, color)
    area = QRectF(baseline.x(), baseline.y() - formula.ascent, formula.width, formula.height)
    _renderer(latex, size, color).render(painter, area)
    return formula.width


@lru_cache(maxsize=256)
def _renderer(latex: str, size: float, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(typeset(latex, size, color).svg.encode()))


class FormulaView(PaintedWidget):
    """One formula, in letters of `size` pixels; smaller when there is not the room, down to 12."""

    SMALLEST = 12

    def __init__(self, theme_source: ThemeSource, latex: str, size: float, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._latex = latex
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Formula")
        self.set_sentence(latex)

    def sizeHint(self) -> QSize:
        formula = typeset(self._latex, self._size, self.theme.text)
        return QSize(round(formula.width) + 2, round(formula.height) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        wanted = typeset(self._latex, self._size, self.theme.text)
        size = self._size * min(1, max(self.width() / wanted.width, self.SMALLEST / self._size))
        formula = typeset(self._latex, round(size, 1), self.theme.text)
        top = (self.height() - formula.height) / 2
        painter = QPainter(self)
        paint_formula(painter, self._latex, QPointF(0, top + formula.ascent), round(size, 1), self.theme.text)
