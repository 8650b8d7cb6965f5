"""What a saved network says to picture files. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.losses import BinaryCrossentropy
from nnvis.number_text import share
from nnvis.saved_network import SavedNetwork

SECOND = 0.001  # a second guess with less than this share is not worth a word
CUT = 0.5  # an output above it is a yes, where each label is asked about by itself


@dataclass(frozen=True, eq=False)
class Reply:
    """The outputs for one picture, and which classes they name: the likeliest one, or all labels that apply."""

    name: str
    outputs: NDArray[Any]
    classes: tuple[str, ...]  # what each output is called
    answered: tuple[int, ...]  # which outputs are the answer; of several labels perhaps none

    def line(self, width: int = 0) -> str:
        """The reply in words, behind the picture's name."""
        said = ", ".join(f"{self.classes[index]}  {share(float(self.outputs[index]))}" for index in self.answered)
        order = np.argsort(-self.outputs, kind="stable")
        if len(self.answered) == 1 and len(order) > 1 and self.outputs[order[1]] >= SECOND:
            second = int(order[order != self.answered[0]][0])
            said += f"   (then {self.classes[second]}, {share(float(self.outputs[second]))})"
        return f"{self.name.ljust(width)}  {said or 'none of the labels'}"

    def to_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        outputs = {label: float(output) for label, output in zip(self.classes, self.outputs, strict=True)}
        answer: Any = [self.classes[index] for index in self.answered]
        confidence = float(self.outputs[self.answered[0]]) if len(self.answered) == 1 else None
        return {
            "image": self.name,
            "answer": answer[0] if len(answer) == 1 else answer,
            "confidence": confidence,
            "outputs": outputs,
        }


def reply(network: SavedNetwork, path: Path) -> Reply:
    """What the network says to the picture at `path`.

    Raises FileError when it cannot be read, ShapeError when the network takes no pictures.
    """
    model, intake = network.model, network.intake
    pixels = intake.read(path, model.input_shape)[np.newaxis]
    outputs = model.predict(intake.scaling.apply(pixels))[0]
    if outputs.size == 1 and isinstance(model.loss, BinaryCrossentropy):  # the one number is the share of the second
        outputs = np.concatenate([1 - outputs, outputs])
        answered: tuple[int, ...] = (int(outputs.argmax()),)
    elif isinstance(model.loss, BinaryCrossentropy):
        answered = tuple(np.flatnonzero(outputs > CUT).tolist())
    else:
        answered = (int(outputs.argmax()),)
    classes = tuple(intake.name_of(index) for index in range(outputs.size))
    return Reply(str(path), outputs, classes, answered)
