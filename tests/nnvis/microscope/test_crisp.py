"""At 100 to 200 % of the screen's scale equations are as sharp as its pixels allow, and pictures keep whole pixels."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from core.layers.base import Layer
from nnvis.microscope.staging import staging
from nnvis.microscope.stops import stops_of
from nnvis.theme import ThemeSource
from nnvis.tokens import DARK, LIGHT, Theme
from nnvis.widgets.microscope.equation_art import paint_art
from nnvis.widgets.microscope.stage_layout import laid_out
from tests.nnvis.microscope.stacks import head, traced

SCALES = (1.0, 1.25, 1.5, 2.0)
LATEX = r"dW_{3} = {Y_{2}}^{\top} \cdot dZ_{3}"


def painted(scale: float, ink: str) -> QImage:
    picture = QImage(round(220 * scale), round(60 * scale), QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(scale)
    picture.fill(QColor(DARK.window if ink == DARK.text else LIGHT.window))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_art(painter, LATEX, 6, 38, 26, ink)
    painter.end()
    return picture


def half_covered(picture: QImage) -> float:
    """The share of the inked pixels that are neither ground nor full ink: the blur of the edges."""
    grey = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    lines = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())[:, : grey.width()]
    ground = int(lines[0, 0])
    away = np.abs(lines.astype(int) - ground)
    inked = away > 12
    return float((inked & (away < 0.85 * away.max())).sum() / inked.sum())


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("scale", SCALES[1:])
def test_letters_are_drawn_anew_for_every_scale(qapp: QApplication, scale: float, theme: Theme) -> None:
    ink = theme.text
    once = painted(1.0, ink)
    drawn = painted(scale, ink)
    smooth = Qt.TransformationMode.SmoothTransformation
    enlarged = once.scaled(drawn.size(), Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    assert half_covered(drawn) < half_covered(once)
    assert half_covered(drawn) < 0.85 * half_covered(enlarged)


@pytest.mark.parametrize("scale", SCALES)
def test_the_cells_of_pictures_are_whole_device_pixels(
    qapp: QApplication, theme_source: ThemeSource, scale: float
) -> None:
    layers: list[Layer] = [Conv2D(3, 2, activation="relu"), MaxPooling2D(2), Flatten(), Dense(4), head()]
    stops, seen = stops_of(traced(layers)), 0
    for number, stop in enumerate(stops):
        staged = staging(stop, 0, stops[number - 1] if number else None, True, ("0", "1", "2"))
        for placed in laid_out(staged, 1258, 236, scale).blocks:
            if placed.block.form == "pictures":
                seen += 1
                for side in (placed.cell.width(), placed.cell.height()):
                    pitch = (side + placed.gap) * scale  # from one cell to the next
                    assert pitch >= 1
                    assert pitch == pytest.approx(round(pitch)), stop.key
    assert seen > 2
