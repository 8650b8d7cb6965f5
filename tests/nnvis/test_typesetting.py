"""Formulas become pictures that stand on the line of the text."""

import pytest

from core.layers import LAYERS
from nnvis.theory.references import equations_of, thing
from nnvis.typesetting import typeset


def test_letters_stand_on_the_line_and_brackets_reach_below_it() -> None:
    letter, bracket = typeset("Z", 16, "#112233"), typeset(r"\left(\frac{A}{B}\right)", 16, "#112233")
    assert letter.descent < 3 < letter.ascent
    assert bracket.descent > letter.descent
    assert bracket.height > 1.5 * letter.height
    assert "#112233" in letter.svg


def test_twice_the_size_is_twice_the_picture() -> None:
    small, large = typeset("dZ = W", 14, "#000000"), typeset("dZ = W", 28, "#000000")
    assert large.width == pytest.approx(2 * small.width, rel=0.1)


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)
def test_every_layer_can_be_read(kind: type) -> None:
    for equation in equations_of(thing(kind.__name__)):
        assert typeset(equation.latex, 20, "#000000").width > 20


@pytest.mark.parametrize("inner", [r"\sum_{j} E", r"\frac{E}{\sum_{j} E}"])
def test_brackets_around_a_sum_are_as_high_as_the_sum(inner: str) -> None:
    assert typeset(rf"\left({inner}\right)", 16, "#000000").height < 80
    assert typeset(rf"{inner} = \begin{{bmatrix}} 1 & 2 \end{{bmatrix}}", 16, "#000000").height < 80


def test_nonsense_is_named() -> None:
    with pytest.raises(ValueError, match="frac"):
        typeset(r"\frac{", 16, "#000000")
