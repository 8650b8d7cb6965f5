"""The card of a hint: what was noticed, the numbers that show it, and the way out. It floats beside the work."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPoint, QPropertyAnimation, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from nnvis.hints.hint import Hint
from nnvis.theme import ThemeSource, color, icon_pixmap
from nnvis.widgets.buttons import Button, ToolButton
from nnvis.widgets.labels import GivingLabel, Paragraph, explain, hairline, text_label
from nnvis.widgets.painted import edged_rect, stand_on

WIDTH = 384
SHADOW, DROP, RADIUS = 16, 6, 10
ROUND = 3  # px that a round corner takes from the ground
EDGE = 16  # to the corner of the page
SLIDE = 8
ROW = 24


class HintCard(QWidget):
    """One hint at the lower right of its parent. It keeps away from the rest: no focus, no sound, one at a time."""

    apply_requested = Signal()
    put_off = Signal()  # not now: not in this run
    silenced = Signal()  # never again, until the settings bring it back
    topic_requested = Signal(str)  # the theory of it, where somebody can show that

    def __init__(self, theme_source: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self._ground: QPixmap | None = None
        # It covers what lies below, but for the round corners: Qt then paints nothing there, and nothing of the card
        # again, fifteen times a second, because something moves behind it. The card itself has no layout: with that,
        # other words on its face would ask for a new layout of the whole window.
        self._face = QWidget(self)
        stand_on(self._face, "card")
        self._topic = ""
        self.hint: Hint | None = None
        self._bulb = QLabel()
        self._title = text_label("", "title")
        self._more = ToolButton(theme_source, "more", "What else can be done with this hint.")
        self._menu = QMenu(self)
        self._menu.addAction("Never show this hint again", self.silenced.emit)
        self._more.clicked.connect(self._open_menu)
        self._close = ToolButton(theme_source, "close", "Not now: this hint stays away for the rest of the run.")
        self._close.setAccessibleName("Close this hint")
        self._close.clicked.connect(self.put_off)
        self._sentence = _words("secondary")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._evidence: list[_EvidenceRow] = []
        self._reason = _words("secondary")
        self._why = _words("secondary")
        self._read = Button(theme_source, "Read its theory page", "link", tooltip="Open the page about this.")
        self._read.clicked.connect(lambda: self.topic_requested.emit(self._topic))
        self._apply = Button(theme_source, "", "primary", "check")
        self._apply.clicked.connect(self.apply_requested)
        self.why_button = Button(theme_source, "Why?", "outline", tooltip="Explain what happens, in a few sentences.")
        self.why_button.setCheckable(True)
        self.why_button.toggled.connect(self._on_why)
        self._later = Button(theme_source, "Not now", tooltip="This hint stays away for the rest of the run.")
        self._later.clicked.connect(self.put_off)
        self._lay_out()
        self._slide = QPropertyAnimation(self, b"pos", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        theme_source.theme_changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    def show_hint(self, hint: Hint, why: str, topic: str) -> None:
        """Show it, or bring its numbers up to date; `why` explains it, and `topic` names the theory of it."""
        if hint == self.hint:
            return
        fresh = self.hint is None or self.hint.rule != hint.rule
        self.hint, self._topic = hint, topic
        self._title.setText(hint.title)
        self._sentence.setText(hint.sentence)
        self._fill_rows(hint.rows)
        proposal = hint.proposal
        self._apply.setVisible(proposal is not None)
        self._reason.setVisible(proposal is not None)
        if proposal is not None:
            self._apply.setText(f"Apply: {proposal.label}" if len(proposal.label) < 20 else proposal.label)
            self._reason.setText(proposal.reason)
            again = " The run begins again." if proposal.restarts else " The run goes on."
            explain(self._apply, f"{proposal.reason}{again} Undo takes it back.")
        self._why.setText(why)
        if fresh:
            self.why_button.setChecked(False)
        self.setAccessibleName(f"Hint: {hint.title}")
        evidence = "; ".join(f"{label}: {value}" for label, value in hint.rows)
        self.setAccessibleDescription(f"{hint.sentence} {evidence}.")
        self._place()
        if fresh:
            self._appear()

    def clear(self) -> None:
        """Put the hint away."""
        self.hint = None
        self._slide.stop()
        self.hide()

    def place(self) -> None:
        """Stand at the lower right of the parent again: its size has changed."""
        if self.hint is not None:
            self._place()

    def sizeHint(self) -> QSize:
        """As high as the words at this width."""
        layout, around = self._face.layout(), 2 * (SHADOW + ROUND)
        height = layout.heightForWidth(WIDTH - 2 * ROUND) if layout is not None else 0
        return QSize(WIDTH + 2 * SHADOW, height + around)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shadow and edge, kept as a picture: what lies below moves and asks for it at every frame."""
        del event
        if self._ground is None or self._ground.deviceIndependentSize().toSize() != self.size():
            self._ground = self._painted()
        QPainter(self).drawPixmap(QPoint(0, 0), self._ground)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts it off while one of its buttons has the keys."""
        if event.key() == Qt.Key.Key_Escape:
            self.put_off.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size, another ground."""
        self._ground = None
        around = SHADOW + ROUND
        self._face.setGeometry(self.rect().adjusted(around, around, -around, -around))
        super().resizeEvent(event)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._bulb)
        head.addWidget(self._title, 1)
        head.addWidget(self._more)
        head.addWidget(self._close)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._apply)
        buttons.addWidget(self.why_button)
        buttons.addStretch(1)
        buttons.addWidget(self._later)
        column = QVBoxLayout(self._face)
        column.setContentsMargins(16 - ROUND, 12 - ROUND, 16 - ROUND, 16 - ROUND)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._sentence)
        column.addWidget(hairline())
        column.addLayout(self._rows)
        column.addWidget(hairline())
        column.addWidget(self._reason)
        column.addWidget(self._why)
        column.addWidget(self._read, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(4)
        column.addLayout(buttons)
        self._why.hide()
        self._read.hide()

    def _fill_rows(self, rows: tuple[tuple[str, str], ...]) -> None:
        while len(self._evidence) < len(rows):
            self._evidence.append(_EvidenceRow())
            self._rows.addWidget(self._evidence[-1])
        for index, row in enumerate(self._evidence):
            row.setVisible(index < len(rows))
            if index < len(rows):
                row.say(*rows[index])

    def _on_why(self, shown: bool) -> None:
        self._why.setVisible(shown)
        self._read.setVisible(shown)
        self._place()

    def _open_menu(self) -> None:
        self._menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _appear(self) -> None:
        at = self.pos()
        self.show()
        self.raise_()
        duration = self._theme_source.duration(200)
        if duration and self.isVisible():
            self._slide.stop()
            self._slide.setDuration(duration)
            self._slide.setStartValue(at + QPoint(0, SLIDE))
            self._slide.setEndValue(at)
            self._slide.start()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        self._slide.stop()
        size = self.sizeHint()
        corner = QPoint(parent.width() - size.width() - EDGE + SHADOW, parent.height() - size.height() - EDGE + SHADOW)
        self.setGeometry(QRect(corner, size))

    def _painted(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        theme = self._theme_source.theme
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        card = QRectF(self.rect()).adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)
        for ring in range(6):
            grown = (SHADOW - DROP) * (1 - ring / 6)
            painter.setBrush(color("#000000", theme.shadow_alpha / 6))
            around = card.adjusted(-grown, -grown + DROP, grown, grown + DROP)
            painter.drawRoundedRect(around, RADIUS + grown, RADIUS + grown)
        edged_rect(painter, card, RADIUS, theme.card, theme.outline)
        painter.end()
        return picture

    def _on_theme_changed(self) -> None:
        self._ground = None
        self._bulb.setPixmap(icon_pixmap("hint", self._theme_source.theme.warn, 20, self.devicePixelRatioF()))
        self.update()


class _EvidenceRow(QWidget):
    """A label, and its value at the right."""

    def __init__(self) -> None:
        super().__init__()
        self._label = GivingLabel("", "body", "secondary")
        self._value = text_label("", "title")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._label, 1)
        row.addWidget(self._value)
        self.setFixedHeight(ROW)

    def say(self, label: str, value: str) -> None:
        """Say what was measured."""
        self._label.setText(label)
        explain(self._label, label)  # where a long name leaves no room for all of it
        self._value.setText(value)


def _words(tone: str) -> Paragraph:
    label = text_label("", "body", "secondary" if tone else "", wrap=True)
    assert isinstance(label, Paragraph)
    return label


if __name__ == "__main__":
    from nnvis.hints.hint import Proposal
    from nnvis.project import Project
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        page = QWidget()
        page.setMinimumSize(460, 420)
        card = HintCard(source, page)
        reason = "Dropout 0.3 after Dense 128 makes it rely on many units instead of a few."
        card.show_hint(
            Hint(
                "overfitting",
                "Overfitting: it learns by heart",
                "Validation loss has risen for 9 epochs while training loss kept falling.",
                (
                    ("Training accuracy", "100.0 %"),
                    ("Validation accuracy, 5,000 images", "89.7 %"),
                    ("Validation loss since epoch 11", "0.355 → 0.379"),
                ),
                Proposal("Dropout 0.3", reason, Project.default(), "add dropout", True),
            ),
            "With enough weights a network can remember every training image.",
            "overfitting",
        )
        return page

    preview(_sample, 460, 420)
