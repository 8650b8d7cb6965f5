"""The feature maps of the Learn page: what the convolutions answer to the drawing, live."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from core.sequential import Sequential
from nnvis.widgets.feature_maps import FeatureMaps, Maps
from nnvis.widgets.redraw_budget import Part, RedrawBudget

if TYPE_CHECKING:
    from nnvis.session import Session

KINDS = ("Conv2D",)
BEHIND = ("Activation", "BatchNormalization")  # belong to the convolution before them


class MapsRow(QObject):
    """Brings the card up to date while the network learns and while one draws."""

    def __init__(self, session: Session, card: FeatureMaps, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._card = card
        self._part = Part("maps", self.draw, 8, 3, self._in_sight, self._painting)
        self._wake: Callable[[], None] | None = None
        session.drawing_changed.connect(self._on_drawing_changed)

    def add_to(self, budget: RedrawBudget, wake: Callable[[], None]) -> None:
        """Let the budget say when to draw; `wake` makes it look."""
        budget.add(self._part)
        self._wake = wake

    def clear(self, titles: dict[str, str]) -> bool:
        """A fresh network; whether it has feature maps at all."""
        project = self._session.running_project
        kinds = {index: layer.kind_name() for index, layer in enumerate(project.layers)} if project else {}
        names: list[str] = []
        for view in self._session.views:
            if kinds.get(view.layer) in KINDS and view.layer_name not in names:
                names.append(view.layer_name)
        self._card.set_layers([(name, titles.get(name, name)) for name in names])
        return bool(names)

    def draw(self) -> None:
        """Show the maps of the drawing; without one, of the first image of the data."""
        session = self._session
        drawn = session.drawing is not None
        image = session.drawing
        if image is None and session.dataset is not None:
            image = session.dataset.x_train[0]
        maps = session.look(feature_maps, image) if image is not None else None
        if maps:
            self._card.show_maps(maps, "your drawing" if drawn else "the first image")

    def _on_drawing_changed(self) -> None:
        self._part.due = True
        if self._wake is not None and self._in_sight():
            self._wake()

    def _in_sight(self) -> bool:
        return self._card.isVisible() and not self._card.visibleRegion().isEmpty()

    def _painting(self) -> float:
        return self._card.tiles.painted_seconds


def feature_maps(model: Sequential, X: NDArray[np.float32]) -> list[Maps]:
    """The outputs of every convolution for one image, behind its activation, also where that is a layer of its own."""
    model.forward(X)
    found: list[Maps] = []
    follows = False
    for layer in model.layers:
        if layer.kind_name() in KINDS:
            found.append(Maps(layer.name, layer.arrays()["Y"][0].copy()))
            follows = True
        elif follows and layer.kind_name() in BEHIND:
            found[-1] = Maps(found[-1].layer, layer.arrays()["Y"][0].copy())
        else:
            follows = False
    return found
