"""The window's small parts: palette, sheet of keys, keys that stay with fields, speed, and the words about the run."""

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QListView,
    QMainWindow,
    QPushButton,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from nnvis.run_text import run_text, saved_text, status_text
from nnvis.theme import ThemeSource
from nnvis.widgets.command_palette import Command, CommandPalette, match
from nnvis.widgets.key_policy import keep_keys, keeps
from nnvis.widgets.key_sheet import KeySheet
from nnvis.widgets.speed_slider import FASTEST, FULL, SLOWEST, SpeedSlider, batches_per_second, speed_text

Key = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    qtbot.waitExposed(window)
    return window


# --- the command palette ---


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def palette(window: QMainWindow, theme_source: ThemeSource, done: list[str]) -> CommandPalette:
    palette = CommandPalette(theme_source, window, 80)
    commands = []
    for words, place in (("Train", "Run"), ("Reset", "Run"), ("Reset layout", "View"), ("Save as …", "File")):
        action = QAction(words, window)
        action.triggered.connect(lambda _=False, words=words: done.append(words))
        commands.append(Command(action, place))
    commands[0].action.setEnabled(False)
    palette.offer(commands)
    return palette


def _field(palette: CommandPalette) -> QLineEdit:
    field = palette.findChild(QLineEdit)
    assert field is not None
    return field


def test_typing_narrows_and_enter_does_it(palette: CommandPalette, done: list[str], qtbot: QtBot) -> None:
    qtbot.keyClicks(_field(palette), "lay")
    assert palette.shown == ("Reset layout",)
    qtbot.keyClick(_field(palette), Key.Key_Return)
    assert done == ["Reset layout"]
    assert palette.isHidden()


def test_what_cannot_be_done_now_stands_last_and_is_not_done(
    palette: CommandPalette, done: list[str], qtbot: QtBot
) -> None:
    assert palette.shown[-1] == "Train"
    qtbot.keyClicks(_field(palette), "train")
    qtbot.keyClick(_field(palette), Key.Key_Return)
    assert done == []
    assert not palette.isHidden()


def test_arrows_choose(palette: CommandPalette, done: list[str], qtbot: QtBot) -> None:
    second = palette.shown[1]
    qtbot.keyClick(_field(palette), Key.Key_Down)
    qtbot.keyClick(_field(palette), Key.Key_Return)
    assert done == [second.replace("Save as", "Save as …")]


def test_escape_and_a_click_beside_close_it_and_give_the_focus_back(
    palette: CommandPalette, window: QMainWindow, qtbot: QtBot, done: list[str]
) -> None:
    qtbot.keyClick(_field(palette), Key.Key_Escape)
    assert palette.isHidden()
    before = QLineEdit(window)
    before.show()
    before.setFocus()
    palette.offer([])
    assert palette.shown == ()
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=QPoint(5, 590))
    assert palette.isHidden()
    assert before.hasFocus()
    assert done == []


@pytest.mark.parametrize(
    ("query", "fits"), [("", True), ("res", True), ("lay res", True), ("run", False), ("view", True), ("set", False)]
)
def test_each_typed_word_starts_a_word(query: str, fits: bool) -> None:
    assert (match(query, "Reset layout", "View") is not None) is fits


# --- the sheet of keys ---


def test_the_sheet_closes_by_escape_and_takes_every_other_key(
    window: QMainWindow, theme_source: ThemeSource, qtbot: QtBot
) -> None:
    sheet = KeySheet(theme_source, {"Run": [("Train", ("Space",))], "View": [("Full screen", ("F11",))]}, window)
    sheet.open()
    asked = QKeyEvent(QEvent.Type.ShortcutOverride, Key.Key_Space, Qt.KeyboardModifier.NoModifier)
    asked.ignore()
    assert sheet.event(asked)
    assert asked.isAccepted()
    with qtbot.waitSignal(sheet.closed):
        qtbot.keyClick(sheet, Key.Key_Escape)


# --- whose key it is ---


@pytest.mark.parametrize(
    ("kind", "kept", "given_up"),
    [
        (QLineEdit, {Key.Key_Space, Key.Key_Right, Key.Key_Escape}, set()),
        (QDoubleSpinBox, {Key.Key_Right, Key.Key_Up}, set()),
        (QComboBox, {Key.Key_Space, Key.Key_Down}, {Key.Key_Escape}),
        (QSlider, {Key.Key_Right}, {Key.Key_Space}),
        (QPushButton, {Key.Key_Space}, {Key.Key_Right, Key.Key_Escape}),
        (QListView, set(), {Key.Key_Space, Key.Key_Right, Key.Key_Escape}),
        (QWidget, set(), {Key.Key_Space, Key.Key_Right}),
    ],
)
def test_fields_keep_what_they_need(qtbot: QtBot, kind: type[QWidget], kept: set[Key], given_up: set[Key]) -> None:
    widget = kind()
    qtbot.addWidget(widget)
    assert all(keeps(widget, key) for key in kept)
    assert not any(keeps(widget, key) for key in given_up)


