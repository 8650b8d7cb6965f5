"""Looking back in a run: every view shows the network as it was, bit for bit, while training goes on."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.errors import ConfigError
from nnvis.session import RunState, Session


@pytest.fixture
def trained(session: Session, qtbot: QtBot) -> Session:
    """A session that has trained three batches, one by one, and remembers the parameters of each."""
    kept = [session.parameters.copy()]
    for step in (1, 2, 3):
        session.step_batch()
        qtbot.waitUntil(lambda step=step: session.history.step == step and not session.is_training)
        kept.append(session.parameters.copy())
    session.setProperty("kept", kept)
    return session


def test_the_past_is_shown_bit_for_bit(trained: Session, qtbot: QtBot) -> None:
    kept = trained.property("kept")
    assert trained.timeline is not None
    assert trained.timeline.steps == (0, 1, 2, 3)
    for step in (1, 3, 0, 2):
        with qtbot.waitSignal(trained.moment_changed):
            trained.look_back(step)
        assert trained.shown_step == step
        assert not trained.is_live
        np.testing.assert_array_equal(trained.parameters, kept[step])
    trained.look_live()
    assert trained.is_live
    np.testing.assert_array_equal(trained.parameters, kept[3])


def test_answers_are_those_of_the_moment(trained: Session) -> None:
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 12:16] = 255
    trained.set_drawing(image)
    assert trained.answer is not None
    now = trained.answer.probabilities.copy()
    trained.look_back(0)
    assert trained.answer.step == 0
    assert not np.array_equal(trained.answer.probabilities, now)
    np.testing.assert_array_equal(trained.predict(image), trained.answer.probabilities)
    trained.look_live()
    np.testing.assert_array_equal(trained.answer.probabilities, now)


def test_training_goes_on_while_looking_back(trained: Session, qtbot: QtBot) -> None:
    kept = trained.property("kept")
    trained.look_back(1)
    trained.step_batch()
    qtbot.waitUntil(lambda: trained.history.step == 4)
    np.testing.assert_array_equal(trained.parameters, kept[1])
    trained.look_live()
    assert trained.shown_step == 4
    assert not np.array_equal(trained.parameters, kept[3])


def test_a_fresh_network_is_shown_live(trained: Session, qtbot: QtBot) -> None:
    trained.look_back(1)
    with qtbot.waitSignal(trained.history_cleared):
        trained.reset()
    assert trained.is_live
    assert trained.state is RunState.READY
    np.testing.assert_array_equal(trained.parameters, trained.property("kept")[0])


def test_a_branch_starts_from_the_very_weights_that_are_shown(trained: Session, qtbot: QtBot) -> None:
    kept = trained.property("kept")
    trained.look_back(2)
    with qtbot.waitSignal(trained.history_cleared):
        trained.branch()
    assert trained.is_live
    assert trained.state is RunState.READY
    assert trained.history.step == 0
    np.testing.assert_array_equal(trained.parameters, kept[2])
    np.testing.assert_array_equal(trained.initial_parameters, kept[2])
    trained.step_batch()
    qtbot.waitUntil(lambda: trained.history.step == 1)
    assert not np.array_equal(trained.parameters, kept[2])


def test_no_branch_into_another_stack(trained: Session) -> None:
    trained.remove_layer(1)
    with pytest.raises(ConfigError, match="layers were changed"):
        trained.branch()
