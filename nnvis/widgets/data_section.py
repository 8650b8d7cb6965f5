"""DataSection: which images are learnt from, a few of them, how many there are, and what is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from core.hyper import Hyper
from nnvis.number_text import count
from nnvis.theme import ThemeSource, font
from nnvis.widgets.buttons import Button
from nnvis.widgets.data_details import DataDetails
from nnvis.widgets.field_choice import ChoiceField
from nnvis.widgets.labels import GivingLabel, explain
from nnvis.widgets.sample_strip import SampleStrip

_SAMPLES = 8


class DataSection(QWidget):
    """The head of the panel Network."""

    chosen = Signal(object)  # name of the kind of source
    others_requested = Signal()
    sheet_requested = Signal(str)  # "train", or "skipped" for the files that were left out
    give_up_requested = Signal()
    opened = Signal()  # the details came into sight

    def __init__(self, theme_source: ThemeSource, sources: Sequence[type[Any]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme_source
        self._numbers: tuple[int, int, int] | None = None
        names = tuple(source.kind_name() for source in sources)
        help_text = "The images to learn from."
        declared = Hyper("dataset", names[0], "choice", choices=names, title="Data set", help=help_text)
        titles = {source.kind_name(): str(getattr(source, "title", source.kind_name())) for source in sources}
        sentences = {source.kind_name(): str(getattr(source, "sentence", "")) for source in sources}
        self.field = ChoiceField(declared, theme_source, titles=titles, sentences=sentences, picture=self._picture)
        self.field.box.setFont(font("body", 600))
        explain(self.field, help_text)
        self.strip = SampleStrip(theme_source)
        self._counts = GivingLabel("", "caption")
        explain(self._counts, "How many images train the network, how many check it, and how many test it at the end.")
        self._wait = self._waiting_row()
        self.skipped = Button(
            theme_source, "", "small_link", "warning", "Files in the folder that could not be read; click for the list."
        )
        self.skipped.hide()
        self.look = Button(
            theme_source, "Browse images", "small_link", "", "See all images class by class, with counts and means."
        )
        self.more = Button(
            theme_source, "Prepare", "small_link", "", "Show how the images are shared out, scaled and varied."
        )
        self.more.setCheckable(True)
        self.details = DataDetails(theme_source)
        self.details.hide()
        self._links = QHBoxLayout()
        self._links.setSpacing(0)
        self._links.addWidget(self.look)
        self._links.addStretch(1)
        self._links.addWidget(self.more)
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(4)
        for part in (self.field, self.strip, self._counts, self._wait, self.skipped):
            self._layout.addWidget(part)
        self._layout.addLayout(self._links)
        self._layout.addWidget(self.details)
        self.field.committed.connect(self.chosen)
        self.strip.others_requested.connect(self.others_requested)
        self.skipped.clicked.connect(lambda: self.sheet_requested.emit("skipped"))
        self.look.clicked.connect(lambda: self.sheet_requested.emit("train"))
        self.more.toggled.connect(self._on_more_toggled)
        theme_source.metrics_changed.connect(self._on_metrics_changed)
        self._on_metrics_changed()

    def _waiting_row(self) -> QWidget:
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName("Loading images")
        explain(self._bar, "How many of the images have been loaded.")
        self.give_up = Button(
            self._source, "Cancel", "small_link", "", "Stop loading, and keep the images that are there."
        )
        self.give_up.clicked.connect(self.give_up_requested)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._bar, 1)
        layout.addWidget(self.give_up)
        row.hide()
        return row

    @property
    def samples(self) -> int:
        """How many images the strip shows."""
        return _SAMPLES

    def add(self, part: QWidget) -> None:
        """Put something more about the images below the counts."""
        self._layout.insertWidget(self._layout.indexOf(self._wait), part)

    def add_link(self, link: QWidget) -> None:
        """Put another link between those below."""
        self._links.insertWidget(self._links.count() - 1, link)
        self._links.insertStretch(self._links.count() - 1, 1)

    def set_dataset(self, name: str, place: str = "") -> None:
        """Show the chosen kind of source, and the file or folder it is; emits nothing."""
        self.field.set_value(name)
        explain(self.field, "The images to learn from.", detail=place)

    def set_images(self, images: Sequence[tuple[bytes, int, int]]) -> None:
        """The samples: grey levels, width, height."""
        self.strip.set_images(images)

    def set_counts(self, counts: tuple[int, int, int] | None) -> None:
        """How many images there are for training, validation and test; None while they are being loaded."""
        self._numbers = counts
        short = "val" if self._source.metrics.is_compact else "validation"
        words = zip(counts or (), ("train", short, "test"), strict=False)
        self._counts.setText(" · ".join(f"{count(number)} {word}" for number, word in words) or "loading…")
        self.look.setEnabled(counts is not None)

    def set_loading(self, done: int, total: int, *, can_give_up: bool) -> None:
        """Say how far the images are; a `total` of 0 is not known yet."""
        self._wait.show()
        self.give_up.setVisible(can_give_up)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._counts.setText(f"loading {count(done)} of {count(total)} images" if total else "loading images…")

    def set_loaded(self, skipped: int) -> None:
        """The images are there, but for so many files."""
        self._wait.hide()
        self._bar.reset()
        self.skipped.setText(f"{count(skipped)} {'file' if skipped == 1 else 'files'} left out")
        self.skipped.setVisible(bool(skipped))
        self.set_counts(self._numbers)

    def _picture(self, _name: str) -> QIcon:
        return self._source.icon("layer-input")

    def _on_more_toggled(self, shown: bool) -> None:
        self.more.setText("Less" if shown else "Prepare")
        self.details.setVisible(shown)
        if shown:
            self.opened.emit()

    def _on_metrics_changed(self) -> None:
        """A small window has no room for the samples."""
        metrics = self._source.metrics
        padding = metrics.dock_padding
        self._layout.setContentsMargins(padding, 8 if metrics.is_compact else 12, padding, 8)
        self.strip.setVisible(not metrics.is_compact)
        self.set_counts(self._numbers)
