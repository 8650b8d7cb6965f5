"""What the window is told of the next update is what the worker then does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.data import Augmentation
from core.layers import Dense, Dropout, Flatten
from core.optimizers import SGD, Adam, Optimizer
from nnvis.microscope.specimen import Specimen
from nnvis.microscope.stops import stops_of
from nnvis.microscope.trace import Bench
from nnvis.session import RunState, Session


def ask(qtbot: QtBot, session: Session) -> Specimen:
    with qtbot.waitSignal(session.specimen_arrived) as told:
        session.ask_specimen()
    specimen: Specimen = told.args[0]
    return specimen


def step(qtbot: QtBot, session: Session) -> None:
    before = session.history.step
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == before + 1 and session.state is not RunState.READY)


def test_the_traced_update_is_the_one_that_then_happens(qtbot: QtBot, session: Session) -> None:
    model = session.new_model()
    assert model is not None
    bench = Bench(model)
    for expected in range(3):
        specimen = ask(qtbot, session)
        assert (specimen.step, len(specimen.labels), specimen.applies) == (expected, 64, True)
        trace = bench.trace(specimen)
        step(qtbot, session)
        # training multiplies in another order; Adam magnifies such round-off where a gradient is nearly 0
        np.testing.assert_allclose(trace.mean_loss, session.history.train_losses[-1], rtol=1e-6)
        np.testing.assert_allclose(trace.moved, session.parameters, rtol=1e-5, atol=1e-5)


def test_looking_does_not_disturb_the_run(qtbot: QtBot, session: Session) -> None:
    ask(qtbot, session)
    step(qtbot, session)
    first = session.parameters.copy()
    session.reset()
    qtbot.waitUntil(lambda: session.history.step == 0)
    step(qtbot, session)
    np.testing.assert_array_equal(session.parameters, first)


def test_it_can_be_asked_for_while_training_goes_on(qtbot: QtBot, session: Session) -> None:
    session.set_training(session.project.training.replace(epochs=1000))
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 3)
    specimen = ask(qtbot, session)
    assert session.is_training
    assert specimen.step > 0
    session.stop()
    qtbot.waitUntil(lambda: session.test_result is not None)
    assert ask(qtbot, session).step == session.history.step  # a run that is over can be trained on


def test_a_changed_learning_rate_is_that_of_the_next_update(qtbot: QtBot, session: Session) -> None:
    session.set_optimizer(SGD(learning_rate=0.1))
    qtbot.waitUntil(lambda: session.state is RunState.READY and not session.running_is_old)
    step(qtbot, session)
    session.set_optimizer(SGD(learning_rate=0.25))
    assert ask(qtbot, session).optimizer.learning_rate == 0.25


def test_the_images_are_what_was_there_before_scaling(qtbot: QtBot, session: Session) -> None:
    images = ask(qtbot, session).images
    assert images.shape == (64, 28, 28, 1)
    assert (images.min(), images.max()) == (0.0, 1.0)


@pytest.mark.parametrize("optimizer", [SGD(learning_rate=0.1), Adam()], ids=["SGD", "Adam"])
def test_an_update_of_the_past_is_the_one_that_happened(
    qtbot: QtBot, session: Session, optimizer: Optimizer
) -> None:
    layers = (Flatten(), Dense(16, activation="relu"), Dropout(0.5), Dense(10, activation="softmax"))
    session.set_layers(layers, "smaller")
    session.set_optimizer(optimizer)
    session.set_augmentation(Augmentation(rotation_range=20.0))
    qtbot.waitUntil(lambda: session.state is RunState.READY and not session.running_is_old)
    then = []
    for _ in range(4):
        then.append(ask(qtbot, session))
        step(qtbot, session)
    model = session.new_model()
    assert model is not None
    bench = Bench(model)
    for before in (2, 0):
        with qtbot.waitSignal(session.specimen_arrived) as told:
            session.look_back(before)
            session.ask_specimen()
        specimen = told.args[0]
        assert (specimen.step, specimen.is_past) == (before, True)
        np.testing.assert_array_equal(specimen.X, then[before].X)
        np.testing.assert_array_equal(specimen.labels, then[before].labels)
        traced, first = bench.trace(specimen), bench.trace(then[before])
        np.testing.assert_array_equal(traced.update["G"], first.update["G"])  # the dropout is the same, too
        assert specimen.moves == (optimizer.kind_name() == "SGD" or before == 0)
        if specimen.moves:
            np.testing.assert_array_equal(traced.moved, first.moved)
        else:
            title = next(stop.title for stop in stops_of(traced) if stop.tag == "Update")
            assert title == "The step, as if Adam began here"
    session.look_back(4)  # no update came after it yet: it is the one that comes next
    assert session.knows_batch
    assert ask(qtbot, session).step == 4


def test_a_changed_dropout_does_not_change_the_past(qtbot: QtBot, session: Session) -> None:
    session.set_layers((Flatten(), Dropout(0.25), Dense(10, activation="softmax")), "smaller")
    qtbot.waitUntil(lambda: session.state is RunState.READY and not session.running_is_old)
    step(qtbot, session)
    session.set_layers((Flatten(), Dropout(0.75), Dense(10, activation="softmax")), "louder")
    step(qtbot, session)
    session.look_back(0)
    past = ask(qtbot, session)
    assert past.is_past
    model = session.new_model()
    assert model is not None
    bench = Bench(model)
    for specimen, rate in ((past, 0.25), (replace(past, layers=(Flatten(), Dropout(0.75), past.layers[2])), 0.75)):
        mask = bench.trace(specimen).layers[1].arrays["M"]
        assert 1 / mask.max() == pytest.approx(1 - rate)
