"""The Microscope's header: what this stop is, the chain so far, what is under the microscope, and the way on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from nnvis.microscope.specimen import Specimen
from nnvis.number_text import count
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.buttons import Button, ToolButton
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.microscope.strips import ChainStrip, Link
from nnvis.widgets.painted import PaintedWidget, edged_rect

TITLE = 22
CHOOSE = "Choose what goes through the network: the batch of the update, a test image, your drawing."
STANDS_IN = (
    "No update followed this moment, so it has no batch of its own: the first {} test images stand in for it. "
    "Choose what goes through the network."
)
PLAY = "Walk by itself: one stop every 2.5 seconds, and windows slide over their images (Space)."
SOURCES = (
    ("batch", "The batch of this update"),
    ("test", "A test image"),
    ("misread", "A test image that is misread"),
    ("drawing", "My drawing"),
)


class _Title(PaintedWidget):
    """The tag in accent and the title in the Microscope's own size; it gives way with an ellipsis."""

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__(theme_source)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(34)
        self._tag, self._title = "", ""

    def say(self, tag: str, title: str) -> None:
        """Name another stop."""
        self._tag, self._title = tag, title
        self.setAccessibleName(f"{tag}: {title}")
        self.updateGeometry()
        self.update()

    def _font(self) -> QFont:
        return font("value", 600, pixels=TITLE)

    def _tag_width(self) -> int:
        return QFontMetrics(font("body", 600)).horizontalAdvance(self._tag) + 16

    def sizeHint(self) -> QSize:
        """As wide as the words."""
        return QSize(self._tag_width() + 12 + QFontMetrics(self._font()).horizontalAdvance(self._title) + 6, 34)

    def minimumSizeHint(self) -> QSize:
        """The tag and a part of the title always."""
        return QSize(min(self.sizeHint().width(), self._tag_width() + 160), 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tag's pill and the title."""
        del event
        painter = QPainter(self)
        theme = self.theme
        pill = QRectF(0, 6, self._tag_width(), 22)
        edged_rect(painter, pill, 5, theme.accent, None)
        painter.setPen(color(theme.on_accent))
        painter.setFont(font("body", 600))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self._tag)
        painter.setPen(color(theme.text))
        painter.setFont(self._font())
        area = QRectF(pill.right() + 12, 0, self.width() - pill.right() - 12, 34)
        words = painter.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, words)


