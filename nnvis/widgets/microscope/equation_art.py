"""Typeset equations as vector drawings: set once by ziamath, then painted at any size and in any colour."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from PySide6.QtCore import QByteArray, QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgRenderer

from nnvis.typesetting import tamed

SET_AT = 32  # pixels at which an equation is set; it is scaled from there
_BOX = re.compile(r'viewBox="([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+)"')
_FILL = re.compile(r'(fill|stroke)="(?!none)[^"]*"')


@dataclass(frozen=True)
class Art:
    """An equation at 1 px: its drawing, how wide it is, and how far it stands above and below its base line."""

    svg: str
    left: float
    width: float
    ascent: float
    descent: float


@lru_cache(maxsize=2000)
def art(latex: str) -> Art:
    """The drawing of an equation; the first time it takes a few milliseconds."""
    svg = _typesetter().Latex(tamed(latex), size=SET_AT).svg()
    box = _BOX.search(svg)
    assert box is not None
    x, y, width, height = (float(number) / SET_AT for number in box.groups())
    return Art(svg, x, width, -y, height + y)


@cache
def _typesetter() -> Any:
    """ziamath, which takes a moment to load: only those who look at equations need it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of how it finds its font
        import ziamath
    module: Any = ziamath
    module.config.svg2 = False  # plain paths: Qt's SVG knows no symbols
    return module


def art_width(latex: str, pixels: float) -> float:
    """How wide an equation is at this size."""
    return art(latex).width * pixels


def paint_art(painter: QPainter, latex: str, left: float, baseline: float, pixels: float, color: str) -> float:
    """Draw an equation with its left end and base line there; returns its width."""
    drawing = art(latex)
    height = (drawing.ascent + drawing.descent) * pixels
    rect = QRectF(left, baseline - drawing.ascent * pixels, drawing.width * pixels, height)
    _renderer(latex, color).render(painter, rect)
    return rect.width()


def paint_art_centred(painter: QPainter, latex: str, middle: QPointF, pixels: float, color: str) -> None:
    """Draw an equation around a point, its letters' middle height on it."""
    drawing = art(latex)
    paint_art(painter, latex, middle.x() - drawing.width * pixels / 2, middle.y() + 0.26 * pixels, pixels, color)


@lru_cache(maxsize=2000)
def _renderer(latex: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_FILL.sub(rf'\1="{color}"', art(latex).svg).encode()))
