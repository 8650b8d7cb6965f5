"""What the layers do, in NumPy alone and nothing else: the exported program holds those of these that it needs.

Every function stands for itself, and calls no other one but those named in NEEDS. Images are (N, height, width, C).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

NEEDS = {
    "max_pooling": ("windows",), "average_pooling": ("windows",), "convolution": ("windows",), "silu": ("sigmoid",),
}  # fmt: skip


def windows(X: Any, size: Any, strides: Any, padding: str, fill: float) -> Any:
    """All windows of the images, as a view: (N, rows, columns, C, height, width)."""
    borders = []
    for length, width, step in zip(X.shape[1:3], size, strides, strict=True):
        total = max((-(-length // step) - 1) * step + width - length, 0) if padding == "same" else 0
        borders.append((total // 2, total - total // 2))  # the odd cell at the end
    X = np.pad(X, ((0, 0), *borders, (0, 0)), constant_values=fill)
    return np.lib.stride_tricks.sliding_window_view(X, size, axis=(1, 2))[:, :: strides[0], :: strides[1]]


def convolution(X: Any, W: Any, b: Any, strides: Any, padding: str) -> Any:
    """Each filter's sum at each place. W is (height, width, C, filters)."""
    seen = windows(X, W.shape[:2], strides, padding, 0.0)
    rows = seen.transpose(0, 1, 2, 4, 5, 3).reshape(*seen.shape[:3], -1)
    return rows @ W.reshape(-1, W.shape[3]) + b


def max_pooling(X: Any, size: Any, strides: Any, padding: str) -> Any:
    """The largest value of each window."""
    return windows(X, size, strides, padding, -np.inf).max(axis=(4, 5))


def average_pooling(X: Any, size: Any, strides: Any, padding: str) -> Any:
    """The mean of each window; what lies over the border does not count."""
    return np.nanmean(windows(X, size, strides, padding, np.nan), axis=(4, 5))


def normalization(X: Any, mean: Any, variance: Any, gamma: Any, beta: Any, epsilon: float) -> Any:
    """Centred and scaled, and undone as far as training found that better."""
    return (X - mean) / np.sqrt(variance + epsilon) * gamma + beta


def layer_normalization(X: Any, gamma: Any, beta: Any, epsilon: float) -> Any:
    """Each sample centred and scaled over its last axis."""
    mean = X.mean(axis=-1, keepdims=True)
    variance = ((X - mean) ** 2).mean(axis=-1, keepdims=True)
    return (X - mean) / np.sqrt(variance + epsilon) * gamma + beta


def relu(Z: Any) -> Any:
    """What is above zero."""
    return np.maximum(Z, 0)


def leaky_relu(Z: Any) -> Any:
    """A fifth of what is below zero passes too."""
    return np.where(Z > 0, Z, Z * np.float32(0.2))


def elu(Z: Any) -> Any:
    """Bends towards -1 below zero."""
    return np.maximum(Z, 0) + np.expm1(np.minimum(Z, 0))


def gelu(Z: Any) -> Any:
    """Each sum times the share of normal numbers below it."""
    share = [(1 + math.erf(z * math.sqrt(0.5))) / 2 for z in Z.ravel().tolist()]
    return Z * np.array(share, Z.dtype).reshape(Z.shape)


def sigmoid(Z: Any) -> Any:
    """Between 0 and 1; by tanh, so that nothing overflows."""
    return (1 + np.tanh(Z / 2)) / 2


def silu(Z: Any) -> Any:
    """Each sum times its own sigmoid."""
    return Z * sigmoid(Z)


def softplus(Z: Any) -> Any:
    """The logarithm of 1 + e^z."""
    return np.logaddexp(Z, np.float32(0))


def tanh(Z: Any) -> Any:
    """Between -1 and 1."""
    return np.tanh(Z)


def softmax(Z: Any) -> Any:
    """Shares of 1 along the last axis."""
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return E / E.sum(axis=-1, keepdims=True)
