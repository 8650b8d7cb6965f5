"""Questions about the network that are answered beside the window; and how a drawing is read."""

from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.data import Preparation
from core.errors import ShapeError
from nnvis.reading import AS_TRAINED, Reading, tempered
from nnvis.session import RunState, Session
from nnvis.training.study import Finding, Look


def found(qtbot: QtBot, session: Session, topic: str, question) -> Finding:
    with qtbot.waitSignal(session.study.found) as caught:
        session.inquire(topic, question)
    return caught.args[0]


def test_a_question_sees_the_shown_parameters(qtbot: QtBot, session: Session) -> None:
    finding = found(qtbot, session, "sum", lambda look: float(np.abs(look.model.parameters).sum()))
    assert finding.error is None
    assert finding.value == pytest.approx(float(np.abs(session.parameters).sum()), rel=1e-6)


def test_the_network_that_trains_and_the_one_that_is_shown_are_left_alone(qtbot: QtBot, session: Session) -> None:
    image = session.dataset.x_test[0]
    before = session.predict(image)

    def spoil(look: Look) -> None:
        look.model.parameters[:] = np.nan

    found(qtbot, session, "spoil", spoil)
    np.testing.assert_array_equal(session.predict(image), before)
    session.step_batch()
    qtbot.waitUntil(lambda: session.state is RunState.PAUSED)
    assert np.isfinite(session.parameters).all()


def test_only_the_newest_question_of_a_topic_is_answered(qtbot: QtBot, session: Session) -> None:
    may_end, began = Event(), Event()
    seen = []

    def long(look: Look) -> str:
        began.set()
        may_end.wait(5)
        seen.append(look.unwanted())
        return "long"

    answers = []
    session.study.found.connect(lambda finding: answers.append((finding.topic, finding.value)))
    session.inquire("one", long)
    assert began.wait(5)
    session.inquire("one", lambda _look: "dropped")
    session.inquire("two", lambda _look: "two")
    session.inquire("one", lambda _look: "newest")
    may_end.set()
    qtbot.waitUntil(lambda: len(answers) == 2)
    assert sorted(answers) == [("one", "newest"), ("two", "two")]
    assert seen == [True]


def test_what_goes_wrong_becomes_a_message(qtbot: QtBot, session: Session) -> None:
    def broken(_look: Look) -> None:
        raise ShapeError("It does not fit.")

    with qtbot.waitSignal(session.message_posted) as caught:
        session.inquire("broken", broken)
    assert "It does not fit." in caught.args[0].text
    assert found(qtbot, session, "next", lambda _look: 1).value == 1


def test_closing_ends_a_long_question(qtbot: QtBot, session: Session) -> None:
    began = Event()

    def endless(look: Look) -> None:
        began.set()
        while not look.unwanted():
            np.sort(np.arange(1000))

    session.inquire("endless", endless)
    assert began.wait(5)
    session.shutdown()
    assert not session.study.isRunning()
    session.inquire("late", lambda _look: 1)
    assert not session.study.isRunning()


def test_temperature_makes_answers_less_sure_and_keeps_their_order(session: Session) -> None:
    session.set_drawing(session.dataset.x_test[0, ..., 0])
    own = session.answer.probabilities
    for temperature, surer in ((0.25, True), (4.0, False)):
        session.set_reading(replace(AS_TRAINED, temperature=temperature))
        answer = session.answer
        assert answer.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert (answer.confidence > float(own.max())) is surer
        np.testing.assert_array_equal(np.argsort(answer.probabilities), np.argsort(own))
        expected = tempered(np.log(own), temperature)
        np.testing.assert_allclose(answer.probabilities, expected, rtol=1e-3, atol=1e-6)


def test_tempered_scores_never_overflow() -> None:
    np.testing.assert_allclose(tempered(np.float32([1e4, 1e4 - 1, 0]), 1.0), [0.731, 0.269, 0], atol=1e-3)


def test_without_standardising_the_network_is_asked_something_else(qtbot: QtBot, session: Session) -> None:
    session.set_project(replace(session.project, data=session.project.data.replace(scaling="standardize")))
    qtbot.waitUntil(lambda: session.running_project == session.project)
    session.set_drawing(session.dataset.x_test[0, ..., 0])
    own = session.answer.probabilities
    session.set_reading(Reading(standardise=False))
    assert not np.allclose(session.answer.probabilities, own, atol=1e-4)
    assert not session.reading.prepares_as_trained
    session.set_reading(session.reading.as_trained())
    np.testing.assert_array_equal(session.answer.probabilities, own)
    assert session.reading.is_own
    assert not Reading(Preparation(crop=False)).is_own


def test_an_answer_below_the_threshold_is_not_sure(session: Session) -> None:
    session.set_drawing(session.dataset.x_test[0, ..., 0])
    assert not session.answer.is_sure  # an untrained network
    session.set_reading(Reading(threshold=0.05))
    assert session.answer.is_sure
