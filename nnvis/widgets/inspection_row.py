"""The third row of the Learn page: health beside the pictures of the first layer's weights."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.first_layer import FirstLayer
from nnvis.widgets.health import Health

RESTING = (45, 55)  # how health and pictures share the width before the first batch: health has little to say then
_ANY_WIDTH = 16777215  # QWIDGETSIZE_MAX


class InspectionRow(QWidget):
    """Health takes the width that the pictures leave. Before the first batch the row is low."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self.health = Health(theme_source)
        self.first_layer = FirstLayer(theme_source)
        self._resting = True
        self._has_pictures = True
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.health, 1)
        self._row.addWidget(self.first_layer)
        theme_source.metrics_changed.connect(self.arrange)
        self.arrange()

    def set_resting(self, resting: bool) -> None:
        """Say whether nothing has been trained yet."""
        if resting != self._resting:
            self._resting = resting
            self.arrange()

    def set_pictures(self, there: bool) -> None:
        """Say whether the first layer's weights are pictures at all."""
        self._has_pictures = there
        self.arrange()

    def arrange(self) -> None:
        """Fit the cards to the size of the window and to what they have to show."""
        metrics = self._theme_source.metrics
        self._row.setSpacing(metrics.page_gap)
        self.first_layer.setVisible(self._has_pictures)
        self.first_layer.set_foot(not self._resting)
        if self._resting:
            self.first_layer.tiles.set_rows(1 if metrics.is_compact else 2)
            self.first_layer.setMinimumWidth(metrics.weights_width)
            self.first_layer.setMaximumWidth(_ANY_WIDTH)
        else:
            self.first_layer.tiles.set_rows(2 if metrics.is_compact else 4)
            self.first_layer.setFixedWidth(metrics.weights_width)
        self._row.setStretch(0, RESTING[0] if self._resting else 1)
        self._row.setStretch(1, RESTING[1] if self._resting else 0)
        needed = max(
            self.health.minimumSizeHint().height(),
            self.first_layer.minimumSizeHint().height() if self._has_pictures else 0,
        )
        self.setFixedHeight(needed if self._resting else max(needed, metrics.learn_rows[2]))
