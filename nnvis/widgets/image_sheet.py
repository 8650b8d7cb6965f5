"""ImageSheet: the images of a data set to leaf through, class by class, and the files that were left out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QScrollArea, QStackedWidget, QWidget

from nnvis.data_facts import class_facts, class_text, images_of, members
from nnvis.number_text import count
from nnvis.theme import ThemeSource, font
from nnvis.widgets.buttons import Button, ToolButton
from nnvis.widgets.class_list import ClassList
from nnvis.widgets.data_picture import data_picture
from nnvis.widgets.image_grid import ImageGrid
from nnvis.widgets.labels import GivingLabel, explain, hairline, text_label
from nnvis.widgets.overlay import Overlay
from nnvis.widgets.segmented import SegmentedControl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.data import Dataset

_PARTS = (
    ("train", "Training", "Images to learn from and to validate with."),
    ("test", "Test", "Images that the network never sees before the test at the end."),
    ("skipped", "Left out", "Files that were found beside the images but could not be read, each with the reason."),
)


class ImageSheet(Overlay):
    """Opened with a data set. `taken` brings an image (H, W, C) that the network shall be asked about."""

    taken = Signal(object)

    def __init__(self, theme_source: ThemeSource, window: QWidget) -> None:
        super().__init__(theme_source, window)
        self.setAccessibleName("Images of the data set")
        self._dataset: Dataset | None = None
        self._members: NDArray[np.int64] | None = None
        self._first = 0
        self._title = text_label("", "title")
        self.parts = SegmentedControl(theme_source, "Which images", _PARTS)
        self.classes = ClassList(theme_source)
        self.grid = ImageGrid(theme_source)
        self.skipped = QPlainTextEdit()
        self.skipped.setReadOnly(True)
        self.skipped.setAccessibleName("Files that were left out")
        explain(self.skipped, "Each file that could not be read, and why; the text can be copied.")
        self._range = GivingLabel("", "caption", "secondary")
        self._range.setMinimumWidth(QFontMetrics(font("caption")).horizontalAdvance("00,000–00,000 of 00,000"))
        self._words = GivingLabel("", "caption", "faint")
        self.back = ToolButton(theme_source, "chevron-left", "The images before these (Page Up).")
        self.on = ToolButton(theme_source, "chevron-right", "The images after these (Page Down).")
        close = Button(theme_source, "Close", tooltip="Go back to the window (Esc).")
        close.clicked.connect(self.dismiss)
        self._lay_out(close)
        self.parts.changed.connect(self._show_part)
        self.classes.chosen.connect(self._show_class)
        self.grid.pointed_at.connect(self._say)
        self.grid.taken.connect(self._take)
        self.grid.turned.connect(self._turn)
        self.back.clicked.connect(lambda: self._turn(-1))
        self.on.clicked.connect(lambda: self._turn(1))
        theme_source.theme_changed.connect(self._show_page)

    def _lay_out(self, close: QWidget) -> None:
        column = QScrollArea()
        column.setWidget(self.classes)
        column.setWidgetResizable(True)
        column.setFrameShape(QScrollArea.Shape.NoFrame)
        column.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.setFixedSize(self.classes.sizeHint().width() + 12, self.grid.sizeHint().height())
        column.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        images = QWidget()
        row = QHBoxLayout(images)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(column)
        row.addWidget(self.grid)
        self._stack = QStackedWidget()
        self._stack.addWidget(images)
        self._stack.addWidget(self.skipped)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self.parts)
        foot.addWidget(self._words, 1)
        for part in (self.back, self._range, self.on, close):
            foot.addWidget(part)
        self.body.setContentsMargins(16, 12, 16, 12)
        self.body.setSpacing(8)
        self.body.addLayout(head)
        self.body.addWidget(self._stack)
        self.body.addWidget(hairline())
        self.body.addLayout(foot)

    def open_with(self, dataset: Dataset, part: str = "train") -> None:
        """Open with these images; `part` is "train", "test" or "skipped"."""
        self._dataset = dataset
        height, width, channels = dataset.input_shape
        self._title.setText(f"{dataset.title} · {height}×{width}×{channels}")
        lines = [f"{one.path} {one.reason}" for one in dataset.skipped]
        self.skipped.setPlainText("\n".join(lines) or "Nothing was left out.")
        self.parts.set_current(part)
        self._show_part(part)
        self.open(self.grid)

    def _show_part(self, part: str) -> None:
        if self._dataset is None:
            return
        is_list = part == "skipped"
        self._stack.setCurrentIndex(int(is_list))
        if not is_list:
            self.classes.set_facts(class_facts(self._dataset, part))
        self._show_class(-1)

    def _show_class(self, number: int) -> None:
        if self._dataset is not None:
            _, labels = images_of(self._dataset, self.parts.current)
            self._members = members(labels, None if number < 0 else number)
            self._first = 0
            self._show_page()

    def _show_page(self) -> None:
        if self._dataset is None or self._members is None:
            return
        x, _ = images_of(self._dataset, self.parts.current)
        page = self._members[self._first : self._first + self.grid.capacity]
        theme = self._theme_source.theme
        self.grid.set_images([data_picture(x[place], theme) for place in page])
        is_list = self.parts.current == "skipped"
        last, total = self._first + len(page), len(self._members)
        files = len(self._dataset.skipped)
        shown = f"{count(self._first + 1)}–{count(last)} of {count(total)}" if total else "none"
        self._range.setText(f"{count(files)} {'file' if files == 1 else 'files'}" if is_list else shown)
        self.back.setEnabled(not is_list and self._first > 0)
        self.on.setEnabled(not is_list and last < total)
        self._say(self.grid.place)

    def _turn(self, by: int) -> None:
        if self._members is not None:
            first = self._first + by * self.grid.capacity
            if 0 <= first < len(self._members):
                self._first = first
                self._show_page()

    def _say(self, place: int) -> None:
        if self._dataset is None or self._members is None:
            return
        if self.parts.current == "skipped":
            self._words.setText("")
        elif 0 <= place < len(self._members) - self._first:
            number = int(self._members[self._first + place])
            _, labels = images_of(self._dataset, self.parts.current)
            self._words.setText(f"image {count(number)}: {class_text(self._dataset, labels, number)}")
        else:
            self._words.setText("A click gives an image to the network, as if you had drawn it.")

    def _take(self, place: int) -> None:
        if self._dataset is not None and self._members is not None:
            x, _ = images_of(self._dataset, self.parts.current)
            self.dismiss()
            self.taken.emit(x[self._members[self._first + place]])
