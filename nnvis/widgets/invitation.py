"""The first thing on the Learn page: what this network can do yet, and the step to take."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.buttons import Button
from nnvis.widgets.labels import text_label
from nnvis.widgets.painted import edged_rect

HEIGHT = 96
BUTTON_HEIGHT = 40


class KeyButton(Button):
    """A primary button that shows the key which does the same."""

    def __init__(self, theme_source: ThemeSource, text: str, key: str, icon_name: str, tooltip: str) -> None:
        super().__init__(theme_source, text, "primary", icon_name, tooltip)
        self._theme_source = theme_source
        self._key = key
        self._key_width = QFontMetrics(font("caption")).horizontalAdvance(key) + 12
        self.setStyleSheet(f"padding-left: 18px; padding-right: {self._key_width + 28}px;")
        self.setFixedHeight(BUTTON_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, then the key at its right."""
        super().paintEvent(event)
        theme = self._theme_source.theme
        ink = theme.on_accent if self.isEnabled() else theme.disabled
        painter = QPainter(self)
        cap = self.rect().adjusted(self.width() - self._key_width - 16, 10, -16, -10).toRectF()
        edged_rect(painter, cap, 4, None, ink)
        painter.setFont(font("caption"))
        painter.setPen(color(ink))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._key)


class Invitation(QWidget):
    """A headline, one sentence, Train and Step one batch; it leaves when training begins."""

    train_requested = Signal()
    step_requested = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headline = text_label("", "value")
        self._sentence = text_label("", "body", "secondary", wrap=True)
        self.train_button = KeyButton(
            theme_source, "Train", "Space", "train", "Train for the epochs set in Training (Space)."
        )
        self.step_button = Button(
            theme_source, "Step one batch", "outline", "step-batch", "Train on one batch, then pause (→)."
        )
        self.step_button.setFixedHeight(BUTTON_HEIGHT)
        self.train_button.clicked.connect(self.train_requested)
        self.step_button.clicked.connect(self.step_requested)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addStretch(1)
        words.addWidget(self._headline)
        words.addWidget(self._sentence)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(8)
        layout.addLayout(words, 1)
        layout.addSpacing(24)
        layout.addWidget(self.train_button)
        layout.addWidget(self.step_button)
        self.setFixedHeight(HEIGHT)

    @property
    def headline(self) -> str:
        """What stands above."""
        return self._headline.text()

    @property
    def sentence(self) -> str:
        """What is said about it."""
        return self._sentence.text()

    def say(self, headline: str, sentence: str) -> None:
        """Say what the network can do."""
        self._headline.setText(headline)
        self._sentence.setText(sentence)
        self._sentence.updateGeometry()

    def offer(self, possible: bool) -> None:
        """Offer the steps, or show that they are not possible yet."""
        self.train_button.setEnabled(possible)
        self.step_button.setEnabled(possible)
