"""The table of actions: complete, unambiguous, and the source of menus, palette and sheet of keys."""

from collections import Counter

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from nnvis.actions import ACTIONS, MENUS, ActionSet, shown_keys
from nnvis.paths import asset
from nnvis.theme import ThemeSource

HANDLES = {
    "trainAction", "pauseAction", "stopAction", "stepBatchAction", "stepEpochAction", "resetAction", "undoAction",
    "redoAction",
}  # fmt: skip


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def actions(window: QMainWindow, theme_source: ThemeSource) -> ActionSet:
    return ActionSet(window, theme_source)


def test_names_are_unique_and_the_promised_ones_are_there() -> None:
    names = [row.object_name for row in ACTIONS]
    assert len(set(names)) == len(names)
    assert set(names) >= HANDLES


def test_every_row_has_words_a_place_and_an_icon_that_exists() -> None:
    for row in ACTIONS:
        assert row.menu in MENUS
        assert row.tooltip.endswith(".")
        assert not row.icon or asset(f"icons/{row.icon}.svg").is_file(), row.object_name


def test_no_key_is_given_twice_except_where_only_one_can_be_enabled() -> None:
    taken = Counter(key for row in ACTIONS for key in row.keys)
    assert {key for key, count in taken.items() if count > 1} == {"Space"}  # Train, or Pause


def test_every_key_is_one_that_qt_knows() -> None:
    for row in ACTIONS:
        for key in row.keys:
            assert QKeySequence(key).count() == 1, (row.object_name, key)


def test_menus_hold_every_action_once(window: QMainWindow, actions: ActionSet) -> None:
    menus = actions.fill_menus(window.menuBar())
    listed = [entry.objectName() for menu in menus.values() for entry in menu.actions() if not entry.isSeparator()]
    assert sorted(listed) == sorted(row.object_name for row in ACTIONS)


def test_before_the_session_is_there_one_can_only_quit(actions: ActionSet) -> None:
    assert [row.object_name for row in ACTIONS if actions(row.object_name).isEnabled()] == ["quitAction"]


def test_tooltips_name_the_key(actions: ActionSet) -> None:
    assert actions("stepBatchAction").toolTip() == "Train on one batch, then pause (→)."
    assert actions("resetLayoutAction").toolTip() == "Put every panel back to its first place and size."


def test_actions_are_found_by_object_name(window: QMainWindow, actions: ActionSet) -> None:
    assert window.findChild(QAction, "trainAction") is actions("trainAction")


def test_the_palette_and_the_sheet_come_from_the_table(actions: ActionSet) -> None:
    assert {command.action.objectName() for command in actions.commands()} == {
        row.object_name for row in ACTIONS
    } - {"paletteAction"}
    assert ("Redo", ("Ctrl Shift Z", "Ctrl Y")) in actions.keys()["Edit"]


@pytest.mark.parametrize(
    ("key", "shown"), [("Right", "→"), ("Shift+Right", "Shift →"), ("Ctrl+Shift+S", "Ctrl Shift S"), ("?", "?")]
)
def test_keys_as_they_are_shown(key: str, shown: str) -> None:
    assert shown_keys(key) == shown
