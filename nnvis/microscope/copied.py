"""What is copied from the Microscope: a number with its sum, an array as CSV, an equation as LaTeX. Qt-free."""

from __future__ import annotations

import numpy as np

from nnvis.microscope.operands import Operand
from nnvis.microscope.staging import Staging
from nnvis.microscope.telling import place_of
from nnvis.microscope.written_out import Terms, WrittenOut


def number_text(staging: Staging, out: WrittenOut) -> str:
    """The number that is pointed at, and every term of its sum, one a line, with all their figures."""
    name = staging.shown.stop.symbol
    place = f"[{', '.join(map(str, out.index))}]" if out.index else ""
    if not out.is_sum:
        numbers = f" = {out.numbers}" if "…" not in out.numbers else ""
        return f"{name}{place}{numbers} = {out.value:.9g}"
    lines = [f"{name}{place} = {out.value:.9g}"]
    for terms in out.terms:
        for index, value in enumerate(terms.values):
            what = place_of(staging, terms, index) if terms.axes else terms.text
            lines.append(f"{what}: {_product(terms, index)}{value:.9g}")
    return "\n".join(lines)


def _product(terms: Terms, index: int) -> str:
    factors = terms.factors[index]
    return f"{' × '.join(f'{factor:.9g}' for factor in factors)} = " if len(factors) > 1 else ""


def array_csv(operand: Operand) -> str:
    """All entries of an array, a row a line; an array of more than two axes is unrolled to rows of its last one."""
    value = np.asarray(operand.value)
    rows = value.reshape(-1, value.shape[-1]) if value.ndim else value.reshape(1, 1)
    return "\n".join(",".join(f"{entry:.9g}" for entry in row.astype(float)) for row in rows)


def equation_latex(staging: Staging) -> str:
    """The equation of the stop, after those that come before it."""
    if staging.stack is not None:
        return staging.stack.latex
    parts = " ".join(part.latex for part in staging.shown.parts)
    whole = f"{staging.shown.result.latex} = {parts}" if parts else staging.shown.result.latex
    return r" ,\quad ".join((*staging.extra_latex, whole))
