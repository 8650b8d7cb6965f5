"""Image folders: the user's own pictures, one folder per class, as a Dataset."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset, Skipped
from core.data.picture import BACKGROUNDS, COLOR_MODES, FITS, SUFFIXES, PictureForm, decode_picture
from core.data.split import stratified_split
from core.data.storage import empty_images, too_large
from core.errors import FileError
from core.hyper import Configurable, hyper

Progress = Callable[[int, int], None]
THREADS = min(4, os.cpu_count() or 1)  # not more: a picture of 25 megapixels takes 100 MB while it is decoded
BLOCK = 64  # pictures between two reports of progress, which are also the places where the import can be left


@dataclass(frozen=True)
class Labelled:
    """One picture file and the classes it belongs to; `name` is its path within the class folder."""

    path: Path
    name: str
    classes: frozenset[str]


@dataclass(frozen=True)
class ImageFolder(Configurable):
    """Pictures in one folder per class, decoded once.

    The folder holds either the class folders, and `test_share` of every class is set aside for the test; or a folder
    `train` and a folder `test` with the class folders in each. Class folders may have folders within. The same file,
    under the same name, in several class folders is one image with several labels.
    """

    title: ClassVar[str] = "Image folder"
    sentence: ClassVar[str] = "Your own pictures, in one folder per class."

    path: str = hyper("", help="The folder that holds the class folders, or train and test.")
    height: int = hyper(28, low=1, high=1024, unit="px", help="Height that every picture is brought to.")
    width: int = hyper(28, low=1, high=1024, unit="px", help="Width that every picture is brought to.")
    color_mode: str = hyper("grayscale", choices=COLOR_MODES, help="One channel, or red, green and blue.")
    background: str = hyper("black", choices=BACKGROUNDS, help="What shows where a picture is transparent or padded.")
    fit: str = hyper(
        "stretch", choices=FITS, help="Pictures of another shape are stretched, cropped, or padded with background."
    )
    label_mode: str = hyper(
        "auto", choices=("auto", "single", "multi"),
        help="auto: several labels where the same file lies in several folders; multi: where only its name does.",
    )  # fmt: skip
    test_share: float = hyper(0.2, low=0, high=0.9, help="Share kept for the test where there is no test folder.")
    seed: int = hyper(0, low=0, high=2**31 - 1, help="Decides which pictures are kept for the test.")

    @classmethod
    def kind_name(cls) -> str:
        return "image_folder"

    @property
    def form(self) -> PictureForm:
        """What every picture is brought to."""
        return PictureForm(self.height, self.width, self.color_mode, self.background, self.fit)

    def decode(self, path: Path) -> NDArray[np.uint8]:
        """The pixels of one file: uint8 (height, width, channels). Called in several threads at once."""
        return decode_picture(path, self.form)

    def load(self, progress: Progress | None = None) -> Dataset:
        """Decode all pictures; the Dataset lists those that had to be left out.

        `progress(done, total)` is called now and then; an exception it raises ends the import.
        Raises FileError when the folder holds no class folders or not one readable picture to train on.
        """
        root = Path(self.path).expanduser()
        if not self.path or not root.is_dir():
            raise FileError(f"{self.path or 'Nothing'} is not a folder. Choose the one that holds the class folders.")
        skipped: list[Skipped] = []
        train, test = self._found(root, skipped)
        names = tuple(sorted({name for each in (*train, *test) for name in each.classes}))
        multi = self.label_mode == "multi" or any(len(each.classes) > 1 for each in (*train, *test))
        if not test and self.test_share:
            rng = np.random.default_rng(self.seed)
            rest, chosen = stratified_split(_labels(train, names, multi), self.test_share, rng)
            train, test = [train[i] for i in rest], [train[i] for i in chosen]
        count = len(train)
        total = count + len(test)
        on_disk = too_large(total, self.form.shape)
        x_train, train = self._decoded(train, root, skipped, on_disk, lambda done: progress and progress(done, total))
        x_test, test = self._decoded(
            test, root, skipped, on_disk, lambda done: progress and progress(count + done, total)
        )
        if not train:
            raise FileError(f"{root} has no readable picture to train on. {_first(skipped)}")
        return Dataset(
            self.kind_name(), root.name or str(root), x_train, _labels(train, names, multi), x_test,
            _labels(test, names, multi), tuple(displayed(name) for name in names), tuple(skipped),
        )  # fmt: skip

    def _found(self, root: Path, skipped: list[Skipped]) -> tuple[list[Labelled], list[Labelled]]:
        """The files to train on and those of the test folder, if there is one, each sorted by class and name."""
        folders = {folder.name.lower(): folder for folder in _visible(root) if folder.is_dir()}
        parts = [root]
        if {"train", "test"} <= folders.keys():
            parts = [folders["train"], folders["test"]]
            skipped += [
                Skipped(displayed(folder.name), "is beside train and test, which alone are read")
                for name, folder in folders.items() if name not in ("train", "test")
            ]  # fmt: skip
        found = [_merged(_listed(part, root, skipped), self.label_mode) for part in parts]
        if not any(found):
            raise FileError(
                f"{root} has no class folders with pictures ({', '.join(SUFFIXES)}). Make one folder per class and put "
                f"its pictures into it. {_first(skipped)}"
            )
        return found[0], found[1] if len(found) > 1 else []

    def _decoded(
        self,
        files: Sequence[Labelled],
        root: Path,
        skipped: list[Skipped],
        on_disk: bool,
        report: Callable[[int], object],
    ) -> tuple[NDArray[np.uint8], list[Labelled]]:
        """The images of all readable files, and which files these are; the others go to `skipped`."""
        images = empty_images(len(files), self.form.shape, on_disk=on_disk)
        kept: list[Labelled] = []

        def decode(index: int) -> FileError | None:
            try:
                images[index] = self.decode(files[index].path)
            except FileError as error:
                return error
            return None

        with warnings.catch_warnings(), ThreadPoolExecutor(THREADS) as pool:
            warnings.simplefilter("ignore")  # see read_picture
            for start in range(0, len(files), BLOCK):
                indices = range(start, min(start + BLOCK, len(files)))
                for index, error in zip(indices, pool.map(decode, indices), strict=True):
                    if error is None:
                        if len(kept) < index:
                            images[len(kept)] = images[index]  # close the gap that a skipped file left
                        kept.append(files[index])
                    else:
                        path = files[index].path
                        skipped.append(Skipped(displayed(path.relative_to(root).as_posix()), _reason(error, path)))
                report(indices[-1] + 1)
        return images[: len(kept)], kept


def displayed(name: str) -> str:
    """A file's name fit for display: bytes that are no text become question marks."""
    return os.fsencode(name).decode("utf-8", "replace")


