"""The dock Draw with a real session: what is drawn is answered, before, while and after the network learns."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.data import center_digit
from core.layers import Dense, Flatten
from core.losses import MeanSquaredError
from nnvis.draw_pages.answer_block import AnswerBlock
from nnvis.panels.draw import DrawPanel
from nnvis.session import RunState, Session
from nnvis.theme import COMPACT, LARGE, REGULAR, ThemeSource
from nnvis.viewer import Answer
from nnvis.widgets.bars import Bars
from nnvis.widgets.canvas import PaintCanvas
from nnvis.widgets.live_label import READABLE_MS, LiveLabel
from nnvis.widgets.picture import Picture

SEVEN = ((62, 72), (110, 62), (150, 55), (195, 54), (206, 62), (200, 78), (170, 96), (150, 130), (135, 180), (112, 204))


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> DrawPanel:
    made = DrawPanel(session, theme_source)
    qtbot.addWidget(made)
    made.resize(REGULAR.right_dock, 860)
    with qtbot.waitExposed(made):
        made.show()
    return made


def canvas(panel: DrawPanel) -> PaintCanvas:
    return panel.findChild(PaintCanvas, "paintCanvas")


def digit(panel: DrawPanel) -> str:
    return panel.findChild(QLabel, "predictedDigit").text()


def words(panel: DrawPanel) -> list[str]:
    labels = [*panel.findChildren(QLabel), *panel.findChildren(LiveLabel)]
    return [label.text() for label in labels if label.isVisible() and label.text()]


def draw_seven(panel: DrawPanel) -> None:
    paper = canvas(panel)
    unit = paper.width() / 247
    points = [QPoint(round(x * unit), round(y * unit)) for x, y in SEVEN]
    QTest.mousePress(paper, Qt.MouseButton.LeftButton, pos=points[0])
    for point in points[1:]:
        QTest.mouseMove(paper, point)
    QTest.mouseRelease(paper, Qt.MouseButton.LeftButton, pos=points[-1])


def answered(panel: DrawPanel, session: Session) -> bool:
    """Whether the last movement has reached the network: it is asked at most 60 times a second."""
    drawing = center_digit(canvas(panel).image())
    return session.drawing is not None and bool((session.drawing == drawing).all())


def test_an_empty_canvas_says_what_will_appear(panel: DrawPanel, session: Session) -> None:
    assert session.drawing is None
    assert digit(panel) == ""
    assert "No drawing yet" in words(panel)
    assert panel.findChild(Bars).values is None


def test_a_drawing_is_centred_shown_and_answered(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    draw_seven(panel)
    qtbot.waitUntil(lambda: answered(panel, session))
    answer = session.answer
    assert answer is not None
    assert digit(panel) == str(answer.digit)
    assert panel.findChild(Bars).values == pytest.approx(answer.probabilities)
    assert "by the untrained net" in words(panel)
    picture = panel.findChild(Picture, "netPicture")
    assert picture.accessibleDescription() == f"28 by 28 pixels, {np.count_nonzero(session.drawing)} of them with ink."


def test_the_answer_follows_every_snapshot_while_it_learns(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    draw_seven(panel)
    qtbot.waitUntil(lambda: answered(panel, session))
    before = panel.findChild(Bars).values
    session.set_training(session.project.training.replace(epochs=20))
    session.train()
    qtbot.waitUntil(lambda: session.answer is not None and session.answer.step > 0)
    assert any(text.startswith("by the net at step ") for text in words(panel))
    qtbot.waitUntil(lambda: session.state is RunState.DONE, timeout=20_000)
    assert panel.findChild(Bars).values != before
    assert digit(panel) == "7"
    assert "by the net at step 380" in words(panel)


def test_clearing_and_rubbing_out_take_the_answer_back(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    draw_seven(panel)
    qtbot.waitUntil(lambda: answered(panel, session))
    canvas(panel).clear()
    qtbot.waitUntil(lambda: session.drawing is None)
    assert digit(panel) == ""
    assert "No drawing yet" in words(panel)
    canvas(panel).undo()
    qtbot.waitUntil(lambda: answered(panel, session))
    assert digit(panel) != ""
    canvas(panel).brush_width = 2000.0
    QTest.mouseClick(canvas(panel), Qt.MouseButton.RightButton, pos=QPoint(100, 100))
    qtbot.waitUntil(lambda: session.drawing is None)
    assert digit(panel) == ""


def test_a_drawing_from_elsewhere_is_shown_too(panel: DrawPanel, session: Session) -> None:
    session.set_drawing(session.dataset.x_test[0, ..., 0])
    assert digit(panel) == str(session.answer.digit)
    assert "28 by 28" in panel.findChild(Picture, "netPicture").accessibleDescription()


def test_outputs_that_are_no_probabilities_are_not_called_percent(
        qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    project = replace(session.project, layers=(Flatten(), Dense(10)), loss=MeanSquaredError())
    session.set_project(project)
    qtbot.waitUntil(lambda: session.running_project == project)
    session.set_drawing(session.dataset.x_test[0, ..., 0])
    assert not session.answer.is_distribution
    assert not any("%" in text for text in words(panel))
    assert any(text.startswith("output ") for text in words(panel))
    assert "no probabilities" in panel.findChild(Bars).toolTip()


@pytest.mark.parametrize(("metrics", "width", "height", "side"), [
    (COMPACT, 272, 588, 248), (COMPACT, 256, 540, 232), (REGULAR, 336, 840, 304), (LARGE, 432, 1180, 400),
    (REGULAR, 480, 840, None), (COMPACT, 480, 540, None),
])
def test_everything_fits_in_every_size_of_the_window(
        qtbot: QtBot, panel: DrawPanel, theme_source: ThemeSource, metrics, width: int, height: int, side) -> None:
    theme_source.set_metrics(metrics)
    panel.resize(width, height)
    bars, paper = panel.findChild(Bars), canvas(panel)
    qtbot.waitUntil(lambda: bars.height() == 10 * metrics.bar_row
                    and bars.mapTo(panel, bars.rect().bottomLeft()).y() <= height - 4)
    qtbot.waitUntil(lambda: bars.mapTo(panel, bars.rect().topRight()).x() < width - metrics.dock_padding)
    assert paper.width() == paper.height() == (side or paper.width())
    assert paper.width() >= 200


def test_every_part_can_be_reached_by_keyboard(qtbot: QtBot, panel: DrawPanel) -> None:
    panel.activateWindow()
    canvas(panel).setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: canvas(panel).hasFocus())
    seen = []
    for _ in range(12):
        widget = panel.focusWidget()
        if widget in seen:
            break
        seen.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    names = [widget.accessibleName() for widget in seen]
    assert names[0] == "Drawing canvas"
    assert {"Brush", "Brush thickness", "Answer by class"} <= set(names)
    assert all(names)


def test_while_it_learns_the_words_can_be_read_but_another_winner_is_said_at_once(theme_source, qtbot) -> None:
    block = AnswerBlock(theme_source)
    qtbot.addWidget(block)
    names = [str(digit) for digit in range(10)]

    def answer(step: int, digit: int, sure: float) -> Answer:
        shares = np.full(10, (1 - sure) / 9, np.float32)
        shares[digit] = sure
        return Answer(shares, digit, sure, (digit + 1) % 10, (1 - sure) / 9, step, True)

    def said() -> tuple[str, str, str]:
        return block._digit.text(), block._confidence.text(), block._step.text()

    block.show_answer(answer(0, 3, 0.5), names, moves=True)
    assert said() == ("3", "50.0 %", "by the untrained net")
    block.show_answer(answer(10, 3, 0.9), names, moves=True)
    assert said() == ("3", "90.0 %", "by the net at step 10")
    block.show_answer(answer(20, 3, 0.95), names, moves=True)
    assert said() == ("3", "90.0 %", "by the net at step 10")
    block.show_answer(answer(30, 8, 0.6), names, moves=True)
    assert said() == ("8", "60.0 %", "by the net at step 30")
    block.show_answer(answer(40, 8, 0.7), names)
    assert said() == ("8", "70.0 %", "by the net at step 40")
    qtbot.wait(READABLE_MS + 20)
    block.show_answer(answer(50, 8, 0.8), names, moves=True)
    assert said() == ("8", "80.0 %", "by the net at step 50")
