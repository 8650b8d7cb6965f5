"""RecipeForm: how the network is trained, in two columns, put together from the declarations of several objects."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.early_stopping import EarlyStopping
from core.hyper import Hyper
from core.losses import LOSSES
from core.optimizers import OPTIMIZERS
from core.schedules import SCHEDULES, Constant
from nnvis.project import MAX_SEED, Project
from nnvis.theme import ThemeSource
from nnvis.widgets.config_form import ConfigEditor
from nnvis.widgets.field_cell import FieldCell
from nnvis.widgets.field_choice import OptionalField
from nnvis.widgets.field_grid import FieldGrid, GridItem, MoreButton
from nnvis.widgets.field_number import NumberField
from nnvis.widgets.field_picture import graph_icon
from nnvis.widgets.labels import GivingLabel, text_label
from nnvis.widgets.schedule_curve import ScheduleCurve, rate_factors

_NEXT_RUN = "A change applies when a new run starts; the present one goes on as it is."
_NOTHING_TO_WATCH = "There are no validation images to watch."
_SEED = Hyper("seed", 7, "int", low=0, high=MAX_SEED, help="Same seed, same weights, same batches.")
_PATIENCE = Hyper(
    "patience", None, "int", low=1, high=1000, optional=True, title="Early stopping",
    help="End the run after so many epochs without improvement on the validation images.",
)  # fmt: skip


class RecipeForm(QWidget):
    """Optimizer, batches, schedule, validation, early stopping, seed and loss."""

    optimizer_changed = Signal(object)
    training_changed = Signal(object)
    schedule_changed = Signal(object)
    early_stopping_changed = Signal(object)  # EarlyStopping or None
    loss_changed = Signal(object)
    seed_changed = Signal(object)  # int; a Signal(int) would wrap at 2³¹

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme_source
        self._project: Project | None = None
        self._make_editors()
        self._curve = ScheduleCurve(theme_source, self)
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
        theme_source.metrics_changed.connect(self._on_metrics_changed)
        self._on_metrics_changed()

    def _make_editors(self) -> None:
        source = self._source
        self.optimizer = ConfigEditor(
            source, self, label_above=True, catalogue=OPTIMIZERS, catalogue_label="Optimizer",
            catalogue_help="How the weights move, given their gradient.",
        )  # fmt: skip
        self.schedule = ConfigEditor(
            source, self, label_above=True, catalogue=SCHEDULES, catalogue_label="Schedule",
            catalogue_help="How the learning rate changes over the run.", catalogue_picture=self._schedule_picture,
        )  # fmt: skip
        self.training = ConfigEditor(source, self, label_above=True)
        self.stopping = ConfigEditor(source, self, label_above=True, leave_out=("patience",))
        self.loss = ConfigEditor(
            source, self, label_above=True, wide=("type",), catalogue=LOSSES, catalogue_label="Loss",
            catalogue_help="The one number that training makes small.",
        )  # fmt: skip
        self.seed = FieldCell(NumberField(_SEED, source), label_above=True)
        self.patience = FieldCell(
            OptionalField(NumberField(_PATIENCE, source), first=EarlyStopping().patience),
            label_above=True, with_reset=False,
        )  # fmt: skip
        self.seed.committed.connect(self._on_seed_committed)
        self.patience.committed.connect(self._on_patience_committed)
        for editor, changed in (
            (self.optimizer, self.optimizer_changed),
            (self.schedule, self.schedule_changed),
            (self.training, self.training_changed),
            (self.stopping, self.early_stopping_changed),
            (self.loss, self.loss_changed),
        ):
            editor.changed.connect(changed)
            editor.cells_changed.connect(self._on_cells_changed)
        self._needs_layout = True

    def show_project(self, project: Project) -> None:
        """Show how `project` is trained; emits nothing."""
        before, self._project = self._project, project
        self.optimizer.set_value(project.optimizer)
        self.schedule.set_value(project.schedule)
        self.training.set_value(project.training)
        self.stopping.set_value(project.early_stopping or EarlyStopping())
        self.loss.set_value(project.loss)
        self.seed.set_value(project.seed)
        stopping = project.early_stopping
        self.patience.set_value(stopping.patience if stopping else None)
        self.patience.set_problem(_NOTHING_TO_WATCH if stopping and not project.data.validation_share else "")
        self._curve.show_schedule(project.schedule, project.optimizer.learning_rate, project.training.epochs)
        if before is None or (before.early_stopping is None) != (stopping is None):
            self._needs_layout = True
        if self._needs_layout:
            self._lay_out()
        self._more.set_changes(self._advanced)

    def set_running(self, running: bool) -> None:
        """While a network is trained, mark the fields that do not apply at the next batch, as the head says."""
        self._when.setText("applies at the next batch" if running else "")
        for cell in (*self._usual, *self._advanced):
            waits = running and isinstance(cell, FieldCell) and not cell.field.declared.live
            if isinstance(cell, FieldCell):
                cell.set_remark("next run" if waits else "", _NEXT_RUN if waits else "")

    @property
    def _usual(self) -> list[GridItem]:
        kind, *schedule = self.schedule.cells
        *batches, validations = self.training.cells
        is_flat = self._project is None or isinstance(self._project.schedule, Constant)
        curve: list[GridItem] = [] if is_flat else [self._curve]
        pairs: list[GridItem] = [*batches, kind, self.seed, *schedule, *curve, validations, self.patience]
        return [*self.optimizer.cells, *pairs, *self.loss.cells]

    @property
    def _advanced(self) -> list[FieldCell]:
        editors = [self.optimizer, self.schedule, self.training, self.loss]
        cells = [cell for editor in editors for cell in editor.advanced_cells]
        return cells + (self.stopping.all_cells if self._project and self._project.early_stopping else [])

    def _lay_out(self) -> None:
        self._needs_layout = False
        shown = self._more.isChecked()
        usual, advanced = self._usual, self._advanced
        kept: list[QWidget] = [*advanced, *self.stopping.all_cells, self._curve]
        visible: list[GridItem] = [*usual, *advanced] if shown else usual
        self._grid.set_cells(visible, [part for part in kept if part not in visible])

    def _schedule_picture(self, name: str) -> QIcon:
        kind = next(kind for kind in SCHEDULES if kind.kind_name() == name)
        return graph_icon(rate_factors(kind(), 6, 49), self._source)

    def _on_cells_changed(self) -> None:
        self._needs_layout = True

    def _on_seed_committed(self, _name: str, seed: object) -> None:
        self.seed_changed.emit(seed)

    def _on_patience_committed(self, _name: str, patience: object) -> None:
        before = (self._project.early_stopping if self._project else None) or EarlyStopping()
        self.early_stopping_changed.emit(None if patience is None else before.replace(patience=patience))

    def _on_metrics_changed(self) -> None:
        metrics = self._source.metrics
        self._grid.set_spacing(4 if metrics.is_compact else 8)
        self._layout.setContentsMargins(metrics.dock_padding, 0, metrics.dock_padding, 12)
