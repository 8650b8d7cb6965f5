"""One training step against back-propagation as it is derived, one sample at a time, with every Jacobian written out.

That is how programs that follow the derivation to the letter compute: in double precision, with a matrix of n x n
slopes for each sample and layer, and with an outer product for each sample whose mean is the gradient. The floor on
which this library's subject stands, and what "vectorised" means in figures.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.layers import Dense
from tests.benchmarks.timing import Step, measure
from tests.benchmarks.training_step import data, duration, ours

BATCH = 32
NETWORKS = (("32-16 tanh", (784, 32, 16, 10), "tanh", 15), ("128-64 relu", (784, 128, 64, 10), "relu", 30))


def by_the_letter(sizes: tuple[int, ...], activation: str) -> Step:
    """A step of SGD that follows the derivation sample by sample."""
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(above, below)) / below**0.5 for below, above in pairwise(sizes)]
    biases = [np.zeros((size, 1)) for size in sizes[1:]]
    x, labels = data(sizes[:1])
    columns, targets = x.astype(np.float64)[:, :, None], np.eye(sizes[-1])[labels][:, :, None]

    def slopes(Z: np.ndarray) -> np.ndarray:
        """The Jacobian of the activation for each sample. Shapes: (N, n, 1) -> (N, n, n)."""
        slope = (1 - np.tanh(Z) ** 2 if activation == "tanh" else (Z > 0).astype(np.float64))[:, :, 0]
        return slope[:, :, None] * np.eye(Z.shape[1])

    def step() -> None:
        index = rng.integers(0, len(columns), BATCH)
        A, T = [columns[index]], targets[index]
        Z: list[np.ndarray] = []
        for W, b in zip(weights, biases, strict=True):
            Z.append(W @ A[-1] + b)
            A.append(np.tanh(Z[-1]) if activation == "tanh" else np.maximum(Z[-1], 0))
        E = np.exp(Z[-1] - Z[-1].max(axis=1, keepdims=True))
        Y = E / E.sum(axis=1, keepdims=True)
        jacobian = Y * np.eye(sizes[-1]) - Y @ Y.transpose(0, 2, 1)
        delta = jacobian @ (-T / Y)
        for layer in reversed(range(len(weights))):
            W, gradient = weights[layer], (delta @ A[layer].transpose(0, 2, 1)).mean(axis=0)
            below = slopes(Z[layer - 1]) @ (W.T @ delta) if layer else None
            W -= 0.01 * gradient
            biases[layer] -= 0.01 * delta.mean(axis=0)
            delta = below if below is not None else delta

    return step


def report() -> list[str]:
    """The table, a line each."""
    lines = [f"SGD, batch {BATCH}, against the derivation followed sample by sample, Jacobians and all"]
    for name, sizes, activation, required in NETWORKS:
        layers = [*(Dense(units, activation) for units in sizes[1:-1]), Dense(sizes[-1], "softmax")]
        steps = {"ours": ours(layers, sizes[:1], BATCH, "SGD"), "letter": by_the_letter(sizes, activation)}
        rounds = measure(steps, rounds=11)
        times = {key: duration(rounds.seconds(key)) for key in steps}
        lines.append(
            f"{name:>18}  ours {times['ours']:>8}   to the letter {times['letter']:>8}   "
            f"ratio {rounds.ratio('letter', 'ours'):.0f}x (required {required}x)"
        )
    return lines
