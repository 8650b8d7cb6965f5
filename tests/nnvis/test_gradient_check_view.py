"""The gradient check in the window: measured beside it, with a handle on the nudge."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

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
    qtbot.waitUntil(lambda: check.scatter.hovered is not None and check.curve.has_curve, timeout=30_000)
    assert "0 of them apart" in check.scatter.accessibleDescription()
    assert "f′ forgotten in dense" in check._mistake_said.text()
    assert "218,772 passes" in check.cost.accessibleDescription()
    page.grab()
    before = check.scatter.hovered
    qtbot.mouseMove(check.scatter, check.scatter.place(check.scatter._twins[3]).toPoint())
    with qtbot.waitSignal(check.epsilon_changed) as told:
        qtbot.mouseClick(check.curve, Qt.MouseButton.LeftButton, pos=QPoint(check.curve.width() - 20, 60))
    assert told.args[0] > 0.1
    qtbot.waitUntil(lambda: check.scatter._twins and check.scatter.hovered is not before, timeout=30_000)


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
