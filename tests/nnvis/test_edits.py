"""Undo and redo, and what an edit is called."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.layers import LAYERS, Activation, Dense, Dropout
from core.losses import MeanSquaredError
from core.optimizers import SGD, Adam
from nnvis import changes
from nnvis.changes import Change
from nnvis.edits import Edits
from nnvis.project import Project
from nnvis.recipe import DataRecipe, TrainingRecipe

START = Project.default()


def units(number: int, index: int = 2) -> Change:
    return changes.replace_layer(START, index, START.layers[index].replace(units=number))


@pytest.fixture
def edits() -> Edits:
    return Edits(START)


def record(edits: Edits, change: Change) -> bool:
    return edits.record(change.project, change.text, change.field)


def test_undo_and_redo_walk_the_same_way(edits: Edits) -> None:
    projects = [START]
    for make, value in ((changes.set_seed, 8), (changes.rename, "a"), (changes.remove_layer, 1)):
        record(edits, make(edits.project, value))
        projects.append(edits.project)
    assert edits.undo_text == "remove dense"
    for project in reversed(projects[:-1]):
        assert edits.undo()
        assert edits.project == project
    assert not edits.undo()
    assert edits.redo_text == "change seed"
    for project in projects[1:]:
        assert edits.redo()
        assert edits.project == project
    assert not edits.redo()


def test_a_new_edit_forgets_what_was_undone(edits: Edits) -> None:
    record(edits, units(65))
    edits.undo()
    record(edits, units(66))
    assert not edits.redo()
    assert edits.project == units(66).project


def test_consecutive_edits_of_one_field_are_one_step(edits: Edits) -> None:
    for number in range(65, 90):
        record(edits, units(number))
    record(edits, changes.set_seed(edits.project, 3))
    record(edits, changes.set_seed(edits.project, 4))
    edits.undo()
    assert edits.project == units(89).project
    edits.undo()
    assert edits.project == START
    assert not edits.undo()


def test_another_layer_another_field_and_a_closed_edit_are_steps_of_their_own(edits: Edits) -> None:
    record(edits, changes.replace_layer(edits.project, 1, edits.project.layers[1].replace(units=3)))
    record(edits, changes.replace_layer(edits.project, 2, edits.project.layers[2].replace(units=3)))
    record(edits, changes.replace_layer(edits.project, 2, edits.project.layers[2].replace(activation="tanh")))
    edits.close()
    record(edits, changes.replace_layer(edits.project, 2, edits.project.layers[2].replace(activation="relu")))
    texts = []
    while edits.undo_text:
        texts.append(edits.undo_text)
        edits.undo()
    assert texts == [*["change activation of dense_1"] * 2, "change units of dense_1", "change units of dense"]


def test_there_and_back_again_leaves_no_step(edits: Edits) -> None:
    record(edits, units(65))
    record(edits, Change(START, "change units of dense_1", ("layer", 2, "units")))
    assert edits.project == START
    assert not edits.undo_text


def test_undo_stops_the_merging(edits: Edits) -> None:
    record(edits, units(65))
    edits.close()
    record(edits, units(66))
    edits.undo()
    record(edits, units(67))
    edits.undo()
    assert edits.project == units(65).project


def test_modified_means_different_from_the_file(edits: Edits) -> None:
    assert not edits.is_modified
    assert not record(edits, Change(START, "nothing"))
    record(edits, units(65))
    assert edits.is_modified
    edits.mark_saved()
    assert not edits.is_modified
    edits.undo()
    assert edits.is_modified
    edits.redo()
    assert not edits.is_modified
    record(edits, units(66))  # the same field, but a saved project is a place to come back to
    edits.undo()
    assert not edits.is_modified


def test_five_hundred_random_edits_undone_give_the_first_project(edits: Edits, rng: np.random.Generator) -> None:
    def random_change(project: Project) -> Change:
        index = int(rng.integers(len(project.layers))) if project.layers else 0
        layer: Any = LAYERS[rng.integers(len(LAYERS))]()
        kind = rng.integers(6) if project.layers else 0
        if kind == 0:
            return changes.insert_layer(project, index, layer)
        if kind == 1:
            return changes.remove_layer(project, index)
        if kind == 2:
            return changes.move_layer(project, index, int(rng.integers(len(project.layers))))
        if kind == 3:
            return changes.replace_layer(project, index, layer)
        if kind == 4:
            return changes.set_optimizer(project, Adam(learning_rate=float(rng.uniform(0.001, 1))))
        return changes.set_seed(project, int(rng.integers(100)))

    for _ in range(500):
        record(edits, random_change(edits.project))
    last = edits.project
    while edits.undo():
        pass
    assert edits.project == START
    while edits.redo():
        pass
    assert edits.project == last


@pytest.mark.parametrize(("change", "text", "field"), [
    (units(5), "change units of dense_1", ("layer", 2, "units")),
    (changes.replace_layer(START, 2, Dense(units=5, activation="tanh")), "change settings of dense_1", None),
    (changes.replace_layer(START, 2, Dropout()), "replace dense_1 by Dropout", None),
    (changes.insert_layer(START, 4, Activation()), "add activation", None),
    (changes.insert_layer(START, 1, Dense()), "add dense", None),
    (changes.move_layer(START, 1, 2), "move dense", None),
    (changes.set_layers(START, (), "clear the stack"), "clear the stack", None),
    (changes.set_loss(START, MeanSquaredError()), "change loss to mean squared error", None),
    (changes.set_optimizer(START, SGD()), "change optimizer to SGD", None),
    (changes.set_optimizer(START, Adam(learning_rate=0.5)), "change learning rate", ("optimizer", "learning_rate")),
    (changes.set_training(START, TrainingRecipe(epochs=6)), "change epochs", ("training", "epochs")),
    (changes.set_data(START, DataRecipe(scaling="standardize")), "change scaling", ("data", "scaling")),
    (changes.rename(START, "digits"), "rename project", "name"),
])  # fmt: skip
def test_an_edit_is_called_what_it_does(change: Change, text: str, field: object) -> None:
    assert (change.text, change.field) == (text, field)
    assert change.project != START


def test_moving_shifts_the_layers_between() -> None:
    moved = changes.move_layer(START, 0, 3).project
    assert moved.layers == (*START.layers[1:], START.layers[0])
    assert changes.move_layer(moved, 3, 0).project == START
    assert replace(START, layers=moved.layers) == moved
