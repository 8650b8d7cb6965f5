"""The first layer's weights as pictures: what each unit looks for in an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.sequential import WeightView
from nnvis import number_text
from nnvis.colour_maps import signed_indices
from nnvis.theme import ThemeSource
from nnvis.widgets.card import Card
from nnvis.widgets.chart_scale import round_number, round_up
from nnvis.widgets.color_bar import ColorBar
from nnvis.widgets.histogram_bins import starting_reach
from nnvis.widgets.labels import GivingLabel, explain
from nnvis.widgets.painted import stand_on
from nnvis.widgets.picture_view import PictureView
from nnvis.widgets.segmented import SegmentedControl
from nnvis.widgets.tile_grid import TileGrid
from nnvis.widgets.unit_ranking import strongest

Floats = NDArray[np.floating]

SHOWN = (
    ("W", "W", "The weights themselves."),
    ("change", "W − W₀", "W − W₀ shows what was learned; pixels that never carry ink stay white."),
)


def as_pictures(view: WeightView, image: tuple[int, ...]) -> tuple[int, int] | None:
    """Return the height and width of one unit's picture, or None when the weights are no pictures.

    A Dense layer on the flat pixels of a grey image has one weight a pixel; a convolution on one channel has kernels.
    """
    if len(image) != 3 or image[2] != 1:
        return None
    if len(view.shape) == 2 and view.shape[0] == image[0] * image[1]:
        return image[0], image[1]
    if len(view.shape) == 4 and view.shape[2] == 1:
        return view.shape[0], view.shape[1]
    return None


class FirstLayer(Card):
    """As many units as there is room for, the strongest first; blue is negative, orange positive."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, "First-layer weights", parent=parent)
        self._view: WeightView | None = None
        self._picture = (1, 1)
        self._initial: Floats = np.empty(0, np.float32)
        self._now: Floats | None = None
        self._units: list[int] = []
        self._tops = {"W": 1.0, "change": 1.0}
        self.tiles = TileGrid(theme_source)
        stand_on(self.tiles, "card")
        self.tiles.setAccessibleName("Weights of the first layer as pictures")
        self.bar = ColorBar(theme_source, "signed", "", "", 64)
        self.switch = SegmentedControl(theme_source, "What the pictures show", SHOWN)
        self.switch.set_current("change")
        self.add_to_head(self.bar)
        self.add_to_head(self.switch)
        self.body.addWidget(self.tiles)
        self.foot_bar = ColorBar(theme_source, "signed", "", "", 96)
        for bar in (self.bar, self.foot_bar):
            explain(bar, "The same scale for all pictures and for the whole run: white is 0.")
        self._foot_words = GivingLabel(tone="faint")
        self._foot_words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 4, 0, 0)
        foot.setSpacing(8)
        foot.addWidget(self.foot_bar)
        foot.addWidget(self._foot_words, 1)
        self.body.addWidget(self._foot)
        self.body.addStretch(1)
        self._foot.hide()
        explain(self.title_label, "What each unit of the first layer looks for: orange counts for it, blue against it.")
        self.tiles.capacity_changed.connect(self._on_capacity_changed)
        self.tiles.pointed_at.connect(self._on_pointed_at)
        self.switch.changed.connect(self._on_switched)
        self.tiles.opened.connect(self._on_opened)
        self._source = theme_source
        self._large: PictureView | None = None
        self._unit = 0  # that is enlarged

    @property
    def units(self) -> list[int]:
        """The units that are shown, by place."""
        return self._units

    @property
    def shows(self) -> str:
        """What the pictures show: ``W``, or ``change`` once there is one."""
        return self.switch.current if self._now is not None else "W"

    @property
    def top(self) -> float:
        """The value of the darkest orange."""
        return self._tops[self.shows]

    def set_foot(self, below: bool) -> None:
        """Put the words and the colour scale below the pictures: a narrow card has no room for them in its head."""
        self.bar.setVisible(not below)
        self._foot.setVisible(below)
        self._say()

    @property
    def words(self) -> str:
        """What is said about the pictures."""
        return self._foot_words.text() if self._foot.isVisibleTo(self) else self.caption_label.text()

    def _tell(self, words: str) -> None:
        below = self._foot.isVisibleTo(self)
        self.set_caption("" if below else words)
        self._foot_words.setText(words if below else "")
        self.setAccessibleDescription(words)

    def set_network(self, view: WeightView, picture: tuple[int, int], initial: Floats) -> None:
        """Show the first weights of a fresh network; ``view`` is where they lie in the flat vector."""
        self._view, self._picture, self._initial, self._now = view, picture, initial, None
        self._units = []
        # Fixed for the run: a scale that moves would hide that the weights grow.
        reach = starting_reach(view.of(np.asarray(initial)).ravel())
        self._tops = {"W": reach, "change": round_up(0.6 * reach)}
        self.switch.hide()
        self._draw()

    def show_parameters(self, parameters: Floats) -> None:
        """Show the weights of now."""
        if self._view is None or parameters.shape != self._initial.shape:
            return
        self._now = parameters
        self.switch.show()
        self._draw()

    def _draw(self) -> None:
        if self._view is None:
            return
        height, width = self._picture
        first = self._matrix(self._initial)
        values = first if self._now is None else self._matrix(self._now)
        if self.shows == "change":
            values = values - first
        self.tiles.fit(values.shape[1])
        places = min(self.tiles.capacity, values.shape[1])
        if self._now is None:
            self._units = list(range(places))
        else:
            self._units = strongest(np.einsum("ij,ij->j", values, values), self._units, places)
        chosen = values[:, self._units].T.reshape(-1, height, width)
        self.tiles.set_tiles(signed_indices(chosen, self.top))
        for bar in (self.bar, self.foot_bar):
            bar.set_range(f"{number_text.MINUS}{round_number(self.top)}", f"+{round_number(self.top)}")
        self._say()
        if self._large is not None and self._large.isVisible():
            self._enlarge()

    def _enlarge(self) -> None:
        """Show the picture of one unit large."""
        if self._view is None or self._large is None:
            return
        what = "What unit {} has learnt, W − W₀" if self.shows == "change" else "Weights of unit {}, W"
        title = what.format(f"{self._unit} of {self._view.shape[-1]}")
        self._large.show_picture(title, self.values_of(self._unit), self.top)

    def values_of(self, unit: int) -> Floats:
        """The picture of a unit as it is shown. Shape: (height, width)."""
        now = self._matrix(self._initial if self._now is None else self._now)
        values = now - self._matrix(self._initial) if self.shows == "change" else now
        return values[:, unit].reshape(self._picture)

    def _on_opened(self, place: int) -> None:
        if self._large is None:
            self._large = PictureView(self._source, "signed", self.window())
            self._large.walk_requested.connect(self._on_walk)
        self._unit = self._units[place]
        self._enlarge()
        self._large.open()

    def _on_walk(self, by: int) -> None:
        """The unit beside it among those that are shown; from one that is not any more, the first."""
        at = self._units.index(self._unit) if self._unit in self._units else -by
        self._unit = self._units[(at + by) % len(self._units)]
        self._enlarge()

    def _matrix(self, flat: Floats) -> Floats:
        """Return the weights as (pixels, units)."""
        assert self._view is not None
        return self._view.of(np.asarray(flat)).reshape(-1, self._view.shape[-1])

    def _say(self) -> None:
        if self._view is None:
            return
        total, place = self._view.shape[-1], self.tiles.place
        if 0 <= place < len(self._units):
            unit = self._units[place]
            values = self._matrix(self._initial if self._now is None else self._now)[:, unit]
            if self.shows == "change":
                values = values - self._matrix(self._initial)[:, unit]
            span = f"{number_text.signed(float(values.min()), 2)} to {number_text.signed(float(values.max()), 2)}"
            self._tell(f"unit {unit} of {total}: {span}")
            return
        count = len(self._units)
        shown = f"{count} of {total} units" if count < total else f"{total} units"
        if self._now is None:
            self._tell(f"still noise: {shown}")
        else:
            self._tell(f"{count} strongest of {total} units" if count < total else shown)

    def _on_capacity_changed(self, _capacity: int) -> None:
        self._draw()

    def _on_switched(self, _shown: str) -> None:
        self._units = []  # another ranking: what has changed most is not what is largest
        self._draw()

    def _on_pointed_at(self, _place: int) -> None:
        if self._view is not None:
            self._say()


if __name__ == "__main__":
    from core.layers import Dense, Flatten
    from core.sequential import Sequential
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        model = Sequential([Flatten(), Dense(units=128)], seed=7)
        model.build((28, 28, 1))
        card = FirstLayer(source)
        card.setMinimumWidth(802)
        card.set_network(model.parameter_views()[0], (28, 28), model.parameters.copy())
        return card

    preview(_sample, 838, 140)
