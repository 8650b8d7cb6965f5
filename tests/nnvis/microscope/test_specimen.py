"""What the window is told of the next update is what the worker then does."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from core.optimizers import SGD
from nnvis.microscope.specimen import Specimen
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
