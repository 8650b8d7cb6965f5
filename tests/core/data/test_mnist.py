"""MNIST as it comes with the program."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.data import DATASETS, Dataset, load, mnist
from core.data.mnist import FILES, FOLDER
from core.errors import ConfigError, FileError, ShapeError


def test_shapes_types_and_counts() -> None:
    (x_train, y_train), (x_test, y_test) = mnist()
    assert x_train.shape == (60_000, 28, 28, 1)
    assert x_test.shape == (10_000, 28, 28, 1)
    assert x_train.dtype == x_test.dtype == np.uint8
    assert y_train.dtype == y_test.dtype == np.int64
    assert np.bincount(y_train).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert y_test[:5].tolist() == [7, 2, 1, 0, 4]


def test_it_is_read_once_and_shared_read_only() -> None:
    (x_train, y_train), _ = mnist()
    assert mnist()[0][0] is x_train
    for array in (x_train, y_train):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_missing_or_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    for name in FILES:
        shutil.copy(FOLDER / name, tmp_path / name)
    labels = tmp_path / "t10k-labels-idx1-ubyte.gz"
    data = bytearray(gzip.decompress(labels.read_bytes()))
    data[100] ^= 1
    labels.write_bytes(gzip.compress(bytes(data)))
    with pytest.raises(FileError, match=r"t10k-labels-idx1-ubyte\.gz is damaged.*installing it again"):
        mnist(tmp_path)
    labels.unlink()
    with pytest.raises(FileError, match=r"t10k-labels-idx1-ubyte\.gz is missing.*resources/mnist"):
        mnist(tmp_path)


def test_the_catalogue_loads_by_name() -> None:
    dataset = load("mnist")
    assert dataset.x_train is mnist()[0][0]
    assert dataset.input_shape == (28, 28, 1)
    assert dataset.classes == 10
    assert dataset.class_names == tuple("0123456789")
    assert not dataset.is_multi_label
    with pytest.raises(ConfigError, match=r"'imagenet'\. Known: mnist"):
        load("imagenet")


def test_every_source_in_the_catalogue_says_what_it_is() -> None:
    assert len({source.kind_name() for source in DATASETS}) == len(DATASETS)
    for source in DATASETS:
        assert source.title
        assert source.sentence.endswith(".")


IMAGES = np.zeros((4, 2, 2, 1), np.uint8)
LABELS = np.array([0, 1, 1, 0])


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (IMAGES.astype(float), LABELS),
        (IMAGES[..., 0], LABELS),
        (IMAGES[:3], LABELS),
        (IMAGES, LABELS * 2),
        (IMAGES, LABELS - 1),
        (IMAGES, LABELS.astype(float)),
        (IMAGES, np.eye(2)[LABELS]),
    ],
)
def test_a_data_set_refuses_what_does_not_belong_together(x: np.ndarray, y: np.ndarray) -> None:
    Dataset("toy", "Toy", IMAGES, LABELS, IMAGES, LABELS, ("a", "b"))
    with pytest.raises(ShapeError, match="Toy, test part"):
        Dataset("toy", "Toy", IMAGES, LABELS, x, y, ("a", "b"))
    with pytest.raises(ShapeError, match=r"Toy, training part|Toy, test part"):
        Dataset("toy", "Toy", x, y, IMAGES, LABELS, ("a", "b"))


def test_training_and_test_images_are_of_one_size() -> None:
    with pytest.raises(ShapeError, match=r"\(2, 2, 1\) but test images \(2, 3, 1\)"):
        Dataset("toy", "Toy", IMAGES, LABELS, np.zeros((4, 2, 3, 1), np.uint8), LABELS, ("a", "b"))


def test_multi_label_rows() -> None:
    rows = np.array([[1, 1], [0, 1], [0, 0], [1, 0]], np.uint8)
    dataset = Dataset("toy", "Toy", IMAGES, rows, IMAGES, rows, ("a", "b"))
    assert dataset.is_multi_label
    with pytest.raises(ShapeError, match="0 or 1"):
        Dataset("toy", "Toy", IMAGES, rows * 2, IMAGES, rows, ("a", "b"))
