"""A small bar to walk through a row of things: what this one is, and a button to each side."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import ToolButton
from nnvis.widgets.labels import GivingLabel

HEIGHT = 24


class WalkBar(QWidget):
    """`walked` tells by how much: 1 to the next, -1 to the previous."""

    walked = Signal(int)

    def __init__(self, theme_source: ThemeSource, of: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = ToolButton(theme_source, "chevron-left", f"The previous {of}.", kind="small")
        self._after = ToolButton(theme_source, "chevron-right", f"The next {of}.", kind="small")
        self._words = GivingLabel(tone="secondary")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for button, by in ((self._before, -1), (self._after, 1)):
            button.clicked.connect(lambda _checked=False, by=by: self.walked.emit(by))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._before)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._after)
        self.setAutoFillBackground(True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def words(self) -> str:
        """What is said."""
        return self._words.text()

    def say(self, words: str, can_walk: bool) -> None:
        """Say what this one is; the buttons work only where there are others."""
        if words != self._words.text():
            self._words.setText(words)
        for button in (self._before, self._after):
            if button.isEnabled() != can_walk:
                button.setEnabled(can_walk)
