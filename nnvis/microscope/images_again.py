"""What one step has changed for each image of its batch: the loss before and after, and the answer. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnvis.microscope.trace import StepTrace
from nnvis.number_text import count

NONE = -1


@dataclass(frozen=True)
class ImageAgain:
    """One image before the step and after it. The answers are empty where the outputs are no classes."""

    image: int
    before: float  # loss
    after: float
    answer_before: str = ""
    answer_after: str = ""
    is_right_before: bool = False
    is_right_after: bool = False

    @property
    def answer(self) -> str:
        """`8`, or `8 → 3` where the answer has changed."""
        if self.answer_before == self.answer_after:
            return self.answer_after
        return f"{self.answer_before} → {self.answer_after}"


def images_again(trace: StepTrace, names: Sequence[str]) -> tuple[ImageAgain, ...]:
    """Every image of the batch, in its order."""
    losses = list(zip(trace.losses.tolist(), trace.losses_after.tolist(), strict=True))
    before, after = np.asarray(trace.outputs), np.asarray(trace.outputs_after)
    if before.ndim != 2 or before.shape[1] < 2 or trace.labels.ndim != 1:
        return tuple(ImageAgain(image, *pair) for image, pair in enumerate(losses))
    answers = _answers(before), _answers(after)

    def name(number: int) -> str:
        if number == NONE:
            return "none"
        return names[number] if number < len(names) else str(number)

    return tuple(
        ImageAgain(image, *pair, name(int(old)), name(int(new)), int(old) == label, int(new) == label)
        for image, (pair, old, new, label) in enumerate(
            zip(losses, *answers, (int(each) for each in trace.labels), strict=True)
        )
    )


def _answers(outputs: NDArray[Any]) -> NDArray[Any]:
    """The class that each row answers; NONE where it is not made of numbers."""
    return np.where(np.isfinite(outputs).all(axis=1), np.argmax(outputs, axis=1), NONE)


def changes_in_words(images: Sequence[ImageAgain]) -> tuple[str, ...]:
    """How many images cost less and more than before, and how many answers have changed."""
    less = sum(each.after < each.before for each in images)
    more = sum(each.after > each.before for each in images)
    told = f"{count(less)} of {count(len(images))} images cost less than before"
    lines = [f"{told}, {count(more)} more." if more else f"{told}."]
    if any(each.answer_after for each in images):
        changed = [each for each in images if each.answer_before != each.answer_after]
        won = sum(each.is_right_after for each in changed)
        lost = sum(each.is_right_before for each in changed)
        right = sum(each.is_right_after for each in images)
        verb = "has" if len(changed) < 2 else "have"
        words = f"{count(len(changed)) if changed else 'no'} answer{'s' if len(changed) > 1 else ''} {verb}"
        parts = [f"{count(won)} to right"] * bool(won) + [f"{count(lost)} to wrong"] * bool(lost)
        how = f" ({', '.join(parts)})" if parts else ""
        are = "is" if right == 1 else "are"
        lines.append(f"{words[:1].upper()}{words[1:]} changed{how}; {count(right)} {are} right.")
    return tuple(lines)
