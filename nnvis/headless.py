"""Training without a window: the same project, the same core, the same bits. Qt-free."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from typing import Any

from tqdm import tqdm

from core.data import Dataset, load
from core.errors import ConfigError
from core.evaluation import Evaluation, evaluate
from core.mixture import Mixture
from core.stack import check
from core.training import BatchDone, EpochDone, Trainer, ValidationDone
from nnvis.number_text import count
from nnvis.project import Project
from nnvis.recipe import split_data, takes_pen_digits

tqdm.monitor_interval = 0  # no extra thread, which would only watch for bars that stand still


@dataclass(frozen=True)
class Scores:
    """How the trained network does on the test images."""

    project: Project
    test: Evaluation
    seconds: float  # of training, with its validations

    def rows(self) -> list[tuple[str, str, float]]:
        """Title, JSON key and value of each score."""
        loss = self.project.loss
        return [
            (loss.title.title(), loss.kind_name(), self.test.loss),
            ("Accuracy", "accuracy", self.test.accuracy),
            ("Precision (macro)", "precision", self.test.confusion.precision("macro")),
            ("Recall (macro)", "recall", self.test.confusion.recall("macro")),
        ]

    def table(self) -> str:
        """The scores as people read them."""
        rows = self.rows()
        width = max(len(title) for title, _, _ in rows)
        lines = [f"{title.ljust(width)}  {value:8.4f}" for title, _, value in rows]
        return "\n".join([f"Test set: {count(self.test.count)} images", *lines])

    def to_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return {
            "project": self.project.name,
            "seed": self.project.seed,
            "epochs": self.project.training.epochs,
            "seconds": round(self.seconds, 3),
            "images": self.test.count,
            **{key: value for _, key, value in self.rows()},
            "average": "macro",
        }


def varied(project: Project, epochs: int | None, seed: int | None) -> Project:
    """The project with other epochs or another seed. Raises ConfigError for a value out of bounds."""
    if epochs is not None:
        project = replace(project, training=project.training.replace(epochs=epochs))
    return project if seed is None else replace(project, seed=seed)


def train(project: Project, show_progress: bool = False) -> Scores:
    """Train the network of `project` and score it on the test images, with a progress bar on stderr if wished.

    Raises ConfigError when the stack cannot be trained, DivergenceError when training explodes, FileError when images
    are missing.
    """
    dataset = load(project.source)
    _refuse_errors(project, dataset)
    split = split_data(dataset, project.data, project.seed)
    model = project.build_model(dataset)
    started = time.perf_counter()
    _run(project.build_trainer(model, split, _pen_digits(project, dataset)), show_progress)
    seconds = time.perf_counter() - started
    return Scores(project, evaluate(model, dataset.x_test, dataset.y_test, split.scaling), seconds)


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


def _run(trainer: Trainer, show_progress: bool) -> None:
    total = trainer.epochs * trainer.batches_per_epoch
    # Where stderr is a file or a pipe, each refresh is a line: one a second is enough there.
    interval = 0.1 if sys.stderr.isatty() else 1.0
    shown: dict[str, str] = {}
    with tqdm(total=total, unit="batch", disable=not show_progress, mininterval=interval, leave=True) as bar:
        for event in trainer.run():
            if isinstance(event, BatchDone):
                bar.update()
            elif isinstance(event, ValidationDone):
                shown["validation"] = f"{event.accuracy:.4f}"
                bar.set_postfix(shown, refresh=False)
            elif isinstance(event, EpochDone):
                bar.set_description(f"epoch {event.epoch + 1}/{trainer.epochs}", refresh=False)
                shown["loss"] = f"{event.loss:.4f}"
                bar.set_postfix(shown, refresh=False)
