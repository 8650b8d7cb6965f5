"""The editors that are not numbers: ChoiceField, CheckField, TextField, and OptionalField round another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QIcon, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from core.errors import ConfigError
from core.hyper import Hyper
from nnvis.theme import ThemeSource, font
from nnvis.widgets.field import Field
from nnvis.widgets.field_text import parsed_sizes, value_text

Picture = Callable[[str], QIcon]  # a small picture for a choice, such as the graph of an activation


class ChoiceBox(QComboBox):
    """A combo box that may be narrower than its longest choice.

    Where there is no room the picture gives way first, then the size of the words; only then they end in an ellipsis.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(3)

    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 24)
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self._room(option)
        metrics = self.fontMetrics()
        if metrics.horizontalAdvance(option.currentText) > room:
            option.currentIcon = QIcon()
            room = self._room(option)
        if metrics.horizontalAdvance(option.currentText) > room:
            small = font("caption")
            painter.setFont(small)
            option.fontMetrics = metrics = QFontMetrics(small)
        option.currentText = metrics.elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


    @property
    def is_cut(self) -> bool:
        """Whether even in small letters the chosen words do not fit."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentIcon = QIcon()
        return QFontMetrics(font("caption")).horizontalAdvance(self.currentText()) > self._room(option)

    def _room(self, option: QStyleOptionComboBox) -> int:
        """How wide the words may be."""
        area = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        return area.width() - 2 - (0 if option.currentIcon.isNull() else self.iconSize().width() + 8)


class ChoiceField(Field):
    """The editor of a "choice". `titles` are human words, `sentences` explain, `picture` is an icon."""

    def __init__(
        self,
        declared: Hyper,
        theme_source: ThemeSource,
        parent: QWidget | None = None,
        *,
        titles: Mapping[str, str] | None = None,
        sentences: Mapping[str, str] | None = None,
        picture: Picture | None = None,
    ) -> None:
        super().__init__(declared, theme_source, parent)
        self._picture = picture
        self.box = ChoiceBox()
        for choice in declared.choices:
            self.box.addItem((titles or {}).get(choice, choice), choice)
            self.box.setItemData(self.box.count() - 1, (sentences or {}).get(choice), Qt.ItemDataRole.ToolTipRole)
        self._hold(self.box)
        self.box.activated.connect(self._on_activated)
        theme_source.theme_changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._value = self.box.currentData()

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        self._value = value
        self.box.setCurrentIndex(self.box.findData(value))

    def _editors(self) -> tuple[QWidget, ...]:
        return (self.box,)

    def _on_activated(self, index: int) -> None:
        choice = self.box.itemData(index)
        if choice != self._value:
            self._value = choice
            self.committed.emit(choice)

    def _on_theme_changed(self) -> None:
        if self._picture is not None:
            for index in range(self.box.count()):
                self.box.setItemIcon(index, self._picture(self.box.itemData(index)))


class CheckField(Field):
    """The editor of a "bool"."""

    def __init__(self, declared: Hyper, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(declared, theme_source, parent)
        self.box = QCheckBox()
        self._hold(self.box)
        self.box.toggled.connect(self._on_toggled)
        self.box.clicked.connect(self._on_clicked)

    def value(self) -> Any:
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        self.box.setChecked(value)
        self._on_toggled(value)

    def _editors(self) -> tuple[QWidget, ...]:
        return (self.box,)

    def _on_clicked(self, checked: bool) -> None:
        self.committed.emit(checked)

    def _on_toggled(self, checked: bool) -> None:
        self.box.setText("on" if checked else "off")


class TextEdit(QLineEdit):
    """A line of text that Escape restores."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.saved = ""

    def is_edited(self) -> bool:
        """Whether something is typed that has not been given yet."""
        return self.text() != self.saved

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_edited():
            self.setText(self.saved)
            self.selectAll()
        else:
            super().keyPressEvent(event)


