"""My digits in the window: kept from the canvas, put right in their sheet, trained and tested with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.data import Dataset
from core.data.own_digits import OwnDigits
from nnvis import headless
from nnvis.draw_pages.teach import TeachPage
from nnvis.panels.draw import DrawPanel
from nnvis.paths import own_digits_folder
from nnvis.project import Project
from nnvis.recipe import OwnMixture, TrainingRecipe, split_data, with_own_digits
from nnvis.session import RunState, Session
from nnvis.theme import ThemeSource


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> Iterator[DrawPanel]:
    window = QWidget()
    window.resize(1366, 768)
    panel = DrawPanel(session, theme_source)
    panel.setParent(window)
    panel.tools.setParent(panel)
    panel.resize(272, 700)
    qtbot.addWidget(window)
    window.show()
    panel.chooser.set_current("teach")
    yield panel
    window.close()


@pytest.fixture
def page(panel: DrawPanel) -> TeachPage:
    page = panel.pages["teach"]
    assert isinstance(page, TeachPage)
    return page


def draw_and_keep(qtbot: QtBot, panel: DrawPanel, page: TeachPage, label: int) -> None:
    canvas, side = panel.canvas, panel.canvas.width()
    canvas.clear()
    points = [QPoint(int(x * side), int(y * side)) for x, y in ((0.3, 0.2), (0.7, 0.2 + label / 50), (0.5, 0.8))]
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=points[0])
    for point in points[1:]:
        QTest.mouseMove(canvas, point)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=points[-1])
    qtbot.waitUntil(lambda: page._session.answer is not None)
    QTest.mouseClick(page.keys, Qt.MouseButton.LeftButton, pos=page.keys.key_area(label).center().toPoint())
    QTest.mouseClick(page.own.keep, Qt.MouseButton.LeftButton)


def on_disk() -> OwnDigits:
    digits = OwnDigits(own_digits_folder())
    digits.open()
    return digits


def test_a_drawing_is_kept_with_its_label(qtbot: QtBot, panel: DrawPanel, page: TeachPage, session: Session) -> None:
    assert not page.own.keep.isEnabled()
    draw_and_keep(qtbot, panel, page, 7)
    draw_and_keep(qtbot, panel, page, 4)
    kept = on_disk()
    assert kept.labels.tolist() == [7, 4]
    np.testing.assert_array_equal(kept.digits[1].drawing, panel.canvas.image())
    assert page.own.open.text() == "My digits: 2"


def test_a_test_image_is_not_kept(qtbot: QtBot, panel: DrawPanel, page: TeachPage, session: Session) -> None:
    panel.desk.show_test_image(3)
    qtbot.waitUntil(lambda: session.answer is not None)
    page.keys._choose(1)
    assert not page.own.keep.isEnabled()


def test_the_sheet_shows_puts_right_and_takes_back(
    qtbot: QtBot, panel: DrawPanel, page: TeachPage, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for label in (7, 4, 7):
        draw_and_keep(qtbot, panel, page, label)
    QTest.mouseClick(page.own.open, Qt.MouseButton.LeftButton)
    sheet = page.own.sheet
    assert sheet is not None
    assert sheet.isVisible()
    qtbot.waitUntil(lambda: "read" in sheet.facts.text())
    images, labels = session.own.arrays
    right = int((session.predict(images).argmax(axis=1) == labels).sum())
    assert sheet.facts.text() == f"3 drawings, {right} read"
    assert not sheet.grab().isNull()
    sheet.digits.set_current("7")
    assert [tile.label for tile in sheet.grid.tiles] == [7, 7]
    sheet.digits.set_current("all")
    QTest.mouseClick(sheet.grid, Qt.MouseButton.LeftButton, pos=sheet.grid.tile_area(1).center().toPoint())
    assert sheet.keys.current == 4
    sheet.keys._choose(9)
    assert on_disk().labels.tolist() == [7, 9, 7]
    QTest.keyClick(sheet.grid, Qt.Key.Key_Delete)
    assert on_disk().labels.tolist() == [7, 7]
    for expected in ([7, 9, 7], [7, 4, 7]):
        sheet.back.click()
        assert on_disk().labels.tolist() == expected
    monkeypatch.setattr(
        "nnvis.draw_pages.own_digits.QFileDialog.getSaveFileName", lambda *_: (str(tmp_path / "out"), "zip (*.zip)")
    )
    sheet.export.click()
    assert (tmp_path / "out.zip").is_file()
    assert "3 drawings were written" in sheet.said.text()


def test_they_are_trained_with_as_often_as_the_weight_says(
    qtbot: QtBot, panel: DrawPanel, page: TeachPage, session: Session, digits: Dataset
) -> None:
    for label in (7, 4):
        draw_and_keep(qtbot, panel, page, label)
    page.own.open_sheet()
    sheet = page.own.sheet
    assert sheet is not None
    sheet.weight.setValue(6)
    assert session.project.own_digits == OwnMixture(weight=6)
    qtbot.waitUntil(lambda: session.image_counts[0] == 1173 + 12)
    session.set_training(TrainingRecipe(epochs=1))
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE and session.test_result is not None)
    project = session.project
    kept = on_disk()
    split = with_own_digits(split_data(digits, project.data, project.seed), kept.images, kept.labels, 6)
    assert split.y_train[-12:].tolist() == [7, 4] * 6
    model = project.build_model(digits)
    for _ in project.build_trainer(model, split).run():
        pass
    np.testing.assert_array_equal(session.parameters, model.parameters)
    page.own.open_sheet()
    qtbot.waitUntil(lambda: "some of its training images" in sheet.facts.text())


def test_the_command_line_trains_with_them_too(
    qtbot: QtBot, panel: DrawPanel, page: TeachPage, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_and_keep(qtbot, panel, page, 3)
    monkeypatch.setattr(headless, "dataset_of", lambda _project: digits)
    plain = replace(Project.default(), training=TrainingRecipe(epochs=1))
    with_own = replace(plain, own_digits=OwnMixture(weight=2))
    folder = own_digits_folder()
    one, two, three = (
        headless.train(project, own=own).model.parameters
        for project, own in ((plain, folder), (with_own, folder), (with_own, None))
    )
    assert not np.array_equal(one, two)
    assert np.array_equal(one, three)


def test_what_cannot_be_written_is_said(
    qtbot: QtBot, panel: DrawPanel, page: TeachPage, session: Session
) -> None:
    own_digits_folder().write_text("in the way")
    draw_and_keep(qtbot, panel, page, 7)
    assert "cannot be" in page._said.text()
    assert len(session.own.digits) == 0


@pytest.fixture
def damaged_index() -> None:
    digits = OwnDigits(own_digits_folder())
    digits.add(np.full((280, 280), 255, np.uint8), 5)
    (own_digits_folder() / "index.json").write_text("{")


def test_a_damaged_index_is_said_in_the_sheet(
    damaged_index: None, qtbot: QtBot, panel: DrawPanel, page: TeachPage, session: Session
) -> None:
    page.own.open_sheet()
    assert page.own.sheet is not None
    assert "made anew from 1 pictures" in page.own.sheet.said.text()


def test_a_project_keeps_the_weight() -> None:
    project = replace(Project.default(), own_digits=OwnMixture(weight=9))
    assert Project.from_json(project.to_json()) == project
