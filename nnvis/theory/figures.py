"""The figures of the theory pages: numbers computed with the core, and what a painter needs to know. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core import Sequential, activations, model_file, saliency
from core.data import Scaling, center_steps, mnist
from core.gradient_check import gradient_check
from core.layers import Dense
from core.losses import CategoricalCrossentropy
from core.schedules import CosineDecay, ExponentialDecay, OneCycle, Schedule, StepDecay
from nnvis.colour_maps import signed_indices
from nnvis.paths import resource

Values = NDArray[np.float64]
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Curve:
    """One line of a plot."""

    name: str
    x: Values
    y: Values
    dashed: bool = False


@dataclass(frozen=True, eq=False)
class Plot:
    """Curves over one pair of axes; `levels` are horizontal lines with a name."""

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    x_is_log: bool = False
    y_is_log: bool = False
    levels: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures in a row, each uint8 (h, w) with ink 255, and what each is.

    From the number `signed_from` on, they hold entries of the map for signed numbers.
    """

    images: tuple[NDArray[np.uint8], ...]
    captions: tuple[str, ...]
    signed_from: int | None = None


FigureContent = tuple[Plot, ...] | Pictures


@lru_cache(maxsize=16)
def figure(name: str) -> FigureContent:
    """The figure of that name. Raises KeyError for an unknown one."""
    return FIGURES[name]()


def _activations() -> FigureContent:
    z = np.linspace(-4, 4, 161)
    names = ("relu", "leaky_relu", "elu", "sigmoid", "tanh", "gelu")
    return tuple(Plot(activations.get(name).title, "z", "", _curve_and_slope(name, z)) for name in names)


def _curve_and_slope(name: str, z: Values) -> tuple[Curve, Curve]:
    function = activations.get(name)
    Z = z[np.newaxis]
    Y = function.forward(Z, np.empty_like(Z))
    slope = function.backward(np.ones_like(Z), Z, Y, np.empty_like(Z))
    return Curve("value", z, Y[0].copy()), Curve("slope", z, slope[0].copy(), dashed=True)


def _cross_entropy() -> FigureContent:
    share = np.linspace(0.005, 1, 200)
    T = np.tile([[1.0, 0.0]], (len(share), 1))
    loss = CategoricalCrossentropy().values_of(np.stack([share, 1 - share], axis=1), T)
    level = ("guessing among ten", float(np.log(10)))
    return (Plot("", "share given to the true class", "loss", (Curve("", share, loss),), levels=(level,)),)


def _schedules() -> FigureContent:
    progress = np.linspace(0, 1, 201)
    epochs = 10
    kinds: tuple[tuple[str, Schedule], ...] = (
        ("step", StepDecay()), ("exponential", ExponentialDecay()),
        ("cosine", CosineDecay()), ("one-cycle", OneCycle()),
    )  # fmt: skip
    return tuple(
        Plot(name, "epoch", "", (Curve("factor", progress * epochs, _factors(kind, progress, epochs)),))
        for name, kind in kinds
    )


def _factors(schedule: Schedule, progress: Values, epochs: int) -> Values:
    return np.array([schedule.factor_at(float(p), min(int(p * epochs), epochs - 1)) for p in progress])


def _small_network(activation: str, hidden: int, units: int, scale: float = 1.0, dtype: str = "float32") -> Sequential:
    start = "he_normal" if activation == "relu" else "glorot_uniform"
    layers = [
        Dense(units=units, activation=activation, kernel_initializer=start, kernel_scale=scale) for _ in range(hidden)
    ]
    model = Sequential([*layers, Dense(units=10, activation="softmax")], seed=0, dtype=dtype)
    model.build((units,))
    model.compile(loss="categorical_crossentropy")
    return model


def _batch(count: int, width: int) -> tuple[Values, Values]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((count, width)), np.eye(10)[rng.integers(0, 10, count)]


def _gradient_check() -> FigureContent:
    model = _small_network("tanh", 2, 12)
    x, y = _batch(8, 12)
    powers = np.linspace(-11, 0, 34)
    curves = []
    for dtype, name in (("float64", "double precision"), ("float32", "single precision")):
        worst = []
        for epsilon in 10.0**powers:
            checks = gradient_check(model, x, y, epsilon=float(epsilon), weights_per_array=6, dtype=dtype).checks
            worst.append(float(np.median([check.relative_error for check in checks])))
        curves.append(Curve(name, 10.0**powers, np.maximum(worst, _TINY)))
    return (Plot("", "how far each weight is moved", "relative difference", tuple(curves), True, True),)


def _initialisation() -> FigureContent:
    x, _ = _batch(256, 128)
    curves = []
    for scale, name in ((0.5, "half of He's size"), (1.0, "He's size"), (2.0, "twice that")):
        model = _small_network("relu", 6, 128, scale)
        model.forward(x.astype(np.float32))
        spreads = [float(layer.arrays()["Y"].std()) for layer in model.layers[:-1]]
        curves.append(Curve(name, np.arange(1, 7, dtype=float), np.array(spreads)))
    return (Plot("", "layer", "spread of the outputs", tuple(curves), y_is_log=True),)


def _vanishing_gradient() -> FigureContent:
    x, y = _batch(64, 64)
    curves = []
    for activation in ("relu", "sigmoid"):
        model = _small_network(activation, 6, 64)
        model.gradients(x.astype(np.float32), y.astype(np.float32))
        norms = [float(np.linalg.norm(layer.gradients["W"])) for layer in model.layers]
        curves.append(Curve(activation, np.arange(1, 8, dtype=float), np.array(norms)))
    return (Plot("", "layer", "length of the gradient of W", tuple(curves), y_is_log=True),)


def _centring() -> FigureContent:
    _, (images, _) = mnist()
    digit = np.kron(images[0, :, :, 0], np.ones((3, 3), np.uint8))  # a small 7, in a corner of a large sheet
    sheet = np.zeros((280, 280), np.uint8)
    sheet[6 : 6 + len(digit), 170 : 170 + len(digit)] = digit
    steps = center_steps(sheet)
    return Pictures(
        (sheet, steps.cropped, steps.fitted, steps.centred), ("as drawn", "cut out", "20 pixels", "centred, 28 × 28")
    )


SEEN = 4  # the test image of the figure: a 4 that could be a 9
SHARP = 99.5  # percentile: the end of a map's colour scale


def _saliency() -> FigureContent:
    saved = model_file.read(resource("examples") / "digits_cnn.safetensors")
    _, (images, _) = mnist()
    scaling = saved.intake.scaling if saved.intake is not None else Scaling.unit()
    x, blank = scaling.apply(images[SEEN]), scaling.apply(np.zeros_like(images[SEEN]))
    first, second = (int(label) for label in np.argsort(-saliency.scores(saved.model, x[np.newaxis])[0])[:2])
    drawn, words = [images[SEEN, :, :, 0]], [f"why {first}, not {second}"]
    for method in saliency.METHODS:
        values = getattr(saliency, method.name)(saved.model, x, blank, first, second).values.sum(axis=-1)
        drawn.append(signed_indices(values, float(np.percentile(np.abs(values), SHARP))))
        words.append(method.title)
    return Pictures(tuple(drawn), tuple(words), signed_from=1)


FIGURES: dict[str, Callable[[], FigureContent]] = {
    "activations": _activations,
    "cross_entropy": _cross_entropy,
    "schedules": _schedules,
    "gradient_check": _gradient_check,
    "initialisation": _initialisation,
    "vanishing_gradient": _vanishing_gradient,
    "centring": _centring,
    "saliency": _saliency,
}
