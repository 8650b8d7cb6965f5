"""Pictures for the canvas: from a file, the clipboard or a drop, and from the test set, misread ones above all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QObject, Signal
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from core.data import center_digit, read_drawing
from core.data.picture import SUFFIXES
from core.errors import FileError
from nnvis.draw_pages.desk import DrawingDesk, Original, class_names
from nnvis.messages import Message
from nnvis.number_text import count
from nnvis.shown_network import Finding, Look
from nnvis.widgets.pasted_picture import PastedPicture

PICTURE, MISREAD = "picture", "misread"
PIECE = 250
REFUSED = "The picture was not taken."


@dataclass(frozen=True, eq=False)
class Misread:
    """The test images that the network after `step` updates takes for another class."""

    step: int
    of: int
    indices: NDArray[np.intp]


class Pictures(QObject):
    """Brings pictures onto the desk's canvas. `changed` tells when the words about the test image are new."""

    changed = Signal()

    def __init__(self, desk: DrawingDesk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._session, self._window = desk, desk.session, parent
        self._misread: Misread | None = None
        self._walks_misread = False
        self._is_searching = False
        self._rng = np.random.default_rng([self._session.project.seed, 6])
        self.menu = QMenu(parent)
        self.menu.setToolTipsVisible(True)
        self._add("Open picture …", "Read a picture file: a photo of paper, a scan, a screenshot.", self.open_file)
        self._add("Paste picture\tCtrl+V", "Take the picture from the clipboard.", self.paste)
        self.menu.addSeparator()
        self._of_test = [
            self._add("Random test image", "An image the network was never trained on.", self.show_random),
            self._add("Misread test image", "One that the network, as it is now, takes for another class.",
                      self.show_misread),
        ]
        self.menu.aboutToShow.connect(self._on_about_to_show)
        self._session.study.found.connect(self._on_found)
        self._session.history_cleared.connect(self._on_history_cleared)
        desk.prepared.connect(self.changed)

    def _add(self, text: str, sentence: str, slot: Callable[[], None]) -> QAction:
        action = self.menu.addAction(text)
        action.setToolTip(sentence)
        action.triggered.connect(lambda _checked=False: slot())
        return action

    # --- from a file, the clipboard or a drop ----------------------------------------------------------------------

    def open_file(self) -> None:
        """Ask for a picture file."""
        kinds = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        name, _ = QFileDialog.getOpenFileName(self._window, "Open picture", "", f"Pictures ({kinds});;All files (*)")
        if name:
            self.take(Path(name))

    def paste(self) -> None:
        """Take what the clipboard holds: a picture, or a file that is one."""
        source = picture_in(QGuiApplication.clipboard().mimeData())
        if source is None:
            self._say(REFUSED, "There is no picture in the clipboard. Copy one first, or a picture file.")
        else:
            self.take(source)

    def take(self, source: Path | bytes) -> None:
        """Read a picture beside the window, and put its ink onto the canvas."""
        def read(_look: Look) -> PastedPicture | FileError:
            try:
                ink = read_drawing(source)
            except FileError as error:
                return error
            return PastedPicture.fitted(ink, Original(center_digit(ink)))  # as `nnvis predict` has it

        self._session.inquire(PICTURE, read)

    def _on_found(self, finding: Finding) -> None:
        if finding.topic == PICTURE and isinstance(finding.value, PastedPicture):
            self._desk.canvas.put_picture(finding.value)
        elif finding.topic == PICTURE and isinstance(finding.value, FileError):
            self._say(REFUSED, str(finding.value))
        elif finding.topic == MISREAD:
            self._is_searching = False
            if isinstance(finding.value, Misread):
                self._misread = finding.value
                self._show_next_misread()
            self.changed.emit()

    def _say(self, title: str, text: str, kind: str = "error") -> None:
        self._session.message_posted.emit(Message("info" if kind == "info" else "error", title, text))

    # --- from the test set -----------------------------------------------------------------------------------------

    @property
    def words(self) -> str:
        """What is to be said of the test image on the canvas; empty when there is none."""
        if self._is_searching and self._session.dataset is not None:
            return f"answering {count(len(self._session.dataset.x_test))} test images …"
        image = self._desk.test_image
        if image is None:
            return ""
        answer = self._session.answer
        names = class_names(self._desk, len(answer.probabilities) if answer else 10)
        what = f"label {names[image.label]}"
        if self._walks_misread and self._misread is not None and image.index in self._misread.indices:
            place = int(np.flatnonzero(self._misread.indices == image.index)[0])
            return f"misread {count(place + 1)} of {count(len(self._misread.indices))}: {what}"
        return f"test image {count(image.index)}: {what}"

    @property
    def can_walk(self) -> bool:
        """Whether there is a next and a previous one."""
        return self._desk.test_image is not None and not self._is_searching

    def show_random(self) -> None:
        """Put any image of the test set onto the canvas."""
        dataset = self._session.dataset
        if dataset is not None and self._fits():
            self._walks_misread = False
            self._desk.show_test_image(int(self._rng.integers(len(dataset.x_test))))

    def show_misread(self) -> None:
        """Put an image onto the canvas that the network takes for another class; first it is asked about all."""
        session, dataset = self._session, self._session.dataset
        if dataset is None or not self._fits():
            return
        self._walks_misread = True
        if self._misread is not None and self._misread.step == session.shown_step:
            self._show_next_misread()
            return
        step, x, y = session.shown_step, dataset.x_test, dataset.y_test

        def ask(look: Look) -> Misread | None:
            wrong = np.zeros(len(x), bool)
            for start in range(0, len(x), PIECE):
                if look.unwanted():
                    return None
                piece = slice(start, start + PIECE)
                wrong[piece] = look.model.forward(look.scaling.apply(x[piece])).argmax(axis=1) != y[piece]
            return Misread(step, len(x), np.flatnonzero(wrong))

        self._is_searching = True
        self.changed.emit()
        session.inquire(MISREAD, ask)

    def walk(self, by: int) -> None:
        """To the next (1) or the previous (-1) image."""
        image, misread = self._desk.test_image, self._misread
        if image is None or not self.can_walk:
            return
        if self._walks_misread and misread is not None and len(misread.indices):
            place = int(np.searchsorted(misread.indices, image.index, side="left" if by < 0 else "right"))
            place = place - 1 if by < 0 else place
            self._desk.show_test_image(int(misread.indices[place % len(misread.indices)]))
        else:
            self._desk.show_test_image(image.index + by)

    def _show_next_misread(self) -> None:
        misread = self._misread
        assert misread is not None
        if not len(misread.indices):
            self._say("Nothing is misread.", f"The network answers all {count(misread.of)} test images right.", "info")
            return
        self._desk.show_test_image(int(self._rng.choice(misread.indices)))

    def _fits(self) -> bool:
        """Whether the data set's images can lie on the canvas and have one class each."""
        dataset = self._session.dataset
        return (dataset is not None and len(dataset.x_test) > 0 and self._desk.takes_drawings
                and not dataset.is_multi_label)  # fmt: skip

    def _on_about_to_show(self) -> None:
        for action in self._of_test:
            action.setEnabled(self._fits())

    def _on_history_cleared(self) -> None:
        self._misread = None
        self._is_searching = False
        self.changed.emit()


def picture_in(data: QMimeData) -> Path | bytes | None:
    """The picture that is pasted or dropped: a file, or the bytes of one."""
    urls = data.urls()
    if len(urls) == 1 and urls[0].isLocalFile():
        return Path(urls[0].toLocalFile())
    image = data.imageData() if data.hasImage() else None
    if not isinstance(image, QImage) or image.isNull():
        return None
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know only bytes here
    return bytes(buffer.data().data())
