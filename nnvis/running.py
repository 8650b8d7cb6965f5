"""Running: the part of the Session that has the network trained: how the run stands, orders to the worker, its news."""

from __future__ import annotations

import enum
import math
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal

from core.evaluation import Evaluation
from nnvis import messages
from nnvis.course import course_changes, taken_over
from nnvis.network_files import NetworkFiles
from nnvis.own_store import OwnStore
from nnvis.progress import Progress, progress
from nnvis.project import MAX_SEED, Project
from nnvis.saved_run import SavedRun
from nnvis.training.control import Changes, Control, Goal
from nnvis.training.keepsake import Keepsake, KeptRun, history_until
from nnvis.training.run import Prepared
from nnvis.training.snapshot import Coalescer
from nnvis.training.worker import Halt, Outcome, TrainingWorker
from nnvis.until import Until

SHUTDOWN_MS = 30_000  # a worker ends within a batch; only building a huge network takes longer, and must not be cut off


class RunState(enum.Enum):
    """What the toolbar can offer."""

    LOADING = "the images are being loaded"
    READY = "a fresh network waits"
    RUNNING = "training"
    PAUSED = "training can be resumed"
    DONE = "the run is over; training on starts where it ended"
    FAILED = "the run cannot go on; training starts a new one"


class Running(NetworkFiles):
    """One run at a time, of the project as it was when the run began. The worker is its secret."""

    state_changed = Signal()  # also when the test result arrives
    history_cleared = Signal()  # a fresh network is there: history, parameters and views are new objects
    snapshot_arrived = Signal(object)  # Snapshot

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = RunState.LOADING
        self.test_result: Evaluation | None = None
        self.batches_per_second: float | None = None
        self.own = OwnStore(self)  # the digits that the user keeps
        self._running = self.project  # the project as the worker has it
        self._run = 0  # number of the last preparation asked for
        self._order = 0  # number of the last order given
        self._is_shut = False
        self._control = Control()
        self._coalescer = Coalescer()
        self._worker = TrainingWorker(self._control, self._coalescer, self)
        self._worker.prepared.connect(self._on_prepared)
        self._worker.snapshot_ready.connect(self._on_snapshot_ready)
        self._worker.kept.connect(self._on_kept)
        self._worker.halted.connect(self._on_halted)

    def _begin(self) -> None:
        """Have the first network made; called once everybody listens to the worker."""
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.shutdown)
        self._load_data()
        self._prepare()
        self._worker.start()

    def shutdown(self) -> None:
        """End the worker, within a batch. Calling it again does nothing."""
        if self._is_shut:
            return
        self._is_shut = True
        self._close_data()
        self._control.close()
        self.study.close()
        self._worker.requestInterruption()
        self._worker.wait(SHUTDOWN_MS)
        QCoreApplication.removePostedEvents(self, QEvent.Type.MetaCall.value)  # what it still had to say

    # --- what there is to know ------------------------------------------------------------------------------------

    @property
    def is_training(self) -> bool:
        """Whether batches are being trained at this moment."""
        return self.state is RunState.RUNNING

    @property
    def moves(self) -> bool:
        """Whether what is shown moves on by itself: training, and nobody looks back."""
        return self.is_training and self.is_live

    @property
    def running_is_old(self) -> bool:
        """Whether the network that is trained and shown is not the one of the project any more."""
        return replace(self._running, name=self.project.name) != self.project

    @property
    def progress(self) -> Progress:
        """How far the run is."""
        return progress(self.history, self._network.images if self._network else 0, self.is_training)

    @property
    def image_counts(self) -> tuple[int, int, int]:
        """How many images the shown network is trained, validated and tested with."""
        if self._network is None:
            return 0, 0, 0
        return self._network.images, self._network.validation_images, len(self._network.dataset.x_test)

    @property
    def has_other_layers(self) -> bool:
        """Whether the project's stack is not the one that the shown network was built from."""
        running = self.running_project
        return running is None or running.layers != self.project.layers

    # --- orders -----------------------------------------------------------------------------------------------------

    def train(self) -> None:
        """Train: a fresh network, or on from where the present one stands. An outdated one is replaced."""
        self._advance(Goal.RUN)

    def train_until(self, until: Until) -> None:
        """Train until a condition is met, then pause and say so; at the latest to the end of the run."""
        epochs_done = 0 if self.running_is_old else math.floor(self.history.epoch + 1e-9)
        if until.kind == "epoch" and until.value <= epochs_done:
            self._post(messages.epoch_is_over(int(until.value)))
            return
        if until.kind == "epoch" and until.value > self.project.training.epochs:
            self.set_training(self.project.training.replace(epochs=int(until.value)))
        self._advance(Goal.RUN, until)

    def step_batch(self) -> None:
        """Train on one batch, then pause."""
        self._advance(Goal.BATCH)

    def step_epoch(self) -> None:
        """Train to the end of the epoch, then pause."""
        self._advance(Goal.EPOCH)

    def pause(self) -> None:
        """Stop after the batch in hand, to be resumed."""
        if self.is_training:
            self._go(Goal.PAUSE)
            self._set_state(RunState.PAUSED)

    def resume(self) -> None:
        """Go on with a paused run, also when the project was edited meanwhile."""
        if self.state is RunState.PAUSED:
            self._go(Goal.RUN)
            self._set_state(RunState.RUNNING)

    def stop(self) -> None:
        """End the run after the batch in hand and test the network, which stays."""
        if self.state in (RunState.RUNNING, RunState.PAUSED):
            self._go(Goal.STOP)
            self._set_state(RunState.DONE)

    def reset(self) -> None:
        """Take a fresh network, with its first weights drawn from the seed; the curves are cleared when it is there."""
        if not self._refuses():
            self.clear_message()
            self._prepare()
            self._set_state(RunState.LOADING if self.dataset is None else RunState.READY)

    def reseed(self) -> None:
        """Take a fresh network whose first weights, and all else that is random, come from the next seed."""
        if not self._refuses():
            self.set_seed((self.project.seed + 1) % (MAX_SEED + 1))
            self.reset()

    def keep_run(self) -> None:
        """Ask for all that is needed to go on with the run later: `run_kept` brings it, if there is a run."""
        self._control.ask_keepsake()

    def set_speed(self, batches_per_second: float | None) -> None:
        """Train in slow motion; None: as fast as it goes."""
        self.batches_per_second = batches_per_second
        self._control.set_speed(batches_per_second)

    @property
    def _is_fresh(self) -> bool:
        """Whether nothing has been trained yet."""
        return self.state in (RunState.LOADING, RunState.READY)

    @property
    def _awaits_network(self) -> bool:
        """Whether a network that was asked for is not there yet."""
        return self._network is None or self._network.run != self._run

    def _advance(self, goal: Goal, until: Until | None = None) -> None:
        outdated = self.running_is_old or self.state is RunState.FAILED
        if outdated and self._refuses():
            return
        self.clear_message()
        self.test_result = None
        if outdated:
            self._prepare()
        self._go(goal, until)
        # A single batch is over in a moment: the buttons would only flicker.
        if goal is not Goal.BATCH or self.is_training:
            self._set_state(RunState.RUNNING)

    def _go(self, goal: Goal, until: Until | None = None) -> None:
        self._order += 1
        self._control.go(self._order, goal, until)

    def _prepare(self, start: SavedRun | None = None) -> None:
        """Ask for a fresh network of the project. What the worker still reports of the old one does not count.

        It is made as soon as the images are loaded, and goes on where `start` was left.
        """
        self._refused = None
        self._load_data()
        self._running = self.project
        self._run += 1
        self._order += 1
        if self.project.own_digits.weight:
            self._worker.own_digits = self.own.arrays
        self._control.prepare(self._run, self.project, start)

    def _refuses(self) -> bool:
        """Whether the stack cannot be trained; says so, and points at the layer that is wrong."""
        errors = self._errors()
        if errors:
            self.select_layer(errors[0].layer)
            self._post(messages.refused(errors[0], len(errors), self.apply_remedy))
        return bool(errors)

    def _set_state(self, state: RunState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit()

    # --- what the worker reports ------------------------------------------------------------------------------------

    def _follow_data(self) -> None:
        """The images of the project are there: the network that waits for them can be made, if it fits them."""
        assert self.dataset is not None
        if self._errors() and self._awaits_network:
            self._run = self._control.withdraw()  # what is heard of the network that is there counts again
            self._running = self._network.project if self._network else Project()
            if self.state is RunState.RUNNING:  # Train was pressed before anybody could know
                self._refuses()
            self._set_state(RunState.PAUSED if self.history.step else RunState.READY)
        if self._is_fresh and self.running_is_old and not self._errors():
            self._prepare()
        self._control.provide(self.project.source, self.dataset)

    def load_again(self) -> None:
        """Try once more to load the images, and to make the network that waits for them."""
        if self._awaits_network:
            self._prepare()
            self._set_state(RunState.LOADING if self.dataset is None else RunState.READY)
        super().load_again()

    def _miss_data(self, error: Exception) -> None:
        if self._awaits_network:
            self._set_state(RunState.FAILED)

    def _on_prepared(self, prepared: Prepared) -> None:
        if prepared.run != self._run:  # a newer one is on its way
            return
        self._take_network(prepared)
        self.test_result = None
        self.history_cleared.emit()
        self._on_snapshot_ready()
        if self._is_fresh and prepared.step:  # it is as a file left it
            self._set_state(RunState.PAUSED)
            if prepared.is_finished:
                self.stop()  # its test follows
        elif self.state is RunState.LOADING:
            self._set_state(RunState.READY)
        self._take_up_edits()

    def _on_snapshot_ready(self) -> None:
        snapshot = self._coalescer.take(self._network.run) if self._network else None
        if snapshot is None:
            return
        self.history.extend(snapshot)
        self._take_parameters(snapshot.parameters)
        self.snapshot_arrived.emit(snapshot)
        if self.is_live:
            self._refresh_answer()

    def _on_kept(self, keepsake: Keepsake) -> None:
        network = self._network
        if network is None or self._awaits_network or keepsake.run != network.run:
            return
        curves = history_until(keepsake.step, self.history)
        self.run_kept.emit(KeptRun(keepsake, self._running, network.dataset, network.scaling, curves))

    def _on_halted(self, halt: Halt) -> None:
        if halt.order != self._order:
            return
        self.test_result = halt.test
        self.state = RunState.PAUSED if halt.outcome is Outcome.PAUSED else RunState.DONE
        self.state_changed.emit()
        if halt.reached or halt.missed:
            go_on = self.resume if self.state is RunState.PAUSED else None
            self._post(messages.reached(halt.reached, halt.missed, go_on))

    # --- when the project is edited -----------------------------------------------------------------------------------

    def _apply_edit(self) -> None:
        """Tell the worker what applies at once, and ask for a fresh network while nothing is trained yet."""
        self._apply_live()
        self._load_data()
        if self._is_fresh and self.has_data and self.running_is_old and not self._errors():
            self._prepare()  # the page shows the network that would be trained

    def _start_over(self) -> None:
        """Take a fresh network of another project."""
        if self._errors():
            self.pause()  # what was trained stays in sight until this stack can be built
        else:
            self._file_step = None
            self._prepare(self._start)
            self._set_state(RunState.LOADING if self.dataset is None else RunState.READY)
        self._start = None

    def _apply_live(self) -> None:
        """Hand over what may change in mid-run: it becomes part of the run and does not make it an old one."""
        old, running = self._running, taken_over(self._running, self.project, is_fresh=self._is_fresh)
        if running == old:
            return
        epochs = running.training.epochs if running.training.epochs != old.training.epochs else None
        self._control.change(
            Changes(
                running.optimizer, running.training.batch_size, epochs, running.layers, running.augmentation,
                course_changes(old, running), running.pen_digits.share,
            )
        )  # fmt: skip
        self._running = running
