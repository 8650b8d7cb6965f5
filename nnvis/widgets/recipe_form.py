"""RecipeForm: how the network is trained, in two columns, put together from the declarations of several objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.hyper import Configurable, Hyper
from nnvis.theme import ThemeSource
from nnvis.widgets.config_form import ConfigEditor
from nnvis.widgets.field_cell import FieldCell
from nnvis.widgets.field_grid import FieldGrid, MoreButton
from nnvis.widgets.field_number import NumberField
from nnvis.widgets.labels import GivingLabel, text_label

_NEXT_RUN = "A change applies when a new run starts; the present one goes on as it is."


class RecipeForm(QWidget):
    """Optimizer with its fields, training recipe, data recipe, seed and loss."""

    optimizer_changed = Signal(object)
    training_changed = Signal(object)
    data_changed = Signal(object)
    loss_changed = Signal(object)
    seed_changed = Signal(object)  # int; a Signal(int) would wrap at 2³¹

    def __init__(
        self,
        theme_source: ThemeSource,
        *,
        optimizers: Sequence[type[Configurable]],
        losses: Sequence[type[Configurable]],
        largest_seed: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = theme_source
        self.optimizer = ConfigEditor(
            theme_source, self, label_above=True, catalogue=optimizers, catalogue_label="Optimizer",
            catalogue_help="How the weights move, given their gradient.",
        )  # fmt: skip
        self.training = ConfigEditor(theme_source, self, label_above=True)
        self.data = ConfigEditor(theme_source, self, label_above=True, leave_out=("dataset",))
        self.loss = ConfigEditor(
            theme_source, self, label_above=True, wide=("type",), catalogue=losses, catalogue_label="Loss",
            catalogue_help="The one number that training makes small.",
        )  # fmt: skip
        seed = Hyper("seed", 7, "int", low=0, high=largest_seed, help="Same seed, same weights, same batches.")
        self.seed = FieldCell(NumberField(seed, theme_source), label_above=True)
        self.seed.committed.connect(self._on_seed_committed)
        self._grid = FieldGrid(2)
        self._more = MoreButton()
        self._more.toggled.connect(self._lay_out)
        self._when = GivingLabel("", "caption")
        head = QHBoxLayout()
        head.setContentsMargins(0, 8, 0, 8)
        head.addWidget(text_label("Training", "title"))
        head.addStretch(1)
        head.addWidget(self._when)
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(0)
        self._layout.addLayout(head)
        self._layout.addWidget(self._grid)
        self._layout.addWidget(self._more, 0, Qt.AlignmentFlag.AlignRight)
        for editor, changed in (
            (self.optimizer, self.optimizer_changed),
            (self.training, self.training_changed),
            (self.data, self.data_changed),
            (self.loss, self.loss_changed),
        ):
            editor.changed.connect(changed)
            editor.cells_changed.connect(self._lay_out)
        theme_source.metrics_changed.connect(self._on_metrics_changed)
        self._on_metrics_changed()

    def set_values(self, optimizer: Any, training: Any, data: Any, loss: Any, seed: int) -> None:
        """Show these; emits nothing."""
        for editor, value in (
            (self.optimizer, optimizer), (self.training, training), (self.data, data), (self.loss, loss)
        ):  # fmt: skip
            editor.set_value(value)
        self.seed.set_value(seed)
        self._more.set_changes(self._advanced)

    def set_running(self, running: bool) -> None:
        """While a network is trained, mark the fields that do not apply at the next batch, as the head says."""
        self._when.setText("applies at the next batch" if running else "")
        for cell in (*self._usual, *self._advanced):
            waits = running and not cell.field.declared.live
            cell.set_remark("next run" if waits else "", _NEXT_RUN if waits else "")

    @property
    def _editors(self) -> tuple[ConfigEditor, ...]:
        return (self.optimizer, self.training, self.data, self.loss)

    @property
    def _usual(self) -> list[FieldCell]:
        data, loss = self.data.cells, self.loss.cells
        return [*self.optimizer.cells, *self.training.cells, *data, self.seed, *loss]

    @property
    def _advanced(self) -> list[FieldCell]:
        return [cell for editor in self._editors for cell in editor.advanced_cells]

    def _lay_out(self) -> None:
        shown = self._more.isChecked()
        usual, advanced = self._usual, self._advanced
        self._grid.set_cells([*usual, *advanced] if shown else usual, () if shown else advanced)

    def _on_seed_committed(self, _name: str, seed: object) -> None:
        self.seed_changed.emit(seed)

    def _on_metrics_changed(self) -> None:
        metrics = self._source.metrics
        self._grid.set_spacing(4 if metrics.is_compact else 8)
        self._layout.setContentsMargins(metrics.dock_padding, 0, metrics.dock_padding, 12)
