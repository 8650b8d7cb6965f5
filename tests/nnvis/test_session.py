"""The session with its real thread: what the toolbar asks for happens, and the window never waits for it."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt, QThread
from pytestqt.qtbot import QtBot

from core import stack
from core.data import Dataset, Source
from core.errors import ConfigError, FileError
from core.evaluation import evaluate
from core.layers import Activation, Dense, Dropout, Flatten
from core.optimizers import SGD, Adam
from core.training import BatchDone, ValidationDone
from nnvis.project import Project
from nnvis.recipe import DataRecipe, TrainingRecipe, split_data
from nnvis.session import RunState, Session, Snapshot
from nnvis.training import loader, run

BATCHES = 19  # of 64, in an epoch of the `session` fixture


def epochs(session: Session, number: int) -> None:
    session.set_training(session.project.training.replace(epochs=number))


def wait_for(qtbot: QtBot, session: Session, state: RunState) -> None:
    """Wait for the state, and until everything that belongs to it has arrived."""
    qtbot.waitUntil(lambda: session.state is state and (state is not RunState.DONE or session.test_result is not None))


def headless(project: Project, dataset: Dataset) -> tuple[list[Any], np.ndarray]:
    """All events and the last parameters of the same run without a window."""
    split = split_data(dataset, project.data, project.seed)
    model = project.build_model(dataset)
    events = list(project.build_trainer(model, split).run())
    return events, model.parameters


# --- the life of a run --------------------------------------------------------------------------------------------


def test_it_starts_with_real_numbers(session: Session, digits: Dataset) -> None:
    (validation,) = session.history.validations
    assert (validation.step, validation.count) == (0, 107)
    assert 0 <= validation.accuracy < 0.4
    assert session.history.planned_epochs == 5
    assert session.history.batches_per_epoch == BATCHES
    assert session.dataset is digits
    assert session.image_counts == (1173, 107, 300)
    expected = session.project.build_model(digits)
    np.testing.assert_array_equal(session.parameters, expected.parameters)
    assert session.initial_parameters is session.parameters or np.array_equal(
        session.initial_parameters, session.parameters
    )
    assert session.views == expected.parameter_views()
    assert [report.parameters for report in session.layer_reports] == [0, 100480, 8256, 650]
    assert session.problems == ()


def test_a_run_is_bit_for_bit_the_one_without_a_window(qtbot: QtBot, session: Session, digits: Dataset) -> None:
    epochs(session, 3)
    session.train()
    assert session.is_training
    wait_for(qtbot, session, RunState.DONE)
    events, parameters = headless(session.project, digits)
    np.testing.assert_array_equal(session.parameters, parameters)
    batches = [event for event in events if isinstance(event, BatchDone)]
    assert session.history.train_losses.tolist() == [event.loss for event in batches]
    assert session.history.train_accuracies.tolist() == [event.accuracy for event in batches]
    assert session.history.validations == [event for event in events if isinstance(event, ValidationDone)]
    assert len(session.history.epochs) == 3


def test_the_end_of_a_run_is_tested(qtbot: QtBot, session: Session, digits: Dataset) -> None:
    epochs(session, 1)
    session.train()
    wait_for(qtbot, session, RunState.DONE)
    model = session.project.build_model(digits)
    model.parameters[...] = session.parameters
    split = split_data(digits, session.project.data, session.project.seed)
    expected = evaluate(model, digits.x_test, digits.y_test, split.scaling)
    result = session.test_result
    assert result is not None
    assert (result.count, result.accuracy) == (300, expected.accuracy)
    assert result.loss == pytest.approx(expected.loss)
    assert session.progress.fraction == 1.0
    assert not session.is_training


def test_pausing_changes_nothing_but_the_time(qtbot: QtBot, session: Session, digits: Dataset) -> None:
    epochs(session, 4)
    session.set_speed(100)
    session.train()
    for _ in range(5):
        step = session.history.step
        qtbot.waitUntil(lambda before=step: session.history.step > before)
        session.pause()
        with qtbot.waitSignal(session.state_changed):
            pass
        session.resume()
    session.set_speed(None)
    wait_for(qtbot, session, RunState.DONE)
    _, parameters = headless(session.project, digits)
    np.testing.assert_array_equal(session.parameters, parameters)
    np.testing.assert_array_equal(session.history.train_steps, np.arange(1, 4 * BATCHES + 1))


def test_pause_takes_effect_within_a_batch(qtbot: QtBot, session: Session) -> None:
    session.set_speed(20)
    session.train()
    qtbot.waitUntil(lambda: session.history.step >= 1)
    before = session.history.step
    session.pause()
    assert session.state is RunState.PAUSED
    with qtbot.waitSignal(session.state_changed):  # the worker confirms
        pass
    paused_at = session.history.step
    assert paused_at <= before + 1
    qtbot.wait(150)  # three turns of slow motion
    assert session.history.step == paused_at


def test_single_steps(qtbot: QtBot, session: Session, digits: Dataset) -> None:
    for step in (1, 2, 3):
        with qtbot.waitSignal(session.state_changed):
            session.step_batch()
        assert session.state is RunState.PAUSED
        assert session.history.step == step
    session.step_epoch()
    assert session.is_training
    wait_for(qtbot, session, RunState.PAUSED)
    assert (session.history.step, session.history.epoch, len(session.history.epochs)) == (BATCHES, 1.0, 1)
    session.step_epoch()
    wait_for(qtbot, session, RunState.PAUSED)
    assert session.history.step == 2 * BATCHES
    _, parameters = headless(replace(session.project, training=TrainingRecipe(epochs=2)), digits)
    np.testing.assert_array_equal(session.parameters, parameters)


def test_the_last_single_step_ends_the_run(qtbot: QtBot, session: Session) -> None:
    session.set_training(TrainingRecipe(batch_size=1000, epochs=1))
    qtbot.waitUntil(lambda: session.history.batches_per_epoch == 2)
    session.step_batch()
    wait_for(qtbot, session, RunState.PAUSED)
    session.step_batch()
    wait_for(qtbot, session, RunState.DONE)
    assert session.history.step == 2
    assert len(session.history.epochs) == 1


def test_stop_tests_and_keeps_the_network_and_training_goes_on_where_it_was(
    qtbot: QtBot, session: Session, digits: Dataset
) -> None:
    epochs(session, 3)
    session.set_speed(100)
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 2)
    session.stop()
    wait_for(qtbot, session, RunState.DONE)
    stopped_at = session.history.step
    assert stopped_at < 3 * BATCHES
    session.set_speed(None)
    session.train()
    assert session.test_result is None
    wait_for(qtbot, session, RunState.DONE)
    assert session.history.step == 3 * BATCHES
    _, parameters = headless(session.project, digits)
    np.testing.assert_array_equal(session.parameters, parameters)


def test_training_on_after_the_end_adds_the_recipes_epochs(qtbot: QtBot, session: Session, digits: Dataset) -> None:
    epochs(session, 2)
    session.train()
    wait_for(qtbot, session, RunState.DONE)
    session.train()
    wait_for(qtbot, session, RunState.DONE)
    assert (session.history.planned_epochs, session.history.epoch) == (4, 4.0)
    _, parameters = headless(replace(session.project, training=TrainingRecipe(epochs=4)), digits)
    np.testing.assert_array_equal(session.parameters, parameters)


def test_reset_gives_the_same_first_weights_and_the_same_run_again(qtbot: QtBot, session: Session) -> None:
    first = session.parameters
    epochs(session, 1)
    session.train()
    wait_for(qtbot, session, RunState.DONE)
    trained, losses = session.parameters, session.history.train_losses
    with qtbot.waitSignal(session.history_cleared):
        session.reset()
    assert session.state is RunState.READY
    assert (session.history.step, len(session.history), session.test_result) == (0, 0, None)
    assert len(session.history.validations) == 1
    np.testing.assert_array_equal(session.parameters, first)
    session.train()
    wait_for(qtbot, session, RunState.DONE)
    np.testing.assert_array_equal(session.parameters, trained)
    np.testing.assert_array_equal(session.history.train_losses, losses)


def test_another_seed_is_another_network(qtbot: QtBot, session: Session) -> None:
    first = session.parameters
    with qtbot.waitSignal(session.history_cleared):
        session.set_seed(8)
    assert not np.array_equal(session.parameters, first)


def test_reset_in_mid_training(qtbot: QtBot, session: Session) -> None:
    first = session.parameters
    epochs(session, 1000)
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 0)
    with qtbot.waitSignal(session.history_cleared):
        session.reset()
    assert session.state is RunState.READY
    np.testing.assert_array_equal(session.parameters, first)
    assert session.history.step == 0


# --- live changes ---------------------------------------------------------------------------------------------------


def test_a_learning_rate_applies_at_the_next_batch_and_the_run_stays_the_same(qtbot: QtBot, session: Session) -> None:
    session.set_optimizer(SGD(learning_rate=0.1))
    qtbot.waitUntil(lambda: session.running_project == session.project)
    session.step_batch()
    wait_for(qtbot, session, RunState.PAUSED)
    before = session.parameters
    session.set_optimizer(SGD(learning_rate=1e-12))
    assert not session.running_is_old
    with qtbot.waitSignal(session.state_changed):
        session.step_batch()
    assert session.history.step == 2
    np.testing.assert_allclose(session.parameters, before, atol=1e-9)
    session.undo()
    with qtbot.waitSignal(session.state_changed):
        session.step_batch()
    assert np.abs(session.parameters - before).max() > 1e-4


def test_the_rate_of_a_dropout_layer_applies_at_the_next_batch(qtbot: QtBot, session: Session, digits: Dataset) -> None:
    layers = (Flatten(), Dropout(rate=0.5), Dense(units=10, activation="softmax"))
    session.set_layers(layers, "drop units")
    qtbot.waitUntil(lambda: session.running_project == session.project)
    before = session.project
    for _ in range(2):
        with qtbot.waitSignal(session.state_changed):
            session.step_batch()
        session.replace_layer(1, Dropout(rate=0.1))
    assert not session.running_is_old

    model = before.build_model(digits)
    trainer = before.build_trainer(model, split_data(digits, before.data, before.seed))
    for event in trainer.run():
        if isinstance(event, BatchDone):
            if event.step == 2:
                break
            trainer.set_live(layers=session.project.layers)
    np.testing.assert_array_equal(session.parameters, model.parameters)


def test_epochs_and_batch_size_can_change_in_mid_run(qtbot: QtBot, session: Session) -> None:
    session.step_batch()
    wait_for(qtbot, session, RunState.PAUSED)
    session.set_training(session.project.training.replace(epochs=2, batch_size=1173))
    assert not session.running_is_old
    session.train()
    wait_for(qtbot, session, RunState.DONE)
    assert session.history.step == 3  # the first batch, the rest of its epoch, and an epoch of one batch
    assert session.history.planned_epochs == 2
    assert session.history.train_epochs[-1] == 2.0


def test_slow_motion(qtbot: QtBot, session: Session) -> None:
    session.set_speed(40)
    started = time.perf_counter()
    session.train()
    qtbot.waitUntil(lambda: session.history.step >= 5)
    assert time.perf_counter() - started >= 4 / 40
    session.set_speed(None)
    wait_for(qtbot, session, RunState.DONE)


# --- editing --------------------------------------------------------------------------------------------------------


def test_before_training_the_page_follows_the_stack(qtbot: QtBot, session: Session) -> None:
    with qtbot.waitSignal(session.history_cleared):
        session.replace_layer(1, session.project.layers[1].replace(units=16))
    assert len(session.parameters) == 784 * 16 + 16 + 16 * 64 + 64 + 650
    assert len(session.history.validations) == 1
    assert not session.running_is_old
    assert session.running_project == session.project


def test_an_edit_while_training_leaves_the_running_network_alone(qtbot: QtBot, session: Session) -> None:
    epochs(session, 1000)
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 0)
    session.remove_layer(2)
    assert session.running_is_old
    assert session.is_training
    step = session.history.step
    qtbot.waitUntil(lambda: session.history.step > step + 5)
    assert len(session.parameters) == 109386
    session.undo()
    assert not session.running_is_old

    session.remove_layer(2)
    epochs(session, 1)
    session.train()  # the new stack, from the start
    assert not session.running_is_old
    wait_for(qtbot, session, RunState.DONE)
    assert session.history.step == BATCHES
    assert len(session.parameters) == 784 * 128 + 128 + 1290


def test_a_name_is_no_reason_for_a_new_network(session: Session) -> None:
    session.rename("digits")
    assert not session.running_is_old
    assert session.undo_text == "rename project"


def test_a_stack_that_cannot_be_built_is_refused_and_pointed_at(qtbot: QtBot, session: Session) -> None:
    session.remove_layer(0)
    assert [problem.layer for problem in session.problems] == [0]
    for ask in (session.train, session.step_batch, session.step_epoch, session.reset):
        session.clear_message()
        session.select_layer(2)
        with qtbot.waitSignal(session.message_posted) as posted:
            ask()
        assert "flat input" in posted.args[0].text
        assert session.selected_layer == 0
        assert session.state is RunState.READY
    remedy = session.problems[0].remedy
    assert remedy is not None
    with qtbot.waitSignal(session.message_cleared):  # what it spoke of has been put right
        session.apply_remedy(remedy)
    assert session.problems == ()
    assert session.undo_text == "insert Flatten"
    epochs(session, 1)
    session.train()
    wait_for(qtbot, session, RunState.DONE)


def test_a_paused_run_goes_on_although_the_stack_is_broken_meanwhile(qtbot: QtBot, session: Session) -> None:
    epochs(session, 2)
    session.step_batch()
    wait_for(qtbot, session, RunState.PAUSED)
    session.remove_layer(0)
    session.resume()
    wait_for(qtbot, session, RunState.DONE)
    assert session.history.step == 2 * BATCHES


def test_selection_follows_the_layers(qtbot: QtBot, session: Session) -> None:
    with qtbot.waitSignal(session.selected_layer_changed):
        session.insert_layer(1, Activation())
    assert session.selected_layer == 1
    session.move_layer(1, 3)
    assert session.selected_layer == 3
    session.select_layer(4)
    session.remove_layer(4)
    assert session.selected_layer == 3
    session.select_layer(99)
    assert session.selected_layer is None


def test_edits_can_be_undone_and_redone_while_training(qtbot: QtBot, session: Session) -> None:
    epochs(session, 1000)
    session.train()
    first = session.project
    for units in (5, 6, 7):
        session.replace_layer(1, Dense(units=units))
    session.set_loss(session.project.loss.replace())
    session.set_data(DataRecipe(validation_share=0.2))
    last = session.project
    assert session.undo_text == "change validation share"
    while session.undo_text != "change epochs":
        session.undo()
    assert session.project == first
    while session.can_redo:
        session.redo()
    assert session.project == last
    assert session.is_training


def test_a_whole_project_is_one_edit(session: Session) -> None:
    small = Project(layers=(Flatten(), Dense(units=10, activation="softmax")), optimizer=Adam())
    session.set_project(small, "use template softmax regression")
    assert session.project == small
    assert session.undo_text == "use template softmax regression"
    session.undo()
    assert session.project == Project.default()


# --- files ----------------------------------------------------------------------------------------------------------


def test_save_and_open(qtbot: QtBot, session: Session, tmp_path: Any) -> None:
    path = tmp_path / "mine.json"
    with pytest.raises(ConfigError, match="no file yet"):
        session.save_project()
    session.set_seed(99)
    assert session.is_modified
    assert session.save_project(path)
    assert (session.is_modified, session.project_path) == (False, path)
    session.new_project()
    assert (session.project, session.project_path, session.can_undo) == (Project.default(), None, False)
    with qtbot.waitSignal(session.history_cleared):
        assert session.open_project(path)
    assert (session.project.seed, session.project_path, session.is_modified) == (99, path, False)
    assert not session.can_undo


def test_opening_in_mid_training_ends_the_run(qtbot: QtBot, session: Session, tmp_path: Any) -> None:
    path = tmp_path / "mine.json"
    Project.default().save(path)
    epochs(session, 1000)
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 0)
    with qtbot.waitSignal(session.history_cleared):
        session.open_project(path)
    assert session.state is RunState.READY
    assert session.history.step == 0


def test_a_bad_file_is_a_message_and_changes_nothing(qtbot: QtBot, session: Session, tmp_path: Any) -> None:
    path = tmp_path / "bad.json"
    path.write_text("{")
    before = session.project
    with qtbot.waitSignal(session.message_posted) as posted:
        assert not session.open_project(path)
    assert "'bad.json' is damaged" in posted.args[0].text
    with qtbot.waitSignal(session.message_posted) as posted:
        assert not session.save_project(tmp_path / "no" / "folder.json")
    assert "could not be saved" in posted.args[0].text
    assert session.project is before
    assert session.project_path is None


# --- answers ----------------------------------------------------------------------------------------------------------


def test_a_drawing_is_answered_at_once_and_after_every_snapshot(
    qtbot: QtBot, session: Session, digits: Dataset
) -> None:
    image = digits.x_test[0, ..., 0]
    with qtbot.waitSignals([session.drawing_changed, session.answer_changed]):
        session.set_drawing(image)
    assert session.answer is not None
    assert session.answer.step == 0
    np.testing.assert_array_equal(session.answer.probabilities, session.predict(image))
    steps = []
    session.answer_changed.connect(lambda: steps.append(session.answer and session.answer.step))
    session.train()
    wait_for(qtbot, session, RunState.DONE)
    assert steps == sorted(steps)
    assert steps[-1] == session.history.step
    assert session.answer.digit == 7
    with qtbot.waitSignal(session.answer_changed):
        session.set_drawing(None)
    assert session.answer is None


def test_predict_is_the_network_of_the_latest_snapshot(qtbot: QtBot, session: Session, digits: Dataset) -> None:
    session.set_data(DataRecipe(scaling="standardize"))
    epochs(session, 1)
    session.train()
    wait_for(qtbot, session, RunState.DONE)
    model = session.project.build_model(digits)
    model.parameters[...] = session.parameters
    split = split_data(digits, session.project.data, session.project.seed)
    expected = model.predict(split.scaling.apply(digits.x_test[:5]))
    np.testing.assert_array_equal(session.predict(digits.x_test[:5]), expected)


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_divergence_is_a_message_with_a_remedy_that_works(qtbot: QtBot, session: Session) -> None:
    epochs(session, 1)
    session.set_optimizer(SGD(learning_rate=1000.0))
    with qtbot.waitSignal(session.message_posted, timeout=10000) as posted:
        session.train()
    assert session.state is RunState.FAILED
    message = posted.args[0]
    assert message.title.startswith("The loss exploded: ")
    assert message.text.startswith("Learning rate 1000.0 is too large for SGD")
    assert np.isfinite(session.parameters).all()
    assert session.history.step >= 1
    message.actions[0].callback()
    assert session.message is None
    wait_for(qtbot, session, RunState.DONE)
    assert session.project.optimizer == SGD(learning_rate=0.05)
    assert session.history.step == BATCHES
    session.undo()
    assert session.project.optimizer == SGD(learning_rate=1000.0)


def test_after_divergence_train_starts_a_new_run(qtbot: QtBot, session: Session) -> None:
    session.set_optimizer(SGD(learning_rate=1000.0))
    with qtbot.waitSignal(session.message_posted, timeout=10000):
        session.train()
    session.set_optimizer(SGD(learning_rate=0.01))
    session.train()
    wait_for(qtbot, session, RunState.DONE)
    assert session.history.train_steps[0] == 1
    assert len(session.history) == 5 * BATCHES


def test_missing_images_leave_the_program_usable(
    qtbot: QtBot, digits: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    def missing(_source: Source, _progress: Any) -> Dataset:
        raise FileError("The file 'train-images-idx3-ubyte.gz' is missing. Install nnvis again.")

    monkeypatch.setattr(loader, "load", missing)
    session = Session()
    try:
        with qtbot.waitSignal(session.message_posted) as posted:
            pass
        assert "'train-images-idx3-ubyte.gz' is missing" in posted.args[0].text
        assert session.state is RunState.FAILED
        session.replace_layer(1, Dense(units=3))
        session.undo()
        assert session.save_project(tmp_path / "still.json")
        session.set_drawing(np.zeros((28, 28), np.uint8))
        assert session.answer is None
        with pytest.raises(ConfigError, match="still being loaded"):
            session.predict(np.zeros((28, 28), np.uint8))
        with qtbot.waitSignal(session.message_posted):
            session.train()
        monkeypatch.setattr(loader, "load", lambda _source, _progress: digits)
        posted.args[0].actions[0].callback()
        assert session.state is RunState.LOADING
        wait_for(qtbot, session, RunState.READY)
    finally:
        session.shutdown()


@pytest.mark.parametrize(("error", "title"), [
    (MemoryError(), "There is not enough memory for this network."),
    (ZeroDivisionError("ours"), "Something went wrong while training."),
])  # fmt: skip
def test_an_error_in_the_thread_is_a_message_and_the_thread_lives_on(
    qtbot: QtBot, session: Session, monkeypatch: pytest.MonkeyPatch, error: Exception, title: str
) -> None:
    def fail(_run: Any) -> Any:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(run.Run, "next_event", fail)
        with qtbot.waitSignal(session.message_posted) as posted:
            session.train()
    assert posted.args[0].title == title
    assert ("ZeroDivisionError: ours" in posted.args[0].report) == isinstance(error, ZeroDivisionError)
    assert session.state is RunState.FAILED
    session.train()
    wait_for(qtbot, session, RunState.DONE)


# --- the thread -----------------------------------------------------------------------------------------------------


def test_at_full_speed_at_most_one_snapshot_waits(qtbot: QtBot, session: Session) -> None:
    """A window that is slower than the batches gets fewer snapshots, never a queue of them."""
    arrived: list[Snapshot] = []
    calls: list[int] = []  # snapshots announced but not yet there, at each announcement, counted in the worker

    def announced() -> None:
        calls.append(1)

    def slow_window(snapshot: Snapshot) -> None:
        arrived.append(snapshot)
        QThread.msleep(100)  # three snapshots could be made meanwhile

    session._worker.snapshot_ready.connect(announced, Qt.ConnectionType.DirectConnection)
    session.snapshot_arrived.connect(slow_window)
    epochs(session, 10)
    qtbot.waitUntil(lambda: session.history.planned_epochs == 10)
    arrived.clear()
    calls.clear()
    waiting = []
    session.snapshot_arrived.connect(lambda _snapshot: waiting.append(len(calls) - len(arrived)))
    session.train()
    wait_for(qtbot, session, RunState.DONE)
    assert len(arrived) >= 2
    assert max(waiting) <= 1
    steps = np.concatenate([snapshot.points.steps for snapshot in arrived])
    np.testing.assert_array_equal(steps, np.arange(1, 10 * BATCHES + 1))


def test_start_and_stop_many_times_leaves_one_thread(qtbot: QtBot, session: Session) -> None:
    threads = threading.active_count()
    epochs(session, 1000)
    for _ in range(60):
        session.train()
        session.stop()
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 0)
    session.stop()
    wait_for(qtbot, session, RunState.DONE)
    assert threading.active_count() <= threads
    assert session._worker.isRunning()


def test_orders_in_any_haste_end_where_the_last_one_says(
    qtbot: QtBot, session: Session, rng: np.random.Generator
) -> None:
    epochs(session, 1000)
    asks = [
        session.train, session.pause, session.resume, session.step_batch, session.step_epoch, session.stop,
        session.reset,
    ]  # fmt: skip
    for _ in range(300):
        asks[rng.integers(len(asks))]()
        if rng.random() < 0.2:
            qtbot.wait(1)
    session.reset()
    epochs(session, 1)
    session.train()
    wait_for(qtbot, session, RunState.DONE)
    np.testing.assert_array_equal(session.history.train_steps, np.arange(1, BATCHES + 1))


def test_shutdown_in_mid_training_is_quick_and_final(qtbot: QtBot, session: Session) -> None:
    epochs(session, 1000)
    session.set_speed(1)  # also out of the long wait of slow motion
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 0)
    started = time.perf_counter()
    session.shutdown()
    assert time.perf_counter() - started < 1
    assert session._worker.isFinished()
    session.shutdown()
    session.train()
    session.reset()
    qtbot.wait(50)
    assert session._worker.isFinished()


def test_a_network_too_large_for_the_memory_is_refused_before_anything_is_allocated(session: Session) -> None:
    wide = (Flatten(), *(Dense(8192, "relu") for _ in range(4)), Dense(10, "softmax"))
    started = time.perf_counter()
    session.set_layers(wide, "try it")
    assert time.perf_counter() - started < 0.1
    (problem,) = session.problems
    assert problem.severity == "error"
    assert problem.remedy is not None
    session.train()
    assert not session.is_training
    session.apply_remedy(problem.remedy)
    assert session.problems == ()


def test_the_batch_size_counts_in_what_a_network_needs(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "free_memory", lambda: 60 << 20)
    session.set_training(session.project.training.replace(batch_size=4096))
    (problem,) = session.problems
    assert "batches of 4,096" in problem.text
    session.set_training(session.project.training.replace(batch_size=32))
    assert session.problems == ()
