"""Prose: running text with formulas, words that stand out, code and links, broken into lines as the room asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.theme import ThemeSource, code_font, color, font
from nnvis.typesetting import typeset
from nnvis.widgets.formula import paint_formula
from nnvis.widgets.painted import PaintedWidget

Kind = Literal["plain", "strong", "code", "formula", "link"]
MARKED: tuple[Kind, ...] = ("formula", "strong", "code", "link")
_MARKS = re.compile(
    r"\$(?P<formula>[^$]+)\$|\*(?P<strong>[^*]+)\*|`(?P<code>[^`]+)`|\[(?P<link>[^\]]+)\]\((?P<topic>\w+)\)"
)
_LEAST_LINE = 22.0
_FORMULA_SCALE = 1.15  # the letters of formulas look smaller than those of the text


@dataclass(frozen=True)
class Piece:
    """What is never broken: a word, or a formula. `glued` pieces follow the one before without a space."""

    kind: Kind
    text: str
    glued: bool = False
    topic: str = ""


@dataclass(frozen=True)
class Placed:
    """A piece and where it stands: its left end on the baseline, and its width."""

    piece: Piece
    x: float
    baseline: float
    width: float


def pieces(text: str) -> list[Piece]:
    """The text taken apart at its marks and spaces."""
    found: list[Piece] = []
    position, glued = 0, True
    for mark in _MARKS.finditer(text):
        before = text[position : mark.start()]
        found.extend(_words("plain", before, glued))
        glued = not before.endswith(" ") if before else glued
        kind = next(kind for kind in MARKED if mark[kind] is not None)
        if kind == "formula":
            found.append(Piece(kind, mark[kind], glued))
        else:
            found.extend(_words(kind, mark[kind], glued, mark["topic"] or ""))
        position, glued = mark.end(), True
    found.extend(_words("plain", text[position:], glued))
    return found


def _words(kind: Kind, text: str, glued: bool, topic: str = "") -> Iterator[Piece]:
    for index, word in enumerate(text.split(" ")):
        if word:
            yield Piece(kind, word, glued if index == 0 else False, topic)
        elif index == 0:
            glued = False


class Prose(PaintedWidget):
    """A paragraph. A link taken tells its topic."""

    link_taken = Signal(str)

    def __init__(self, theme_source: ThemeSource, text: str, *, size: int = 14, is_item: bool = False,
                 tone: Literal["text", "text_2", "text_3"] = "text_2", parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._size = size
        self._is_item = is_item
        self._tone = tone
        self._pieces = pieces(text)
        self._lines: tuple[int, list[Placed], float] = (-1, [], 0)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(text)
        if any(piece.topic for piece in self._pieces):
            self.setMouseTracking(True)

    def set_text(self, text: str) -> None:
        """Say something else."""
        self._pieces = pieces(text)
        self._lines = (-1, [], 0)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._placed(width)[1])

    def sizeHint(self) -> QSize:
        return QSize(420, self.heightForWidth(420))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, round(_LEAST_LINE))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        placed, _ = self._placed(self.width())
        tone = getattr(self.theme, self._tone)
        if self._is_item and placed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(self.theme.text_3))
            painter.drawEllipse(QPointF(5, placed[0].baseline - self._size * 0.36), 2, 2)
        for each in placed:
            ink = {"strong": self.theme.text, "code": self.theme.text, "formula": self.theme.text}.get(
                each.piece.kind, self.theme.accent if each.piece.topic else tone
            )
            if each.piece.kind == "formula":
                paint_formula(painter, each.piece.text, QPointF(each.x, each.baseline), self._math_size, ink)
                continue
            painter.setFont(self._font(each.piece.kind))
            painter.setPen(color(ink))
            painter.drawText(QPointF(each.x, each.baseline), each.piece.text)
            if each.piece.topic:
                painter.setPen(QPen(color(ink), 1))
                under = each.baseline + 2.5
                painter.drawLine(QPointF(each.x, under), QPointF(each.x + each.width, under))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over a link."""
        if self._topic_at(event.position()):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the link."""
        topic = self._topic_at(event.position())
        if topic and event.button() == Qt.MouseButton.LeftButton:
            self.link_taken.emit(topic)

    @property
    def links(self) -> list[tuple[str, QRectF]]:
        """Each word of a link: the topic, and where it stands."""
        placed, _ = self._placed(self.width())
        return [
            (each.piece.topic, QRectF(each.x, each.baseline - self._size, each.width, self._size + 6))
            for each in placed
            if each.piece.topic
        ]

    @property
    def _math_size(self) -> float:
        return round(self._size * _FORMULA_SCALE, 1)

    def _topic_at(self, position: QPointF) -> str:
        return next((topic for topic, area in self.links if area.contains(position)), "")

    def _font(self, kind: Kind) -> QFont:
        if kind == "code":
            return code_font(self._size - 1)
        result = QFont(font("body", 600 if kind == "strong" else 400, pixels=self._size))
        result.unsetFeature(QFont.Tag("tnum"))
        return result

    def _placed(self, width: int) -> tuple[list[Placed], float]:
        if self._lines[0] != width:
            placed, height = self._set(width)
            self._lines = (width, placed, height)
        return self._lines[1], self._lines[2]

    def _set(self, width: int) -> tuple[list[Placed], float]:
        """Break into lines. A line is as high as its highest formula asks for."""
        metrics = {kind: QFontMetricsF(self._font(kind)) for kind in ("plain", "strong", "code", "link")}
        left = 16.0 if self._is_item else 0.0
        space = metrics["plain"].horizontalAdvance(" ")
        placed: list[Placed] = []
        top = 0.0
        for line in self._broken(width - left, space, metrics):
            over = max(self._reach(piece, metrics)[0] for piece, _, _ in line)
            under = max(self._reach(piece, metrics)[1] for piece, _, _ in line)
            spare = max(0.0, _LEAST_LINE - over - under)
            baseline = top + over + spare / 2
            placed.extend(Placed(piece, left + x, round(baseline), wide) for piece, x, wide in line)
            top += over + under + spare
        return placed, top

    def _broken(
        self, width: float, space: float, metrics: dict[str, QFontMetricsF]
    ) -> Iterator[list[tuple[Piece, float, float]]]:
        line: list[tuple[Piece, float, float]] = []
        x = 0.0
        for word in _glued(self._pieces):
            widths = [self._width(piece, metrics) for piece in word]
            gap = space if line else 0.0
            if line and x + gap + sum(widths) > width:
                yield line
                line, x, gap = [], 0.0, 0.0
            x += gap
            for piece, wide in zip(word, widths, strict=True):
                line.append((piece, x, wide))
                x += wide
        if line:
            yield line

    def _width(self, piece: Piece, metrics: dict[str, QFontMetricsF]) -> float:
        if piece.kind == "formula":
            return typeset(piece.text, self._math_size, self.theme.text).width
        return metrics[piece.kind].horizontalAdvance(piece.text)

    def _reach(self, piece: Piece, metrics: dict[str, QFontMetricsF]) -> tuple[float, float]:
        """How far the piece reaches over and under the line."""
        if piece.kind == "formula":
            formula = typeset(piece.text, self._math_size, self.theme.text)
            return formula.ascent, formula.descent
        return metrics[piece.kind].ascent(), metrics[piece.kind].descent()


def _glued(parts: list[Piece]) -> Iterator[list[Piece]]:
    """Pieces that no line break may part."""
    word: list[Piece] = []
    for piece in parts:
        if word and not piece.glued:
            yield word
            word = []
        word.append(piece)
    if word:
        yield word
