"""Exercises: a question with a number for an answer, and a sentence for each wrong answer that tells a misconception.

    ask: Unit 2 had $z = -1.65$, and an error of -0.147 arrives. What is its $dZ$?
    answer: 0
    worked: -0.147 * (-1.65 > 0)
    wrong -0.147: Not yet: that is what arrives. Is the gate of this unit open?
    hint: Look at the sign of z first.
    why: The gate is closed, so nothing passes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.equation import Equation
from nnvis.theory.references import TheoryError

_NUMBER = re.compile(r"[+-]?\d*\.?\d+(?:e[+-]?\d+)?")


@dataclass(frozen=True)
class Verdict:
    """Whether the answer was right, and what there is to say."""

    is_right: bool
    text: str


@dataclass(frozen=True)
class Exercise:
    """A question and its answer; `wrong` has the sentences for answers that one expects."""

    ask: str
    answer: float
    why: str
    hint: str
    wrong: tuple[tuple[float, str], ...] = ()
    tolerance: float = 0.0005

    @classmethod
    def parse(cls, text: str, values: Mapping[str, Any]) -> Exercise:
        """From the form above; `worked` may speak of the arrays of the example before it.

        Raises TheoryError when a part is missing, or when what is worked out is not the answer.
        """
        entries = dict(line.split(": ", 1) for line in text.strip().splitlines() if ": " in line)
        missing = {"ask", "answer", "worked", "why", "hint"} - entries.keys()
        if missing:
            raise TheoryError(f"An exercise needs {', '.join(sorted(missing))}.")
        wrong = tuple(
            (float(key.removeprefix("wrong ")), words) for key, words in entries.items() if key.startswith("wrong ")
        )
        tolerance = 0.5 * 10.0 ** -max(len(entries["answer"].partition(".")[2]), 2)  # of the last figure shown
        worked = float(Equation("answer", entries["worked"]).evaluate(values))
        if abs(worked - float(entries["answer"])) > tolerance:
            raise TheoryError(f"The answer is said to be {entries['answer']}, but works out as {worked:g}.")
        if any(abs(value - float(entries["answer"])) <= tolerance for value, _ in wrong):
            raise TheoryError("An exercise calls its own answer wrong.")
        return cls(entries["ask"], float(entries["answer"]), entries["why"], entries["hint"], wrong, tolerance)

    def judge(self, text: str) -> Verdict:
        """What to say to this answer, as somebody typed it."""
        typed = text.strip().replace("−", "-").replace(",", ".").replace(" ", "")
        if not _NUMBER.fullmatch(typed):
            return Verdict(False, "Write a number, such as 0.25 or −3.")
        value = float(typed)
        if abs(value - self.answer) <= self.tolerance + 1e-12:
            return Verdict(True, self.why)
        for expected, words in self.wrong:
            if abs(value - expected) <= self.tolerance + 1e-12:
                return Verdict(False, words)
        if self.answer and math.isclose(value, -self.answer, abs_tol=self.tolerance):
            return Verdict(False, "Not yet: the size is right. Which way does it point?")
        return Verdict(False, f"Not yet. {self.hint}")
