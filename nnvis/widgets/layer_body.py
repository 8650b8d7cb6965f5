"""CardBody: what is open below the head of a card: its problems, each with a way out, and its form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnvis.theme import ThemeSource, paint_icon
from nnvis.widgets.buttons import Button
from nnvis.widgets.config_form import ConfigForm
from nnvis.widgets.labels import explain, hairline, text_label
from nnvis.widgets.layer_card import LayerCard
from nnvis.widgets.painted import PaintedWidget, edged_rect

if TYPE_CHECKING:
    from core.stack import Problem

_SIDE, _BELOW = 7, 8  # from the block to the edge of its card
_NAMES = {"error": "Problem", "warning": "Warning", "note": "Note"}
SHAPE_NOTE = "A new shape starts a new run."


class CardBody(QWidget):
    """Form and problems of one card. Its height follows its width, as the sentences wrap."""

    changed = Signal(object)  # the layer with the user's change
    remedy_requested = Signal(object)  # core.stack.Remedy
    height_changed = Signal()
    closed = Signal()  # Escape was pressed in the form

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme_source
        self._problems: tuple[Problem, ...] = ()
        self.blocks: list[ProblemBlock] = []
        self.form: ConfigForm | None = None
        self._line = hairline()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.installEventFilter(self)

    def show_card(self, card: LayerCard, *, is_open: bool) -> None:
        """Show what the card has to say; the form only if it is open."""
        problems = card.problems if is_open else card.loud_problems
        if problems != self._problems:
            self._show_problems(problems)
        if is_open and card.layer is not None:
            if self.form is None:
                self._add_form()
            assert self.form is not None
            self.form.set_value(card.layer)
        elif self.form is not None:
            for part in (self._line, self.form):
                part.hide()
                part.deleteLater()
            self.form, self._line = None, hairline()

    def height_for(self, width: int) -> int:
        """The height that all this needs at `width`."""
        if self.form is None and not self.blocks:
            return 0
        return self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.height_changed.emit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes the form; no other key of a field reaches the list, where Enter and Delete mean something."""
        if event.key() == Qt.Key.Key_Escape and self.form is not None:
            self.closed.emit()
        event.accept()

    def _add_form(self) -> None:
        self.form = ConfigForm(self._source, note=SHAPE_NOTE)
        self.form.set_margins(11, 5, 11, 6)
        self.form.changed.connect(self.changed)
        self._layout.insertWidget(0, self._line)
        self._layout.insertWidget(1, self.form)
        self._line.show()
        self.form.show()

    def _show_problems(self, problems: tuple[Problem, ...]) -> None:
        self._problems = problems
        for block in self.blocks:
            block.hide()
            block.deleteLater()
            self._layout.removeWidget(block)
        self.blocks = [ProblemBlock(self._source, problem) for problem in problems]
        for block in self.blocks:
            block.remedy_requested.connect(self.remedy_requested)
            self._layout.addWidget(block)
            block.show()


class ProblemBlock(PaintedWidget):
    """A problem in plain words and the button that solves it."""

    remedy_requested = Signal(object)

    def __init__(self, theme_source: ThemeSource, problem: Problem, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._problem = problem
        self._severity = problem.severity
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_SIDE + 36, 8, _SIDE + 10, 8 + _BELOW)
        layout.setSpacing(8)
        self.sentence = text_label(problem.text, wrap=True)
        layout.addWidget(self.sentence)
        self.setAccessibleName(f"{_NAMES[problem.severity]}: {problem.text}")
        self.button: Button | None = None
        if problem.remedy is not None:
            label = problem.remedy.label
            is_error = problem.severity == "error"
            self.button = Button(theme_source, label, "remedy" if is_error else "outline", small=True)
            explain(self.button, "Change the stack so that this problem is gone; Undo takes it back.")
            self.button.clicked.connect(self._on_clicked)
            layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self.theme
        ground, ink, icon = {
            "error": (theme.bad_soft, theme.bad, "warning"),
            "warning": (theme.warn_soft, theme.warn, "warning"),
            "note": (theme.hover, theme.text_2, "hint"),
        }[self._severity]
        painter = QPainter(self)
        area = QRectF(self.rect()).adjusted(_SIDE, 0, -_SIDE, -_BELOW)
        edged_rect(painter, area, 6, ground, None)
        paint_icon(painter, icon, QRectF(area.left() + 10, 10, 16, 16), ink)

    def _on_clicked(self) -> None:
        self.remedy_requested.emit(self._problem.remedy)