class MicroscopeHead(QWidget):
    """Says where the walk is; `source` is what lies under the microscope."""

    back_requested = Signal()
    next_requested = Signal()
    play_toggled = Signal(bool)
    long_way_toggled = Signal()
    reset_requested = Signal()
    remedy_requested = Signal()
    follow_toggled = Signal(bool)
    source_chosen = Signal()
    image_chosen = Signal(object)  # number of an image of the batch, or None: all
    array_chosen = Signal(int)  # which of the arrays that the step moves

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self.source = "batch"
        self.label_of_drawing = 0
        self._size = 1
        self._image: int | None = 0
        self.title = _Title(theme_source)
        self.chain = ChainStrip(theme_source)
        self._source = Button(theme_source, "", "outline", "chevron-down")
        explain(self._source, CHOOSE)
        self._source.clicked.connect(self._open_menu)
        self._arrays: Sequence[str] = ()
        self._array = Button(theme_source, "", "outline", "chevron-down")
        explain(self._array, "The step moves all weights at once. Choose whose are shown (Shift+Left, Shift+Right).")
        self._array.setObjectName("microscopeArray")
        self._array.clicked.connect(self._open_arrays)
        self._array.hide()
        self._count = text_label("", tone="secondary")
        self._back = Button(theme_source, "Back", "outline")
        explain(self._back, "The stop before (Left).")
        self._long = Button(theme_source, "The long way", "outline")
        explain(self._long, "Go through the Jacobian number by number, and see what cancels (L).")
        self._long.setObjectName("microscopeLongWay")
        self._long.clicked.connect(self.long_way_toggled)
        self._reset = Button(theme_source, "Reset", "remedy")
        explain(self._reset, "Numbers were changed by hand: take them as they are in the network again (R).")
        self._reset.setObjectName("microscopeReset")
        self._reset.clicked.connect(self.reset_requested)
        self.remedy = Button(theme_source, "", "remedy")
        explain(self.remedy, "Numbers here are infinite or undefined, mostly because the learning rate was too large.")
        self.remedy.setObjectName("microscopeRemedy")
        self.remedy.clicked.connect(self.remedy_requested)
        self.remedy.hide()
        self.follow = Button(theme_source, "Follow", "outline")
        explain(
            self.follow,
            "Training goes on; this page stands still at its own step. Follow: the newest batch each second.",
        )
        self.follow.setObjectName("microscopeFollow")
        self.follow.setCheckable(True)
        self.follow.toggled.connect(self.follow_toggled)
        self.follow.hide()
        self._play = ToolButton(theme_source, "train", PLAY)
        self._play.setObjectName("microscopePlay")
        self._play.setCheckable(True)
        self._play.clicked.connect(self.play_toggled)
        self._next = Button(theme_source, "Next", "primary")
        explain(self._next, "The next stop (Right).")
        self._next.setObjectName("microscopeNext")
        self._back.setObjectName("microscopeBack")
        self._source.setObjectName("microscopeSource")
        self._back.clicked.connect(self.back_requested)
        self._next.clicked.connect(self.next_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.title)
        row.addWidget(self.chain, 1)
        row.addStretch(0)
        for button in (self.remedy, self._reset, self._long, self._array, self.follow, self._source):
            row.addWidget(button)
        for widget in (self._count, self._back, self._play, self._next):
            row.addWidget(widget)

    def show_stop(
        self, tag: str, title: str, number: int, of: int, links: Sequence[Link], specimen: Specimen, image: int | None
    ) -> None:
        """Say what is in sight."""
        self.title.say(tag, title)
        self.chain.show_chain(links, number)
        self._count.setText(f"stop {number + 1} of {of}")
        self._back.setEnabled(number > 0)
        self._next.setEnabled(number + 1 < of)
        self._size, self._image = len(specimen.labels), image
        which = f"all {self._size} images" if image is None else f"image {image + 1} of {self._size}"
        step = f"step {count(specimen.step + 1)}"
        texts = {
            "batch": f"Batch of {step} · {which}",
            "test": "Test image",
            "misread": "Misread image",
            "drawing": "My drawing",
        }
        stands_in = self.source == "batch" and not specimen.applies
        text = f"Test images before {step} · {which}" if stands_in else texts[self.source]
        explain(self._source, STANDS_IN.format(self._size) if stands_in else CHOOSE)
        if self.source != "batch":
            text += f", a {specimen.labels[0]}"
        if specimen.is_changed:
            text = text.replace("Batch of", "Changed:")
        self._reset.setVisible(specimen.is_changed)
        self._source.setText(text)
        self._source.setAccessibleName(f"Under the microscope: {text}")

    def show_playing(self, playing: bool) -> None:
        """Say whether the walk goes on by itself."""
        self._play.setChecked(playing)
        self._play.set_icon_name("pause" if playing else "train")

    def show_running(self, training: bool) -> None:
        """While training goes on, offer to follow it."""
        self.follow.setVisible(training)
        if not training:
            self.follow.setChecked(False)

    def offer_remedy(self, words: str) -> None:
        """Offer what helps when something is no number any more; empty: nothing is needed."""
        self.remedy.setText(words)
        self.remedy.setAccessibleName(words)
        self.remedy.setVisible(bool(words))

    def offer_long_way(self, there_is_one: bool, taken: bool) -> None:
        """Offer the way through the Jacobian, or the way back."""
        self._long.setVisible(there_is_one)
        self._long.setText("The short way" if taken else "The long way")

    def offer_arrays(self, names: Sequence[str], chosen: int) -> None:
        """Offer the arrays that the step moves; none: it is not about the step."""
        self._arrays = names
        self._array.setVisible(len(names) > 1)
        if names:
            self._array.setText(names[chosen])

    def _open_arrays(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, name in enumerate(self._arrays):
            action = menu.addAction(name)
            action.triggered.connect(lambda _on=False, number=number: self.array_chosen.emit(number))
        menu.popup(self._array.mapToGlobal(self._array.rect().bottomLeft()))

    def say_source_missing(self) -> None:
        """There is no such image: fall back to the batch."""
        self.source = "batch"
        self.source_chosen.emit()

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        for key, words in SOURCES:
            if key == "drawing":
                labels = menu.addMenu("My drawing, it is a …")
                for label in range(10):
                    action = labels.addAction(str(label))
                    action.triggered.connect(lambda _on=False, label=label: self._choose_drawing(label))
                continue
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(self.source == key)
            group.addAction(action)
            action.triggered.connect(lambda _on=False, key=key: self.choose(key))
        if self._size > 1:
            menu.addSeparator()
            everything = menu.addAction(f"All {self._size} images at once (A)")
            everything.triggered.connect(lambda: self.image_chosen.emit(None))
            after = menu.addAction("The next image (Down)")
            after.triggered.connect(lambda: self.image_chosen.emit((self._image or 0) + 1))
        menu.popup(self._source.mapToGlobal(self._source.rect().bottomLeft()))

    def choose(self, key: str) -> None:
        """Put this under the microscope."""
        self.source = key
        self.source_chosen.emit()

    def _choose_drawing(self, label: int) -> None:
        self.label_of_drawing = label
        self.choose("drawing")
