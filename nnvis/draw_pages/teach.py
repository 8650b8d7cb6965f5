"""The page Teach: give the drawing its label, see what that says about the answer, and take single gradient steps."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.sequential import Sequential
from nnvis.draw_pages.desk import DrawingDesk, class_names
from nnvis.draw_pages.own_digits import OwnDigitsCorner
from nnvis.draw_pages.pace import Pace
from nnvis.lesson import RATE, Error, Taught, error_of, teach
from nnvis.number_text import count, decimal, measure, percent
from nnvis.session import Finding, RunState
from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import Button, ToolButton
from nnvis.widgets.color_bar import ColorBar
from nnvis.widgets.digit_keys import DigitKeys
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.signed_bars import SignedBars
from nnvis.widgets.signed_picture import SignedPicture

TOPIC = "teach"
MANY = 20
ERROR_HZ = 15  # a pass there and back is not to cost every move of the pen
BARS = ("What the label says about each output: p − y. Blue must rise, orange must fall; behind softmax this is the "
        "gradient by the scores.")
PICTURE = "The gradient of the loss by each pixel. Blue: more ink here lowers the loss; orange: more ink raises it."
STEP = f"One step of plain gradient descent with rate {RATE} on this drawing alone, without all the other images."
TEST_IMAGE = ("This is a test image. A network that was taught with it could not be tested with it any more: it would "
              "know the answer.")


class TeachPage(QWidget):
    """Keys for the label, the step buttons, and below them the error: ten signed bars and the gradient image."""

    def __init__(self, desk: DrawingDesk, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._session = desk, desk.session
        self._lessons: list[Taught] = []  # that can be taken back, in the present network
        self._waits = False  # for steps that are being made
        self.keys = DigitKeys(theme_source, "This is a")
        self.keys.setObjectName("teachKeys")
        explain(self.keys, "What you drew: the label that the network is to learn.")
        self.step = Button(theme_source, "Do one step", "primary", "step-batch", STEP, small=True)
        self.many = Button(theme_source, f"×{MANY}", "outline", tooltip=f"{MANY} such steps.", small=True)
        self.back = ToolButton(theme_source, "undo", "Bring back the weights from before the last steps.", kind="small")
        self.back.setObjectName("teachBackButton")
        self.pause = Button(theme_source, "Pause", "outline", "pause", "Pause the training, to teach.", small=True)
        self.own = OwnDigitsCorner(desk, theme_source)
        self._said = text_label("", "caption", "secondary", wrap=True)
        self._loss = text_label("", "caption", "secondary")
        explain(self._loss, "The loss of this one drawing: cross-entropy is −ln of the label's probability.")
        self.bars = SignedBars(theme_source, "p minus y by class")
        explain(self.bars, BARS)
        self.picture = SignedPicture(theme_source)
        self.picture.setAccessibleName("Gradient by the pixels")
        explain(self.picture, PICTURE)
        self._lay_out(theme_source)
        self.keys.chosen.connect(self._on_label_chosen)
        self.step.clicked.connect(partial(self._teach, 1))
        self._session.own.told.connect(self._said.setText)
        self.many.clicked.connect(partial(self._teach, MANY))
        self.back.clicked.connect(self._take_back)
        self.pause.clicked.connect(self._session.pause)
        self._pace = Pace(self._show_answer, ERROR_HZ, self)
        self._session.answer_changed.connect(self._on_answer_changed)
        self._session.drawing_changed.connect(self._on_drawing_changed)
        self._session.state_changed.connect(self._show_state)
        self._session.moment_changed.connect(self._show_state)
        self._session.history_cleared.connect(self._on_history_cleared)
        self._session.study.found.connect(self._on_found)
        self._session.snapshot_arrived.connect(self._on_snapshot_arrived)
        self._on_history_cleared()

    def _lay_out(self, theme_source: ThemeSource) -> None:
        buttons = QHBoxLayout()
        for button in (self.step, self.many, self.back, self.pause):
            buttons.addWidget(button)
        buttons.addStretch(1)
        scale = ColorBar(theme_source, "signed", "−", "+", 24)
        explain(scale, PICTURE)
        corner = QWidget()  # as a widget it keeps its height also beside the bars of few classes
        beside = QVBoxLayout(corner)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.picture)
        beside.addWidget(scale)
        beside.addStretch(1)
        error = QHBoxLayout()
        error.addWidget(self.bars, 1, Qt.AlignmentFlag.AlignTop)
        error.addWidget(corner, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.keys)
        layout.addLayout(buttons)
        layout.addWidget(self._said)
        layout.addWidget(self.own)
        layout.addWidget(self._loss)
        layout.addLayout(error)
        layout.addStretch(1)
        for box in (layout, buttons, error, beside):
            box.setSpacing(6)

    @property
    def label(self) -> int | None:
        """What the drawing is said to be."""
        return self.keys.current

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up on what came while it was hidden."""
        super().showEvent(event)
        self._show_error()
        self._show_state()

    # --- the label and what it says -------------------------------------------------------------------------------

    def _on_label_chosen(self, label: int) -> None:
        self._said.setText("")
        self._show_error()
        self._show_state()

    def _on_drawing_changed(self) -> None:
        if self._session.drawing is None and self.keys.current is not None:
            self.keys.set_current(None)  # the next drawing may be another digit
        self._show_state()

    def _on_answer_changed(self) -> None:
        if self._session.answer is None or self.bars.values is None:
            self._show_answer()
        else:
            self._pace.request()

    def _show_answer(self) -> None:
        if self.isVisible():
            self._show_error()
            self._show_state()

    def _on_history_cleared(self) -> None:
        self._lessons.clear()
        self._waits = False
        dataset = self._session.shown_dataset
        if dataset is not None:
            self.keys.set_labels(dataset.class_names)
        self._show_error()
        self._show_state()

    def _show_error(self) -> None:
        if not self.isVisible():
            return
        answer, label = self._session.answer, self.label
        error = None
        if answer is not None and label is not None and label < len(answer.probabilities):
            error = self._session.look(partial(error_of, label=label))
        names = class_names(self._desk, len(error.delta) if error else 10)
        self.bars.show_values(names, error.delta.tolist() if error else None, label if label is not None else -1)
        self.picture.show_values(None if error is None else error.gradient.mean(axis=2))
        self._loss.setText(self._loss_text(error) if error else "p − y and ∂loss/∂pixel will stand here")

    def _loss_text(self, error: Error) -> str:
        own = error.probabilities[error.label]
        project = self._session.running_project
        is_log = project is not None and "crossentropy" in project.loss.kind_name() and own > 0
        if is_log and abs(error.loss + math.log(own)) < 5e-4:
            return f"loss {decimal(error.loss, 3)} = −ln {measure(float(own))}"
        return f"loss {decimal(error.loss, 3)} of this drawing"

    # --- steps ------------------------------------------------------------------------------------------------------

    def _obstacle(self) -> str:
        """Why no step can be made now, in words; empty when one can."""
        session = self._session
        if session.state is RunState.RUNNING:
            return "The training is running. Pause it to teach."
        if not session.is_live:
            return "You see the network as it was. Go back to live to teach it."
        if not session.can_be_taught:
            return "There is no network to be taught."
        if self._desk.test_image is not None:
            return TEST_IMAGE
        if session.answer is None:
            return "Draw a digit, then say what it is."
        if self.label is None:
            return "Choose above what you drew."
        dataset = session.shown_dataset
        return "Images with several labels cannot be taught by one." if dataset and dataset.is_multi_label else ""

    def _show_state(self) -> None:
        obstacle = self._obstacle()
        can = not obstacle and not self._waits
        self.step.setEnabled(can)
        self.many.setEnabled(can)
        self.back.setEnabled(self._can_take_back and not self._waits)
        self.pause.setVisible(self._session.is_training)
        self.own.set_label(self.label, TEST_IMAGE if self._desk.test_image is not None else "")
        self.step.setVisible(not self._session.is_training)
        self.many.setVisible(not self._session.is_training)
        if obstacle:
            self._said.setText(obstacle)
        elif not self._waits and not self._lessons:
            self._said.setText("All weights move a little towards it.")
        self.updateGeometry()  # of more lines or fewer

    def _teach(self, steps: int) -> None:
        session, label, dataset = self._session, self.label, self._session.shown_dataset
        X = session.look(_input)
        if self._obstacle() or label is None or dataset is None or X is None:
            return
        self._waits = True
        self._said.setText("Taking the step, and testing before and after …")
        self._show_state()
        test = dataset.x_test, dataset.y_test
        session.inquire(TOPIC, lambda look: teach(look.model, look.scaling, X, label, steps, test, look.unwanted))

    def _on_found(self, finding: Finding) -> None:
        if finding.topic != TOPIC:
            return
        self._waits = False
        taught = finding.value
        if isinstance(taught, Taught) and self._session.can_be_taught and self._is_of_present(taught):
            self._lessons.append(taught)
            self._session.place(taught.after)
            self._said.setText(self._words(taught))
        elif isinstance(taught, Taught):
            self._said.setText("The network has moved on meanwhile; nothing was taught.")
        self._show_state()

    def _is_of_present(self, taught: Taught) -> bool:
        return bool(np.array_equal(taught.before, self._session.parameters))

    def _words(self, taught: Taught) -> str:
        dataset = self._session.shown_dataset
        name = dataset.class_names[taught.label] if dataset else str(taught.label)
        steps = "1 step" if taught.steps == 1 else f"{taught.steps} steps"
        return (
            f"{steps}: p({name}) {percent(taught.probability_before)} → {percent(taught.probability_after)}. "
            f"Test {percent(taught.accuracy_before, 2)} → {percent(taught.accuracy_after, 2)} of {count(taught.count)}."
        )

    def _take_back(self) -> None:
        if self._can_take_back:
            self._session.place(self._lessons.pop().before)
            self._said.setText("The weights from before these steps are back.")
            self._show_state()

    @property
    def _can_take_back(self) -> bool:
        """Whether the network is still the one that the last steps made."""
        if not self._lessons or not self._session.can_be_taught:
            return False
        return bool(np.array_equal(self._lessons[-1].after, self._session.parameters))

    def _on_snapshot_arrived(self) -> None:
        if self.isVisible():
            self._show_state()


def _input(_model: Sequential, X: NDArray[np.float32]) -> NDArray[np.float32]:
    """The network's input itself."""
    return X.copy()
