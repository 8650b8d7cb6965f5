"""Feature maps: what each filter of a convolution answers, place by place, to the image that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnvis import number_text
from nnvis.colour_maps import magnitude_indices
from nnvis.theme import ThemeSource
from nnvis.widgets.card import Card
from nnvis.widgets.chart_scale import round_number, round_up
from nnvis.widgets.color_bar import ColorBar
from nnvis.widgets.labels import GivingLabel, explain
from nnvis.widgets.painted import stand_on
from nnvis.widgets.picture_view import PictureView
from nnvis.widgets.segmented import SegmentedControl
from nnvis.widgets.tile_grid import TileGrid

MOST_LAYERS = 4  # the switch has no room for more


@dataclass(frozen=True, eq=False)
class Maps:
    """The maps of one layer for one image. Shape of `values`: (height, width, filters)."""

    layer: str
    values: NDArray[np.float32]


class FeatureMaps(Card):
    """As many maps as there is room for, in the order of the filters, on one scale per layer."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, "Feature maps", parent=parent)
        self._source = theme_source
        self._names: tuple[str, ...] = ()
        self._maps: dict[str, Maps] = {}
        self._tops: dict[str, float] = {}
        self._of = ""
        self._view: PictureView | None = None
        self._place = 0
        self.switch = SegmentedControl(theme_source, "Which layer's maps are shown", (("", "1", ""),))
        self.switch.setParent(self)
        self.switch.hide()
        self.tiles = TileGrid(theme_source, map_name="magnitude")
        stand_on(self.tiles, "card")
        self.tiles.setAccessibleName("Feature maps")
        self.bar = ColorBar(theme_source, "magnitude", "0", "1", 96)
        self._words = GivingLabel(tone="faint")
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 4, 0, 0)
        foot.setSpacing(8)
        foot.addWidget(self.bar)
        foot.addWidget(self._words, 1)
        self.body.addWidget(self.tiles)
        self.body.addLayout(foot)
        self.body.addStretch(1)
        self.tiles.capacity_changed.connect(self._on_capacity_changed)
        self.tiles.opened.connect(self._on_opened)
        self.tiles.pointed_at.connect(self._on_pointed_at)
        explain(self.bar, "How strongly a filter answers: one scale for all maps of the layer.")
        explain(self.title_label, "What each filter answers to the image: bright where it found its pattern.")

    @property
    def layer(self) -> str:
        """The layer whose maps are shown."""
        return self.switch.current

    @property
    def values(self) -> NDArray[np.float32]:
        """The maps that are shown. Shape: (height, width, filters), all 0 long before there are any."""
        maps = self._maps.get(self.layer)
        return maps.values if maps is not None else np.zeros((0, 0, 0), np.float32)

    def set_layers(self, layers: Sequence[tuple[str, str]]) -> None:
        """Offer these layers, by unique name and title; the scales begin anew."""
        names = tuple(name for name, _ in layers[:MOST_LAYERS])
        self._maps, self._tops = {}, {}
        if names == self._names or not names:
            return
        self._names = names
        parts = tuple((name, str(place + 1), f"The maps of {title}.") for place, (name, title) in
                      enumerate(layers[:MOST_LAYERS]))  # fmt: skip
        before = self.switch
        self.switch = SegmentedControl(self._source, "Which layer's maps are shown", parts)
        self.switch.changed.connect(self._on_switched)
        self.add_to_head(self.switch)
        self.switch.setVisible(len(parts) > 1)
        before.hide()
        before.deleteLater()

    def show_maps(self, maps: Sequence[Maps], of: str) -> None:
        """Show what the layers gave; `of` says for which image."""
        self._maps = {each.layer: each for each in maps}
        self._of = of
        self._draw()

    def _draw(self) -> None:
        maps = self._maps.get(self.layer)
        if maps is None:
            return
        values = np.moveaxis(maps.values, -1, 0)
        highest = float(np.nan_to_num(values).max(initial=0.0))
        top = self._tops.get(self.layer, 0.0)
        if highest > top or highest < top / 8:  # one scale as long as it fits: a scale that moves hides what changes
            top = self._tops[self.layer] = round_up(highest) if highest > 0 else 1.0
        self.tiles.fit(len(values))
        self.tiles.set_tiles(magnitude_indices(values[: self.tiles.capacity], top))
        self.bar.set_range("0", round_number(top))
        self._say()
        if self._view is not None and self._view.isVisible():
            self._enlarge()

    def _say(self) -> None:
        maps = self._maps.get(self.layer)
        if maps is None:
            return
        count = maps.values.shape[-1]
        shown = min(self.tiles.capacity, count)
        some = f"{shown} of {count}" if shown < count else f"{count}"
        words = f"{some} maps of {number_text.shape(maps.values.shape[:2])}, {self._of}"
        place = self.tiles.place
        if 0 <= place < shown:
            part = maps.values[..., place]
            words = f"filter {place}: up to {number_text.decimal(float(part.max()), 2)}"
        self._words.setText(words)
        self.setAccessibleDescription(words)

    def _enlarge(self) -> None:
        maps = self._maps.get(self.layer)
        if maps is None or self._view is None:
            return
        count = maps.values.shape[-1]
        self._place %= count
        title = f"Filter {self._place} of {count}, {self._of}"
        self._view.show_picture(title, maps.values[..., self._place], self._tops[self.layer])

    def _on_opened(self, place: int) -> None:
        if self._view is None:
            self._view = PictureView(self._source, "magnitude", self.window())
            self._view.walk_requested.connect(self._on_walk)
        self._place = place
        self._enlarge()
        self._view.open()

    def _on_walk(self, by: int) -> None:
        self._place += by
        self._enlarge()

    def _on_switched(self, _layer: str) -> None:
        self._draw()

    def _on_capacity_changed(self, _capacity: int) -> None:
        self._draw()

    def _on_pointed_at(self, _place: int) -> None:
        self._say()
