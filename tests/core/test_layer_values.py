"""What single layers give, against plain loops and numbers by hand: equations and code could err together."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from core.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dropout,
    Flatten,
    GaussianNoise,
    LayerNormalization,
    MaxPooling2D,
    Reshape,
)
from core.layers.base import Layer

WINDOWS = [
    ((3, 3), (1, 1), "valid"), ((3, 3), (1, 1), "same"), ((2, 2), (1, 1), "same"), ((2, 3), (2, 1), "valid"),
    ((2, 3), (2, 1), "same"), ((3, 2), (2, 3), "same"), ((1, 1), (3, 2), "same"), ((4, 5), (2, 2), "same"),
]  # fmt: skip


def built(layer: Layer, X: np.ndarray) -> Layer:
    layer.build(X.shape[1:], np.random.default_rng(0), X.dtype)
    return layer


def windows(image: np.ndarray, size: tuple[int, int], strides: tuple[int, int], padding: str) -> Iterator[tuple]:
    """(row, column, cells inside the image, their kernel rows and columns), by Keras's rule for the border."""
    starts = []
    for length, width, step in zip(image.shape, size, strides, strict=False):
        places = math.ceil(length / step) if padding == "same" else (length - width) // step + 1
        missing = max((places - 1) * step + width - length, 0)
        starts.append([place * step - (missing // 2) * (padding == "same") for place in range(places)])
    for row, y in enumerate(starts[0]):
        for column, x in enumerate(starts[1]):
            rows = [i for i in range(size[0]) if 0 <= y + i < image.shape[0]]
            columns = [j for j in range(size[1]) if 0 <= x + j < image.shape[1]]
            cells = image[np.ix_([y + i for i in rows], [x + j for j in columns])]
            yield row, column, cells, (rows, columns)


@pytest.mark.parametrize(("size", "strides", "padding"), WINDOWS)
def test_convolution_against_loops(size, strides, padding, rng: np.random.Generator) -> None:
    X = rng.normal(size=(2, 7, 6, 2))
    layer = built(Conv2D(3, size, strides, padding=padding), X)
    layer.b[...] = rng.normal(size=3)
    Y = layer.forward(X)
    seen = 0
    for sample, image in enumerate(X):
        for row, column, cells, (i, j) in windows(image, size, strides, padding):
            expected = np.einsum("ijc,ijcf->f", cells, layer.W[np.ix_(i, j)]) + layer.b
            np.testing.assert_allclose(Y[sample, row, column], expected, rtol=1e-12)
            seen += 1
    assert seen == Y.size // 3


@pytest.mark.parametrize(("kind", "reduce"), [(MaxPooling2D, np.max), (AveragePooling2D, np.mean)])
@pytest.mark.parametrize(("size", "strides", "padding"), WINDOWS)
def test_pooling_against_loops(kind, reduce, size, strides, padding, rng: np.random.Generator) -> None:
    X = rng.normal(size=(2, 7, 6, 2)) - 5  # below 0 everywhere: a border of zeros would win
    Y = built(kind(size, strides, padding), X).forward(X)
    seen = 0
    for sample, image in enumerate(X):
        for row, column, cells, _ in windows(image, size, strides, padding):
            np.testing.assert_allclose(Y[sample, row, column], reduce(cells, axis=(0, 1)), rtol=1e-12)
            seen += 1
    assert seen == Y.size // 2


def test_of_equal_cells_the_first_takes_the_error() -> None:
    X = np.ones((1, 2, 4, 1), np.float32)
    layer = built(MaxPooling2D(), X)
    layer.forward(X)
    dX = layer.backward(np.array([3.0, 5.0], np.float32).reshape(1, 1, 2, 1))
    np.testing.assert_array_equal(dX[0, :, :, 0], [[3, 0, 5, 0], [0, 0, 0, 0]])


def test_flatten_reads_row_by_row_with_the_channel_innermost() -> None:
    X = np.arange(12.0).reshape(1, 2, 3, 2)
    flat = built(Flatten(), X).forward(X)
    np.testing.assert_array_equal(flat, np.arange(12.0).reshape(1, 12))
    np.testing.assert_array_equal(built(Reshape((2, 3, 2)), flat).forward(flat), X)


def test_dropout_drops_its_share_and_keeps_the_expected_sum() -> None:
    X = np.full((200, 100), 3.0, np.float32)
    Y = built(Dropout(0.2), X).forward(X, training=True)
    assert set(np.unique(Y)) == {0.0, np.float32(3.75)}
    assert np.mean(Y == 0) == pytest.approx(0.2, abs=0.01)
    assert Y.mean() == pytest.approx(3.0, abs=0.05)


def test_dropout_and_noise_draw_anew_for_each_batch_and_rest_while_answering() -> None:
    X = np.ones((4, 50), np.float32)
    for layer in (built(Dropout(0.5), X), built(GaussianNoise(0.5), X)):
        first = layer.forward(X, training=True).copy()
        assert not np.array_equal(first, layer.forward(X, training=True))
        np.testing.assert_array_equal(layer.forward(X), X)


def test_noise_has_its_standard_deviation() -> None:
    X = np.zeros((200, 100), np.float32)
    Y = built(GaussianNoise(0.3), X).forward(X, training=True)
    assert Y.std() == pytest.approx(0.3, rel=0.02)
    assert Y.mean() == pytest.approx(0, abs=0.01)


def test_batch_normalization_by_hand() -> None:
    # One unit, two samples 1 and 5: mean 3, variance 4 (divided by N, as in Keras).
    X = np.array([[1.0], [5.0]])
    layer = built(BatchNormalization(momentum=0.9, epsilon=1e-8), X)
    np.testing.assert_allclose(layer.forward(X, training=True), [[-1], [1]], rtol=1e-8)
    assert layer.states["moving_mean"] == pytest.approx(0.9 * 0 + 0.1 * 3)
    assert layer.states["moving_variance"] == pytest.approx(0.9 * 1 + 0.1 * 4)
    np.testing.assert_allclose(layer.forward(X), (X - 0.3) / math.sqrt(1.3), rtol=1e-8)
    assert layer.states["moving_mean"] == pytest.approx(0.3), "answering moves no average"


def test_batch_normalization_of_images_is_over_samples_and_places(rng: np.random.Generator) -> None:
    X = rng.normal(3, 2, size=(5, 4, 3, 2))
    Y = built(BatchNormalization(), X).forward(X, training=True)
    np.testing.assert_allclose(Y.mean(axis=(0, 1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(Y.var(axis=(0, 1, 2)), 1, rtol=1e-2)


def test_layer_normalization_is_over_each_sample_alone(rng: np.random.Generator) -> None:
    X = rng.normal(3, 2, size=(4, 50))
    layer = built(LayerNormalization(), X)
    Y = layer.forward(X).copy()
    np.testing.assert_allclose(Y.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(Y.var(axis=1), 1, rtol=1e-2)
    np.testing.assert_array_equal(layer.forward(X[2:3]), Y[2:3])