def _visible(folder: Path) -> list[Path]:
    """What lies in a folder, sorted, without what systems hide there."""
    try:
        return sorted(each for each in folder.iterdir() if not each.name.startswith((".", "__MACOSX")))
    except OSError as error:
        raise FileError(f"{folder} cannot be read: {error.strerror}.") from error


def _listed(part: Path, root: Path, skipped: list[Skipped]) -> list[Labelled]:
    """All picture files in the class folders of `part`, by class and name."""
    found = []
    for entry in _visible(part):
        if not entry.is_dir():
            skipped.append(Skipped(displayed(entry.relative_to(root).as_posix()), "is not in a class folder"))
            continue
        for path in sorted(_files(entry, root, skipped)):
            if path.suffix.lower() in SUFFIXES:
                found.append(Labelled(path, path.relative_to(entry).as_posix(), frozenset([entry.name])))
            else:
                skipped.append(Skipped(displayed(path.relative_to(root).as_posix()), "has no ending of a picture"))
    return found


def _files(folder: Path, root: Path, skipped: list[Skipped]) -> Iterable[Path]:
    """All files below a folder that are not hidden; links to folders are not followed, for they may lead in circles."""
    folders = [folder]
    while folders:
        folder = folders.pop()
        try:
            entries = _visible(folder)
        except FileError as error:
            skipped.append(Skipped(displayed(folder.relative_to(root).as_posix()), _reason(error, folder)))
            continue
        for entry in entries:
            if not entry.is_dir():
                yield entry
            elif not entry.is_symlink():
                folders.append(entry)


def _reason(error: FileError, path: Path) -> str:
    """The error's words without the path they begin with."""
    return str(error).removeprefix(f"{path} ")


def _merged(files: list[Labelled], label_mode: str) -> list[Labelled]:
    """Files that are one image in several class folders, made one entry with all its classes.

    Different pictures often bear the same name (cat/1.png, dog/1.png), so in "auto" the content must be the same too.
    """
    if label_mode == "single":
        return files
    by_name: dict[str, list[Labelled]] = {}
    for each in files:
        by_name.setdefault(each.name, []).append(each)
    groups: dict[tuple[str, bytes], list[Labelled]] = {}
    for each in files:
        alone = label_mode == "multi" or len(by_name[each.name]) == 1
        groups.setdefault((each.name, b"" if alone else _digest(each.path)), []).append(each)
    return [Labelled(same[0].path, same[0].name, frozenset().union(*(each.classes for each in same)))
            for same in groups.values()]  # fmt: skip


def _digest(path: Path) -> bytes:
    """What tells a file's content apart; an unreadable file equals no other."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return os.fsencode(path)


def _labels(files: Sequence[Labelled], names: Sequence[str], multi: bool) -> NDArray[Any]:
    """Class indices (N,), or rows of 0 and 1 (N, classes) when images may have several labels."""
    index = {name: number for number, name in enumerate(names)}
    if not multi:
        return np.array([index[next(iter(each.classes))] for each in files], dtype=np.int64)
    labels = np.zeros((len(files), len(names)), dtype=np.int64)
    for row, each in zip(labels, files, strict=True):
        row[[index[name] for name in each.classes]] = 1
    return labels


def _first(skipped: Sequence[Skipped]) -> str:
    return f"Skipped {len(skipped)}, first: {skipped[0].path} {skipped[0].reason}" if skipped else ""
