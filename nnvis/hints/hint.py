"""What a hint is: a fault that was noticed, the numbers that show it, and the edit that may put it right. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass

from nnvis.project import Project


@dataclass(frozen=True)
class Proposal:
    """A way out, offered as one button.

    Attributes:
        label: the words on the button, ``Dropout 0.3``.
        reason: one sentence on what it does.
        project: the project after the edit, which is one undo step.
        undo_text: what Undo calls it.
        restarts: whether the run has to begin again; else it goes on with the change.
    """

    label: str
    reason: str
    project: Project
    undo_text: str
    restarts: bool


@dataclass(frozen=True)
class Hint:
    """One rule's finding.

    Attributes:
        rule: the name of the rule, as it is silenced by.
        title: the field's own word and what it means, in one line.
        sentence: what was noticed.
        rows: the evidence, each a label and a value.
        proposal: the way out, if there is one.
    """

    rule: str
    title: str
    sentence: str
    rows: tuple[tuple[str, str], ...]
    proposal: Proposal | None
