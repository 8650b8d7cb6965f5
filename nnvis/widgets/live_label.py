"""LiveLabel: words that change many times a second, at next to no cost."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from nnvis.theme import Role, ThemeSource, color
from nnvis.widgets.labels import Tone
from nnvis.widgets.painted import Ground, PaintedWidget, stand_on
from nnvis.widgets.written import Side, shortened, text_width, write

_INKS: dict[Tone, str] = {"": "text", "plain": "text", "secondary": "text_2", "faint": "text_3", "bad": "bad"}
_LINES: dict[Role, int] = {"caption": 16, "body": 20, "value": 24, "display": 44}
READABLE_MS = 180  # between two renewals of words that change by themselves: faster than that nobody reads
_FEWEST = 4  # letters: a shortened text that would say less is left out


class LiveLabel(PaintedWidget):
    """A line of words that keeps its room, whatever it says, and covers its own ground.

    A label of Qt's asks for a new layout of all that is around it with every text, and everything below it is painted
    again with it: fifteen times a second that takes a tenth of what the window's thread does.
    """

    def __init__(
        self, theme_source: ThemeSource, ground: Ground, role: Role = "caption", tone: Tone = "faint",
        side: Side = "left",
    ) -> None:
        super().__init__(theme_source)
        self._words = ""
        self._widest = 0
        self._foot = 0
        self._role, self._ink, self._side = role, _INKS[tone], side
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        stand_on(self, ground)

    def text(self) -> str:
        """What it says."""
        return self._words

    def setText(self, text: str) -> None:
        """Say something else. It asks for more room when it needs it, and never gives room back."""
        if text == self._words:
            return
        self._words = text
        self.setAccessibleName(text)
        width = round(text_width(text, self._role) + 0.5)
        if width > self._widest:
            self._widest = width
            self.updateGeometry()
        self.update()

    def set_foot(self, room: int) -> None:
        """Keep so much room below the words."""
        self._foot = room
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the widest it has said."""
        return QSize(self._widest, _LINES[self._role] + self._foot)

    def minimumSizeHint(self) -> QSize:
        """No width of its own to insist on."""
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As much of the words as there is room for."""
        del event
        shown = shortened(self._words, self.width(), self._role)
        if len(shown) < _FEWEST and shown != self._words:
            return
        painter = QPainter(self)
        painter.setPen(color(getattr(self.theme, self._ink)))
        write(painter, (0, 0, self.width(), self.height() - self._foot), shown, self._role, side=self._side)