def test_ctrl_and_alt_keys_are_never_kept(window: QMainWindow) -> None:
    field = QLineEdit(window)
    field.show()
    field.setFocus()
    plain, none = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
    assert keep_keys(QKeyEvent(QEvent.Type.ShortcutOverride, Key.Key_Right, plain))
    assert not keep_keys(QKeyEvent(QEvent.Type.ShortcutOverride, Key.Key_Right, none))
    assert not keep_keys(QKeyEvent(QEvent.Type.KeyPress, Key.Key_Right, plain))


# --- speed ---


def test_the_slider_goes_from_one_a_second_to_no_limit() -> None:
    assert batches_per_second(0) == SLOWEST
    assert batches_per_second(FULL - 1) == pytest.approx(FASTEST)
    assert batches_per_second(FULL) is None
    assert [speed_text(limit) for limit in (None, 1.0, 40.4)] == ["full", "1.0/s", "40/s"]


def test_the_slider_tells_its_value(theme_source: ThemeSource, qtbot: QtBot) -> None:
    speed = SpeedSlider(theme_source)
    qtbot.addWidget(speed)
    slider = speed.findChild(QSlider)
    assert slider is not None
    with qtbot.waitSignal(speed.speed_changed) as told:
        slider.setValue(0)
    assert told.args == [SLOWEST]
    assert slider.accessibleDescription() == "1.0 batches a second"


# --- words ---


def _session(state: str, step: int = 0, **more: Any) -> Any:
    """Just what the words are made of."""
    usual: dict[str, Any] = {
        "state": SimpleNamespace(name=state),
        "history": SimpleNamespace(step=step, seconds=7.2),
        "progress": SimpleNamespace(
            epoch=3, epochs=5, batch=524, batches_per_epoch=860, fraction=0.522, seconds_left=3.0,
            images_per_second=52310.0,
        ),
        "project": SimpleNamespace(
            training=SimpleNamespace(epochs=5, batch_size=64),
            optimizer=SimpleNamespace(title="Adam", learning_rate=0.001),
        ),
        "image_counts": (55000, 5000, 10000),
        "pen_progress": None,
        "running_is_old": False,
        "problems": (),
        "test_result": None,
    }
    return SimpleNamespace(**{**usual, **more})


def test_the_words_while_it_trains() -> None:
    text = run_text(_session("RUNNING", 2244))
    assert (text.title, text.percent, text.note) == ("Epoch 3 of 5", "61 %", "batch 524 of 860")
    assert (text.left, text.rate) == ("0:03 left", "52k images/s")
    assert text.done == pytest.approx(2.61)
    assert status_text(_session("RUNNING", 2244)) == "Training on 55,000 images · Adam 0.001 · batch 64"


def test_the_words_before_and_after() -> None:
    assert run_text(_session("READY")).note == "5 epochs of 860 batches"
    assert run_text(_session("PAUSED", 9)).note == "paused at batch 524"
    assert run_text(_session("DONE", 9)).note == "stopped at batch 524"
    assert run_text(_session("FAILED")).title == "Stopped"
    tested = _session("DONE", 9, test_result=SimpleNamespace(count=10000, accuracy=0.9754, loss=0.0834))
    assert "On 10,000 test images: 97.5 % right, loss 0.083." in status_text(tested)
    assert "starts a new run" in status_text(_session("PAUSED", 9, running_is_old=True))
    assert "cannot be trained" in status_text(_session("READY", problems=(SimpleNamespace(severity="error"),)))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((False, False, None), "not saved yet"), ((True, True, 3.0), "changed since it was saved"),
        ((True, False, None), "saved"), ((True, False, 8.4), "saved 8 s ago"), ((True, False, 0.1), "saved 1 s ago"),
        ((True, False, 200.0), "saved 3 min ago"), ((True, False, 7300.0), "saved 2 h ago"),
    ],
)  # fmt: skip
def test_how_old_the_file_is(arguments: tuple[bool, bool, float | None], words: str) -> None:
    assert saved_text(*arguments) == words
