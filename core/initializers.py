"""How the first weights are drawn, so that signals neither fade nor explode on their way through the layers."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from core.buffers import Array
from core.errors import ConfigError

Shape = tuple[int, ...]


def fans(shape: Shape) -> tuple[int, int]:
    """Inputs and outputs of one unit. Dense kernel (in, units); Conv2D kernel (kh, kw, in, filters)."""
    if len(shape) < 2:
        size = math.prod(shape)
        return size, size
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def zeros(shape: Shape, rng: np.random.Generator) -> Array:
    """All 0: right for biases, wrong for kernels, whose units would all stay the same."""
    return np.zeros(shape)


def ones(shape: Shape, rng: np.random.Generator) -> Array:
    """All 1."""
    return np.ones(shape)


def random_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Normal, mean 0, standard deviation 0.05 whatever the fan: Keras's plain default."""
    return rng.normal(0.0, 0.05, shape)


def random_uniform(shape: Shape, rng: np.random.Generator) -> Array:
    """Uniform between -0.05 and 0.05 whatever the fan: Keras's plain default."""
    return rng.uniform(-0.05, 0.05, shape)


def glorot_uniform(shape: Shape, rng: np.random.Generator) -> Array:
    """Uniform with variance 2 / (fan_in + fan_out). Source: Glorot and Bengio (2010)."""
    limit = math.sqrt(6 / sum(fans(shape)))
    return rng.uniform(-limit, limit, shape)


def glorot_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Truncated normal with variance 2 / (fan_in + fan_out). Source: Glorot and Bengio (2010)."""
    return _truncated_normal(shape, math.sqrt(2 / sum(fans(shape))), rng)


def he_uniform(shape: Shape, rng: np.random.Generator) -> Array:
    """Uniform with variance 2 / fan_in: made for ReLU, which halves the variance. Source: He et al. (2015)."""
    limit = math.sqrt(6 / fans(shape)[0])
    return rng.uniform(-limit, limit, shape)


def he_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Truncated normal with variance 2 / fan_in: made for ReLU. Source: He et al. (2015)."""
    return _truncated_normal(shape, math.sqrt(2 / fans(shape)[0]), rng)


def lecun_uniform(shape: Shape, rng: np.random.Generator) -> Array:
    """Uniform with variance 1 / fan_in. Source: LeCun et al. (1998)."""
    limit = math.sqrt(3 / fans(shape)[0])
    return rng.uniform(-limit, limit, shape)


def lecun_normal(shape: Shape, rng: np.random.Generator) -> Array:
    """Truncated normal with variance 1 / fan_in. Source: LeCun et al. (1998)."""
    return _truncated_normal(shape, math.sqrt(1 / fans(shape)[0]), rng)


def orthogonal(shape: Shape, rng: np.random.Generator) -> Array:
    """As a matrix, rows or columns that stand upright on each other and have length 1. Source: Saxe et al. (2014)."""
    columns = shape[-1] if shape else 1
    rows = math.prod(shape) // columns
    Q, R = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    Q *= np.sign(np.diag(R))  # makes every such matrix equally likely
    return (Q if rows >= columns else Q.T).reshape(shape)


def _truncated_normal(shape: Shape, stddev: float, rng: np.random.Generator) -> Array:
    """Normal, redrawn beyond two standard deviations, widened so that `stddev` is what remains."""
    # the standard deviation of a standard normal cut at +-2
    remaining = 0.87962566103423978
    values = rng.standard_normal(shape)
    while True:
        outside = np.abs(values) > 2
        count = int(np.count_nonzero(outside))
        if not count:
            return values * (stddev / remaining)
        values[outside] = rng.standard_normal(count)


INITIALIZERS: tuple[Callable[[Shape, np.random.Generator], Array], ...] = (
    zeros, ones, random_normal, random_uniform, glorot_uniform, glorot_normal, he_uniform, he_normal,
    lecun_uniform, lecun_normal, orthogonal,
)  # fmt: skip
INITIALIZER_NAMES = tuple(initializer.__name__ for initializer in INITIALIZERS)


def get(name: str) -> Callable[[Shape, np.random.Generator], Array]:
    """The initializer of this Keras name. Raises ConfigError for an unknown one."""
    for initializer in INITIALIZERS:
        if initializer.__name__ == name:
            return initializer
    raise ConfigError(f"Unknown initializer {name!r}. Known: {', '.join(INITIALIZER_NAMES)}.")
