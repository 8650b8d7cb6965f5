"""What every activation function promises: equations, slopes, Jacobian, and no number too large for it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import core.activations
from core.activations import ACTIVATIONS, ActivationFunction, get
from core.equation import FUNCTIONS
from core.error_function import erf
from core.errors import ConfigError
from tests.core.contract import assert_gradient, forgotten, slope

every_activation = pytest.mark.parametrize("kind", ACTIVATIONS, ids=lambda kind: kind.kind_name())

# Each once more, by another road: scalars and Python's own mathematics.
FORMULAS: dict[str, Callable[[float], float]] = {
    "linear": lambda z: z,
    "relu": lambda z: z if z > 0 else 0.0,
    "leaky_relu": lambda z: z if z > 0 else 0.2 * z,
    "elu": lambda z: z if z > 0 else math.expm1(z),
    "gelu": lambda z: z * (1 + math.erf(z / math.sqrt(2))) / 2,
    "silu": lambda z: z / (1 + math.exp(-z)),
    "softplus": lambda z: math.log(1 + math.exp(z)),
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
}


def scores(samples: int = 3, units: int = 4, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(samples, units)) * 2


def forward(function: ActivationFunction, Z: np.ndarray) -> np.ndarray:
    return function.forward(Z, np.empty_like(Z))


@every_activation
def test_values(kind: type[ActivationFunction]) -> None:
    Z = np.array([[-30.0, -3, -0.5, 0, 0.5, 3, 30]])
    Y = forward(kind(), Z)
    if kind.elementwise:
        formula = FORMULAS[kind.kind_name()]
        np.testing.assert_allclose(Y, [[formula(z) for z in Z[0]]], rtol=1e-12, atol=1e-15)
    else:  # softmax
        powers = [math.exp(z - 30) for z in Z[0]]
        np.testing.assert_allclose(Y, [[power / math.fsum(powers) for power in powers]], rtol=1e-12)


@every_activation
@pytest.mark.parametrize("Z", [scores(), np.zeros((2, 3)), scores(units=1)], ids=["many", "zeros", "one unit"])
def test_equations_say_what_the_code_did(kind: type[ActivationFunction], Z: np.ndarray) -> None:
    function = kind()
    Y = forward(function, Z)
    dY = scores(*Z.shape, seed=2)
    dZ = function.backward(dY, Z, Y, np.empty_like(Z))
    kept = {"Z": Z, "Y": Y, "dY": dY, "dZ": dZ}
    values = dict(kept)
    for equation in (*function.forward_equations, *function.backward_equations):
        values[equation.symbol] = equation.evaluate(values)
    for symbol, array in kept.items():
        np.testing.assert_allclose(values[symbol], array, rtol=1e-12, atol=1e-15, err_msg=symbol)


@every_activation
def test_backward_is_the_slope_of_forward(kind: type[ActivationFunction]) -> None:
    function, Z, dY = kind(), scores(), scores(seed=2)
    dZ = function.backward(dY, Z, forward(function, Z), np.empty_like(Z))
    assert_gradient("Z", lambda: float(np.vdot(forward(function, Z), dY)), Z, dZ, np.random.default_rng(3))


@every_activation
def test_the_jacobian_is_what_backward_multiplies_with(kind: type[ActivationFunction]) -> None:
    function, Z, dY = kind(), scores(), scores(seed=2)
    J = function.jacobian(Z)
    assert J.shape == (3, 4, 4)
    dZ = function.backward(dY, Z, forward(function, Z), np.empty_like(Z))
    np.testing.assert_allclose(np.einsum("nij,ni->nj", J, dY), dZ, rtol=1e-12, atol=1e-15)
    for sample, i, j in np.ndindex(J.shape):
        direction = np.zeros_like(Z)
        direction[sample, j] = 1
        measured = slope(lambda at=(sample, i): float(forward(function, Z)[at]), Z, direction)
        assert J[sample, i, j] == pytest.approx(measured, rel=1e-6, abs=1e-8)


@every_activation
def test_no_score_is_too_large(kind: type[ActivationFunction]) -> None:
    function = kind()
    Z = np.array([[1e4, -1e4, 0, 88.8, -104], [-1e4, -1e4, -1e4, -1e4, -1e4]], np.float32)
    Y = forward(function, Z)
    assert Y.dtype == np.float32
    assert np.isfinite(Y).all()
    dZ = function.backward(np.ones_like(Z), Z, Y, np.empty_like(Z))
    assert dZ.dtype == np.float32
    assert np.isfinite(dZ).all()
    assert np.isfinite(function.jacobian(Z)).all()


@every_activation
def test_a_sample_is_answered_alike_in_any_company(kind: type[ActivationFunction]) -> None:
    function, Z = kind(), scores().astype(np.float32)
    alone = forward(function, Z[1:]).copy()
    Z[0] = [1e4, -1e4, 1e4, 0]
    np.testing.assert_array_equal(forward(function, Z)[1:], alone)


@every_activation
def test_backward_may_write_over_its_errors(kind: type[ActivationFunction]) -> None:
    function, Z, dY = kind(), scores(), scores(seed=2)
    Y = forward(function, Z)
    apart = function.backward(dY.copy(), Z, Y, np.empty_like(Z))
    np.testing.assert_array_equal(function.backward(dY, Z, Y, dY), apart)


def test_the_error_function_is_exact() -> None:
    edges = [0.46875, 4.0, 5.9, 30.0, 1e4]
    x = np.array([0.0, 1e-9, *edges, *np.nextafter(edges, 0), *np.linspace(-6, 6, 101)])
    np.testing.assert_allclose(erf(x), [math.erf(value) for value in x], rtol=1e-15, atol=0)
    assert FUNCTIONS["erf"] is erf


def test_every_activation_is_in_the_catalogue() -> None:
    assert forgotten(ACTIVATIONS, ActivationFunction, core.activations) == []
    assert {kind.kind_name() for kind in ACTIVATIONS if kind.elementwise} == FORMULAS.keys(), "a formula for each"
    for kind in ACTIVATIONS:
        assert type(get(kind.kind_name())) is kind
        assert kind.sentence.endswith(".")
    with pytest.raises(ConfigError, match=r"Unknown activation 'swoosh'. Known: linear, relu,"):
        get("swoosh")
