"""The layers, one file each. `LAYERS` is the catalogue, in teaching order."""

from core.layers.activation import Activation
from core.layers.base import Layer
from core.layers.dense import Dense
from core.layers.dropout import Dropout
from core.layers.flatten import Flatten

LAYERS: tuple[type[Layer], ...] = (Dense, Flatten, Activation, Dropout)

__all__ = ["LAYERS", "Activation", "Dense", "Dropout", "Flatten", "Layer"]
