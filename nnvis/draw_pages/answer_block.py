"""What the network receives, and beside it its answer in large, or words where there is none."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnvis.number_text import count, decimal, measure, percent, share
from nnvis.theme import ThemeSource
from nnvis.viewer import Answer
from nnvis.widgets.chip import Chip
from nnvis.widgets.labels import explain, set_tone, text_label
from nnvis.widgets.live_label import READABLE_MS, LiveLabel
from nnvis.widgets.picture import Picture

LINES = 58  # room for the words of the empty state, so that nothing jumps with the first stroke
NET_SEES = "Your drawing, cropped, fitted into 20×20 and centred by mass, as MNIST was made."


class AnswerBlock(QWidget):
    """The small picture, the winner, how sure, the next; chips say when the answer is in doubt or not as trained."""

    own_wanted = Signal()  # take all steps again, at temperature 1

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__()
        self._theme_source = theme_source
        self.picture = Picture(theme_source)
        self.picture.setObjectName("netPicture")
        self.picture.setAccessibleName("What the net sees")
        explain(self.picture, f"What the net sees: {NET_SEES[0].lower()}{NET_SEES[1:]}")
        self._digit = text_label(role="display")
        self._digit.setObjectName("predictedDigit")
        self._digit.setAccessibleName("Answer")
        explain(self._digit, "The class to which the network gives the highest probability.")
        self._confidence = LiveLabel(theme_source, "panel", "value", "plain")
        self._next = LiveLabel(theme_source, "panel", tone="secondary")
        self._step = LiveLabel(theme_source, "panel")
        self._said = QElapsedTimer()
        self._said_of: Answer | None = None
        explain(self._step, "The answer comes from the network as it is now, after this many batches.")
        self._doubt = Chip(theme_source, "not sure")
        self._changed = Chip(theme_source, "not as trained", "warning", "reset", clickable=True)
        self._changed.setObjectName("notAsTrained")
        self._changed.clicked.connect(self.own_wanted)
        self._title = text_label(tone="secondary")
        self._has_picture, self._gap = True, 0
        self._text = text_label(role="caption", wrap=True)
        self._lay_out()

    def _lay_out(self) -> None:
        self._first_line = QHBoxLayout()
        self._first_line.setSpacing(14)
        self._first_line.addWidget(self._digit)
        self._first_line.addWidget(self._confidence, 1, Qt.AlignmentFlag.AlignBottom)
        last_line = QHBoxLayout()
        last_line.setSpacing(4)
        last_line.addWidget(self._doubt)
        last_line.addWidget(self._changed)
        last_line.addWidget(self._step, 1)
        last_line.addStretch(0)  # chips alone stand at the left
        self._doubt.hide()
        self._changed.hide()
        self._given = QWidget()
        given = QVBoxLayout(self._given)
        self._missing = QWidget()
        missing = QVBoxLayout(self._missing)
        for column in (given, missing):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
        given.addLayout(self._first_line)
        given.addWidget(self._next)
        given.addLayout(last_line)
        given.addStretch(1)
        missing.addWidget(self._title)
        missing.addWidget(self._text)
        missing.addStretch(1)
        self._layout = QHBoxLayout(self)
        self._layout.setSpacing(12)
        self._layout.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        self._layout.addWidget(self._given, 1)
        self._layout.addWidget(self._missing, 1)

    def fit(self, gap: int) -> None:
        """Take the sizes of the window."""
        metrics, self._gap = self._theme_source.metrics, gap
        self._layout.setContentsMargins(0, 0, 0, gap)
        self.setFixedHeight(max(metrics.picture if self._has_picture else metrics.display_line + 34, LINES) + gap)
        self._digit.setFixedHeight(metrics.display_line)
        self._digit.setMinimumWidth(metrics.display * 5 // 8)
        self._confidence.set_foot(metrics.display_line // 16)

    def show_picture(self, shown: bool) -> None:
        """Whether what the network sees stands here, beside its answer."""
        self._has_picture = shown
        self.picture.setVisible(shown)
        self.fit(self._gap)

    def show_answer(self, answer: Answer, names: Sequence[str], *, moves: bool = False) -> None:
        """The winner, how sure, the next, and which network said so.

        While training `moves` it on, words follow at a pace that can be read; another winner is said at once.
        """
        if moves and self._has_said_like(answer) and not self._said.hasExpired(READABLE_MS):
            return
        self._said.start()
        self._said_of = answer
        write = share if answer.is_distribution else _output
        _write(self._digit, names[answer.digit])
        set_tone(self._digit, "" if answer.is_sure else "faint")
        self._confidence.setText(write(answer.confidence))
        self._next.setText(f"next: {names[answer.second]} with {write(answer.second_confidence)}")
        by = f"by the net at step {count(answer.step)}" if answer.step else "by the untrained net"
        self._step.setText(by)
        self._show_chips(answer)
        doubt = "" if answer.is_sure else "not sure, "
        self._digit.setAccessibleDescription(f"{doubt}{write(answer.confidence)}, {self._next.text()}, {by}")
        self._missing.hide()
        self._given.show()

    def _has_said_like(self, answer: Answer) -> bool:
        """Whether the words that stand there differ from those to come in numbers only."""
        said = self._said_of
        return said is not None and said.step > 0 and (
            (said.digit, said.is_sure, said.reading) == (answer.digit, answer.is_sure, answer.reading)
        )  # fmt: skip

    def _show_chips(self, answer: Answer) -> None:
        reading = answer.reading
        if self._doubt.isHidden() != answer.is_sure:
            self._doubt.setHidden(answer.is_sure)
        explain(self._doubt, f"Less than {percent(reading.threshold, 0)}, which you set as the threshold under Steps.")
        if self._changed.isHidden() != reading.is_own:
            self._changed.setHidden(reading.is_own)
        if not reading.is_own:
            as_trained = reading.prepares_as_trained
            self._changed.set_text(f"T = {decimal(reading.temperature, 1)}" if as_trained else "not as trained")
            explain(self._changed, "The probabilities are those of another temperature than the network's own, 1. "
                                   "Click: back to 1." if as_trained else
                    "A step is switched off: the network receives what it was never trained on. Click: as trained.")
        # Beside chips there is no room for the step; in a small window there is none anyway.
        crowded = self._theme_source.metrics.is_compact and not (answer.is_sure and reading.is_own)
        if self._step.isHidden() != crowded:
            self._step.setHidden(crowded)

    def show_words(self, title: str, text: str) -> None:
        """Why there is no answer."""
        self._said_of = None
        self._digit.clear()
        _write(self._title, title)
        _write(self._text, text)
        self._given.hide()
        self._missing.show()


def _output(value: float) -> str:
    return f"output {measure(value, 2)}"


def _write(label: QWidget, text: str) -> None:
    """Set a label's text only when it is another one: each setting asks for a new layout."""
    if label.property("text") != text:
        label.setProperty("text", text)
