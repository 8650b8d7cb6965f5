"""The confusion matrix counts the validation images, colours only mistakes, and says what a cell means."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from nnvis.colour_maps import hex_color, magnitude_colors
from nnvis.panels.learn import LearnPanel
from nnvis.session import RunState
from nnvis.theme import COMPACT, REGULAR
from nnvis.widgets.confusion import Confusion


@pytest.fixture
def card(qtbot, theme_source) -> Confusion:
    counts = np.full((10, 10), 1, np.int64)
    np.fill_diagonal(counts, 90)
    counts[4, 9], counts[9, 4], counts[2, 3] = 0, 16, 4
    card = Confusion(theme_source)
    qtbot.addWidget(card)
    card.resize(284, 312)
    card.show()
    card.show_counts(counts, "0123456789", 860)
    return card


def test_mistakes_are_coloured_on_a_square_root_scale(card, theme_source):
    for mode in ("dark", "light"):
        theme_source.set_mode(mode)
        image = card.grid.grab().toImage()
        theme = theme_source.theme
        colors = magnitude_colors(theme)

        def ground(true, answered, image=image):
            return image.pixelColor(card.grid.cell_rect(true, answered).topLeft().toPoint()).name().upper()

        assert ground(4, 9) == theme.window.upper()
        assert ground(9, 4) == hex_color(colors[255])
        assert ground(2, 3) == hex_color(colors[round(255 * 0.5)])
        assert ground(5, 5) == theme.hover.upper()


def test_it_says_how_many_are_wrong_and_what_a_cell_means(qtbot, card):
    wrong = 90 - 3 + 16 + 4
    assert card.words.text() == f"{wrong} of {900 + wrong:,} wrong"
    at = card.grid.cell_rect(9, 4).center()
    move = QMouseEvent(QEvent.Type.MouseMove, at, card.grid.mapToGlobal(at), Qt.MouseButton.NoButton,
                       Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)  # fmt: skip
    QApplication.sendEvent(card.grid, move)
    assert card.words.text() == "True 9, answered 4: 16 of 114."
    assert card.grid.sentence(0, 0) == "91 % of the true 0s are answered 0."
    qtbot.keyClick(card.grid, Qt.Key.Key_Right)
    assert card.grid.pointed_cell == (9, 5)
    QApplication.sendEvent(card.grid, QEvent(QEvent.Type.Leave))
    assert card.words.text().endswith("wrong")


@pytest.mark.parametrize("size", [(284, 312), (332, 208), (200, 160)])
def test_the_cells_stay_inside(card, size):
    card.setFixedSize(*size)
    QApplication.processEvents()
    assert card.grid.rect().toRectF().contains(card.grid.cell_rect(9, 9))


@pytest.fixture
def panel(qtbot, session, theme_source) -> LearnPanel:
    panel = LearnPanel(session, theme_source)
    qtbot.addWidget(panel)
    panel.resize(1280, 900)
    panel.show()
    session.step_epoch()
    qtbot.waitUntil(lambda: len(session.history.epochs) == 1 and session.state is RunState.PAUSED)
    return panel


def test_the_counts_are_those_of_the_validation_and_follow_the_timeline(panel, session):
    grid = panel.inspection.confusion.grid
    last, first = session.history.validations[-1], session.history.validations[0]
    assert grid.counts.sum() == last.count == 107
    assert grid.wrong == round((1 - last.accuracy) * last.count)
    session.look_back(1)
    assert grid.wrong == round((1 - first.accuracy) * first.count)
    session.look_live()
    assert grid.wrong == round((1 - last.accuracy) * last.count)


def test_in_a_compact_window_it_shares_a_place_with_the_pictures(panel, theme_source):
    row = panel.inspection
    assert row.confusion.isVisible()
    assert row.first_layer.isVisible()
    theme_source.set_metrics(COMPACT)
    assert row.first_layer.isVisible()
    assert not row.confusion.isVisible()
    row.switch.set_current("confusion")
    assert row.confusion.isVisible()
    assert not row.first_layer.isVisible()
    row.switch.set_current("weights")
    assert row.first_layer.isVisible()
    theme_source.set_metrics(REGULAR)
    assert row.confusion.isVisible()
    assert row.confusion.title_label.isVisible()


def test_few_classes_have_large_cells(card, theme_source):
    grid = card.grid
    card.resize(400, 400)
    card.show_counts(np.array([[5, 1], [2, 7]]), ("warm", "cold"), 1)
    QApplication.processEvents()
    large = grid.side
    card.show_counts(np.eye(10, dtype=np.int64), tuple("0123456789"), 1)
    assert large > theme_source.metrics.confusion_cell >= grid.side
