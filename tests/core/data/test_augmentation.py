"""Augmentation: each change does what its name says, from the seed it is given, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.data import Augmentation, mnist
from core.data.augmentation import toward_extreme
from core.data.warp import WarpRanges, _bumps, random_maps, warp
from core.errors import ConfigError, ShapeError
from core.hyper import from_dict

EVERYTHING = Augmentation.digits().replace(contrast_range=0.2, noise_std=0.1, horizontal_flip=True)
WARPS = ["rotation_range", "width_shift_range", "height_shift_range", "zoom_range", "shear_range", "elastic_range"]
SMALL = {
    "rotation_range": 20, "width_shift_range": 0.2, "height_shift_range": 0.2, "zoom_range": 0.2, "shear_range": 20,
    "elastic_range": 0.05, "thickness_range": 0.5, "contrast_range": 0.3, "noise_std": 0.1, "horizontal_flip": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def digits() -> NDArray[np.uint8]:
    return mnist()[1][0][:64]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def square(size: int = 41, half: int = 8) -> NDArray[np.uint8]:
    image = np.zeros((1, size, size, 1), np.uint8)
    middle = size // 2
    image[0, middle - half : middle + half + 1, middle - half : middle + half + 1] = 200
    return image


def test_nothing_changes_by_default(digits: NDArray[np.uint8]) -> None:
    assert not Augmentation().is_active
    np.testing.assert_array_equal(Augmentation().apply(digits, rng()), digits)


@pytest.mark.parametrize("name", SMALL)
def test_each_hyperparameter_alone_changes_the_images(digits: NDArray[np.uint8], name: str) -> None:
    augmentation = Augmentation(**{name: SMALL[name]})
    assert augmentation.is_active
    changed = augmentation.apply(digits, rng())
    assert changed.dtype == np.float32
    assert changed.min() >= 0
    assert changed.max() <= 255
    moved = np.abs(changed - digits).mean(axis=(1, 2, 3))
    assert np.mean(moved > 0.5) > (0.3 if name == "horizontal_flip" else 0.8)
    assert len(np.unique(moved)) > 20  # not the same change for all
    assert not augmentation.replace(share=0).is_active


def test_every_hyperparameter_is_tested_above_and_may_change_in_mid_run() -> None:
    declared = {hyper.name: hyper for hyper in Augmentation.hypers()}
    assert set(declared) == set(SMALL) | {"share"}
    assert all(hyper.live and hyper.help for hyper in declared.values())


def test_the_seed_decides(digits: NDArray[np.uint8]) -> None:
    first, again, other = (EVERYTHING.apply(digits, rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_the_next_batch_is_changed_differently(digits: NDArray[np.uint8]) -> None:
    generator = rng()
    assert not np.allclose(EVERYTHING.apply(digits, generator), EVERYTHING.apply(digits, generator))


def test_into_a_buffer_and_in_place(digits: NDArray[np.uint8]) -> None:
    expected = EVERYTHING.apply(digits, rng())
    out = np.full(digits.shape, np.nan, np.float32)
    assert EVERYTHING.apply(digits, rng(), out=out) is out
    np.testing.assert_array_equal(out, expected)
    floats = digits.astype(np.float32)
    plain = Augmentation.digits()
    np.testing.assert_array_equal(plain.apply(floats, rng(), out=floats), plain.apply(digits, rng()))


def test_the_images_given_are_left_alone(digits: NDArray[np.uint8]) -> None:
    images = digits.copy()
    EVERYTHING.apply(images, rng())
    EVERYTHING.replace(share=0.5).apply(images, rng())
    np.testing.assert_array_equal(images, digits)


def test_the_share_of_changed_images(digits: NDArray[np.uint8]) -> None:
    out = EVERYTHING.replace(share=0.25).apply(digits, rng())
    changed = np.any(out != digits, axis=(1, 2, 3))
    assert changed.sum() == 16
    assert not changed[:16].all()  # spread over the batch


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(0, 9), st.integers(1, 12), st.integers(1, 12), st.sampled_from([1, 3])),
    names=st.sets(st.sampled_from(sorted(SMALL))),
    share=st.floats(0, 1),
    is_float=st.booleans(),
)
def test_any_shape_stays_finite_and_in_range(shape, names, share, is_float) -> None:
    images = rng().integers(0, 256, shape).astype(np.float32 if is_float else np.uint8)
    out = Augmentation(**{name: SMALL[name] for name in names}, share=share).apply(images, rng())
    assert out.shape == shape
    assert np.isfinite(out).all()
    if images.size and not is_float:
        assert 0 <= out.min() <= out.max() <= 255.001
    if images.size and not names & {"contrast_range", "noise_std"}:
        assert images.min() - 0.001 <= out.min() <= out.max() <= images.max() + 0.001


@pytest.mark.parametrize("name", [*WARPS, "thickness_range", "horizontal_flip"])
def test_a_plain_picture_stays_plain(name: str) -> None:
    """Open places are filled from the border: nothing black comes in, whatever the ground is."""
    grey = np.full((8, 20, 30, 3), 90, np.uint8)
    np.testing.assert_allclose(Augmentation(**{name: SMALL[name]}).apply(grey, rng()), 90, rtol=1e-5)


def test_flip_mirrors_exactly() -> None:
    images = rng().integers(0, 256, (40, 5, 6, 3)).astype(np.uint8)
    out = Augmentation(horizontal_flip=True).apply(images, rng())
    mirrored = np.array([np.allclose(new, old[:, ::-1], atol=1e-3) for new, old in zip(out, images, strict=True)])
    same = np.array([np.allclose(new, old, atol=1e-3) for new, old in zip(out, images, strict=True)])
    assert np.all(mirrored ^ same)
    assert 5 <= mirrored.sum() <= 35


def extent(image: NDArray[np.float32]) -> tuple[float, float, float, float]:
    """Centre and spread of the ink: (y, x, std y, std x)."""
    ink = image[..., 0].astype(float)
    place = np.arange(ink.shape[0])
    rows, columns = ink.sum(1) / ink.sum(), ink.sum(0) / ink.sum()
    y, x = rows @ place, columns @ place
    return y, x, float(np.sqrt(rows @ (place - y) ** 2)), float(np.sqrt(columns @ (place - x) ** 2))


def test_shift_moves_by_up_to_its_share_of_the_size() -> None:
    images = np.repeat(square(), 200, axis=0)
    across = np.array([extent(image) for image in Augmentation(width_shift_range=0.1).apply(images, rng())])
    np.testing.assert_allclose(across[:, 0], 20, atol=0.01)
    assert 3.5 < np.abs(across[:, 1] - 20).max() <= 4.1
    assert abs(across[:, 1].mean() - 20) < 1
    along = np.array([extent(image) for image in Augmentation(height_shift_range=0.1).apply(images, rng())])
    np.testing.assert_allclose(along[:, 1], 20, atol=0.01)
    assert 3.5 < np.abs(along[:, 0] - 20).max() <= 4.1


def test_zoom_enlarges_and_shrinks_each_way() -> None:
    images = np.repeat(square(), 200, axis=0)
    _, _, tall, wide = extent(square()[0].astype(np.float32))
    found = np.array([extent(image) for image in Augmentation(zoom_range=0.2).apply(images, rng())])
    for ratio in (found[:, 2] / tall, found[:, 3] / wide):
        assert 0.78 < ratio.min() < 0.85
        assert 1.15 < ratio.max() < 1.22
    assert np.corrcoef(found[:, 2], found[:, 3])[0, 1] < 0.7
    np.testing.assert_allclose(found[:, :2], 20, atol=0.01)


def test_rotation_turns_about_the_middle_by_up_to_its_degrees() -> None:
    bar = np.zeros((1, 41, 41, 1), np.uint8)
    bar[0, 20, 5:36] = 255
    angles = []
    for image in Augmentation(rotation_range=30).apply(np.repeat(bar, 300, axis=0), rng()):
        y, x = np.mgrid[-20:21, -20:21]
        ink = image[..., 0]
        assert abs((ink * x).sum() / ink.sum()) < 0.05
        angles.append(np.degrees(0.5 * np.arctan2(2 * (ink * x * y).sum(), (ink * (x * x - y * y)).sum())))
    assert 25 < max(angles) <= 30.5
    assert -30.5 <= min(angles) < -25


def test_shear_keeps_rows_and_slants_columns() -> None:
    bar = np.zeros((1, 41, 41, 1), np.uint8)
    bar[0, 8:33, 20] = 255
    slants = []
    for image in Augmentation(shear_range=20).apply(np.repeat(bar, 300, axis=0), rng()):
        ink = image[8:33, :, 0]
        centres = (ink * np.arange(41)).sum(1) / ink.sum(1)
        slants.append(np.degrees(np.arctan(np.polyfit(np.arange(25), centres, 1)[0])))
        np.testing.assert_allclose(image[:8], 0, atol=1e-4)
    assert 17 < max(slants) <= 20.5
    assert -20.5 <= min(slants) < -17


def test_elastic_displaces_smoothly_by_its_share() -> None:
    maps = random_maps(800, 28, 28, WarpRanges(elastic=0.04), rng())
    row, column = np.divmod(maps.index - np.arange(800)[:, None] * 784, 28)
    y, x = np.mgrid[:28, :28].reshape(2, -1)
    inner = (x > 6) & (x < 21) & (y > 6) & (y < 21)
    for moved, place in ((column + maps.right[..., 0], x), (row + maps.down[..., 0], y)):
        displacement = (moved - place)[:, inner]
        assert np.sqrt(np.mean(displacement**2)) == pytest.approx(0.04 * 28, rel=0.08)
        assert abs(displacement.mean()) < 0.1
        field = (moved - place).reshape(-1, 28, 28)[:, 7:21, 7:21]
        assert np.abs(np.diff(field, axis=2)).max() < 1  # never folds over: neighbours stay in order
    np.testing.assert_allclose(np.linalg.norm(_bumps(28), axis=1), 1, rtol=1e-5)


def test_warp_is_bilinear_interpolation() -> None:
    images = rng().random((6, 9, 7, 2), dtype=np.float32)
    maps = random_maps(6, 9, 7, WarpRanges(30, 10, 0.2, 0.1, 0.1, 0.05), rng())
    out, *scratch = (np.empty_like(images) for _ in range(4))
    warp(images, maps, out, (scratch[0], scratch[1], scratch[2]))
    for at in range(6):
        row, column = np.divmod(maps.index[at] - at * 63, 7)
        assert row.min() >= 0
        assert row.max() <= 7  # with a row below
        assert column.min() >= 0
        assert column.max() <= 5
        right, down = maps.right[at], maps.down[at]
        assert 0 <= min(right.min(), down.min()) <= max(right.max(), down.max()) <= 1
        image = images[at]
        upper = image[row, column] * (1 - right) + image[row, column + 1] * right
        lower = image[row + 1, column] * (1 - right) + image[row + 1, column + 1] * right
        np.testing.assert_allclose(out[at].reshape(-1, 2), upper * (1 - down) + lower * down, atol=1e-5)


def test_warps_that_do_nothing_give_the_image_back() -> None:
    images = rng().random((3, 9, 7, 2), dtype=np.float32)
    maps = random_maps(3, 9, 7, WarpRanges(), rng())
    out, *scratch = (np.empty_like(images) for _ in range(4))
    warp(images, maps, out, (scratch[0], scratch[1], scratch[2]))
    np.testing.assert_allclose(out, images, atol=1e-6)


@pytest.mark.parametrize("extreme", [np.maximum, np.minimum])
def test_extremes_are_over_the_four_neighbours_within_the_image(extreme: np.ufunc) -> None:
    images = rng().random((3, 5, 4, 2), dtype=np.float32)
    out = np.empty_like(images)
    toward_extreme(images, extreme, out)
    filling = -np.inf if extreme is np.maximum else np.inf
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=filling)
    five = [padded[:, 1:-1, 1:-1], padded[:, :-2, 1:-1], padded[:, 2:, 1:-1], padded[:, 1:-1, :-2], padded[:, 1:-1, 2:]]
    np.testing.assert_array_equal(out, extreme.reduce(five))


def test_thickness_goes_both_ways() -> None:
    images = np.repeat(square(), 64, axis=0)
    ink = Augmentation(thickness_range=1.0).apply(images, rng()).sum(axis=(1, 2, 3)) / images[0].sum()
    assert ink.max() <= 1 + 0.5 * 4 / 17 + 1e-3  # half a pixel at each of the four sides of 17 pixels
    assert ink.min() >= 1 - 0.5 * 4 / 17
    assert (ink > 1.02).sum() > 15
    assert (ink < 0.98).sum() > 15


def test_noise_has_its_deviation_and_contrast_keeps_the_mean() -> None:
    grey = np.full((64, 16, 16, 1), 128, np.uint8)
    noisy = Augmentation(noise_std=0.1).apply(grey, rng())
    assert (noisy - 128).std() == pytest.approx(25.5, rel=0.05)
    assert not np.allclose(noisy[0], noisy[1])
    unit = Augmentation(noise_std=0.1).apply(grey.astype(np.float32), rng())
    assert (unit - 128).std() == pytest.approx(0.1, rel=0.05)
    images = rng().integers(100, 156, (32, 8, 8, 1)).astype(np.uint8)
    changed = Augmentation(contrast_range=0.5).apply(images, rng())
    np.testing.assert_allclose(changed.mean(axis=(1, 2, 3)), images.mean(axis=(1, 2, 3)), rtol=1e-4)
    ratio = changed.std(axis=(1, 2, 3)) / images.std(axis=(1, 2, 3))
    assert 0.49 < ratio.min() < 0.7
    assert 1.3 < ratio.max() < 1.51


def test_it_is_a_value_that_survives_json_and_checks_its_bounds() -> None:
    assert from_dict((Augmentation,), EVERYTHING.to_dict(), "augmentation") == EVERYTHING
    with pytest.raises(ConfigError, match="rotation_range"):
        Augmentation(rotation_range=200)
    with pytest.raises(ConfigError, match="share"):
        Augmentation(share=1.5)


def test_wrong_shapes_are_refused(digits: NDArray[np.uint8]) -> None:
    with pytest.raises(ShapeError, match=r"\(N, H, W, C\)"):
        EVERYTHING.apply(digits[0], rng())
    with pytest.raises(ShapeError, match=r"\(N, H, W, C\)"):
        EVERYTHING.apply(digits, rng(), out=np.empty((2, 28, 28, 1), np.float32))
