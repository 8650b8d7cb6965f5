"""Whose key is it? Space, arrows and Escape drive the run, except where somebody types or moves a control with them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

_ARROWS: Final = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down})
_TYPING: Final = _ARROWS | {Qt.Key.Key_Space, Qt.Key.Key_Escape, Qt.Key.Key_Question}
OWN_KEYS: Final[tuple[tuple[tuple[type[QWidget], ...], frozenset[Qt.Key]], ...]] = (
    ((QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit), _TYPING),
    ((QComboBox,), _ARROWS | {Qt.Key.Key_Space}),
    ((QAbstractSlider, QTabBar), _ARROWS),
    ((QAbstractButton,), frozenset({Qt.Key.Key_Space})),
)
"""Kinds of widgets, and the keys that stay with them while they have the focus."""


def keeps(widget: QWidget | None, key: Qt.Key) -> bool:
    """Whether `widget`, having the focus, needs `key` for itself."""
    return any(isinstance(widget, kinds) and key in keys for kinds, keys in OWN_KEYS)


def keep_keys(event: QEvent) -> bool:
    """Accept `event` if it asks whether a key belongs to the focused widget, and it does. Called by windows."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    if event.modifiers() & control or not keeps(QApplication.focusWidget(), Qt.Key(event.key())):
        return False
    event.accept()
    return True
