"""A product in parts is the product: every shape, layout and precision, and only where nothing is copied by it."""

from __future__ import annotations

import numpy as np
import pytest

from core import product as module
from core.product import (
    FEWEST_ROWS,
    SMALL,
    SMALL_ACROSS,
    inner_cut,
    inner_parts,
    largest_divisor,
    parts_of,
    product,
)

SHAPES = [
    (32, 784, 128), (128, 784, 128), (784, 32, 128), (784, 128, 128), (512, 128, 64), (88, 784, 512), (96, 300, 100),
    (32, 64, 10), (1, 784, 128), (131, 784, 128), (6272, 144, 32), (144, 6272, 32), (64, 512, 257),
    (0, 5, 3), (32, 0, 8),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _cutting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the processor: the parts must be right everywhere."""
    monkeypatch.setattr(module, "CUTS", True)


def laid(rng: np.random.Generator, rows: int, columns: int, lies_across: bool, dtype: type) -> np.ndarray:
    if lies_across:
        return rng.normal(size=(columns, rows)).astype(dtype).T
    return rng.normal(size=(rows, columns)).astype(dtype)


@pytest.mark.parametrize(("m", "k", "n"), SHAPES)
@pytest.mark.parametrize("across", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parts_make_the_whole(m: int, k: int, n: int, across, dtype: type, rng: np.random.Generator) -> None:
    A, B = laid(rng, m, k, across[0], dtype), laid(rng, k, n, across[1], dtype)
    out = np.full((m, n), np.nan, dtype)
    assert product(A, B, out) is out
    tolerance = 1e-12 if dtype is np.float64 else 2e-5
    np.testing.assert_allclose(out, A @ B, rtol=tolerance, atol=tolerance * max(k, 1) ** 0.5)


def test_the_same_call_gives_the_same_bits(rng: np.random.Generator) -> None:
    A, B = rng.random((128, 784), np.float32), rng.random((784, 128), np.float32)
    once, again = (product(A, B, np.empty((128, 128), np.float32)) for _ in range(2))
    np.testing.assert_array_equal(once, again)


def test_results_and_operands_with_gaps_are_filled_and_read_rightly(rng: np.random.Generator) -> None:
    wide, A, B = np.zeros((128, 256)), rng.normal(size=(128, 1568))[:, ::2], rng.normal(size=(784, 128))
    product(np.ascontiguousarray(A), B, wide[:, ::2])
    np.testing.assert_allclose(wide[:, ::2], A @ B, rtol=1e-12, atol=1e-11)
    assert not wide[:, 1::2].any()
    np.testing.assert_allclose(product(A, B, np.empty((128, 128))), A @ B, rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize(("m", "k", "n"), SHAPES)
@pytest.mark.parametrize("lies_across", [False, True])
def test_every_part_is_small_and_all_are_equal(m: int, k: int, n: int, lies_across: bool) -> None:
    rows, columns = parts_of(m, k, n, lies_across)
    if (rows, columns) == (m, n):
        return  # not cut: already small, or there is no good divisor
    assert m % rows == n % columns == 0
    assert rows * k * columns <= SMALL
    assert rows >= FEWEST_ROWS
    assert columns >= min(n, 16)
    assert not lies_across or rows * columns <= SMALL_ACROSS


def test_the_products_of_a_training_step_are_cut() -> None:
    assert parts_of(128, 784, 128, False) == (8, 128)
    assert parts_of(784, 128, 128, False) == (56, 128)
    assert parts_of(32, 128, 64, False) == (32, 64), "this one is small"
    assert parts_of(32, 64, 128, True) == (16, 64)
    assert parts_of(127, 784, 128, False) == (127, 128), "a prime number of samples stays whole"


def test_a_processor_without_those_kernels_is_given_whole_products(monkeypatch, rng: np.random.Generator) -> None:
    monkeypatch.setattr(module, "CUTS", False)
    A, B = rng.random((128, 784), np.float32), rng.random((784, 128), np.float32)
    np.testing.assert_array_equal(product(A, B, np.empty((128, 128), np.float32)), A @ B)


@pytest.mark.parametrize(
    ("config", "cuts"),
    [
        ({"Build Dependencies": {"blas": {"name": "scipy-openblas"}}, "SIMD Extensions": {"found": ["X86_V4"]}}, True),
        ({"Build Dependencies": {"blas": {"name": "openblas"}}, "SIMD Extensions": {"found": ["AVX512F"]}}, True),
        ({"Build Dependencies": {"blas": {"name": "scipy-openblas"}}, "SIMD Extensions": {"found": ["AVX2"]}}, False),
        ({"Build Dependencies": {"blas": {"name": "accelerate"}}, "SIMD Extensions": {"found": ["AVX512F"]}}, False),
        ({"Build Dependencies": {"blas": {"name": "openblas"}}, "SIMD Extensions": {}}, False),
        ({}, False),
        (None, False),
    ],
)
def test_who_has_those_kernels(config, cuts: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, "show_config", lambda mode: config)
    assert module._has_small_kernels() is cuts


@pytest.mark.parametrize(
    ("m", "k", "n", "count"), [(144, 6272, 32, 32), (9, 25088, 16, 4), (9, 6272, 16, 1), (5, 7, 3, 1)]
)
@pytest.mark.parametrize("across", [False, True])
def test_the_products_of_inner_parts_add_up_to_the_whole(m, k, n, count, across, rng: np.random.Generator) -> None:
    assert inner_parts(m, k, n) == count
    A, B = laid(rng, m, k, across, np.float64), laid(rng, k, n, False, np.float64)
    cut = inner_cut(A, B, count)
    assert all(np.shares_memory(part, whole) for part, whole in zip(cut, (A, B), strict=True))
    np.testing.assert_allclose(np.matmul(*cut).sum(axis=0), A @ B, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("number", "at_most", "divisor"), [(784, 9, 8), (784, 61, 56), (7, 6, 1), (10, 99, 10), (12, 0, 1)]
)
def test_largest_divisor(number: int, at_most: int, divisor: int) -> None:
    assert largest_divisor(number, at_most) == divisor
