"""Run: a network in training, from its first weights to its test. It lives in the worker. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.data import Dataset, Scaling
from core.errors import ConfigError
from core.evaluation import Evaluation, evaluate
from core.metrics import ConfusionMatrix
from core.mixture import Mixture
from core.sequential import Sequential
from core.training import BatchDone, EpochDone, Event, TrainingDone, ValidationDone
from nnvis.course import CourseChange
from nnvis.microscope.specimen import Specimen, next_specimen, past_specimen
from nnvis.project import Project
from nnvis.recipe import Split
from nnvis.saved_run import SavedRun
from nnvis.training.control import Changes, Goal
from nnvis.training.health import Checkup, HealthMeter, HealthSample, UnitWatch
from nnvis.training.keepsake import Keepsake, copied
from nnvis.training.timeline import Timeline
from nnvis.viewer import Probe

MOST_PROBED = 250  # images
PROBE_WORK = 30_000_000  # multiplications of their forward pass: a few milliseconds
TEST_PIECE = 2000  # images between two looks whether the test is still wanted

Report = HealthSample | Checkup | CourseChange


@dataclass(frozen=True, eq=False)
class Prepared:
    """A fresh network is ready. `viewer` is a model of its own: it belongs to the window from now on."""

    run: int
    project: Project
    viewer: Sequential
    dataset: Dataset
    scaling: Scaling
    images: int
    validation_images: int
    parameters: NDArray[np.float32]  # the first weights, read-only
    probe: Probe  # images that the window looks at the network with
    timeline: Timeline  # filled by the worker while it trains, read by the window
    step: int = 0  # how many updates it has had: those of a run from a file
    is_finished: bool = False


def probe_size(model: Sequential) -> int:
    """How many images the window can take through both passes without being held up."""
    work = sum(layer.multiply_adds(layer.input_shape) for layer in model.layers)
    return max(1, min(MOST_PROBED, PROBE_WORK // max(1, work)))


def _take_over(start: SavedRun, model: Sequential) -> None:
    """Give the model its first weights. Raises ConfigError when they are those of another stack."""
    if start.arrays is not None:
        for view in model.parameter_views():
            array = start.arrays.get((view.layer_name, view.name))
            if array is not None:
                np.copyto(view.of(model.parameters), array)
        return
    if start.parameters.shape != model.parameters.shape:
        raise ConfigError(
            f"The file has {start.parameters.size:,} weights, but this stack has {model.parameters.size:,} on these "
            "images. Choose the images that it was trained on."
        )
    np.copyto(model.parameters, start.parameters)


class Run:
    """One network, its trainer, and how far they are."""

    def __init__(
        self,
        number: int,
        project: Project,
        dataset: Dataset,
        split: Split,
        start: SavedRun | None = None,
        mixed_in: Mixture | None = None,
    ) -> None:
        self.number = number
        self.project = project
        self.dataset = dataset
        self.split = split
        self.model = project.build_model(dataset)
        first = self.model.parameters.copy() if start is not None and start.training is not None else None
        if start is not None:
            _take_over(start, self.model)
        self.trainer = project.build_trainer(self.model, split, mixed_in)
        self.timeline = Timeline()
        if start is not None and start.training is not None:
            self.trainer.restore(start.training)
        if first is None:
            first = self.model.parameters.copy()
        first.flags.writeable = False
        self._first = first
        self.timeline.keep(0, 0.0, first)
        if self.trainer.step:
            self.timeline.keep(self.trainer.step, self.position, self.model.parameters)
        self._meter = HealthMeter(self.model)
        self._units = UnitWatch(self.model)
        self.trainer.observe_validation = self._units.look
        self._reports: list[Report] = []
        self.finished = self.trainer.epochs_done >= self.trainer.epochs or self.trainer.stopped
        self._last: BatchDone | None = None
        self._is_placed = False  # whether other parameters were put in since the last update
        self._more_epochs = project.training.epochs
        self._events = self.trainer.run()

    def first_events(self) -> list[Event]:
        """What is known before the first batch: above all how the untrained network does on the validation images."""
        is_measured = self.trainer.validation_data is None or self.trainer.validations >= 0
        events = [next(self._events) for _ in range(1 if is_measured or self.trainer.step else 2)]
        for event in events:
            self._report(event)
        if self.trainer.step and self.trainer.validation_data is not None:
            self._look_again()
        return events

    @property
    def position(self) -> float:
        """Where the run stands, in epochs."""
        return self.trainer.epochs_done + self.trainer.seen / len(self.trainer.samples)

    def _look_again(self) -> None:
        """See what the last validation of a run from a file showed beside its loss: a file does not keep that."""
        assert self.trainer.validation_data is not None
        x, y = self.trainer.validation_data
        found = evaluate(self.model, x, y, self.split.scaling, self._units.look)
        event = ValidationDone(self.trainer.step, self.position, found.loss, found.accuracy, found.count)
        self._reports.append(self._units.checkup(event, found.confusion.counts))

    def prepared(self) -> Prepared:
        """The news of this run, with copies of everything that the worker keeps using."""
        return Prepared(
            self.number, self.project, self.model.clone(), self.dataset, self.split.scaling,
            len(self.split.rows), len(self.split.x_validation), self._first, self._probe(), self.timeline,
            self.trainer.step, self.finished,
        )  # fmt: skip

    def _probe(self) -> Probe:
        """A few validation images, or training images where there are none."""
        split, count = self.split, probe_size(self.model)
        validated = len(split.x_validation) > 0
        x = split.x_validation if validated else split.images[split.rows[:count]]
        y = split.y_validation if validated else split.y_train
        return Probe(x[:count].copy(), y[:count].copy(), validated)

    def resume(self) -> None:
        """Get ready to go on; a finished run goes on for as many epochs as its recipe says."""
        self._meter.resume()
        if self.finished:
            if self.trainer.epochs <= self.trainer.epochs_done:
                self.trainer.set_live(epochs=self.trainer.epochs_done + self._more_epochs)
            self._events = self.trainer.run()
            self.finished = False

    def next_event(self) -> Event:
        """Train on until the next event. Raises DivergenceError."""
        self._meter.before(self.trainer.step + 1)
        if self.timeline.last_step == self.trainer.step and not self._is_placed:
            self.timeline.note_next(self.trainer.place())
        event = next(self._events)
        self._report(event)
        self.finished = isinstance(event, TrainingDone)
        if isinstance(event, BatchDone):
            self.timeline.offer(event.step, event.position, self.model.parameters)
            self._last = event
            self._is_placed = False
        return event

    def _report(self, event: Event) -> None:
        """Measure what this event allows."""
        report: HealthSample | Checkup | None = None
        if isinstance(event, BatchDone):
            report = self._meter.after(event)
        elif isinstance(event, ValidationDone) and self.trainer.evaluation is not None:
            report = self._units.checkup(event, self.trainer.evaluation.confusion.counts)
        if report is not None:
            self._reports.append(report)

    def take_reports(self) -> list[Report]:
        """What was measured since this was last asked for."""
        reports, self._reports = self._reports, []
        return reports

    def rest(self) -> None:
        """Training pauses or ends here: this moment can always be returned to."""
        if self._last is not None:
            self.timeline.keep(self._last.step, self._last.position, self.model.parameters)

    def keepsake(self) -> Keepsake:
        """Copies of all that is needed to go on later; to be asked between two events."""
        return Keepsake(
            self.number, self.trainer.step, self.model.parameters.copy(), copied(self.trainer.state())
        )  # fmt: skip

    def specimen(self, step: int | None = None) -> Specimen | None:
        """What the next update will work on, or what the one after the kept moment `step` did."""
        if step is None:
            specimen = next_specimen(self.trainer, self.split.scaling)
        else:
            moment = self.timeline.nearest(step)
            if moment is None or moment.step != step or moment.next is None:
                return None
            specimen = past_specimen(self.trainer, self.split.scaling, moment.next, moment.parameters)
        return None if specimen is None else replace(specimen, run=self.number)

    def apply(self, changes: Changes) -> None:
        """Take over what was changed while training, from the next batch on."""
        self.trainer.set_live(
            changes.optimizer, layers=changes.layers, batch_size=changes.batch_size, epochs=changes.epochs,
            augmentation=changes.augmentation, mixed_share=changes.mixed_share,
        )  # fmt: skip
        if changes.changed and self._last is not None:
            self._reports.append(CourseChange(self._last.step, self._last.position, changes.changed))
        self._more_epochs = changes.epochs or self._more_epochs

    @property
    def mixed_share(self) -> float:
        """Which part of the next batch is mixed in."""
        mixer = self.trainer.samples.mixer
        return mixer.share if mixer else 0.0

    @property
    def digits_needed(self) -> int:
        """So many of the samples to mix in, from the first on, may be drawn from by the next batch."""
        mixer = self.trainer.samples.mixer
        return mixer.choice_in(self.trainer.epochs_done) if mixer and mixer.share else 0

    def place(self, parameters: NDArray[np.float32]) -> None:
        """Go on with other parameters; the optimizer keeps its averages, the timeline what was trained."""
        if parameters.shape == self.model.parameters.shape:
            self._is_placed = True  # the moment that was kept is not the one from which the next update goes on
            np.copyto(self.model.parameters, parameters)

    def reached(self, goal: Goal, event: Event) -> bool:
        """Whether to pause after this event. At the end of an epoch its validation still belongs to the last batch."""
        if isinstance(event, EpochDone):  # after the last epoch only the end of the run remains to be said
            return goal in (Goal.BATCH, Goal.EPOCH) and event.epoch + 1 < self.trainer.epochs
        return goal is Goal.BATCH and isinstance(event, BatchDone) and event.batch < self.trainer.batches_per_epoch

    def can_pause_after(self, event: Event) -> bool:
        """Whether nothing more belongs to what this event ends: the next event begins something new."""
        if isinstance(event, EpochDone):
            return event.epoch + 1 < self.trainer.epochs
        return isinstance(event, (BatchDone, ValidationDone)) and self.trainer.batch < self.trainer.batches_per_epoch

    def test(self, unwanted: Callable[[], bool]) -> Evaluation | None:
        """Score the network on the test images; None when it became `unwanted` before it was done."""
        x, y = self.dataset.x_test, self.dataset.y_test
        confusion = ConfusionMatrix(self.dataset.classes)
        loss = 0.0
        for start in range(0, len(x), TEST_PIECE):
            if unwanted():
                return None
            piece = slice(start, start + TEST_PIECE)
            part = evaluate(self.model, x[piece], y[piece], self.split.scaling)
            loss += part.loss * part.count / len(x)
            confusion.counts += part.confusion.counts
        return Evaluation(loss, len(x), confusion)
