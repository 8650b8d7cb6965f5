"""The desk: between canvas and session. It prepares what is drawn, step by step, and has the network asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from core.data import CenterSteps, center_steps, in_shape
from nnvis.session import Session
from nnvis.widgets.canvas import PaintCanvas
from nnvis.widgets.pasted_picture import PastedPicture

REST_MS = 15  # a pen reports 200 times a second; the network is asked 60 times at most
FORM = (28, 28)  # of a drawing that went through all steps
SMALLEST = 4  # pixels, of what can be called a picture
NOTHING = center_steps(np.zeros((28, 28), np.uint8))


@dataclass(frozen=True, eq=False)
class Original:
    """What the network is to receive for a picture on the canvas that nobody has drawn on: uint8 (28, 28).

    A test image has the form of its data set, (h, w) in grey or (h, w, 3) in colour.

    Shrinking its enlarged copy again could change a pixel or the other, and the answer with it.
    """

    pixels: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class TestImage(Original):
    """An image of the test set that lies on the canvas."""

    __test__ = False  # pytest, this is no test class

    index: int
    label: int


class DrawingDesk(QObject):
    """What lies on the canvas, as pictures on its way to the network. `prepared` tells when they are new."""

    prepared = Signal()

    def __init__(self, session: Session, canvas: PaintCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.canvas = canvas
        self.steps: CenterSteps = NOTHING
        self.raw: NDArray[np.uint8] | None = None  # (280, 280); None while the canvas is empty
        self._is_late = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._on_rested)
        canvas.drawing_changed.connect(self._on_canvas_changed)
        session.reading_changed.connect(self._on_reading_changed)
        session.history_cleared.connect(self._on_reading_changed)  # the new network may read other shapes

    @property
    def test_image(self) -> TestImage | None:
        """The test image on the canvas, as long as nobody has drawn on it."""
        original = self._original
        return original if isinstance(original, TestImage) else None

    @property
    def _original(self) -> Original | None:
        """What belongs to the picture on the canvas, as long as nobody has drawn on it."""
        marks = self.canvas.strokes
        if len(marks) == 1 and isinstance(marks[0], PastedPicture) and isinstance(marks[0].origin, Original):
            return marks[0].origin
        return None

    @property
    def label(self) -> int | None:
        """The true class of what is drawn, where it is known."""
        image = self.test_image
        return image.label if image else None

    def show_test_image(self, index: int) -> None:
        """Put an image of the test set onto the canvas, pixel by pixel."""
        dataset = self.session.shown_dataset
        if dataset is None or not self.takes_drawings or dataset.is_multi_label:
            return
        index %= len(dataset.x_test)
        pixels = dataset.x_test[index]
        pixels = pixels[..., 0] if pixels.shape[2] == 1 else pixels
        origin = TestImage(pixels, index, int(dataset.y_test[index]))
        self.canvas.put_picture(PastedPicture.filling(in_grey(pixels), origin))

    @property
    def takes_drawings(self) -> bool:
        """Whether the network reads pictures, in grey or in colour; the rows of a table are no picture."""
        dataset = self.session.shown_dataset
        return dataset is not None and min(dataset.input_shape[:2]) >= SMALLEST and dataset.input_shape[2] in (1, 3)

    def _on_canvas_changed(self) -> None:
        if self._rest.isActive():
            self._is_late = True
        else:
            self._prepare()

    def _on_rested(self) -> None:
        if self._is_late:
            self._is_late = False
            self._prepare()

    def _on_reading_changed(self) -> None:
        if self.raw is not None:
            self._prepare()

    def _prepare(self) -> None:
        self._rest.start()
        preparation = self.session.reading.preparation
        self.raw = None if self.canvas.is_empty else self.canvas.image()
        self.steps = NOTHING if self.raw is None else center_steps(self.raw, preparation)
        original = self._original
        given = self.steps.centred
        if original is not None and preparation.is_whole:
            given = original.pixels
            self.steps = replace(self.steps, centred=in_grey(given))
        if given.shape == FORM and self.takes_drawings:
            dataset = self.session.shown_dataset
            assert dataset is not None
            given = in_shape(given, dataset.input_shape)
        # Where everything was rubbed out there are strokes, but no ink.
        self.session.set_drawing(given if given.any() else None)
        self.prepared.emit()


def in_grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture (h, w) or (h, w, 3) as the canvas shows it: the mean of its channels."""
    return pixels if pixels.ndim == 2 else pixels.mean(axis=2).astype(np.uint8)


def class_names(desk: DrawingDesk, classes: int) -> Sequence[str]:
    """The names of so many classes: the data set's where they fit, else numbers."""
    dataset = desk.session.shown_dataset
    if dataset is not None and len(dataset.class_names) == classes:
        return [str(name) for name in dataset.class_names]
    return [str(index) for index in range(classes)]
