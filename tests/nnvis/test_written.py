"""What moves many times a second: words laid out once, labels that keep their room, grounds that are covered."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnvis.theme import Role, ThemeSource, color, font
from nnvis.widgets.labels import GivingLabel
from nnvis.widgets.live_label import LiveLabel
from nnvis.widgets.painted import Area, PaintedWidget, edged_rect, filled, stand_on
from nnvis.widgets.written import Side, _laid_out, numbered, shortened, text_width, write, write_about

SIDES: dict[Side, Qt.AlignmentFlag] = {
    "left": Qt.AlignmentFlag.AlignLeft, "middle": Qt.AlignmentFlag.AlignHCenter, "right": Qt.AlignmentFlag.AlignRight,
}  # fmt: skip
AREA: Area = (10.0, 6.0, 120.0, 20.0)


class Counter(QObject):
    """How often events of a kind came to the widgets it watches."""

    def __init__(self, kind: QEvent.Type, *watched: QObject) -> None:
        super().__init__()
        self.kind, self.count = kind, 0
        for each in watched:
            each.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == self.kind
        return False


def canvas() -> QImage:
    image = QImage(160, 40, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor("#101010"))
    return image


def pixels(image: QImage) -> np.ndarray:
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).astype(int)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("role", "weight"), [("caption", None), ("body", 600), ("value", None)])
def test_a_kept_line_stands_where_qt_would_write_it(theme_source: ThemeSource, side: Side, role: Role, weight) -> None:
    for text in ("validation", "1.5 · 10⁻³", "−0.25"):
        ours, theirs = canvas(), canvas()
        for image in (ours, theirs):
            painter = QPainter(image)
            painter.setPen(color("#ffffff"))
            if image is ours:
                write(painter, AREA, text, role, weight, side)
            else:
                painter.setFont(font(role, weight))
                painter.drawText(QRectF(*AREA), SIDES[side] | Qt.AlignmentFlag.AlignVCenter, text)
            painter.end()
        assert np.abs(pixels(ours) - pixels(theirs)).max() <= 40
        assert (pixels(ours) != pixels(canvas())).any()


def test_a_line_is_as_wide_as_it_is_painted_and_is_shortened_where_there_is_no_room(theme_source: ThemeSource) -> None:
    assert text_width("validation") > text_width("train") > text_width("")
    assert shortened("validation", 1000) == "validation"
    short = shortened("validation", 40)
    assert short.endswith("…")
    assert text_width(short) <= 41


def test_a_filled_area_is_an_edged_one_without_an_edge_at_every_scale(theme_source: ThemeSource) -> None:
    for ratio in (1.0, 1.25, 2.0):
        images = []
        for paint in (filled, edged_rect):
            image = canvas()
            image.setDevicePixelRatio(ratio)
            painter = QPainter(image)
            if paint is filled:
                filled(painter, (10.4, 6.6, 30.0, 8.0), 2, theme_source.theme.accent)
            else:
                edged_rect(painter, QRectF(10.4, 6.6, 30.0, 8.0), 2, theme_source.theme.accent, None)
            painter.end()
            images.append(pixels(image))
        np.testing.assert_array_equal(*images)


def test_what_stands_on_a_ground_is_painted_without_what_lies_below(qtbot: QtBot, theme_source: ThemeSource) -> None:
    window = QWidget()
    layout = QHBoxLayout(window)
    covered, bare = PaintedWidget(theme_source), PaintedWidget(theme_source)
    for part in (covered, bare):
        part.setMinimumSize(40, 20)
        layout.addWidget(part)
    stand_on(covered, "card")
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.grab()  # whatever was still to be painted
    below, own = Counter(QEvent.Type.Paint, window), Counter(QEvent.Type.Paint, covered, bare)
    covered.update()
    qtbot.waitUntil(lambda: own.count == 1)
    assert below.count == 0
    bare.update()
    qtbot.waitUntil(lambda: own.count == 2)
    assert below.count == 1
    assert covered.grab().toImage().pixelColor(5, 5) == QColor(theme_source.theme.card)


@pytest.mark.parametrize("ground", ["card", "panel"])
def test_live_words_keep_their_room_and_cover_their_ground(qtbot: QtBot, theme_source: ThemeSource, ground) -> None:
    window = QWidget()
    layout = QHBoxLayout(window)
    live, plain = LiveLabel(theme_source, ground), GivingLabel()
    layout.addWidget(live)
    layout.addWidget(plain)
    qtbot.addWidget(window)
    window.resize(400, 60)
    window.show()
    live.setText("step 1,000")
    plain.setText("step 1,000")
    qtbot.waitUntil(lambda: live.width() >= text_width(live.text(), "caption"))
    QApplication.processEvents()
    asked = Counter(QEvent.Type.LayoutRequest, window)
    width = live.sizeHint().width()
    live.setText("step 1")
    QApplication.processEvents()
    assert live.accessibleName() == "step 1"
    assert (live.text(), live.sizeHint().width(), asked.count) == ("step 1", width, 0)
    plain.setText("step 1")  # as Qt's own labels do
    qtbot.waitUntil(lambda: asked.count == 1)
    live.setText("step 1,000,000")
    qtbot.waitUntil(lambda: asked.count == 2)
    assert live.sizeHint().width() > width
    below = Counter(QEvent.Type.Paint, window)
    QApplication.processEvents()
    live.grab()
    before = below.count
    live.setText("step 1,000,001")
    QApplication.processEvents()
    assert below.count == before
    corner = live.grab().toImage().pixelColor(live.width() - 2, 0)
    assert corner == QColor(getattr(theme_source.theme, ground))


def test_the_number_stays_where_the_name_must_give_way(qapp: QApplication) -> None:
    assert numbered("cat", "86.2 %", 200) == "cat 86.2 %"
    narrow = numbered("aeroplane", "86.2 %", 80)
    assert narrow.endswith("… 86.2 %")
    assert narrow.startswith("a")
    assert text_width(narrow) <= 80 + 1


def test_a_line_is_laid_out_once_however_it_is_asked_for(qapp: QApplication) -> None:
    _laid_out.cache_clear()
    image = canvas()
    painter = QPainter(image)
    width = text_width("12.5 %", "caption")
    write(painter, AREA, "12.5 %", "caption")
    write_about(painter, 40.0, (0.0, 120.0), 0.0, 16.0, "12.5 %", "caption")
    painter.end()
    assert width > 0
    assert _laid_out.cache_info().misses == 1
