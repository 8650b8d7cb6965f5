"""What stands beside an article: its equation in the network that is shown, on a test image or the drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, QTimer

from nnvis import number_text
from nnvis.microscope.own_specimens import specimen_of
from nnvis.microscope.stops import stops_of
from nnvis.microscope.trace import Bench, StepTrace
from nnvis.theory.in_network import STOPS, in_network, stop_of
from nnvis.widgets.network_example import NetworkExample

if TYPE_CHECKING:
    from nnvis.session import Session

LOOKED_THROUGH = 200  # test images among which the one to begin with is chosen
EVERY_MS = 1000  # how often it follows a training; numbers that change faster cannot be read
NO_NETWORK = "There is no network yet."
NO_STOP = "Your network has nothing of this kind. Add it in the Network panel, and its numbers will stand here."


def worst_read(session: Session, count: int) -> int:
    """The number of the image, among the first of the test set, whose true class is given the smallest share."""
    dataset = session.dataset
    if dataset is None:
        return 0
    outputs = session.predict(dataset.x_test[:count])
    labels = np.asarray(dataset.y_test[:count])
    if outputs.ndim != 2 or labels.ndim != 1 or not np.isfinite(outputs).all():
        return 0
    return int(outputs[np.arange(len(labels)), labels].argmin())


class TheoryExample(QObject):
    """Keeps a NetworkExample up to date: with the article, the image, the moment that is shown, and the training."""

    def __init__(self, session: Session, card: NetworkExample) -> None:
        super().__init__(card)
        self._session = session
        self._card = card
        self._topic = ""
        self._number: int | None = None  # of the test image; None: the one among the first that is read worst
        self._drawn = False  # the drawing instead
        self._bench: Bench | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(EVERY_MS)
        self._soon.timeout.connect(self.refresh)
        card.another_asked.connect(self._on_another)
        card.drawing_asked.connect(self._on_drawing)
        session.history_cleared.connect(self._on_history_cleared)
        session.moment_changed.connect(self.refresh)
        session.drawing_changed.connect(self._on_drawing_changed)
        session.snapshot_arrived.connect(self._on_snapshot)

    def show_topic(self, topic: str) -> None:
        """Work out the equation of this page; pages that are about none have no example."""
        self._topic = topic
        self._card.setVisible(topic in STOPS)
        self.refresh()

    def refresh(self) -> None:
        """Work it out anew, if anybody can see it."""
        self._soon.stop()
        if not self._card.isVisibleTo(self._card.window()) or self._topic not in STOPS:
            return
        trace, image, which = self._trace()
        if trace is None:
            self._card.show_sample(None, "", "")
            self._card.show_example(None, NO_NETWORK)
            return
        self._card.set_caption(f"step {number_text.count(trace.specimen.step)}")
        self._card.show_sample(image, which, self._said(trace))
        stop = stop_of(self._topic, stops_of(trace))
        self._card.show_example(in_network(stop, 0) if stop else None, NO_STOP)

    def _trace(self) -> tuple[StepTrace | None, Any, str]:
        session = self._session
        dataset, scaling, project = session.dataset, session.scaling, session.running_project
        if dataset is None or scaling is None or project is None:
            return None, None, ""
        if self._bench is None:
            model = session.new_model()
            self._bench = Bench(model) if model is not None else None
        if self._bench is None or self._bench.model.parameters.size != session.parameters.size:
            return None, None, ""
        if self._drawn and session.drawing is not None and session.answer is not None:
            images, label = session.drawing.reshape(1, *dataset.input_shape), session.answer.digit
            which = "my drawing"
        else:
            if self._number is None:
                self._number = worst_read(session, LOOKED_THROUGH)
            self._number %= len(dataset.x_test)
            images, label = dataset.x_test[self._number][None], dataset.y_test[self._number]
            which = f"test image {number_text.count(self._number)}"
        specimen = specimen_of(session, project.optimizer, scaling, images, np.array([label]))
        picture = images[0, ..., 0] if images.shape[-1] == 1 else None
        return self._bench.trace(specimen), picture, which

    def _said(self, trace: StepTrace) -> str:
        names = self._session.dataset.class_names if self._session.dataset else ()
        outputs = trace.outputs[0]
        if len(outputs) != len(names) or not np.isfinite(outputs).all():
            return ""
        answer = int(outputs.argmax())
        true = names[int(np.asarray(trace.labels).reshape(-1)[0])]
        return f"A {true}. It says {names[answer]}, {number_text.share(float(outputs[answer]))}."

    def _on_another(self, step: int) -> None:
        self._number = (self._number or 0) + (0 if self._drawn else step)
        self._drawn = False
        self.refresh()

    def _on_drawing(self) -> None:
        self._drawn = True
        self.refresh()

    def _on_drawing_changed(self) -> None:
        self._card.drawing.setEnabled(self._session.drawing is not None)
        if self._drawn:
            self.refresh()

    def _on_history_cleared(self) -> None:
        self._bench = self._number = None
        self.refresh()

    def _on_snapshot(self) -> None:
        if not self._soon.isActive() and self._card.isVisible():
            self._soon.start()
