"""StackHead, the line above the layers: how many problems and parameters. OldRunNote: what runs is another stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnvis.number_text import count
from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import Button
from nnvis.widgets.chip import Chip
from nnvis.widgets.labels import explain, text_label

if TYPE_CHECKING:
    from core.problem import LayerReport, Problem


class StackHead(QWidget):
    """Title, chip of the problems, and the total, which opens the summary."""

    problems_clicked = Signal()
    summary_clicked = Signal()

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__()
        self._source = theme_source
        self._problems = Chip(theme_source, "", "bad", "warning", clickable=True)
        explain(self._problems, "Show the first of them.")
        self._problems.hide()
        self._total = Button(theme_source, "", "quiet")
        explain(self._total, "How many numbers the network holds; a click shows them layer by layer.")
        self._row = QHBoxLayout(self)
        self._row.setSpacing(8)
        self._row.addWidget(text_label("Layers", "title"))
        self._row.addStretch(1)
        self._row.addWidget(self._problems)
        self._row.addWidget(self._total)
        self._problems.clicked.connect(self.problems_clicked)
        self._total.clicked.connect(self.summary_clicked)

    def set_padding(self, padding: int) -> None:
        """The room at the sides; the button's own padding hangs over it."""
        self._row.setContentsMargins(padding, 8, padding - 4, 8)

    def show_stack(self, reports: Sequence[LayerReport], problems: Sequence[Problem]) -> None:
        """Count the parameters and what is wrong; notes are not worth a count."""
        severities = [problem.severity for problem in problems]
        errors, warnings = severities.count("error"), severities.count("warning")
        number, noun = (errors, "problem") if errors else (warnings, "warning")
        self._problems.set_text(f"{number} {noun}{'' if number == 1 else 's'}")
        self._problems.set_tone("bad" if errors else "warning", "warning")
        self._problems.setVisible(bool(number))
        total = sum(report.parameters for report in reports)
        is_crowded = bool(number) and self._source.metrics.is_compact  # beside the chip there is room for the number
        words = "" if is_crowded else " parameter" if total == 1 else " parameters"
        self._total.setText(f"{count(total)}{words}")
        self._total.setAccessibleName(f"{count(total)} parameters")
        self._total.setVisible(bool(total))


class OldRunNote(QWidget):
    """A quiet line: what runs is not what stands below; and the way to make it so."""

    restart_clicked = Signal()
    carry_over_clicked = Signal()

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__()
        self._words = text_label("", "caption", wrap=True)
        self._restart = Button(
            theme_source, "Restart with this stack", "link", "reset", "Start a new run with the layers as they are now."
        )
        self.carry = Button(
            theme_source, "Carry over the weights", "link", "branch",
            "Start a new run in which every layer whose weights still have the same shape keeps what it has learnt.",
        )  # fmt: skip
        self._carried = text_label("", "caption", "faint")
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._words)
        self._layout.addWidget(self._restart, 0, Qt.AlignmentFlag.AlignLeft)
        self._layout.addWidget(self.carry, 0, Qt.AlignmentFlag.AlignLeft)
        self._layout.addWidget(self._carried)
        self._restart.clicked.connect(self.restart_clicked)
        self.carry.clicked.connect(self.carry_over_clicked)
        self.hide()

    def set_padding(self, padding: int) -> None:
        """The room at the sides."""
        self._layout.setContentsMargins(padding, 0, padding, 12)

    def say(self, words: str, *, can_restart: bool, kept: int = 0, total: int = 0) -> None:
        """Show it with these words; empty words hide it. So many of the layers could keep their weights."""
        self.carry.setVisible(bool(kept))
        self._carried.setVisible(bool(kept))
        few = f"{kept} of {total} layers keep their weights."
        self._carried.setText("All layers keep their weights." if kept == total else few)
        self._words.setText(words)
        self._restart.setEnabled(can_restart)
        self.setVisible(bool(words))
