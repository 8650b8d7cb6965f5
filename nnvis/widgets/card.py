"""Cards: a ground of their own, a head with title and caption, and room below. No boxes in boxes."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnvis.theme import ThemeSource, color
from nnvis.widgets.labels import GivingLabel, text_label
from nnvis.widgets.painted import PaintedWidget, filled
from nnvis.widgets.written import text_width, write

_HEAD = 24


class Card(QFrame):
    """A card. Put content into `body`, and small controls at the head's right with `add_to_head`."""

    def __init__(self, theme_source: ThemeSource, title: str = "", caption: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._theme_source = theme_source
        self._title = text_label(title, "title")
        self._caption = GivingLabel(caption)
        self._head = QWidget()
        self._head.setFixedHeight(_HEAD)
        self._head_layout = QHBoxLayout(self._head)
        self._head_layout.setContentsMargins(0, 0, 0, 0)
        self._head_layout.setSpacing(8)
        self._head_layout.addWidget(self._title)
        self._head_layout.addWidget(self._caption, 1)
        self._head.setVisible(bool(title))
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(6)
        self._layout.addWidget(self._head)
        self._layout.addLayout(self.body, 1)
        self._on_metrics_changed()
        self._name()
        theme_source.metrics_changed.connect(self._on_metrics_changed)

    def set_title(self, title: str) -> None:
        """Name the card."""
        self._title.setText(title)
        self._head.setVisible(bool(title))
        self._name()

    def set_caption(self, caption: str) -> None:
        """Say in small letters what the numbers are; the first thing to give way when it is narrow."""
        if caption != self._caption.text():
            self._caption.setText(caption)
            self._name()

    def offer_captions(self, *captions: str) -> None:
        """Say the first of these captions that there is room for, the longest first."""
        self._caption.offer(*captions)
        self._name()

    def add_to_head(self, widget: QWidget) -> None:
        """Put a key, a chip or a control at the right end of the head."""
        self._head_layout.addSpacing(6)
        self._head_layout.addWidget(widget)
        # A segmented control is 2 px higher than a line of words.
        self._head.setFixedHeight(max(self._head.height(), min(widget.sizeHint().height(), widget.maximumHeight())))

    @property
    def caption_label(self) -> QLabel:
        """The caption's widget: as wide as the room for it."""
        return self._caption

    @property
    def title_label(self) -> QWidget:
        """The title's widget: where the whole card is explained on hover."""
        return self._title

    def insert_in_head(self, widget: QWidget) -> None:
        """Put a key right behind the title, before the caption."""
        self._head_layout.insertWidget(1, widget)

    def _name(self) -> None:
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription(self._caption.text())

    def _on_metrics_changed(self) -> None:
        vertical, horizontal = self._theme_source.metrics.card_padding
        self._layout.setContentsMargins(horizontal, vertical, horizontal, vertical)


class SeriesKey(PaintedWidget):
    """A series' mark, name and latest value in a card's head: what a legend says, and more."""

    def __init__(self, theme_source: ThemeSource, name: str, token: str, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._name, self._token, self._value = name, token, ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    @property
    def value(self) -> str:
        """The value as it is written."""
        return self._value

    def set_value(self, value: str) -> None:
        """Write another value; empty before there is one."""
        if value != self._value:
            wider = len(value) != len(self._value)  # figures are equally wide: the same length needs no new layout
            self._value = value
            self.set_sentence(value)
            if wider:
                self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Mark, name and value in a row."""
        value = round(text_width(self._value, "value"))
        return QSize(10 + 6 + self._name_width() + (6 + value if value else 0), _HEAD)

    def minimumSizeHint(self) -> QSize:
        """Values never give way."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark, name, value."""
        del event
        painter = QPainter(self)
        middle, height = self.height() / 2, self.height()
        filled(painter, (0, middle - 1.5, 10, 3), 1.5, getattr(self.theme, self._token))
        painter.setPen(color(self.theme.text_2))
        write(painter, (16, 0, self.width(), height), self._name, "caption")
        painter.setPen(color(self.theme.text))
        write(painter, (16 + self._name_width() + 6, 0, self.width(), height), self._value, "value")

    def _name_width(self) -> int:
        return round(text_width(self._name, "caption"))


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        card = Card(source, "Loss", "cross-entropy, log scale")
        for name, token, value in (("train", "train", "0.075"), ("validation", "validation", "0.120")):
            key = SeriesKey(source, name, token)
            key.set_value(value)
            card.add_to_head(key)
        card.body.addWidget(text_label("what the card shows", tone="faint"))
        return card

    preview(_sample, 520, 140)
