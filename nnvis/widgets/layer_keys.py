"""The keys of the layer list, and how it keeps them from shortcuts of the window while it has the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

_PLAIN = {
    Qt.Key.Key_Return: "open",
    Qt.Key.Key_Enter: "open",
    Qt.Key.Key_F2: "open",
    Qt.Key.Key_Delete: "remove",
    Qt.Key.Key_Backspace: "remove",
    Qt.Key.Key_Insert: "insert",
    Qt.Key.Key_Plus: "insert",
    Qt.Key.Key_Escape: "close",
}
_WITH_ALT = {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}
_WITH_CONTROL = {Qt.Key.Key_D: "duplicate"}


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
