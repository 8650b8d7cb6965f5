"""Text: labels in the four sizes, labels that give way, hairlines, and explanations on hover."""

from __future__ import annotations

import html
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPalette, QResizeEvent, QTextLayout
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from nnvis.theme import font

LabelRole = Literal["body", "caption", "title", "value", "display"]
Tone = Literal["", "plain", "secondary", "faint", "bad"]

TOOLTIP_WIDTH = 248
_LINES: dict[LabelRole, int] = {"caption": 16, "body": 20, "title": 20, "value": 24, "display": 32}


def text_label(text: str = "", role: LabelRole = "body", tone: Tone = "", *, wrap: bool = False) -> QLabel:
    """A label whose size and colour come from the style sheet, and so follow the theme."""
    label = Paragraph(text, _LINES[role]) if wrap else QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setProperty("tone", tone)
    if role in ("value", "display"):
        label.setFont(font(role))  # numbers that change: figures of equal width
    if not wrap:
        label.setMinimumHeight(_LINES[role])
    return label


class Paragraph(QLabel):
    """Words over several lines, set with the line height of the design; Qt's own labels set them too close."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self._line = line
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Narrower is taller."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As many lines as the words need."""
        return len(self._set(width)) * self._line

    def sizeHint(self) -> QSize:
        """One line, but not wider than reads well."""
        width = min(self.fontMetrics().horizontalAdvance(self.text()) + 2, 420)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """It may be narrow, and then it is tall."""
        return QSize(80, self._line)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The lines, each in the middle of its height."""
        del event
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.setFont(self._prose())
        for row, line in enumerate(self._set(self.width())):
            rect = QRectF(0, row * self._line, self.width(), self._line)
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), line)

    def _prose(self) -> QFont:
        """The font without figures of equal width: they come with a wide hyphen, which tears words apart."""
        prose = QFont(self.font())
        prose.unsetFeature(QFont.Tag("tnum"))
        return prose

    def _set(self, width: int) -> list[str]:
        layout = QTextLayout(self.text(), self._prose())
        layout.beginLayout()
        lines = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
            lines.append(self.text()[line.textStart() : line.textStart() + line.textLength()].rstrip())
        layout.endLayout()
        return lines


def set_tone(label: QWidget, tone: Tone) -> None:
    """Give the label another colour of the theme."""
    if label.property("tone") != tone:
        label.setProperty("tone", tone)
        restyle(label)


def restyle(widget: QWidget) -> None:
    """Let the style sheet look at the widget's properties again."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


class GivingLabel(QLabel):
    """A label that gives way: it shortens its text with an ellipsis, and vanishes before it would say nothing."""

    def __init__(self, text: str = "", role: LabelRole = "caption", tone: Tone = "") -> None:
        super().__init__(text)
        self._offers: tuple[str, ...] = ()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def offer(self, *texts: str) -> None:
        """Say the first of these that there is room for, the longest first; if there is none, as much of the last."""
        if texts != self._offers:
            self._offers = texts
            self._choose()

    def _choose(self) -> None:
        width = self.fontMetrics().horizontalAdvance
        fitting = next((text for text in self._offers if width(text) <= self.width()), self._offers[-1])
        if fitting != self.text():
            self.setText(fitting)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose anew among the texts that were offered."""
        super().resizeEvent(event)
        if self._offers:
            self._choose()

    def minimumSizeHint(self) -> QSize:
        """No width of its own to insist on."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much of the text as there is room for."""
        del event
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())
        if len(shown) < 4 and shown != self.text():
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.contentsRect(), int(self.alignment()), shown)


def hairline(*, vertical: bool = False) -> QFrame:
    """A 1 px line between rows, or between groups in a row."""
    line = QFrame()
    line.setObjectName("line")
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def explain(widget: QWidget, sentence: str, opens: str = "", *, detail: str = "") -> None:
    """Explain the widget on hover in one sentence, with a `detail` in small letters.

    `opens` names what F1 shows about it, if there is something.
    """
    text = tooltip_text(sentence, opens, detail=detail)
    if text != widget.toolTip():  # to set the same again would send an event through the whole window
        widget.setToolTip(text)


@lru_cache(maxsize=512)  # the same few sentences, said again with every redraw
def tooltip_text(sentence: str, opens: str = "", *, detail: str = "") -> str:
    """What `explain` sets, for items that are no widgets."""
    small = [line for line in (detail, f"F1 opens {opens}" if opens else "") if line]
    lines = [html.escape(sentence, quote=False)]
    lines += [f'<span style="font-size:11px">{html.escape(line, quote=False)}</span>' for line in small]
    widest = max(QFontMetrics(font()).horizontalAdvance(line) for line in (sentence, *small))
    # Only a table keeps a tooltip's text to a width; a short one stays as narrow as its words.
    width = f' width="{TOOLTIP_WIDTH}"' if widest > TOOLTIP_WIDTH else ""
    return f'<table cellspacing="0" cellpadding="0"{width}><tr><td>{"<br>".join(lines)}</td></tr></table>'
