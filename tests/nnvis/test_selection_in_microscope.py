"""The layer that is selected in the stack is the one that the Microscope looks at."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.layers import Dense
from nnvis.panels.microscope import MicroscopePage
from nnvis.session import RunState, Session
from nnvis.theme import ThemeSource


def test_the_walk_goes_to_the_selected_layer_and_keeps_its_kind_of_stop(
    qtbot: QtBot, session: Session, theme_source: ThemeSource
) -> None:
    session.set_training(session.project.training.replace(batch_size=8))
    session.insert_layer(1, Dense(units=12, activation="relu", enabled=False))  # left out: no part of the network
    qtbot.waitUntil(lambda: session.state is RunState.READY and not session.running_is_old)
    page = MicroscopePage(session, theme_source)
    qtbot.addWidget(page)
    page.tools.setParent(page)  # the window would put it beside the tabs
    page.resize(1366, 592)
    page.show()
    qtbot.waitUntil(lambda: len(page.walk.stops) > 0)

    def here() -> str:
        assert page.walk.stop is not None
        return page.walk.stop.symbol

    session.select_layer(3)  # behind flatten, the one that is left out, and a first layer
    assert here() == "Z_2"
    QTest.keyClick(page.walk, Qt.Key.Key_3)
    assert here() == "dW_2"
    session.select_layer(4)
    assert here() == "dW_3"
    session.select_layer(1)
    session.select_layer(None)
    assert here() == "dW_3"
    QTest.keyClick(page.walk, Qt.Key.Key_End)
    session.select_layer(2)
    assert page.walk.stop is not None
    assert page.walk.stop.tag == "Update"
    assert page.walk.moved == 0
    session.remove_layer(1)
    session.insert_layer(1, Dense(units=5))  # another stack than the one that is taken apart
    before = here()
    session.select_layer(3)
    assert here() == before
    page.close()
