"""A project is a value: it survives its file exactly, and no file but a good one becomes a project."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import Dataset
from core.data.augmentation import Augmentation
from core.early_stopping import EarlyStopping
from core.errors import ConfigError, CoreError, FileError
from core.evaluation import evaluate
from core.layers import LAYERS, Activation, Dense, Dropout
from core.losses import LOSSES
from core.optimizers import OPTIMIZERS, SGD
from core.schedules import CosineDecay
from core.stack import check
from nnvis.project import MAX_BYTES, NO_PEN_DIGITS, Project
from nnvis.recipe import DataRecipe, TrainingRecipe, split_data

EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"


def edited(**changes: Any) -> str:
    """The default project's file with some fields changed; `...` takes one out."""
    data = json.loads(Project.default().to_json())
    data.update(changes)
    return json.dumps({name: value for name, value in data.items() if value is not ...})


def project_of_everything() -> Project:
    return Project(
        name="Ümläut × 2",
        layers=tuple(kind() for kind in LAYERS),
        loss=LOSSES[-1](),
        optimizer=SGD(learning_rate=1 / 3, momentum=0.9),
        data=DataRecipe(validation_share=0.25, scaling="standardize"),
        training=TrainingRecipe(batch_size=1, epochs=1000),
        seed=2**32 - 1,
    )


@pytest.mark.parametrize("project", [Project.default(), project_of_everything(), Project()])
def test_file_round_trip_is_exact(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "project.json"
    project.save(path)
    assert Project.load(path) == project
    assert Project.from_json(project.to_json()) == project


@pytest.mark.parametrize("kind", [*LOSSES, *OPTIMIZERS])
def test_every_loss_and_optimizer_can_be_stored(kind: Any) -> None:
    field = "loss" if kind in LOSSES else "optimizer"
    project = replace(Project.default(), **{field: kind()})
    assert Project.from_json(project.to_json()) == project


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.name)
def test_every_example_can_be_trained(path: Path, digits: Dataset) -> None:
    project = Project.load(path)
    assert check(project.layers, digits.input_shape, digits.classes, project.loss) == ()


@pytest.mark.parametrize(("text", "said"), [
    ("[]", "not an nnvis project"),
    ('{"format": "other"}', "not an nnvis project"),
    (edited(version=2), "newer nnvis"),
    (edited(version=0), "version 0"),
    (edited(version=True), "version True"),
    (edited(version="1"), "version '1'"),
    (edited(seed=...), "lacks 'seed'"),
    (edited(colour="red"), "unknown field 'colour'"),
    (edited(seed=-1), "seed cannot be -1"),
    (edited(seed=1.5), "seed cannot be 1.5"),
    (edited(seed=True), "seed cannot be True"),
    (edited(seed=2**63), "seed cannot be"),
    (edited(name=""), "name of a project"),
    (edited(name="x" * 1000), "name of a project"),
    (edited(layers={"type": "Dense"}), "not a list"),
    (edited(layers=["Dense"]), "layer"),
    (edited(layers=[{"type": "os.system"}]), "Unknown layer 'os.system'"),
    (edited(layers=[{"type": ["Dense"]}]), "Unknown layer"),
    (edited(layers=[{"type": "Dense", "units": 0}]), "units cannot be 0"),
    (edited(layers=[{"type": "Dense", "units": 10**400}]), "units cannot be"),
    (edited(layers=[{"type": "Dense", "units": [3]}]), "units cannot be"),
    (edited(layers=[{"type": "Dense", "activation": {}}]), "activation cannot be"),
    (edited(layers=[{"type": "Dense", "parameters": 1}]), "no hyperparameter 'parameters'"),
    (edited(layers=[{"type": "Flatten"}] * 201), "at most 200 layers"),
    (edited(optimizer={"type": "SGD", "learning_rate": 10**400}), "learning_rate cannot be"),
    (edited(loss=None), "loss"),
    (edited(data={"type": "DataRecipe"}), "data recipe"),
    (edited(source={"type": "../../etc"}), "Unknown data source"),
    (edited(training=[]), "training recipe"),
    (edited(training={"epochs": 10**9}), "epochs cannot be"),
])  # fmt: skip
def test_anything_else_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(FileError) as caught:
        Project.from_json(text)
    assert said in str(caught.value)
    assert str(caught.value).startswith("The project ")


def test_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "half.json"
    path.write_text(Project.default().to_json()[:100])
    with pytest.raises(FileError, match=r"^The file 'half.json' is damaged or truncated"):
        Project.load(path)
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(FileError, match="larger than any project file"):
        Project.load(path)


def test_truncated_at_every_byte() -> None:
    text = Project.default().to_json().rstrip()
    for length in range(len(text)):
        with pytest.raises(FileError):
            Project.from_json(text[:length])


@given(st.data())
def test_a_mutant_is_refused_or_a_sound_project(data: st.DataObject) -> None:
    text = bytearray(Project.default().to_json().encode())
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    try:
        project = Project.from_json(bytes(text))
    except FileError:
        return
    assert Project.from_json(project.to_json()) == project


