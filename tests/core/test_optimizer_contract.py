"""What every optimizer promises: its equations are its steps, block by block, also while hyperparameters change."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import core.optimizers
from core.errors import ConfigError, ShapeError
from core.hyper import from_dict
from core.optimizers import BLOCK, OPTIMIZERS, SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop, get
from tests.core.contract import forgotten, identity, variants

VARIANTS = [
    made for kind in OPTIMIZERS for made in (*variants(kind), kind(global_clipnorm=0.5), kind(learning_rate=0.1))
]
every_variant = pytest.mark.parametrize("config", VARIANTS, ids=identity)
every_optimizer = pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)


def vectors(size: int, dtype: type = np.float64) -> tuple[np.ndarray, list[np.ndarray]]:
    """Parameters, and the gradients of three steps; some entries are 0, as behind a closed ReLU."""
    rng = np.random.default_rng(size)
    gradients = [rng.normal(size=size).astype(dtype) for _ in range(3)]
    for gradient in gradients:
        gradient[::7] = 0
    return rng.normal(size=size).astype(dtype), gradients


def assert_step_follows_equations(optimizer: Optimizer, P: np.ndarray, G: np.ndarray) -> None:
    values: dict[str, Any] = {**optimizer.arrays(), "P": P.copy(), "G": G.copy()}
    for equation in optimizer.update_equations():
        values[equation.symbol] = equation.evaluate(values)
    optimizer.step(P, G.copy())
    np.testing.assert_allclose(P, values["P_new"], rtol=1e-10, atol=1e-12)
    after = optimizer.arrays()
    for name in optimizer.state_names:
        if f"{name}_new" in values:
            np.testing.assert_allclose(after[name], values[f"{name}_new"], rtol=1e-10, atol=1e-12, err_msg=name)


@every_variant
def test_three_steps_follow_the_equations(config: Optimizer) -> None:
    optimizer = config.replace()
    P, gradients = vectors(12)
    for G in gradients:
        assert_step_follows_equations(optimizer, P, G)


@every_variant
def test_hyperparameters_may_change_between_steps(config: Optimizer) -> None:
    optimizer = config.replace()
    P, gradients = vectors(12)
    live = [declared.name for declared in optimizer.hypers() if declared.live]
    assert "learning_rate" in live
    others = [other for other in VARIANTS if type(other) is type(config)]
    for turn, G in enumerate((*gradients, *gradients)):
        for name in live:  # as a person may who plays with the form while training runs
            setattr(optimizer, name, getattr(others[turn % len(others)], name))
        optimizer.rate_factor = 1 / (1 + turn)
        assert_step_follows_equations(optimizer, P, G)


@pytest.mark.parametrize("kind", [SGD, RMSprop])
def test_momentum_switched_off_and_on_again_revives_no_old_step(kind: type[SGD]) -> None:
    P, gradients = vectors(12)
    optimizer, fresh = kind(momentum=0.9), kind(momentum=0.9)
    optimizer.step(P, gradients[0])
    optimizer.momentum = 0.0
    optimizer.step(P, gradients[1])
    optimizer.momentum = 0.9
    assert not optimizer.arrays()["m"].any()
    if kind is SGD:  # which has no other memory
        other = P.copy()
        optimizer.step(P, gradients[2])
        fresh.step(other, gradients[2])
        np.testing.assert_array_equal(P, other)


@every_optimizer
@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 1])
def test_each_parameter_moves_alike_wherever_the_blocks_are_cut(kind: type[Optimizer], size: int) -> None:
    P, gradients = vectors(size, np.float32)
    gradients[0] += 0.5  # let all move, also those that others leave alone
    optimizer, start = kind(), P.copy()
    for G in gradients:
        optimizer.step(P, G)
    assert P.dtype == np.float32
    for index in {0, size // 2, BLOCK - 1, BLOCK, size - 1} & set(range(size)):
        alone, single = start[index : index + 1].copy(), kind()
        for G in gradients:
            single.step(alone, G[index : index + 1].copy())
        assert alone[0] == P[index] != start[index]


@every_optimizer
def test_a_long_gradient_is_shortened_and_a_short_one_left(kind: type[Optimizer]) -> None:
    for length, expected in ((2.5, 2.0), (1.5, 1.5), (0.0, 0.0)):
        G = np.array([0.6, 0.8]) * length
        kind(global_clipnorm=2.0).step(np.ones(2), G)
        assert np.linalg.norm(G) == pytest.approx(expected)


@every_optimizer
def test_reset_forgets_everything(kind: type[Optimizer]) -> None:
    P, gradients = vectors(12)
    optimizer, other = kind(), P.copy()
    for G in gradients:
        optimizer.step(P.copy(), G)
    optimizer.reset()
    optimizer.step(P, gradients[0])
    kind().step(other, gradients[0])
    np.testing.assert_array_equal(P, other)


@every_optimizer
def test_a_model_of_another_size_is_begun_from_scratch(kind: type[Optimizer]) -> None:
    optimizer = kind()
    small, gradients = vectors(3)
    for G in gradients:
        optimizer.step(small, G)
    P, gradients = vectors(12)
    other = P.copy()
    optimizer.step(P, gradients[0])
    kind().step(other, gradients[0])
    if optimizer.state_names:
        np.testing.assert_array_equal(P, other)


@every_optimizer
def test_it_goes_on_from_a_saved_state_bit_for_bit(kind: type[Optimizer]) -> None:
    P, gradients = vectors(12, np.float32)
    optimizer, other = kind(), kind()
    optimizer.step(P, gradients[0])
    copy = P.copy()
    other.resume(optimizer.steps, {name: vector.copy() for name, vector in optimizer.state.items()})
    for G in gradients[1:]:
        optimizer.step(P, G)
        other.step(copy, G)
    np.testing.assert_array_equal(P, copy)


@every_optimizer
def test_it_goes_downhill(kind: type[Optimizer]) -> None:
    P = np.array([3.0, -2.0])
    optimizer = kind(learning_rate=0.1)
    for _ in range(500):
        optimizer.step(P, 2 * P)  # the gradient of p squared
    assert np.abs(P).max() < 2.0


@every_optimizer
def test_a_network_without_parameters_is_no_fault(kind: type[Optimizer]) -> None:
    kind().step(np.zeros(0, np.float32), np.zeros(0, np.float32))


def test_vectors_that_do_not_match_are_named() -> None:
    with pytest.raises(ShapeError, match=r"Parameters \(3,\) and gradient \(2,\) must have the same shape"):
        SGD().step(np.zeros(3), np.zeros(2))


def test_adam_by_hand() -> None:
    # First step: m = 0.1 g, v = 0.001 g^2, both corrected to g and g^2: the step is the learning rate, whatever g.
    P = np.array([1.0, 1.0])
    Adam(learning_rate=0.01).step(P, np.array([1e-3, -50.0]))
    np.testing.assert_allclose(P, [0.99, 1.01], rtol=1e-5)


def test_adagrad_by_hand() -> None:
    # The sum of squares starts at 0.1: 0.1 + 0.3^2 = 0.19, then 0.19 + 0.9^2 = 1.
    P, optimizer = np.array([1.0]), Adagrad(learning_rate=0.1, epsilon=1e-12)
    optimizer.step(P, np.array([0.3]))
    assert P[0] == pytest.approx(1 - 0.1 * 0.3 / 0.19**0.5)
    optimizer.step(P, np.array([0.9]))
    assert P[0] == pytest.approx(1 - 0.1 * 0.3 / 0.19**0.5 - 0.1 * 0.9 / 1.0)


def test_weight_decay_by_hand() -> None:
    # No gradient: every weight loses learning rate times decay, 0.1 * 0.2 = 2 %, in each step.
    P = np.array([5.0, -1.0])
    AdamW(learning_rate=0.1, weight_decay=0.2).step(P, np.zeros(2))
    np.testing.assert_allclose(P, [4.9, -0.98])


@every_variant
def test_an_optimizer_is_a_value(config: Optimizer) -> None:
    used = config.replace()
    used.step(*(vectors(3)[0], vectors(3)[1][0]))
    assert from_dict(OPTIMIZERS, json.loads(json.dumps(used.to_dict())), "optimizer") == config


def test_every_optimizer_is_in_the_catalogue() -> None:
    assert forgotten(OPTIMIZERS, Optimizer, core.optimizers) == []
    for kind in OPTIMIZERS:
        assert type(get(kind.__name__.lower())) is type(get(kind.__name__)) is kind
        assert kind.sentence.endswith(".")
        assert all(declared.help for declared in kind.hypers())
    with pytest.raises(ConfigError, match=r"Unknown optimizer 'lion'. Known: SGD, "):
        get("lion")
