"""What a network scored on images it was not trained with, as people and as programs read it. Qt-free."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from core.evaluation import Evaluation
from core.losses import Loss
from nnvis.number_text import count


@dataclass(frozen=True)
class Scores:
    """Loss, accuracy, precision and recall; where nothing is right or wrong, the loss alone."""

    loss: Loss
    test: Evaluation

    def rows(self) -> list[tuple[str, str, float]]:
        """Title, JSON key and value of each score."""
        counted = self.test.scores
        rows = [
            (self.loss.title.title(), self.loss.kind_name(), self.test.loss),
            ("Accuracy", "accuracy", self.test.accuracy),
            ("Precision (macro)", "precision", counted.precision("macro")),
            ("Recall (macro)", "recall", counted.recall("macro")),
        ]
        return rows if math.isfinite(self.test.accuracy) else rows[:1]

    def table(self) -> str:
        """The scores as people read them."""
        rows = self.rows()
        width = max(len(title) for title, _, _ in rows)
        lines = [f"{title.ljust(width)}  {value:8.4f}" for title, _, value in rows]
        return "\n".join([f"Test set: {count(self.test.count)} images", *lines])

    def to_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return {"images": self.test.count, **{key: value for _, key, value in self.rows()}, "average": "macro"}
