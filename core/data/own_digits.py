"""OwnDigits: drawings with their labels, kept in a folder: one PNG each, and an index that says what is what.

Every file is written whole or not at all, the picture before the index, so that a power cut leaves the set as it was
or with the new drawing. A picture's name says its label too: an index that is lost or damaged is made anew from them.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.center_digit import center_digit
from core.data.picture import PictureForm, read_picture
from core.errors import ConfigError, FileError
from core.safe_file import parse_json, read_bounded, write_atomic

FORMAT, VERSION = "nnvis-digits", 1
INDEX = "index.json"
SIDE = 280  # pixels of a drawing
CLASSES = 10
MOST = 20_000
MAX_BYTES = 8 << 20  # an index of so many
NAME = re.compile(r"([0-9])_([0-9]{6})\.png")
FORM = PictureForm(SIDE, SIDE)


@dataclass(frozen=True, eq=False)
class OwnDigit:
    """One drawing. Shapes: drawing uint8 (280, 280), image uint8 (28, 28, 1) as a network gets it."""

    number: int
    label: int
    drawing: NDArray[np.uint8]
    image: NDArray[np.uint8]

    @property
    def name(self) -> str:
        """Its file."""
        return f"{self.label}_{self.number:06}.png"


class OwnDigits:
    """The set in `folder`, which is made with the first drawing. `notes` are sentences on what had to be put right."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.digits: list[OwnDigit] = []
        self.notes: list[str] = []
        self._unreadable: list[str] = []  # in the index; they stay there, perhaps their files come back
        self._last = 0

    def __len__(self) -> int:
        return len(self.digits)

    @property
    def images(self) -> NDArray[np.uint8]:
        """All as a network gets them, (N, 28, 28, 1)."""
        return np.stack([each.image for each in self.digits]) if self.digits else np.empty((0, 28, 28, 1), np.uint8)

    @property
    def labels(self) -> NDArray[np.int64]:
        """Their labels, (N,)."""
        return np.array([each.label for each in self.digits], np.int64)

    # --- reading ------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Read the folder. Nothing in it is ever deleted here; what is damaged is told of in `notes`."""
        self.digits, self.notes, self._unreadable = [], [], []
        found = self._found()
        listed = self._listed()
        names = listed if listed is not None else []
        known = {_number(name) for name in names}  # what was left by a change of label is no drawing of its own
        adopted = sorted((name for name in found if _number(name) not in known), key=_number)
        if listed is None and found:
            self.notes.append(f"The index was missing or damaged; it was made anew from {len(found)} pictures.")
        for name in [*names, *adopted]:
            self._last = max(self._last, _number(name))
            try:
                self.digits.append(self._read(name))
            except FileError:
                self._unreadable.append(name)
        if self._unreadable:
            some = ", ".join(self._unreadable[:3]) + (" …" if len(self._unreadable) > 3 else "")
            self.notes.append(f"{len(self._unreadable)} pictures could not be read and are left out: {some}.")

    def _found(self) -> set[str]:
        try:
            return {path.name for path in self.folder.iterdir() if NAME.fullmatch(path.name)}
        except FileNotFoundError:
            return set()
        except OSError as error:
            self.notes.append(f"The folder of your digits cannot be read: {error.strerror}.")
            return set()

    def _listed(self) -> list[str] | None:
        """The names in the index, in order; None when there is none or it is damaged, which is then kept aside."""
        path = self.folder / INDEX
        if not path.exists():
            return None
        try:
            data = parse_json(read_bounded(path, MAX_BYTES, "index of digits"), f"{INDEX!r}")
            names = data["digits"] if isinstance(data, dict) and data.get("format") == FORMAT else None
            right = isinstance(names, list) and len(names) <= MOST and data.get("version") == VERSION
            if not right or not all(isinstance(name, str) and NAME.fullmatch(name) for name in names or ()):
                raise FileError(f"{INDEX!r} is no index of this version.")
        except FileError:
            aside = path.with_name(f"damaged-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}-{INDEX}")
            path.replace(aside)
            self.notes.append(f"The damaged index is kept as {aside.name!r}.")
            return None
        return list(dict.fromkeys(names or ()))

    def _read(self, name: str) -> OwnDigit:
        drawing = read_picture(self.folder / name, FORM)[:, :, 0]
        return _digit(_number(name), int(name[0]), drawing)

    # --- changing -----------------------------------------------------------------------------------------------------

    def add(self, drawing: NDArray[np.uint8], label: int) -> OwnDigit:
        """Keep a drawing (280, 280). Raises ConfigError for a label that is none, FileError when it cannot be kept."""
        digit = _digit(self._last + 1, label, np.array(drawing, np.uint8))
        self.put(len(self.digits), digit)
        return digit

    def put(self, place: int, digit: OwnDigit) -> None:
        """Bring a drawing back that was removed. Raises FileError when it cannot be kept; the set is then as before."""
        if len(self.digits) >= MOST:
            raise FileError(f"There are {MOST:,} drawings already. Export them, and delete some.")
        self._make_folder()
        write_atomic(self.folder / digit.name, _png(digit.drawing))
        changed = [*self.digits[:place], digit, *self.digits[place:]]
        self._write_index(changed)
        self.digits, self._last = changed, max(self._last, digit.number)

    def remove(self, digit: OwnDigit) -> int:
        """Take a drawing out, and say where it was. Raises FileError when that cannot be written down."""
        place = self.digits.index(digit)
        changed = [each for each in self.digits if each is not digit]
        self._write_index(changed)
        self.digits = changed
        (self.folder / digit.name).unlink(missing_ok=True)
        return place

    def relabel(self, digit: OwnDigit, label: int) -> OwnDigit:
        """Give a drawing another label. Raises FileError when that cannot be written down."""
        other = replace(digit, label=_checked(label))
        if other.name == digit.name:
            return digit
        write_atomic(self.folder / other.name, _png(other.drawing))
        changed = [other if each is digit else each for each in self.digits]
        self._write_index(changed)
        self.digits = changed
        (self.folder / digit.name).unlink(missing_ok=True)
        return other

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(f"The folder {str(self.folder)!r} cannot be made: {error.strerror}.") from None

    def _write_index(self, digits: Sequence[OwnDigit]) -> None:
        names = [*(digit.name for digit in digits), *self._unreadable]
        text = json.dumps({"format": FORMAT, "version": VERSION, "digits": names}, indent=1)
        write_atomic(self.folder / INDEX, text.encode())

    # --- taking along -------------------------------------------------------------------------------------------------

    def export(self, path: Path) -> int:
        """Write all as PNG in one folder per class: into a .zip, or into a folder that is new or empty. How many.

        Raises FileError when it cannot be written.
        """
        if path.suffix.lower() == ".zip":
            stream = io.BytesIO()
            with zipfile.ZipFile(stream, "w") as archive:
                for digit in self.digits:
                    archive.writestr(f"{digit.label}/{digit.name}", _png(digit.drawing))
            write_atomic(path, stream.getvalue())
            return len(self.digits)
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise FileError(f"The folder {str(path)!r} is not empty. Choose a new one.")
            for label in sorted({digit.label for digit in self.digits}):
                (path / str(label)).mkdir()
        except FileError:
            raise
        except OSError as error:
            raise FileError(f"{str(path)!r} cannot be written to: {error.strerror}.") from None
        for digit in self.digits:
            write_atomic(path / str(digit.label) / digit.name, _png(digit.drawing))
        return len(self.digits)


def _digit(number: int, label: int, drawing: NDArray[np.uint8]) -> OwnDigit:
    if drawing.shape != (SIDE, SIDE):
        raise ConfigError(f"A drawing is {SIDE} by {SIDE} pixels, not {drawing.shape}.")
    return OwnDigit(number, _checked(label), drawing, center_digit(drawing)[..., np.newaxis])


def _checked(label: int) -> int:
    if not 0 <= label < CLASSES:
        raise ConfigError(f"A digit is from 0 to {CLASSES - 1}, not {label}.")
    return int(label)


def _number(name: str) -> int:
    return int(name[2:8])


def _png(drawing: NDArray[np.uint8]) -> bytes:
    from PIL import Image  # where it is used: a network of numbers alone needs no Pillow

    stream = io.BytesIO()
    Image.fromarray(drawing).save(stream, "PNG")
    return stream.getvalue()
