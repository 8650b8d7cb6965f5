"""Articles: a theory page as it is written, taken apart into blocks. The form of the source:

    title: Error of a hidden layer
    tag: BP2
    short: Hidden error
    group: Backward
    question: Nobody tells a hidden unit what it should have said. So how wrong was it?
    ---
    A paragraph with $Z$, *words* that stand out, and a [link](bp1) to another article.

    ## A heading
    {{Dense.dX}}                                            an equation of the core; `| words` names it
    {{code: Dense._backward: np.matmul(dZ}}                 the statement that runs
    {{figure: activations}}  {{show: BP2}}                  a figure of the app; "Show me in the Microscope"
    $$ \\frac{dC}{dz} $$                                     a formula that is nowhere computed, such as a derivation
    - an item
    ```example What it is about ...```                      see example.py
    ```exercise ...```                                      see exercise.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from core.equation import Equation
from nnvis.paths import resource
from nnvis.theory import example, references
from nnvis.theory.example import ExampleLine
from nnvis.theory.exercise import Exercise
from nnvis.theory.references import CodeLine, TheoryError

GROUPS = ("Forward", "Loss", "Backward", "Learning", "More layers", "Practice")
# The contents, in teaching order. A page is a file in resources/theory and its name here.
TOPICS = (
    "unit", "layer", "activations", "softmax",
    "cross_entropy", "squared_error",
    "chain_rule", "bp1", "bp2", "bp3", "bp4", "jacobian", "gradient_check",
    "gradient_descent", "momentum", "adam", "schedules", "initialisation", "vanishing_gradient", "overfitting",
    "convolution", "pooling", "batch_normalisation", "dropout",
    "mnist", "saliency", "metrics", "learn_page",
)  # fmt: skip


@dataclass(frozen=True)
class Block:
    """Base of what an article consists of."""


@dataclass(frozen=True)
class Heading(Block):
    """The title of a part."""

    text: str


@dataclass(frozen=True)
class Paragraph(Block):
    """Running text, with marks: $formula$, *strong*, `code`, [words](topic)."""

    text: str
    is_item: bool = False

    @property
    def links(self) -> list[tuple[str, str]]:
        """The (words, topic) of its links."""
        return _LINK.findall(self.text)

    @property
    def formulas(self) -> list[str]:
        """The LaTeX of the formulas in the line."""
        return _MATH.findall(self.text)


@dataclass(frozen=True)
class Displayed(Block):
    """Equations in large letters, each with what it is in words."""

    lines: tuple[tuple[str, str], ...]  # (LaTeX, words)


@dataclass(frozen=True)
class Code(Block):
    """The statements that run."""

    lines: tuple[CodeLine, ...]


@dataclass(frozen=True)
class Figure(Block):
    """A picture drawn by the app."""

    name: str
    caption: str


@dataclass(frozen=True)
class ShowMe(Block):
    """A way into the Microscope: the stop whose tag that is."""

    stop: str


@dataclass(frozen=True, eq=False)
class Example(Block):
    """Numbers worked out by the core's own equations."""

    title: str
    lines: tuple[ExampleLine, ...]


@dataclass(frozen=True, eq=False)
class YourTurn(Block):
    """A question to answer."""

    exercise: Exercise


