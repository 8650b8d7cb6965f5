"""The page Why: which pixels speak for the answer, painted over the drawing, and the training images most like it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QRectF, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from core.saliency import Saliency, gradient_times_input, input_gradient, integrated_gradients, occlusion
from nnvis.draw_pages.desk import FORM, DrawingDesk, class_names
from nnvis.neighbours import Neighbours, affordable, embed, nearest
from nnvis.number_text import count, measure, signed
from nnvis.shown_network import Finding, Look
from nnvis.theme import ThemeSource
from nnvis.widgets.color_bar import ColorBar
from nnvis.widgets.labels import GivingLabel, explain, text_label
from nnvis.widgets.neighbour_row import NeighbourRow
from nnvis.widgets.signed_picture import SignedPicture, overlay_image

SALIENCY, NEAREST = "saliency", "nearest images"
SHOWN = 6  # neighbours
PAUSE_MS = 120  # between two looks while one draws or it learns
PATIENT_MS = 600  # the same, where the page is in sight all the time and training is not to pay for it
EMBED_EVERY_MS = 3000  # while it learns


@dataclass(frozen=True)
class Method:
    """One way to ask; `words` say what its map means and what not, with {a}: the answer, {b}: the other class."""

    name: str
    sentence: str
    words: str


METHODS: Final = (
    Method("Integrated gradients", "The mean gradient on the way from blank paper to the drawing, times the ink.",
           "Orange ink speaks for {a} against {b}, blue ink against it. Together: {sum}, the score's rise from blank "
           "paper."),
    Method("Input gradient", "How the score changes when a pixel gets a little more ink.",
           "Orange: more ink here would speak for {a} against {b}. It says what a small change does, not what the "
           "answer rests on."),
    Method("Gradient × input", "The gradient times the ink that is there.",
           "Orange ink speaks for {a} against {b}: exact only where the network is a straight line, so a first guess."),
    Method("Occlusion", "How far the score falls when a patch of 5 by 5 pixels is covered with blank paper.",
           "Orange: covered, {a} loses against {b}. It says what would be missed, not what could stand in for it."),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Shown:
    """A finished map, and what it is about."""

    image: NDArray[np.uint8]
    method: int
    first: int
    second: int
    saliency: Saliency


@dataclass(frozen=True, eq=False)
class Near:
    """The nearest images, and the training images they are among: meanwhile there may be other ones."""

    images: NDArray[np.uint8]
    found: Neighbours


class WhyPage(QWidget):
    """Asks only while it is visible; everything is computed beside the window."""

    def __init__(self, desk: DrawingDesk, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._session = desk, desk.session
        self._theme_source = theme_source
        self._near: Near | None = None
        self._embedded = QElapsedTimer()
        self._shown: Shown | None = None
        self._is_due = self._is_beside = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._on_paused)
        self.method = QComboBox()
        self.method.addItems([method.name for method in METHODS])
        self.method.setAccessibleName("Method")
        self.method.setObjectName("saliencyMethod")
        self.method.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for index, method in enumerate(METHODS):
            self.method.setItemData(index, method.sentence, Qt.ItemDataRole.ToolTipRole)
        self.overlay = QCheckBox("over")
        self.overlay.setChecked(True)
        self.overlay.setAccessibleName("Over the drawing")
        explain(self.overlay, "Paint the map over the drawing as well, pixel upon pixel.")
        self.map = SignedPicture(theme_source)
        self.map.setAccessibleName("Saliency")
        explain(self.map, "The pixels that the network received: which speak for its answer, which against.")
        self._scale = ColorBar(theme_source, "signed", "against", "for", 40)
        self._words = text_label("", "caption", wrap=True)
        self._near_title = text_label("Most like it", "caption", "secondary")
        explain(self._near_title, "The training images whose outputs in the last hidden layer are nearest to the "
                                  "drawing's: class, and distance.")
        self._near_words = GivingLabel(tone="faint")
        self._near_words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.nearest = NeighbourRow(theme_source, SHOWN)
        explain(self.nearest, "The class of each image and its distance in the last hidden layer; one of another class "
                              "than the answer has an orange edge.")
        self._lay_out()
        session = self._session
        session.answer_changed.connect(self._on_changed)
        session.history_cleared.connect(self._on_history_cleared)
        session.study.found.connect(self._on_found)
        self.method.currentIndexChanged.connect(self._on_method_changed)
        self.overlay.toggled.connect(self._paint_over)
        self._on_method_changed()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.method, 1)
        top.addWidget(self.overlay)
        beside = QVBoxLayout()
        beside.setSpacing(2)
        beside.addWidget(self._scale)
        beside.addWidget(self._words)
        beside.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(10)
        middle.addWidget(self.map, 0, Qt.AlignmentFlag.AlignTop)
        middle.addLayout(beside, 1)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._near_title)
        head.addWidget(self._near_words, 1)
        self.near = QWidget()
        near = QVBoxLayout(self.near)
        near.addLayout(head)
        near.addWidget(self.nearest)
        self._layout = QVBoxLayout(self)
        self._layout.addLayout(top)
        self._layout.addLayout(middle)
        self._layout.addWidget(self.near)
        self._layout.addStretch(1)
        for column in (near, self._layout):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(4)

    def set_beside(self, beside: bool) -> None:
        """Stand beside the canvas, in sight all the time: then the map is laid over the drawing only when asked for.

        The nearest images may stand elsewhere meanwhile; afterwards they come back.
        """
        self._is_beside = beside
        self.overlay.setText("over the drawing" if beside else "over")
        self.overlay.setChecked(not beside)
        if not beside:
            self._layout.insertWidget(2, self.near)

    # --- asking ----------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Ask about what was drawn meanwhile."""
        super().showEvent(event)
        self._on_changed()
        self._paint_over()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: take the map off the drawing, and ask no more."""
        super().hideEvent(event)
        self._desk.canvas.set_overlay(None)
        for topic in (SALIENCY, NEAREST):
            self._session.study.drop(topic)

    def _on_history_cleared(self) -> None:
        """What was found in the network before, or is on its way, is not about this one."""
        self._near = None
        for topic in (SALIENCY, NEAREST):
            self._session.study.drop(topic)
        self._show(None)
        self._on_changed()

    def _on_method_changed(self) -> None:
        self._on_changed()

    def _on_changed(self) -> None:
        if not self.isVisible():
            return
        if self._session.answer is None or self._session.drawing is None:
            self._show(None)
        elif self._pause.isActive():
            self._is_due = True
        else:
            self._ask()

    def _on_paused(self) -> None:
        if self._is_due and self.isVisible() and self._session.answer is not None:
            self._ask()

    def _ask(self) -> None:
        self._is_due = False
        patient = self._is_beside and self._session.is_training
        self._pause.start(PATIENT_MS if patient else PAUSE_MS)
        self._ask_why()
        self._ask_nearest()

    def _ask_why(self) -> None:
        session, answer, image = self._session, self._session.answer, self._session.drawing
        assert answer is not None
        assert image is not None
        reading, method, first = session.reading, self.method.currentIndex(), answer.digit
        label = self._desk.label
        # of a wrong answer one asks: why not the right one?
        second = label if label is not None and label != first else answer.second

        def ask(look: Look) -> Shown:
            pixels = np.stack([image.reshape(look.model.input_shape), np.zeros(look.model.input_shape, np.uint8)])
            x, blank = reading.scaling(look.scaling).apply(pixels)
            ways: tuple[Callable[[], Saliency], ...] = (
                lambda: integrated_gradients(look.model, x, blank, first, second),
                lambda: input_gradient(look.model, x, blank, first, second),
                lambda: gradient_times_input(look.model, x, blank, first, second),
                lambda: occlusion(look.model, x, blank, first, second, look.unwanted),
            )
            return Shown(image, method, first, second, ways[method]())

        session.inquire(SALIENCY, ask)

    def _ask_nearest(self) -> None:
        session, image, dataset = self._session, self._session.drawing, self._session.shown_dataset
        if image is None or dataset is None:
            return
        images, near = dataset.x_train, self._near
        known = near.found.embedding if near is not None and near.images is images else None
        reading, step = session.reading, session.shown_step
        stale = known is None or known.step != step
        if stale and session.is_training and self._embedded.isValid() and not self._embedded.hasExpired(EMBED_EVERY_MS):
            stale = known is None
        if stale:
            self._embedded.start()

        def ask(look: Look) -> Near | None:
            found = known
            if stale or found is None:
                few = images[: affordable(look.model, len(images))]
                found = embed(look.model, look.scaling, few, step, look.unwanted)
                if found is None:
                    return None
            look.show(found.parameters)
            X = reading.scaling(look.scaling).apply(image.reshape(1, *look.model.input_shape))
            return Near(images, nearest(look.model, X, image, found, SHOWN))

        session.inquire(NEAREST, ask)

    # --- showing ---------------------------------------------------------------------------------------------------

    def _on_found(self, finding: Finding) -> None:
        dataset = self._session.shown_dataset
        if isinstance(finding.value, Near) and dataset is not None and finding.value.images is dataset.x_train:
            self._near = finding.value
            if self.isVisible() and self._session.drawing is not None:
                self._show_nearest(finding.value.found)
        elif isinstance(finding.value, Shown) and self.isVisible() and self._session.drawing is not None:
            answer, shown = self._session.answer, finding.value
            if answer is not None and max(shown.first, shown.second) < answer.probabilities.size:
                self._show(shown)

    def _show(self, shown: Shown | None) -> None:
        self._shown = shown
        if shown is None:
            self.map.show_values(None)
            self._words.setText("Draw something: here appears which pixels speak for the answer.")
            self.nearest.show_images(np.empty((0, 28, 28), np.uint8), (), (), ())
            self._near_words.setText("")
        else:
            answer = self._session.answer
            names = class_names(self._desk, answer.probabilities.size if answer else max(shown.first, shown.second) + 1)
            first, second = names[shown.first], names[shown.second]
            values = shown.saliency.values.sum(axis=-1)
            self.map.show_values(values if np.isfinite(values).all() else None)
            total = signed(float(values.sum()), 1)
            self._words.setText(METHODS[shown.method].words.format(a=first, b=second, sum=total))
            self._scale.set_range(f"against {first}", f"for {first}")
        self._paint_over()

    def _paint_over(self) -> None:
        """Lay the map over the drawing, each of its pixels where it was made from."""
        shown, place = self._shown, self._desk.steps.placement
        values = None if shown is None else shown.saliency.values.sum(axis=-1)
        wanted = self.overlay.isChecked() and self.isVisible() and values is not None and np.isfinite(values).all()
        if not wanted or values is None or place is None or shown is None or shown.image is not self._session.drawing:
            self._desk.canvas.set_overlay(None)
            return
        side = FORM[0] * place.step  # whatever the network's own size, it was made of these pixels
        self._desk.canvas.set_overlay(overlay_image(values), QRectF(place.left, place.top, side, side))

    def _show_nearest(self, found: Neighbours) -> None:
        dataset, answer = self._session.shown_dataset, self._session.answer
        if dataset is None or answer is None or dataset.x_train.ndim != 4:
            return
        labels = dataset.y_train[found.indices]
        names = class_names(self._desk, len(answer.probabilities))
        words = [names[int(label)] if np.ndim(label) == 0 and int(label) < len(names) else "" for label in labels]
        odd = [np.ndim(label) == 0 and int(label) != answer.digit for label in labels]
        self.nearest.show_images(dataset.x_train[found.indices].mean(axis=3).astype(np.uint8), words,
                                 [measure(float(distance), 1) for distance in found.distances], odd)
        self._near_words.setText(f"of {count(len(found.embedding.points))} training images, "
                                 f"step {count(found.embedding.step)}")
