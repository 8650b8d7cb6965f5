"""Matrix products, cut into parts where BLAS multiplies small matrices faster than large ones.

Before OpenBLAS multiplies large matrices it copies them into an order that suits it. With AVX-512 it multiplies small
ones as they lie. A training step's products are of middling size: in small parts they take a fifth less time.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from core.buffers import Array

SMALL = 100**3  # multiplications: up to here OpenBLAS takes a product for a small one
SMALL_ACROSS = 1200  # numbers in the result: the same where the second matrix lies on its side
WIDEST, NARROWEST = 128, 16  # columns of a part
FEWEST_ROWS = 4  # fewer are not worth a part
SHORTEST_SHARE = 32  # of an inner dimension: adding up the parts then costs a tenth of multiplying


def _has_small_kernels() -> bool:
    """Whether NumPy's BLAS is an OpenBLAS that this processor gives its kernels for small matrices."""
    try:
        found = np.show_config(mode="dicts")
        blas, features = found["Build Dependencies"]["blas"]["name"], found["SIMD Extensions"]["found"]
    except (KeyError, TypeError):  # this NumPy tells it in another way: then nothing is cut
        return False
    return "openblas" in blas and any(name == "X86_V4" or name.startswith("AVX512") for name in features)


CUTS = _has_small_kernels()


def product(A: Array, B: Array, out: Array) -> Array:
    """A @ B, written into `out`. Shapes: (m, k) @ (k, n) -> (m, n).

    The same numbers as `np.matmul` up to round-off, and the same bits for the same shapes and layouts. A and B may be
    transposed views.
    """
    np.matmul(*parts(A, B, out))
    return out


def parts(A: Array, B: Array, out: Array) -> tuple[Array, Array, Array]:
    """What to call `np.matmul` with for this product: views of the three, cut into parts if that pays."""
    (m, k), n = A.shape, B.shape[1]
    rows, columns = parts_of(m, k, n, B.strides[0] < B.strides[1]) if CUTS else (m, n)
    if (rows == m and columns == n) or not out.flags.c_contiguous:
        return A, B, out
    # the parts lie along two axes of their own: A (m, k) -> (m / rows, 1, rows, k) and so on
    if A.flags.c_contiguous:
        A_parts = A.reshape(m // rows, 1, rows, k)
    elif A.flags.f_contiguous:
        A_parts = A.T.reshape(k, m // rows, 1, rows).transpose(1, 2, 3, 0)
    else:
        return A, B, out
    if columns == n:
        return A_parts[:, 0], B, out.reshape(m // rows, rows, n)
    B_parts = (
        B.reshape(k, n // columns, columns).transpose(1, 0, 2)
        if B.flags.c_contiguous
        else B.T.reshape(n // columns, columns, k).transpose(0, 2, 1)
    )
    return A_parts, B_parts, out.reshape(m // rows, rows, n // columns, columns).transpose(0, 2, 1, 3)


@lru_cache(maxsize=256)
def parts_of(m: int, k: int, n: int, lies_across: bool) -> tuple[int, int]:
    """The rows and columns of the equal parts into which a product is best cut; (m, n) for not at all.

    `lies_across`: B is a transposed view.
    """
    if lies_across:
        return _parts_across(m, k, n)
    if m * k * n <= SMALL:
        return m, n
    columns = n if n <= WIDEST else largest_divisor(n, WIDEST)
    while columns >= NARROWEST or columns == n:
        rows = largest_divisor(m, SMALL // (k * columns))
        if rows >= 2 * FEWEST_ROWS:
            return rows, columns
        columns = largest_divisor(n, columns // 2)
    return m, n


def _parts_across(m: int, k: int, n: int) -> tuple[int, int]:
    if m > 64 or k < 32 or m * n <= SMALL_ACROSS:  # copying pays, or the product is taken for a small one as it is
        return m, n
    rows = largest_divisor(m, 16)
    columns = largest_divisor(n, SMALL_ACROSS // rows)
    return (rows, columns) if rows >= FEWEST_ROWS and columns >= NARROWEST else (m, n)


def inner_parts(m: int, k: int, n: int) -> int:
    """Into how many equal parts a long inner dimension is best cut, whose products are then added up; 1: none.

    For a small result: adding it up must cost little beside multiplying.
    """
    if not CUTS or m * k * n <= SMALL:
        return 1
    share = largest_divisor(k, SMALL // (m * n) or 1)
    return k // share if share >= SHORTEST_SHARE else 1


def inner_cut(A: Array, B: Array, count: int) -> tuple[Array, Array]:
    """Views of both, cut into `count` parts along the inner dimension. Shapes: A (m, k), B (k, n)."""
    (m, k), n = A.shape, B.shape[1]
    by_column = A.T.flags.c_contiguous
    A_parts = A.T.reshape(count, -1, m).transpose(0, 2, 1) if by_column else A.reshape(m, count, -1).transpose(1, 0, 2)
    return A_parts, B.reshape(count, k // count, n)


def largest_divisor(number: int, at_most: int) -> int:
    """The largest divisor of the number that is not larger than `at_most`; at least 1."""
    return next((each for each in range(min(number, at_most), 1, -1) if number % each == 0), 1)
