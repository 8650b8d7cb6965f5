"""Any drawing of a digit comes out as MNIST would have shown it."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from core.data import Preparation, center_digit, center_steps, mnist
from core.data.center_digit import area_weights
from core.errors import ShapeError

Point = tuple[float, float]

# (x, y), y down, each digit about 1 high.
DIGITS: dict[int, list[list[Point]]] = {
    0: [[(0.35, 0.0), (0.12, 0.2), (0.04, 0.55), (0.14, 0.9), (0.36, 1.0), (0.58, 0.86), (0.68, 0.5), (0.58, 0.14),
         (0.36, 0.0)]],
    1: [[(0.4, 0.0), (0.36, 0.5), (0.3, 1.0)]],
    2: [[(0.05, 0.22), (0.2, 0.04), (0.45, 0.0), (0.62, 0.14), (0.6, 0.36), (0.4, 0.62), (0.02, 0.98), (0.35, 0.94),
         (0.75, 0.96)]],
    3: [[(0.08, 0.1), (0.34, 0.0), (0.56, 0.1), (0.54, 0.3), (0.26, 0.46), (0.54, 0.56), (0.64, 0.76), (0.5, 0.95),
         (0.24, 1.0), (0.02, 0.9)]],
    4: [[(0.14, 0.0), (0.04, 0.26), (0.06, 0.46), (0.28, 0.5), (0.6, 0.4)], [(0.66, 0.0), (0.6, 0.4), (0.54, 1.0)]],
    5: [[(0.62, 0.02), (0.2, 0.02), (0.12, 0.42), (0.4, 0.42), (0.58, 0.62), (0.54, 0.86), (0.3, 1.0), (0.02, 0.92)]],
    6: [[(0.5, 0.0), (0.2, 0.3), (0.06, 0.7), (0.2, 0.98), (0.46, 0.96), (0.56, 0.72), (0.4, 0.56), (0.16, 0.66),
         (0.08, 0.8)]],
    7: [[(0.02, 0.06), (0.3, 0.06), (0.66, 0.02), (0.52, 0.4), (0.34, 1.0)]],
    8: [[(0.56, 0.12), (0.34, 0.0), (0.14, 0.14), (0.2, 0.34), (0.46, 0.58), (0.54, 0.82), (0.34, 1.0), (0.12, 0.86),
         (0.2, 0.62), (0.48, 0.36), (0.58, 0.14)]],
    9: [[(0.58, 0.12), (0.36, 0.0), (0.1, 0.16), (0.12, 0.4), (0.36, 0.46), (0.56, 0.28), (0.6, 0.1), (0.56, 0.6),
         (0.46, 1.0)]],
}  # fmt: skip


def draw(
    strokes: list[list[Point]], *, left: float, top: float, height: float, brush: float, canvas: int = 280
) -> NDArray[np.uint8]:
    """The strokes on a canvas: every pixel's ink follows from its distance to the pen's path."""
    y, x = np.mgrid[:canvas, :canvas] + 0.5
    nearest = np.full((canvas, canvas), np.inf)
    for stroke in strokes:
        points = np.array(stroke) * height + (left, top)
        for (ax, ay), (bx, by) in itertools.pairwise(points):
            dx, dy = bx - ax, by - ay
            along = np.clip(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0, 1)
            nearest = np.minimum(nearest, np.hypot(x - ax - along * dx, y - ay - along * dy))
    return np.rint(np.clip(brush / 2 + 0.5 - nearest, 0, 1) * 255).astype(np.uint8)


@pytest.fixture(scope="module")
def pictures() -> NDArray[np.uint8]:
    return mnist()[1][0][::20, ..., 0]


def difference(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Mean absolute difference of pixels, from 0 to 255."""
    return float(np.abs(first.astype(int) - second).mean())


def centre_of_mass(image: NDArray[np.uint8]) -> tuple[float, float]:
    ink = image.astype(float)
    rows, columns = (np.arange(size) + 0.5 for size in image.shape)
    return float(ink.sum(1) @ rows / ink.sum()), float(ink.sum(0) @ columns / ink.sum())


def test_mnist_itself_is_left_as_it_is(pictures: NDArray[np.uint8]) -> None:
    assert np.mean([difference(center_digit(picture), picture) for picture in pictures]) < 0.1


def test_enlarged_and_moved_mnist_comes_back(pictures: NDArray[np.uint8]) -> None:
    rng = np.random.default_rng(0)
    same = []
    for picture in pictures[::4]:
        top, left = rng.integers(0, 60, 2)
        canvas = np.pad(np.kron(picture, np.ones((7, 7), np.uint8)), ((top, 60 - top), (left, 60 - left)))
        same.append(difference(center_digit(canvas), picture))
    assert np.mean(same) < 0.1


