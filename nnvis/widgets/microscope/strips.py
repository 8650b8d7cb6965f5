"""The strips of the Microscope: the chain of factors in the header, the line of source that ran, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.microscope.source import CodeLine
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.labels import explain
from nnvis.widgets.microscope.equation_art import art_width, paint_art
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring

TOKEN = re.compile(r"[A-Za-z_][A-Za-z_0-9.]*|\s+|.")


def mono(pixels: int) -> QFont:
    """The system's font of equal widths."""
    result = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    result.setPixelSize(pixels)
    return result


@dataclass(frozen=True)
class Link:
    """One factor of the chain rule, and the stop that multiplies with it."""

    latex: str
    stop: int


class ChainStrip(PaintedWidget):
    """The factors in the order in which they are multiplied: those taken, the one in hand, those to come."""

    stop_requested = Signal(int)

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(28)
        self.setAccessibleName("The chain rule so far")
        explain(
            self, "The chain rule: every stop on the way back multiplies with one more factor. Click one to go there."
        )
        self._links: Sequence[Link] = ()
        self._here = 0
        self._places: list[tuple[QRectF, int]] = []

    def show_chain(self, links: Sequence[Link], here: int) -> None:
        """Show these factors; `here` is the stop of the walk."""
        self._links, self._here = links, here
        self.setVisible(bool(links))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """As many factors as have room, around the one in hand."""
        del event
        painter = QPainter(self)
        theme = self.theme
        self._places = []
        size = 13.0 if self.width() < 380 else 15.0
        links, middle = list(self._links), self.height() / 2
        at = max((index for index, link in enumerate(links) if link.stop <= self._here), default=0)
        first = 0
        while first < at and self._length(links[first : at + 1], size) > self.width() - 30:
            first += 1
        left = 0.0
        if first:
            painter.setPen(color(theme.text_2))
            painter.drawText(QRectF(0, 0, 18, self.height()), Qt.AlignmentFlag.AlignVCenter, "…")
            left = 20.0
        for index in range(first, len(links)):
            link = links[index]
            wide = art_width(link.latex, size)
            if left + wide + 36 > self.width():
                painter.setPen(color(theme.text_3))
                painter.drawText(QRectF(left, 0, 18, self.height()), Qt.AlignmentFlag.AlignVCenter, "…")
                break
            box = QRectF(left, 1, wide + 12, self.height() - 2)
            in_hand = index == at and link.stop == self._here
            if in_hand:
                edged_rect(painter, box, 5, theme.accent_soft, theme.accent)
            ink = theme.text if index < at or in_hand or link.stop <= self._here else theme.disabled
            paint_art(painter, link.latex, left + 6, middle + 0.28 * size, size, ink)
            self._places.append((box, link.stop))
            left += wide + 12
            if index + 1 < len(links):
                paint_art(painter, r"\to", left + 3, middle + 0.28 * size, size, theme.text_3)
                left += art_width(r"\to", size) + 6

    def _length(self, links: Sequence[Link], size: float) -> float:
        return sum(art_width(link.latex, size) + 18 + art_width(r"\to", size) for link in links)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the stop of the factor that is clicked."""
        for box, stop in self._places:
            if box.contains(event.position()):
                self.stop_requested.emit(stop)


class CodeStrip(PaintedWidget):
    """File, line, function, and the statement that ran. A name lights its block; a click shows the function."""

    name_pointed = Signal(str)
    source_requested = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("The line of source that ran")
        explain(
            self, "The statement that computed this, read from the running program. Click or F2: the whole function."
        )
        self._codes: Sequence[CodeLine] = ()
        self._names: frozenset[str] = frozenset()
        self._tokens: list[tuple[QRectF, str]] = []

    def show_code(self, codes: Sequence[CodeLine], names: frozenset[str]) -> None:
        """Show these statements; `names` are arrays that have a block on the stage."""
        self._codes, self._names = codes, names
        self.set_sentence(f"{codes[0].function}: {'; '.join(codes[0].statements)}" if codes else "")
        self.update()

    def sizeHint(self) -> QSize:
        """Two or three lines."""
        return QSize(400, 54)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Where it is above, what it says below."""
        del event
        painter = QPainter(self)
        theme = self.theme
        edged_rect(painter, QRectF(self.rect()), 8, theme.card, theme.line)
        self._tokens = []
        if self._codes:
            code = self._codes[0]
            painter.setFont(mono(11))
            painter.setPen(color(theme.text_2))
            head = QRectF(12, 4, self.width() - 24, 16)
            painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, f"{code.place}   {code.function}")
            painter.setFont(font("caption"))
            painter.setPen(color(theme.text_3))
            if painter.fontMetrics().horizontalAdvance(f"{code.place}   {code.function}") * 1.3 < self.width() - 150:
                painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "F2: the function")
            lines = code.statements
            step = min(18.0, (self.height() - 24) / len(lines))
            for index, statement in enumerate(lines):
                self._paint_statement(painter, statement, code.target, 20 + index * step, step)
        if self.focus_visible:
            focus_ring(painter, QRectF(self.rect()), theme, 8)

    def _paint_statement(self, painter: QPainter, statement: str, target: str, top: float, step: float) -> None:
        theme = self.theme
        pixels = 13 if step >= 16 else 12
        used = mono(pixels)
        metrics = QFontMetricsF(used)
        room = self.width() - 28.0
        text = statement
        while metrics.horizontalAdvance(text) > room and len(text) > 4:
            text = text[:-2].rstrip("…") + "…"
        painter.setFont(used)
        left, before_equals = 14.0, "=" in statement.split("(")[0]
        for token in TOKEN.findall(text):
            wide = metrics.horizontalAdvance(token)
            name = token.removeprefix("self.").removesuffix(".T")
            if token == "=":
                before_equals = False
            is_target = (before_equals and name.isidentifier()) or name in (target, f"{target}_matrix")
            ink = theme.accent if is_target else theme.text if name.isidentifier() else theme.text_2
            painter.setPen(color(ink))
            rect = QRectF(left, top, wide, step)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, token)
            if name in self._names:
                self._tokens.append((rect, name))
            left += wide

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The name under the mouse lights its block."""
        found = next((name for rect, name in self._tokens if rect.contains(event.position())), "")
        self.name_pointed.emit(found)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show the whole function."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.source_requested.emit()


class WhyStrip(PaintedWidget):
    """One sentence of why, on at most two lines."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Why")
        self._sentence = ""

    def show_sentence(self, sentence: str) -> None:
        """Say another sentence."""
        self._sentence = sentence
        self.set_sentence(sentence)
        self.update()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._sentence

    def sizeHint(self) -> QSize:
        """Two lines."""
        return QSize(500, 54)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The word why, and the sentence."""
        del event
        painter = QPainter(self)
        theme = self.theme
        edged_rect(painter, QRectF(self.rect()), 8, theme.card, theme.line)
        painter.setPen(color(theme.accent))
        painter.setFont(font("caption", 600))
        painter.drawText(QPointF(14, 16), "why")
        painter.setPen(color(theme.text))
        large = self.width() > 800
        used = font("value", 400) if large else font("body")
        painter.setFont(used)
        area = QRectF(14, 18, self.width() - 28, self.height() - 20)
        bounds = painter.fontMetrics().boundingRect(area.toRect(), int(Qt.TextFlag.TextWordWrap), self._sentence)
        if bounds.height() > area.height():
            painter.setFont(font("caption"))
        area.setWidth(_balanced(painter.fontMetrics(), self._sentence, area))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap), self._sentence)


def _balanced(metrics: QFontMetrics, sentence: str, area: QRectF) -> float:
    """The least width in which a sentence takes no more lines than it must: no word stands alone on the last one."""

    def lines(width: int) -> int:
        return metrics.boundingRect(0, 0, width, 1000, int(Qt.TextFlag.TextWordWrap), sentence).height()

    widest = int(area.width())
    if lines(widest) <= metrics.height():
        return area.width()
    low, high, wanted = widest // 2, widest, lines(widest)
    while high - low > 8:
        middle = (low + high) // 2
        low, high = (low, middle) if lines(middle) <= wanted else (middle, high)
    return float(min(widest, high + 24))
