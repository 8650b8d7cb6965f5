"""A picture file becomes the network's input as the training images did: drawings like MNIST, others by size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import AS_MNIST, Preparation, center_digit, mnist
from core.errors import ConfigError, FileError, ShapeError
from core.intake import Intake

DRAWN = Intake(drawing=AS_MNIST, class_names=tuple("0123456789"))
FIELD = (28, 28, 1)


@pytest.fixture(scope="module")
def digit() -> np.ndarray:
    return mnist()[1][0][3]


def test_a_picture_of_a_digit_is_read_as_the_canvas_would(digit: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "digit.png"
    Image.fromarray(digit[..., 0]).save(path)
    assert np.abs(DRAWN.read(path, FIELD).astype(int) - digit).mean() < 3


def test_dark_ink_on_a_large_white_paper_is_the_same_digit(digit: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "paper.png"
    paper = np.full((400, 600), 255, np.uint8)
    paper[250:362, 40:152] = 255 - digit[..., 0].repeat(4, axis=0).repeat(4, axis=1)
    Image.fromarray(paper).save(path)
    assert np.abs(DRAWN.read(path, FIELD).astype(int) - center_digit(digit)[..., None]).mean() < 3


def test_steps_that_were_left_out_in_training_are_left_out_here(digit: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "corner.png"
    paper = np.zeros((112, 112), np.uint8)
    paper[80:108, 80:108] = digit[..., 0]
    Image.fromarray(paper).save(path)
    as_is = Intake(drawing=Preparation(crop=False, scale=False, centre=False)).read(path, FIELD)
    assert as_is[:14].max() == 0
    assert DRAWN.read(path, FIELD)[:14].max() > 128


def test_other_pictures_get_the_size_and_the_colours_of_the_network(tmp_path: Path) -> None:
    path = tmp_path / "photo.bmp"
    Image.new("RGB", (50, 30), (200, 10, 60)).save(path)
    colours = Intake(background="white", fit="pad").read(path, (20, 10, 3))
    assert colours.shape == (20, 10, 3)
    assert colours[0, 0].tolist() == [255, 255, 255]
    assert colours[10, 5].tolist() == [200, 10, 60]
    assert Intake().read(path, (8, 9, 1)).shape == (8, 9, 1)


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    Image.new("L", (40, 40), 255).save(path)
    with pytest.raises(FileError, match="shows no drawing"):
        DRAWN.read(path, FIELD)
    with pytest.raises(FileError, match="is missing"):
        DRAWN.read(tmp_path / "none.png", FIELD)
    with pytest.raises(ShapeError, match="takes 8×8×1"):
        DRAWN.read(path, (8, 8, 1))
    with pytest.raises(ShapeError, match="no picture in grey or in colours"):
        Intake().read(path, (784,))


def test_classes_are_found_by_their_names() -> None:
    intake = Intake(class_names=("cat", "dog", "eel"))
    assert intake.numbered(["eel", "cat"]).tolist() == [2, 0]
    assert [intake.name_of(index) for index in (1, 7)] == ["dog", "7"]
    with pytest.raises(ConfigError, match="'fox' is unknown to this network"):
        intake.numbered(["cat", "fox"])
