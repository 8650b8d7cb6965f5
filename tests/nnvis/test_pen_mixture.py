"""Pen digits in a project: mixed in bit for bit, drawn beside the training, changed live, and left out by one click."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.data import Dataset, PenMixture, pen_mixture
from core.schedules import CosineDecay
from nnvis import headless
from nnvis.project import NO_PEN_DIGITS, Project
from nnvis.recipe import TrainingRecipe, split_data, takes_pen_digits
from nnvis.session import RunState, Session
from nnvis.training import pen_drawer
from nnvis.training.pen_drawer import PenDrawer, PenProgress

FEW = PenMixture(share=0.25, count=300)


@pytest.fixture(autouse=True)
def small_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pen_mixture, pen_drawer):
        monkeypatch.setattr(module, "FIRST", 100)


def trained(project: Project, dataset: Dataset) -> np.ndarray:
    split = split_data(dataset, project.data, project.seed)
    model = project.build_model(dataset)
    mixture = project.pen_digits.mixture(project.pen_digits.digits())
    for _ in project.build_trainer(model, split, mixture).run():
        pass
    return model.parameters


def mixing(session: Session, mixture: PenMixture = FEW, epochs: int = 2) -> None:
    session.set_project(replace(session.project, pen_digits=mixture, training=TrainingRecipe(epochs=epochs)))


# --- in the project -----------------------------------------------------------------------------------------------


def test_the_first_project_mixes_them_in_and_a_file_keeps_that() -> None:
    project = Project.default()
    assert project.pen_digits == PenMixture(share=0.2, count=40_000, seed=0)
    assert (project.training.epochs, project.schedule) == (12, CosineDecay(warmup=0.0))
    changed = replace(project, pen_digits=PenMixture(share=0.4, count=123, seed=9))
    assert Project.from_json(changed.to_json()) == changed


def test_a_file_from_before_there_were_pen_digits_is_trained_as_it_was() -> None:
    data = json.loads(Project.default().to_json())
    del data["pen_digits"]
    assert Project.from_json(json.dumps(data)).pen_digits == NO_PEN_DIGITS
    assert not NO_PEN_DIGITS.share


def test_only_digits_of_the_same_form_get_them(digits: Dataset) -> None:
    assert takes_pen_digits(digits)
    letters = replace(digits, class_names=tuple("abcdefghij"))
    wide = replace(digits, x_train=digits.x_train[:, :, :20], x_test=digits.x_test[:, :, :20])
    for other in (letters, wide, replace(digits, name="pen_digits")):
        assert not takes_pen_digits(other)


# --- in a run -----------------------------------------------------------------------------------------------------


def test_a_run_in_the_window_is_bit_for_bit_the_one_without(qtbot: QtBot, session: Session, digits: Dataset) -> None:
    mixing(session)
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE)
    np.testing.assert_array_equal(session.parameters, trained(session.project, digits))
    plain = replace(session.project, pen_digits=NO_PEN_DIGITS)
    assert not np.array_equal(session.parameters, trained(plain, digits))


def test_the_command_line_mixes_them_in_too(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headless, "dataset_of", lambda _project: digits)
    project = replace(Project.default(), pen_digits=FEW, training=TrainingRecipe(epochs=1))
    np.testing.assert_array_equal(headless.train(project).model.parameters, trained(project, digits))


def test_training_begins_before_they_are_drawn_and_waits_for_the_rest(
    qtbot: QtBot, session: Session, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    draw_others = PenMixture.other_digits

    def slowly(self: PenMixture, *rest: Any) -> Any:
        assert release.wait(20)
        return draw_others(self, *rest)

    monkeypatch.setattr(PenMixture, "other_digits", slowly)
    mixing(session, epochs=3)
    session.train()
    try:
        qtbot.waitUntil(lambda: session.history.step == 19)  # the first epoch, and no further
        qtbot.wait(60)
        assert session.history.step == 19
        assert session.is_training
        session.pause()
        qtbot.waitUntil(lambda: session.state is RunState.PAUSED)  # it listens while it waits
        session.resume()
    finally:
        release.set()
    qtbot.waitUntil(lambda: session.state is RunState.DONE)
    np.testing.assert_array_equal(session.parameters, trained(session.project, digits))


def test_the_share_holds_from_the_next_batch_on(qtbot: QtBot, session: Session) -> None:
    mixing(session, epochs=50)
    session.set_speed(200)
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 3)
    session.set_pen_digits(FEW.replace(share=1.0))
    assert session.undo_text == "change share of pen digits"
    assert not session.running_is_old
    step = session.history.step
    qtbot.waitUntil(lambda: session.history.step > step + 2)
    session.set_pen_digits(FEW.replace(share=0.0))
    assert not session.running_is_old
    assert session.undo_text == "mix in no pen digits"
    session.stop()
    qtbot.waitUntil(lambda: session.test_result is not None)


def test_a_share_can_be_given_to_a_run_that_began_without(qtbot: QtBot, session: Session) -> None:
    mixing(session, NO_PEN_DIGITS.replace(count=300), epochs=200)
    session.set_speed(200)
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 2)
    assert session.pen_progress is None
    session.set_pen_digits(FEW)
    qtbot.waitUntil(lambda: session.pen_progress is not None and session.pen_progress.is_complete)
    assert session.is_training
    session.stop()
    qtbot.waitUntil(lambda: session.test_result is not None)


def test_what_goes_wrong_while_they_are_drawn_is_said(
    qtbot: QtBot, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(PenMixture, "first_digits", broken)
    mixing(session)
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.FAILED)
    assert session.message is not None
    assert "memory" in session.message.title + session.message.text


# --- the thread that draws ------------------------------------------------------------------------------------------


@pytest.fixture
def told() -> list[PenProgress]:
    return []


@pytest.fixture
def drawer(told: list[PenProgress], tmp_path: Path) -> Iterator[PenDrawer]:
    drawer = PenDrawer(lambda: tmp_path, told.append)
    yield drawer
    drawer.cancel()


def test_it_fills_what_it_gave_out(qtbot: QtBot, drawer: PenDrawer, told: list[PenProgress]) -> None:
    digits = drawer.want(FEW)
    assert not digits.images.any()
    drawer.begin()
    qtbot.waitUntil(lambda: drawer.ready == 300)
    np.testing.assert_array_equal(digits.images, FEW.digits().images)
    qtbot.waitUntil(lambda: bool(told) and told[-1].is_complete)
    assert drawer.want(FEW.replace(share=0.5)) is digits
    assert drawer.want(FEW.replace(seed=1)) is not digits
    assert drawer.ready == 0


def test_it_can_be_stopped_and_goes_on(qtbot: QtBot, drawer: PenDrawer, told: list[PenProgress]) -> None:
    many = PenMixture(count=60_000)
    drawer.want(many)
    drawer.begin()
    qtbot.waitUntil(lambda: bool(told))
    drawer.cancel()
    assert 0 < told[-1].done < 60_000
    before = len(told)
    qtbot.wait(50)
    assert len(told) == before
    digits = drawer.want(FEW)
    drawer.begin()
    qtbot.waitUntil(lambda: drawer.ready == 300)
    assert digits.images.any(axis=(1, 2, 3)).all()


def test_where_nothing_can_be_kept_they_are_drawn_all_the_same(qtbot: QtBot, told: list[PenProgress]) -> None:
    drawer = PenDrawer(lambda: None, told.append)
    drawer.want(FEW)
    drawer.begin()
    qtbot.waitUntil(lambda: drawer.ready == 300)
    drawer.cancel()
    assert told[-1].is_complete
