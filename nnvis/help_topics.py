"""What F1 opens where: the theory page for each thing in the window, from a field that is pointed at up to its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

# The kinds of the catalogues, by their names in files.
KINDS: Final = {
    "Dense": "layer", "Conv2D": "convolution", "MaxPooling2D": "pooling", "AveragePooling2D": "pooling",
    "GlobalAveragePooling2D": "pooling", "Flatten": "layer", "Reshape": "layer", "Activation": "activations",
    "Dropout": "dropout", "GaussianNoise": "dropout", "BatchNormalization": "batch_normalisation",
    "LayerNormalization": "batch_normalisation",
    "SGD": "gradient_descent", "RMSprop": "adam", "Adagrad": "adam", "Adam": "adam", "AdamW": "adam",
    "categorical_crossentropy": "cross_entropy", "sparse_categorical_crossentropy": "cross_entropy",
    "binary_crossentropy": "squared_error", "mean_squared_error": "squared_error",
    "mean_absolute_error": "squared_error", "huber": "squared_error",
    "Constant": "schedules", "StepDecay": "schedules", "ExponentialDecay": "schedules", "CosineDecay": "schedules",
    "OneCycle": "schedules", "ReduceLROnPlateau": "schedules",
}  # fmt: skip

# Hyperparameters, where they have a page that says more than that of their kind.
FIELDS: Final = {
    "activation": "activations", "kernel_initializer": "initialisation", "bias_initializer": "initialisation",
    "kernel_scale": "initialisation", "l2": "overfitting", "weight_decay": "overfitting", "use_bias": "unit",
    "learning_rate": "gradient_descent", "batch_size": "gradient_descent", "epochs": "gradient_descent",
    "momentum": "momentum", "nesterov": "momentum", "global_clipnorm": "vanishing_gradient", "schedule": "schedules",
    "validation_share": "overfitting", "validations_per_epoch": "overfitting", "early_stopping": "overfitting",
    "patience": "overfitting", "label_smoothing": "cross_entropy", "loss": "cross_entropy", "optimizer": "adam",
    "scaling": "mnist", "dataset": "mnist", "seed": "initialisation", "augmentation": "overfitting",
}  # fmt: skip

# Parts of the window, by object name or class name.
PLACES: Final = {
    "lossPlot": "cross_entropy", "accuracyPlot": "metrics", "Health": "vanishing_gradient", "FirstLayer": "convolution",
    "FeatureMaps": "convolution", "Confusion": "metrics", "Distributions": "learn_page", "Bars": "softmax",
    "PaintCanvas": "mnist", "DataSection": "mnist", "LayersSection": "layer", "RecipeForm": "gradient_descent",
    "ScheduleCurve": "schedules",
    "AnswerStrip": "softmax", "TimelinePanel": "learn_page", "LearnPanel": "learn_page", "NetworkPanel": "layer",
    "NetworkDiagram": "unit", "UnitCard": "unit", "DiagramPanel": "unit", "DiagramCard": "unit",
    "StepsPage": "mnist", "WhyPage": "saliency",
    "DrawPanel": "mnist", "MicroscopePanel": "chain_rule", "BackwardFlow": "vanishing_gradient",
    "BP1": "bp1", "BP2": "bp2", "BP3": "bp3", "BP4": "bp4", "GradientCheck": "gradient_check",
    "MainWindow": "learn_page",
}  # fmt: skip

# What hints and problems call their subject.
SUBJECTS: Final = {
    "learning-rate": "gradient_descent", "exploding-gradients": "vanishing_gradient",
    "vanishing-gradients": "vanishing_gradient", "dead-units": "activations", "overfitting": "overfitting",
    "softmax": "softmax",
}  # fmt: skip


def names_around(widget: QObject | None) -> Iterator[str]:
    """The names that the thing and all it lies in go by, from the innermost outwards."""
    while widget is not None:
        yield from filter(None, (getattr(widget, "name", ""), widget.objectName(), type(widget).__name__))
        widget = widget.parent()


def topic_of(names: Iterable[str]) -> str:
    """The first page that one of these names has, from the innermost outwards; that of the Learn page if none has."""
    for name in names:
        for table in (FIELDS, KINDS, PLACES, SUBJECTS):
            if name in table:
                return table[name]
    return PLACES["MainWindow"]
