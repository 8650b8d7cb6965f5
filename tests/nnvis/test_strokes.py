"""Strokes become smooth ink at any size."""

import math

import numpy as np
import pytest

from nnvis.widgets.strokes import SIDE, DryInk, Stroke, StrokeHistory, WetInk, blank, paint_strokes


def ink(*strokes: Stroke, pixels: int = SIDE) -> np.ndarray:
    picture = blank(pixels)
    paint_strokes(picture, strokes)
    return np.frombuffer(picture.constBits(), np.uint8).reshape(pixels, picture.bytesPerLine())[:, :pixels].copy()


def stroke(points, width=20.0, erases=False, pressures=None) -> Stroke:
    made = Stroke(width, erases)
    for point, pressure in zip(points, pressures or [1.0] * len(points), strict=True):
        made.add(*point, pressure)
    return made


@pytest.fixture(autouse=True)
def _painting(qapp):
    """Paths and painters need Qt's application."""


def test_a_click_is_a_round_dot():
    picture = ink(stroke([(140, 140)]))
    area = picture.sum() / 255
    assert area == pytest.approx(math.pi * 10**2, rel=0.02)
    rows, columns = np.nonzero(picture)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (130, 149, 130, 149)


def test_edges_are_antialiased_and_the_middle_is_full_ink():
    picture = ink(stroke([(50, 50), (200, 173)]))
    assert picture.max() == 255
    assert len(np.unique(picture)) > 30


def test_a_fast_curve_with_few_points_stays_a_curve():
    """Five points on a circle: the ink must stay near the circle, where straight joins would leave it by 25 units."""
    center, radius = 140, 90
    points = [(center + radius * math.cos(turn), center + radius * math.sin(turn))
              for turn in np.linspace(0, 1.5 * math.pi, 5)]
    path = stroke(points).path
    away = [abs(math.hypot(path.pointAtPercent(t).x() - center, path.pointAtPercent(t).y() - center) - radius)
            for t in np.linspace(0, 1, 200)]
    straight = radius * (1 - math.cos(1.5 * math.pi / 8))
    assert max(away) < 0.6 * straight
    assert max(away[50:150]) < 0.25 * straight  # the inner arcs know both neighbours


def test_the_curve_passes_through_every_point_without_loops():
    points = [(10, 10), (12, 11), (200, 30), (202, 33), (60, 200)]
    path = stroke(points).path
    elements = [path.elementAt(index) for index in range(path.elementCount())]
    ends = [(element.x, element.y) for element in elements[::3]]
    assert ends == [pytest.approx(point) for point in points]
    box = path.controlPointRect()
    assert box.left() >= 0
    assert box.right() <= 280


def test_trembling_adds_no_points_and_no_division_by_zero():
    made = stroke([(10, 10), (10.1, 10.1), (10, 10), (100, 10)])
    assert made.points == [(10, 10), (100, 10)]
    elements = [made.path.elementAt(index) for index in range(made.path.elementCount())]
    assert all(math.isfinite(element.x) and math.isfinite(element.y) for element in elements)


def test_pressure_makes_it_broader():
    points = [(40, 100), (100, 100), (160, 100), (240, 100)]
    picture = ink(stroke(points, pressures=[0.1, 0.4, 0.7, 0.95]))
    heights = [(picture[:, column] > 127).sum() for column in (60, 120, 180, 230)]
    assert heights == sorted(heights)
    assert heights[0] == pytest.approx(20 * (0.4 + 0.8 * 0.2), abs=1.5)
    assert heights[-1] == pytest.approx(20 * (0.4 + 0.8 * 0.92), abs=1.5)
    assert picture[100, 40:240].min() == 255


def test_a_sharp_corner_under_pressure_is_round_not_notched():
    picture = ink(stroke([(60, 60), (200, 60), (60, 200)], pressures=[0.5, 0.6, 0.7]))
    for x, y in ((60, 60), (200, 60), (60, 200)):
        assert picture[y - 3 : y + 4, x - 3 : x + 4].min() == 255


def test_erasing_takes_ink_away():
    drawn = stroke([(40, 140), (240, 140)])
    rubbed = stroke([(140, 100), (140, 180)], width=30, erases=True)
    picture = ink(drawn, rubbed)
    assert picture[140, 140] == 0
    assert picture[140, 60] == picture[140, 220] == 255


