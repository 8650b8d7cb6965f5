"""The third row of the Learn page: health, the pictures of the first layer's weights, and the confusion matrix."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.card import Card
from nnvis.widgets.confusion import Confusion
from nnvis.widgets.feature_maps import FeatureMaps
from nnvis.widgets.first_layer import FirstLayer
from nnvis.widgets.health import Health
from nnvis.widgets.segmented import SegmentedControl

RESTING = (45, 55)  # how health and pictures share the width before the first batch: health has little to say then
_ANY_WIDTH = 16777215  # QWIDGETSIZE_MAX
VIEWS = (
    ("weights", "Weights", "What each unit of the first layer looks for."),
    ("maps", "Maps", "What each filter answers to your drawing, place by place."),
    ("confusion", "Confusion", "Which class is taken for which, on the validation images."),
)


class InspectionRow(QWidget):
    """Health takes the width that the others leave.

    Before the first batch the row is low. In a compact window pictures and matrix share one place.
    """

    view_changed = Signal(str)  # which of the cards that share a place is shown

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self.health = Health(theme_source)
        self.first_layer = FirstLayer(theme_source)
        self.confusion = Confusion(theme_source)
        self.maps = FeatureMaps(theme_source)
        self._has_maps = False
        self._views: tuple[str, ...] = ()  # that share one place
        self._resting = True
        self._has_pictures = True
        self._has_confusion = False
        self._view = "weights"
        self._switches: dict[Card, SegmentedControl] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.health, 1)
        self._row.addWidget(self.first_layer)
        self._row.addWidget(self.maps)
        self._row.addWidget(self.confusion)
        theme_source.metrics_changed.connect(self.arrange)
        self.arrange()

    @property
    def switch(self) -> SegmentedControl:
        """The choice between pictures and matrix, in the card that is shown."""
        return self._switches[self._cards[self._view]]

    @property
    def _cards(self) -> dict[str, Card]:
        return {"weights": self.first_layer, "maps": self.maps, "confusion": self.confusion}

    def set_maps(self, there: bool) -> None:
        """Say whether the network has convolutions."""
        if there != self._has_maps:
            self._has_maps = there
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

    def set_confusion(self, there: bool) -> None:
        """Say whether there is a confusion matrix: the network was validated, and answers with classes."""
        if there != self._has_confusion:
            self._has_confusion = there
            self.arrange()

    def arrange(self) -> None:
        """Fit the cards to the size of the window and to what they have to show."""
        metrics = self._theme_source.metrics
        matrix = self._has_confusion and not self._resting
        there = {"weights": self._has_pictures, "maps": self._has_maps, "confusion": matrix}
        apart = () if metrics.is_compact else ("confusion",)  # stands beside the others
        shared = tuple(name for name, is_there in there.items() if is_there and name not in apart)
        if self._view not in shared and shared:
            self._view = shared[0]
        self._share(shared if len(shared) > 1 else ())
        for name, card in self._cards.items():
            card.setVisible(there[name] and (name in apart or name == self._view))
            card.title_label.setVisible(name not in self._views)
        self._row.setSpacing(metrics.page_gap)
        self.maps.setFixedWidth(metrics.weights_width)
        self.maps.tiles.set_rows(2 if metrics.is_compact else 4)
        self.confusion.setFixedWidth(metrics.confusion_width or metrics.weights_width)
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
        for card in (self.health, self.first_layer):
            if (layout := card.layout()) is not None:
                layout.activate()  # else it may still answer with the height it had before
        needed = max(
            self.health.minimumSizeHint().height(),
            self.first_layer.minimumSizeHint().height() if self._has_pictures else 0,
        )
        self.setFixedHeight(needed if self._resting else max(needed, metrics.learn_rows[2]))

    def _share(self, views: tuple[str, ...]) -> None:
        """Offer these views in the heads of their cards, which share one place."""
        if views == self._views:
            return
        for switch in self._switches.values():
            switch.hide()
            switch.deleteLater()
        self._views, self._switches = views, {}
        parts = tuple(view for view in VIEWS if view[0] in views)
        for name in views:
            switch = SegmentedControl(self._theme_source, "Which of these is shown", parts)
            switch.set_current(self._view)
            switch.changed.connect(self._on_view_changed)
            self._cards[name].insert_in_head(switch)
            self._switches[self._cards[name]] = switch

    def show_view(self, view: str) -> None:
        """Show one of the cards that share a place."""
        if view in self._views:
            self._on_view_changed(view)

    def _on_view_changed(self, view: str) -> None:
        if view == self._view:
            return
        self._view = view
        for switch in self._switches.values():
            switch.set_current(view)
        self.arrange()
        self.view_changed.emit(view)
