"""Pen digits: every style gives digits that look like MNIST's, and the same ones for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from core.data import DATASETS, PenDigits, center_digit
from core.data.pen_brush import SIDE, brush_radius, coverage, painted, widened
from core.data.pen_digits import NARROWEST, WIDEST, counts, draw, generate
from core.data.pen_strokes import Corner, curve, evenly_spaced, moving_average, paths, straightened, warped
from core.data.pen_styles import STYLES, PenStyle
from core.errors import ConfigError
from core.hyper import from_dict
from tests.drawings import ink

each_style = pytest.mark.parametrize("style", STYLES, ids=[style.title for style in STYLES])


def test_the_seed_decides_every_pixel() -> None:
    first, again, other = generate(300, 5), generate(300, 5), generate(300, 6)
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert (first.images != other.images).any(axis=(1, 2, 3)).mean() > 0.9
    assert (first.labels != other.labels).any()  # the order, too


def test_what_is_drawn() -> None:
    digits = generate(1000)
    assert digits.images.shape == (1000, 28, 28, 1)
    assert digits.images.dtype == np.uint8
    np.testing.assert_array_equal(np.bincount(digits.labels), [100] * 10)
    np.testing.assert_array_equal(np.bincount(digits.styles, minlength=len(STYLES)), counts(1000))
    np.testing.assert_array_equal(digits.labels, [STYLES[style].digit for style in digits.styles])
    runs = np.count_nonzero(np.diff(digits.labels) == 0)
    assert 60 < runs < 140  # of 999 neighbours a tenth are of one class: they come in random order


@pytest.mark.parametrize("count", [0, 1, 7, 23])
def test_few_digits(count: int) -> None:
    digits = generate(count)
    assert [len(part) for part in digits] == [count] * 3
    assert digits.images.reshape(count, 784).any(axis=1).all()
    assert np.bincount(digits.labels, minlength=10).max() - np.bincount(digits.labels, minlength=10).min() <= 1


def test_a_count_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="-1 digits"):
        generate(-1)


def test_more_than_fit_into_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.pen_digits.AT_ONCE", 16)
    told: list[tuple[int, int]] = []
    digits = generate(1500, progress=lambda done, count: told.append((done, count)))
    assert len(told) > len(STYLES)
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1] == (1500, 1500)
    np.testing.assert_array_equal(np.bincount(digits.styles, minlength=len(STYLES)), counts(1500))
    assert digits.images.reshape(1500, 784).any(axis=1).all()


def test_every_digit_has_styles_and_their_shares_are_percentages() -> None:
    for digit in range(10):
        own = [style for style in STYLES if style.digit == digit]
        assert 4 <= len(own) <= 11
        assert len({style.name for style in own}) == len(own)
        assert sum(style.share for style in own) == pytest.approx(100)
        assert min(style.share for style in own) > 0
    assert [style.digit for style in STYLES] == sorted(style.digit for style in STYLES)
    assert all(style.strokes.__doc__ for style in STYLES)


def test_styles_come_as_often_as_their_shares_say() -> None:
    for count in (1, 999, 40_000):
        found = counts(count)
        assert sum(found) == count
        wanted = [style.share / 100 * count / 10 for style in STYLES]
        np.testing.assert_allclose(found, wanted, atol=2)


@each_style
def test_every_style_gives_digits_like_those_of_mnist(style: PenStyle) -> None:
    images = draw(style, 96, np.random.default_rng(3))
    assert images.shape == (96, 28, 28)
    assert images.max(axis=(1, 2)).min() > 200  # ink
    assert len(np.unique(images.reshape(96, -1), axis=0)) == 96
    for image in images:
        rows, columns = np.flatnonzero(image.max(axis=1) > 100), np.flatnonzero(image.max(axis=0) > 100)
        assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
    weights = images.astype(float)
    for axis in (1, 2):
        profile = weights.sum(axis=axis)
        centre = profile @ (np.arange(28) + 0.5) / profile.sum(axis=1)
        in_pixel_14 = (centre > 14 - 1e-2) & (centre < 15 + 1e-2)
        assert in_pixel_14.mean() > 0.97  # all but those that would leave the picture


@each_style
def test_control_points_stay_where_a_digit_is(style: PenStyle) -> None:
    rng = np.random.default_rng(4)
    strokes = style.strokes(lambda low, high: rng.uniform(low, high, 500))
    assert 1 <= len(strokes) <= 2
    for stroke in strokes:
        assert len(stroke) >= 2
        for x, y in stroke:
            assert -0.75 < np.min(x) <= np.max(x) < 1.45
            assert -0.35 < np.min(y) <= np.max(y) < 1.25


@each_style
def test_it_is_what_center_digit_makes_of_the_same_drawing(style: PenStyle) -> None:
    rng = np.random.default_rng(5)
    drawn = warped(paths(style.strokes(lambda low, high: rng.uniform(low, high, 8)), 8, rng), 8, rng)
    width = np.exp(rng.uniform(np.log(NARROWEST), np.log(WIDEST), 1))
    images = painted(drawn, width)
    differences = []
    for number, image in enumerate(images):
        points = [path[:, number].T for path in drawn]
        everything = np.concatenate(points)
        low, high = everything.min(axis=0), everything.max(axis=0)
        scale = 251 / (1 + width[0]) / (high - low).max()  # 251 pixels with the brush: no side comes out whole
        brush = scale * (high - low).max() * width[0]
        canvas = ink([(each - (low + high) / 2) * scale + 140 for each in points], brush)
        same = center_digit(canvas).astype(float)
        # A centre of mass at the border of two pixels may be taken for either.
        moved = [np.roll(image, by, (0, 1)) for by in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))]
        differences.append(min(np.abs(each - same).mean() for each in moved))
    assert np.mean(differences) < 2.5  # of 255


def test_eight_drawings_do_not_disturb_each_other() -> None:
    style, rng = STYLES[0], np.random.default_rng(6)
    drawn = paths(style.strokes(lambda low, high: rng.uniform(low, high, 11)), 11, rng)
    widths = np.array([0.1, 0.2])
    together = painted(drawn, widths)
    for number in range(11):
        alone = painted([path[:, number : number + 1] for path in drawn], widths[number // 8 :][:1])
        # The points that stand for a line depend on the longest one of those painted together, and no more than that.
        assert np.abs(alone[0] - together[number].astype(float)).mean() < 1.5


@pytest.mark.parametrize("radius", [1.0, 2.9, 5.5, 12.0])
def test_a_dot_becomes_a_disc(radius: float) -> None:
    lines = np.zeros((SIDE, SIDE), np.uint8)
    lines[60, 50] = 1
    rows, columns = np.mgrid[:SIDE, :SIDE]
    disc = (rows - 60) ** 2 + (columns - 50) ** 2 <= radius**2
    np.testing.assert_array_equal(widened(lines.ravel(), radius).reshape(SIDE, SIDE), disc)


def test_coverage_counts_the_cells_of_each_drawing() -> None:
    grid = np.zeros((SIDE, SIDE), np.uint8)
    grid[:6, :6] |= 128  # the first drawing: all of one pixel
    grid[6:12, :3] |= 1  # the last one: half of another
    inked = coverage(grid.ravel())
    assert inked.shape == (8, 20, 20)
    assert inked[0, 0, 0] == 255
    assert inked[7, 1, 0] == 128
    assert np.count_nonzero(inked) == 2


def test_the_brush_is_as_wide_as_it_says() -> None:
    line = np.stack([np.full((1, 40), 0.5), np.linspace(0, 1, 40)[np.newaxis]])
    for width in (0.05, 0.15, 0.28):
        image = painted([line], np.array([width]))[0] / 255
        (radius,) = brush_radius(np.array([width]))
        assert image[10:18].sum(axis=1) == pytest.approx(2 * radius, abs=0.25)


def test_a_curve_passes_through_its_control_points_and_turns_sharply_at_corners() -> None:
    points = np.array([[0.0, 0.5, 1.0, 0.4, 0.0], [0.0, 0.2, 0.0, 0.9, 1.0]])
    for corners in ((False,) * 5, (False, False, True, False, False)):
        path = points @ curve(corners).T
        for point in points.T:
            assert np.hypot(*(path - point[:, np.newaxis])).min() < 1e-9
    into, out_of = np.diff(points @ curve((False, False, True, False, False)).T)[:, [15, 17]].T
    assert into @ out_of / np.hypot(*into) / np.hypot(*out_of) < 0.1
    assert curve((False, False)).tolist() == [[1, 0], [0, 1]]


def test_points_are_spread_evenly() -> None:
    x, y = [[0.0, 0.1, 0.2, 2.0], [0.0, 1.0, 1.0, 1.0]], [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 2.0]]
    path = np.array([x, y])
    steps = np.hypot(*np.diff(evenly_spaced(path)))
    np.testing.assert_allclose(steps[0], steps[0].mean(), rtol=1e-3)  # a straight line
    assert steps[1].max() < 1.1 * steps[1].mean()  # one with corners, which are cut


def test_what_makes_lines_smooth_or_straight_keeps_their_ends() -> None:
    values = np.random.default_rng(0).normal(size=20)
    for matrix in (moving_average(20, 2), straightened(20, 3)):
        np.testing.assert_allclose(matrix.sum(axis=1), 1)
        np.testing.assert_array_equal((matrix @ values)[[0, -1]], values[[0, -1]])
    np.testing.assert_allclose((moving_average(20, 2) @ values)[5], values[3:8].mean())
    np.testing.assert_allclose(np.diff(straightened(20, 3) @ values, 2)[[0, 3]], 0, atol=1e-12)


def test_a_corner_is_a_point() -> None:
    x, y = Corner(0.25, 0.5)
    assert (x, y) == (0.25, 0.5)


def test_pen_digits_are_a_data_set_like_any_other() -> None:
    source = PenDigits(count=60, test_count=20, seed=3)
    assert from_dict(DATASETS, source.to_dict(), "data set") == source
    told: list[tuple[int, int]] = []
    dataset = source.load(lambda done, count: told.append((done, count)))
    assert dataset.x_train.shape == (60, 28, 28, 1)
    assert dataset.x_test.shape == (20, 28, 28, 1)
    assert dataset.class_names == tuple("0123456789")
    assert told[-1] == (80, 80)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    seen = {image.tobytes() for image in dataset.x_train}
    assert not any(image.tobytes() in seen for image in dataset.x_test)