def test_antialiased_enlargement_comes_back_nearly(pictures: NDArray[np.uint8]) -> None:
    """Enlarged with soft edges by an independent routine: the fringe must not spoil the crop."""
    image = pytest.importorskip("PIL.Image")
    differences = []
    for picture in pictures[::4]:
        large = image.fromarray(picture).resize((280, 280), image.Resampling.BICUBIC)
        differences.append(difference(center_digit(np.asarray(large)), picture))
    assert np.mean(differences) < 9
    assert difference(np.zeros((28, 28), np.uint8), pictures) > 25  # what a failure would look like


@pytest.fixture(scope="module")
def nearest():
    """Reads a 28 x 28 picture by asking the five most similar training images."""
    (x_train, y_train), _ = mnist()
    known = x_train[:8000].reshape(8000, -1).astype(np.float32)
    known /= np.linalg.norm(known, axis=1, keepdims=True)

    def read(image: NDArray[np.uint8]) -> int:
        alike = np.argsort(known @ image.reshape(-1).astype(np.float32))[-5:]
        return int(np.bincount(y_train[alike]).argmax())

    return read


@pytest.mark.parametrize(
    ("height", "brush", "left", "top"),
    [(200, 18, 60, 40), (80, 14, 20, 15), (120, 22, 150, 140), (240, 20, 60, 20), (60, 10, 200, 10)],
)
def test_drawn_digits_are_read_at_any_size_and_place(nearest, height, brush, left, top) -> None:
    for digit, strokes in DIGITS.items():
        assert nearest(center_digit(draw(strokes, left=left, top=top, height=height, brush=brush))) == digit


@pytest.mark.parametrize("digit", DIGITS)
def test_the_place_on_the_canvas_does_not_matter(digit: int) -> None:
    here, there = (
        draw(DIGITS[digit], left=left, top=top, height=150, brush=16) for left, top in ((20, 15), (130, 110))
    )
    np.testing.assert_array_equal(center_digit(here), center_digit(there))


@pytest.mark.parametrize("digit", DIGITS)
def test_the_size_on_the_canvas_hardly_matters(digit: int) -> None:
    small = draw(DIGITS[digit], left=20, top=20, height=100, brush=9)
    large = draw(DIGITS[digit], left=30, top=30, height=200, brush=18)
    assert difference(center_digit(small), center_digit(large)) < 3.5


@pytest.mark.parametrize("digit", DIGITS)
def test_longer_side_is_20_and_the_centre_of_mass_lies_in_pixel_14(digit: int) -> None:
    drawing = draw(DIGITS[digit], left=40, top=30, height=190, brush=18)
    steps = center_steps(drawing)
    np.testing.assert_array_equal(steps.centred, center_digit(drawing))
    assert max(steps.fitted.shape) == 20
    assert steps.centred.shape == (28, 28)
    for place in centre_of_mass(steps.centred):
        assert 13.99 < place < 15.01


@settings(max_examples=150, deadline=None)
@given(
    image=npst.arrays(
        np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=60), elements=st.sampled_from([0, 90, 255])
    )
)
def test_no_ink_is_lost_in_the_field(image: NDArray[np.uint8]) -> None:
    steps = center_steps(image)
    assert int(steps.centred.sum()) == int(steps.fitted.sum())
    assert steps.centred.dtype == np.uint8
    assert steps.centred.any() == image.any()


def test_a_lopsided_drawing_stays_whole() -> None:
    """A heavy blot with a long thin tail: centring by mass alone would push the tail out of the field."""
    image = np.zeros((200, 200), np.uint8)
    image[90:110, :] = 60
    image[60:140, :30] = 255
    steps = center_steps(image)
    assert steps.fitted.shape[1] == 20
    assert int(steps.centred.sum()) == int(steps.fitted.sum())
    assert steps.centred[:, -1].any()


@pytest.mark.parametrize("shape", [(28, 28), (280, 280), (1, 1), (0, 0), (5, 0)])
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float32])
def test_no_ink_gives_zeros(shape: tuple[int, int], dtype: type) -> None:
    steps = center_steps(np.zeros(shape, dtype))
    assert steps.cropped.size == steps.fitted.size == 0
    assert steps.centred.shape == (28, 28)
    assert not steps.centred.any()


