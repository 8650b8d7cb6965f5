"""DataSection: which data set, a few of its images, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.hyper import Hyper
from nnvis.number_text import count
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
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(8)
        self._layout.addWidget(self.field)
        self._layout.addWidget(self.strip)
        self._layout.addWidget(self._counts)
        self.field.committed.connect(self.chosen)
        self.strip.others_requested.connect(self.others_requested)
        theme_source.metrics_changed.connect(self._on_metrics_changed)
        self._on_metrics_changed()

    @property
    def samples(self) -> int:
        """How many images the strip shows."""
        return _SAMPLES

    def add(self, part: QWidget) -> None:
        """Put something of the data below the counts."""
        self._layout.addWidget(part)

    def set_dataset(self, name: str) -> None:
        """Show the chosen data set; emits nothing."""
        self.field.set_value(name)

    def set_images(self, images: Sequence[tuple[bytes, int, int]]) -> None:
        """The samples: grey levels, width, height."""
        self.strip.set_images(images)

    def set_counts(self, counts: tuple[int, int, int] | None) -> None:
        """How many images there are for training, validation and test; None while they are being loaded."""
        self._numbers = counts
        short = "val" if self._source.metrics.is_compact else "validation"
        words = zip(counts or (), ("train", short, "test"), strict=False)
        self._counts.setText(" · ".join(f"{count(number)} {word}" for number, word in words) or "loading…")

    def _picture(self, _name: str) -> QIcon:
        return self._source.icon("layer-input")

    def _on_metrics_changed(self) -> None:
        """A small window has no room for the samples."""
        metrics = self._source.metrics
        padding = metrics.dock_padding
        self._layout.setContentsMargins(padding, 8 if metrics.is_compact else 12, padding, 8)
        self.strip.setVisible(not metrics.is_compact)
        self.set_counts(self._numbers)
