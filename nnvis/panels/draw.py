"""The dock Draw: a digit drawn by hand, what the network makes of it, and its answer, live while it learns."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from nnvis.draw_pages import DRAW_PAGES
from nnvis.draw_pages.answer import AnswerPage
from nnvis.draw_pages.answer_block import AnswerBlock
from nnvis.draw_pages.columns import WIDE, DrawColumns
from nnvis.draw_pages.desk import DrawingDesk, class_names, in_grey
from nnvis.draw_pages.pictures import Pictures, picture_in
from nnvis.draw_pages.steps import StepsPage
from nnvis.draw_pages.teach import TeachPage
from nnvis.draw_pages.why import WhyPage
from nnvis.number_text import shape
from nnvis.recipe import DIGITS
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
_WIDEST = 520  # px of one column: longer bars say no more
_GAP = 6

Page = TypeVar("Page", bound=QWidget)


class DrawPanel(QWidget):
    """Canvas and tools, the answer, and below it one of DRAW_PAGES. The canvas stays where it is, whatever is below.

    Where it is wide, as when it floats, all of them stand side by side, and the network between them.
    """

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
        self.columns: DrawColumns | None = None  # made when there is room for the first time
        self._build()
        self._stand_below_each_other()
        self._on_metrics_changed()

        theme_source.metrics_changed.connect(self._on_metrics_changed)
        session.drawing_changed.connect(self._on_drawing_changed)
        session.answer_changed.connect(self._on_answer_changed)
        session.state_changed.connect(self._on_answer_changed)
        for signal in (session.dataset_changed, session.history_cleared):
            signal.connect(self._on_dataset_changed)
        self._on_dataset_changed()
        self._on_drawing_changed()

    def _build(self) -> None:
        self._chooser_row = QWidget()
        row = QHBoxLayout(self._chooser_row)
        row.setContentsMargins(0, 0, 0, _GAP)
        row.addWidget(self.chooser)
        row.addStretch(1)
        content = _Column()
        content.setObjectName("scrolled")
        self._layout = QVBoxLayout(content)
        self._layout.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(content)
        self._forms = QStackedLayout(self)
        self._forms.setContentsMargins(0, 0, 0, 0)
        self._forms.addWidget(self._scroll)

    @property
    def is_wide(self) -> bool:
        """Whether there are three columns."""
        return self._forms.currentWidget() is self.columns

    def _stand_below_each_other(self) -> None:
        """The form of the dock: one page at a time."""
        if self.columns is not None:
            self._forms.setCurrentWidget(self._scroll)
        self._layout.addWidget(self.canvas, 0, Qt.AlignmentFlag.AlignHCenter)
        for part in (self._brushes, self._answer, self._chooser_row, *self.pages.values()):
            self._layout.addWidget(part)
        self._layout.addStretch(1)
        if self.columns is not None:
            self.columns.give_back(self._answer, self._page(AnswerPage), self._page(StepsPage), self._page(WhyPage))
        self._on_page_chosen(self.chooser.current)

    def _stand_side_by_side(self) -> None:
        """The form of a wide window: all pages at once."""
        if self.columns is None:
            self.columns = DrawColumns(self._session, self._theme_source)
            self._forms.addWidget(self.columns)
        while self._layout.count():
            self._layout.takeAt(0)
        self.columns.take(self.canvas, self._brushes, self._answer, self._page(AnswerPage), self._page(StepsPage),
                          self._page(WhyPage), self._page(TeachPage))
        self._forms.setCurrentWidget(self.columns)

    def _page(self, kind: type[Page]) -> Page:
        return next(page for page in self.pages.values() if isinstance(page, kind))

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
        """The form that fits; in it the canvas is the largest square that leaves room for the answer."""
        super().resizeEvent(event)
        if self.is_wide != (self.width() >= WIDE):
            if self.is_wide:
                self._stand_below_each_other()
            else:
                self._stand_side_by_side()
        self._fit_canvas()

    def _fit_canvas(self) -> None:
        """The history strip gives way before the canvas does; and where that is small already, the dock scrolls."""
        if self.is_wide:
            assert self.columns is not None
            self.columns.fit()
            self._place_walk()
            return
        metrics, margins = self._theme_source.metrics, self._layout.contentsMargins()
        padding = max(metrics.dock_padding, (self.width() - _WIDEST) // 2)
        self._layout.setContentsMargins(padding, margins.top(), padding, margins.bottom())
        width = self.width() - 2 * padding
        answer = self._page(AnswerPage)
        above = margins.top() + metrics.draw_tool + self._answer.height() + self.chooser.height() + _GAP
        room = self.height() - above - margins.bottom()
        roomy = room - answer.height_for(roomy=True) >= min(width, _CANVAS_BESIDE_STRIP)
        side = max(_SMALLEST_CANVAS, min(width, room - answer.height_for(roomy)))
        answer.set_room(room - side)
        self.canvas.setFixedSize(side, side)
        self._place_walk()

    def _place_walk(self) -> None:
        side = self.canvas.width()
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

    def _on_dataset_changed(self) -> None:
        dataset = self._session.shown_dataset
        self.canvas.set_invitation(dataset is None or dataset.class_names == DIGITS)

    def _on_drawing_changed(self) -> None:
        drawing = self._session.drawing
        self._answer.picture.set_image(None if drawing is None else in_grey(drawing))
        if self._session.drawing is None or self._session.answer is None:
            self._on_answer_changed()

    def _on_answer_changed(self) -> None:
        answer = self._session.answer
        if answer is not None:
            names = class_names(self.desk, len(answer.probabilities))
            self._answer.show_answer(answer, names, moves=self._session.moves)
        elif self._session.drawing is None:
            self._answer.show_words(
                "No drawing yet", "What the net receives comes to the left, its answer here.")
        elif self._session.state is RunState.LOADING:
            self._answer.show_words("No network yet", "It answers as soon as the images are loaded.")
        elif self._session.shown_dataset is not None and not self.desk.takes_drawings:
            size = shape(self._session.shown_dataset.input_shape)
            self._answer.show_words("No answer", f"This network reads {size} numbers; a drawing is a picture.")
        elif self._session.shown_dataset is not None and self._has_one_output():
            self._answer.show_words("No answer", "This network has a single output. Draw reads those with one a class.")
        else:
            self._answer.show_words("No answer", "Its outputs are no finite numbers. Reset gives it new weights.")

    def _has_one_output(self) -> bool:
        outputs = self._session.look(lambda model, _X: model.output_shape)
        return outputs == (1,)


class _Column(QWidget):
    """As wide as the dock at once, also while the canvas, whose side follows the dock's width, is still too wide."""

    def minimumSizeHint(self) -> QSize:
        """The height of its parts; no width to insist on."""
        return QSize(0, super().minimumSizeHint().height())


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    preview(lambda source: DrawPanel(Session(), source), margin=0)
