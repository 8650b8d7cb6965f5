"""Which source of images a file or folder on the disk is. Qt-free."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.data import ArrayFile, ImageFolder, Source

ARRAY_SUFFIXES: Final = (".npz", ".csv", ".tsv")
ARRAY_FILTER: Final = "Images with labels (*.npz *.csv *.tsv *ubyte *ubyte.gz *.idx *.gz);;All files (*)"


def source_of(path: Path) -> Source | None:
    """The images at `path`: a folder of pictures, or of IDX files, a table or an archive; None: none of these."""
    if path.is_dir():
        return ArrayFile(str(path)) if any(_is_idx(each.name) for each in path.iterdir()) else ImageFolder(str(path))
    if path.suffix.lower() in ARRAY_SUFFIXES:
        return ArrayFile(str(path))
    if _is_idx(path.name):  # images and labels lie in files of their own, beside each other
        return ArrayFile(str(path.parent))
    return None


def _is_idx(name: str) -> bool:
    return "ubyte" in name or name.removesuffix(".gz").endswith(".idx")
