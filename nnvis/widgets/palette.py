"""LayerPalette: all layers, from which one is put into the stack by mouse, by drag or by typing.

"conv 32 3 relu" in its field makes that layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QWidget

from nnvis.number_text import shape
from nnvis.theme import ThemeSource
from nnvis.widgets.layer_model import NEW_LAYERS
from nnvis.widgets.layer_offer import offers
from nnvis.widgets.layer_text import to_text
from nnvis.widgets.pick_card import PickCard
from nnvis.widgets.pick_list import Pick

if TYPE_CHECKING:
    from core.layers import Layer
    from core.layers.base import Shape

WIDTH = 308


class LayerPalette(PickCard):
    """Opened for one place of the stack; says which layers can stand there, and why the others cannot."""

    chosen = Signal(int, object)  # position, layer

    def __init__(self, theme_source: ThemeSource, kinds: Sequence[type[Layer]], window: QWidget) -> None:
        super().__init__(
            theme_source, window, self._offers, name="Add a layer", placeholder="Search, or type conv 32 3 relu",
            sentence="Type a part of a name, or a whole layer with its values, such as conv 32 3 relu or dropout 0.3.",
            verb="add", nothing="No layer of that name.", width=WIDTH,
        )  # fmt: skip
        self._kinds = kinds
        self._position = 0
        self._input_shape: Shape | None = None
        self.picked.connect(self._on_picked)

    def open_at(self, position: int, anchor: QRect, *, after: str, input_shape: Shape | None) -> None:
        """Open beside `anchor` (in the window) for a layer at `position`, behind the layer called `after`."""
        self._position, self._input_shape = position, input_shape
        self.left_words.setText(f"after {after}")
        self.right_words.setText("" if input_shape is None else f"output {shape(input_shape)}")
        self.open_beside(anchor)

    def _offers(self, text: str) -> list[Pick]:
        with_values = len(text.split()) > 1
        return [
            Pick(
                title=offer.title,
                sentence=offer.sentence,
                icon=offer.layer.icon,
                value=offer.layer,
                obstacle=offer.obstacle,
                chips=offer.layer.chips() if with_values else (),
                dragged=(NEW_LAYERS, to_text([offer.layer])),
                group="" if text.strip() else offer.layer.group,  # what is found stands in another order
            )
            for offer in offers(self._kinds, self._input_shape, text)
        ]

    def _on_picked(self, layer: object) -> None:
        self.chosen.emit(self._position, layer)