@dataclass(frozen=True)
class Article:
    """One page. `source` is the text behind the head."""

    topic: str
    title: str
    group: str
    question: str
    source: str = field(repr=False)
    tag: str = ""
    short: str = ""  # what the contents call it

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The page taken apart, its references looked up. Raises TheoryError, naming the page."""
        try:
            return tuple(_blocks(self.source))
        except TheoryError as error:
            raise TheoryError(f"{self.topic}.md: {error}") from error

    @property
    def words(self) -> str:
        """All there is to find, in small letters."""
        return f"{self.title} {self.tag} {self.question} {self.source}".lower()


def folder() -> Path:
    """Where the pages lie."""
    return resource("theory")


@lru_cache(maxsize=1)
def articles() -> tuple[Article, ...]:
    """All pages in teaching order."""
    return tuple(read(folder() / f"{topic}.md") for topic in TOPICS)


def read(path: Path) -> Article:
    """The page in this file. Raises TheoryError when its head is not whole."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    entries = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    missing = {"title", "group", "question"} - entries.keys()
    if missing or entries["group"] not in GROUPS or not body:
        raise TheoryError(f"{path.name}: the head must have title, group ({', '.join(GROUPS)}) and question.")
    title = entries["title"]
    return Article(
        path.stem, title, entries["group"], entries["question"], body,
        entries.get("tag", ""), entries.get("short", title),
    )  # fmt: skip


_MATH = re.compile(r"\$([^$]+)\$")
_LINK = re.compile(r"\[([^\]]+)\]\((\w+)\)")
_FENCE = re.compile(r"^```(\w+)[ ]*(.*?)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_BRACES = re.compile(r"^\{\{(.+)\}\}(?:\s*\|\s*(.+))?$")
_DOLLARS = re.compile(r"^\$\$(.+?)\$\$(?:\s*\|\s*(.+))?$")


def _blocks(source: str) -> Iterator[Block]:
    position = 0
    values: dict[str, Any] = {}  # of the latest example: what an exercise may speak of
    for fence in _FENCE.finditer(source):
        yield from _plain(source[position : fence.start()])
        block = _fenced(fence[1], fence[2], fence[3], values)
        if isinstance(block, Example):
            values = {line.symbol: line.value for line in block.lines}
        yield block
        position = fence.end()
    yield from _plain(source[position:])


def _fenced(kind: str, title: str, body: str, values: Mapping[str, Any]) -> Block:
    match kind:
        case "example":
            return Example(title, example.evaluate(body))
        case "exercise":
            return YourTurn(Exercise.parse(body, values))
    raise TheoryError(f"There are blocks for an example and an exercise, but none for {kind!r}.")


def _plain(text: str) -> Iterator[Block]:
    for chunk in filter(None, (chunk.strip() for chunk in re.split(r"\n\s*\n", text))):
        if chunk.startswith("## "):
            first, _, chunk = chunk.partition("\n")
            yield Heading(first.removeprefix("## "))
        if not chunk:
            continue
        if chunk.startswith(("{{", "$$")):
            yield from _special(chunk.splitlines())
        elif chunk.startswith("- "):
            for item in re.split(r"\n(?=- )", chunk):
                yield Paragraph(" ".join(item.removeprefix("- ").split()), is_item=True)
        else:
            yield Paragraph(" ".join(chunk.split()))


def _special(lines: list[str]) -> Iterator[Block]:
    displayed: list[tuple[str, str]] = []
    code: list[CodeLine] = []
    for line in lines:
        braces, dollars = _BRACES.match(line), _DOLLARS.match(line)
        if dollars:
            displayed.append((dollars[1].strip(), dollars[2] or ""))
        elif braces is None:
            raise TheoryError(f"{line!r} is no reference in double braces.")
        elif braces[1].startswith("code:"):
            code.append(references.code_line(braces[1].removeprefix("code:")))
        elif braces[1].startswith("figure:"):
            yield Figure(braces[1].removeprefix("figure:").strip(), braces[2] or "")
        elif braces[1].startswith("show:"):
            yield ShowMe(braces[1].removeprefix("show:").strip())
        else:
            stated: Equation = references.equation(braces[1])
            displayed.append((stated.latex, braces[2] or stated.note.removeprefix(f"{_bp(stated.note)}: ")))
    if displayed:
        yield Displayed(tuple(displayed))
    if code:
        yield Code(tuple(code))


def _bp(note: str) -> str:
    """The number of the seed's equation that a note begins with."""
    return note[:3] if note.startswith("BP") else ""
