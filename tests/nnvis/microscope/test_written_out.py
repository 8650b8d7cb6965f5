"""The terms that are written out make the entry: all of them, exactly, for every entry that can be pointed at."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from core.layers import Conv2D, Dense, Flatten, MaxPooling2D
from core.layers.base import Layer
from core.losses import Loss
from core.optimizers import Adam, Optimizer
from nnvis.microscope.numbers_in import numbers_in, short
from nnvis.microscope.operands import Context
from nnvis.microscope.stops import Stop, stops_of
from nnvis.microscope.written_out import written_out
from tests.nnvis.microscope.stacks import CLASSES, SAMPLES, every_stack, traced


@every_stack
def test_the_terms_add_up_to_the_entry(layers: list[Layer], loss: Loss | None, optimizer: Optimizer | None) -> None:
    trace = traced([layer.replace() for layer in layers], loss, optimizer)
    rng = np.random.default_rng(9)
    for stop in stops_of(trace):
        for image in (None, 2):
            shown = stop.shown(image)
            shape = shown.result.value.shape
            for _ in range(3):
                index = tuple(int(rng.integers(n)) for n in shape)
                out = written_out(shown, index)
                assert out.total == pytest.approx(out.value, rel=1e-9, abs=1e-12), f"{stop.key} {image} {index}"
                for terms in out.terms:
                    assert len(terms.places) == len(terms.values) == len(terms.factors)
                    assert terms.places.shape[1] == len(terms.axes)
                assert out.numbers


def stop_of(key: str, layers: list[Layer], optimizer: Optimizer | None = None) -> Stop:
    return next(stop for stop in stops_of(traced(layers, None, optimizer)) if stop.key == key)


def mlp() -> list[Layer]:
    return [Flatten(), Dense(5, activation="relu"), Dense(CLASSES, activation="softmax")]


def test_a_sum_of_a_dense_layer_has_a_term_for_every_input_and_the_bias() -> None:
    sums, bias = written_out(stop_of("Z.1", mlp()).shown(0), (0, 3)).terms
    assert sums.axes == ("i",)
    assert sums.factors.shape == (60, 2)
    assert bias.values.shape == (1,)


@pytest.mark.parametrize(
    ("written", "equation"),
    [
        ("(2.539·10⁻⁵)²", "square(g)"), ("√(2.539·10⁻⁵)", "sqrt(g)"), ("0.9 × 2.539·10⁻⁵", "beta * g"),
        ("√0.25", "sqrt(v)"), ("(−0.5)²", "square(m)"), ("0.9 / (2.539·10⁻⁵)", "beta / g"),
        ("√(10⁻⁷)", "sqrt(epsilon)"),
    ],
)  # fmt: skip
def test_a_power_of_ten_is_kept_together(written: str, equation: str) -> None:
    arrays = {"g": np.array([2.539e-5]), "v": np.array([0.25]), "m": np.array([-0.5])}
    context = Context({**arrays, "beta": 0.9, "epsilon": 1e-7}, {}, dict.fromkeys(arrays, ("i",)), {})
    shown = numbers_in(ast.parse(equation, mode="eval").body, context, {"i": 0})
    assert shown.replace("0.2500", "0.25").replace("0.5000", "0.5") == written


def test_a_gradient_has_a_term_for_every_image() -> None:
    stop = stop_of("dW.1", mlp())
    (terms,) = written_out(stop.shown(0), (7, 3)).terms
    assert terms.axes == ("n",)
    np.testing.assert_array_equal(terms.factors[:, 0], stop.values["X"][:, 7])
    np.testing.assert_array_equal(terms.factors[:, 1], stop.values["dZ"][:, 3])


def test_a_kernel_cell_has_a_term_for_every_place_of_every_image() -> None:
    stop = stop_of("dW.0", [Conv2D(2, (3, 2)), Flatten(), Dense(CLASSES, activation="softmax")])
    (terms,) = written_out(stop.shown(0), (2, 1, 0, 1)).terms
    assert terms.axes == ("n", "v", "u")
    assert len(terms.values) == SAMPLES * 4 * 4
    n, v, u = terms.places[17]
    assert terms.factors[17, 0] == stop.values["X"][n, v + 2, u + 1, 0]
    assert terms.factors[17, 1] == stop.values["dZ"][n, v, u, 1]


def test_a_cell_that_never_won_gets_no_error() -> None:
    stop = stop_of("dX.1", [Conv2D(2, 1), MaxPooling2D(2), Flatten(), Dense(CLASSES, activation="softmax")])
    X, dX = stop.values["X"], stop.values["dX"]
    loser = tuple(np.argwhere(dX[0, :4, :4] == 0)[0])
    (terms,) = written_out(stop.shown(0), (0, int(loser[0]), int(loser[1]), int(loser[2]))).terms
    assert terms.factors[:, 1].tolist() == [0.0]
    row, column, channel = loser
    window = X[0, row // 2 * 2 : row // 2 * 2 + 2, column // 2 * 2 : column // 2 * 2 + 2, channel]
    assert X[0, row, column, channel] < window.max()


def test_the_numbers_stand_where_the_arrays_stood() -> None:
    stop = stop_of("dZ.2", mlp())
    out = written_out(stop.shown(0), (1, 2))
    Y, T = stop.values["Y"][1, 2], stop.values["T"][1, 2]
    assert out.numbers == f"({short(Y, 4)} − {short(T, 4)}) / 4"
    adam = written_out(stop_of("update", mlp(), Adam()).shown(0), (5, 1))
    assert "√" in adam.numbers
    assert "0.001" in adam.numbers


def test_small_numbers_are_never_written_as_zero() -> None:
    assert [short(value) for value in (0.0, 1.0, -0.09621, 0.000012, 25.25, -3.2, 123456.0)] == [
        "0", "1.00", "−0.0962", "1.20·10⁻⁵", "25.2", "−3.20", "1.23·10⁵",
    ]  # fmt: skip
