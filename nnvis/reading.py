"""Reading: how a drawing becomes the network's input, and how its outputs are read. Qt-free.

By default everything is as in training. What is changed here is changed for the drawing only: training, validation and
test go on as they were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.data import AS_MNIST, Preparation, Scaling

COOLEST, HOTTEST = 0.1, 10.0


@dataclass(frozen=True)
class Reading:
    """Which steps a drawing goes through, and what is asked of the answer.

    `standardise` off: the network receives pixels from 0 to 1 whatever it was trained on. `temperature` divides the
    scores before the softmax; 1 is the network's own. An answer with less than `threshold` is "not sure".
    """

    preparation: Preparation = AS_MNIST
    standardise: bool = True
    temperature: float = 1.0
    threshold: float = 0.5

    @property
    def prepares_as_trained(self) -> bool:
        """Whether the network receives what it was trained on."""
        return self.preparation.is_whole and self.standardise

    @property
    def is_own(self) -> bool:
        """Whether the answer is the network's own: as trained, at temperature 1."""
        return self.prepares_as_trained and self.temperature == 1.0

    def as_trained(self) -> Reading:
        """The same with all steps taken and temperature 1; the threshold stays."""
        return replace(self, preparation=AS_MNIST, standardise=True, temperature=1.0)

    def scaling(self, trained: Scaling) -> Scaling:
        """What turns pixels into the network's input."""
        return trained if self.standardise else Scaling.unit()


AS_TRAINED: Final = Reading()


def tempered(scores: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """softmax(z / T) over the last axis: T above 1 makes answers less sure, below 1 surer; the order stays."""
    z = scores / np.float32(temperature)
    z = np.exp(z - z.max(axis=-1, keepdims=True))  # shifted by the largest, so that nothing overflows
    shares: NDArray[np.float32] = (z / z.sum(axis=-1, keepdims=True)).astype(np.float32)
    return shares
