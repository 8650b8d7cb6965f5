"""Stops by the names that the theory pages and other parts of the window call them by. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence

from nnvis.microscope.stops import Stop

KINDS = {
    "convolution": ("Conv2D",),
    "pooling": ("MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D"),
    "dropout": ("Dropout", "GaussianNoise"),
    "normalisation": ("BatchNormalization", "LayerNormalization"),
    "dense": ("Dense",),
}
LONG_WAY = "cancellation"


def number_of(stops: Sequence[Stop], name: str) -> int | None:
    """The stop of this name: a tag, a symbol, "loss", "update", "softmax", a kind of layer; None when there is none."""
    for number, stop in enumerate(stops):
        layer = stop.layer_trace.layer if stop.layer_trace else None
        function = layer.output_activation if layer else None
        if name in (stop.key, stop.tag, stop.result) or (name == LONG_WAY and stop.tag == "BP1"):
            return number
        if layer is not None and layer.kind_name() in KINDS.get(name, ()):
            return number
        if function is not None and stop.result == "Y" and function.kind_name() == name:
            return number
    return None