class TextField(Field):
    """The editor of a "text". Empty means automatic, and says so."""

    def __init__(self, declared: Hyper, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(declared, theme_source, parent)
        self.box = TextEdit()
        self.box.setMaxLength(64)
        self.box.setPlaceholderText("automatic")
        self._hold(self.box)
        self.box.editingFinished.connect(self._on_editing_finished)

    def value(self) -> Any:
        return self.box.saved

    def set_value(self, value: Any) -> None:
        if value != self.box.saved:
            self.box.saved = value
            self.box.setText(value)

    def _editors(self) -> tuple[QWidget, ...]:
        return (self.box,)

    def _on_editing_finished(self) -> None:
        text = self.box.text().strip()
        if text != self.box.saved:
            self.box.saved = text
            self.committed.emit(text)


class ShapeField(Field):
    """The editor of a "shape", typed as people write it: 28×28×1."""

    def __init__(self, declared: Hyper, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(declared, theme_source, parent)
        self.box = TextEdit()
        self._value: Any = declared.default
        self._hold(self.box)
        self.box.editingFinished.connect(self._on_editing_finished)
        self.box.textEdited.connect(self._on_text_edited)

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        if value != self._value or not self.box.saved:
            self._value = value
            self.box.saved = value_text(self.declared, value)
            self.box.setText(self.box.saved)

    def _editors(self) -> tuple[QWidget, ...]:
        return (self.box,)

    def _on_text_edited(self) -> None:
        if self.box.property("invalid"):
            self.problem_found.emit("")

    def _on_editing_finished(self) -> None:
        try:
            value = parsed_sizes(self.declared, self.box.text())
        except ConfigError as problem:
            self.problem_found.emit(str(problem))
            return
        changed = value != self._value
        self.set_value(value)
        self.box.setText(self.box.saved)
        self.problem_found.emit("")
        if changed:
            self.committed.emit(value)


class OptionalField(Field):
    """Round another field: a check box that switches the hyperparameter off, which is the value None.

    Switched on for the first time, it has the value `first`, or one that follows from the declaration.
    """

    def __init__(self, inner: Field, parent: QWidget | None = None, *, first: Any = None) -> None:
        super().__init__(inner.declared, inner.theme_source, parent)
        self.inner = inner
        self.switch = QCheckBox()
        self.switch.setAccessibleName(f"Use {inner.declared.label.lower()}")
        self.switch.installEventFilter(self._guard)
        self._row.addWidget(self.switch)
        self._row.addWidget(inner, 1)
        self.setFocusProxy(self.switch)
        inner.set_value(_first_value(inner.declared) if first is None else first)
        inner.setEnabled(False)
        inner.committed.connect(self.committed)
        inner.problem_found.connect(self.problem_found)
        self.switch.clicked.connect(self._on_switched)

    def value(self) -> Any:
        return self.inner.value() if self.switch.isChecked() else None

    def set_value(self, value: Any) -> None:
        self.switch.setChecked(value is not None)
        self.inner.setEnabled(value is not None)
        if value is not None:
            self.inner.set_value(value)

    def set_refused(self, refused: bool) -> None:
        self.inner.set_refused(refused)

    def _editors(self) -> tuple[QWidget, ...]:
        return ()

    def _on_switched(self, used: bool) -> None:
        self.inner.setEnabled(used)
        self.committed.emit(self.value())


def _first_value(declared: Hyper) -> Any:
    """What an optional hyperparameter starts from when it is switched on."""
    if declared.default is not None:
        return declared.default
    if declared.kind == "choice":
        return declared.choices[0]
    if declared.kind in ("text", "bool"):
        return {"text": "", "bool": True}[declared.kind]
    low = declared.low if declared.low is not None and not declared.exclusive_low else None
    number = low if low else min(1.0, declared.high) if declared.high is not None else 1.0
    if declared.kind == "float":
        return float(number)
    many = {"pair": 2, "shape": 1}.get(declared.kind)
    return (int(number),) * many if many else int(number)
