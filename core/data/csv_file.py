"""CSV: a table of numbers with one column of labels, such as MNIST with one image per row."""

from __future__ import annotations

import csv
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import FileError

MAX_BYTES = 1 << 30
MAX_LINE = 1 << 22  # characters; room for 1,024 x 1,024 pixels in the first line
LABEL_NAMES = ("label", "labels", "class", "target", "y")
DELIMITERS = ",;\t"


@dataclass(frozen=True, eq=False)
class Table:
    """Numbers and labels of a CSV file. Shapes: values float32 (N, columns); labels as text (N,)."""

    values: NDArray[np.float32]
    labels: NDArray[np.str_]
    column_names: tuple[str, ...]


def read_csv(path: Path) -> Table:
    """Read a table of finite numbers whose label column is called label, class, target or y, or else is the first.

    The first line holds the names of the columns if one of them is such a name, or if none of its cells is a number.
    Comma, semicolon and tabulator separate; labels may be any text.
    Raises FileError, naming the row where it can, when the file is something else.
    """
    try:
        size = path.stat().st_size
        if not 0 < size <= MAX_BYTES:
            raise FileError(f"{path} is empty." if not size else f"{path} is larger than {MAX_BYTES >> 20} MB.")
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline(MAX_LINE)
        if len(first) == MAX_LINE:
            raise FileError(f"{path} has a first line of more than {MAX_LINE:,} characters; it is no table.")
        delimiter = max(DELIMITERS, key=first.count)
        cells = next(csv.reader([first], delimiter=delimiter), [])
        label_column, has_names = _layout(cells)
        values, labels = _parsed(path, delimiter, label_column, skip=int(has_names))
    except FileError:
        raise
    except UnicodeDecodeError as error:
        raise FileError(f"{path} is not a text in UTF-8. Save it as CSV in UTF-8.") from error
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}. Choose another file.") from error
    except (ValueError, csv.Error) as error:
        raise FileError(f"{path} is not a table of numbers: {error}") from error
    names = cells if has_names else [f"column {number}" for number in range(1, len(cells) + 1)]
    return Table(values, labels, tuple(name for number, name in enumerate(names) if number != label_column))


def _layout(cells: list[str]) -> tuple[int, bool]:
    """Which column holds the labels, and whether these first cells are the columns' names."""
    named = [number for number, cell in enumerate(cells) if cell.strip().lower() in LABEL_NAMES]
    return (named[0] if named else 0), bool(named) or not any(_is_number(cell) for cell in cells)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _parsed(path: Path, delimiter: str, label_column: int, skip: int) -> tuple[NDArray[np.float32], NDArray[np.str_]]:
    numbers: dict[str, int] = {}

    def number_of(label: str) -> int:
        """Labels become numbers in the order they appear in, so that one pass reads everything."""
        return numbers.setdefault(label.strip(), len(numbers))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # an empty table is an error of ours below, not a warning
        table: NDArray[Any] = np.loadtxt(
            path, np.float32, comments=None, delimiter=delimiter, converters={label_column: number_of},
            skiprows=skip, ndmin=2, encoding="utf-8-sig", quotechar='"',
        )  # fmt: skip
    if table.size == 0 or table.shape[1] < 2:
        raise FileError(f"{path} needs at least one row, with a label and one number.")
    bad = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if len(bad):
        raise FileError(
            f"{path} has a number that is not finite in row {bad[0] + 1 + skip}. Correct or remove the row."
        )
    labels = np.array(list(numbers))[table[:, label_column].astype(np.int64)]
    return np.delete(table, label_column, axis=1), labels
