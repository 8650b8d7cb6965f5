"""Theory pages say what the code does: every equation, example, code line and answer in them comes from it."""

from __future__ import annotations

import numpy as np
import pytest

from core.layers import LAYERS
from nnvis.theory import example
from nnvis.theory.article import (
    TOPICS,
    Article,
    Code,
    Displayed,
    Example,
    Figure,
    Paragraph,
    YourTurn,
    articles,
    folder,
)
from nnvis.theory.exercise import Exercise
from nnvis.theory.references import TheoryError, code_line, equation
from nnvis.typesetting import typeset


def page(source: str) -> Article:
    return Article("page", "A page", "Forward", "Why?", source)


@pytest.mark.parametrize("article", articles(), ids=lambda article: article.topic)
def test_every_page_holds_against_the_code(article: Article) -> None:
    blocks = article.blocks
    assert any(isinstance(block, Example) for block in blocks), "each page works something out"
    assert any(isinstance(block, YourTurn) for block in blocks), "each page asks something"
    for block in blocks:
        match block:
            case Displayed(lines=lines):
                assert all(typeset(latex, 20, "#000000").width < 900 for latex, _ in lines)
            case Example(lines=worked):
                assert all(typeset(line.latex, 16, "#000000").width < 900 for line in worked)
            case Paragraph():
                assert all(typeset(latex, 16, "#000000").descent < 12 for latex in block.formulas)


def test_every_page_is_in_the_contents_and_every_link_leads_somewhere() -> None:
    assert {path.stem for path in folder().glob("*.md")} == set(TOPICS)
    for article in articles():
        for block in article.blocks:
            if isinstance(block, Paragraph):
                for _, topic in block.links:
                    assert topic in TOPICS, f"{article.topic}.md links to {topic}"


def test_the_pages_speak_of_every_kind_of_layer() -> None:
    text = " ".join(article.source for article in articles())
    unsaid = {kind.__name__ for kind in LAYERS if f"{{{{{kind.__name__}" not in text}
    assert unsaid <= {"Activation", "Flatten", "Reshape", "LayerNormalization"}, "they have no mathematics of their own"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{Dense.dV}}", "no equation for 'dV'"),
        ("{{Danse.dW}}", "called 'Danse'"),
        ("{{Dense(units=0).dW}}", "cannot be made"),
        ("{{code: Dense.backward: np.linalg}}", "0 statements"),
        ("{{code: Dense.sideways: X}}", "no method 'sideways'"),
        ("{{Dense.dW", "no reference"),
        ("```example E\nX = [[1]]\nDense.Z\n```", "needs W"),
        ("```poem\nX\n```", "none for 'poem'"),
        ("```exercise\nask: 1 + 1?\nanswer: 3\nworked: 1 + 1\nwhy: so\nhint: add\n```", "works out as 2"),
        ("```exercise\nask: 1 + 1?\nanswer: 2\n```", "needs hint, why, worked"),
        ("```exercise\nask: ?\nanswer: 2\nworked: 2\nwrong 2: no\nwhy: so\nhint: add\n```", "its own answer wrong"),
    ],
)
def test_a_page_that_does_not_match_the_code_is_refused(source: str, why: str) -> None:
    with pytest.raises(TheoryError, match=r"page\.md") as caught:
        page(source).blocks  # noqa: B018
    assert why in str(caught.value)


def test_an_example_is_worked_out_by_the_equations() -> None:
    lines = example.evaluate("X = [[0.5, 1.0]]\nW = [[0.2], [0.6]]\nb = [-0.1]\nDense.Z\nrelu.Y\nd = 2 * Y")
    assert [line.symbol for line in lines] == ["X", "W", "b", "Z", "Y", "d"]
    np.testing.assert_allclose(lines[-1].value, [[1.2]])
    assert lines[3].latex == r"Z = X \, W + b = 0.6"


def test_numbers_in_examples_are_never_0_unless_they_are() -> None:
    assert [example.number(value) for value in (0, 0.25, -3, 2e-5, 1 / 3)] == [
        "0", "0.25", "-3", r"2.0 \cdot 10^{-5}", "0.333",
    ]  # fmt: skip


def test_a_code_line_is_the_statement_that_runs() -> None:
    line = code_line("Dense._backward: self.X.T")
    text = (folder().parents[1] / line.file).read_text(encoding="utf-8").splitlines()[line.line - 1]
    assert text.strip() == line.text


@pytest.mark.parametrize(
    ("typed", "is_right", "part"),
    [
        ("0", True, "closed"), ("0.0", True, "closed"),
        ("-0.147", False, "what arrives"), ("−0,147", False, "what arrives"),
        ("7", False, "Look at the sign"), ("zero", False, "Write a number"), ("", False, "Write a number"),
    ],
)  # fmt: skip
def test_an_answer_is_judged_by_what_it_tells(typed: str, is_right: bool, part: str) -> None:
    bp2 = next(article for article in articles() if article.topic == "bp2")
    exercise = next(block.exercise for block in bp2.blocks if isinstance(block, YourTurn))
    verdict = exercise.judge(typed)
    assert verdict.is_right is is_right
    assert part in verdict.text


def test_the_wrong_sign_is_told_apart() -> None:
    exercise = Exercise.parse("ask: ?\nanswer: 2\nworked: 1 + 1\nwhy: so\nhint: add", {})
    assert "Which way" in exercise.judge("-2").text


def test_equations_are_those_of_the_core() -> None:
    assert equation("Dense.dW").expression == "X.T @ dZ"


def test_figures_have_a_caption_and_code_has_a_place() -> None:
    for article in articles():
        for block in article.blocks:
            if isinstance(block, Figure):
                assert block.caption
            if isinstance(block, Code):
                assert all(line.line > 0 and line.file.startswith("core/") for line in block.lines)
