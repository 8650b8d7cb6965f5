"""A saved model comes back as it was, bit for bit, and a training that was saved goes on as if never interrupted."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from core import Sequential, Trainer, model_file
from core.data import AS_MNIST, Augmentation, Preparation, Scaling
from core.early_stopping import EarlyStopping
from core.errors import ConfigError, FileError
from core.intake import Intake
from core.layers import (
    LAYERS,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    MaxPooling2D,
)
from core.layers.base import Layer
from core.losses import LOSSES, Loss
from core.optimizers import OPTIMIZERS, SGD, Adam, Optimizer
from core.schedules import ReduceLROnPlateau
from core.training import BatchDone, EpochDone, TrainingDone, TrainingStarted
from tests.core.contract import identity, variants
from tests.core.model_files import assert_same, parts, signed, small_model

ROOT = Path(__file__).parents[2]
SHAPE = (6, 5, 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a model.nnvis"


def every(catalogue: tuple[type[Any], ...], **fixed: Any) -> Any:
    """Each variant of each class of a catalogue, as parameters of a test; `fixed` holds where there is such a value."""
    made: list[Any] = []
    for kind in catalogue:
        names = {declared.name for declared in kind.hypers()}
        made += variants(kind, **{name: value for name, value in fixed.items() if name in names})
    return pytest.mark.parametrize("config", made, ids=identity)


def samples(rng: np.random.Generator, count: int = 12) -> tuple[np.ndarray, np.ndarray]:
    return rng.random((count, *SHAPE), dtype=np.float32), np.eye(3, dtype=np.float32)[rng.integers(0, 3, count)]


# --- there and back ---------------------------------------------------------------------------------------------------


@every(LAYERS, target_shape=SHAPE[::-1])
def test_every_layer_comes_back(config: Layer, path: Path, rng: np.random.Generator) -> None:
    before = [Flatten()] if config.input_rank == 1 else []
    model = Sequential([*before, config.replace(), Flatten(), Dense(3, "softmax")], seed=4)
    model.build(SHAPE)
    model.compile()
    x, y = samples(rng)
    model.train_on_batch(x, y)  # moving averages have moved
    model_file.save(model, path)
    again = model_file.load(path)
    assert_same(again, model)
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


@every(LOSSES)
def test_every_loss_comes_back(config: Loss, path: Path, rng: np.random.Generator) -> None:
    model = Sequential([Flatten(), Dense(3, "sigmoid")])
    model.build(SHAPE)
    model.compile("sgd", config, ["accuracy", "precision", "recall", "f1"])
    model_file.save(model, path)
    again = model_file.load(path)
    assert_same(again, model)
    x, y = samples(rng)
    assert again.evaluate(x, y) == model.evaluate(x, y)


@every(OPTIMIZERS, learning_rate=0.02)
def test_every_optimizer_goes_on_as_if_never_interrupted(
    config: Optimizer, path: Path, rng: np.random.Generator
) -> None:
    x, y = samples(rng, 40)

    def begun() -> Trainer:
        model = Sequential([Flatten(), Dense(3, "softmax")])
        model.build(SHAPE)
        model.compile(config.replace())
        return Trainer(model, x, y, batch_size=8, epochs=2)

    whole = begun()
    list(whole.run())
    half = begun()
    for event in half.run():
        if isinstance(event, BatchDone) and event.step == 3:
            break
    model_file.save(half.model, path, training=half.state())
    saved = model_file.read(path)
    assert_same(saved.model, half.model)
    rest = Trainer(saved.model, x, y, batch_size=8, epochs=2)
    rest.restore(saved.training)
    list(rest.run())
    np.testing.assert_array_equal(rest.model.parameters, whole.model.parameters)


@pytest.mark.parametrize("intake", [
    None,
    Intake(),
    Intake(Scaling(0.13, 0.31), AS_MNIST, tuple("0123456789")),
    Intake(Scaling(0.5, 0.25), Preparation(crop=False, centre=False), ("ä", "日本"), "white", "pad"),
])  # fmt: skip
def test_how_pictures_become_the_input_comes_back(intake: Intake | None, path: Path) -> None:
    model_file.save(small_model(), path, intake=intake)
    assert model_file.read(path).intake == intake


def test_a_file_of_the_first_version_is_read(path: Path) -> None:
    model = small_model()
    model_file.save(model, path, project={"a": 1})
    header, description, arrays = parts(path)
    del description["intake"]
    path.write_bytes(signed(header, description | {"version": 1}, arrays))
    saved = model_file.read(path)
    assert_same(saved.model, model)
    assert (saved.project, saved.intake) == ({"a": 1}, None)


def test_names_precision_and_what_else_makes_a_model(path: Path) -> None:
    model = Sequential(
        [Dense(2, name="erste Schicht ü"), Dense(2, name="dense"), Dense(2), Dense(2, name="dense")],
        seed=2**40, name="Zahlen/Ziffern", dtype="float64",
    )  # fmt: skip
    model.build((3,))
    model.compile(SGD(learning_rate=1 / 3), "huber", ["f1"])
    model_file.save(model, path)
    again = model_file.load(path)
    assert_same(again, model)
    assert again.layer_names == ("erste Schicht ü", "dense", "dense_1", "dense_2")
    assert again.parameters.dtype == np.float64


def test_layers_of_one_long_name_come_back(path: Path) -> None:
    model = Sequential([Dense(2, name="n" * 60) for _ in range(12)])
    model.build((2,))
    model.compile()
    model_file.save(model, path)
    assert_same(model_file.load(path), model)


def test_project_history_and_training_come_back_as_given(path: Path) -> None:
    project = {"name": "Ziffern ✎", "layers": [1, 2.5, None, True, {"a": []}]}
    history = {"epochs": 3, "losses": np.linspace(1, 0, 7), "steps": np.arange(5), "none": np.zeros(0)}
    model_file.save(small_model(), path, project=project, history=history)
    saved = model_file.read(path)
    assert saved.project == project
    assert saved.history is not None
    assert saved.history.keys() == history.keys()
    assert saved.history["epochs"] == 3
    for name in ("losses", "steps", "none"):
        np.testing.assert_array_equal(saved.history[name], history[name])
        assert saved.history[name].dtype == history[name].dtype
        assert saved.history[name].flags.writeable
    assert saved.training is None

    model_file.save(small_model(), path)
    saved = model_file.read(path)
    assert (saved.project, saved.history, saved.training) == (None, None, None)


def test_any_reader_of_safetensors_finds_the_weights(path: Path) -> None:
    model = small_model()
    model_file.save(model, path, history={"losses": np.ones(3)})
    arrays = safetensors.numpy.load_file(path)
    assert sorted(arrays) == [
        "history.losses", "weights.dense.W", "weights.dense.b", "weights.dense_1.W", "weights.dense_1.b",
    ]  # fmt: skip
    for view in model.parameter_views():
        np.testing.assert_array_equal(arrays[f"weights.{view.layer_name}.{view.name}"], view.of(model.parameters))


def test_a_loaded_model_stands_on_memory_of_its_own(path: Path, rng: np.random.Generator) -> None:
    model_file.save(small_model(), path)
    model = model_file.load(path)
    x, y = rng.random((8, 2, 2, 1), dtype=np.float32), rng.integers(0, 2, 8)
    before = model.parameters.copy()
    model.train_on_batch(x, y)
    assert np.abs(model.parameters - before).max() > 0
    np.testing.assert_array_equal(model_file.load(path).parameters, before)


# --- going on in the middle of a run ----------------------------------------------------------------------------------

IMAGES, CLASSES = 150, 3


def pictures() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    return rng.integers(0, 256, (IMAGES, 8, 8, 1), dtype=np.uint8), rng.integers(0, CLASSES, IMAGES)


def convolutional() -> Sequential:
    model = Sequential(
        [Conv2D(3, 3, activation="relu", l2=0.001), BatchNormalization(), MaxPooling2D(2), GaussianNoise(0.05),
         Flatten(), Dropout(0.3), Dense(CLASSES), Activation("softmax")], seed=3,
    )  # fmt: skip
    model.build((8, 8, 1))
    model.compile(Adam(0.02, weight_decay=0.01, global_clipnorm=1.0), "sparse_categorical_crossentropy")
    return model


def full_trainer(model: Sequential) -> Trainer:
    """A run with everything that has a memory or throws dice."""
    x, y = pictures()
    return Trainer(
        model, x, y, batch_size=32, epochs=9, validation_data=(x[:40], y[:40]), validations_per_epoch=2, seed=3,
        scaling=Scaling.fit(x), schedule=ReduceLROnPlateau(patience=1, min_delta=0.02),
        early_stopping=EarlyStopping(patience=2, min_delta=0.02), class_weight={1: 2.0},
        augmentation=Augmentation(rotation_range=10, noise_std=0.05, share=0.5),
    )  # fmt: skip


def number_trainer(model: Sequential) -> Trainer:
    """Numbers to be met: there is no accuracy, and none must be saved."""
    rng = np.random.default_rng(9)
    x, y = rng.normal(size=(50, 4)).astype(np.float32), rng.normal(size=(50, 1))
    return Trainer(model, x, y, batch_size=16, epochs=2, validation_data=(x[:20], y[:20]), schedule="OneCycle")


def numbers() -> Sequential:
    model = Sequential([Dense(5, "tanh"), Dense(1)], seed=5)
    model.build((4,))
    model.compile(SGD(0.1, momentum=0.9), "huber")
    return model


def without_clock(events: list[Any]) -> list[str]:
    """What was told, as text, in which NaN equals NaN; without what depends on the clock or on who asks."""
    return [
        repr(dataclasses.replace(event, seconds=0.0) if isinstance(event, EpochDone) else event)
        for event in events
        if not isinstance(event, TrainingStarted)
    ]


def cuts(events: list[Any]) -> list[int]:
    """Places where a run is interrupted: after each kind of event, at the first batches, around the ends of epochs."""
    chosen = {1, 2, 3, 4, len(events) - 1}
    ends = [index for index, event in enumerate(events) if isinstance(event, EpochDone)]
    chosen |= {end + step for end in ends[:2] for step in (-2, -1, 0, 1, 2, 3)}
    chosen |= {(one + other) // 2 for one, other in pairwise(ends)}
    return sorted(cut for cut in chosen if 0 < cut < len(events))


@pytest.mark.parametrize(("model", "trainer"), [(convolutional, full_trainer), (numbers, number_trainer)])
def test_a_training_resumed_anywhere_is_the_one_never_interrupted(model: Any, trainer: Any, path: Path) -> None:
    whole = trainer(model())
    events = list(whole.run())
    for cut in cuts(events):
        begun = trainer(model())
        running = begun.run()
        head = [next(running) for _ in range(cut)]
        model_file.save(begun.model, path, training=begun.state())
        saved = model_file.read(path)
        rest = trainer(saved.model)
        rest.restore(saved.training)
        tail = list(rest.run())
        assert without_clock(head + tail) == without_clock(events), f"cut after event {cut}"
        np.testing.assert_array_equal(rest.model.parameters, whole.model.parameters, f"cut after event {cut}")


def test_the_run_that_is_resumed_above_did_use_its_memory() -> None:
    events = list(full_trainer(convolutional()).run())
    rates = {event.learning_rate for event in events if isinstance(event, BatchDone)}
    assert len(rates) > 1, "the schedule has acted"
    assert isinstance(events[-1], TrainingDone)
    assert events[-1].stopped_early, "early stopping has acted"
    assert events[-1].best_epoch is not None


def test_what_was_changed_in_mid_run_is_resumed_too(path: Path) -> None:
    def change(trainer: Trainer, step: int) -> None:
        if step == 2:
            trainer.set_live(Adam(0.005, weight_decay=0.02), batch_size=13, epochs=2)
            trainer.set_live(layers=[
                layer.replace(rate=0.6) if isinstance(layer, Dropout) else layer for layer in trainer.model.layers
            ])
        if step == 9:
            trainer.set_live(batch_size=50)

    def train(trainer: Trainer, until: int = 10**9) -> None:
        for event in trainer.run():
            if isinstance(event, BatchDone):
                change(trainer, event.step)
                if event.step == until:
                    return

    whole = full_trainer(convolutional())
    train(whole)
    assert whole.epochs_done == 2
    for cut in (2, 3, 8, 9, 10):
        begun = full_trainer(convolutional())
        train(begun, cut)
        model_file.save(begun.model, path, training=begun.state())
        saved = model_file.read(path)
        rest = full_trainer(saved.model)
        rest.restore(saved.training)
        train(rest)
        assert rest.step == whole.step
        np.testing.assert_array_equal(rest.model.parameters, whole.model.parameters)


# --- what is not written ----------------------------------------------------------------------------------------------


class Foreign(Dense):
    """A layer of somebody's own, which no file can name."""


