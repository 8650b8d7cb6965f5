"""FieldCell: a field with its label, the mark of a changed value, and the sentence under one that cannot be taken."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from nnvis.theme import ThemeSource, color, paint_icon
from nnvis.widgets.field import FIELD_HEIGHT, Field, asks_for_default
from nnvis.widgets.field_text import allowed, value_text
from nnvis.widgets.labels import GivingLabel, explain, text_label

LABEL_WIDTH = 92  # "Target shape" with the mark of a change
CAPTION_HEIGHT = 16
_MARK_WIDTH = 12
_LONGEST_LABEL = 92


class FieldCell(QWidget):
    """One row of a form (label at the left) or one cell of a recipe (label above)."""

    committed = Signal(str, object)  # name of the hyperparameter, valid value

    def __init__(
        self, field: Field, *, label_above: bool = False, wide: bool = False, with_reset: bool = True
    ) -> None:
        super().__init__()
        self.field = field
        self.wide = wide  # in two columns, takes both
        self._with_reset = with_reset
        self._is_filled = False
        self.name = field.declared.name
        name = field.declared.label
        self.label = GivingLabel(name, "caption") if label_above else GivingLabel(name, "body", "secondary")
        self.label.setBuddy(field)
        self.reset_mark = ResetMark(field.theme_source)
        self.reset_mark.clicked.connect(self.reset)
        self.remark = Remark("", "caption")
        self.problem = text_label("", "caption", "bad", wrap=True)
        self.problem.hide()
        self._lay_out(label_above)
        field.committed.connect(self._on_committed)
        field.problem_found.connect(self.set_problem)
        declared = field.declared
        default = value_text(declared, declared.default)
        explain(self.reset_mark, f"Changed; the default is {default}. Click to reset.")
        self.reset_mark.setAccessibleName(f"Reset {declared.label.lower()}")
        self._explain()

    @property
    def value(self) -> Any:
        """The value shown, always a valid one."""
        return self.field.value()

    def set_value(self, value: Any) -> None:
        """Show a value; emits nothing."""
        if not self._is_filled or value != self.field.value():
            self._is_filled = True
            self.field.set_value(value)
            self._mark_change()

    def set_problem(self, sentence: str) -> None:
        """Say why the value cannot be taken; an empty sentence takes it back."""
        self.field.set_refused(bool(sentence))
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def set_remark(self, remark: str, tooltip: str) -> None:
        """A word at the right of a label that stands above, such as "live"."""
        self.remark.setText(remark)
        self.remark.setToolTip(tooltip)

    def reset(self) -> None:
        """Back to the default, as if the user had given it."""
        if not self._with_reset:
            return
        default = self.field.declared.default
        self.set_problem("")
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.value != default:
            self.set_value(default)
            self.committed.emit(self.name, default)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if asks_for_default(event):
            self.reset()
        else:
            super().keyPressEvent(event)

    def _lay_out(self, label_above: bool) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        grid.setHorizontalSpacing(0)
        head_area = QWidget()
        head = QHBoxLayout(head_area)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(2 if label_above else 0)
        head.addWidget(self.label)
        head.addWidget(self.reset_mark)
        if label_above:
            self.label.setFixedHeight(CAPTION_HEIGHT)
            self.label.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            self.label.setMinimumWidth(min(self.label.sizeHint().width(), _LONGEST_LABEL))  # the remark gives way first
            self.reset_mark.setFixedHeight(CAPTION_HEIGHT)
            head.addStretch(1)
            head.addWidget(self.remark)
            grid.addWidget(head_area, 0, 0)
            grid.addWidget(self.field, 1, 0)
            grid.addWidget(self.problem, 2, 0)
        else:
            self.label.setFixedHeight(FIELD_HEIGHT)
            self.reset_mark.setFixedHeight(FIELD_HEIGHT)
            self.remark.setParent(self)
            self.remark.hide()
            head.addStretch(1)
            head_area.setFixedWidth(LABEL_WIDTH)
            grid.setColumnStretch(1, 1)
            grid.addWidget(head_area, 0, 0)
            grid.addWidget(self.field, 0, 1)
            grid.addWidget(self.problem, 1, 1)

    def _on_committed(self, value: object) -> None:
        self.set_problem("")
        self._mark_change()
        self.committed.emit(self.name, value)

    def _mark_change(self) -> None:
        self.reset_mark.setVisible(self._with_reset and self.value != self.field.declared.default)

    def _explain(self) -> None:
        """The tooltip: what it is, what it may be, what it is called in code."""
        declared = self.field.declared
        default = f"default {value_text(declared, declared.default)}"
        takes = "" if declared.kind in ("choice", "bool", "text") else f"{allowed(declared)}; "
        detail = f"{declared.name}: {takes}{default}" if self._with_reset else ""
        for widget in (self.label, self.field):
            explain(widget, declared.help or declared.label, detail=detail)


class Remark(GivingLabel):
    """A word that is there as a whole or not at all."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.fontMetrics().horizontalAdvance(self.text()) <= self.width():
            super().paintEvent(event)


class ResetMark(QAbstractButton):
    """A dot beside the label of a changed value; pointed at, it becomes the arrow that resets it.

    Not a stop of the Tab key, so that a changed form is not longer to walk through: Ctrl+0 in the field does the same.
    """

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__()
        self._theme_source = theme_source
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedWidth(_MARK_WIDTH)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, middle = self._theme_source.theme, QRectF(self.rect()).center()
        if self.underMouse():
            paint_icon(painter, "reset", QRectF(middle.x() - 6, middle.y() - 6, 12, 12), theme.text)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(theme.text_3))
            painter.drawEllipse(QPointF(middle), 2.5, 2.5)

