"""Splits keep the classes' proportions; scaling does what its two numbers say, in place."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from core.data import Scaling, mnist, stratified_split
from core.data.split import balanced_weights
from core.errors import ConfigError, ShapeError
from core.hyper import from_dict


@settings(max_examples=100, deadline=None)
@given(
    labels=npst.arrays(np.int64, st.integers(0, 200), elements=st.integers(0, 6)),
    share=st.floats(0, 0.99),
    seed=st.integers(0, 2**32),
)
def test_a_split_is_a_partition_in_proportion(labels: np.ndarray, share: float, seed: int) -> None:
    train, validation = stratified_split(labels, share, np.random.default_rng(seed))
    np.testing.assert_array_equal(np.sort(np.concatenate([train, validation])), np.arange(len(labels)))
    assert np.all(np.diff(train) > 0)
    assert np.all(np.diff(validation) > 0)
    for label in np.unique(labels):
        total, taken = np.sum(labels == label), np.sum(labels[validation] == label)
        assert taken < total
        assert abs(taken - share * total) < 1.0 + 1e-6


def test_the_total_is_the_share_and_the_classes_are_balanced() -> None:
    (_, labels), _ = mnist()
    train, validation = stratified_split(labels, 1 / 12, np.random.default_rng(7))
    assert (len(train), len(validation)) == (55_000, 5_000)
    np.testing.assert_allclose(np.bincount(labels[validation]), np.bincount(labels) / 12, atol=1)


def test_the_seed_decides_the_split() -> None:
    labels = np.arange(100) % 4
    first, again, other = (stratified_split(labels, 0.3, np.random.default_rng(seed))[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_combinations_of_labels_are_split_in_proportion() -> None:
    rows = np.array([[1, 0]] * 40 + [[1, 1]] * 20 + [[0, 0]] * 20)
    _, validation = stratified_split(rows, 0.25, np.random.default_rng(0))
    kinds, counts = np.unique(rows[validation], axis=0, return_counts=True)
    assert kinds.tolist() == [[0, 0], [1, 0], [1, 1]]
    assert counts.tolist() == [5, 10, 5]


@pytest.mark.parametrize("share", [-0.1, 1.0, 2.0, float("nan")])
def test_an_impossible_share_is_refused(share: float) -> None:
    with pytest.raises(ConfigError, match="from 0 to below 1"):
        stratified_split(np.zeros(5, int), share, np.random.default_rng(0))


@settings(max_examples=60, deadline=None)
@given(
    images=npst.arrays(np.uint8, npst.array_shapes(min_dims=1, max_dims=4, min_side=0)),
    mean=st.floats(-2, 2),
    std=st.floats(0.01, 10),
)
def test_scaling_is_its_formula(images: np.ndarray, mean: float, std: float) -> None:
    scaled = Scaling(mean, std).apply(images)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, (images / 255 - mean) / std, rtol=1e-5, atol=1e-5 * (1 + abs(mean)) / std)


def test_unit_runs_from_exactly_0_to_exactly_1() -> None:
    assert Scaling.unit().apply(np.array([0, 255], np.uint8)).tolist() == [0.0, 1.0]


def test_fit_standardises() -> None:
    images = mnist()[1][0]
    scaling = Scaling.fit(images)
    assert scaling.mean == pytest.approx(images.mean() / 255, rel=1e-6)
    assert scaling.std == pytest.approx(images.std() / 255, rel=1e-6)
    scaled = scaling.apply(images[:2000]).astype(float)
    assert abs(scaled.mean()) < 0.05
    assert abs(scaled.std() - 1) < 0.05


def test_fit_needs_images_and_bears_a_single_grey() -> None:
    with pytest.raises(ShapeError, match="no images"):
        Scaling.fit(np.zeros((0, 2, 2, 1), np.uint8))
    grey = np.full((1, 2, 2, 1), 51, np.uint8)
    np.testing.assert_allclose(Scaling.fit(grey).apply(grey), 0, atol=1e-6)


def test_apply_writes_in_place_without_temporaries() -> None:
    images = np.full((256, 28, 28, 1), 255, np.uint8)
    out = np.empty(images.shape, np.float32)
    scaling = Scaling(0.5, 0.25)
    tracemalloc.start()
    assert scaling.apply(images, out) is out
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < images.size / 4
    assert np.all(out == 2)
    with pytest.raises(ShapeError, match="buffer"):
        scaling.apply(images, out[:10])


def test_scaling_is_a_value_that_survives_json() -> None:
    scaling = Scaling(0.1307, 0.3081)
    assert from_dict((Scaling,), scaling.to_dict(), "scaling") == scaling
    assert Scaling.unit() == Scaling()
    with pytest.raises(ConfigError, match="std"):
        Scaling(0, 0)


def test_balanced_classes_count_alike() -> None:
    labels = np.repeat([0, 2, 5], [10, 30, 20])
    weights = balanced_weights(labels)
    assert weights == {0: 2.0, 2: pytest.approx(2 / 3), 5: 1.0}
    assert sum(weights[int(label)] for label in labels) == pytest.approx(len(labels)), "the mean loss stays a mean"
    with pytest.raises(ConfigError, match="only where each image has one class"):
        balanced_weights(np.eye(3, dtype=np.int64))
