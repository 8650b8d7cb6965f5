"""Typesetting: LaTeX becomes an SVG picture whose baseline is known. Qt-free; widgets paint it, pages embed it."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache

_VIEW_BOX = re.compile(r'viewBox="(\S+) (\S+) (\S+) (\S+)"')


@dataclass(frozen=True)
class Formula:
    """A typeset formula: its drawing, and how far it reaches over and under the line of the text (in pixels)."""

    svg: str
    width: float
    ascent: float
    descent: float

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.ascent + self.descent


@lru_cache(maxsize=512)
def typeset(latex: str, size: float, color: str) -> Formula:
    """The formula in letters of `size` pixels and one colour ("#rrggbb").

    Raises ValueError for what cannot be typeset, with the text in question.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # ziamath's own way to find its font
        # takes a tenth of a second, and not before somebody reads a formula
        from ziamath.config import config
        from ziamath.zmath import Latex

        config.svg2 = False  # plain paths: Qt and old browsers know no <symbol>
        try:
            svg = str(Latex(tamed(latex), size=size, color=color).svg())
        except Exception as error:  # its parsers raise all kinds
            raise ValueError(f"This formula cannot be typeset: {latex}") from error
    box = _VIEW_BOX.search(svg)
    if box is None:
        raise ValueError(f"This formula came out without a size: {latex}")
    _, top, width, height = (float(number) for number in box.groups())
    return Formula(svg, width, -top, height + top)


def tamed(latex: str) -> str:
    """Letters under a sum go to its side where brackets stretch: ziamath 0.13 makes those a thousand pixels high."""
    return latex.replace(r"\sum_", r"{\sum}_") if r"\left" in latex or "matrix}" in latex else latex
