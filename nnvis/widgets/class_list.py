"""ClassList: the classes of a data set, one below the other: mean image, name, how many; one is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.number_text import count
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.data_picture import data_picture, paint_fitted
from nnvis.widgets.labels import explain
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring

if TYPE_CHECKING:
    from nnvis.data_facts import ClassFacts

ROW, SIDE = 32, 28
_BAR, _NAME, _COUNT, _WIDTH = 56, 70, 50, 240
_VERTICAL = Qt.AlignmentFlag.AlignVCenter


class ClassList(PaintedWidget):
    """A row for all images, then one for each class. `chosen` gives the class, -1 for all."""

    chosen = Signal(int)

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._facts: tuple[ClassFacts, ...] = ()
        self._means: list[QImage | None] = []
        self._row = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Classes")
        explain(self, "Each class with the mean of its images and how many there are; choose one to see its images.")

    @property
    def current(self) -> int:
        """The chosen class, -1 for all."""
        return self._row - 1

    def set_facts(self, facts: Sequence[ClassFacts]) -> None:
        """Show these classes, with all of them chosen; emits nothing."""
        self._facts = tuple(facts)
        self._row = 0
        self._paint_means()
        self.updateGeometry()
        self._tell()

    def choose(self, number: int) -> None:
        """Choose a class; -1 chooses all."""
        row = max(0, min(number + 1, len(self._facts)))
        if row != self._row:
            self._row = row
            self._tell()
            self.update()
            self.chosen.emit(number)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, ROW * (len(self._facts) + 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = int(event.position().y()) // ROW
        if event.button() == Qt.MouseButton.LeftButton and 0 <= row <= len(self._facts):
            self.choose(row - 1)

    def event(self, event: QEvent) -> bool:
        """Claim the arrow keys before the window's shortcuts do."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _step(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _step(event):
            self.choose(max(-1, min(self.current + _step(event), len(self._facts) - 1)))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter, theme = QPainter(self), self.theme
        most = max((facts.count for facts in self._facts), default=1) or 1
        total = sum(facts.count for facts in self._facts)
        for row in range(len(self._facts) + 1):
            area = QRectF(0, row * ROW, self.width(), ROW)
            if row == self._row:
                edged_rect(painter, area, 6, theme.accent_soft, None)
            facts = self._facts[row - 1] if row else None
            name, number = (facts.name, facts.count) if facts else ("All classes", total)
            left = 4.0
            picture = self._means[row - 1] if row else None
            if picture is not None:
                paint_fitted(painter, picture, QRectF(left, area.top() + 2, SIDE, SIDE))
            left += SIDE + 8
            painter.setFont(font("body", 600 if row == self._row else 400))
            painter.setPen(color(theme.text))
            room = _NAME if facts else _NAME + _BAR
            shown = QFontMetrics(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left, area.top(), room, ROW), int(_VERTICAL), shown)
            left += _NAME + 8
            if facts:
                bar = QRectF(left, area.center().y() - 4, _BAR, 8)
                edged_rect(painter, bar, 2, theme.track, None)
                bar.setWidth(max(2.0, _BAR * facts.count / most) if facts.count else 0)
                edged_rect(painter, bar, 2, theme.text_3, None)
            painter.setFont(font("caption"))
            painter.setPen(color(theme.text_2))
            numbers = QRectF(area.right() - _COUNT - 6, area.top(), _COUNT, ROW)
            painter.drawText(numbers, int(Qt.AlignmentFlag.AlignRight | _VERTICAL), count(number))
        if self.focus_visible:
            focus_ring(painter, QRectF(0, self._row * ROW, self.width(), ROW), theme, 6)

    def _tell(self) -> None:
        facts = self._facts[self.current] if self.current >= 0 else None
        total = sum(each.count for each in self._facts)
        self.set_sentence(f"{facts.name}: {count(facts.count)} images." if facts else f"All {count(total)} images.")

    def _paint_means(self) -> None:
        theme = self.theme
        self._means = [None if facts.mean is None else data_picture(facts.mean, theme) for facts in self._facts]
        self.update()

    def _on_theme_changed(self) -> None:
        self._paint_means()


def _step(event: QKeyEvent) -> int:
    return {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
