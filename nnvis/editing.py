"""ProjectEditing: the half of the Session that knows the project: edits, undo, selection, files, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core import stack
from core.advice import advise
from core.data import Dataset, PenMixture, Source
from core.data.augmentation import Augmentation
from core.early_stopping import EarlyStopping
from core.errors import ConfigError, FileError
from core.layers.base import Layer
from core.losses import Loss
from core.optimizers import Optimizer
from core.schedules import Schedule
from nnvis import changes, messages
from nnvis.changes import Change
from nnvis.edits import Edits
from nnvis.messages import Message
from nnvis.project import Project
from nnvis.recipe import DataRecipe, OwnMixture, TrainingRecipe


class ProjectEditing(QObject):
    """The project on the table. Every edit makes a new Project; the old one is the undo step."""

    project_changed = Signal()
    dataset_changed = Signal()
    selected_layer_changed = Signal()
    message_posted = Signal(object)  # Message
    message_cleared = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._edits = Edits(Project.default())
        self.project_path: Path | None = None
        self.dataset: Dataset | None = None
        self.layer_reports: tuple[stack.LayerReport, ...] = ()
        self.problems: tuple[stack.Problem, ...] = ()
        self.selected_layer: int | None = None
        self.message: Message | None = None
        self._inspect()

    @property
    def project(self) -> Project:
        """The project as it is edited now."""
        return self._edits.project

    @property
    def is_modified(self) -> bool:
        """Whether the project differs from its file."""
        return self._edits.is_modified

    @property
    def undo_text(self) -> str:
        """What undo would take back, such as "change units of dense_2"; empty when there is nothing."""
        return self._edits.undo_text

    @property
    def redo_text(self) -> str:
        """What redo would do again; empty when there is nothing."""
        return self._edits.redo_text

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self.undo_text)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone edit."""
        return bool(self.redo_text)

    # --- edits ----------------------------------------------------------------------------------------------------

    def set_project(self, project: Project, undo_text: str = "change project") -> None:
        """Take over another project as one edit, which can be undone."""
        self._edit(Change(project, undo_text))

    def replace_layer(self, index: int, layer: Layer) -> None:
        """Put `layer` in the place of the one at `index`."""
        self._edit(changes.replace_layer(self.project, index, layer))

    def insert_layer(self, index: int, layer: Layer) -> None:
        """Put `layer` before the one at `index`, and select it."""
        self._edit(changes.insert_layer(self.project, index, layer), select=index)

    def remove_layer(self, index: int) -> None:
        """Take the layer at `index` out of the stack."""
        self._edit(changes.remove_layer(self.project, index))

    def move_layer(self, index: int, to: int) -> None:
        """Let the layer at `index` stand at `to`, and select it."""
        self._edit(changes.move_layer(self.project, index, to), select=to)

    def insert_layers(self, index: int, layers: Sequence[Layer]) -> None:
        """Put several layers before the one at `index`, as one edit, and select the first of them."""
        if layers:
            self._edit(changes.insert_layers(self.project, index, layers), select=index)

    def remove_layers(self, indices: Sequence[int]) -> None:
        """Take several layers out of the stack, as one edit."""
        self._edit(changes.remove_layers(self.project, indices))

    def move_layers(self, indices: Sequence[int], to: int) -> None:
        """Let several layers stand before the one that is at `to` now, as one edit, and select the first of them."""
        place = changes.place_of_moved(indices, to)
        self._edit(changes.move_layers(self.project, indices, to), select=place)

    def enable_layers(self, indices: Sequence[int], enabled: bool) -> None:
        """Leave several layers out without deleting them, or use them again, as one edit."""
        self._edit(changes.enable_layers(self.project, indices, enabled))

    def set_layers(self, layers: Sequence[Layer], undo_text: str = "change layers") -> None:
        """Replace the whole stack."""
        self._edit(changes.set_layers(self.project, layers, undo_text))

    def apply_remedy(self, remedy: stack.Remedy) -> None:
        """Do what the button beside a problem says."""
        self.set_layers(remedy.layers, remedy.label[:1].lower() + remedy.label[1:])

    def set_loss(self, loss: Loss) -> None:
        """Measure errors with another loss."""
        self._edit(changes.set_loss(self.project, loss))

    def set_optimizer(self, optimizer: Optimizer) -> None:
        """Take another optimizer; while training, another learning rate or momentum holds from the next batch on."""
        self._edit(changes.set_optimizer(self.project, optimizer))

    def set_training(self, recipe: TrainingRecipe) -> None:
        """Change batch size (holds from the next batch on) or epochs (at once)."""
        self._edit(changes.set_training(self.project, recipe))

    def set_source(self, source: Source) -> None:
        """Learn from other images."""
        self._edit(changes.set_source(self.project, source))

    def set_data(self, recipe: DataRecipe) -> None:
        """Change how the images are shared out and scaled."""
        self._edit(changes.set_data(self.project, recipe))

    def set_schedule(self, schedule: Schedule) -> None:
        """Let the learning rate change over the run otherwise."""
        self._edit(changes.set_schedule(self.project, schedule))

    def set_early_stopping(self, stopping: EarlyStopping | None) -> None:
        """End the run when it no longer improves; None: never before its time."""
        self._edit(changes.set_early_stopping(self.project, stopping))

    def set_augmentation(self, augmentation: Augmentation) -> None:
        """Vary the training images otherwise."""
        self._edit(changes.set_augmentation(self.project, augmentation))

    def set_pen_digits(self, mixture: PenMixture) -> None:
        """Mix in more or fewer pen digits; another share holds from the next batch on."""
        self._edit(changes.set_pen_digits(self.project, mixture))

    def set_own_digits(self, mixture: OwnMixture) -> None:
        """Let the user's own digits count more or less in the next training."""
        self._edit(changes.set_own_digits(self.project, mixture))

    def set_seed(self, seed: int) -> None:
        """Draw everything random from another seed."""
        self._edit(changes.set_seed(self.project, seed))

    def rename(self, name: str) -> None:
        """Give the project another name."""
        self._edit(changes.rename(self.project, name))

    def select_layer(self, index: int | None) -> None:
        """Select a layer in every view; None: none."""
        if index is not None and not 0 <= index < len(self.project.layers):
            index = None
        if index != self.selected_layer:
            self._edits.close()
            self.selected_layer = index
            self.selected_layer_changed.emit()

    def undo(self) -> None:
        """Take back the last edit."""
        if self._edits.undo():
            self._follow_edit()

    def redo(self) -> None:
        """Do the last undone edit again."""
        if self._edits.redo():
            self._follow_edit()

    def _edit(self, change: Change, select: int | None = None) -> None:
        if self._edits.record(change.project, change.text, change.field):
            self._follow_edit()
            if select is not None:
                self.select_layer(select)

    def _follow_edit(self) -> None:
        """Look at the edited project, and tell everybody that it has changed."""
        self._inspect()
        if self.selected_layer is not None and self.selected_layer >= len(self.project.layers):
            self.select_layer(len(self.project.layers) - 1)
        if self.message is not None and self.message.title == messages.CANNOT_TRAIN and not self._errors():
            self.clear_message()  # what it spoke of has been put right
        self._apply_edit()
        self.project_changed.emit()

    def _apply_edit(self) -> None:
        """What else follows from an edit: the Session tells the worker."""

    def _inspect(self) -> None:
        """Shapes, counts and problems of the stack. They can be known only once the images are."""
        layers = self.project.layers
        if self.dataset is None:
            names = stack.layer_names(layers)
            self.layer_reports = tuple(stack.LayerReport(name, None, None, 0, 0) for name in names)
            return
        self.layer_reports = stack.describe(layers, self.dataset.input_shape)
        self.problems = stack.check(
            layers, self.dataset.input_shape, self.dataset.classes, self.project.loss,
            batch_size=self.project.training.batch_size, optimizer=self.project.optimizer,
        )  # fmt: skip
        if not self.problems:
            self.problems = advise(layers, self.dataset.input_shape)

    def _errors(self) -> list[stack.Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    # --- project files ----------------------------------------------------------------------------------------------

    def open_project(self, path: str | Path) -> bool:
        """Open a project file: the run ends, a fresh network is prepared. False, with a message, when it cannot."""
        try:
            project = Project.load(path)
        except FileError as error:
            self._post(messages.file_failed("The project could not be opened.", error))
            return False
        self._start_with(project, Path(path))
        return True

    def forget_path(self) -> None:
        """The project goes on without a file: saving asks for one."""
        self.project_path = None

    def new_project(self) -> None:
        """Start again with the default project."""
        self._start_with(Project.default(), None)

    def save_project(self, path: str | Path | None = None) -> bool:
        """Save the project, under its present path unless another is given. False, with a message, when it cannot."""
        target = Path(path) if path is not None else self.project_path
        if target is None:
            raise ConfigError("The project has no file yet. Give a path to save it to.")
        try:
            self.project.save(target)
        except FileError as error:
            self._post(messages.file_failed("The project could not be saved.", error))
            return False
        self._mark_saved(target)
        return True

    def _mark_saved(self, path: Path) -> None:
        self.project_path = path
        self._edits.mark_saved()
        self.project_changed.emit()

    def _start_with(self, project: Project, path: Path | None) -> None:
        self._edits = Edits(project)
        self.project_path = path
        self.clear_message()
        self.select_layer(None)
        self._inspect()
        self._start_over()
        self.project_changed.emit()

    def _start_over(self) -> None:
        """What else follows from another project: the Session takes a fresh network."""

    # --- messages -------------------------------------------------------------------------------------------------

    def report(self, message: Message) -> None:
        """Say something that a panel has found."""
        self._post(message)

    def _post(self, message: Message) -> None:
        self.message = message
        self.message_posted.emit(message)

    def clear_message(self) -> None:
        """The message has been read, or does not hold any more."""
        if self.message is not None:
            self.message = None
            self.message_cleared.emit()