def test_bool_uint8_and_float_mean_the_same() -> None:
    drawing = draw(DIGITS[5], left=70, top=70, height=120, brush=16) > 127
    expected = center_digit(drawing)
    for same in (drawing * np.uint8(255), drawing.astype(np.float64), drawing.astype(np.float16), drawing[..., None]):
        np.testing.assert_array_equal(center_digit(same), expected)
    turned = np.rot90(drawing)  # not contiguous
    np.testing.assert_array_equal(center_digit(turned), center_digit(turned.copy()))


def test_the_drawing_is_not_changed() -> None:
    drawing = draw(DIGITS[3], left=70, top=70, height=120, brush=16) / 255
    before = drawing.copy()
    center_digit(drawing)
    np.testing.assert_array_equal(drawing, before)


def test_a_dot_and_a_line() -> None:
    dot = np.zeros((280, 280), np.uint8)
    dot[17, 250] = 255
    assert (center_digit(dot) == 255).sum() == 400  # a single pixel becomes the whole 20 x 20 field
    line = np.zeros((280, 280), np.uint8)
    line[:, 250:264] = 255
    picture = center_digit(line)
    assert (picture.any(axis=1).sum(), picture.any(axis=0).sum()) == (20, 1)
    assert picture[:, 14].any()


def test_strange_numbers_do_no_harm() -> None:
    image = np.zeros((40, 40))
    image[10:20, 10:20] = 7.0
    image[0, 0] = np.nan
    image[0, 1] = -3.0
    np.testing.assert_array_equal(center_digit(image), center_digit(image > 0))


@pytest.mark.parametrize(
    "image", [np.zeros(9), np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), int), np.zeros((4, 4), complex)]
)
def test_what_is_no_drawing_is_refused(image: np.ndarray) -> None:
    with pytest.raises(ShapeError, match="Convert it to grey"):
        center_digit(image)


@given(size=st.integers(1, 300), step=st.floats(0.05, 30))
def test_area_weights_share_every_pixel_out_completely(size: int, step: float) -> None:
    weights = area_weights(size, step)
    np.testing.assert_allclose(weights.sum(axis=0) * step, 1, rtol=1e-4)  # no ink lost, none made
    np.testing.assert_allclose(weights, weights[::-1, ::-1], atol=1e-4)
    assert weights.min() >= 0
    assert weights.sum(axis=1).max() < 1.0001
    assert len(weights) - 2 < size / step <= len(weights) + 1e-5


def test_it_is_fast_enough_for_every_move_of_the_mouse() -> None:
    drawing = draw(DIGITS[8], left=40, top=30, height=220, brush=18)
    seconds = []
    for _ in range(20):
        start = time.perf_counter()
        center_digit(drawing)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.002


def test_a_step_that_is_left_out_keeps_what_the_drawing_has() -> None:
    small = draw(DIGITS[7], left=30, top=40, height=90, brush=12)
    whole = center_steps(small)
    uncropped = center_steps(small, Preparation(crop=False))
    assert uncropped.cropped.shape == small.shape
    assert ink_side(uncropped.centred) < ink_side(whole.centred) / 2
    own_size = center_steps(small, Preparation(scale=False))
    assert abs(ink_side(own_size.centred) - (90 + 12) * 28 / 280) <= 2
    for place in centre_of_mass(own_size.centred):
        assert 13.9 < place < 15.1
    in_place = center_steps(small, Preparation(scale=False, centre=False))
    for place, mass in zip(centre_of_mass(in_place.centred), centre_of_mass(small), strict=True):
        assert abs(place - mass * 28 / 280) < 1
    assert not Preparation(crop=False).is_whole
    assert Preparation().is_whole


@pytest.mark.parametrize("preparation", [
    Preparation(), Preparation(crop=False), Preparation(scale=False), Preparation(centre=False),
    Preparation(crop=False, scale=False, centre=False),
])
def test_the_placement_says_where_each_pixel_comes_from(preparation: Preparation) -> None:
    drawing = draw(DIGITS[4], left=60, top=20, height=170, brush=16)
    steps = center_steps(drawing, preparation)
    place = steps.placement
    assert place is not None
    (row, column), (y, x) = centre_of_mass(steps.centred), centre_of_mass(drawing)
    assert abs(place.left + column * place.step - x) < 0.1 * place.step
    assert abs(place.top + row * place.step - y) < 0.1 * place.step
    assert center_steps(np.zeros((9, 9), np.uint8), preparation).placement is None


def ink_side(image: NDArray[np.uint8]) -> int:
    """How many pixels the longer side of the ink spans."""
    return max(int(np.ptp(np.flatnonzero(image.max(axis=axis) > 60))) + 1 for axis in (0, 1))
