"""The keys of the layer list, and how it keeps them from shortcuts of the window while it has the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

_PLAIN = {
    Qt.Key.Key_Return: "open",
    Qt.Key.Key_Enter: "open",
    Qt.Key.Key_F2: "rename",
    Qt.Key.Key_Delete: "remove",
    Qt.Key.Key_Backspace: "remove",
    Qt.Key.Key_Insert: "insert",
    Qt.Key.Key_Plus: "insert",
    Qt.Key.Key_Escape: "close",
}
_WITH_ALT = {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}
_WITH_CONTROL = {
    Qt.Key.Key_D: "duplicate",
    Qt.Key.Key_C: "copy",
    Qt.Key.Key_X: "cut",
    Qt.Key.Key_V: "paste",
    Qt.Key.Key_E: "toggle",
}
MENU = (
    ("Edit", "open", "Enter"),
    ("Rename", "rename", "F2"),
    ("", "", ""),
    ("Cut", "cut", "Ctrl+X"),
    ("Copy", "copy", "Ctrl+C"),
    ("Paste below", "paste", "Ctrl+V"),
    ("Duplicate", "duplicate", "Ctrl+D"),
    ("Insert below…", "insert", "Ins"),
    ("", "", ""),
    ("Move up", "up", "Alt+Up"),
    ("Move down", "down", "Alt+Down"),
    ("", "", ""),
    ("Leave out", "toggle", "Ctrl+E"),
    ("Delete", "remove", "Del"),
)
"""The context menu: words, command, key; empty words are a line."""


def command_of(event: QKeyEvent) -> str | None:
    """What a key asks the list to do, if it asks anything."""
    modifiers = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
    key = Qt.Key(event.key())
    if modifiers == Qt.KeyboardModifier.NoModifier:
        return _PLAIN.get(key)
    if modifiers == Qt.KeyboardModifier.AltModifier:
        return _WITH_ALT.get(key)
    if modifiers == Qt.KeyboardModifier.ControlModifier:
        return _WITH_CONTROL.get(key)
    return None


class KeyGuard(QObject):
    """Accepts the list's own keys before the window's shortcuts take them; Escape only while a form is open."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            command = command_of(event)
            opened = getattr(watched, "opened", None)
            if command is not None and (command != "close" or opened is not None):
                event.accept()
                return True
        return super().eventFilter(watched, event)
