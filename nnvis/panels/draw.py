"""The dock Draw: a digit drawn by hand, what the network makes of it, and its answer, live while it learns."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.data import center_digit
from nnvis.number_text import count, measure, share
from nnvis.session import Answer, RunState, Session
from nnvis.theme import ThemeSource
from nnvis.widgets.bars import Bars
from nnvis.widgets.brush_tools import BrushTools
from nnvis.widgets.canvas import PaintCanvas
from nnvis.widgets.color_bar import ColorBar
from nnvis.widgets.labels import GivingLabel, explain, text_label
from nnvis.widgets.picture import Picture

_REST_MS = 15            # a pen reports 200 times a second; the network is asked 60 times at most
_SMALLEST_CANVAS = 200
_ANSWER_LINES = 68       # room for the words of the empty state, so that nothing jumps with the first stroke


class DrawPanel(QWidget):
    """Canvas and tools, the 28 by 28 picture the network receives, its answer, and a bar for each class."""

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawPanel")
        self._session = session
        self._theme_source = theme_source
        self._is_late = False
        self._are_shares: bool | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._on_rested)

        self.canvas = PaintCanvas(theme_source)
        self.canvas.setObjectName("paintCanvas")
        self.canvas.drawing_changed.connect(self._on_canvas_changed)
        self._tools = BrushTools(theme_source, self.canvas)
        self._answer = _AnswerBlock(theme_source)
        self._bars = Bars(theme_source)
        self._explain_bars(are_shares=True)
        self._build()
        self._on_metrics_changed()

        theme_source.metrics_changed.connect(self._on_metrics_changed)
        session.dataset_changed.connect(self._on_dataset_changed)
        session.drawing_changed.connect(self._on_drawing_changed)
        session.answer_changed.connect(self._on_answer_changed)
        session.state_changed.connect(self._on_answer_changed)
        self._on_dataset_changed()
        self._on_drawing_changed()

    def _build(self) -> None:
        sees = text_label("What the net sees", "caption", "secondary")
        scale = ColorBar(self._theme_source, "magnitude", "0", "1")
        for widget in (sees, self._answer.picture):
            explain(widget, "Your drawing, cropped, fitted into 20×20 and centred by mass, as MNIST was made.")
        heading = QHBoxLayout()
        heading.addWidget(sees)
        heading.addStretch(1)
        heading.addWidget(scale)

        content = QWidget()
        content.setObjectName("scrolled")
        self._layout = QVBoxLayout(content)
        self._layout.setSpacing(0)
        self._layout.addWidget(self.canvas, 0, Qt.AlignmentFlag.AlignHCenter)
        self._layout.addWidget(self._tools)
        self._layout.addLayout(heading)
        self._layout.addSpacing(4)
        self._layout.addWidget(self._answer)
        self._layout.addWidget(self._bars)
        self._layout.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)

    def sizeHint(self) -> QSize:
        """The width of the dock in the present size of the window."""
        metrics = self._theme_source.metrics
        return QSize(metrics.right_dock, metrics.canvas + 320)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The canvas is the largest square that leaves room for the answer."""
        super().resizeEvent(event)
        self._fit_canvas()

    def _fit_canvas(self) -> None:
        margins = self._layout.contentsMargins()
        width = self.width() - margins.left() - margins.right()
        rest = self._layout.minimumSize().height() - self.canvas.minimumSize().height()
        side = max(_SMALLEST_CANVAS, min(width, self.height() - rest))
        self.canvas.setFixedSize(side, side)

    def _on_metrics_changed(self) -> None:
        metrics = self._theme_source.metrics
        side, gap = metrics.dock_padding, metrics.page_gap
        self._layout.setContentsMargins(side, gap, side, gap // 2)
        self._tools.setFixedHeight(metrics.draw_tool)
        self._answer.fit(metrics.page_gap)
        self._fit_canvas()

    # From the canvas to the network.

    def _on_canvas_changed(self) -> None:
        if self._rest.isActive():
            self._is_late = True
        else:
            self._ask()

    def _on_rested(self) -> None:
        if self._is_late:
            self._is_late = False
            self._ask()

    def _ask(self) -> None:
        self._rest.start()
        image = None if self.canvas.is_empty else center_digit(self.canvas.image())
        # Where everything was rubbed out there are strokes, but no ink.
        self._session.set_drawing(image if image is not None and image.any() else None)

    # From the session to the eye.

    def _on_dataset_changed(self) -> None:
        dataset = self._session.dataset
        if dataset is not None and self._session.answer is None:
            self._bars.set_labels([str(name) for name in dataset.class_names])

    def _on_drawing_changed(self) -> None:
        self._answer.picture.set_image(self._session.drawing)
        if self._session.drawing is None or self._session.answer is None:
            self._on_answer_changed()

    def _on_answer_changed(self) -> None:
        answer = self._session.answer
        if answer is not None:
            names = self._class_names(len(answer.probabilities))
            self._bars.set_labels(names)
            self._bars.set_values(answer.probabilities.tolist(), are_shares=answer.is_distribution)
            self._explain_bars(answer.is_distribution)
            self._answer.show_answer(answer, names)
            return
        self._bars.set_values(None)
        if self._session.drawing is None:
            self._answer.show_words(
                "No drawing yet", "The 28×28 picture the network receives appears at the left, its answer here.")
        elif self._session.state is RunState.LOADING:
            self._answer.show_words("No network yet", "It answers as soon as the images are loaded.")
        else:
            self._answer.show_words(
                "No answer", "The outputs of this network are no finite numbers. Reset gives it new weights.")

    def _explain_bars(self, are_shares: bool) -> None:
        if are_shares != self._are_shares:
            self._are_shares = are_shares
            explain(self._bars, "The network's probability for each class; together they make 100 %." if are_shares
                    else "The network's output for each class; without softmax these are no probabilities.")

    def _class_names(self, classes: int) -> list[str]:
        dataset = self._session.dataset
        if dataset is not None and len(dataset.class_names) == classes:
            return [str(name) for name in dataset.class_names]
        return [str(index) for index in range(classes)]


class _AnswerBlock(QWidget):
    """The small picture, and beside it the answer in large, or words where there is none."""

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__()
        self._theme_source = theme_source
        self.picture = Picture(theme_source)
        self.picture.setAccessibleName("What the net sees")
        self._digit = text_label(role="display")
        self._digit.setObjectName("predictedDigit")
        self._digit.setAccessibleName("Answer")
        explain(self._digit, "The class to which the network gives the highest probability.")
        self._confidence = text_label(role="value")
        self._next = GivingLabel(tone="secondary")
        self._step = GivingLabel()
        explain(self._step, "The answer comes from the network as it is now, after this many batches.")
        self._title = text_label(tone="secondary")
        self._text = text_label(role="caption", wrap=True)

        self._first_line = QHBoxLayout()
        self._first_line.setSpacing(14)
        self._first_line.addWidget(self._digit)
        self._first_line.addWidget(self._confidence, 1, Qt.AlignmentFlag.AlignBottom)
        self._given = QWidget()
        given = QVBoxLayout(self._given)
        self._missing = QWidget()
        missing = QVBoxLayout(self._missing)
        for column in (given, missing):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
        given.addLayout(self._first_line)
        given.addWidget(self._next)
        given.addWidget(self._step)
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
        metrics = self._theme_source.metrics
        self._layout.setContentsMargins(0, 0, 0, gap)
        self.setFixedHeight(max(metrics.picture, _ANSWER_LINES) + gap)
        self._digit.setFixedHeight(metrics.display_line)
        self._digit.setMinimumWidth(metrics.display * 5 // 8)
        self._confidence.setContentsMargins(0, 0, 0, metrics.display_line // 16)
        self._step.setVisible(not metrics.is_compact)

    def show_answer(self, answer: Answer, names: list[str]) -> None:
        """The winner, how sure, the next, and which network said so."""
        write = share if answer.is_distribution else _output
        _write(self._digit, names[answer.digit])
        _write(self._confidence, write(answer.confidence))
        _write(self._next, f"next: {names[answer.second]} with {write(answer.second_confidence)}")
        by = f"by the net at step {count(answer.step)}" if answer.step else "by the untrained net"
        _write(self._step, by)
        self._digit.setAccessibleDescription(f"{write(answer.confidence)}, {self._next.text()}, {by}")
        self._missing.hide()
        self._given.show()

    def show_words(self, title: str, text: str) -> None:
        """Why there is no answer."""
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


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    preview(lambda source: DrawPanel(Session(), source), margin=0)
