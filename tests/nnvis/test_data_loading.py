"""Images follow the project: loaded beside the training, given up when nobody wants them, never in anybody's way."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.data import ArrayFile, Dataset, ImageFolder, Mnist, PenDigits
from core.layers import Dense, Flatten
from nnvis.session import RunState, Session
from nnvis.training import loader


def npz(path: Path, classes: int, side: int = 6) -> ArrayFile:
    rng = np.random.default_rng(classes)
    images = rng.integers(0, 255, (20 * classes, side, side), dtype=np.uint8)
    np.savez(path, x=images, y=np.arange(20 * classes) % classes)
    return ArrayFile(str(path))


@pytest.fixture
def real(session: Session, monkeypatch: pytest.MonkeyPatch, digits: Dataset) -> Session:
    """From now on everything but MNIST is really loaded."""
    monkeypatch.setattr(
        loader, "load", lambda source, progress: digits if isinstance(source, Mnist) else source.load(progress)
    )
    return session


def loaded(qtbot: QtBot, session: Session) -> None:
    qtbot.waitUntil(lambda: session.loading is None)


def test_other_images_are_loaded_and_a_fitting_network_is_made(qtbot: QtBot, real: Session, tmp_path: Path) -> None:
    real.set_layers((Flatten(), Dense(units=3, activation="softmax")))
    real.set_source(npz(tmp_path / "three.npz", classes=3))
    assert not real.has_data
    with qtbot.waitSignal(real.history_cleared):
        pass
    assert real.has_data
    assert real.dataset is real.shown_dataset
    assert real.dataset is not None
    assert real.dataset.input_shape == (6, 6, 1)
    assert real.image_counts == (44, 4, 12)
    real.step_batch()
    qtbot.waitUntil(lambda: real.history.step == 1)


def test_what_does_not_fit_is_said_on_its_card_before_anything_is_built(
    qtbot: QtBot, real: Session, tmp_path: Path
) -> None:
    before = real.shown_dataset
    real.set_source(npz(tmp_path / "three.npz", classes=3))
    loaded(qtbot, real)
    errors = [problem for problem in real.problems if problem.severity == "error"]
    assert [problem.layer for problem in errors] == [3]
    assert real.state is RunState.READY
    assert real.shown_dataset is before
    remedy = errors[0].remedy
    assert remedy is not None
    with qtbot.waitSignal(real.history_cleared):
        real.apply_remedy(remedy)
    assert real.shown_dataset is real.dataset is not before


def test_train_pressed_while_images_are_loaded_starts_when_they_are_there(
    qtbot: QtBot, real: Session, tmp_path: Path
) -> None:
    real.set_layers((Flatten(), Dense(units=4, activation="softmax")))
    real.set_source(npz(tmp_path / "four.npz", classes=4))
    real.train()
    qtbot.waitUntil(lambda: real.state is RunState.DONE)
    assert real.history.step > 0
    assert real.shown_dataset is real.dataset


def test_train_pressed_before_anybody_can_know_that_it_cannot_be(
    qtbot: QtBot, real: Session, tmp_path: Path
) -> None:
    real.set_source(npz(tmp_path / "three.npz", classes=3))
    with qtbot.waitSignal(real.message_posted) as posted:
        real.train()
    assert posted.args[0].title == "This network cannot be trained yet."
    assert real.state is RunState.READY
    real.undo()
    real.train()
    qtbot.waitUntil(lambda: real.state is RunState.DONE)


def test_a_run_that_goes_on_after_a_refusal_is_heard_again(qtbot: QtBot, real: Session, tmp_path: Path) -> None:
    real.step_batch()
    qtbot.waitUntil(lambda: real.history.step == 1)
    real.set_source(npz(tmp_path / "three.npz", classes=3))
    with qtbot.waitSignal(real.message_posted):
        real.train()
    real.undo()
    assert not real.running_is_old
    assert real.state is RunState.PAUSED
    with qtbot.waitSignal(real.specimen_arrived):  # the Microscope is answered
        real.ask_specimen()
    with qtbot.waitSignal(real.run_kept):  # and so is the autosave
        real.keep_run()
    real.step_batch()
    qtbot.waitUntil(lambda: real.history.step == 2)
    real.set_optimizer(real.project.optimizer.replace(learning_rate=1e6))
    real.train()
    qtbot.waitUntil(lambda: real.state in (RunState.FAILED, RunState.DONE))  # and so is its end, good or bad


def test_training_goes_on_while_other_images_are_loaded(qtbot: QtBot, real: Session, tmp_path: Path) -> None:
    real.set_speed(50)
    real.train()
    qtbot.waitUntil(lambda: real.history.step > 2)
    before, step = real.shown_dataset, real.history.step
    real.set_source(npz(tmp_path / "three.npz", classes=3))
    loaded(qtbot, real)
    assert real.is_training
    assert real.running_is_old
    qtbot.waitUntil(lambda: real.history.step > step)
    assert real.shown_dataset is before is not real.dataset


def test_images_that_cannot_be_used_are_explained_and_the_way_back_is_a_button(
    qtbot: QtBot, real: Session, tmp_path: Path
) -> None:
    before = real.dataset
    with qtbot.waitSignal(real.message_posted) as posted:
        real.set_source(ImageFolder(str(tmp_path)))
    message = posted.args[0]
    assert "has no class folders with pictures" in message.text
    assert [action.label for action in message.actions] == ["Try again", "Use MNIST digits"]
    assert real.dataset is before
    assert real.state is RunState.READY
    real.replace_layer(1, Dense(units=5))  # goes on, and does not ask for them again and again
    assert real.loading is None
    real.undo()
    message.actions[1].callback()
    assert real.project.source == Mnist()
    assert real.has_data
    assert not real.is_modified


class Slow:
    """Stands for a source of which one image after the other comes."""

    def __init__(self, digits: Dataset) -> None:
        self.digits, self.go_on, self.given_up = digits, threading.Event(), False

    def load(self, source: object, progress: object) -> Dataset:
        if isinstance(source, Mnist):
            return self.digits
        assert callable(progress)
        try:
            for done in range(100):
                progress(done, 100)
                if done == 1:
                    self.go_on.wait(5)
        except loader.GivenUpError:
            self.given_up = True
            raise
        return self.digits


def test_loading_says_how_far_it_is_and_can_be_given_up(
    qtbot: QtBot, session: Session, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(digits)
    monkeypatch.setattr(loader, "load", slow.load)
    session.set_source(PenDigits())
    qtbot.waitUntil(lambda: session.loading is not None and session.loading.total == 100)
    session.give_up_loading()
    assert session.loading is None
    assert session.project.source == Mnist()
    assert not session.is_modified
    assert not session.can_undo
    slow.go_on.set()
    qtbot.waitUntil(lambda: slow.given_up)
    session.set_source(PenDigits())
    loaded(qtbot, session)
    assert session.project.source == PenDigits()


def test_closing_gives_up_what_is_being_loaded(
    qtbot: QtBot, session: Session, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(digits)
    monkeypatch.setattr(loader, "load", slow.load)
    session.set_source(PenDigits())
    qtbot.waitUntil(lambda: session.loading is not None and session.loading.total == 100)
    slow.go_on.set()
    session.shutdown()
    assert not [thread for thread in threading.enumerate() if thread.name == "loading"]
