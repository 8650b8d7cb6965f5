"""NumberField and PairField: whole and real numbers with bounds, a unit, and steps that fit their size."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QToolButton, QWidget

from core.errors import ConfigError
from core.hyper import Hyper
from nnvis.theme import ThemeSource, icon
from nnvis.widgets.field import FIELD_HEIGHT, Field
from nnvis.widgets.field_slider import HEIGHT, FieldSlider, SliderScale
from nnvis.widgets.field_text import nudged, parsed_number, shown, stepped

_STEPPERS = 24  # px at the right of a field
_NOTCH = 120  # eighths of a degree, as the wheel counts
_SHIFTED = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
StepEnabled = QAbstractSpinBox.StepEnabledFlag


class NumberBox(QAbstractSpinBox):
    """A spin box over one number of a declaration. It holds its last valid value, whatever is being typed."""

    given = Signal(object)
    problem_found = Signal(str)

    def __init__(self, declared: Hyper, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._declared = declared
        self._value: float | int = 0
        self._complaint = ""
        self._turned = 0  # of the wheel, not yet a whole notch
        self.lineEdit().setTextMargins(6, 0, 0, 0)  # a spin box ignores the padding of the style sheet
        self.lineEdit().textEdited.connect(self._on_text_edited)

    def value(self) -> float | int:
        return self._value

    def set_value(self, value: float | int) -> None:
        """Show `value`, unless the very same value stands there and something else is being typed over it."""
        if value == self._value and self.lineEdit().text() and self.hasFocus():
            return
        self._value = value
        self._show_value()

    def commit(self) -> bool:
        """Take what was typed. False, with the reason told, if it cannot be taken."""
        text = self.lineEdit().text()
        if text == self._text():
            self._complain("")
            return True
        try:
            value = parsed_number(self._declared, text)
        except ConfigError as problem:
            self._complain(str(problem))
            return False
        self._give(value)
        return True

    def take(self, value: float | int) -> None:
        """Give `value`, as if it had been typed."""
        self._give(value)

    def revert(self) -> None:
        """Forget what was typed."""
        self._show_value()
        self._complain("")

    def is_edited(self) -> bool:
        """Whether something is typed that has not been given yet."""
        return self.lineEdit().text() not in (self._text(), self._text_with_unit())

    # What Qt asks of a spin box

    def stepBy(self, steps: int) -> None:
        if self.commit():
            self._give(stepped(self._declared, self._value, steps))
            self.selectAll()

    def nudge(self, steps: int) -> None:
        """Move the value a little: what the wheel and Shift with the arrows do."""
        if self.commit():
            self._give(nudged(self._declared, self._value, steps))
            self.selectAll()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._turned += event.angleDelta().y()
        notches = int(self._turned / _NOTCH)
        self._turned -= notches * _NOTCH
        if notches:
            self.nudge(notches)
        event.accept()

    def stepEnabled(self) -> StepEnabled:
        enabled = StepEnabled.StepNone
        if self.isEnabled() and stepped(self._declared, self._value, 1) != self._value:
            enabled |= StepEnabled.StepUpEnabled
        if self.isEnabled() and stepped(self._declared, self._value, -1) != self._value:
            enabled |= StepEnabled.StepDownEnabled
        return enabled

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return (QValidator.State.Acceptable, text, position)  # judged when it is given, not while it is typed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.commit():
                self._show_value()
                self.selectAll()
        elif event.modifiers() == Qt.KeyboardModifier.ShiftModifier and event.key() in _SHIFTED:
            self.nudge(_SHIFTED[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Escape and self.is_edited():
            self.revert()
            self.selectAll()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.is_edited():
            self._show_value()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason and self.commit():
            self._show_value()

    def _text(self) -> str:
        return shown(self._declared, self._value)

    def _text_with_unit(self) -> str:
        return f"{self._text()} {self._declared.unit}".strip()

    def _show_value(self) -> None:
        """The value, with its unit while nobody types in it."""
        text = self._text() if self.hasFocus() else self._text_with_unit()
        if self.lineEdit().text() != text:
            self.lineEdit().setText(text)
            self.lineEdit().setCursorPosition(0)
        self.update()

    def _on_text_edited(self, text: str) -> None:
        """Take a complaint back as soon as it no longer holds; never complain while somebody types."""
        if self._complaint:
            try:
                parsed_number(self._declared, text)
            except ConfigError:
                return
            self._complain("")

    def _give(self, value: float | int) -> None:
        changed = value != self._value
        self._value = value
        self.lineEdit().setText(self._text())
        self._complain("")
        if changed:
            self.given.emit(value)

    def _complain(self, complaint: str) -> None:
        if complaint != self._complaint:
            self._complaint = complaint
            self.problem_found.emit(complaint)


class NumberField(Field):
    """The editor of an "int" or a "float"."""

    def __init__(self, declared: Hyper, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(declared, theme_source, parent)
        self.box = NumberBox(declared)
        self._hold(self.box)
        self.slider = FieldSlider(declared, theme_source, self) if SliderScale.fits(declared) else None
        self.box.given.connect(self._on_given)
        self.box.problem_found.connect(self.problem_found)
        if self.slider is not None:
            self.slider.moved.connect(self._on_moved)

    def value(self) -> Any:
        return self.box.value()

    def set_value(self, value: Any) -> None:
        self.box.set_value(value)
        self._show_on_slider(value)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.slider is not None:
            self.slider.setGeometry(1, self.height() - HEIGHT, self.width() - _STEPPERS, HEIGHT)
            self.slider.raise_()

    def _on_given(self, value: object) -> None:
        self._show_on_slider(value)
        self.committed.emit(value)

    def _on_moved(self, value: Any) -> None:
        if value != self.box.value():
            self.box.take(value)

    def _show_on_slider(self, value: Any) -> None:
        if self.slider is not None:
            self.slider.set_value(value)

    def _editors(self) -> tuple[QWidget, ...]:
        return (self.box,)


class PairField(Field):
    """The editor of a "pair" such as a kernel's height and width: linked, one moves the other."""

    def __init__(self, declared: Hyper, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(declared, theme_source, parent)
        part = dataclasses.replace(declared, kind="int", unit="")  # there is no room for a unit, twice
        self.boxes = (NumberBox(part), NumberBox(part))
        self.link = QToolButton()
        self.link.setCheckable(True)
        self.link.setFixedSize(24, FIELD_HEIGHT)
        self.link.setAccessibleName(f"Link the two numbers of {declared.label.lower()}")
        self.link.setToolTip("Linked: both numbers are the same.")
        self.link.installEventFilter(self._guard)
        self._row.setSpacing(2)
        for box, name in zip(self.boxes, ("height", "width"), strict=True):
            self._hold(box)
            box.setProperty("bare", True)  # no room for its buttons; the arrow keys stay
            box.setAccessibleName(f"{declared.label}, {name}")
            box.problem_found.connect(self.problem_found)
        self._row.insertWidget(1, self.link)
        QWidget.setTabOrder(self.boxes[0], self.boxes[1])
        QWidget.setTabOrder(self.boxes[1], self.link)
        self.boxes[0].given.connect(self._on_first_given)
        self.boxes[1].given.connect(self._on_second_given)
        self.link.clicked.connect(self._on_link_clicked)
        theme_source.theme_changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def value(self) -> Any:
        return (self.boxes[0].value(), self.boxes[1].value())

    def set_value(self, value: Any) -> None:
        first, second = value
        if (first, second) != self.value():
            self.link.setChecked(first == second)
        self.boxes[0].set_value(first)
        self.boxes[1].set_value(second)

    def _editors(self) -> tuple[QWidget, ...]:
        return self.boxes

    def _on_first_given(self, value: object) -> None:
        self._give(value, 0)

    def _on_second_given(self, value: object) -> None:
        self._give(value, 1)

    def _give(self, value: Any, which: int) -> None:
        if self.link.isChecked():
            self.boxes[1 - which].set_value(value)
        self.committed.emit(self.value())

    def _on_link_clicked(self, linked: bool) -> None:
        if linked and self.boxes[0].value() != self.boxes[1].value():
            self.boxes[1].set_value(self.boxes[0].value())
            self.committed.emit(self.value())

    def _on_theme_changed(self) -> None:
        self.link.setIcon(icon("link", self.theme_source.theme))
