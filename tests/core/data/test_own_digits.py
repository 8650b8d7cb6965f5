"""My digits on the disk: kept, changed, taken along; killed while saving, damaged and repaired, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.data import ImageFolder, center_digit
from core.data.own_digits import INDEX, OwnDigits
from core.errors import ConfigError, FileError
from tests.drawings import DIGITS, on_canvas

ROOT = Path(__file__).parents[3]


def drawing(digit: int, rng: np.random.Generator) -> np.ndarray:
    style = next(iter(DIGITS[digit].values()))
    return on_canvas(style, 0.7, 0.5, 0.5, 18.0, rng)


@pytest.fixture
def digits(tmp_path: Path, rng: np.random.Generator) -> OwnDigits:
    digits = OwnDigits(tmp_path / "mine")
    digits.open()
    for label in (7, 1, 7):
        digits.add(drawing(label, rng), label)
    return digits


def reopened(digits: OwnDigits) -> OwnDigits:
    again = OwnDigits(digits.folder)
    again.open()
    return again


def test_a_set_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    digits = OwnDigits(tmp_path / "none")
    digits.open()
    assert (len(digits), digits.notes, digits.images.shape) == (0, [], (0, 28, 28, 1))
    assert not digits.folder.exists()


def test_what_is_kept_comes_back(digits: OwnDigits) -> None:
    again = reopened(digits)
    assert again.labels.tolist() == [7, 1, 7]
    np.testing.assert_array_equal(again.images, digits.images)
    for one, two in zip(again.digits, digits.digits, strict=True):
        np.testing.assert_array_equal(one.drawing, two.drawing)
        np.testing.assert_array_equal(one.image[:, :, 0], center_digit(two.drawing))
    assert not again.notes
    assert again.add(digits.digits[0].drawing, 3).number == 4


def test_drawings_are_removed_brought_back_and_relabelled(digits: OwnDigits) -> None:
    second = digits.digits[1]
    place = digits.remove(second)
    assert reopened(digits).labels.tolist() == [7, 7]
    assert not (digits.folder / second.name).exists()
    digits.put(place, second)
    assert reopened(digits).labels.tolist() == [7, 1, 7]
    digits.relabel(second, 4)
    again = reopened(digits)
    assert again.labels.tolist() == [7, 4, 7]
    assert again.digits[1].number == 2
    assert len(list(digits.folder.glob("*.png"))) == 3


def test_wrong_labels_and_drawings_are_refused(digits: OwnDigits) -> None:
    for label in (-1, 10):
        with pytest.raises(ConfigError, match="from 0 to 9"):
            digits.add(np.zeros((280, 280), np.uint8), label)
    with pytest.raises(ConfigError, match="280 by 280"):
        digits.add(np.zeros((28, 28), np.uint8), 1)
    assert len(reopened(digits)) == 3


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"format": "other"}', b'{"format": "nnvis-digits", "version": 2, "digits": []}', b"\xff\xfe",
     b'{"format": "nnvis-digits", "version": 1, "digits": ["../x.png"]}'],
)  # fmt: skip
def test_a_damaged_index_is_made_anew_and_the_old_one_kept(digits: OwnDigits, content: bytes) -> None:
    (digits.folder / INDEX).write_bytes(content)
    again = reopened(digits)
    assert sorted(again.labels.tolist()) == [1, 7, 7]
    assert any("made anew from 3 pictures" in note for note in again.notes)
    (aside,) = digits.folder.glob("damaged-*")
    assert aside.read_bytes() == content
    again.add(digits.digits[0].drawing, 0)
    assert not reopened(again).notes


def test_a_lost_index_is_made_anew(digits: OwnDigits) -> None:
    (digits.folder / INDEX).unlink()
    assert reopened(digits).labels.tolist() == [7, 1, 7]


def test_a_damaged_picture_is_left_out_but_not_forgotten(digits: OwnDigits) -> None:
    broken = digits.folder / digits.digits[0].name
    whole = broken.read_bytes()
    broken.write_bytes(whole[:50])
    (digits.folder / digits.digits[1].name).unlink()
    again = reopened(digits)
    assert again.labels.tolist() == [7]
    (note,) = again.notes
    assert note.startswith("2 pictures could not be read")
    again.add(digits.digits[2].drawing, 5)
    broken.write_bytes(whole)
    assert sorted(reopened(digits).labels.tolist()) == [5, 7, 7]


def test_a_picture_whose_entry_was_not_written_any_more_belongs_to_it(digits: OwnDigits) -> None:
    index = (digits.folder / INDEX).read_bytes()
    digits.add(digits.digits[0].drawing, 2)
    (digits.folder / INDEX).write_bytes(index)
    again = reopened(digits)
    assert again.labels.tolist() == [7, 1, 7, 2]
    assert not again.notes


def test_a_folder_that_cannot_be_written_is_said_and_the_set_is_as_before(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("a file")
    digits = OwnDigits(tmp_path / "mine")
    digits.open()
    with pytest.raises(FileError, match="cannot be made"):
        digits.add(np.zeros((280, 280), np.uint8), 1)
    assert len(digits) == 0


def test_they_are_taken_along_as_a_folder_of_classes(digits: OwnDigits, tmp_path: Path) -> None:
    assert digits.export(tmp_path / "out") == 3
    loaded = ImageFolder(path=str(tmp_path / "out"), test_share=0.0).load()
    assert loaded.class_names == ("1", "7")
    assert len(loaded.x_train) == 3
    with pytest.raises(FileError, match="not empty"):
        digits.export(tmp_path / "out")
    assert digits.export(tmp_path / "out.zip") == 3
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert sorted(archive.namelist()) == ["1/1_000002.png", "7/7_000001.png", "7/7_000003.png"]
        assert archive.testzip() is None


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_killed_while_saving_it_is_whole(tmp_path: Path) -> None:
    """The writer says what it has kept; after each kill all of that is there, and every file can be read."""
    script = (
        "import sys, numpy as np\n"
        "from pathlib import Path\n"
        "from core.data.own_digits import OwnDigits\n"
        "digits = OwnDigits(Path(sys.argv[1])); digits.open()\n"
        "rng = np.random.default_rng(len(digits))\n"
        "while True:\n"
        "    digits.add(rng.integers(0, 256, (280, 280)).astype(np.uint8), int(rng.integers(10)))\n"
        "    if len(digits) % 5 == 0: digits.relabel(digits.digits[0], int(rng.integers(10)))\n"
        "    if len(digits) % 7 == 0: digits.remove(digits.digits[1])\n"
        "    print(len(digits), flush=True)\n"
    )
    folder, rng = tmp_path / "mine", np.random.default_rng(5)
    for _ in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        assert writer.stdout is not None
        said = 0
        for _ in range(int(rng.integers(1, 9))):
            said = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        rest = [int(line) for line in writer.stdout.read().split()]
        writer.stdout.close()
        said = rest[-1] if rest else said
        digits = OwnDigits(folder)
        digits.open()
        assert not digits.notes
        assert said - 1 <= len(digits) <= said + 2  # one removal or addition may have been under way, or come back
        assert len({digit.number for digit in digits.digits}) == len(digits)
        json.loads((folder / INDEX).read_text())
