"""LayersSection: the stack of layers in its panel: the line above it, the cards, and the button that adds one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import Button
from nnvis.widgets.layer_body import ProblemBlock
from nnvis.widgets.layer_card import LayerCard, layer_cards
from nnvis.widgets.layer_list import LayerList
from nnvis.widgets.stack_head import OldRunNote, StackHead

if TYPE_CHECKING:
    from core.layers import Layer
    from core.problem import LayerReport, Problem

_OUTSET = 4  # px by which cards reach further than words


class LayersSection(QWidget):
    """Given what to show; asks through `cards`, and through these signals."""

    add_clicked = Signal()
    remedy_requested = Signal(object)  # core.problem.Remedy, of the stack as a whole
    topic_requested = Signal(str)  # what that is about, to be read
    problem_pointed_at = Signal(int)  # the layer with the first problem

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__()
        self._source = theme_source
        self._problems: Sequence[Problem] = ()
        self.head = StackHead(theme_source)
        self.old_run = OldRunNote(theme_source)
        self.cards = LayerList(theme_source)
        self._blocks = QVBoxLayout()
        self._add = Button(theme_source, "Add layer", "dashed", "add", "Choose a layer to put into the stack (Ins).")
        self._add.setObjectName("addLayerButton")
        self._add.setFixedHeight(32)
        self._add_row = QHBoxLayout()
        self._add_row.addWidget(self._add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addWidget(self.old_run)
        layout.addWidget(self.cards)
        layout.addLayout(self._blocks)
        layout.addLayout(self._add_row)
        self._add.clicked.connect(self.add_clicked)
        self.head.problems_clicked.connect(self._on_problems_clicked)
        theme_source.metrics_changed.connect(self._on_metrics_changed)
        self._on_metrics_changed()

    def show_stack(
        self,
        first: LayerCard,
        layers: Sequence[Layer],
        reports: Sequence[LayerReport],
        problems: Sequence[Problem],
    ) -> None:
        """Show the input's card, the layers with what is known of them, and what is wrong."""
        self._problems = problems
        self.cards.set_stack(first, layer_cards(layers, reports, problems))
        self.head.show_stack(reports, problems)
        self._show_blocks([problem for problem in problems if problem.layer is None])

    def say_old(self, words: str, kept: int = 0, total: int = 0) -> None:
        """Say that another stack is running, and offer to restart if this one can be built; empty words hide it.

        So many of the layers could keep their weights.
        """
        can_restart = all(problem.severity != "error" for problem in self._problems)
        self.old_run.say(words, can_restart=can_restart, kept=kept, total=total)

    @property
    def add_area(self) -> QRect:
        """Where the button that adds a layer is, in this section."""
        return self._add.geometry()

    def _show_blocks(self, problems: Sequence[Problem]) -> None:
        """What is wrong with the stack as a whole has no card to stand on."""
        while (item := self._blocks.takeAt(0)) is not None:
            block = item.widget()
            if block is not None:
                block.hide()
                block.deleteLater()
        for problem in problems:
            block = ProblemBlock(self._source, problem)
            block.remedy_requested.connect(self.remedy_requested)
            block.topic_requested.connect(self.topic_requested)
            self._blocks.addWidget(block)
            block.show()

    def _on_problems_clicked(self) -> None:
        for problem in self._problems:
            if problem.severity != "note" and problem.layer is not None:
                self.problem_pointed_at.emit(problem.layer)
                return

    def _on_metrics_changed(self) -> None:
        metrics = self._source.metrics
        padding, below = metrics.dock_padding, 8 if metrics.is_compact else 12
        self.head.set_padding(padding)
        self.old_run.set_padding(padding)
        self._add_row.setContentsMargins(padding - _OUTSET, 0, padding - _OUTSET, below)
