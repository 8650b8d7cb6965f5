"""Every stop over all catalogues as it stands on the stage: in its room, nothing on anything else, and true."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from core.layers.base import Layer
from core.losses import Loss
from core.optimizers import Optimizer
from nnvis.microscope.staging import Staging, staging
from nnvis.microscope.stops import stops_of
from nnvis.microscope.telling import telling
from nnvis.microscope.written_out import written_out
from nnvis.theme import ThemeSource
from nnvis.widgets.microscope.equation_art import art_width
from nnvis.widgets.microscope.stage_layout import Layout, laid_out
from nnvis.widgets.microscope.written_card import WrittenCard
from tests.nnvis.microscope.stacks import every_stack, traced

LOW, HIGH = (1258, 236), (1810, 420)
NAMES = ("0", "1", "2")


@every_stack
def test_every_stop_is_shown_and_written_out(
    qapp: QApplication, theme_source: ThemeSource, layers: list[Layer], loss: Loss | None, optimizer: Optimizer | None
) -> None:
    trace = traced([layer.replace() for layer in layers], loss, optimizer)
    stops = stops_of(trace)
    card = WrittenCard(theme_source)
    picture = QImage(*HIGH, QImage.Format.Format_RGB32)
    for number, stop in enumerate(stops):
        for image, (width, height) in ((1, LOW), (None, HIGH)):
            staged = staging(stop, image, stops[number - 1] if number else None, height == LOW[1], NAMES)
            result = staged.shown.result.value
            out = written_out(staged.shown, tuple(int(i) for i in np.unravel_index(result.size // 2, result.shape)))
            told = telling(staged, out, height == LOW[1], NAMES)
            assert told.value == pytest.approx(float(result.reshape(-1)[result.size // 2]), rel=1e-6), stop.key
            layout = laid_out(staged, width, height, 1.0)
            assert_in_its_place(layout, QRectF(0, 0, width, height), stop.key)
            assert_stack_is_true(staged)
            painter = QPainter(picture)
            layout.paint(painter, theme_source.theme, {})
            painter.end()
            card.resize(width, 126)
            card.show_telling(told, {})
            card.render(picture)


def assert_in_its_place(layout: Layout, room: QRectF, key: str) -> None:
    """All blocks in the room, none on another, and no symbol into its neighbour."""
    rects = [placed.rect for placed in layout.blocks]
    for index, rect in enumerate(rects):
        assert room.adjusted(-1, -1, 1, 1).contains(rect), key
        assert not any(rect.intersects(other) for other in rects[index + 1 :]), key
    lines: dict[float, list[tuple[float, float]]] = {}
    for text in layout.texts:
        if text.is_art and text.align == Qt.AlignmentFlag.AlignHCenter:
            half = art_width(text.text, text.pixels) / 2
            lines.setdefault(round(text.middle.y()), []).append((text.middle.x() - half, text.middle.x() + half))
    for spans in lines.values():
        spans.sort()
        assert all(left[1] <= right[0] + 1 for left, right in pairwise(spans)), key
        assert spans[0][0] >= -1, key
        assert spans[-1][1] <= room.right() + 1, key


def assert_stack_is_true(staged: Staging) -> None:
    """A row times its matrix is what lies below it, and an error times its slope is what is passed on."""
    if staged.stack is None:
        return
    row, matrix = (block.operand.value for block in (staged.stack.vector, staged.stack.matrix))
    values = {line.sign: line.block.operand.value for line in staged.stack.lines}
    arrived = next(line for line in staged.stack.lines if line.sign == "=").block.operand.value
    np.testing.assert_allclose(arrived, row @ matrix + values.get("+", 0.0), rtol=1e-6, atol=1e-9)
    if r"\odot" in values:
        np.testing.assert_allclose(values["="], arrived * values[r"\odot"], rtol=1e-6, atol=1e-9)
