"""NetworkExample: a theory page's equation with the numbers of the network at hand, one entry worked out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from nnvis import number_text
from nnvis.microscope.numbers_in import short
from nnvis.theme import ThemeSource, code_font
from nnvis.theory.in_network import InNetwork, Line
from nnvis.widgets.buttons import Button, ToolButton
from nnvis.widgets.card import Card
from nnvis.widgets.formula import FormulaView
from nnvis.widgets.labels import explain, hairline, text_label
from nnvis.widgets.picture import Picture

PICTURE = 84


class NetworkExample(Card):
    """The digit, the equation with the network's own names, the largest terms, their sum, and what it means."""

    another_asked = Signal(int)  # another test image: -1 before, +1 after
    drawing_asked = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, "In your network", "", parent)
        self._theme_source = theme_source
        self.picture = Picture(theme_source, PICTURE)
        self.before = ToolButton(theme_source, "chevron-left", "The test image before.")
        self.after = ToolButton(theme_source, "chevron-right", "The next test image.")
        self.before.clicked.connect(lambda: self.another_asked.emit(-1))
        self.after.clicked.connect(lambda: self.another_asked.emit(1))
        self._which = text_label("", "caption", "secondary")
        self._answer = text_label("", "body", "", wrap=True)
        words = QVBoxLayout()
        words.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self._which, 1)
        row.addWidget(self.before)
        row.addWidget(self.after)
        words.addLayout(row)
        words.addWidget(self._answer)
        words.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        self.body.addLayout(head)
        self.body.addSpacing(10)
        self._worked = QVBoxLayout()
        self.body.addLayout(self._worked)
        self.body.addStretch(1)
        self.drawing = Button(theme_source, "Use my drawing", "outline", "",
                              "Work it out for what is on the canvas, taken as the digit that the network reads.")
        self.drawing.clicked.connect(self.drawing_asked)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.drawing)
        self.body.addLayout(buttons)
        explain(self.title_label, "The equation of this page with the numbers of the network that is shown now.")

    def show_sample(self, image: object, which: str, answer: str) -> None:
        """Show the image (uint8, 28 x 28, or None), which one it is, and what the network says to it."""
        self.picture.set_image(image)  # type: ignore[arg-type]
        self._which.setText(which)
        self._answer.setText(answer)

    def show_example(self, example: InNetwork | None, instead: str = "") -> None:
        """Show the worked entry; without one, say why there is none."""
        self._clear()
        if example is None:
            self._worked.addWidget(text_label(instead, "body", "secondary", wrap=True))
            return
        source = self._theme_source
        self._worked.addWidget(FormulaView(source, example.latex, 18))
        self._worked.addSpacing(8)
        entry = f"the entry {example.place}, the largest" if example.place else "the one number"
        self._worked.addWidget(text_label(entry, "caption", "secondary"))
        self._worked.addWidget(self._table(example))
        self._worked.addSpacing(8)
        self._worked.addWidget(text_label(example.sentence, "body", "secondary", wrap=True))
        self._worked.addSpacing(12)

    def _table(self, example: InNetwork) -> QWidget:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(0, 1)
        lines = example.lines if len(example.lines) > 1 else ()
        for row, line in enumerate(lines):
            self._put(grid, row, line)
        if not lines:
            grid.addWidget(self._figure(example.numbers), 0, 0, 1, 4)
        row = max(len(lines), 1)
        grid.addWidget(hairline(), row, 0, 1, 4)
        total = self._figure(short(example.value, 4))
        total.setObjectName("workedTotal")
        grid.addWidget(text_label("together" if lines else "that is", "body"), row + 1, 0)
        grid.addWidget(total, row + 1, 3, Qt.AlignmentFlag.AlignRight)
        return table

    def _put(self, grid: QGridLayout, row: int, line: Line) -> None:
        grid.addWidget(text_label(line.words, "caption", "secondary"), row, 0)
        if len(line.factors) > 1:
            grid.addWidget(self._figure(f" {number_text.TIMES} ".join(short(each) for each in line.factors)), row, 1)
            grid.addWidget(text_label("=", "caption", "secondary"), row, 2)
        grid.addWidget(self._figure(short(line.value)), row, 3, Qt.AlignmentFlag.AlignRight)

    def _figure(self, text: str) -> QWidget:
        label = text_label(text, "body")
        label.setFont(code_font(12))
        return label

    def _clear(self) -> None:
        while item := self._worked.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
