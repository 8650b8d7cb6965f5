"""Initializers: the variance that each is known for, the same numbers for the same seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.errors import ConfigError
from core.initializers import INITIALIZER_NAMES, INITIALIZERS, fans, get
from core.layers import Conv2D, Dense, Layer

# Variance by fan in and fan out, as the papers have it.
VARIANCES: dict[str, Callable[[int, int], float]] = {
    "zeros": lambda fan_in, fan_out: 0.0,
    "ones": lambda fan_in, fan_out: 0.0,
    "random_normal": lambda fan_in, fan_out: 0.05**2,
    "random_uniform": lambda fan_in, fan_out: 0.05**2 / 3,
    "glorot_uniform": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "glorot_normal": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he_uniform": lambda fan_in, fan_out: 2 / fan_in,
    "he_normal": lambda fan_in, fan_out: 2 / fan_in,
    "lecun_uniform": lambda fan_in, fan_out: 1 / fan_in,
    "lecun_normal": lambda fan_in, fan_out: 1 / fan_in,
    "orthogonal": lambda fan_in, fan_out: 1 / fan_in,  # where there are more inputs than units
}
DENSE, CONV2D = (400, 250), (3, 5, 40, 160)


def test_fans_count_what_meets_in_a_unit() -> None:
    assert fans((400, 250)) == (400, 250)
    assert fans((3, 5, 40, 160)) == (3 * 5 * 40, 3 * 5 * 160)
    assert fans((7,)) == (7, 7)


@pytest.mark.parametrize("shape", [DENSE, CONV2D], ids=["Dense", "Conv2D"])
@pytest.mark.parametrize("name", INITIALIZER_NAMES)
def test_variance_is_as_declared(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> None:
    values = get(name)(shape, rng)
    variance = VARIANCES[name](*fans(shape))
    assert values.shape == shape
    assert values.var() == pytest.approx(variance, rel=0.02)
    assert values.mean() == pytest.approx(float(name == "ones"), abs=5 * np.sqrt(variance / values.size))
    spread = np.abs(values - values.mean()).max() / max(np.sqrt(variance), 1e-9)
    # a uniform ends at sqrt(3) standard deviations, a normal cut at two of them at 2 / 0.8796 of what remains
    assert spread <= (1.76 if "uniform" in name else 6 if name in ("random_normal", "orthogonal") else 2.29)


@pytest.mark.parametrize("shape", [(40, 25), (25, 40), (3, 5, 4, 16), (30, 30), (7,), (1, 1)])
def test_orthogonal_matrices_keep_lengths(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    matrix = get("orthogonal")(shape, rng).reshape(-1, shape[-1])
    small = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-12)


@pytest.mark.parametrize("kind", [Dense, Conv2D])
def test_the_scale_multiplies_the_kernel_and_not_the_bias(kind: type[Layer], rng: np.random.Generator) -> None:
    shape = (5,) if kind is Dense else (6, 6, 2)
    plain, scaled = (
        kind(3, kernel_initializer="random_normal", bias_initializer="ones", kernel_scale=scale) for scale in (1, 0.2)
    )
    for layer in (plain, scaled):
        layer.build(shape, np.random.default_rng(1))
    np.testing.assert_allclose(scaled.parameters["W"], 0.2 * plain.parameters["W"], rtol=1e-6)
    np.testing.assert_array_equal(scaled.parameters["b"], np.ones(3))


@pytest.mark.parametrize("name", INITIALIZER_NAMES)
def test_same_seed_same_bits_and_another_seed_others(name: str) -> None:
    one, same, other = (get(name)(DENSE, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.array_equal(one, other) == (name in ("zeros", "ones"))


def test_every_initializer_is_found_by_its_name() -> None:
    assert VARIANCES.keys() == set(INITIALIZER_NAMES), "a declared variance for each"
    assert all(initializer.__doc__ for initializer in INITIALIZERS)
    with pytest.raises(ConfigError, match=r"Unknown initializer 'best'. Known: zeros, ones,"):
        get("best")
