"""DataSection: which data set, a few of its images, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.hyper import Hyper
from nnvis.theme import ThemeSource, font
from nnvis.widgets.field_choice import ChoiceField
from nnvis.widgets.labels import GivingLabel, explain
from nnvis.widgets.sample_strip import SampleStrip

_SAMPLES = 8


class DataSection(QWidget):
    """The head of the panel Network."""

    chosen = Signal(object)  # name of the data set
    others_requested = Signal()

    def __init__(self, theme_source: ThemeSource, sources: Sequence[type[Any]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = theme_source
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
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        layout.addWidget(self.strip)
        layout.addWidget(self._counts)
        self.field.committed.connect(self.chosen)
        self.strip.others_requested.connect(self.others_requested)

    @property
    def samples(self) -> int:
        """How many images the strip shows."""
        return _SAMPLES

    def set_dataset(self, name: str) -> None:
        """Show the chosen data set; emits nothing."""
        self.field.set_value(name)

    def set_images(self, images: Sequence[tuple[bytes, int, int]]) -> None:
        """The samples: grey levels, width, height."""
        self.strip.set_images(images)

    def set_counts(self, words: str) -> None:
        """How many images there are, in words."""
        self._counts.setText(words)

    def set_compact(self, compact: bool) -> None:
        """A small window has no room for the samples."""
        self.strip.setVisible(not compact)

    def _picture(self, _name: str) -> QIcon:
        return self._source.icon("layer-input")
