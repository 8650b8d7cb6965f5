"""The page Answer: a bar for each class, and how the answer to this drawing went in the course of training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnvis.draw_pages.desk import DrawingDesk
from nnvis.number_text import count, share
from nnvis.reading import Reading, tempered
from nnvis.shown_network import Finding, Look
from nnvis.theme import ThemeSource
from nnvis.viewer import scores
from nnvis.widgets.answer_strip import AnswerStrip
from nnvis.widgets.bars import Bars
from nnvis.widgets.labels import GivingLabel, explain, text_label
from nnvis.widgets.painted import stand_on

TOPIC = "answer history"
HEAD = 22  # px: the words above the strip
REST_MS = 150  # of the pen, before the past is asked about the new drawing
STRIP_MS = 250  # between two moments that are added to the strip while the network learns
MOST_MOMENTS = 100  # of the past that are asked
MOST_POINTS = 400  # then every other one is dropped


@dataclass(frozen=True, eq=False)
class Past:
    """What the network said to one image at moments of its training. Shapes: steps (n,), shares (n, classes)."""

    image: NDArray[np.uint8]
    reading: Reading
    steps: NDArray[np.int64]
    shares: NDArray[np.float32]


class AnswerPage(QWidget):
    """Bars now, and a strip of the past below; where there is no room the strip gives way."""

    def __init__(self, desk: DrawingDesk, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._session = desk, desk.session
        self._theme_source = theme_source
        self._are_shares: bool | None = None
        self._past: Past | None = None
        self.bars = Bars(theme_source)
        self._explain_bars(are_shares=True)
        self.strip = AnswerStrip(theme_source)
        for live in (self.bars, self.strip):
            stand_on(live, "panel")
        self.strip.setObjectName("answerStrip")
        self._caption = text_label("While learning", "caption", "secondary")
        self._read_out = GivingLabel(tone="faint")
        self._read_out.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        explain(self._caption, "What the network said to this very drawing at every moment of its training: a row for "
                               "each class, a column for each moment.")
        explain(self.strip, "A row for each class, time from left to right, bright for a high probability. "
                            "Click: see the network as it was then.")
        self._below = QWidget()
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._caption)
        head.addWidget(self._read_out, 1)
        below = QVBoxLayout(self._below)
        below.setContentsMargins(0, 2, 0, 0)
        below.setSpacing(2)
        below.addLayout(head)
        below.addWidget(self.strip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.bars)
        layout.addWidget(self._below)
        layout.addStretch(1)

        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(REST_MS)
        self._quiet.timeout.connect(self._ask_the_past)
        self._rest = QTimer(self)  # the strip is painted as a whole, and shows no more than four moments a second
        self._rest.setSingleShot(True)
        self._rest.setInterval(STRIP_MS)
        self._rest.timeout.connect(self._on_rested)
        self._is_late = False
        session = self._session
        session.dataset_changed.connect(self._on_dataset_changed)
        session.drawing_changed.connect(self._on_drawing_changed)
        session.reading_changed.connect(self._on_drawing_changed)
        session.history_cleared.connect(self._on_drawing_changed)
        session.answer_changed.connect(self._on_answer_changed)
        session.study.found.connect(self._on_found)
        self.strip.pointed_at.connect(self._on_pointed_at)
        self.strip.picked.connect(session.look_back)
        self._on_dataset_changed()
        self._on_answer_changed()

    def set_room(self, height: int) -> None:
        """Make the strip as high as is good in so much room for the page; where there is none, leave it out."""
        spare = height - self.height_for(roomy=True)
        self._below.setVisible(spare >= 0)
        self.strip.set_spare(max(0, spare))

    def height_for(self, roomy: bool) -> int:
        """How high the page is at least, with or without the strip."""
        bars = self.bars.sizeHint().height()
        return bars + 4 + HEAD + self.strip.least_height if roomy else bars

    # --- now -------------------------------------------------------------------------------------------------------

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
        self._go_on(answer.step, answer.probabilities)

    def _explain_bars(self, are_shares: bool) -> None:
        if are_shares != self._are_shares:
            self._are_shares = are_shares
            explain(self.bars, "The network's probability for each class; together they make 100 %." if are_shares
                    else "The network's output for each class; without softmax these are no probabilities.")

    # --- the past --------------------------------------------------------------------------------------------------

    def _on_drawing_changed(self) -> None:
        self._past = None
        self._session.study.drop(TOPIC)
        if self._session.drawing is None:
            self._quiet.stop()
            self._show_past()
        else:
            self._quiet.start()

    def _ask_the_past(self) -> None:
        session, image = self._session, self._session.drawing
        timeline = session.timeline
        if image is None or timeline is None or session.answer is None or not session.answer.is_distribution:
            self._show_past()
            return
        steps = timeline.steps
        wanted = sorted({steps[round(place)] for place in np.linspace(0, len(steps) - 1, MOST_MOMENTS)})
        moments = [moment for step in wanted if (moment := timeline.nearest(step)) is not None]
        reading = session.reading

        def ask(look: Look) -> Past:
            X = reading.scaling(look.scaling).apply(image.reshape(1, *look.model.input_shape))
            said = []
            for moment in moments:
                if look.unwanted():
                    break
                look.show(moment.parameters)
                outputs = scores(look.model, X)
                said.append(outputs[0] if reading.temperature == 1 else tempered(outputs[1], reading.temperature))
            shares = np.array(said, np.float32).reshape(len(said), -1)
            return Past(image, reading, np.array([moment.step for moment in moments[: len(said)]]), shares)

        session.inquire(TOPIC, ask)

    def _on_found(self, finding: Finding) -> None:
        past = finding.value
        if isinstance(past, Past) and past.image is self._session.drawing and past.reading == self._session.reading:
            self._past = past
            answer = self._session.answer
            if answer is not None:
                self._go_on(answer.step, answer.probabilities)
            self._show_past()

    def _go_on(self, step: int, shares: NDArray[np.float32]) -> None:
        """Add what the network says now, while it is the same drawing."""
        if self._rest.isActive():
            self._is_late = True
            return
        self._rest.start()
        past = self._past
        if past is None or not self._session.is_live or not len(past.steps) or step <= past.steps[-1]:
            return
        if len(past.steps) >= MOST_POINTS:
            past = Past(past.image, past.reading, past.steps[::2], past.shares[::2])
        self._past = Past(past.image, past.reading, np.append(past.steps, step), np.vstack([past.shares, shares]))
        self._show_past()

    def _on_rested(self) -> None:
        answer, late = self._session.answer, self._is_late
        self._is_late = False
        if late and answer is not None:
            self._go_on(answer.step, answer.probabilities)

    def _show_past(self) -> None:
        past, answer = self._past, self._session.answer
        if past is None or answer is None or not np.isfinite(past.shares).all():
            self.strip.clear()
            self._read_out.setText("")
            return
        self.strip.show_shares(past.steps, past.shares, class_names(self._desk, past.shares.shape[1]))
        self._say(f"step {count(int(past.steps[0]))} … {count(int(past.steps[-1]))}")

    def _on_pointed_at(self, place: int) -> None:
        past = self._past
        if past is None or not 0 <= place < len(past.steps):
            self._show_past()
            return
        names = class_names(self._desk, past.shares.shape[1])
        best = int(past.shares[place].argmax())
        self._say(f"step {count(int(past.steps[place]))}: {names[best]} with {share(float(past.shares[place, best]))}")

    def _say(self, text: str) -> None:
        if text != self._read_out.text():
            self._read_out.setText(text)


def class_names(desk: DrawingDesk, classes: int) -> Sequence[str]:
    """The names of so many classes: the data set's where they fit, else numbers."""
    dataset = desk.session.shown_dataset
    if dataset is not None and len(dataset.class_names) == classes:
        return [str(name) for name in dataset.class_names]
    return [str(index) for index in range(classes)]
