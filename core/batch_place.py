"""BatchPlace: where in a run a batch lies, and with which dice it is drawn: enough to draw the very same one again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.layers.base import Layer
from core.optimizers import Optimizer
from core.samples import ImageAugmentation


@dataclass(frozen=True, eq=False)
class BatchPlace:
    """What the next update of a training depends on, but for weights and the optimizer's memory.

    `order`, `variation`, `mixing` and `layers_dice` are states of random generators; optimizer, layers and augmentation
    have the hyperparameters of that moment, which may have been changed since.
    """

    step: int  # updates before this one
    epoch: int
    seen: int  # samples of the epoch that come before
    batch_size: int
    factor: float  # on the learning rate
    order: Any
    variation: Any
    mixing: Any
    mixed_share: float
    augmentation: ImageAugmentation | None
    optimizer: Optimizer
    optimizer_steps: int
    layers: tuple[Layer, ...]
    layers_dice: tuple[Any, ...]
