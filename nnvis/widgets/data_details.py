"""DataDetails: what is done with the images before they are trained on: shared out, scaled, varied."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.hyper import Configurable
from nnvis.theme import ThemeSource
from nnvis.widgets.augmentation_form import AugmentationForm
from nnvis.widgets.config_form import ConfigEditor
from nnvis.widgets.field_grid import FieldGrid
from nnvis.widgets.labels import hairline

_NOT_CHOSEN_HERE = ("path",)  # a file is chosen in a dialog, or dropped


class DataDetails(QWidget):
    """The fields of the source, of the recipe for the data, and of the augmentation. `add` puts more below them."""

    source_changed = Signal(object)  # core.data.Source
    data_changed = Signal(object)  # nnvis.recipe.DataRecipe

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme_source
        self.data = ConfigEditor(theme_source, self, label_above=True)
        self.source = ConfigEditor(theme_source, self, label_above=True, leave_out=_NOT_CHOSEN_HERE)
        self.augmentation = AugmentationForm(theme_source)
        self._grid = FieldGrid(2)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._layout.addWidget(self._grid)
        self._layout.addWidget(hairline())
        self._layout.addWidget(self.augmentation)
        self.data.changed.connect(self.data_changed)
        self.source.changed.connect(self.source_changed)
        for editor in (self.data, self.source):
            editor.cells_changed.connect(self._lay_out)

    def show_recipe(self, source: Configurable, data: Configurable) -> None:
        """Show where the images come from and what is done with them; emits nothing."""
        self.data.set_value(data)
        self.source.set_value(source)

    def add(self, part: QWidget) -> None:
        """Put something more that concerns the data below the rest."""
        self._layout.addWidget(part)

    def _lay_out(self) -> None:
        self._grid.set_cells([*self.data.cells, *self.source.cells])
