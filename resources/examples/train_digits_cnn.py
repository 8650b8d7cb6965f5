"""Trains the convolutional network that comes with the program, from nothing, with `core` alone.

    python resources/examples/train_digits_cnn.py [OUT]

The recipe is the project `digits_cnn.json` beside this file; the result is `digits_cnn.safetensors`: the weights, the
project, the curves and the state of the training, so that the program shows how it went and can go on with it. The same
recipe gives the same weights, bit for bit, on the same kind of machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read once, when NumPy is imported; for small batches more are slow

import numpy as np

from core import Sequential, model_file
from core.data import AS_MNIST, Augmentation, PenMixture, Scaling, mnist, stratified_split
from core.evaluation import evaluate
from core.hyper import from_dict
from core.intake import Intake
from core.layers import LAYERS
from core.losses import LOSSES
from core.optimizers import OPTIMIZERS
from core.run_history import RunHistory
from core.schedules import SCHEDULES
from core.stack import layer_names
from core.training import EpochDone, Trainer

HERE = Path(__file__).resolve().parent
RECIPE, RESULT = HERE / "digits_cnn.json", HERE / "digits_cnn.safetensors"


def main(arguments: list[str] | None = None) -> int:
    """Train it, say how it does on MNIST's test images, and save it."""
    parser = argparse.ArgumentParser(description="Train the convolutional network that comes with the program.")
    parser.add_argument("out", nargs="?", type=Path, default=RESULT, help="where to save it")
    parser.add_argument("--epochs", type=int, help="train so many epochs instead of those of the recipe")
    options = parser.parse_args(arguments)
    project = json.loads(RECIPE.read_text(encoding="utf-8"))
    if options.epochs is not None:
        project["training"]["epochs"] = options.epochs
    trainer = trainer_of(project)
    history, started = RunHistory(), time.perf_counter()
    for event in trainer.run():
        history.add(event)
        if isinstance(event, EpochDone):
            of = f"epoch {event.epoch + 1} of {trainer.epochs}"
            say(f"{of}: validation {event.val_accuracy:.2%}, {event.seconds:.0f} s")
    intake = Intake(Scaling.unit(), AS_MNIST, tuple("0123456789"))
    model_file.save(
        trainer.model, options.out, project=project, history=history.state(), training=trainer.state(), intake=intake
    )
    _, (x_test, y_test) = mnist()
    result = evaluate(trainer.model, x_test, y_test, trainer.samples.scaling)
    minutes = (time.perf_counter() - started) / 60
    say(f"MNIST test: {result.accuracy:.2%} of {result.count:,} right. {minutes:.1f} minutes. Saved as {options.out}")
    return 0


def trainer_of(project: dict[str, Any]) -> Trainer:
    """The training run that a project file describes, not yet begun."""
    (x, y), _ = mnist()
    rows, kept_aside = stratified_split(y, project["data"]["validation_share"], np.random.default_rng(project["seed"]))
    layers = [from_dict(LAYERS, layer, "layer") for layer in project["layers"]]
    named = [layer.replace(name=name) for layer, name in zip(layers, layer_names(layers), strict=True)]
    model = Sequential(named, seed=project["seed"])
    model.build(x.shape[1:])
    optimizer = from_dict(OPTIMIZERS, project["optimizer"], "optimizer")
    model.compile(optimizer, from_dict(LOSSES, project["loss"], "loss"), ["accuracy"])
    mixture = PenMixture(**project["pen_digits"])
    return Trainer(
        model,
        x[rows],
        y[rows],
        **project["training"],
        validation_data=(x[kept_aside], y[kept_aside]),
        seed=project["seed"],
        scaling=Scaling.unit(),
        schedule=from_dict(SCHEDULES, project["schedule"], "schedule"),
        augmentation=Augmentation(**project["augmentation"]),
        mixed_in=mixture.mixture(mixture.digits()),
    )


def say(line: str) -> None:
    """Print a line at once, also into a file or a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
