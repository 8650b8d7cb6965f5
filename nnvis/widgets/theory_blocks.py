"""The blocks of an article as widgets: text, equations, worked examples, questions, code, figures."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from nnvis.theme import ThemeSource, code_font, icon_pixmap
from nnvis.theory.article import Block, Code, Displayed, Example, Figure, Heading, Paragraph, ShowMe, YourTurn
from nnvis.theory.exercise import Exercise
from nnvis.theory.figures import figure
from nnvis.widgets.buttons import Button
from nnvis.widgets.card import Card
from nnvis.widgets.formula import FormulaView
from nnvis.widgets.labels import explain, restyle, text_label
from nnvis.widgets.plot_figure import PlotFigure
from nnvis.widgets.prose import Prose

EQUATION, EXAMPLE = 26, 16  # sizes of letters


class EquationBlock(QWidget):
    """Equations under each other, each with a plain name."""

    def __init__(self, theme_source: ThemeSource, block: Displayed) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 0, 4)
        column.setSpacing(4)
        size = EQUATION if len(block.lines) <= 2 else 20
        for latex, words in block.lines:
            column.addWidget(FormulaView(theme_source, latex, size))
            if words:
                column.addWidget(text_label(words, "caption", "secondary"))
                column.addSpacing(4)


class ExampleBlock(Card):
    """A worked example: what is given, and what each equation makes of it."""

    def __init__(self, theme_source: ThemeSource, block: Example) -> None:
        super().__init__(theme_source, "With numbers", block.title)
        for line in block.lines:
            self.body.addWidget(FormulaView(theme_source, line.latex, EXAMPLE))
            self.body.addSpacing(6)
        explain(self, "Worked out just now, by the very equations that the program trains with.")


class ExerciseBlock(Card):
    """A question, a field for the answer, and a sentence that answers what was answered."""

    solved = Signal()

    def __init__(self, theme_source: ThemeSource, exercise: Exercise) -> None:
        super().__init__(theme_source, "Your turn")
        self._exercise = exercise
        self._theme_source = theme_source
        self.body.addWidget(Prose(theme_source, exercise.ask, size=13))
        self.body.addSpacing(8)
        self.field = QLineEdit()
        self.field.setMaximumWidth(132)
        self.field.setPlaceholderText("a number")
        self.field.setAccessibleName("Your answer")
        explain(self.field, "Your answer, as a number. Half a unit of the last figure does not matter.")
        check = Button(theme_source, "Check", "outline", "", "Compare your answer with the equation's.", small=True)
        hint = Button(theme_source, "Hint", "link", "", "One sentence that points the way.", small=True)
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.field, check, hint):
            row.addWidget(widget)
        row.addStretch(1)
        self.body.addLayout(row)
        self._sign = QLabel()
        self._sign.setFixedWidth(20)
        self.verdict = text_label("", "body", "secondary", wrap=True)
        said = QHBoxLayout()
        said.setContentsMargins(0, 6, 0, 0)
        said.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        said.addWidget(self.verdict, 1)
        self._said = QWidget()
        self._said.setLayout(said)
        self._said.hide()
        self.body.addWidget(self._said)
        self.field.returnPressed.connect(self.check)
        check.clicked.connect(self.check)
        hint.clicked.connect(lambda: self._say(exercise.hint, "hint", theme_source.theme.warn))

    def check(self) -> None:
        """Judge what stands in the field."""
        verdict = self._exercise.judge(self.field.text())
        theme = self._theme_source.theme
        self.field.setProperty("invalid", not verdict.is_right)
        restyle(self.field)
        if verdict.is_right:
            self._say(f"Right. {verdict.text}", "check", theme.ok)
            self.solved.emit()
        else:
            self._say(verdict.text, "hint", theme.warn)

    def _say(self, text: str, icon: str, tint: str) -> None:
        self.verdict.setText(text)
        self._sign.setPixmap(icon_pixmap(icon, tint, 16, self.devicePixelRatioF()))
        self._said.show()


class CodeBlock(QFrame):
    """The statements that run, with their place in the source."""

    opened = Signal(str, int)  # file, line

    def __init__(self, theme_source: ThemeSource, block: Code) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(16)
        grid.setColumnStretch(1, 1)
        for row, line in enumerate(block.lines):
            text = QLabel(line.text)
            text.setFont(code_font(13))
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            place = text_label(f"{line.file}:{line.line}", "caption", "secondary")
            if row == 0:
                grid.addWidget(text_label("in code", "caption", "secondary"), 0, 0)
            grid.addWidget(text, row, 1)
            grid.addWidget(place, row, 2)
        explain(self, "The statement of the running program that does this, read from its source.")


class FigureBlock(QWidget):
    """A drawn figure and its caption."""

    def __init__(self, theme_source: ThemeSource, block: Figure) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(4)
        column.addWidget(PlotFigure(theme_source, figure(block.name), block.caption))
        column.addWidget(Prose(theme_source, block.caption, size=12, tone="text_3"))


def block_widget(theme_source: ThemeSource, block: Block) -> QWidget:
    """The widget of one block."""
    match block:
        case Heading(text=text):
            return text_label(text, "value")
        case Paragraph():
            return Prose(theme_source, block.text, is_item=block.is_item)
        case Displayed():
            return EquationBlock(theme_source, block)
        case Example():
            return ExampleBlock(theme_source, block)
        case YourTurn(exercise=exercise):
            return ExerciseBlock(theme_source, exercise)
        case Code():
            return CodeBlock(theme_source, block)
        case Figure():
            return FigureBlock(theme_source, block)
        case ShowMe(stop=stop):
            return text_label(stop)
    raise TypeError(f"There is no widget for a {type(block).__name__}.")
