"""Training and testing without a window: the same project, the same core, the same bits. Qt-free."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from core.data import Dataset, Skipped
from core.data.own_digits import OwnDigits
from core.errors import ConfigError
from core.evaluation import evaluate
from core.intake import Intake
from core.labelled_images import read_labelled
from core.mixture import Mixture
from core.run_history import RunHistory
from core.sequential import Sequential
from core.stack import check
from core.training import BatchDone, EpochDone, Trainer, ValidationDone
from nnvis.project import Project
from nnvis.recipe import split_data, takes_pen_digits, with_own_digits
from nnvis.saved_network import SavedNetwork, dataset_of, intake_of, own_dataset, save_network
from nnvis.scores import Scores

tqdm.monitor_interval = 0  # no extra thread, which would only watch for bars that stand still


@dataclass(frozen=True)
class Trained:
    """A finished run: the network, how it does on the test images, and what a file of it holds."""

    project: Project
    model: Sequential
    scores: Scores
    seconds: float  # of training, with its validations
    intake: Intake
    history: dict[str, Any]
    training: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The scores with what they belong to, ready for JSON."""
        return {
            "project": self.project.name,
            "seed": self.project.seed,
            "epochs": self.project.training.epochs,
            "seconds": round(self.seconds, 3),
            **self.scores.to_dict(),
        }

    def save(self, path: str | Path) -> None:
        """Write the network to a file. Raises FileError when that fails."""
        save_network(path, self.model, self.project, self.intake, history=self.history, training=self.training)


def varied(project: Project, epochs: int | None, seed: int | None) -> Project:
    """The project with other epochs or another seed. Raises ConfigError for a value out of bounds."""
    if epochs is not None:
        project = replace(project, training=project.training.replace(epochs=epochs))
    return project if seed is None else replace(project, seed=seed)


def train(project: Project, show_progress: bool = False, own: Path | None = None) -> Trained:
    """Train the network of `project` and score it on the test images, with a progress bar on stderr if wished.

    `own` is the folder of the digits that the user has kept; they count as the project says.

    Raises ConfigError when the stack cannot be trained, DivergenceError when training explodes, FileError when images
    are missing.
    """
    dataset = dataset_of(project)
    _refuse_errors(project, dataset)
    split = split_data(dataset, project.data, project.seed)
    if own is not None and takes_pen_digits(dataset):
        digits = OwnDigits(own)
        digits.open()
        split = with_own_digits(split, digits.images, digits.labels, project.own_digits.weight)
    model = project.build_model(dataset)
    trainer = project.build_trainer(model, split, _pen_digits(project, dataset))
    started = time.perf_counter()
    history = _run(trainer, show_progress)
    seconds = time.perf_counter() - started
    scores = Scores(model.loss, evaluate(model, dataset.x_test, dataset.y_test, split.scaling))
    intake = intake_of(project.source, dataset, split.scaling)
    return Trained(project, model, scores, seconds, intake, history.state(), trainer.state())


def score(network: SavedNetwork, path: Path | None = None) -> tuple[Scores, tuple[Skipped, ...]]:
    """Score a saved network on the labelled images at `path`, or else on the test images of its own data set.

    Also gives the files that could not be read. Raises FileError, ShapeError or ConfigError when there is nothing to
    score it on.
    """
    model = network.model
    if path is None:
        dataset = own_dataset(network)
        images, labels, skipped = dataset.x_test, dataset.y_test, dataset.skipped
    else:
        found = read_labelled(path, network.intake, model.input_shape, model.output_shape[-1])
        images, labels, skipped = found.images, found.labels, found.skipped
    return Scores(model.loss, evaluate(model, images, labels, network.intake.scaling)), skipped


def _pen_digits(project: Project, dataset: Dataset) -> Mixture | None:
    """What is mixed in, drawn anew: it takes a second or two, and a cache would need Qt's idea of where it lies."""
    mixture = project.pen_digits
    return mixture.mixture(mixture.digits()) if mixture.share and takes_pen_digits(dataset) else None


def _refuse_errors(project: Project, dataset: Dataset) -> None:
    problems = check(
        project.layers, dataset.input_shape, dataset.classes, project.loss,
        batch_size=project.training.batch_size, optimizer=project.optimizer,
    )  # fmt: skip
    for problem in problems:
        if problem.severity == "error":
            where = "" if problem.layer is None else f"Layer {problem.layer + 1}: "
            raise ConfigError(f"{where}{problem.text}")


def _run(trainer: Trainer, show_progress: bool) -> RunHistory:
    """Train to the end, and gather the curves."""
    history = RunHistory()
    total = trainer.epochs * trainer.batches_per_epoch
    # Where stderr is a file or a pipe, each refresh is a line: one a second is enough there.
    interval = 0.1 if sys.stderr.isatty() else 1.0
    shown: dict[str, str] = {}
    with tqdm(total=total, unit="batch", disable=not show_progress, mininterval=interval, leave=True) as bar:
        for event in trainer.run():
            history.add(event)
            if isinstance(event, BatchDone):
                bar.update()
            elif isinstance(event, ValidationDone):
                shown["validation"] = f"{event.accuracy:.4f}"
                bar.set_postfix(shown, refresh=False)
            elif isinstance(event, EpochDone):
                bar.set_description(f"epoch {event.epoch + 1}/{trainer.epochs}", refresh=False)
                shown["loss"] = f"{event.loss:.4f}"
                bar.set_postfix(shown, refresh=False)
    return history
