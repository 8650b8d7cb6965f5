"""The gradient check in the window: measured beside it, with a handle on the nudge."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from core.layers import Dense, Flatten
from nnvis.panels.microscope import MicroscopePage
from nnvis.session import RunState, Session
from nnvis.theme import ThemeSource


@pytest.fixture
def page(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> MicroscopePage:
    qtbot.waitUntil(lambda: session.state is RunState.READY)
    made = MicroscopePage(session, theme_source)
    qtbot.addWidget(made)
    qtbot.addWidget(made.tools)
    made.resize(1200, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_g_goes_there_and_back(qtbot: QtBot, page: MicroscopePage) -> None:
    assert page.current == "walk"
    page.show_view("check")
    assert page.current == page.tools.current == "check"
    page.show_view("walk")
    assert page.walk.isVisible()


def test_the_theory_leads_to_it(page: MicroscopePage, session: Session) -> None:
    session.stop_asked.emit("gradient check")
    assert page.current == "check"
    session.stop_asked.emit("BP2")
    assert page.current == "walk"


def test_the_network_is_checked_and_the_handle_asks_anew(qtbot: QtBot, page: MicroscopePage) -> None:
    page.show_view("check")
    check = page.check
    qtbot.waitUntil(lambda: check.scatter.hovered is not None and check.curve.has_curve, timeout=60_000)
    assert "0 of them apart" in check.scatter.accessibleDescription()
    assert "f′ forgotten in dense" in check._mistake_said.text()
    assert "218,772 passes" in check.cost.accessibleDescription()
    page.grab()
    before = check.scatter.hovered
    qtbot.mouseMove(check.scatter, check.scatter.place(check.scatter._twins[3]).toPoint())
    with qtbot.waitSignal(check.epsilon_changed) as told:
        qtbot.mouseClick(check.curve, Qt.MouseButton.LeftButton, pos=QPoint(check.curve.width() - 20, 60))
    assert told.args[0] > 0.1
    qtbot.waitUntil(lambda: check.scatter._twins and check.scatter.hovered is not before, timeout=60_000)


def test_layers_are_chosen_by_mouse_and_keyboard(qtbot: QtBot, page: MicroscopePage) -> None:
    page.show_view("check")
    check, choice = page.check, page.check.scatter.choice
    qtbot.waitUntil(lambda: check.scatter.hovered is not None and check.curve.has_curve, timeout=60_000)
    assert choice.chosen == {0, 1, 2}
    assert check.verdict.text == "all 3 layers agree"
    nudged = check.curve._curve

    qtbot.mouseClick(choice.line(0), Qt.MouseButton.LeftButton)
    assert choice.chosen == {1, 2}
    assert not check.curve.has_curve
    assert {twin.layer for twin in check.scatter._twins} == {1, 2}
    assert "160 weights of 2 layers are compared" in check._said.text().replace("\N{NO-BREAK SPACE}", " ")
    assert "17,812 passes" in check.cost.accessibleDescription()  # of 64 · 128 + 64 and 64 · 10 + 10 weights
    assert "f′ forgotten in dense_1" in check._mistake_said.text()
    qtbot.waitUntil(lambda: check.curve.has_curve, timeout=60_000)
    assert check.curve._curve is not nudged

    qtbot.keyClick(choice.line(2), Qt.Key.Key_Return)  # this one alone
    assert choice.chosen == {2}
    assert check.verdict.text == "the one layer agrees"
    assert "There is no hidden layer here" in check._mistake_said.text()
    qtbot.keyClick(choice.line(2), Qt.Key.Key_Space)
    assert choice.chosen == {2}, "one at least stays chosen"
    qtbot.mouseClick(choice.line(2), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier)
    assert choice.chosen == {0, 1, 2}


def test_another_network_has_all_its_layers_looked_at(qtbot: QtBot, page: MicroscopePage, session: Session) -> None:
    page.show_view("check")
    check, choice = page.check, page.check.scatter.choice
    qtbot.waitUntil(lambda: check.scatter.hovered is not None and check.curve.has_curve, timeout=60_000)
    qtbot.keyClick(choice.line(2), Qt.Key.Key_Return)
    hidden = (Dense(24, activation="tanh") for _ in range(8))
    session.set_layers((Flatten(), *hidden, Dense(10, activation="softmax")), "a deep network")
    qtbot.waitUntil(lambda: choice.chosen == set(range(9)) and check.curve.has_curve, timeout=60_000)
    assert check.verdict.text == "all 9 layers agree"
    assert choice.height() >= choice.sizeHint().height(), "nothing need be scrolled"
    assert choice.line(8).geometry().bottom() < choice.height()


def test_the_keyboard_moves_the_handle(qtbot: QtBot, page: MicroscopePage) -> None:
    page.show_view("check")
    with qtbot.waitSignal(page.check.epsilon_changed) as told:
        qtbot.keyClick(page.check.curve, Qt.Key.Key_Right)
    assert 1e-5 < told.args[0] < 1e-4


def test_a_training_network_is_not_measured(qtbot: QtBot, page: MicroscopePage, session: Session) -> None:
    session.train()
    page.show_view("check")
    qtbot.waitUntil(lambda: "paused runs only" in page.check.state.text())
    session.pause()
    qtbot.waitUntil(lambda: "paused runs only" not in page.check.state.text())
