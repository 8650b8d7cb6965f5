"""The dock Draw: a digit drawn by hand, what the network makes of it, and its answer, live while it learns."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nnvis.draw_pages import DRAW_PAGES
from nnvis.draw_pages.answer import AnswerPage, class_names
from nnvis.draw_pages.answer_block import AnswerBlock
from nnvis.draw_pages.desk import DrawingDesk
from nnvis.draw_pages.pictures import Pictures, picture_in
from nnvis.number_text import shape
from nnvis.session import RunState, Session
from nnvis.theme import ThemeSource
from nnvis.widgets.brush_tools import BrushTools
from nnvis.widgets.canvas import PaintCanvas
from nnvis.widgets.color_bar import ColorBar
from nnvis.widgets.labels import explain
from nnvis.widgets.segmented import SegmentedControl
from nnvis.widgets.walk_bar import WalkBar

_SMALLEST_CANVAS = 200
_CANVAS_BESIDE_STRIP = 216  # smaller, and the strip gives way: a title bar on a 1366x768 screen must not cost it
_GAP = 6


class DrawPanel(QWidget):
    """Canvas and tools, the answer, and below it one of DRAW_PAGES. The canvas stays where it is, whatever is below."""

    def __init__(self, session: Session, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawPanel")
        self._session = session
        self._theme_source = theme_source
        self.canvas = PaintCanvas(theme_source)
        self.canvas.setObjectName("paintCanvas")
        self.desk = DrawingDesk(session, self.canvas, self)
        self.pictures = Pictures(self.desk, self)
        self._brushes = BrushTools(theme_source, self.canvas, self.pictures.menu)
        self.walk = WalkBar(theme_source, "test image", self.canvas)  # on its lower margin, where MNIST has no ink
        self.walk.hide()
        self.walk.walked.connect(self.pictures.walk)
        self.pictures.changed.connect(self._on_pictures_changed)
        self.canvas.dropped.connect(self._on_dropped)
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        paste.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        paste.activated.connect(self.pictures.paste)
        self._answer = AnswerBlock(theme_source)
        self._answer.own_wanted.connect(self._on_own_wanted)
        self.pages = {row.name: row.make(self.desk, theme_source) for row in DRAW_PAGES}
        self.chooser = SegmentedControl(
            theme_source, "Below the canvas", tuple((row.name, row.word, row.sentence) for row in DRAW_PAGES))
        self.chooser.changed.connect(self._on_page_chosen)
        self._build()
        self._on_page_chosen(DRAW_PAGES[0].name)
        self._on_metrics_changed()

        theme_source.metrics_changed.connect(self._on_metrics_changed)
        session.drawing_changed.connect(self._on_drawing_changed)
        session.answer_changed.connect(self._on_answer_changed)
        session.state_changed.connect(self._on_answer_changed)
        self._on_drawing_changed()

    def _build(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.chooser)
        row.addStretch(1)
        content = _Column()
        content.setObjectName("scrolled")
        self._layout = QVBoxLayout(content)
        self._layout.setSpacing(0)
        self._layout.addWidget(self.canvas, 0, Qt.AlignmentFlag.AlignHCenter)
        self._layout.addWidget(self._brushes)
        self._layout.addWidget(self._answer)
        self._layout.addLayout(row)
        self._layout.addSpacing(_GAP)
        for page in self.pages.values():
            self._layout.addWidget(page)
        self._layout.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)

    @cached_property
    def tools(self) -> ColorBar:
        """For the dock's head, whoever makes it: the colours of ink, so that the canvas is never without its legend."""
        legend = ColorBar(self._theme_source, "magnitude", "0", "1")
        explain(legend, "Colours of ink, and of every other magnitude: nothing at the left, the most at the right.")
        return legend

    def sizeHint(self) -> QSize:
        """The width of the dock in the present size of the window."""
        metrics = self._theme_source.metrics
        return QSize(metrics.right_dock, metrics.canvas + 320)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The canvas is the largest square that leaves room for the answer."""
        super().resizeEvent(event)
        self._fit_canvas()

    def _fit_canvas(self) -> None:
        """The history strip gives way before the canvas does; and where that is small already, the dock scrolls."""
        margins = self._layout.contentsMargins()
        width = self.width() - margins.left() - margins.right()
        answer = self.pages["answer"]
        assert isinstance(answer, AnswerPage)
        metrics = self._theme_source.metrics
        above = margins.top() + metrics.draw_tool + self._answer.height() + self.chooser.height() + _GAP
        room = self.height() - above - margins.bottom()
        roomy = room - answer.height_for(roomy=True) >= min(width, _CANVAS_BESIDE_STRIP)
        side = max(_SMALLEST_CANVAS, min(width, room - answer.height_for(roomy)))
        answer.set_room(room - side)
        self.canvas.setFixedSize(side, side)
        self.walk.setGeometry(4, side - self.walk.height() - 4, side - 8, self.walk.height())

    def _on_metrics_changed(self) -> None:
        metrics = self._theme_source.metrics
        side, gap = metrics.dock_padding, metrics.page_gap
        self._layout.setContentsMargins(side, gap, side, gap // 2)
        self._brushes.setFixedHeight(metrics.draw_tool)
        self._answer.fit(metrics.page_gap)
        self._fit_canvas()

    def _on_page_chosen(self, name: str) -> None:
        for each, page in self.pages.items():
            page.setVisible(each == name)

    def _on_own_wanted(self) -> None:
        self._session.set_reading(self._session.reading.as_trained())

    def _on_dropped(self, data: QMimeData) -> None:
        source = picture_in(data)
        if source is not None:
            self.pictures.take(source)

    def _on_pictures_changed(self) -> None:
        words = self.pictures.words
        self.walk.say(words, self.pictures.can_walk)
        if self.walk.isHidden() == bool(words):
            self.walk.setVisible(bool(words))

    # From the session to the eye.

    def _on_drawing_changed(self) -> None:
        self._answer.picture.set_image(self._session.drawing)
        if self._session.drawing is None or self._session.answer is None:
            self._on_answer_changed()

    def _on_answer_changed(self) -> None:
        answer = self._session.answer
        if answer is not None:
            self._answer.show_answer(answer, class_names(self.desk, len(answer.probabilities)))
        elif self._session.drawing is None:
            self._answer.show_words(
                "No drawing yet", "What the net receives will stand at the left, its answer here.")
        elif self._session.state is RunState.LOADING:
            self._answer.show_words("No network yet", "It answers as soon as the images are loaded.")
        elif self._session.dataset is not None and self._session.dataset.input_shape != (28, 28, 1):
            size = shape(self._session.dataset.input_shape)
            self._answer.show_words("No answer", f"This network reads images of {size}; a drawing is 28×28×1.")
        else:
            self._answer.show_words("No answer", "Its outputs are no finite numbers. Reset gives it new weights.")


class _Column(QWidget):
    """As wide as the dock at once, also while the canvas, whose side follows the dock's width, is still too wide."""

    def minimumSizeHint(self) -> QSize:
        """The height of its parts; no width to insist on."""
        return QSize(0, super().minimumSizeHint().height())


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    preview(lambda source: DrawPanel(Session(), source), margin=0)
