"""The pages of the dock Draw, below its canvas: one file each. DRAW_PAGES says what can be chosen; a new one is a row.

A page is a QWidget made from (desk, theme_source). The desk knows the session and what lies on the canvas.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import QWidget

from nnvis.draw_pages.answer import AnswerPage
from nnvis.draw_pages.desk import DrawingDesk
from nnvis.draw_pages.steps import StepsPage
from nnvis.draw_pages.teach import TeachPage
from nnvis.draw_pages.why import WhyPage
from nnvis.theme import ThemeSource

Maker = Callable[[DrawingDesk, ThemeSource], QWidget]


@dataclass(frozen=True)
class DrawPage:
    """One page: its name for scripts, its word on the segmented control, a sentence for the tooltip, and its maker."""

    name: str
    word: str
    sentence: str
    make: Maker


DRAW_PAGES: Final = (
    DrawPage("answer", "Answer", "What the network makes of the drawing, now and while it learnt.", AnswerPage),
    DrawPage("steps", "Steps", "How the drawing becomes the network's input, and how its answer is read.", StepsPage),
    DrawPage("why", "Why", "Which pixels speak for the answer, and which training images are most like it.", WhyPage),
    DrawPage("teach", "Teach", "Give the drawing its label, and take single steps of learning on it.", TeachPage),
)  # fmt: skip
