"""Reading single pictures: every format, mode and rotation; and nothing that is broken, huge or no picture at all."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.picture import PictureForm, read_picture
from core.errors import FileError

GREY = PictureForm(4, 6)
RGB = PictureForm(4, 6, "rgb")


def save(path: Path, array: np.ndarray, **options: object) -> Path:
    Image.fromarray(array).save(path, **options)
    return path


@pytest.fixture
def gradient() -> np.ndarray:
    return np.arange(24, dtype=np.uint8).reshape(4, 6) * 10


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "a.bmp", "a.gif", "a.webp", "a.jpg", "a.JPEG"])
def test_every_format_and_spelling(tmp_path: Path, gradient: np.ndarray, name: str) -> None:
    exact = not name.lower().endswith(("jpg", "jpeg"))
    options = {"lossless": True} if name.endswith("webp") else {}
    path = save(tmp_path / name, np.stack([gradient] * 3, 2) if "webp" in name else gradient, **options)
    grey, colored = read_picture(path, GREY), read_picture(path, RGB)
    assert grey.shape == (4, 6, 1)
    assert colored.shape == (4, 6, 3)
    assert grey.dtype == colored.dtype == np.uint8
    np.testing.assert_allclose(grey[..., 0], gradient, atol=0 if exact else 12)
    np.testing.assert_allclose(colored, np.stack([gradient] * 3, 2), atol=0 if exact else 12)


def test_the_content_decides_not_the_ending(tmp_path: Path, gradient: np.ndarray) -> None:
    data = io.BytesIO()
    Image.fromarray(gradient).save(data, "BMP")
    path = tmp_path / "really-a-bmp.png"
    path.write_bytes(data.getvalue())
    np.testing.assert_array_equal(read_picture(path, GREY)[..., 0], gradient)


def test_color_becomes_grey_and_grey_becomes_color(tmp_path: Path) -> None:
    colors = np.zeros((4, 6, 3), np.uint8)
    colors[:, :2] = 255, 0, 0
    colors[:, 2:4] = 0, 255, 0
    path = save(tmp_path / "a.png", colors)
    grey = read_picture(path, GREY)[..., 0]
    assert grey[0, 0] == pytest.approx(76, abs=1)  # the eye's weights of red and green
    assert grey[0, 2] == pytest.approx(150, abs=1)
    np.testing.assert_array_equal(read_picture(path, RGB), colors)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
@pytest.mark.parametrize(("background", "expected"), [("black", 0), ("white", 255)])
def test_transparency_shows_the_background(tmp_path: Path, mode: str, background: str, expected: int) -> None:
    colors = np.full((4, 6, 4), 120, np.uint8)
    colors[:, :3, 3] = 0
    colors[:, 3:, 3] = 255
    image = Image.fromarray(colors)
    path = tmp_path / "a.png"
    (image.quantize(8) if mode == "P" else image.convert(mode)).save(path)
    form = PictureForm(4, 6, "grayscale", background)
    grey = read_picture(path, form)[..., 0]
    np.testing.assert_allclose(grey[:, :3], expected, atol=2)
    np.testing.assert_allclose(grey[:, 3:], 120, atol=2)
    assert read_picture(path, PictureForm(4, 6, "rgb", background)).shape == (4, 6, 3)


def test_half_transparent_is_mixed(tmp_path: Path) -> None:
    colors = np.full((4, 6, 4), 200, np.uint8)
    colors[..., 3] = 128
    path = save(tmp_path / "a.png", colors)
    np.testing.assert_allclose(read_picture(path, GREY), 100, atol=2)
    np.testing.assert_allclose(read_picture(path, PictureForm(4, 6, "grayscale", "white")), 227, atol=2)


def test_16_bits_keep_their_upper_half(tmp_path: Path) -> None:
    values = np.linspace(0, 65535, 24).astype(np.uint16).reshape(4, 6)
    path = save(tmp_path / "a.png", values)
    np.testing.assert_array_equal(read_picture(path, GREY)[..., 0], values >> 8)
    assert read_picture(path, RGB).max() == 255


@pytest.mark.parametrize("mode", ["1", "P", "CMYK", "YCbCr", "L", "RGB"])
def test_other_modes(tmp_path: Path, gradient: np.ndarray, mode: str) -> None:
    image = Image.fromarray(np.stack([gradient] * 3, 2)).convert(mode)
    path = tmp_path / ("a.jpg" if mode in ("CMYK", "YCbCr") else "a.png")
    image.save(path)
    expected = np.asarray(image.convert("L"))
    np.testing.assert_allclose(read_picture(path, GREY)[..., 0], expected, atol=12)


def test_of_an_animation_the_first_frame(tmp_path: Path) -> None:
    frames = [Image.fromarray(np.full((4, 6), value, np.uint8)) for value in (40, 90, 200)]
    for name in ("a.gif", "a.webp", "a.png"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        np.testing.assert_allclose(read_picture(tmp_path / name, GREY), 40, atol=2)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
@pytest.mark.parametrize("scale", [1, 20])
def test_a_camera_turned_while_taking_is_turned_back(tmp_path: Path, name: str, orientation: int, scale: int) -> None:
    """The right way up the picture is bright at its upper left corner; large pictures take a shorter way."""
    upright = np.zeros((40, 60), np.uint8)
    upright[:20, :20] = 250
    flips = {1: [], 2: [0], 3: [3], 4: [1], 5: [5], 6: [2], 7: [6], 8: [4]}  # Pillow's Transpose that undoes each
    stored = Image.fromarray(np.kron(upright, np.ones((scale, scale), np.uint8)))
    for transpose in flips[orientation]:
        stored = stored.transpose(Image.Transpose(transpose))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / name, exif=exif, quality=95)
    picture = read_picture(tmp_path / name, PictureForm(40, 60))[..., 0]
    np.testing.assert_allclose(picture, upright, atol=100)  # an edge may be soft
    assert picture[5:15, 5:15].mean() > 240
    assert picture[25:].mean() < 10


def test_a_damaged_camera_note_does_not_lose_the_picture(tmp_path: Path, gradient: np.ndarray) -> None:
    path = save(tmp_path / "a.jpg", gradient, exif=b"Exif\0\0II*\0\xff\xff\xff\xff\xff\xff")
    assert read_picture(path, GREY).shape == (4, 6, 1)


@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("size", [(64, 32), (32, 64), (3, 200), (1, 1), (50, 50)])
def test_height_and_width_the_right_way_round(tmp_path: Path, fit: str, size: tuple[int, int]) -> None:
    path = save(tmp_path / "a.png", np.full(size, 77, np.uint8))
    picture = read_picture(path, PictureForm(64, 32, fit=fit))
    assert picture.shape == (64, 32, 1)
    if fit != "pad":
        np.testing.assert_array_equal(picture, 77)


def test_how_another_shape_is_fitted(tmp_path: Path) -> None:
    wide = np.zeros((10, 40), np.uint8)
    wide[:, 10:30] = 200
    path = save(tmp_path / "a.png", wide)
    stretched, cropped, padded = (
        read_picture(path, PictureForm(20, 20, background="white", fit=fit))[..., 0]
        for fit in ("stretch", "crop", "pad")
    )
    assert stretched[:, 0].max() == 0
    assert stretched[:, 10].min() == 200
    assert cropped[:, 5:15].min() == 200
    assert padded[:7].min() == 255
    assert padded[10, 10] == 200
    assert padded[10, 0] == 0


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK", "P", "1"])
def test_shrinking_averages(tmp_path: Path, mode: str) -> None:
    stripes = np.zeros((400, 600), np.uint8)
    stripes[:, ::2] = 255
    image = Image.fromarray(stripes).convert("RGB").convert(mode)
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    image.save(path)
    np.testing.assert_allclose(read_picture(path, GREY), 127.5, atol=5)


def test_shrinking_mixes_in_nothing_that_is_invisible(tmp_path: Path) -> None:
    colors = np.zeros((400, 600, 4), np.uint8)
    colors[..., :3] = 255  # white, though transparent in every second column
    colors[:, ::2] = 100, 100, 100, 255
    path = save(tmp_path / "a.png", colors)
    np.testing.assert_allclose(read_picture(path, GREY), 50, atol=3)


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    header = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    parts = [struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
             for kind, data in (header, *chunks, (b"IEND", b""))]  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def webp(width: int, height: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (16, 16)).save(data, "WEBP", lossless=True)
    extended = (
        b"VP8X" + struct.pack("<II", 10, 0) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    )
    body = b"WEBP" + extended + data.getvalue()[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp(width: int, height: int) -> bytes:
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, *[0] * 6)


def gif(width: int, height: int, *, frame_only: bool = False) -> bytes:
    data = io.BytesIO()
    Image.new("L", (8, 8)).save(data, "GIF")
    whole = bytearray(data.getvalue())
    frame = whole.index(b",")
    whole[frame + 5 : frame + 9] = struct.pack("<HH", width, height)
    if not frame_only:
        whole[6:10] = struct.pack("<HH", width, height)
    return bytes(whole)


HOSTILE = {
    "bomb.png": (png(60_000, 60_000, (b"IDAT", zlib.compress(bytes(1000)))), "25 megapixels"),
    "just too large.png": (png(5001, 5000, (b"IDAT", zlib.compress(bytes(1000)))), "25 megapixels"),
    "warned of by Pillow.png": (png(9500, 9500, (b"IDAT", zlib.compress(bytes(1000)))), "25 megapixels"),
    "2 to the 31.png": (png(2**31 - 1, 2**31 - 1, (b"IDAT", b"")), "25 megapixels|damaged"),
    "bomb.bmp": (bmp(60_000, 60_000), "25 megapixels"),
    "negative.bmp": (bmp(-5, -2_000_000_000), "damaged|not a picture|megapixels"),
    "bomb.gif": (gif(65_535, 65_535), "25 megapixels"),
    "bomb in its first frame.gif": (gif(65_535, 65_535, frame_only=True), "25 megapixels"),
    "bomb.webp": (webp(16_000, 16_000), "25 megapixels|damaged"),
    "text bomb.png": (png(4, 4, (b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 26)))), "damaged"),
    "empty.png": (b"", "is empty"),
    "text.png": (b"this is no picture", "not a picture of a known kind"),
    "program.png": (b"\x7fELF" + bytes(100), "not a picture of a known kind"),
    "postscript.png": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "not a picture of a known kind"),
    "no data.png": (png(4, 6), "damaged"),
    "zero pixels.png": (png(0, 0, (b"IDAT", zlib.compress(b""))), "damaged|not a picture"),
    "svg.png": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture of a known kind"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_with_the_reason(tmp_path: Path, name: str) -> None:
    data, reason = HOSTILE[name]
    path = tmp_path / name
    path.write_bytes(data)
    tracemalloc.start()
    with pytest.raises(FileError, match=reason) as caught:
        read_picture(path, GREY)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert str(caught.value).startswith(str(path))
    assert peak < 64 << 20


def test_other_kinds_of_pictures_reach_no_decoder(tmp_path: Path, gradient: np.ndarray) -> None:
    for kind in ("TIFF", "PPM", "ICO", "TGA", "PCX"):
        path = tmp_path / f"{kind}.png"
        Image.fromarray(gradient).save(path, kind)
        with pytest.raises(FileError, match="not a picture of a known kind"):
            read_picture(path, GREY)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP"])
def test_cut_off_anywhere_a_picture_is_refused_or_whole(tmp_path: Path, kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (24, 32), np.uint8)
    data = io.BytesIO()
    Image.fromarray(noise).save(data, kind)
    whole = data.getvalue()
    path = tmp_path / "a.png"
    path.write_bytes(whole)
    form = PictureForm(24, 32)
    expected = read_picture(path, form)
    refused = 0
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        try:
            np.testing.assert_array_equal(read_picture(path, form), expected)
        except FileError:
            refused += 1
    assert refused > 0.9 * len(whole) / 7 - 5


def test_any_damage_is_a_file_error_or_a_picture(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (12, 16, 3), np.uint8)
    path = tmp_path / "a"
    for kind in ("PNG", "JPEG", "BMP", "GIF", "WEBP"):
        data = io.BytesIO()
        Image.fromarray(noise).save(data, kind)
        whole = np.frombuffer(data.getvalue(), np.uint8)
        for _ in range(150):
            damaged = whole.copy()
            damaged[rng.integers(0, len(whole), 3)] = rng.integers(0, 256, 3)
            path.write_bytes(damaged.tobytes())
            with contextlib.suppress(FileError):  # which is all it may raise
                assert read_picture(path, RGB).shape == (4, 6, 3)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_or_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", tmp_path, tmp_path / "missing.png"):
        with pytest.raises(FileError, match="missing, or no file"):
            read_picture(path, GREY)
