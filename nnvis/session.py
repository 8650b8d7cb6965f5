"""Session: the one state holder of the window. Methods in, signals out; panels meet here and nowhere else.

It is one object. Its parts stand in files of their own, each of which knows the ones before it: `editing.py` has the
project and its undo, `data_loading.py` the images, `shown_network.py` the network that is looked at, `network_files.py`
what is saved, `running.py` the training. Here another run is begun from an old one, the network is taught, and it is
said what went wrong.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.errors import ConfigError, CoreError, DivergenceError
from core.run_history import RunHistory
from nnvis import messages
from nnvis.carry_over import CarryOver, carry_over
from nnvis.history import History
from nnvis.messages import Message, MessageAction
from nnvis.microscope.specimen import Specimen
from nnvis.progress import Progress
from nnvis.running import Running, RunState
from nnvis.saved_run import SavedRun
from nnvis.shown_network import Finding
from nnvis.training.control import Goal
from nnvis.training.pen_drawer import PenProgress
from nnvis.training.snapshot import Snapshot
from nnvis.training.worker import Failure
from nnvis.viewer import Answer

__all__ = ["Answer", "Finding", "History", "Message", "Progress", "RunState", "Session", "Snapshot"]


class Session(Running):
    """Project, run and drawing. Belongs to the window's thread.

    Inherited signals: of ProjectEditing project_changed, dataset_changed, selected_layer_changed, message_posted and
    message_cleared; of DataLoading loading_changed; of ShownNetwork moment_changed, drawing_changed and answer_changed;
    of Running state_changed, history_cleared and snapshot_arrived.
    """

    stop_asked = Signal(str)  # somebody wants to see it in the Microscope: the name of a stop
    topic_asked = Signal(str)  # somebody wants to read why: what it is about
    specimen_arrived = Signal(object)  # Specimen: the answer to `ask_specimen`
    pen_digits_drawn = Signal()  # some more of them, or all: see `pen_progress`

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pen_progress: PenProgress | None = None  # of the pen digits that are mixed in; None before the first
        self.own.changed.connect(self._on_own_changed)
        self.study.found.connect(self._on_found)
        self._worker.looked.connect(self._on_looked)
        self._worker.failed.connect(self._on_failed)
        self._worker.pen_digits_drawn.connect(self._on_pen_digits_drawn)
        self._begin()

    def explain(self, name: str) -> None:
        """Open the theory page about this; see `help_topics`."""
        self.topic_asked.emit(name)

    def show_stop(self, name: str) -> None:
        """Open the Microscope at the stop of this name; see `microscope.named_stops`."""
        self.stop_asked.emit(name)

    # --- another run from an old one ----------------------------------------------------------------------------------

    def branch(self) -> None:
        """Start a new run from the weights that are shown, with the project as it is now and a fresh optimizer.

        Raises ConfigError when the stack was changed since: those weights do not fit it.
        """
        if self.has_other_layers:
            raise ConfigError("The layers were changed since: these weights fit only the stack they were trained in.")
        self.clear_message()
        self._prepare(SavedRun(self.parameters, RunHistory()))
        self._set_state(RunState.READY)

    @property
    def carry_over(self) -> CarryOver | None:
        """Which layers of the changed stack could keep what they have learnt; None: nothing was learnt, or none can."""
        old, network, dataset = self.running_project, self._network, self.dataset
        if old is None or network is None or dataset is None or not self.history.step:
            return None
        if self._errors() or not self.running_is_old or self._awaits_network or not self.has_data:
            return None
        found = carry_over(old.layers, network.dataset.input_shape, self.project.layers, dataset.input_shape)
        return found if found.pairs else None

    def train_carried_over(self) -> None:
        """Train the changed stack, from the trained weights where the layers still have theirs."""
        found = self.carry_over
        kept = self.kept_run() if found else None  # in mid-run the latest snapshot is a few batches old
        if found is None or kept is None or self._network is None:
            return
        arrays = found.arrays(self._network.viewer.parameter_views(), kept.keepsake.parameters)
        self.clear_message()
        self.test_result = None
        self._prepare(SavedRun(self.initial_parameters, RunHistory(), arrays=arrays))
        self._go(Goal.RUN)
        self._set_state(RunState.RUNNING)

    # --- teaching and looking ---------------------------------------------------------------------------------------

    @property
    def can_be_taught(self) -> bool:
        """Whether the network rests in the present, so that single steps may be made in it."""
        return self._network is not None and self.is_live and self.state in (
            RunState.READY, RunState.PAUSED, RunState.DONE,
        )  # fmt: skip

    def place(self, parameters: NDArray[np.float32]) -> None:
        """Let the resting network go on with other parameters: those that it was taught, or had before that."""
        if self.can_be_taught:
            self._control.place(parameters)
            if self.state is RunState.DONE:  # its test was that of other weights
                self.test_result = None
                self._set_state(RunState.PAUSED)

    def ask_specimen(self) -> None:
        """Ask for what the next update works on, or the one after the moment that is looked at.

        `specimen_arrived` brings it, also while training goes on; nothing comes where no update followed.
        """
        self._control.look(self.shown_step if self._place_of_moment is not None else None)

    def _on_looked(self, specimen: Specimen) -> None:
        if specimen.run == self._run:
            self.specimen_arrived.emit(specimen)

    # --- what is said -----------------------------------------------------------------------------------------------

    def _on_own_changed(self) -> None:
        if self.project.own_digits.weight and self._is_fresh:
            self._prepare()  # the page shows the network that would be trained

    def _on_pen_digits_drawn(self, progress: PenProgress) -> None:
        self.pen_progress = progress
        self.pen_digits_drawn.emit()

    def _on_failed(self, failure: Failure) -> None:
        if failure.run != self._run:
            return
        self._set_state(RunState.FAILED)
        error = failure.error
        if isinstance(error, DivergenceError):
            healthy = self._last_healthy_step()
            self._post(
                messages.diverged(error, self._running.optimizer, self._restart_with_rate, healthy, self.look_back)
            )
        elif isinstance(error, MemoryError):
            self._post(messages.out_of_memory())
        elif isinstance(error, CoreError):
            self._post(messages.expected_failure(error, failure.doing))
        else:
            self._post(messages.unexpected(error, failure.doing))

    def _on_found(self, finding: Finding) -> None:
        if isinstance(finding.error, CoreError):
            self._post(Message("error", "This could not be computed.", str(finding.error)))
        elif finding.error is not None:
            self._post(messages.unexpected(finding.error, "looking at the network"))

    def ways_out(self) -> tuple[MessageAction, ...]:
        """What can be done about a network whose numbers have grown beyond all bounds; the first is offered first."""
        healthy = self._last_healthy_step()
        return messages.ways_out(self._running.optimizer, self._restart_with_rate, healthy, self.look_back)

    def _last_healthy_step(self) -> int | None:
        """The last kept moment before the loss rose for good above where it began; None when none is kept."""
        losses = self.history.train_losses
        fine = np.flatnonzero(losses <= 1.5 * losses[0]) if len(losses) else np.empty(0, np.int64)
        last = int(self.history.train_steps[fine[-1]]) - 1 if len(fine) else 0  # batch n was met after n - 1 updates
        kept = [step for step in self.timeline.steps if step <= last] if self.timeline else []
        return kept[-1] if kept else None

    def _restart_with_rate(self, learning_rate: float) -> None:
        self.set_optimizer(self.project.optimizer.replace(learning_rate=learning_rate))
        self.train()
