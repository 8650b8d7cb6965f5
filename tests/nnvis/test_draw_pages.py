"""Below the canvas: the answer and its past, and the steps on the way to the network, each with its switch."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from core.data import center_digit
from nnvis.draw_pages.answer import AnswerPage
from nnvis.draw_pages.steps import StepsPage, notch_of, temperature_at
from nnvis.panels.draw import DrawPanel
from nnvis.session import RunState, Session
from nnvis.theme import COMPACT, REGULAR, ThemeSource
from nnvis.widgets.chip import Chip
from nnvis.widgets.step_tile import StepTile

SMALL_ONE = (QPoint(60, 40), QPoint(58, 60), QPoint(55, 90), QPoint(54, 110))


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> DrawPanel:
    made = DrawPanel(session, theme_source)
    qtbot.addWidget(made)
    made.resize(REGULAR.right_dock, 860)
    with qtbot.waitExposed(made):
        made.show()
    return made


def draw_small_one(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    """A one in the corner of the canvas."""
    paper = panel.canvas
    QTest.mousePress(paper, Qt.MouseButton.LeftButton, pos=SMALL_ONE[0])
    for point in SMALL_ONE[1:]:
        QTest.mouseMove(paper, point)
    QTest.mouseRelease(paper, Qt.MouseButton.LeftButton, pos=SMALL_ONE[-1])
    expected = center_digit(paper.image())
    qtbot.waitUntil(lambda: session.drawing is not None and bool((session.drawing == expected).all()))


def steps_page(panel: DrawPanel) -> StepsPage:
    page = panel.pages["steps"]
    assert isinstance(page, StepsPage)
    return page


def answer_page(panel: DrawPanel) -> AnswerPage:
    page = panel.pages["answer"]
    assert isinstance(page, AnswerPage)
    return page


def chip(panel: DrawPanel, text: str) -> Chip | None:
    return next((each for each in panel.findChildren(Chip) if each.text == text and each.isVisible()), None)


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center())


def test_the_chooser_shows_one_page_at_a_time_and_the_canvas_stays(panel: DrawPanel) -> None:
    side = panel.canvas.size()
    for name, page in panel.pages.items():
        click(panel.chooser.part(name))
        assert [each for each in panel.pages.values() if each.isVisible()] == [page]
        assert panel.canvas.size() == side


def test_each_step_can_be_left_out_and_the_answer_changes_at_once(
        qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    draw_small_one(qtbot, panel, session)
    panel.chooser.set_current("steps")
    page, own, whole = steps_page(panel), session.answer.probabilities, session.drawing
    for tile in (page.crop, page.scale, page.centre):
        click(tile)
        assert not tile.is_on
        assert not np.array_equal(session.drawing, whole)
        assert not np.array_equal(session.answer.probabilities, own)
        assert chip(panel, "not as trained") is not None
        assert "left out" in tile.accessibleDescription()
        QTest.keyClick(tile, Qt.Key.Key_Space)
        assert tile.is_on
        np.testing.assert_array_equal(session.drawing, whole)
        assert chip(panel, "not as trained") is None


def test_the_chip_takes_all_steps_again(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    draw_small_one(qtbot, panel, session)
    panel.chooser.set_current("steps")
    page = steps_page(panel)
    click(page.crop)
    click(page.centre)
    page.temperature.setValue(8)
    changed = chip(panel, "not as trained")
    assert changed is not None
    click(changed)
    assert session.reading.is_own
    assert page.crop.is_on
    assert page.centre.is_on
    assert page.temperature.value() == 0
    assert not changed.isVisible()


def test_a_project_without_standardising_has_nothing_to_switch_there(panel: DrawPanel, session: Session) -> None:
    assert session.project.data.scaling == "unit"
    panel.chooser.set_current("steps")
    tile = steps_page(panel).standardise
    click(tile)
    assert tile.is_on
    assert session.reading.is_own
    assert "from 0 to 1" in tile.toolTip()


def test_temperature_is_said_beside_the_answer(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    draw_small_one(qtbot, panel, session)
    panel.chooser.set_current("steps")
    steps_page(panel).temperature.setValue(20)
    assert session.reading.temperature == 10.0
    assert chip(panel, "T = 10.0") is not None
    assert session.answer.confidence < 0.2


@pytest.mark.parametrize("notch", range(-20, 21))
def test_every_notch_is_a_temperature_and_back(notch: int) -> None:
    assert notch_of(temperature_at(notch)) == notch
    assert 0.1 <= temperature_at(notch) <= 10.0


def test_an_answer_below_the_threshold_is_called_not_sure(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    draw_small_one(qtbot, panel, session)
    panel.chooser.set_current("steps")
    threshold = steps_page(panel).threshold
    threshold.setValue(99)
    assert chip(panel, "not sure") is not None
    assert "not sure" in panel.findChild(QLabel, "predictedDigit").accessibleDescription()
    threshold.setValue(0)
    assert chip(panel, "not sure") is None


def test_the_strip_shows_the_past_of_this_drawing(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE, timeout=20_000)
    draw_small_one(qtbot, panel, session)
    strip = answer_page(panel).history.strip
    qtbot.waitUntil(lambda: strip.moments > 2)
    assert "the answer changed" in strip.accessibleDescription()
    with qtbot.waitSignal(session.moment_changed):
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(24, strip.height() // 2))
    assert session.shown_step < session.history.step / 4
    said = strip.accessibleDescription()
    panel.canvas.clear()
    qtbot.waitUntil(lambda: strip.moments == 0)
    assert strip.accessibleDescription() != said


def test_the_strip_marks_the_moment_that_is_looked_back_at(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE, timeout=20_000)
    draw_small_one(qtbot, panel, session)
    strip = answer_page(panel).history.strip
    qtbot.waitUntil(lambda: strip.moments > 2)

    def marked() -> list[int]:
        image, accent = strip.grab().toImage(), QColor(strip.theme.accent)
        return [x for x in range(image.width()) if image.pixelColor(x, image.height() // 2) == accent]

    assert marked() == []
    earlier, later = session.timeline.steps[1], session.timeline.steps[-2]
    session.look_back(later)
    late = marked()
    session.look_back(earlier)
    assert len(late) == len(marked()) == 2
    assert marked()[0] < late[0]
    session.look_live()
    assert marked() == []


def test_the_strip_grows_while_it_learns(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    draw_small_one(qtbot, panel, session)
    strip = answer_page(panel).history.strip
    qtbot.waitUntil(lambda: strip.moments >= 1)
    before = strip.moments
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE, timeout=20_000)
    qtbot.waitUntil(lambda: strip.moments > before)


def test_the_strip_gives_way_before_the_canvas(qtbot: QtBot, panel: DrawPanel, theme_source: ThemeSource) -> None:
    theme_source.set_metrics(COMPACT)
    strip = answer_page(panel).history.strip
    panel.resize(272, 588)
    qtbot.waitUntil(lambda: strip.isVisible() and panel.canvas.width() >= 242)
    panel.resize(272, 540)
    qtbot.waitUntil(lambda: not strip.isVisible() and panel.canvas.width() >= 242)


def test_tiles_say_what_they_show(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    draw_small_one(qtbot, panel, session)
    panel.chooser.set_current("steps")
    assert [tile.accessibleName() for tile in steps_page(panel).findChildren(StepTile)] == [
        "Drawn", "Crop", "Scale", "Centre", "Standardise"]
    said = [tile.accessibleDescription() for tile in steps_page(panel).findChildren(StepTile)]
    assert said[0] == "280 px"
    assert said[3] == "taken, 28×28"
    assert said[2].endswith("×20")
