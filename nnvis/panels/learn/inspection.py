"""The third row of the Learn page: the health of each layer, the first layer's pictures, and the confusion matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from nnvis.layer_health import health_rows, watched_images
from nnvis.panels.learn.layers import LayersRow
from nnvis.panels.learn.maps import MapsRow
from nnvis.theme import ThemeSource
from nnvis.widgets.first_layer import as_pictures
from nnvis.widgets.health import RECENT
from nnvis.widgets.inspection_row import InspectionRow
from nnvis.widgets.redraw_budget import Part, RedrawBudget

if TYPE_CHECKING:
    from nnvis.session import Session


class Inspection(QObject):
    """Brings the row up to date. The names of the layers are those of the distributions above."""

    def __init__(
        self, session: Session, theme_source: ThemeSource, layers: LayersRow, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._layers = layers
        self._checkup_shown: object = None
        self.row = InspectionRow(theme_source)
        self.maps = MapsRow(session, self.row.maps, self)
        self.row.view_changed.connect(self._on_view_changed)
        self.row.health.step_requested.connect(session.step_batch)

    def add_to(self, budget: RedrawBudget) -> None:
        """Let the budget say when to draw."""
        budget.add(Part("tiles", self._draw_tiles, 5, 2.5, self._tiles_in_sight, self._tile_painting))
        budget.add(Part("health", self._draw_health, 3, 2, self._health_in_sight, self._health_painting))

    def clear(self) -> None:
        """A fresh network: no health yet, and the pictures of its first weights."""
        session = self._session
        self.row.health.clear()
        self.row.set_resting(True)
        view = next((view for view in session.views if view.name == "W"), None)
        picture = as_pictures(view, session.shown_dataset.input_shape) if view and session.shown_dataset else None
        self.row.set_pictures(picture is not None)
        self.row.set_maps(self.maps.clear(self._layers.titles))
        if view is not None and picture is not None:
            self.row.first_layer.set_network(view, picture, session.initial_parameters)

    def _on_view_changed(self, view: str) -> None:
        if view == "maps":
            self.maps.draw()

    def _draw_tiles(self) -> None:
        if len(self._session.history):
            self.row.first_layer.show_parameters(self._session.parameters)

    def _draw_health(self) -> None:
        session, health = self._session, self.row.health
        rows = health_rows(session.history, session.shown_step, self._layers.titles, RECENT)
        if rows:
            health.show_rows(rows, watched_images(session.history, session.shown_step))
        elif health.rows:
            health.clear()
        self._show_confusion()
        self.row.set_resting(not health.rows)

    def _show_confusion(self) -> None:
        """Show the last validation before the step that is looked at; a new one comes a few times an epoch."""
        session = self._session
        checkups = session.history.checkups.until(session.shown_step)
        latest = checkups[-1] if checkups and checkups[-1].confusion.any() else None
        self.row.set_confusion(latest is not None)
        if latest is not None and latest is not self._checkup_shown and session.shown_dataset is not None:
            self.row.confusion.show_counts(latest.confusion, session.shown_dataset.class_names, latest.step)
        self._checkup_shown = latest

    def _tiles_in_sight(self) -> bool:
        return not self.row.first_layer.visibleRegion().isEmpty()

    def _tile_painting(self) -> float:
        return self.row.first_layer.tiles.painted_seconds

    def _health_in_sight(self) -> bool:
        return not self.row.visibleRegion().isEmpty()

    def _health_painting(self) -> float:
        return self.row.health.table.painted_seconds
