"""The layers, one file each. `LAYERS` is the catalogue, in teaching order."""

from core.layers.activation import Activation
from core.layers.average_pooling2d import AveragePooling2D
from core.layers.base import Layer
from core.layers.batch_normalization import BatchNormalization
from core.layers.conv2d import Conv2D
from core.layers.dense import Dense
from core.layers.dropout import Dropout
from core.layers.flatten import Flatten
from core.layers.gaussian_noise import GaussianNoise
from core.layers.global_average_pooling2d import GlobalAveragePooling2D
from core.layers.input import Input
from core.layers.layer_normalization import LayerNormalization
from core.layers.max_pooling2d import MaxPooling2D
from core.layers.reshape import Reshape

LAYERS: tuple[type[Layer], ...] = (
    Dense, Conv2D, MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D, Flatten, Reshape, Activation, Dropout,
    GaussianNoise, BatchNormalization, LayerNormalization,
)  # fmt: skip

__all__ = [
    "LAYERS", "Activation", "AveragePooling2D", "BatchNormalization", "Conv2D", "Dense", "Dropout", "Flatten",
    "GaussianNoise", "GlobalAveragePooling2D", "Input", "Layer", "LayerNormalization", "MaxPooling2D", "Reshape",
]  # fmt: skip
