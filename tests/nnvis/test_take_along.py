"""Every card of the Learn page can be saved, copied and given the whole screen."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMargins, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nnvis.panels.learn import LearnPanel
from nnvis.session import RunState

CARDS = ("distributions", "health", "confusion", "pictures")


@pytest.fixture
def panel(qtbot, session, theme_source) -> LearnPanel:
    panel = LearnPanel(session, theme_source)
    qtbot.addWidget(panel)
    panel.resize(1280, 900)
    panel.show()
    for step in (1, 2, 3):
        session.step_batch()
        qtbot.waitUntil(lambda step=step: session.history.step == step and session.state is RunState.PAUSED)
    return panel


def rows_of(panel: LearnPanel, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(panel.takes[name].table())))


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_saved_in_three_forms(panel, name, tmp_path: Path):
    take = panel.takes[name]
    for suffix in ("png", "svg", "csv"):
        take.save_as(tmp_path / f"card.{suffix}")
    image = QImage(str(tmp_path / "card.png"))
    assert image.width() > 400
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 9) for y in range(0, image.height(), 9)}
    assert len(colors) > 4  # it shows something
    assert (tmp_path / "card.svg").read_text().count("<path") > 3
    assert len(rows_of(panel, name)) > 3


def test_the_tables_hold_the_numbers_that_are_shown(panel, session):
    head, *bins = rows_of(panel, "distributions")
    assert head == ["layer", "array", "step", "from", "to", "count"]
    now = [int(float(row[5])) for row in bins if row[0] == "dense" and row[2] == "3"]
    assert now == panel.distributions.columns[0].histogram.now.counts.tolist()
    assert {row[2] for row in bins} == {"0", "1", "2", "3"}

    healthy = rows_of(panel, "health")[1:]
    assert [row[0] for row in healthy] == ["Dense 128", "Dense 64", "Dense 10"]
    assert float(healthy[0][1]) == panel.health.rows[0].ratio

    matrix = rows_of(panel, "confusion")
    assert matrix[0] == ["", *"0123456789"]
    counts = np.array([[int(value) for value in row[1:]] for row in matrix[1:]])
    np.testing.assert_array_equal(counts, panel.inspection.confusion.grid.counts)

    units = rows_of(panel, "pictures")[1:]
    assert [int(row[0]) for row in units] == panel.first_layer.units
    assert float(units[0][1 + 14 * 28 + 14]) == pytest.approx(
        float(panel.first_layer.values_of(panel.first_layer.units[0])[14, 14])
    )


def test_numbers_and_pictures_go_to_the_clipboard(panel):
    menu = panel.takes["confusion"].fill_menu()
    actions = {action.text(): action for action in menu.actions()}
    actions["Copy numbers"].trigger()
    assert QApplication.clipboard().text().splitlines()[0] == "\t0\t1\t2\t3\t4\t5\t6\t7\t8\t9"
    actions["Copy picture"].trigger()
    assert QApplication.clipboard().image().width() > 400
    assert {"Save PNG …", "Save SVG …", "Save CSV …", "Whole screen"} <= set(actions)


def test_what_cannot_be_saved_is_said(qtbot, panel, session, tmp_path):
    with qtbot.waitSignal(session.message_posted) as posted:
        panel.takes["health"].save_as(tmp_path / "nowhere" / "card.png")
    assert posted.args[0].title == "The chart was not saved."


@pytest.mark.parametrize("card_name", ["loss_card", "distributions", "health"])
def test_a_card_takes_the_whole_screen_and_goes_back_into_its_place(qtbot, panel, session, card_name):
    card = getattr(panel, card_name)
    full = card.full_screen if card_name == "loss_card" else panel.takes[card_name].full_screen
    before = card.geometry()
    full.enter()
    assert full.is_on
    assert card.window() is not panel.window()
    assert card.window().isFullScreen()
    qtbot.waitUntil(lambda: card.size() == card.window().size().shrunkBy(QMargins(24, 24, 24, 24)))
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == 4)  # it goes on moving there
    QTest.keyClick(card.window(), Qt.Key.Key_Escape)
    assert not full.is_on
    assert card.window() is panel.window()
    QApplication.processEvents()
    assert card.geometry() == before


def test_closing_the_window_of_the_whole_screen_brings_the_card_back(panel):
    full = panel.takes["confusion"].full_screen
    card = panel.inspection.confusion
    full.enter()
    card.window().close()
    assert card.window() is panel.window()
    assert card.isVisible()


def test_a_small_button_is_there_while_a_card_is_pointed_at(qtbot, panel):
    button = panel.takes["health"].full_screen.button
    assert button.isHidden()
    QTest.mouseMove(panel.health, panel.health.rect().center())
    qtbot.waitUntil(button.isVisible)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert panel.takes["health"].full_screen.is_on
    panel.takes["health"].full_screen.leave()
