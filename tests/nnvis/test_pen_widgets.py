"""The pen digits in the data section: a slider, "MNIST only" and back, and a sheet of what is mixed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.data import Dataset, PenMixture
from core.data.pen_styles import STYLES
from nnvis.panels.network import NetworkPanel
from nnvis.pen_rows import pen_rows
from nnvis.session import RunState, Session
from nnvis.theme import ThemeSource
from nnvis.widgets.pen_share import PenShare
from nnvis.widgets.pen_sheet import SHOWN, PenSheet

MANY = PenMixture(share=0.3, count=3000)


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> Iterator[NetworkPanel]:
    session.set_project(replace(session.project, pen_digits=MANY))
    window = QWidget()
    window.resize(1366, 768)
    panel = NetworkPanel(session, theme_source)
    panel.setParent(window)
    panel.tools.setParent(panel)  # the window would put them into the head of the dock
    panel.resize(256, 700)
    qtbot.addWidget(window)
    window.show()
    yield panel
    window.close()


def share(panel: NetworkPanel) -> PenShare:
    return panel.findChild(PenShare)


def test_the_slider_shows_the_share_and_sets_it(panel: NetworkPanel, session: Session) -> None:
    part = share(panel)
    assert part.slider.value() == 30
    part.slider.setValue(45)
    part.slider.setValue(50)
    assert session.project.pen_digits == MANY.replace(share=0.5)
    session.undo()  # one step for the whole movement
    assert session.project.pen_digits == MANY
    assert part.slider.value() == 30


def test_mnist_only_is_one_click_away_and_so_is_the_way_back(panel: NetworkPanel, session: Session) -> None:
    part = share(panel)
    QTest.mouseClick(part.alone, Qt.MouseButton.LeftButton)
    assert session.project.pen_digits.share == 0
    assert part.alone.text() == "Mix in"
    assert part.browse.text() == "Pen digits"
    QTest.mouseClick(part.alone, Qt.MouseButton.LeftButton)
    assert session.project.pen_digits == MANY


def test_other_images_have_no_pen_digits(panel: NetworkPanel, session: Session, digits: Dataset) -> None:
    assert share(panel).isVisible()
    session.dataset = replace(digits, class_names=tuple("abcdefghij"))
    session.dataset_changed.emit()
    assert not share(panel).isVisible()


def test_the_sheet_shows_every_style(qtbot: QtBot, panel: NetworkPanel, session: Session) -> None:
    part = share(panel)
    qtbot.waitUntil(lambda: session.pen_progress is not None and session.pen_progress.is_complete)
    assert part.browse.isEnabled()
    QTest.mouseClick(part.browse, Qt.MouseButton.LeftButton)
    sheet = panel.window().findChild(PenSheet)
    assert sheet.isVisible()
    seen = []
    for digit in range(10):
        sheet.digits.set_current(str(digit))
        seen += [(row.digit, row.name) for row in sheet.rows.rows]
        assert all(0 < len(row.samples) <= SHOWN for row in sheet.rows.rows)
        assert not sheet.grab().isNull()
    assert seen == [(style.digit, style.name) for style in STYLES]
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_others_shows_other_drawings(qtbot: QtBot, theme_source: ThemeSource) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    sheet = PenSheet(theme_source, window)
    rows = pen_rows(PenMixture(count=20_000).unpainted())
    assert sum(row.count for row in rows) == 20_000
    numbered = [replace(row, samples=tuple(np.full(784, n, np.uint8).tobytes() for n in range(56))) for row in rows]
    sheet.open_with(numbered)
    first = sheet.rows.rows[0].samples
    sheet.others.click()
    assert not set(first) & set(sheet.rows.rows[0].samples)
    for _ in range(3):
        sheet.others.click()
    assert sheet.rows.rows[0].samples == first


def test_it_says_how_far_they_are_drawn_and_the_slider_stays_where_it_is(
    qtbot: QtBot, theme_source: ThemeSource
) -> None:
    part = PenShare(theme_source)
    qtbot.addWidget(part)
    part.resize(232, 24)
    part.show()
    places = set()
    for given, done, words, is_open in (
        (0.2, 0, "Pen digits 0 %", False), (0.2, 4, "Pen digits 40 %", False), (0.2, 10, "Pen digits", True),
        (0.0, 0, "Pen digits", False),
    ):  # fmt: skip
        part.set_share(given, "MNIST digits")
        part.set_progress(done, 10)
        assert (part.browse.text(), part.browse.isEnabled()) == (words, is_open)
        part.layout().activate()
        places.add(part.slider.geometry().left())
    assert len(places) == 1


def test_nothing_is_cut_off_in_the_narrowest_dock(qtbot: QtBot, theme_source: ThemeSource) -> None:
    part = PenShare(theme_source)
    qtbot.addWidget(part)
    for given, title, done in ((0.2, "MNIST digits", 5), (0.2, "A folder with a long name", 40_000), (0.0, "MNIST", 1)):
        part.set_share(given, title)
        part.set_progress(done, 40_000)
        assert part.minimumSizeHint().width() <= 216


def test_the_status_line_says_that_they_are_drawn(qtbot: QtBot, session: Session) -> None:
    from nnvis.run_text import status_text
    from nnvis.training.pen_drawer import PenProgress

    session.pen_progress = PenProgress(500, 1000, MANY.unpainted())
    session.state = RunState.RUNNING
    assert "50 %" in status_text(session)
    session.state = RunState.READY