def spoiled(change: Any) -> Sequential:
    model = small_model()
    change(model)
    return model


@pytest.mark.parametrize(("model", "more", "said"), [
    (lambda: spoiled(lambda m: m.parameters.__setitem__(3, np.nan)), {}, "weights are not finite"),
    (lambda: spoiled(lambda m: m.parameters.__setitem__(0, -np.inf)), {}, "weights are not finite"),
    (lambda: Sequential([Dense(2)]), {}, "not built yet"),
    (lambda: spoiled(lambda m: setattr(m, "_loss", None)), {}, "no loss yet"),
    (lambda: spoiled(lambda m: m.layers.__setitem__(1, Foreign(3, name="dense"))), {}, "Unknown layer 'Foreign'"),
    (small_model, {"history": {"losses": np.array([1.0, np.nan])}}, "history.losses cannot be saved"),
    (small_model, {"history": {"loss": float("nan")}}, "cannot be written as JSON"),
    (small_model, {"history": {"losses": np.zeros((2, 2))}}, "has no place in it"),
    (small_model, {"history": {"names": np.array(["a"])}}, "has no place in it|other than finite numbers"),
    (small_model, {"project": {"path": Path()}}, "cannot be written as JSON"),
    (small_model, {"project": "x" * 2**20}, "too many to be saved"),
    (small_model, {"training": {"optimizer.m": np.zeros(7, np.float32)}}, "has no place in it"),
    (small_model, {"training": {"optimizer.v": np.full(23, np.inf, np.float32)}}, "other than finite numbers"),
    (lambda: spoiled(lambda m: setattr(m, "name", "n" * 201)), {}, "name is not a text"),
])  # fmt: skip
def test_what_could_not_be_read_again_is_not_written(model: Any, more: dict[str, Any], said: str, path: Path) -> None:
    path.write_bytes(b"old")
    with pytest.raises(ConfigError, match=said):
        model_file.save(model(), path, **more)
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="could not be saved: no such file"):
        model_file.save(small_model(), tmp_path / "none" / "a.nnvis")


# The administrator may write anywhere, so the attempt is made as nobody.
READ_ONLY = """
import os, sys
from core import model_file
from core.errors import FileError
from tests.core.model_files import small_model

model = small_model()
if os.geteuid() == 0:
    os.setuid(65534)
try:
    model_file.save(model, sys.argv[1])
except FileError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of POSIX")
def test_a_folder_that_cannot_be_written_to(path: Path) -> None:
    path.write_bytes(b"old")
    for folder in path.parents:  # nobody must be able to come here at all
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    path.parent.chmod(0o555)
    try:
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(path)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    finally:
        path.parent.chmod(0o755)
    assert "could not be saved: permission denied. The file that was there is unchanged." in done.stdout
    assert path.read_bytes() == b"old"
