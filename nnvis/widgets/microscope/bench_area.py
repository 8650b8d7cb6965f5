"""Where stage and written-out card lie: the card below the stage, or beside it where a table continues its rows."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.microscope.long_way_view import LongWayView
from nnvis.widgets.microscope.stage import Stage
from nnvis.widgets.microscope.weight_card import WeightCard
from nnvis.widgets.microscope.written_card import WrittenCard

GAP = 8
DRAWER, COLUMN = 440, 500
WIDE = 1500  # from here on the card of a weight has a column of its own


class BenchArea(QWidget):
    """Lays out the stage and the card."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self.stage = Stage(theme_source, self)
        self.card = WrittenCard(theme_source, self)
        self.weight = WeightCard(theme_source, self)
        self.long_way = LongWayView(theme_source, self)
        self._beside = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_beside(self, beside: bool) -> None:
        """Put the card at the right of the stage, or below it."""
        if beside != self._beside:
            self._beside = beside
        self._place()

    def minimumSizeHint(self) -> QSize:
        """Room for the blocks and the card."""
        return QSize(640, 300)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Everything finds its place anew."""
        super().resizeEvent(event)
        self._place()

    def set_long_way(self, taken: bool) -> None:
        """Show the long way instead of stage and card."""
        self.long_way.setVisible(taken)
        self.stage.setVisible(not taken)
        self.card.setVisible(not taken)

    def set_drawer(self, opened: bool) -> None:
        """Open or close the card of a weight: a column where there is room, else a drawer over the stage."""
        self.weight.setVisible(opened)
        self._place()

    def _place(self) -> None:
        width, height = self.width(), self.height()
        self.long_way.setGeometry(0, 0, width, height)
        drawer = COLUMN if width >= WIDE else DRAWER
        self.weight.setGeometry(self.width() - drawer, 0, drawer, height)
        if self.weight.isVisibleTo(self) and width >= WIDE:
            width -= COLUMN + GAP
        if self._beside:
            card = max(260, min(360, width // 4))
            self.stage.setGeometry(0, 0, width - card - GAP, height)
            self.card.setGeometry(width - card, 0, card, height)
            return
        card = 126 if height < 460 else min(260, int(height * 0.34))
        self.stage.setGeometry(0, 0, width, height - card - GAP)
        self.card.setGeometry(0, height - card, width, card)
