"""Draw where there is room: everything at once, in three columns. The parts are those of the dock, moved here."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnvis.diagram_card import DiagramCard
from nnvis.draw_pages.answer import AnswerPage
from nnvis.draw_pages.answer_block import AnswerBlock
from nnvis.draw_pages.steps import StepsPage
from nnvis.draw_pages.teach import TeachPage
from nnvis.draw_pages.why import WhyPage
from nnvis.session import Session
from nnvis.theme import ThemeSource
from nnvis.widgets.brush_tools import BrushTools
from nnvis.widgets.canvas import PaintCanvas
from nnvis.widgets.card import Card
from nnvis.widgets.labels import explain, hairline, text_label
from nnvis.widgets.scroll_column import ScrollColumn

WIDE = 958  # px, a window of 960 without its frame: from here on there are three columns
LEFT, RIGHT = (280, 360), (256, 284)  # px, narrowest and widest; the middle has the rest
MIDDLE = 440  # px that the others leave to it, while they can
SIDE, BETWEEN = 16, 24  # the scroll bars lie in the gaps between the columns
SMALLEST_CANVAS, SMALLEST_DIAGRAM = 240, 200
TALL = 900  # px: from here on the unit that is pointed at has a card of its own


class DrawColumns(QWidget):
    """Canvas, steps and saliency; the network and the history; the answer and teaching."""

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self._canvas: PaintCanvas | None = None
        self.diagram = DiagramCard(session, theme_source)
        self.diagram.unit_pointed_at.connect(self._show_reader)
        self._past = Card(theme_source)
        self._reader = Card(theme_source)
        self._reader.body.addWidget(self.diagram.unit)
        self._reader.body.addStretch(1)
        self.diagram.diagram.setMinimumSize(SMALLEST_DIAGRAM, SMALLEST_DIAGRAM)
        self.left, self.right = ScrollColumn(), ScrollColumn()
        self.left.column.setContentsMargins(SIDE, SIDE, BETWEEN, SIDE // 2)
        self.right.column.setContentsMargins(BETWEEN, SIDE, SIDE, SIDE // 2)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, SIDE, 0, SIDE)
        middle.setSpacing(8)
        middle.addWidget(self.diagram, 1)
        middle.addWidget(self._past)
        middle.addWidget(self._reader)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(0)
        columns.addWidget(self.left)
        columns.addLayout(middle, 1)
        columns.addWidget(self.right)
        self._titles = {
            "steps": _title("From drawing to input", "Every step from your strokes to the numbers that the network "
                            "receives; each can be left out."),
            "why": _title("Why this answer", "Which pixels speak for the answer, and which against it."),
            "teach": _title("Teach it: this is a", "The label of the drawing: it says how wrong each output is, and a "
                            "step of learning makes it less so."),
        }  # fmt: skip
        self._line = hairline()

    def take(
        self, canvas: PaintCanvas, brushes: BrushTools, block: AnswerBlock, answer: AnswerPage, steps: StepsPage,
        why: WhyPage, teach: TeachPage,
    ) -> None:  # fmt: skip
        """Let the parts stand here from now on."""
        self._canvas = canvas
        canvas.drawing_changed.connect(self._on_drawing_changed)
        _fill(self.left.column, (canvas, brushes, 8, self._titles["steps"], 4, steps, 12, self._titles["why"], 4, why))
        self.left.column.setAlignment(canvas, Qt.AlignmentFlag.AlignHCenter)
        _fill(self.right.column, (block, answer, 12, why.near, 8, self._line, 12, self._titles["teach"], 6, teach))
        block.show_picture(False)  # it is the fourth step already, and the first column of the network
        self._past.body.addWidget(answer.history)
        for page in (answer.history, steps, why):
            page.set_beside(True)
        for part in (canvas, brushes, block, answer, steps, why, teach):
            part.show()
        self.fit()

    def give_back(self, block: AnswerBlock, answer: AnswerPage, steps: StepsPage, why: WhyPage) -> None:
        """Undo what was done to the parts, which stand elsewhere now."""
        if self._canvas is not None:
            self._canvas.drawing_changed.disconnect(self._on_drawing_changed)
        self._canvas = None
        block.show_picture(True)
        answer.take_history_back()
        for page in (answer.history, steps, why):
            page.set_beside(False)
        for column in (self.left.column, self.right.column):
            while column.count():
                column.takeAt(0)

    def minimumSizeHint(self) -> QSize:
        """As small as one likes: too narrow for three columns, its parts go back into the form of the dock."""
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The canvas is as large as the column allows."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Give the canvas what the parts below it leave, and the unit a card of its own where there is room."""
        if self._canvas is None:
            return
        spare = self.width() - 2 * SIDE - 2 * BETWEEN - MIDDLE
        left, right = (min(most, max(least, spare * most // (LEFT[1] + RIGHT[1]))) for least, most in (LEFT, RIGHT))
        self.left.setFixedWidth(SIDE + left + BETWEEN)
        self.right.setFixedWidth(BETWEEN + right + SIDE)
        column = self.left.column
        others = column.minimumHeightForWidth(self.left.width()) - self._canvas.minimumHeight()
        side = min(left, max(SMALLEST_CANVAS, self.height() - others))
        self._canvas.setFixedSize(side, side)
        # Where they take turns they are of one height, so that nothing jumps.
        self._reader.setMinimumHeight(0 if self.height() >= TALL else self._past.sizeHint().height())
        self._show_reader(self.diagram.diagram.focus is not None)

    def _on_drawing_changed(self) -> None:
        self.diagram.gives_way = self._canvas is not None and self._canvas.is_drawing

    def _show_reader(self, pointed_at: bool) -> None:
        is_tall = self.height() >= TALL
        self._past.setVisible(is_tall or not pointed_at)
        self._reader.setVisible(is_tall or pointed_at)


def _title(words: str, sentence: str) -> QWidget:
    label = text_label(words, "title")
    explain(label, sentence)
    return label


def _fill(column: QVBoxLayout, parts: tuple[QWidget | int, ...]) -> None:
    """Parts one below the other; a number is a gap."""
    for part in parts:
        if isinstance(part, int):
            column.addSpacing(part)
        else:
            column.addWidget(part)
    column.addStretch(1)
