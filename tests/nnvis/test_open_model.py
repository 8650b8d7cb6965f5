"""A model file opens as the network it was: its weights, its curves, and a training that goes on bit for bit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core import Sequential, model_file
from core.data import Dataset, PenMixture
from core.layers import Dense, Dropout, Flatten
from core.optimizers import SGD, Adam
from core.run_history import RunHistory
from core.schedules import CosineDecay
from core.training import BatchDone
from nnvis.project import NO_PEN_DIGITS, Project
from nnvis.recipe import TrainingRecipe, split_data
from nnvis.session import RunState, Session

BATCHES = 19


def project() -> Project:
    layers = (Flatten(), Dense(units=12, activation="relu"), Dropout(rate=0.2), Dense(units=10, activation="softmax"))
    return Project(
        name="small", layers=layers, optimizer=Adam(), training=TrainingRecipe(epochs=3, batch_size=64),
        schedule=CosineDecay(), pen_digits=PenMixture(share=0.3, count=200),
    )  # fmt: skip


def run_for(project: Project, dataset: Dataset, steps: int) -> tuple[Any, RunHistory]:
    """A trainer that was left after so many steps (at the end: after all events), and its history."""
    model = project.build_model(dataset)
    mixture = project.pen_digits.mixture(project.pen_digits.digits())
    trainer = project.build_trainer(model, split_data(dataset, project.data, project.seed), mixture)
    history = RunHistory()
    for event in trainer.run():
        history.add(event)
        if isinstance(event, BatchDone) and event.step == steps < 3 * BATCHES:
            break
    return trainer, history


def saved(project: Project, dataset: Dataset, path: Path, steps: int) -> tuple[Any, RunHistory]:
    trainer, history = run_for(project, dataset, steps)
    model_file.save(
        trainer.model, path, project=json.loads(project.to_json()), history=history.state(), training=trainer.state()
    )
    return trainer, history


@pytest.mark.parametrize("steps", [25, 2 * BATCHES])
def test_a_run_from_a_file_goes_on_bit_for_bit(
    qtbot: QtBot, session: Session, digits: Dataset, tmp_path: Path, steps: int
) -> None:
    path = tmp_path / "half.safetensors"
    left, history = saved(project(), digits, path, steps)
    whole, whole_history = run_for(project(), digits, 3 * BATCHES)
    assert session.open_model(path)
    assert (session.project.name, session.is_modified, session.project_path) == ("small", False, path)
    qtbot.waitUntil(lambda: session.state is RunState.PAUSED)
    np.testing.assert_array_equal(session.parameters, left.model.parameters)
    np.testing.assert_array_equal(session.initial_parameters, project().build_model(digits).parameters)
    assert session.history.train_losses.tolist() == history.losses.tolist()
    assert session.history.validations == history.validations
    assert (session.history.step, session.history.planned_epochs) == (steps, 3)
    assert session.progress.fraction == pytest.approx(steps / (3 * BATCHES), abs=0.01)
    assert session.history.checkups.until(steps)[-1].confusion.sum() == 107
    assert session.timeline is not None
    session.look_back(0)
    np.testing.assert_array_equal(session.parameters, session.initial_parameters)
    session.look_live()
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE and session.test_result is not None)
    np.testing.assert_array_equal(session.parameters, whole.model.parameters)
    assert session.history.train_losses.tolist() == whole_history.losses.tolist()
    assert [event.step for event in session.history.validations] == [each.step for each in whole_history.validations]


def test_a_finished_run_is_ready_to_read_and_can_be_trained_on(
    qtbot: QtBot, session: Session, digits: Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "done.safetensors"
    trainer, history = saved(project(), digits, path, 3 * BATCHES)
    session.set_drawing(digits.x_test[0, :, :, 0])
    assert session.open_model(path)
    qtbot.waitUntil(lambda: session.state is RunState.DONE and session.test_result is not None)
    np.testing.assert_array_equal(session.parameters, trainer.model.parameters)
    assert session.answer is not None
    assert session.answer.step == 3 * BATCHES
    assert len(session.history.epochs) == len(history.epochs) == 3
    assert session.progress.fraction == 1
    assert session.test_result is not None
    assert session.test_result.count == 300
    session.step_epoch()
    qtbot.waitUntil(lambda: session.history.step == 4 * BATCHES and session.state is RunState.PAUSED)
    assert session.history.planned_epochs == 6


def test_a_model_without_a_project_brings_its_stack(
    qtbot: QtBot, session: Session, digits: Dataset, tmp_path: Path
) -> None:
    model = Sequential([Flatten(), Dense(10, activation="softmax")], seed=3)
    model.build((28, 28, 1))
    model.compile(SGD(0.05), "categorical_crossentropy", ["accuracy"])
    path = tmp_path / "bare.safetensors"
    model_file.save(model, path)
    assert session.open_model(path)
    qtbot.waitUntil(lambda: session.parameters.size == 7850)
    np.testing.assert_array_equal(session.parameters, model.parameters)
    assert session.project.name == "bare"
    assert session.project.optimizer == SGD(0.05)
    assert session.project.pen_digits == NO_PEN_DIGITS
    assert session.state is RunState.READY
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == 1)


def test_what_is_no_model_is_said_and_nothing_is_lost(session: Session, digits: Dataset, tmp_path: Path) -> None:
    before, parameters = session.project, session.parameters
    other = tmp_path / "other.safetensors"
    trainer, _ = run_for(project(), digits, 5)
    wrong = replace(project(), layers=project().layers[2:])
    model_file.save(trainer.model, other, project=json.loads(wrong.to_json()))
    half = tmp_path / "half.safetensors"
    half.write_bytes(other.read_bytes()[:-9])
    history = tmp_path / "history.safetensors"
    model_file.save(trainer.model, history, project=json.loads(project().to_json()), history={"a": 1})
    for path, words in (
        (other, "belong to other layers"), (half, "truncated"), (tmp_path / "none.safetensors", "There is no file"),
        (history, "history"),
    ):  # fmt: skip
        assert not session.open_model(path)
        assert session.message is not None
        assert session.message.title == "The model could not be opened."
        assert words in session.message.text
    assert session.project is before
    assert session.parameters is parameters


def test_weights_for_other_images_are_refused_in_words(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    model = Sequential([Flatten(), Dense(10, activation="softmax")], seed=3)
    model.build((5, 5, 1))
    model.compile(SGD(0.05), "categorical_crossentropy", ["accuracy"])
    path = tmp_path / "small.safetensors"
    model_file.save(model, path)
    assert session.open_model(path)
    qtbot.waitUntil(lambda: session.state is RunState.FAILED)
    assert session.message is not None
    assert "260 weights" in session.message.text
