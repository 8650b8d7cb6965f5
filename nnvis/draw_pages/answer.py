"""The page Answer: a bar for each class, and how the answer to this drawing went in the course of training."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnvis.draw_pages.desk import DrawingDesk, class_names
from nnvis.draw_pages.history import AnswerHistory
from nnvis.theme import ThemeSource
from nnvis.widgets.bars import Bars
from nnvis.widgets.labels import explain
from nnvis.widgets.painted import stand_on


class AnswerPage(QWidget):
    """Bars now, and the history below; where there is no room the history gives way."""

    def __init__(self, desk: DrawingDesk, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._session = desk, desk.session
        self._are_shares: bool | None = None
        self.bars = Bars(theme_source)
        self._explain_bars(are_shares=True)
        self.history = AnswerHistory(desk, theme_source)
        for live in (self.bars, self.history.strip):
            stand_on(live, "panel")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.addWidget(self.bars)
        self._layout.addWidget(self.history)
        self._layout.addStretch(1)
        for signal in (self._session.dataset_changed, self._session.history_cleared):
            signal.connect(self._on_dataset_changed)
        self._session.answer_changed.connect(self._on_answer_changed)
        self._on_dataset_changed()
        self._on_answer_changed()

    def take_history_back(self) -> None:
        """Have the history below the bars again, after it stood elsewhere."""
        self._layout.insertWidget(1, self.history)

    def set_room(self, height: int) -> None:
        """Make the strip as high as is good in so much room for the page; where there is none, leave it out."""
        spare = height - self.height_for(roomy=True)
        self.history.setVisible(spare >= 0)
        self.history.strip.set_spare(max(0, spare))

    def height_for(self, roomy: bool) -> int:
        """How high the page is at least, with or without the history."""
        bars = self.bars.sizeHint().height()
        return bars + 4 + self.history.least_height if roomy else bars

    def _on_dataset_changed(self) -> None:
        dataset = self._session.shown_dataset
        if dataset is not None and self._session.answer is None:
            self.bars.set_labels([str(name) for name in dataset.class_names])

    def _on_answer_changed(self) -> None:
        answer = self._session.answer
        if answer is None:
            self.bars.set_values(None)
            return
        names = class_names(self._desk, len(answer.probabilities))
        self.bars.set_labels(names)
        self.bars.set_values(answer.probabilities.tolist(), are_shares=answer.is_distribution)
        self._explain_bars(answer.is_distribution)

    def _explain_bars(self, are_shares: bool) -> None:
        if are_shares != self._are_shares:
            self._are_shares = are_shares
            explain(self.bars, "The network's probability for each class; together they make 100 %." if are_shares
                    else "The network's output for each class; without softmax these are no probabilities.")
