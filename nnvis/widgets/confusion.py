"""The card with the confusion matrix of the validation images: which class is taken for which."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from nnvis import number_text
from nnvis.theme import ThemeSource
from nnvis.widgets.card import Card
from nnvis.widgets.color_bar import ColorBar
from nnvis.widgets.confusion_grid import ConfusionGrid, Counts
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.painted import stand_on

READING = "row: true · column: answer"


class Confusion(Card):
    """The matrix, its legend, and how many are wrong; the words say more about a cell that is pointed at."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, "Confusion", READING, parent=parent)
        self.grid = ConfusionGrid(theme_source)
        stand_on(self.grid, "card")
        self.bar = ColorBar(theme_source, "magnitude", "1", "1", 48)
        explain(self.bar, "How often a mistake was made, on a square-root scale so that rare ones are seen, too.")
        self.words = text_label("", "caption", "faint", wrap=True)
        self._total = ""
        foot = QWidget()
        self._foot = QHBoxLayout(foot)
        self._foot.setContentsMargins(0, 4, 0, 0)
        self._foot.setSpacing(12)
        self._foot.addWidget(self.bar)
        self._foot.addWidget(self.words, 1)
        self._content = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._content.setSpacing(0)
        self._content.addWidget(self.grid, 1)
        self._content.addWidget(foot)
        self.body.addLayout(self._content)
        self.grid.pointed_at.connect(self._on_pointed_at)
        theme_source.metrics_changed.connect(self._on_size_changed)
        self._on_size_changed()

    def show_counts(self, counts: Counts, names: Sequence[str], step: int) -> None:
        """Show how the network after ``step`` updates answered. Shape: (classes, classes), true by answered."""
        self.grid.set_counts(counts, names)
        self.bar.setVisible(self.grid.top > 0)
        self.bar.set_range("1", number_text.count(self.grid.top))
        total = number_text.count(int(counts.sum()))
        self._total = f"{number_text.count(self.grid.wrong)} of {total} wrong"
        when = f"measured at step {number_text.count(step)}"
        explain(self.title_label, f"Which class is taken for which, on {total} validation images.", detail=when)
        explain(self.words, f"Wrong answers to the validation images, {when}.")
        self._say()

    def _say(self) -> None:
        cell = self.grid.pointed_cell
        self.words.setText(self._total if cell is None else self.grid.sentence(*cell))

    def _on_pointed_at(self, _sentence: str) -> None:
        self._say()

    def _on_size_changed(self) -> None:
        """Where the row is low, legend and words stand beside the matrix."""
        compact = self._theme_source.metrics.is_compact
        directions = QBoxLayout.Direction
        self._content.setDirection(directions.LeftToRight if compact else directions.TopToBottom)
        self._foot.setDirection(directions.TopToBottom if compact else directions.LeftToRight)
        self._foot.setAlignment(Qt.AlignmentFlag.AlignTop if compact else Qt.AlignmentFlag.AlignVCenter)


if __name__ == "__main__":
    import numpy as np

    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        counts = np.random.default_rng(7).poisson(1.5, (10, 10)).astype(np.int64)
        counts[9, 4] = 12
        np.fill_diagonal(counts, 480)
        card = Confusion(source)
        card.show_counts(counts, "0123456789", 2244)
        return card

    preview(_sample, 284, 312)
