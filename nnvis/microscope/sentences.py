"""One sentence of why for every stop, with the numbers of what is shown filled in. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from core.layers.base import shape_text
from nnvis.microscope.not_finite import no_numbers
from nnvis.microscope.numbers_in import plain
from nnvis.number_text import count, decimal

if TYPE_CHECKING:
    from nnvis.microscope.stops import Shown, Stop

LONGEST = 170  # characters: two lines at 1366 pixels
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

Sentence = Callable[["Stop", "Shown"], str]


def words(number: int) -> str:
    """Small numbers as words, the others as figures."""
    return _WORDS[number] if number < len(_WORDS) else count(number)


def sentence_of(stop: Stop, image: int | None) -> str:
    """The sentence of a stop. A layer that this table does not know says what its equation notes."""
    shown = stop.shown(image)
    if broken := no_numbers(stop, shown):
        return broken
    if stop.key in _PLACES:
        return _PLACES[stop.key](stop, shown)
    if stop.tag == "BP1" and stop.trace.is_fused:
        return _fused(stop, shown)
    if stop.tag == "Update":
        return _update(stop, shown)
    layer = stop.layer_trace.layer if stop.layer_trace else None
    if layer is not None and layer.output_activation is not None and stop.result in ("Y", "dZ"):
        kind = layer.output_activation.kind_name()
        sentence = (_FORWARD if stop.result == "Y" else _BACKWARD).get(kind)
        if sentence is not None:
            return sentence(stop, shown)
        return layer.output_activation.sentence if stop.result == "Y" else _noted(stop)
    if layer is not None and (layer.kind_name(), stop.result) in _LAYERS:
        return _LAYERS[layer.kind_name(), stop.result](stop, shown)
    if stop.tag == "BP1":
        return "The first error: how the loss would grow with each output, shared by the images of the batch."
    return _noted(stop)


def _noted(stop: Stop) -> str:
    note = stop.equations[-1].note
    return f"{note[:1].upper()}{note[1:]}." if note else "This line is computed as written."


# --- pieces -----------------------------------------------------------------------------------------------------------


def _zeros(array: Any) -> tuple[int, int]:
    """How many entries are exactly 0, and how many there are."""
    return int(np.size(array) - np.count_nonzero(array)), int(np.size(array))


def _off(stop: Stop, shown: Shown) -> str:
    off, of = _zeros(shown.result.value)
    whom = "this image" if shown.image is not None else f"these {shown.stop.trace.size} images"
    return f"What is above zero passes, the rest becomes 0: {count(off)} of {count(of)} sums are off for {whom}."


def _stopped(stop: Stop, shown: Shown) -> str:
    arrived, passed = shown.context.values.get("dY"), shown.result.value
    if arrived is None:
        return _noted(stop)
    total = float(np.abs(arrived).sum())
    closed = int(np.sum(shown.context.values["Z"] <= 0))
    if total == 0:
        return "No error arrives here at all: everything above was exactly 0."
    lost = 1 - float(np.abs(passed).sum()) / total
    share = decimal(100 * lost, 0)
    return f"A unit that was off takes no blame: {share} % of the error stops at {count(closed)} closed gates."


def _bent(stop: Stop, shown: Shown) -> str:
    return (
        "The error is scaled by the slope of the curve: about 1 for large sums, about 0 for very negative ones, and "
        "slightly negative in between."
    )


def _window(stop: Stop) -> str:
    layer: Any = stop.layer_trace.layer if stop.layer_trace else None
    size: tuple[int, int] = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None) or (1, 1)
    return shape_text(size).replace("×", " × ")


def _units(stop: Stop, name: str = "X") -> int:
    return int(np.shape(stop.values[name])[-1])


def _places(stop: Stop) -> int:
    rows, columns = np.shape(stop.values["dZ"])[1:3]
    return int(rows * columns)


def _input(stop: Stop, shown: Shown) -> str:
    X = shown.result.value
    size = int(np.size(X) // max(1, len(X)))
    low, high = float(stop.values["X"].min()), float(stop.values["X"].max())
    between = "each between 0 and 1" if low >= 0 and high <= 1 else f"from {decimal(low, 2)} to {decimal(high, 2)}"
    return f"These {count(size)} numbers, {between}, are all the network will ever know of the picture."


def _loss(stop: Stop, shown: Shown) -> str:
    trace = stop.trace
    if trace.is_fused and not trace.loss.asks_each_output and trace.size == 1:
        p = float(trace.outputs[0, int(np.argmax(stop.values["T"][0]))])
        return (
            f"The loss looks only at the probability of the true digit: {decimal(p, 3)} costs "
            f"{decimal(trace.mean_loss, 3)}, and 1 would cost nothing."
        )
    if trace.is_fused and not trace.loss.asks_each_output:
        worst = int(np.argmax(trace.losses))
        p = float(trace.outputs[worst, int(np.argmax(stop.values["T"][worst]))])
        return (
            f"The loss looks only at the probability of the true digit: image {worst + 1} with {decimal(p, 3)} costs "
            f"{decimal(float(trace.losses[worst]), 3)}, the mean of the {trace.size} is {decimal(trace.mean_loss, 3)}."
        )
    return f"{trace.loss.sentence} Here it is {decimal(trace.mean_loss, 3)} over {_images(trace.size)}."


def _images(number: int) -> str:
    return "one image" if number == 1 else f"{count(number)} images"


def _fused(stop: Stop, shown: Shown) -> str:
    function = "Sigmoid" if stop.trace.loss.asks_each_output else "Softmax"
    shared = "" if stop.trace.size == 1 else f", shared by {_images(stop.trace.size)}"
    return f"{function} with cross-entropy leaves the plainest error: what was said minus what is true{shared}."


def _again(stop: Stop, shown: Shown) -> str:
    trace = stop.trace
    before, after = decimal(trace.mean_loss, 3), decimal(trace.loss_after, 3)
    who = "The same image" if trace.size == 1 else f"The same {trace.size} images"
    if trace.specimen.is_past and trace.specimen.moves:
        return f"{who} once more: {before} became {after}. One step, one batch; the other images were not asked."
    if not trace.specimen.moves:
        return (
            f"{who} once more, had this step been taken: {before} would become {after}. The weights stay as they were."
        )
    return f"{who} once more: {before} becomes {after}. One step, one batch; the other images were not asked."


def _update(stop: Stop, shown: Shown) -> str:
    trace, kind = stop.trace, stop.trace.optimizer.kind_name()
    rate = plain(trace.optimizer.rate, 2)
    numbers = count(len(trace.moved))
    momentum = getattr(trace.optimizer, "momentum", 0)
    if not trace.specimen.remembers:
        return (
            f"What {kind} remembered then was not kept: weights, batch and gradient are those of the run, the step is "
            f"the one of a fresh {kind}."
        )
    if kind == "SGD" and momentum:
        return (
            f"The step remembers where it was going: {momentum:g} of the last step is kept and the new slope is added "
            f"to it."
        )
    if kind == "SGD":
        return (
            f"Downhill, in proportion to the slope: {rate} times the gradient, for all {numbers} numbers at once, and "
            f"only after the whole way back."
        )
    if kind in ("Adam", "AdamW"):
        return (
            f"The mean of recent gradients says where, their usual size says how far: each of the {numbers} weights "
            f"moves by about {rate}, steep or flat."
        )
    if kind == "RMSprop":
        return f"Each gradient is divided by its usual size: all {numbers} weights move by about {rate}, steep or flat."
    if kind == "Adagrad":
        return "Each gradient is divided by the size of all before it: what has moved much moves less and less."
    return f"{trace.optimizer.sentence} All {numbers} weights move together, after the whole way back."


_PLACES: dict[str, Sentence] = {"X": _input, "loss": _loss, "again": _again}

_FORWARD: dict[str, Sentence] = {
    "relu": _off,
    "tanh": lambda stop, shown: (
        "The sum is squeezed between −1 and 1; the flatter the curve there, the less this unit "
        "will learn on the way back."
    ),
    "sigmoid": lambda stop, shown: (
        "The sum is squeezed between 0 and 1; the flatter the curve there, the less this "
        "unit will learn on the way back."
    ),
    "softmax": lambda stop, shown: (
        "Scores become shares of 1: one more point of score multiplies a share by e before all are scaled to sum to 1."
    ),
}

_BACKWARD: dict[str, Sentence] = {
    "relu": _stopped,
    "tanh": lambda stop, shown: (
        "The error is scaled by the slope of the curve: a saturated unit (|Y| near 1) hears almost nothing."
    ),
    "sigmoid": lambda stop, shown: (
        "The slope of the sigmoid is never above 1/4: at every layer the gate alone takes "
        "three quarters of the error or more."
    ),
    "leaky_relu": lambda stop, shown: (
        "No gate ever closes: below zero a fifth of the error still passes, so that every unit goes on learning."
    ),
    "elu": lambda stop, shown: (
        "Above zero the error passes as it is; below, the flatter the curve, the less of it is passed on."
    ),
    "gelu": _bent,
    "silu": _bent,
    "softplus": lambda stop, shown: (
        "The slope of softplus is the sigmoid: nearly 1 for large sums; below zero it fades, but no gate ever closes."
    ),
    "softmax": lambda stop, shown: (
        "Every score moves every share, so each error is compared with the mean error that all shares together make."
    ),
}


def _dense_z(stop: Stop, shown: Shown) -> str:
    if stop.names["X"] == "X":
        return (
            "Each unit holds its own picture of weights against the digit: where ink meets orange the sum rises, where "
            "ink meets blue it falls."
        )
    return (
        f"Each unit weighs the {count(_units(stop))} answers of the layer before: agreement with orange raises its "
        f"sum, with blue lowers it."
    )


def _dropout_y(stop: Stop, shown: Shown) -> str:
    mask = shown.context.values["M"]
    if np.size(mask) == 1:
        return "Dropout rests while the network answers: every number goes on as it is."
    off, of = _zeros(mask)
    return (
        f"{count(off)} of {count(of)} numbers are switched off at random for this step and the others made louder, so "
        f"that none is relied upon."
    )


def _norm_y(stop: Stop, shown: Shown) -> str:
    if stop.trace.specimen.applies:
        return (
            f"Each unit is centred and scaled over these {stop.trace.size} images, then gamma and beta may undo it if "
            f"that is better."
        )
    return "While the network answers, each unit is centred and scaled by the averages that training has kept."


def _dense_dw(stop: Stop, shown: Shown) -> str:
    return (
        f"A weight is to blame as far as its input was lit while its unit was wrong: multiply the two for each image"
        f"{'' if stop.trace.size == 1 else f', and add the {words(stop.trace.size)} up'}."
    )


_LAYERS: dict[tuple[str, str], Sentence] = {
    ("Dense", "Z"): _dense_z,
    ("Dense", "dX"): lambda stop, shown: (
        f"The blame of the {words(_units(stop, 'dZ'))} outputs travels back along the "
        "same weights that carried the signal."
    ),
    ("Dense", "dW"): _dense_dw,
    ("Dense", "db"): lambda stop, shown: (
        "The bias is an input that is always 1: its gradient is the error itself, "
        f"added over {_images(stop.trace.size)}."
    ),
    ("Conv2D", "Z"): lambda stop, shown: (
        f"The same {_window(stop)} weights look at every place of the picture, so a stroke is found wherever it is."
    ),
    ("Conv2D", "dX"): lambda stop, shown: (
        "Each pixel collects the errors of all windows it was part of, through the weight it met there."
    ),
    ("Conv2D", "dW"): lambda stop, shown: (
        f"One kernel cell was used at all {count(_places(stop))} places, so its "
        "gradient is the sum over all of them: what it looked at, times how wrong the result was."
    ),
    ("Conv2D", "db"): lambda stop, shown: (
        "The bias is an input that is always 1: its gradient is the error of all "
        f"{count(_places(stop))} places of the map, added over {_images(stop.trace.size)}."
    ),
    ("MaxPooling2D", "Y"): lambda stop, shown: (
        f"Of every {_window(stop)} cells only the largest goes on, and its place is remembered for the way back."
    ),
    ("MaxPooling2D", "dX"): lambda stop, shown: (
        "The error goes to the cell that won and to no other: the rest did not matter."
    ),
    ("AveragePooling2D", "Y"): lambda stop, shown: (
        f"Every {_window(stop)} cells are replaced by their mean: a stroke may move a pixel and little changes."
    ),
    ("AveragePooling2D", "dX"): lambda stop, shown: (
        "Every cell of a window had an equal share in the mean, so it gets an equal share of the error."
    ),
    ("GlobalAveragePooling2D", "Y"): lambda stop, shown: (
        "Each map becomes one number, its mean: where something was seen no longer counts, only how much of it."
    ),
    ("GlobalAveragePooling2D", "dX"): lambda stop, shown: (
        "Every place of a map had an equal share in the mean, so it gets an equal share of the error."
    ),
    ("Flatten", "Y"): lambda stop, shown: (
        "Nothing is computed: the maps are laid end to end so that a dense layer can read them."
    ),
    ("Flatten", "dX"): lambda stop, shown: "Nothing is computed: each error returns to the place its number came from.",
    ("Reshape", "Y"): lambda stop, shown: (
        "Nothing is computed: the same numbers are read in the same order, in another shape."
    ),
    ("Reshape", "dX"): lambda stop, shown: "Nothing is computed: each error returns to the place its number came from.",
    ("BatchNormalization", "Y"): _norm_y,
    ("BatchNormalization", "dX"): lambda stop, shown: (
        f"Each image also moved the mean and the spread of all {stop.trace.size}, so those two effects are subtracted "
        f"from its error."
        if stop.trace.specimen.applies
        else "The kept averages are fixed numbers, so each error is only scaled."
    ),
    ("BatchNormalization", "dgamma"): lambda stop, shown: (
        "Gamma is to blame as far as the error grew with the distance from the mean."
    ),
    ("LayerNormalization", "dgamma"): lambda stop, shown: (
        "Gamma is to blame as far as the error grew with the distance from the mean."
    ),
    ("BatchNormalization", "dbeta"): lambda stop, shown: (
        "Beta is added to everything, so its gradient is the error itself, added up."
    ),
    ("LayerNormalization", "dbeta"): lambda stop, shown: (
        "Beta is added to everything, so its gradient is the error itself, added up."
    ),
    ("LayerNormalization", "Y"): lambda stop, shown: (
        "Each image is centred and scaled over its own units, then gamma and beta may undo it if that is better."
    ),
    ("LayerNormalization", "dX"): lambda stop, shown: (
        "Each unit also moved the mean and the spread of its image, so those two effects are subtracted from its error."
    ),
    ("Dropout", "Y"): _dropout_y,
    ("Dropout", "dX"): lambda stop, shown: (
        "The same mask as on the way there: a unit that was switched off did nothing and is blamed for nothing."
    ),
    ("GaussianNoise", "Y"): lambda stop, shown: (
        "A little noise is added to every number for this step, so that no single one is relied upon."
    ),
    ("GaussianNoise", "dX"): lambda stop, shown: "The noise did not depend on the input: the error passes as it is.",
}
