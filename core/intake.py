"""Intake: how a picture becomes what a network receives. It is saved with the network, so that a model file alone
can answer for a picture file, and nothing that was done to the training images is forgotten or hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.data.center_digit import FIELD, Preparation, center_digit
from core.data.photo import read_drawing
from core.data.picture import BACKGROUNDS, FITS, PictureForm, read_picture
from core.data.scaling import Scaling
from core.errors import ConfigError, ShapeError
from core.hyper import from_dict
from core.layers.base import Shape, shape_text

MOST_CLASSES = 10_000
LONGEST_NAME = 200
FIELDS = ("background", "class_names", "drawing", "fit", "scaling")
STEPS = ("crop", "scale", "centre")


@dataclass(frozen=True)
class Intake:
    """What happens to a picture before the first layer, and what the outputs are called.

    `drawing` says which steps bring a drawing to MNIST's form; None: pictures are no drawings, and are only brought to
    the network's height, width and colours (`background` and `fit` as in PictureForm). The pixels are then scaled.
    """

    scaling: Scaling = field(default_factory=Scaling.unit)
    drawing: Preparation | None = None
    class_names: tuple[str, ...] = ()
    background: str = "black"
    fit: str = "stretch"

    def __post_init__(self) -> None:
        names = self.class_names
        if len(names) > MOST_CLASSES or not all(isinstance(name, str) and len(name) <= LONGEST_NAME for name in names):
            raise ConfigError(f"Classes need names: at most {MOST_CLASSES:,} of at most {LONGEST_NAME} characters.")
        if self.background not in BACKGROUNDS or self.fit not in FITS:
            raise ConfigError(f"Pictures cannot be fitted by {self.fit!r:.40} on {self.background!r:.40}.")

    def read(self, path: Path, input_shape: Shape) -> NDArray[np.uint8]:
        """The pixels of a picture file as the network's images have them: uint8 (height, width, channels).

        Raises FileError when the file cannot be read or shows nothing, ShapeError when the network takes no pictures.
        """
        if self.drawing is not None:
            if input_shape != (FIELD, FIELD, 1):
                raise ShapeError(f"Drawings are {FIELD}×{FIELD}×1, but this network takes {shape_text(input_shape)}.")
            return center_digit(read_drawing(path), self.drawing)[..., np.newaxis]
        return read_picture(path, self.form(input_shape))

    def form(self, input_shape: Shape) -> PictureForm:
        """What pictures are brought to that are no drawings. Raises ShapeError when the network takes no pictures."""
        if len(input_shape) != 3 or input_shape[2] not in (1, 3):
            raise ShapeError(
                f"This network takes {shape_text(input_shape)}, which is no picture in grey or in colours. Give it a "
                f"network whose input is height × width × 1 or 3."
            )
        height, width, channels = input_shape
        return PictureForm(height, width, "rgb" if channels == 3 else "grayscale", self.background, self.fit)

    def name_of(self, index: int) -> str:
        """What the output at `index` is called."""
        return self.class_names[index] if index < len(self.class_names) else str(index)

    def numbered(self, names: Sequence[str]) -> NDArray[np.int64]:
        """At which outputs the classes of these names are. Raises ConfigError naming the first that is unknown."""
        known = {name: index for index, name in enumerate(self.class_names)}
        for name in names:
            if name not in known:
                raise ConfigError(
                    f"The class {name!r:.80} is unknown to this network. It was trained with: "
                    f"{', '.join(self.class_names[:12])}{' ...' if len(known) > 12 else ''}."
                )
        return np.array([known[name] for name in names], np.int64)

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "scaling": self.scaling.values(),
            "drawing": None if self.drawing is None else {step: getattr(self.drawing, step) for step in STEPS},
            "class_names": list(self.class_names),
            "background": self.background,
            "fit": self.fit,
        }

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """What `to_dict` gave. Raises ConfigError for anything else."""
        if not isinstance(data, dict) or sorted(data) != list(FIELDS):
            raise ConfigError(f"The intake must be a table with {', '.join(FIELDS)}.")
        steps, names, scaling = data["drawing"], data["class_names"], data["scaling"]
        if steps is not None and (
            not isinstance(steps, dict)
            or steps.keys() != set(STEPS)
            or not all(isinstance(step, bool) for step in steps.values())
        ):
            raise ConfigError(f"The intake's drawing must be nothing, or say yes or no to {', '.join(STEPS)}.")
        if not isinstance(names, list) or not isinstance(scaling, dict) or "type" in scaling:
            raise ConfigError("The intake's class names must be a list, and its scaling a table.")
        return cls(
            from_dict([Scaling], {"type": Scaling.kind_name(), **scaling}, "scaling"),
            None if steps is None else Preparation(**steps),
            tuple(names), data["background"], data["fit"],
        )  # fmt: skip