@pytest.mark.parametrize("pressures", [None, [0.2, 0.5, 0.9, 0.6, 0.4, 0.3]])
def test_looking_while_it_is_drawn_does_not_change_it(pressures):
    points = [(40, 40), (90, 60), (200, 50), (220, 90), (120, 150), (60, 240)]
    watched = Stroke(20.0)
    for index, point in enumerate(points):
        watched.add(*point, pressures[index] if pressures else 1.0)
        ink(watched)
    assert (ink(watched) == ink(stroke(points, pressures=pressures))).all()


def test_the_same_drawing_at_another_size_is_the_same_picture():
    drawn = stroke([(60, 60), (200, 60), (60, 200)])
    small, large = ink(drawn), ink(drawn, pixels=2 * SIDE)
    shrunk = large.reshape(SIDE, 2, SIDE, 2).mean(axis=(1, 3))
    assert np.abs(shrunk - small).mean() < 1.0


def test_history_steps_back_and_forward_also_over_clearing():
    history = StrokeHistory()
    one, two = stroke([(1, 1)]), stroke([(9, 9)])
    history.add(one)
    history.add(two)
    history.clear()
    assert history.strokes == ()
    history.undo()
    assert history.strokes == (one, two)
    history.undo()
    assert history.strokes == (one,)
    history.redo()
    assert history.strokes == (one, two)
    history.undo()
    three = stroke([(5, 5)])
    history.add(three)
    assert history.strokes == (one, three)
    assert not history.can_redo
    history.clear()
    history.clear()
    history.undo()
    assert history.strokes == (one, three)


def test_history_keeps_a_bounded_number_of_steps():
    history = StrokeHistory()
    for step in range(StrokeHistory.LIMIT + 50):
        history.add(stroke([(step % 280, 1)]))
    assert len(history.strokes) == StrokeHistory.LIMIT + 50
    steps = 0
    while history.can_undo:
        history.undo()
        steps += 1
    assert steps == StrokeHistory.LIMIT - 1


@pytest.mark.parametrize("erases", [False, True])
def test_a_stroke_looks_the_same_while_it_is_drawn_and_when_it_is_dry(erases: bool) -> None:
    dry = blank(300)
    if erases:
        dry.fill(255)
    wet, stroke = WetInk(), Stroke(20.0, erases)
    for step in range(40):
        stroke.add(60 + 4 * step, 140 + 70 * math.sin(step / 5))
        drawn = wet.over(dry, stroke)
    whole = dry.copy()
    paint_strokes(whole, (stroke,))
    one, other = (
        np.frombuffer(image.constBits(), np.uint8).reshape(300, -1)[:, :300].astype(int) for image in (drawn, whole)
    )
    assert np.abs(one - other).max() <= 80  # of 255, at the edge pixels of a seam
    assert np.abs(one - other).mean() < 0.2
    assert (other.min() if erases else 255 - other.max()) == 0


def test_another_stroke_or_a_pressed_one_begins_anew() -> None:
    wet, dry = WetInk(), blank(280)
    first, second, pressed = Stroke(10.0), Stroke(10.0), Stroke(20.0)
    for stroke, y in ((first, 50), (second, 200), (pressed, 100)):
        for x in (40, 90, 150, 220):
            stroke.add(x, y, x / 300 if stroke is pressed else 1.0)
        picture = wet.over(dry, stroke)
        rows = np.frombuffer(picture.constBits(), np.uint8).reshape(280, -1).max(axis=1)
        assert rows[y] == 255
        assert not rows[:y - 15].any()
        assert not rows[y + 15:].any()


def test_finished_strokes_are_painted_once_and_look_as_if_painted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = (stroke([(40, 40), (200, 60)]), stroke([(60, 200), (220, 90)]),
             stroke([(120, 20), (130, 240)], erases=True), stroke([(20, 140), (260, 150)], pressures=[0.3, 0.8]))
    painted: list[Stroke] = []
    paint = Stroke.paint
    monkeypatch.setattr(Stroke, "paint", lambda self, painter: (painted.append(self), paint(self, painter)))
    dry = DryInk()
    for count in (1, 2, 4, 2, 0, 3):  # forward, undone, cleared, drawn again
        picture = dry.picture(marks[:count], SIDE)
        numbers = np.frombuffer(picture.constBits(), np.uint8).reshape(SIDE, picture.bytesPerLine())[:, :SIDE].copy()
        before = len(painted)
        assert (numbers == ink(*marks[:count])).all()
        del painted[before:]
    assert [marks.index(each) for each in painted] == [0, 1, 2, 3, 0, 1, 0, 1, 2]
