"""TemplateCard: networks to start from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from nnvis.number_text import count
from nnvis.presets import PRESETS
from nnvis.theme import ThemeSource
from nnvis.widgets.pick_card import PickCard
from nnvis.widgets.pick_list import Pick

if TYPE_CHECKING:
    from core.layers.base import Shape

WIDTH = 420


class TemplateCard(PickCard):
    """The value of what is picked is a Preset."""

    def __init__(self, theme_source: ThemeSource, window: QWidget) -> None:
        super().__init__(
            theme_source, window, self._presets, name="Templates", placeholder="Search templates", verb="use it",
            sentence="Type a word from the name of a network, or from what it shows.",
            nothing="No template of that name.", width=WIDTH,
        )  # fmt: skip
        self._classes = 0
        self._input_shape: Shape = ()
        self.left_words.setText("replaces layers, loss and optimizer; Undo brings them back")

    def open_for(self, classes: int, input_shape: Shape, anchor: QRect) -> None:
        """Open beside `anchor` (in the window) for images of this shape."""
        self._classes, self._input_shape = classes, input_shape
        self.open_beside(anchor, hangs=True)

    def _presets(self, text: str) -> Sequence[Pick]:
        from core.stack import describe

        found = []
        for preset in PRESETS:
            if all(word in f"{preset.title} {preset.sentence}".lower() for word in text.lower().split()):
                reports = describe(preset.layers(self._classes), self._input_shape)
                chips = (f"{count(sum(report.parameters for report in reports))} parameters",)
                found.append(Pick(preset.title, preset.sentence, preset.icon, preset, chips=chips))
        return found
