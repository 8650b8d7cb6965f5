"""How the answer to this drawing went in the course of training: a row for each class, a column for each moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnvis.draw_pages.desk import DrawingDesk, class_names
from nnvis.number_text import count, share
from nnvis.reading import Reading, tempered
from nnvis.shown_network import Finding, Look
from nnvis.theme import ThemeSource
from nnvis.viewer import scores
from nnvis.widgets.answer_strip import AnswerStrip
from nnvis.widgets.labels import explain, set_tone, text_label
from nnvis.widgets.live_label import LiveLabel
from nnvis.widgets.painted import stand_on

TOPIC = "answer history"
HEAD = 22  # px: the words above the strip
SPARE = 100  # px for the strip beside the bars, beyond its least height
REST_MS = 150  # of the pen, before the past is asked about the new drawing
STRIP_MS = 330  # between two moments that are added to the strip while the network learns, at most
BEAT_MS = 65  # between two answers then: the last one before the time is up is added, and nobody has to wake up for it
MOST_MOMENTS = 100  # of the past that are asked
MOST_POINTS = 400  # then every other one is dropped


@dataclass(frozen=True, eq=False)
class Past:
    """What the network said to one image at moments of its training. Shapes: steps (n,), shares (n, classes)."""

    image: NDArray[np.uint8]
    reading: Reading
    steps: NDArray[np.int64]
    shares: NDArray[np.float32]


class AnswerHistory(QWidget):
    """A strip of the past and words above it. A click on a moment shows the network as it was then."""

    def __init__(self, desk: DrawingDesk, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._session = desk, desk.session
        self._past: Past | None = None
        self.strip = AnswerStrip(theme_source)
        self.strip.setObjectName("answerStrip")
        self._caption = text_label("While learning", "caption", "secondary")
        self._read_out = LiveLabel(theme_source, "panel", side="right")
        explain(self._caption, "What the network said to this very drawing at every moment of its training: a row for "
                               "each class, a column for each moment.")
        explain(self.strip, "A row for each class, time from left to right, bright for a high probability. "
                            "Click: see the network as it was then.")
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._caption)
        head.addWidget(self._read_out, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.strip)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(REST_MS)
        self._quiet.timeout.connect(self._ask_the_past)
        self._rest = QTimer(self)  # the strip is painted as a whole, and shows no more than three moments a second
        self._rest.setSingleShot(True)
        self._rest.setInterval(STRIP_MS)
        self._rest.timeout.connect(self._on_rested)
        self._is_late = False
        session = self._session
        session.drawing_changed.connect(self._on_drawing_changed)
        session.reading_changed.connect(self._on_drawing_changed)
        session.history_cleared.connect(self._on_drawing_changed)
        session.answer_changed.connect(self._on_answer_changed)
        session.state_changed.connect(self._on_state_changed)
        session.study.found.connect(self._on_found)
        session.moment_changed.connect(self._on_moment_changed)
        self.strip.pointed_at.connect(self._on_pointed_at)
        self.strip.picked.connect(session.look_back)

    def set_beside(self, beside: bool) -> None:
        """Stand beside the bars, under a title of its own, with as much room as is good."""
        self._caption.setText("Its answer while learning" if beside else "While learning")
        self._caption.setProperty("role", "title" if beside else "caption")
        set_tone(self._caption, "" if beside else "secondary")
        self.strip.set_spare(SPARE if beside else 0)
        for live in (self.strip, self._read_out):
            stand_on(live, "card" if beside else "panel")
        self.show()

    def _on_moment_changed(self) -> None:
        self.strip.set_moment(None if self._session.is_live else self._session.shown_step)

    @property
    def least_height(self) -> int:
        """How high it is without any room to spare."""
        return HEAD + self.strip.least_height

    def _on_answer_changed(self) -> None:
        answer = self._session.answer
        if answer is not None:
            self._go_on(answer.step, answer.probabilities)

    def _on_drawing_changed(self) -> None:
        self._past = None
        self._session.study.drop(TOPIC)
        if self._session.drawing is None:
            self._quiet.stop()
            self._show_past()
        else:
            self._quiet.start()

    def _on_state_changed(self) -> None:
        """While it learns some moments come and go unseen; once it rests there is time for all that were kept."""
        if not self._session.is_training and self._session.drawing is not None:
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
        if self._rest.remainingTime() > BEAT_MS:  # -1 when it does not run
            self._is_late = True
            return
        self._is_late = False
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
