"""The data section: what it shows of the images, what one can choose, and leafing through them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QMainWindow
from pytestqt.qtbot import QtBot

from core.data import ArrayFile, Augmentation, Dataset, ImageFolder, Mnist, PenDigits, Skipped, stratified_split
from nnvis.data_control import varied
from nnvis.data_facts import class_facts, class_text, members, shared_out
from nnvis.data_files import source_of
from nnvis.panels.network import NetworkPanel
from nnvis.session import Session
from nnvis.theme import ThemeSource
from nnvis.training import loader
from nnvis.training.loader import Loading
from nnvis.widgets.data_section import DataSection
from nnvis.widgets.image_sheet import ImageSheet

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> Iterator[NetworkPanel]:
    theme_source.set_reduced_motion(True)
    window = QMainWindow()
    panel = NetworkPanel(session, theme_source)
    window.setCentralWidget(panel)
    window.statusBar().addWidget(panel.tools)
    qtbot.addWidget(window)
    window.resize(1000, 900)
    window.show()
    yield panel
    session.shutdown()


@pytest.fixture
def section(panel: NetworkPanel) -> DataSection:
    found = panel.findChild(DataSection)
    assert isinstance(found, DataSection)
    return found


def sheet_of(panel: NetworkPanel) -> ImageSheet:
    found = panel.window().findChild(ImageSheet)
    assert isinstance(found, ImageSheet)
    return found


@pytest.mark.parametrize("share", [0.0, 1 / 12, 0.3, 0.5])
def test_the_counts_are_those_of_the_split(digits: Dataset, share: float) -> None:
    train, validation = stratified_split(digits.y_train, share, np.random.default_rng(0))
    assert shared_out(digits, share) == (len(train), len(validation), 300)


def test_the_facts_of_each_class(digits: Dataset) -> None:
    facts = class_facts(digits)
    assert [each.count for each in facts] == np.bincount(digits.y_train).tolist()
    mean = digits.x_train[digits.y_train == 3].mean(axis=0).round()
    assert facts[3].mean is not None
    assert np.abs(facts[3].mean - mean).max() <= 1
    assert class_text(digits, digits.y_test, 0) == "7"


def test_several_labels_and_empty_classes_have_facts_too() -> None:
    images = np.zeros((4, 2, 2, 3), np.uint8)
    labels = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 0], [0, 1, 0]])
    dataset = Dataset("own", "own", images, labels, images[:0], labels[:0], ("a", "b", "c"))
    assert [each.count for each in class_facts(dataset)] == [2, 2, 0]
    assert class_facts(dataset)[2].mean is None
    assert members(labels, 1).tolist() == [1, 3]
    assert [class_text(dataset, labels, place) for place in range(4)] == ["a", "a, b", "no class", "b"]


def test_what_a_path_is(tmp_path: Path) -> None:
    idx = tmp_path / "idx"
    idx.mkdir()
    (idx / "train-images-idx3-ubyte.gz").touch()
    (tmp_path / "a.NPZ").touch()
    assert source_of(tmp_path) == ImageFolder(str(tmp_path))
    assert source_of(idx) == ArrayFile(str(idx)) == source_of(idx / "train-images-idx3-ubyte.gz")
    assert source_of(tmp_path / "a.NPZ") == ArrayFile(str(tmp_path / "a.NPZ"))
    assert source_of(tmp_path / "project.json") is None


def test_the_images_are_shared_out_scaled_and_varied_where_they_are_chosen(
    qtbot: QtBot, session: Session, section: DataSection
) -> None:
    assert section.details.isHidden()
    qtbot.mouseClick(section.more, LEFT)
    assert section.details.isVisible()
    share = section.details.data.cell("validation_share")
    share.field.set_value(0.25)
    share.committed.emit("validation_share", 0.25)
    assert session.project.data.validation_share == 0.25
    form = section.details.augmentation
    assert not form.strip.isVisible()
    qtbot.mouseClick(form.ways.part("digits"), LEFT)
    assert session.project.augmentation == Augmentation.digits()
    assert form.strip.isVisible()
    before = form.strip.grab().toImage()
    qtbot.mouseClick(form.strip, LEFT)
    assert form.strip.grab().toImage() != before
    qtbot.mouseClick(form.ways.part("own"), LEFT)
    noise = form.editor.cell("noise_std")
    assert noise.isVisible()
    noise.committed.emit("noise_std", 0.5)
    assert session.project.augmentation == Augmentation.digits().replace(noise_std=0.5)
    session.undo()
    session.undo()
    assert session.project.augmentation == Augmentation()
    qtbot.mouseClick(form.ways.part("off"), LEFT)
    assert not form.strip.isVisible()


def test_the_preview_is_what_training_may_get(digits: Dataset) -> None:
    gentle = varied(digits, Augmentation(rotation_range=1.0), 0)
    assert len(gentle) == 8
    assert all(image.shape == (28, 28) and image.dtype == np.uint8 for image in gentle)
    assert 0 < np.abs(gentle[0].astype(int) - digits.x_train[0, ..., 0]).mean() < 10
    assert not np.array_equal(gentle[0], varied(digits, Augmentation(rotation_range=1.0), 1)[0])


def test_a_folder_is_chosen_in_a_dialog(
    qtbot: QtBot, session: Session, section: DataSection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    digits: Dataset,
) -> None:  # fmt: skip
    chosen = iter(["", str(tmp_path)])
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: next(chosen))
    folder = replace(digits, name="image_folder", title="mine", skipped=(Skipped("a.txt", "has no ending"),))
    monkeypatch.setattr(loader, "load", lambda source, _: folder if isinstance(source, ImageFolder) else digits)
    section.chosen.emit("image_folder")
    assert session.project.source == Mnist()
    assert section.field.value() == "mnist"
    section.chosen.emit("image_folder")
    assert session.project.source == ImageFolder(str(tmp_path))
    qtbot.waitUntil(lambda: session.loading is None)
    assert section.skipped.isVisible()
    assert section.skipped.text() == "1 file left out"
    section.chosen.emit("pen_digits")
    assert session.project.source == PenDigits()


def test_a_file_without_images_is_refused_in_words(
    session: Session, section: DataSection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").touch()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "letter.txt"), ""))
    section.chosen.emit("array_file")
    assert session.message is not None
    assert "letter.txt is no NPZ, CSV or IDX file" in session.message.text
    assert session.project.source == Mnist()


def test_loading_is_shown_and_can_be_cancelled(qtbot: QtBot, session: Session, section: DataSection) -> None:
    session.loading = Loading(PenDigits(), 300, 5000)
    session.loading_changed.emit()
    assert section._counts.text() == "loading 300 of 5,000 images"
    with qtbot.waitSignal(section.give_up_requested):
        qtbot.mouseClick(section.give_up, LEFT)
    session.loading = None
    session.loading_changed.emit()
    assert section._counts.text() == "1,173 train · 107 validation · 300 test"
    assert not section.give_up.isVisible()


def test_one_leafs_through_the_images_and_takes_one(
    qtbot: QtBot, session: Session, panel: NetworkPanel, section: DataSection, digits: Dataset
) -> None:
    qtbot.mouseClick(section.look, LEFT)
    sheet = sheet_of(panel)
    assert sheet.isVisible()
    assert sheet._range.text() == "1–70 of 1,280"
    qtbot.mouseClick(sheet.classes, LEFT, pos=QPoint(60, 8 * 32 + 10))
    sevens = np.flatnonzero(digits.y_train == 7)
    assert sheet._range.text() == f"1–70 of {len(sevens)}"
    qtbot.keyClick(sheet.grid, Qt.Key.Key_PageDown)
    assert sheet._range.text() == f"71–140 of {len(sevens)}"
    qtbot.keyClick(sheet.grid, Qt.Key.Key_Right)
    qtbot.keyClick(sheet.grid, Qt.Key.Key_Right)
    assert sheet._words.text() == f"image {sevens[71]:,}: 7"
    qtbot.keyClick(sheet.grid, Qt.Key.Key_Return)
    assert session.drawing is not None
    assert np.array_equal(session.drawing, digits.x_train[sevens[71], ..., 0])
    assert not sheet.isVisible()
    panel.open_images("test")
    qtbot.mouseClick(sheet.grid, LEFT, pos=sheet.grid.tile_rect(0).center().toPoint())
    assert np.array_equal(session.drawing, digits.x_test[0, ..., 0])
    panel.open_images("skipped")
    assert sheet.skipped.toPlainText() == "Nothing was left out."
    sheet.dismiss()


def test_other_images_can_be_looked_at_in_their_colours(
    qtbot: QtBot, session: Session, panel: NetworkPanel
) -> None:
    images = np.zeros((3, 40, 60, 3), np.uint8)
    images[..., 0] = 255
    labels = np.array([0, 1, 0])
    session.dataset = Dataset("own", "own", images, labels, images[:1], labels[:1], ("red", "also red"))
    panel.open_images()
    sheet = sheet_of(panel)
    middle = sheet.grid.tile_rect(0).center().toPoint()
    assert sheet.grid.grab().toImage().pixelColor(middle).getRgb() == (255, 0, 0, 255)
    qtbot.mouseClick(sheet.grid, LEFT, pos=middle)
    assert session.drawing is None
