"""The Theory page: the contents, one article, and beside it the same mathematics in the network at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnvis.panels.theory.example import TheoryExample
from nnvis.theme import ThemeSource
from nnvis.theory.article import TOPICS, Article, ShowMe, articles
from nnvis.widgets.buttons import Button, ToolButton
from nnvis.widgets.chip import Chip
from nnvis.widgets.contents import Contents, Entry
from nnvis.widgets.labels import explain, hairline, text_label
from nnvis.widgets.network_example import NetworkExample
from nnvis.widgets.prose import Prose
from nnvis.widgets.scroll_column import ScrollColumn
from nnvis.widgets.theory_blocks import ExerciseBlock, block_widget

if TYPE_CHECKING:
    from nnvis.session import Session

CONTENTS, CONTENTS_WIDE = 184, 240
EXAMPLE, EXAMPLE_WIDE = 400, 520
WIDE = 1400  # from where on there is room for the wider ones
WIDEST_TEXT = 760


class TheoryPanel(QWidget):
    """Articles in teaching order. One is in front; the others are made when they are asked for."""

    read_changed = Signal(list)  # the topics that were read to their end or whose question was answered

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme_source = theme_source
        self._read: set[str] = set()
        self.article: Article | None = None
        entries = [Entry(each.topic, each.short, each.group, each.tag, each.words) for each in articles()]
        self.contents = Contents(theme_source, entries)
        self.contents.chosen.connect(self.open)
        self._tag = Chip(theme_source, "", "live")
        self._title = text_label("", "value")
        self._title.setObjectName("articleTitle")
        self._place = text_label("", "caption", "secondary")
        self.previous = ToolButton(theme_source, "chevron-left", "The page before.")
        self.next = ToolButton(theme_source, "chevron-right", "The next page.")
        self.previous.clicked.connect(lambda: self._go(-1))
        self.next.clicked.connect(lambda: self._go(1))
        self._scroll = ScrollColumn()
        self.example = NetworkExample(theme_source)
        self._example = TheoryExample(session, self.example)
        self._scroll.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._lay_out()
        theme_source.metrics_changed.connect(self._fit)
        self._fit()

    def _way_to_the_microscope(self, stop: str) -> Button:
        button = Button(self._theme_source, "Show me in the Microscope", "outline", "search")
        explain(button, "The same equation with the numbers of your own network.")
        button.clicked.connect(lambda: self._session.show_stop(stop))
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The contents are wider where there is room."""
        super().resizeEvent(event)
        self._fit()

    def open(self, topic: str) -> None:
        """Show the article of that topic, from its beginning. Raises KeyError for an unknown one."""
        self.article = next((each for each in articles() if each.topic == topic), None)
        if self.article is None:
            raise KeyError(topic)
        self._fill(self.article)
        self.contents.mark(topic, self._read)
        self._example.show_topic(topic)

    def show_read(self, topics: list[str]) -> None:
        """Tick these topics, as an earlier session left them."""
        self._read = set(topics) & set(TOPICS)
        self.contents.mark(self.article.topic if self.article else "", self._read)

    def showEvent(self, event: QShowEvent) -> None:
        """The first article is made when the page is first seen."""
        if self.article is None:
            self.open(TOPICS[0])
        super().showEvent(event)
        self._example.refresh()

    # --- how it is made -----------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(20, 14, 20, 6)
        head.setSpacing(8)
        head.addWidget(self._tag)
        head.addWidget(self._title)
        head.addStretch(1)
        for widget in (self.previous, self._place, self.next):
            head.addWidget(widget)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        page = QHBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.contents)
        page.addWidget(hairline(vertical=True))
        page.addLayout(column, 1)
        self._beside = QVBoxLayout()
        self._beside.setContentsMargins(0, 14, 14, 14)
        self._beside.addWidget(self.example)
        page.addLayout(self._beside)

    def _fill(self, article: Article) -> None:
        number = TOPICS.index(article.topic)
        self._tag.set_text(article.tag)
        self._tag.setVisible(bool(article.tag))
        self._title.setText(article.title)
        self._place.setText(f"{number + 1} of {len(TOPICS)}")
        self.previous.setEnabled(number > 0)
        self.next.setEnabled(number < len(TOPICS) - 1)
        text = QWidget()
        text.setMaximumWidth(WIDEST_TEXT)
        column = QVBoxLayout(text)
        column.setContentsMargins(20, 4, 20, 24)
        column.setSpacing(10)
        column.addWidget(self._linked(Prose(self._theme_source, article.question, size=15, tone="text")))
        for block in article.blocks:
            if isinstance(block, ShowMe):
                column.addWidget(self._way_to_the_microscope(block.stop), 0, Qt.AlignmentFlag.AlignLeft)
                continue
            widget = block_widget(self._theme_source, block)
            if isinstance(widget, Prose):
                self._linked(widget)
            if isinstance(widget, ExerciseBlock):
                widget.solved.connect(lambda topic=article.topic: self._mark_read(topic))
            column.addWidget(widget)
        column.addStretch(1)
        self._clear()
        self._scroll.column.addWidget(text, 1)
        self._scroll.verticalScrollBar().setValue(0)

    def _linked(self, prose: Prose) -> Prose:
        prose.link_taken.connect(self.open, Qt.ConnectionType.QueuedConnection)  # it is deleted by what it asks for
        return prose

    def _clear(self) -> None:
        while item := self._scroll.column.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()

    def _go(self, step: int) -> None:
        if self.article:
            self.open(TOPICS[TOPICS.index(self.article.topic) + step])

    def _on_scrolled(self, value: int) -> None:
        bar = self._scroll.verticalScrollBar()
        if self.article and bar.maximum() and value >= bar.maximum() - 8:
            self._mark_read(self.article.topic)

    def _mark_read(self, topic: str) -> None:
        if topic not in self._read:
            self._read.add(topic)
            self.contents.mark(self.article.topic if self.article else "", self._read)
            self.read_changed.emit(sorted(self._read))

    def _fit(self) -> None:
        is_wide = self.width() > WIDE
        self.contents.setFixedWidth(CONTENTS_WIDE if is_wide else CONTENTS)
        self.example.setFixedWidth(EXAMPLE_WIDE if is_wide else EXAMPLE)
