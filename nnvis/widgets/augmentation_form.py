"""AugmentationForm: how the training images are varied, and what that does to eight of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.data.augmentation import Augmentation
from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import Button
from nnvis.widgets.config_form import ConfigEditor
from nnvis.widgets.field_grid import FieldGrid
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.sample_strip import SampleStrip
from nnvis.widgets.segmented import SegmentedControl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PREVIEWED = 8
_WAYS = (
    ("off", "Off", "Every image is trained on as it is."),
    ("digits", "Digits", "Turned, shifted, bent and thickened a little: a good start for handwritten digits."),
    ("own", "Own", "Choose by yourself how much of each change."),
)


class AugmentationForm(QWidget):
    """A choice of three, eight varied images, and the fields where the choice is one's own."""

    changed = Signal(object)  # Augmentation
    others_requested = Signal()  # eight other images, or the same ones varied anew

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = Augmentation()
        self._is_own = False
        self.ways = SegmentedControl(theme_source, "Augmentation", _WAYS)
        self.strip = SampleStrip(theme_source)
        self.strip.setAccessibleName("Training images, varied")
        explain(self.strip, "Eight training images as one batch may get them; click to vary them anew.")
        self._again = Button(theme_source, "Another eight", "small_link", "", "Vary eight other images.")
        self.editor = ConfigEditor(theme_source, self, label_above=True)
        self._grid = FieldGrid(2)
        title = text_label("Augmentation", tone="secondary")
        explain(title, "Each image is changed a little whenever it is trained on, to learn what matters.")
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.ways)
        foot.addWidget(self._again, 0, Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self.strip)
        layout.addLayout(foot)
        layout.addWidget(self._grid)
        self.ways.changed.connect(self._on_way_chosen)
        self.editor.changed.connect(self.changed)
        self.editor.cells_changed.connect(lambda: self._grid.set_cells(self.editor.cells))
        self.strip.others_requested.connect(self.others_requested)
        self._again.clicked.connect(self.others_requested)
        self.editor.set_value(self._value)
        self._show_way()

    @property
    def value(self) -> Augmentation:
        """What is shown."""
        return self._value

    def set_value(self, value: Augmentation) -> None:
        """Show how images are varied; emits nothing."""
        if value != self._value:
            self._value = value
            self.editor.set_value(value)
            self._show_way()

    def set_images(self, images: Sequence[NDArray[np.uint8]]) -> None:
        """The varied images: uint8 (H, W) each."""
        self.strip.set_images([(image.tobytes(), image.shape[1], image.shape[0]) for image in images])

    @property
    def _way(self) -> str:
        known = {Augmentation(): "off", Augmentation.digits(): "digits"}
        return "own" if self._is_own else known.get(self._value, "own")

    def _on_way_chosen(self, way: str) -> None:
        self._is_own = way == "own"
        values = {"off": Augmentation(), "digits": Augmentation.digits()}
        value = values.get(way, self._value)
        self._show_way()
        if value != self._value:
            self.set_value(value)
            self.changed.emit(value)

    def _show_way(self) -> None:
        way = self._way
        self.ways.set_current(way)
        self._grid.setVisible(way == "own")
        for part in (self.strip, self._again):
            part.setVisible(way != "off")
