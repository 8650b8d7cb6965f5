"""Reading one picture file, whatever its format, size, colours and rotation, into the pixels a network receives.

A file is not trusted: only five decoders may touch it, the size is read from the header before anything is decoded, and
whatever goes wrong becomes a FileError with the reason.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import FileError

if TYPE_CHECKING:
    from PIL import Image  # imported where it is used: a network of numbers alone needs no Pillow

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif")
FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "GIF")
MAX_PIXELS = 25_000_000
MAX_BYTES = 256 << 20
AVERAGED = ("L", "LA", "RGB", "RGBA", "CMYK")  # modes in which the mean of pixels means something
COLOR_MODES = ("grayscale", "rgb")
BACKGROUNDS = ("black", "white")
FITS = ("stretch", "crop", "pad")


@dataclass(frozen=True)
class PictureForm:
    """What pictures are brought to.

    `color_mode` is "grayscale" or "rgb". Transparent parts show the `background`, "black" or "white". `fit` says what
    happens to pictures of another shape: "stretch" them, "crop" what is too much, or "pad" with the background.
    """

    height: int
    width: int
    color_mode: str = "grayscale"
    background: str = "black"
    fit: str = "stretch"

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self.height, self.width, 1 if self.color_mode == "grayscale" else 3


def read_picture(path: Path, form: PictureForm) -> NDArray[np.uint8]:
    """The picture in `path`, the right way up, in the given form: uint8 (height, width, channels).

    Of an animation the first frame is taken. Raises FileError with the reason when it cannot be read.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of every oddity in a header; what matters is raised
        return decode_picture(path, form)


def decode_picture(path: Path, form: PictureForm) -> NDArray[np.uint8]:
    """`read_picture` for use in several threads at once, where the caller has silenced Pillow's warnings."""
    return _decoded(path, str(path), lambda image: _pixels(path, image, form))


def read_grey(source: Path | bytes, longest: int) -> NDArray[np.uint8]:
    """A picture in grey, the right way up and of its own shape, its longer side at most `longest`: uint8 (h, w).

    `source` is a file, or the bytes of one. Transparent parts show whatever differs most from the rest, so that a pen
    line without paper stays visible. Raises FileError with the reason when it cannot be read.
    """
    name = str(source) if isinstance(source, Path) else "The picture"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _decoded(source, name, lambda image: _grey(name, image, longest))


def _decoded(source: Path | bytes, name: str, read: Callable[[Image.Image], NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """What `read` makes of the opened picture. Whatever goes wrong becomes a FileError."""
    from PIL import Image, UnidentifiedImageError

    try:
        if isinstance(source, Path) and not source.is_file():
            raise FileError(f"{name} is missing, or no file.")
        size = source.stat().st_size if isinstance(source, Path) else len(source)
        if not 0 < size <= MAX_BYTES:
            raise FileError(f"{name} is empty." if not size else f"{name} is larger than {MAX_BYTES >> 20} MB.")
        opened = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
        with opened as file, Image.open(file, formats=FORMATS) as image:
            return read(image)
    except FileError:
        raise
    except UnidentifiedImageError:
        known = ", ".join(FORMATS)
        raise FileError(f"{name} is not a picture of a known kind ({known}), whatever its name says.") from None
    except Image.DecompressionBombError:
        raise _too_large(name) from None
    except Exception as error:  # decoders raise whatever the bytes provoke: OSError, SyntaxError, struct.error, ...
        raise FileError(f"{name} is damaged: {error or type(error).__name__}.") from error


def _grey(name: str, image: Image.Image, longest: int) -> NDArray[np.uint8]:
    """The picture averaged to at most `longest` pixels, in grey."""
    from PIL import Image

    upright = _loaded(name, image, longest)
    ground = "black"
    if upright.has_transparency_data:
        seen = np.asarray(upright.convert("LA"), dtype=np.float64)
        opaque = seen[..., 1].sum()
        ground = "white" if opaque and (seen[..., 0] * seen[..., 1]).sum() / opaque < 128 else "black"
    grey = _in_colors(upright, PictureForm(1, 1, background=ground))
    grey.thumbnail((longest, longest), Image.Resampling.BOX)
    return np.array(grey, dtype=np.uint8)


def _pixels(path: Path, image: Image.Image, form: PictureForm) -> NDArray[np.uint8]:
    upright = _loaded(str(path), image, 2 * max(form.height, form.width))
    fitted = _fitted(_in_colors(upright, form), form)
    return np.array(fitted, dtype=np.uint8).reshape(form.shape)


def _loaded(name: str, image: Image.Image, least: int) -> Image.Image:
    """The decoded picture, the right way up; a large one averaged while both sides keep `least` pixels."""
    from PIL import ImageOps

    if image.width * image.height > MAX_PIXELS:
        raise _too_large(name)
    image.draft(None, (least, least))  # a JPEG can be decoded at half its size, a quarter ...: much faster
    image.load()
    small = _reduced(image, least)
    try:
        return ImageOps.exif_transpose(small)
    except Exception:  # a damaged note about the camera is no reason to lose the picture
        return small


def _reduced(image: Image.Image, least: int) -> Image.Image:
    """Averaged over whole squares of pixels while both sides keep `least`: what follows then costs next to nothing."""
    factor = min(image.size) // least
    return image.reduce(factor) if factor > 1 and image.mode in AVERAGED else image


def _too_large(name: str) -> FileError:
    return FileError(f"{name} has more than {MAX_PIXELS // 1_000_000} megapixels. Make it smaller.")


def _in_colors(image: Image.Image, form: PictureForm) -> Image.Image:
    """In 8 bits and in the form's colours, on its background where transparent."""
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits; Pillow would cut off at 255 where the upper half is wanted
        values: NDArray[Any] = np.asarray(image).astype(np.int64)
        image = Image.fromarray((np.clip(values, 0, 65535) // 256).astype(np.uint8))
    if image.has_transparency_data:
        ground = Image.new("RGBA", image.size, form.background)
        ground.alpha_composite(image.convert("RGBA"))
        image = ground
    return image.convert("L" if form.color_mode == "grayscale" else "RGB")


def _fitted(image: Image.Image, form: PictureForm) -> Image.Image:
    """Of the form's width and height. Pillow names the width first."""
    from PIL import Image, ImageOps

    size = form.width, form.height
    if image.size == size:
        return image
    if form.fit == "crop":
        return ImageOps.fit(image, size, Image.Resampling.BILINEAR)
    if form.fit == "stretch":
        return image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    scale = min(form.width / image.width, form.height / image.height)
    inner = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    padded = Image.new(image.mode, size, form.background)
    padded.paste(
        image.resize(inner, Image.Resampling.BILINEAR, reducing_gap=2.0),
        ((form.width - inner[0]) // 2, (form.height - inner[1]) // 2),
    )
    return padded
