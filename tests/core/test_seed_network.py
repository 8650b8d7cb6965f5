"""A 3-2-2 network worked out by hand: every number of one training step, in Python's own arithmetic, beside the core.

Three inputs, two hidden units with tanh, two outputs with softmax, cross-entropy, a batch of two samples. Nothing here
uses the core or NumPy to find what is expected: each step is written as one would on paper, and then compared.

Indices: n samples, i inputs, j hidden units, k outputs.
"""

from __future__ import annotations

import itertools
from math import exp, log, tanh

import numpy as np
import pytest

from core import Sequential
from core.activations import Softmax, Tanh
from core.layers import Dense
from core.losses import CategoricalCrossentropy
from core.optimizers import SGD

# --- what is given ----------------------------------------------------------------------------------------------------

X = [[1.0, 2.0, -1.0], [0.5, -1.0, 3.0]]  # two samples of three inputs
T = [[1.0, 0.0], [0.0, 1.0]]  # the first is of class 0, the second of class 1
W1 = [[0.2, -0.4], [0.1, 0.3], [-0.5, 0.25]]  # from three inputs to two hidden units
B1 = [0.05, -0.1]
W2 = [[0.6, -0.3], [-0.7, 0.4]]  # from two hidden units to two outputs
B2 = [0.1, -0.2]
RATE = 0.5

SAMPLES, INPUTS, HIDDEN, OUTPUTS = range(2), range(3), range(2), range(2)

# --- forward ----------------------------------------------------------------------------------------------------------

# The sums of the hidden units. First sample, first unit: 1 * 0.2 + 2 * 0.1 + (-1) * (-0.5) + 0.05 = 0.95.
Z1 = [[sum(X[n][i] * W1[i][j] for i in INPUTS) + B1[j] for j in HIDDEN] for n in SAMPLES]
assert Z1[0][0] == pytest.approx(0.95)
assert Z1[0][1] == pytest.approx(1 * -0.4 + 2 * 0.3 - 1 * 0.25 - 0.1) == pytest.approx(-0.15)
assert Z1[1] == [pytest.approx(-1.45), pytest.approx(0.15)]

Y1 = [[tanh(Z1[n][j]) for j in HIDDEN] for n in SAMPLES]
assert Y1[0][0] == pytest.approx(0.739783051)  # (e^0.95 - e^-0.95) / (e^0.95 + e^-0.95)

# The scores of the outputs. First sample, first output: 0.7398 * 0.6 + (-0.1489) * (-0.7) + 0.1 = 0.6481.
Z2 = [[sum(Y1[n][j] * W2[j][k] for j in HIDDEN) + B2[k] for k in OUTPUTS] for n in SAMPLES]
assert Z2[0][0] == pytest.approx(0.648089, abs=1e-6)

# Softmax of two scores depends on their difference alone: 1 / (1 + e^-(z0 - z1)).
Y2 = [[exp(Z2[n][k]) / sum(exp(z) for z in Z2[n]) for k in OUTPUTS] for n in SAMPLES]
for n in SAMPLES:
    assert Y2[n][0] == pytest.approx(1 / (1 + exp(Z2[n][1] - Z2[n][0])))
    assert sum(Y2[n]) == pytest.approx(1)

# The loss: minus the logarithm of the true class's probability, averaged over the two samples.
LOSS = -(log(Y2[0][0]) + log(Y2[1][1])) / 2

# --- backward ---------------------------------------------------------------------------------------------------------

# The gradient of the loss by the outputs: -t / y / N; nothing where the target is 0.
DY2 = [[-T[n][k] / Y2[n][k] / 2 for k in OUTPUTS] for n in SAMPLES]

# The Jacobian of softmax, d y_a / d z_k = y_a (1[a = k] - y_k), for each sample ...
J2 = [[[Y2[n][a] * ((a == k) - Y2[n][k]) for k in OUTPUTS] for a in OUTPUTS] for n in SAMPLES]
# ... and BP1, the long way: the gradient by each score collects what all outputs say.
DZ2 = [[sum(DY2[n][a] * J2[n][a][k] for a in OUTPUTS) for k in OUTPUTS] for n in SAMPLES]
# The short way, (y - t) / N, is the same: the Jacobian's y_a cancels the 1 / y_a of the logarithm.
for n in SAMPLES:
    for k in OUTPUTS:
        assert DZ2[n][k] == pytest.approx((Y2[n][k] - T[n][k]) / 2)

# BP3 and BP4 of the outputs: each weight is blamed by its input times its error, each bias by the error alone.
DW2 = [[sum(Y1[n][j] * DZ2[n][k] for n in SAMPLES) for k in OUTPUTS] for j in HIDDEN]
DB2 = [sum(DZ2[n][k] for n in SAMPLES) for k in OUTPUTS]

# BP2: errors go back along the weights they came by ...
DY1 = [[sum(DZ2[n][k] * W2[j][k] for k in OUTPUTS) for j in HIDDEN] for n in SAMPLES]
# ... and through tanh, whose Jacobian is diagonal: d y_j / d z_j = 1 - y_j^2.
J1 = [[[(1 - Y1[n][j] ** 2) * (a == j) for j in HIDDEN] for a in HIDDEN] for n in SAMPLES]
DZ1 = [[sum(DY1[n][a] * J1[n][a][j] for a in HIDDEN) for j in HIDDEN] for n in SAMPLES]

