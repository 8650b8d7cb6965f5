"""The page Diagram: how one image lights up the network, and below it the unit that is pointed at."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnvis.diagram_card import DiagramCard
from nnvis.session import Session
from nnvis.theme import ThemeSource
from nnvis.widgets.card import Card


class DiagramPanel(QWidget):
    """The card of the network, as large as there is room, and the card of the unit."""

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self.card = DiagramCard(session, theme_source)
        reader = Card(theme_source)
        reader.body.addWidget(self.card.unit)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self.card, 1)
        self._layout.addWidget(reader)
        theme_source.metrics_changed.connect(self._on_metrics_changed)
        self._on_metrics_changed()

    def _on_metrics_changed(self) -> None:
        gap = self._theme_source.metrics.page_gap
        self._layout.setContentsMargins(gap, gap, gap, gap)
        self._layout.setSpacing(gap)


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    preview(lambda source: DiagramPanel(Session(), source), 1000, 640, margin=0)
