"""What is said about a sign between two arrays, and about an array as a whole, on hover. Qt-free."""

from __future__ import annotations

import numpy as np

from nnvis.microscope.numbers_in import short
from nnvis.microscope.operands import Operand
from nnvis.number_text import count

SIGNS = (  # the first that is part of the LaTeX counts
    ("windows", "windows: every place of the maps where the kernel can lie; there it multiplies cell by cell."),
    ("reshape", "reshape: the same numbers in the same order, in another shape."),
    ("spread", "spread: what each window gets is given back to the cells that it covered, and added up."),
    ("scatter", "scatter: the error of each window goes to the cell that won there; all others get 0."),
    ("everywhere", "everywhere: the same number at every place of the map."),
    (r"\top", "Transposed: rows and columns change places."),
    (r"\odot", "Number by number: each with the one in the same place (the Hadamard product)."),
    (r"\cdot", "Matrix product: a row times a column, number by number, and added up."),
    (r"\times", "Matrix product: the row, stood up, times each column."),
    (r"\sum", "The sum over the letter below."),
    ("mean", "The mean over the letters below."),
    (r"\max", "The larger of the two, or the largest of all."),
    (r"\ln", "The natural logarithm."),
    (r"\tanh", "The hyperbolic tangent: squeezes every number between −1 and 1."),
    (r"\eta", "η: the learning rate of this step."),
    (r"\epsilon", "ε: a tiny number, so that nothing is divided by 0."),
    ("=", "What is at the left is made of what is at the right."),
    ("+", "Added number by number."),
    ("-", "Subtracted number by number."),
    ("/", "Divided number by number."),
)


def words_of_sign(latex: str) -> str:
    """What a sign means; empty for a bracket."""
    return next((words for part, words in SIGNS if part in latex), "")


def words_of_array(operand: Operand) -> str:
    """The shape of an array, its range, and how many of its numbers are exactly 0."""
    value = np.asarray(operand.value, np.float64)
    if not value.ndim:
        return f"A single number: {short(float(value), 4)}."
    shape = " × ".join(count(length) for length in value.shape)
    finite = value[np.isfinite(value)]
    if not finite.size:
        return f"{shape} numbers, none of them finite."
    zeros = int(finite.size - np.count_nonzero(finite))
    share = f", {100 * zeros / value.size:.0f} % exactly 0" if zeros else ""
    return f"{shape} numbers from {short(float(finite.min()))} to {short(float(finite.max()))}{share}."
