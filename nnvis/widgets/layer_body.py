"""CardBody: what is open below the head of a card: its problems, each with a way out, and its form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnvis.theme import ThemeSource, paint_icon
from nnvis.widgets.buttons import Button, GivingLink
from nnvis.widgets.config_form import ConfigForm
from nnvis.widgets.labels import explain, hairline, text_label
from nnvis.widgets.layer_card import LayerCard
from nnvis.widgets.painted import PaintedWidget, edged_rect

if TYPE_CHECKING:
    from core.stack import Problem

_SIDE, _BELOW = 7, 8  # from the block to the edge of its card
_INDENT = 10  # of the form in its card: at 240 px "glorot_uniform" has just room in its field
_BESIDE_ICON = 26  # px from where the icon begins to the words beside it
_NAMES = {"error": "Problem", "warning": "Warning", "note": "Note"}
SHAPE_NOTE = "A new shape starts a new run."


class CardBody(QWidget):
    """Form and problems of one card. Its height follows its width, as the sentences wrap."""

    changed = Signal(object)  # the layer with the user's change
    remedy_requested = Signal(object)  # core.stack.Remedy
    topic_requested = Signal(str)  # what a problem is about, to be read
    height_changed = Signal()
    closed = Signal()  # Escape was pressed in the form

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme_source
        self._problems: tuple[Problem, ...] = ()
        self.blocks: list[ProblemBlock] = []
        self.form: ConfigForm | None = None
        self._line = hairline()
        self._cost = _cost_label()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.installEventFilter(self)

    def show_card(self, card: LayerCard, *, is_open: bool) -> None:
        """Show what the card has to say; the form only if it is open."""
        problems = card.problems if is_open else card.loud_problems
        if problems != self._problems:
            self._show_problems(problems, card.layer.kind_name() if card.layer is not None else "")
        if is_open and card.layer is not None:
            if self.form is None:
                self._add_form()
            assert self.form is not None
            self.form.set_value(card.layer)
            self._cost.setText(card.cost)
            self._cost.setVisible(bool(card.cost))
        elif self.form is not None:
            for part in (self._line, self._cost, self.form):
                part.hide()
                part.deleteLater()
            self.form, self._line, self._cost = None, hairline(), _cost_label()

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
        self.form.set_margins(_INDENT, 5, _INDENT, 6)
        self.form.changed.connect(self.changed)
        self._layout.insertWidget(0, self._line)
        self._layout.insertWidget(1, self._cost)
        self._layout.insertWidget(2, self.form)
        self._line.show()
        self.form.show()

    def _show_problems(self, problems: tuple[Problem, ...], kind: str) -> None:
        self._problems = problems
        for block in self.blocks:
            block.hide()
            block.deleteLater()
            self._layout.removeWidget(block)
        self.blocks = [ProblemBlock(self._source, problem, kind) for problem in problems]
        for block in self.blocks:
            block.remedy_requested.connect(self.remedy_requested)
            block.topic_requested.connect(self.topic_requested)
            self._layout.addWidget(block)
            block.show()


def _cost_label() -> QLabel:
    label = text_label("", "caption")
    label.setContentsMargins(_INDENT, 6, _INDENT, 0)
    explain(label, "Multiplications, each with an addition, that this layer makes in a forward pass.")
    return label


class ProblemBlock(PaintedWidget):
    """A problem in plain words, the button that solves it, and the way to what one would read about it.

    `kind` is that of the layer: what the problem is about unless it says something else.
    """

    remedy_requested = Signal(object)
    topic_requested = Signal(str)

    def __init__(
        self, theme_source: ThemeSource, problem: Problem, kind: str = "Dense", parent: QWidget | None = None
    ) -> None:
        super().__init__(theme_source, parent)
        self._topic = problem.topic or kind
        self._problem = problem
        self._severity = problem.severity
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_SIDE + 10, 8, _SIDE + 10, 8 + _BELOW)
        layout.setSpacing(8)
        self.sentence = text_label(problem.text, wrap=True)
        beside = QHBoxLayout()
        beside.addSpacing(_BESIDE_ICON)
        beside.addWidget(self.sentence)
        layout.addLayout(beside)
        self.setAccessibleName(f"{_NAMES[problem.severity]}: {problem.text}")
        self.button: Button | None = None
        if problem.remedy is not None:
            label = problem.remedy.label
            is_error = problem.severity == "error"
            self.button = Button(theme_source, label, "remedy" if is_error else "outline", small=True)
            explain(self.button, "Change the stack so that this problem is gone; Undo takes it back.")
            self.button.clicked.connect(self._on_clicked)
        self.why = GivingLink(theme_source, "Why?", "Open the theory page about this.")
        self.why.clicked.connect(self._on_why_clicked)
        ways = QHBoxLayout()
        ways.setSpacing(8)
        if self.button is None or not theme_source.metrics.is_compact:
            ways.addSpacing(_BESIDE_ICON)  # in a narrow dock two buttons need the room below the icon
        if self.button is not None:
            ways.addWidget(self.button)
        ways.addWidget(self.why)
        ways.addStretch(1)
        layout.addLayout(ways)

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

    def _on_why_clicked(self) -> None:
        self.topic_requested.emit(self._topic)

    def _on_clicked(self) -> None:
        self.remedy_requested.emit(self._problem.remedy)
