"""The Theory page: found, opened, read, answered; docks make room for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnvis.app import create
from nnvis.main_window import MainWindow
from nnvis.panels import PANELS
from nnvis.panels.theory import TheoryPanel
from nnvis.session import RunState, Session
from nnvis.theme import ThemeSource
from nnvis.theory.article import TOPICS
from nnvis.widgets.dock import Dock
from nnvis.widgets.field_cell import FieldCell
from nnvis.widgets.prose import Prose, pieces
from nnvis.widgets.theory_blocks import ExerciseBlock

PAGES = [row.name for row in PANELS if row.area == "centre"]


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[MainWindow]:
    _, window = create([])
    window.resize(1366, 768)
    window.show()
    qtbot.waitUntil(lambda: window.session.state is RunState.READY, timeout=10_000)
    yield window
    window.close()
    window.deleteLater()
    qapp.setStyleSheet("")


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> TheoryPanel:
    made = TheoryPanel(session, theme_source)
    qtbot.addWidget(made)
    made.resize(1200, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_every_page_fits_its_column(panel: TheoryPanel) -> None:
    panel.resize(620, 600)
    for topic in TOPICS:
        panel.open(topic)
        panel.grab()
        QApplication.processEvents()
        assert panel._scroll.widget().width() <= panel._scroll.viewport().width(), topic


def test_the_first_page_is_there_when_the_panel_is_seen(panel: TheoryPanel) -> None:
    assert panel.article is not None
    assert panel.article.topic == TOPICS[0]
    assert not panel.previous.isEnabled()


def test_one_goes_on_page_by_page(qtbot: QtBot, panel: TheoryPanel) -> None:
    qtbot.mouseClick(panel.next, Qt.MouseButton.LeftButton)
    assert panel.article.topic == TOPICS[1]
    qtbot.mouseClick(panel.previous, Qt.MouseButton.LeftButton)
    assert panel.article.topic == TOPICS[0]


def test_words_find_pages(qtbot: QtBot, panel: TheoryPanel) -> None:
    qtbot.keyClicks(panel.contents.field, "jacobian softmax")
    assert "jacobian" in panel.contents.found
    assert "dropout" not in panel.contents.found
    qtbot.keyClicks(panel.contents.field, " zebra")
    assert panel.contents.found == []
    assert not panel.contents._nothing.isHidden()


def test_a_row_opens_its_page_by_mouse_and_by_keyboard(qtbot: QtBot, panel: TheoryPanel) -> None:
    qtbot.mouseClick(panel.contents.rows["bp1"], Qt.MouseButton.LeftButton)
    assert panel.article.topic == "bp1"
    row = panel.contents.rows["bp1"]
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Down)
    assert panel.contents.rows["bp2"].hasFocus()
    qtbot.keyClick(panel.contents.rows["bp2"], Qt.Key.Key_Return)
    assert panel.article.topic == "bp2"


def test_a_link_leads_to_its_page(qtbot: QtBot, panel: TheoryPanel) -> None:
    panel.open("bp2")
    QApplication.processEvents()
    prose = next(each for each in panel.findChildren(Prose) if each.links)
    topic, area = prose.links[0]
    qtbot.mouseClick(prose, Qt.MouseButton.LeftButton, pos=area.center().toPoint())
    qtbot.waitUntil(lambda: panel.article.topic == topic)


def test_an_answer_is_answered_and_a_right_one_counts_as_read(qtbot: QtBot, panel: TheoryPanel) -> None:
    panel.open("bp2")
    block = panel.findChildren(ExerciseBlock)[-1]
    qtbot.keyClicks(block.field, "-0.147")
    qtbot.keyClick(block.field, Qt.Key.Key_Return)
    assert "gate of this unit open" in block.verdict.text()
    block.field.clear()
    qtbot.keyClicks(block.field, "0")
    with qtbot.waitSignal(panel.read_changed) as told:
        qtbot.keyClick(block.field, Qt.Key.Key_Return)
    assert told.args == [["bp2"]]
    assert block.verdict.text().startswith("Right.")


def test_reading_to_the_end_counts_as_read(qtbot: QtBot, panel: TheoryPanel) -> None:
    panel.open("adam")
    bar = panel._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    with qtbot.waitSignal(panel.read_changed) as told:
        bar.setValue(bar.maximum())
    assert told.args == [["adam"]]
    panel.show_read(["bp1", "no such page"])
    assert panel.contents._count.text() == f"1 of {len(TOPICS)} read"


def test_text_is_taken_apart_at_its_marks() -> None:
    found = [(piece.kind, piece.text, piece.glued) for piece in pieces("The *old* $W$, see [page two](bp2).")]
    assert found == [
        ("plain", "The", True), ("strong", "old", False), ("formula", "W", False), ("plain", ",", True),
        ("plain", "see", False), ("link", "page", False), ("link", "two", False), ("plain", ".", True),
    ]  # fmt: skip


def test_narrow_prose_is_tall(qtbot: QtBot, theme_source: ThemeSource) -> None:
    prose = Prose(theme_source, "A line of some words that will not all stand beside each other " * 3)
    qtbot.addWidget(prose)
    assert prose.heightForWidth(150) > 2 * prose.heightForWidth(600)


def test_docks_fold_away_for_a_wide_page_and_come_back(qtbot: QtBot, window: MainWindow) -> None:
    docks = [window.findChild(Dock, f"{name}Dock") for name in ("network", "draw")]
    window._pages.show_page(PAGES.index("theory"))
    assert all(dock.isHidden() for dock in docks)
    rail = window._folding.rails["left"]
    assert rail.isVisible()
    qtbot.mouseClick(rail.buttons["network"], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert docks[0].isVisible()
    assert docks[1].isHidden()
    window._pages.show_page(PAGES.index("learn"))
    assert all(dock.isVisible() for dock in docks)
    window._pages.show_page(PAGES.index("theory"))
    assert docks[0].isVisible(), "what was brought back stays on this page"
    assert docks[1].isHidden()


def test_a_dock_that_was_hidden_by_hand_stays_hidden(window: MainWindow) -> None:
    dock = window.findChild(Dock, "drawDock")
    dock.hide()
    window._pages.show_page(PAGES.index("theory"))
    window._pages.show_page(PAGES.index("learn"))
    assert dock.isHidden()


def test_a_window_closed_on_a_wide_page_opens_with_its_docks(window: MainWindow) -> None:
    window._pages.show_page(PAGES.index("theory"))
    window.close()
    assert window._place.read("docks").isEmpty(), "the first layout, nothing moved"


def test_f1_opens_the_page_about_what_is_pointed_at(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    window.session.select_layer(0)
    cell = next(each for each in window.findChildren(FieldCell) if each.name == "learning_rate")
    QCursor.setPos(cell.field.mapToGlobal(cell.field.rect().center()))
    window.findChild(QAction, "explainAction").trigger()
    assert window.panels.theory.article.topic == "gradient_descent"
    assert window._pages._tabs.currentIndex() == PAGES.index("theory")


def test_who_asks_why_is_shown_the_page(window: MainWindow) -> None:
    window.session.explain("exploding-gradients")
    assert window.panels.theory.article.topic == "vanishing_gradient"


def test_what_was_read_is_remembered(window: MainWindow) -> None:
    window.panels.theory.open("bp2")
    window.panels.theory._mark_read("bp2")
    assert window.settings.get("theory_read") == ["bp2"]
