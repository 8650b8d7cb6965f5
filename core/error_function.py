"""The error function, which NumPy lacks and GELU needs.

Source: W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23 (1969),
whose three pairs of polynomials are right to about 16 digits.
"""

from __future__ import annotations

import math

import numpy as np

from core.buffers import Array

# Numerator and denominator of each range, highest power first.
NEAR = (
    (
        1.85777706184603153e-1,
        3.16112374387056560e0,
        1.13864154151050156e2,
        3.77485237685302021e2,
        3.20937758913846947e3,
    ),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
MIDDLE = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
     3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
)  # fmt: skip
FAR = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
     1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242e0, 1.87295284992346047e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
     2.33520497626869185e-3),
)  # fmt: skip


def erf(X: Array) -> Array:
    """The error function of each entry, in the precision of X."""
    x = np.abs(X).astype(np.float64)
    result = np.empty_like(x)
    near, far = x <= 0.46875, x > 4
    middle = ~near & ~far
    result[near] = x[near] * _quotient(NEAR, x[near] ** 2)
    result[middle] = 1 - np.exp(-(x[middle] ** 2)) * _quotient(MIDDLE, x[middle])
    inverse = 1 / np.maximum(x[far], 4) ** 2
    tail = (1 / math.sqrt(math.pi) - inverse * _quotient(FAR, inverse)) / x[far]
    result[far] = 1 - np.exp(-(np.minimum(x[far], 30) ** 2)) * tail
    return np.copysign(result, X).astype(X.dtype)


def _quotient(polynomials: tuple[tuple[float, ...], tuple[float, ...]], x: Array) -> Array:
    above, below = polynomials
    return np.polyval(above, x) / np.polyval(below, x)
