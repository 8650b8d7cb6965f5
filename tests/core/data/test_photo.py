"""A drawing is found in a picture from anywhere: photo, scan, screenshot, transparent, 16 bit, rotated, broken."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from core.data import center_digit, find_ink, read_drawing
from core.errors import FileError
from core.safe_file import write_atomic

SEVEN = [(60, 70), (140, 62), (215, 66), (170, 130), (130, 230)]


def ink(side: int = 280, width: int = 18) -> NDArray[np.uint8]:
    """A seven as ink: 255 on 0."""
    image = Image.new("L", (4 * side, 4 * side), 0)
    points = [(x * side / 70, y * side / 70) for x, y in SEVEN]
    ImageDraw.Draw(image).line(points, fill=255, width=width * side // 70, joint="curve")
    return np.array(image.resize((side, side), Image.Resampling.BOX))


def photo(seed: int = 0, dark: float = 60.0, height: int = 900, width: int = 700) -> NDArray[np.uint8]:
    """The same drawn with a pen on paper: light from one side, a shadow, noise, blur, dust."""
    rng = np.random.default_rng(seed)
    pen = Image.new("L", (width, height), 0)
    pen.paste(Image.fromarray(ink(500, 14)), (100, 200))
    ink_share = np.asarray(pen.filter(ImageFilter.GaussianBlur(2)), np.float64) / 255
    y, x = np.mgrid[:height, :width]
    paper = 150 + 70 * x / width + 25 * np.sin(y / height * 3) - 30 * (x + y < 500)
    grey = paper * (1 - ink_share) + dark * ink_share + rng.normal(0, 4, paper.shape)
    for _ in range(12):
        row, column = rng.integers(10, height - 10), rng.integers(10, width - 10)
        grey[row : row + 3, column : column + 3] -= 60
    return np.clip(grey, 0, 255).astype(np.uint8)


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """The correlation of two 28x28 pictures."""
    return float(np.corrcoef(one.ravel().astype(float), other.ravel().astype(float))[0, 1])


def png(image: Image.Image, format_name: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format_name, **options)
    return stream.getvalue()


@pytest.mark.parametrize("seed", range(5))
def test_a_photo_of_paper_is_inverted_and_freed_of_shadows_noise_and_dust(seed: int) -> None:
    found = find_ink(photo(seed))
    assert likeness(center_digit(found), center_digit(ink(500, 14))) > 0.93
    assert 0.01 < (found > 127).mean() < 0.1


def test_a_light_line_on_dark_ground_is_found_as_well() -> None:
    found = find_ink(255 - photo(3))
    assert likeness(center_digit(found), center_digit(ink(500, 14))) > 0.93


def test_a_photo_with_the_table_beside_the_paper() -> None:
    grey = photo(1)
    grey[:, :40] = 40
    grey[:70] = 45
    assert likeness(center_digit(find_ink(grey)), center_digit(ink(500, 14))) > 0.9


def test_a_clean_drawing_keeps_its_soft_edges() -> None:
    drawn = ink()
    np.testing.assert_array_equal(find_ink(drawn), np.where(drawn < 8, 0, drawn))
    np.testing.assert_array_equal(center_digit(find_ink(255 - drawn)), center_digit(np.where(drawn < 8, 0, drawn)))


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_an_empty_sheet_has_no_ink(grey: int) -> None:
    noise = np.random.default_rng(1).normal(grey, 5, (300, 200))
    assert not find_ink(np.full((40, 30), grey, np.uint8)).any()
    assert not find_ink(np.clip(noise, 0, 255).astype(np.uint8)).any()
    assert find_ink(np.zeros((0, 5), np.uint8)).shape == (0, 5)
    with pytest.raises(FileError, match="shows no drawing"):
        read_drawing(png(Image.new("L", (50, 50), grey)))


def _rgba(drawn: NDArray[np.uint8], grey: int) -> Image.Image:
    return Image.fromarray(np.dstack([np.full((*drawn.shape, 3), grey, np.uint8), drawn]))


def _formats() -> dict[str, bytes]:
    drawn = ink()
    paper = Image.fromarray(255 - drawn)
    turned = paper.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise to stand upright
    return {
        "PNG": png(paper),
        "JPEG": png(paper, "JPEG", quality=70),
        "CMYK": png(paper.convert("CMYK"), "JPEG"),
        "palette": png(paper.convert("P")),
        "one bit": png(paper.convert("1", dither=Image.Dither.NONE)),
        "16 bit": png(Image.fromarray((255 - drawn).astype(np.uint16) * 257)),
        "black on nothing": png(_rgba(drawn, 0)),
        "white on nothing": png(_rgba(drawn, 255)),
        "GIF": png(paper, "GIF"),
        "WebP": png(paper, "WEBP"),
        "BMP": png(paper, "BMP"),
        "turned by the camera": png(turned, "JPEG", exif=exif, quality=90),
    }


@pytest.mark.parametrize("name", sorted(_formats()))
def test_every_kind_of_file_gives_the_same_drawing(name: str, tmp_path: Path) -> None:
    data = _formats()[name]
    path = tmp_path / "seven"
    path.write_bytes(data)
    expected = center_digit(ink())
    for source in (path, data):
        assert likeness(center_digit(read_drawing(source)), expected) > 0.97


def test_a_large_photo_is_read_small(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    Image.fromarray(photo(2)).resize((3000, 3900)).save(path, quality=80)
    read = read_drawing(path)
    assert max(read.shape) == 560
    assert likeness(center_digit(read), center_digit(ink(500, 14))) > 0.9


@pytest.mark.parametrize(("data", "words"), [
    (b"", "is empty"),
    (b"not a picture", "no picture|not a picture"),
    (png(Image.new("L", (90, 90), 9))[:60], "damaged"),
    (png(Image.new("1", (6000, 5000))), "megapixels"),
])
def test_what_cannot_be_read_says_why(data: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=words):
        read_drawing(data)
    path = tmp_path / "picture.png"
    write_atomic(path, data)
    with pytest.raises(FileError, match=words) as caught:
        read_drawing(path)
    assert "picture.png" in str(caught.value)
    with pytest.raises(FileError, match="missing"):
        read_drawing(tmp_path / "nowhere.png")