def test_values_are_checked_when_made() -> None:
    with pytest.raises(ConfigError, match="seed"):
        Project(seed=-1)
    with pytest.raises(CoreError, match="validation_share"):
        DataRecipe(validation_share=0.9)


def test_building_leaves_the_project_unbuilt_and_repeats_itself(digits: Dataset) -> None:
    base = Project.default().layers
    project = Project(layers=(*base[:2], Dropout(), *base[2:]))
    first, second = project.build_model(digits), project.build_model(digits)
    np.testing.assert_array_equal(first.parameters, second.parameters)
    assert not any(layer.built for layer in project.layers)
    assert first.layer_names == ("flatten", "dense", "dropout", "dense_1", "dense_2")
    other = replace(project, seed=8).build_model(digits)
    assert not np.array_equal(first.parameters, other.parameters)


def test_the_split_is_whole_repeatable_and_scaled_by_the_training_part(digits: Dataset) -> None:
    recipe = DataRecipe(validation_share=0.25, scaling="standardize")
    split, again, other = (split_data(digits, recipe, seed) for seed in (1, 1, 2))
    assert len(split.x_train) + len(split.x_validation) == len(digits.x_train)
    assert len(split.x_validation) == len(digits.x_train) // 4
    np.testing.assert_array_equal(split.x_train, again.x_train)
    assert not np.array_equal(split.y_train, other.y_train)
    scaled = split.scaling.apply(split.x_train)
    assert abs(scaled.mean()) < 1e-3
    assert abs(scaled.std() - 1) < 1e-3


def test_the_images_that_are_trained_on_are_not_copied(digits: Dataset) -> None:
    split = split_data(digits, DataRecipe(validation_share=0.25), 1)
    assert split.images is digits.x_train
    assert not np.isin(split.rows, np.setdiff1d(np.arange(len(digits.x_train)), split.rows)).any()
    trainer = Project.default().build_trainer(Project.default().build_model(digits), split)
    assert np.shares_memory(trainer.samples.x, digits.x_train)


def test_without_validation_all_images_are_trained(digits: Dataset) -> None:
    project = replace(Project.default(), data=DataRecipe(validation_share=0.0))
    split = split_data(digits, project.data, 0)
    np.testing.assert_array_equal(split.x_train, digits.x_train)
    trainer = project.build_trainer(project.build_model(digits), split)
    assert trainer.validation_data is None
    assert (trainer.batch_size, trainer.epochs) == (64, 12)


def test_layers_compare_by_value() -> None:
    base = Project.default()
    same = replace(base, layers=tuple(layer.replace() for layer in base.layers))
    assert same == base
    assert replace(base, layers=(*base.layers[:-1], Dense(units=10, activation="relu"))) != base
    assert replace(base, layers=(*base.layers, Activation())) != base


def test_schedule_early_stopping_and_augmentation_reach_the_training(digits: Dataset) -> None:
    stopping, augmentation = EarlyStopping(patience=1), Augmentation(rotation_range=10)
    project = replace(
        Project.default(), schedule=CosineDecay(), early_stopping=stopping, augmentation=augmentation
    )
    assert Project.from_json(project.to_json()) == project
    split = split_data(digits, project.data, project.seed)
    trainer = project.build_trainer(project.build_model(digits), split)
    assert trainer.schedule == CosineDecay()
    assert trainer.schedule is not project.schedule  # what a run has seen stays in the run
    assert trainer.early_stopping == stopping
    assert trainer.samples.augmentation == augmentation
    unwatched = replace(project, data=project.data.replace(validation_share=0.0))
    split = split_data(digits, unwatched.data, project.seed)
    assert unwatched.build_trainer(project.build_model(digits), split).early_stopping is None


def test_a_rare_class_may_count_more(digits: Dataset) -> None:
    project = replace(Project.default(), training=TrainingRecipe(class_weights="balanced"), pen_digits=NO_PEN_DIGITS)
    assert Project.from_json(project.to_json()) == project
    few = np.flatnonzero((digits.y_train != 7) | (np.arange(len(digits.y_train)) % 10 == 0))
    rare = replace(digits, x_train=digits.x_train[few], y_train=digits.y_train[few])
    split = split_data(rare, project.data, project.seed)
    found = {}
    for weights in ("equal", "balanced"):
        project = replace(project, training=TrainingRecipe(class_weights=weights, epochs=3))
        model = project.build_model(rare)
        for _ in project.build_trainer(model, split).run():
            pass
        found[weights] = evaluate(model, digits.x_test, digits.y_test, split.scaling).confusion.recall_per_class()[7]
    assert found["balanced"] > found["equal"] + 0.1


def test_the_first_batch_of_the_first_network_moves_its_weights() -> None:
    assert Project.default().schedule.factor_at(0.0, 0) > 0