# BP3 and BP4 of the hidden units.
DW1 = [[sum(X[n][i] * DZ1[n][j] for n in SAMPLES) for j in HIDDEN] for i in INPUTS]
DB1 = [sum(DZ1[n][j] for n in SAMPLES) for j in HIDDEN]

# What the inputs should have been: BP2 once more.
DX = [[sum(DZ1[n][j] * W1[i][j] for j in HIDDEN) for i in INPUTS] for n in SAMPLES]

# --- update -----------------------------------------------------------------------------------------------------------

NEW_W1 = [[W1[i][j] - RATE * DW1[i][j] for j in HIDDEN] for i in INPUTS]
NEW_B1 = [B1[j] - RATE * DB1[j] for j in HIDDEN]
NEW_W2 = [[W2[j][k] - RATE * DW2[j][k] for k in OUTPUTS] for j in HIDDEN]
NEW_B2 = [B2[k] - RATE * DB2[k] for k in OUTPUTS]


# --- the core ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def network() -> Sequential:
    model = Sequential([Dense(2, "tanh"), Dense(2, "softmax")], dtype="float64")
    model.build((3,))
    model.compile(SGD(RATE), "categorical_crossentropy")
    model.set_weights([np.array(W1), np.array(B1), np.array(W2), np.array(B2)])
    return model


def assert_equal(found: object, expected: object) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)


def test_forward(network: Sequential) -> None:
    hidden, output = network.layers
    network.forward(np.array(X))
    assert_equal(hidden.Z, Z1)
    assert_equal(hidden.Y, Y1)
    assert_equal(output.X, Y1)
    assert_equal(output.Z, Z2)
    assert_equal(output.Y, Y2)


def test_loss(network: Sequential) -> None:
    assert network.test_on_batch(np.array(X), np.array(T))["loss"] == pytest.approx(LOSS, rel=1e-14)
    assert_equal(CategoricalCrossentropy().value(np.array(Y2), np.array(T)), LOSS)
    assert_equal(CategoricalCrossentropy().gradient(np.array(Y2), np.array(T)), DY2)


def test_jacobians() -> None:
    assert_equal(Softmax().jacobian(np.array(Z2)), J2)
    assert_equal(Tanh().jacobian(np.array(Z1)), J1)


def test_bp1_the_long_way_and_the_short_way() -> None:
    Y, out = np.array(Y2), np.empty((2, 2))
    assert_equal(Softmax().backward(np.array(DY2), np.array(Z2), Y, out), DZ2)
    assert_equal(CategoricalCrossentropy().fused_gradient(Y, np.array(T)), DZ2)


def test_bp2_bp3_bp4(network: Sequential) -> None:
    hidden, output = network.layers
    network.forward_backward(np.array(X), np.array(T))
    assert_equal(output.dZ, DZ2)
    assert_equal(output.dW, DW2)
    assert_equal(output.db, DB2)
    assert_equal(output.dX, DY1)
    assert_equal(hidden.dY, DY1)
    assert_equal(hidden.dZ, DZ1)
    assert_equal(hidden.dW, DW1)
    assert_equal(hidden.db, DB1)
    assert_equal(network.input_gradient(np.array(X), np.array(T)), DX)


def test_gradients_are_listed_layer_by_layer(network: Sequential) -> None:
    for found, expected in zip(network.gradients(np.array(X), np.array(T)), (DW1, DB1, DW2, DB2), strict=True):
        assert_equal(found, expected)


def test_one_step_of_gradient_descent(network: Sequential) -> None:
    assert network.train_on_batch(np.array(X), np.array(T))["loss"] == pytest.approx(LOSS)
    for found, expected in zip(network.get_weights(), (NEW_W1, NEW_B1, NEW_W2, NEW_B2), strict=True):
        assert_equal(found, expected)


def test_the_hidden_layer_is_blamed_by_the_old_weights(network: Sequential) -> None:
    # Were the output layer moved before the error goes through it, dW of the hidden layer would come from the new W.
    early = [[sum(DZ2[n][k] * NEW_W2[j][k] for k in OUTPUTS) * (1 - Y1[n][j] ** 2) for j in HIDDEN] for n in SAMPLES]
    wrong = [[sum(X[n][i] * early[n][j] for n in SAMPLES) for j in HIDDEN] for i in INPUTS]
    network.train_on_batch(np.array(X), np.array(T))
    moved = (np.array(W1) - network.get_weights()[0]) / RATE
    assert_equal(moved, DW1)
    assert np.abs(moved - wrong).max() > 1e-3


def test_the_loss_falls_step_by_step(network: Sequential) -> None:
    losses = [network.train_on_batch(np.array(X), np.array(T))["loss"] for _ in range(20)]
    assert losses[0] == pytest.approx(LOSS)
    assert all(later < earlier for earlier, later in itertools.pairwise(losses))


def test_in_float32_the_numbers_are_the_same_to_six_digits(network: Sequential) -> None:
    model = network.clone("float32")
    for found, expected in zip(model.gradients(np.array(X), np.array(T)), (DW1, DB1, DW2, DB2), strict=True):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
