"""Pictures on the canvas: pasted, dropped, opened; random and misread test images; what cannot be read says why."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.data import center_digit, read_drawing
from nnvis.draw_pages import pictures
from nnvis.panels.draw import DrawPanel
from nnvis.session import RunState, Session
from nnvis.theme import REGULAR, ThemeSource

COPY = Qt.DropAction.CopyAction


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> DrawPanel:
    made = DrawPanel(session, theme_source)
    qtbot.addWidget(made)
    made.resize(REGULAR.right_dock, 860)
    with qtbot.waitExposed(made):
        made.show()
    return made


def seven(width: int = 300, height: int = 400) -> Image.Image:
    """Dark ink on light paper."""
    image = Image.new("L", (width, height), 230)
    points = [(width * x, height * y) for x, y in ((0.2, 0.25), (0.75, 0.25), (0.4, 0.85))]
    ImageDraw.Draw(image).line(points, fill=30, width=width // 14, joint="curve")
    return image


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "seven.png"
    seven().save(path)
    return path


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel().astype(float), other.ravel().astype(float))[0, 1])


EXPECTED = center_digit(255 - np.asarray(seven()) - 25)


def mime(path: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def drop(panel: DrawPanel, data: QMimeData) -> bool:
    """Whether the canvas takes it; a synthetic event has to be handed over by hand."""
    point = QPointF(20, 20)
    enter = QDragEnterEvent(point.toPoint(), COPY, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    panel.canvas.dragEnterEvent(enter)
    if enter.isAccepted():
        panel.canvas.dropEvent(
            QDropEvent(point, COPY, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    return enter.isAccepted()


def test_a_dropped_picture_of_paper_becomes_a_drawing(
        qtbot: QtBot, panel: DrawPanel, session: Session, file: Path) -> None:
    assert drop(panel, mime(file))
    qtbot.waitUntil(lambda: session.drawing is not None)
    np.testing.assert_array_equal(session.drawing, center_digit(read_drawing(file)))  # as on the command line
    assert likeness(session.drawing, EXPECTED) > 0.95
    assert session.answer is not None
    panel.canvas.undo()
    qtbot.waitUntil(lambda: session.drawing is None)
    panel.canvas.redo()
    qtbot.waitUntil(lambda: session.drawing is not None)


def test_one_can_draw_on_it(qtbot: QtBot, panel: DrawPanel, session: Session, file: Path) -> None:
    drop(panel, mime(file))
    qtbot.waitUntil(lambda: session.drawing is not None)
    before = session.drawing
    QTest.mouseClick(panel.canvas, Qt.MouseButton.LeftButton, pos=panel.canvas.rect().center() / 3)
    qtbot.waitUntil(lambda: not np.array_equal(session.drawing, before))


def test_ctrl_v_takes_a_picture_from_the_clipboard(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    stream = io.BytesIO()
    seven().save(stream, "PNG")
    QGuiApplication.clipboard().setImage(QImage.fromData(stream.getvalue()))
    panel.activateWindow()
    panel.canvas.setFocus()
    qtbot.waitUntil(lambda: panel.canvas.hasFocus())
    QTest.keyClick(panel.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: session.drawing is not None)
    assert likeness(session.drawing, EXPECTED) > 0.95


def test_a_clipboard_without_a_picture_says_so(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    QGuiApplication.clipboard().setText("no picture")
    with qtbot.waitSignal(session.message_posted) as caught:
        panel.pictures.paste()
    assert "no picture in the clipboard" in caught.args[0].text


def test_a_picture_is_opened_from_the_menu(
        qtbot: QtBot, panel: DrawPanel, session: Session, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(file), ""))
    panel.pictures.menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: session.drawing is not None)


@pytest.mark.parametrize(("data", "words"), [
    (b"", "is empty"), (b"no picture at all", "not a picture"), (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "picture|damaged")])
def test_what_cannot_be_read_says_why_and_leaves_the_canvas(
        qtbot: QtBot, panel: DrawPanel, session: Session, tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(data)
    panel.desk.show_test_image(1)
    before = panel.canvas.strokes
    with qtbot.waitSignal(session.message_posted) as caught:
        assert drop(panel, mime(path))
    assert caught.args[0].title == pictures.REFUSED
    assert "broken.png" in caught.args[0].text
    assert panel.canvas.strokes == before


def test_an_empty_sheet_is_refused(qtbot: QtBot, panel: DrawPanel, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "white.png"
    Image.new("L", (200, 200), 250).save(path)
    with qtbot.waitSignal(session.message_posted) as caught:
        drop(panel, mime(path))
    assert "shows no drawing" in caught.args[0].text


def test_other_files_are_left_to_the_window(panel: DrawPanel, tmp_path: Path) -> None:
    assert not drop(panel, mime(tmp_path / "network.json"))
    text = QMimeData()
    text.setText("seven")
    assert not drop(panel, text)


def test_a_test_image_reaches_the_network_pixel_by_pixel(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    for index in range(0, 300, 40):
        panel.desk.show_test_image(index)
        expected = session.dataset.x_test[index, ..., 0]
        qtbot.waitUntil(lambda expected=expected: np.array_equal(session.drawing, expected))
        assert panel.desk.label == session.dataset.y_test[index]
        assert panel.walk.isVisible()
        assert panel.walk.words == f"test image {index}: label {session.dataset.y_test[index]}"


def test_next_and_previous_walk_the_test_images(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    panel.pictures.menu.actions()[3].trigger()
    first = panel.desk.test_image.index
    after, before = panel.walk._after, panel.walk._before
    QTest.mouseClick(after, Qt.MouseButton.LeftButton)
    assert panel.desk.test_image.index == (first + 1) % 300
    QTest.mouseClick(before, Qt.MouseButton.LeftButton)
    QTest.mouseClick(before, Qt.MouseButton.LeftButton)
    assert panel.desk.test_image.index == (first - 1) % 300
    QTest.mouseClick(panel.canvas, Qt.MouseButton.LeftButton, pos=panel.canvas.rect().center())
    qtbot.waitUntil(lambda: not panel.walk.isVisible())
    assert panel.desk.label is None


def test_misread_images_are_really_misread(qtbot: QtBot, panel: DrawPanel, session: Session) -> None:
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.DONE, timeout=30_000)
    panel.pictures.menu.actions()[4].trigger()
    qtbot.waitUntil(lambda: panel.desk.test_image is not None)
    wrong = np.flatnonzero(session.predict(session.dataset.x_test).argmax(axis=1) != session.dataset.y_test)
    seen = set()
    for _ in range(len(wrong)):
        image = panel.desk.test_image
        seen.add(image.index)
        qtbot.waitUntil(lambda image=image: np.array_equal(session.drawing, image.pixels))
        assert session.answer.digit != image.label
        assert panel.walk.words.startswith("misread ")
        panel.pictures.walk(1)
    assert sorted(seen) == wrong.tolist()


def test_where_nothing_is_misread_it_says_so(
        qtbot: QtBot, panel: DrawPanel, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = session.predict(session.dataset.x_test).argmax(axis=1)
    monkeypatch.setitem(session.dataset.__dict__, "y_test", answers)
    with qtbot.waitSignal(session.message_posted) as caught:
        panel.pictures.show_misread()
    assert caught.args[0].kind == "info"
    assert "all 300 test images right" in caught.args[0].text
    assert not panel.walk.isVisible()
