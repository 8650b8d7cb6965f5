"""Field: one editor for one declared hyperparameter. Which editor it is follows from the declaration alone."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QHBoxLayout, QWidget

from core.hyper import Hyper
from nnvis.theme import ThemeSource

FIELD_HEIGHT = 28


class Field(QWidget):
    """Base of all editors: shows a value, and says when the user gave another one.

    `set_value` never emits. What is being typed is left alone: a value is given with Enter or on leaving the field,
    arrows and choices give it at once.
    """

    committed = Signal(object)  # a valid value, given by the user
    problem_found = Signal(str)  # why what was typed cannot be taken; empty when there is nothing to say any more

    def __init__(self, declared: Hyper, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.declared = declared
        self.theme_source = theme_source
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._guard = EditorGuard(self)

    def value(self) -> Any:
        """The last valid value."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show `value`; emits nothing."""
        raise NotImplementedError

    def set_refused(self, refused: bool) -> None:
        """Give the editor the edge of a value that cannot be taken, or take it away."""
        for editor in self._editors():
            if bool(editor.property("invalid")) != refused:
                editor.setProperty("invalid", refused)
                editor.style().unpolish(editor)
                editor.style().polish(editor)

    def _editors(self) -> tuple[QWidget, ...]:
        raise NotImplementedError

    def _hold(self, editor: QWidget) -> None:
        """Place `editor` in the field: 28 high, named for screen readers, focused when the field is."""
        editor.setObjectName(f"{self.declared.name}Field")
        editor.setFixedHeight(FIELD_HEIGHT)
        editor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        editor.setAccessibleName(self.declared.label)
        editor.setAccessibleDescription(self.declared.help)
        editor.installEventFilter(self._guard)
        self._row.addWidget(editor, 1)
        if self.focusProxy() is None:
            self.setFocusProxy(editor)


class EditorGuard(QObject):
    """Keeps from an editor what is not for it, and from the window's shortcuts what is.

    The wheel goes to the panel unless the editor has the focus: scrolling past a form must not change it. Space on a
    check box, Escape over unfinished typing and Ctrl+0 (back to the default) belong to the field. This is an event
    filter and no override of `event`: PySide6 6.11 crashes when a handler called below such an override raises.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QWheelEvent) and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(watched, event):
            event.accept()
            return True
        return super().eventFilter(watched, event)


def asks_for_default(event: QKeyEvent) -> bool:
    """Ctrl+0 in a field."""
    return event.key() == Qt.Key.Key_0 and event.modifiers() == Qt.KeyboardModifier.ControlModifier


def _is_own(editor: QObject, event: QKeyEvent) -> bool:
    if event.key() == Qt.Key.Key_Space:
        return isinstance(editor, QAbstractButton | QComboBox)
    if event.key() == Qt.Key.Key_Escape:
        return bool(getattr(editor, "is_edited", bool)())
    return asks_for_default(event)
