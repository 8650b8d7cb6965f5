"""Every number of the track is the one that its equation gives, over all catalogues; the way goes there and back."""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np
import pytest

from core.layers import LAYERS, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from core.layers.base import Layer
from core.losses import LOSSES, Loss, MeanSquaredError
from core.optimizers import OPTIMIZERS, SGD, Optimizer
from nnvis.microscope.not_finite import begins_at
from nnvis.microscope.operands import Operand
from nnvis.microscope.sentences import LONGEST
from nnvis.microscope.stops import stops_of, update_stop
from tests.nnvis.microscope.stacks import CLASSES, every_stack, stacks, traced

CLOSE = {"rtol": 1e-9, "atol": 1e-12}


def test_the_stacks_hold_the_catalogues() -> None:
    cases = [case.values for case in stacks()]
    assert {type(layer) for layers, _, _ in cases for layer in layers} == set(LAYERS)  # type: ignore[union-attr]
    assert {type(loss) for _, loss, _ in cases if loss} == set(LOSSES)
    assert {type(optimizer) for _, _, optimizer in cases if optimizer} == set(OPTIMIZERS)


@pytest.mark.parametrize("applies", [True, False], ids=["training", "answering"])
@every_stack
def test_each_result_is_what_its_equation_gives(
    layers: list[Layer], loss: Loss | None, optimizer: Optimizer | None, applies: bool
) -> None:
    trace = traced([layer.replace() for layer in layers], loss, optimizer, applies)
    for stop in stops_of(trace):
        for image in (None, 1):
            context = stop.context(image)
            given = stop.equations[-1].evaluate(context.values, stop.functions)
            shown = stop.shown(image)
            np.testing.assert_allclose(shown.result.value, given, **CLOSE, err_msg=f"{stop.key} {image}")
            for operand in shown.operands:
                assert len(operand.axes) == operand.value.ndim
                assert operand.latex


@every_stack
def test_the_arrays_are_those_of_the_two_passes(
    layers: list[Layer], loss: Loss | None, optimizer: Optimizer | None
) -> None:
    trace = traced([layer.replace() for layer in layers], loss, optimizer)
    by_key = {stop.key: stop for stop in stops_of(trace)}
    for index, layer in enumerate(trace.layers):
        for name in layer.layer.parameters:
            stop = by_key[f"d{name}.{index}"]
            view = next(view for view in layer.views if view.name == name)
            np.testing.assert_array_equal(stop.shown(None).result.value, view.of(trace.update["G"]))
            moved = update_stop(trace, view).shown(None).result.value
            np.testing.assert_allclose(moved, view.of(trace.moved), rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(by_key["loss"].shown(None).result.value, trace.losses.mean(), rtol=1e-6)


@every_stack
def test_each_stop_says_what_ran_and_why(layers: list[Layer], loss: Loss | None, optimizer: Optimizer | None) -> None:
    trace = traced([layer.replace() for layer in layers], loss, optimizer)
    stops = stops_of(trace)
    assert len({stop.key for stop in stops}) == len(stops)
    for stop in stops:
        sentence = stop.sentence(0)
        assert sentence.endswith(".")
        assert len(sentence) <= LONGEST
        assert stop.title
        for code in stop.code:
            function = next(call for call, _ in stop.calls)
            assert 1 <= len(code.statements) <= 2
            assert all(
                "".join(line.split()) in "".join(inspect.getsource(function).split()) for line in code.statements
            )
            lines, first = inspect.getsourcelines(function)
            assert first <= code.line < first + len(lines)


def test_the_way_goes_forward_turns_at_the_loss_and_comes_back() -> None:
    trace = traced(
        [Flatten(), Dense(5, activation="relu"), Dense(4, activation="tanh"), Dense(CLASSES, activation="softmax")]
    )
    assert [stop.symbol for stop in stops_of(trace)] == [
        "X", "Z_1", "Y_1", "Z_2", "Y_2", "Z_3", "Y_3", "L",
        "dZ_3", "dW_3", "db_3", "dX_3", "dZ_2", "dW_2", "db_2", "dX_2", "dZ_1", "dW_1", "db_1", "W_1", "change",
    ]  # fmt: skip
    tags = [stop.tag for stop in stops_of(trace) if stop.is_backward]
    assert tags == ["BP1", "BP3", "BP4", "BP2", "BP2", "BP3", "BP4", "BP2", "BP2", "BP3", "BP4"]


def test_a_loss_that_is_not_fused_sends_its_error_through_the_activation() -> None:
    trace = traced([Flatten(), Dense(CLASSES, activation="softmax")], MeanSquaredError())
    keys = [(stop.tag, stop.key) for stop in stops_of(trace) if stop.is_backward]
    assert keys == [("BP1", "dY.1"), ("BP1", "dZ.1"), ("BP3", "dW.1"), ("BP4", "db.1")]


def test_where_there_is_nothing_to_say_there_is_no_stop() -> None:
    trace = traced([Conv2D(2, 2), MaxPooling2D(2), Flatten(), Dropout(0.5), Dense(CLASSES, activation="softmax")])
    symbols = [stop.symbol for stop in stops_of(trace)]
    assert symbols[:6] == ["X", "Z_1", "Y_2", "X_3", "Y_3", "Z_4"]  # no Y of a linear layer; Flatten only moves
    assert "dX_1" not in symbols  # nobody asks what the input should have been
    assert symbols[-3:] == ["db_1", "W_1", "change"]


def test_a_step_that_is_not_applied_says_so_and_moves_nothing() -> None:
    trace = traced([Flatten(), Dense(CLASSES, activation="softmax")], applies=False, samples=1)
    update, again = stops_of(trace)[-2:]
    assert update.title == "The step (not applied)"
    assert "The weights stay as they were." in again.sentence(0)


def test_what_is_not_a_number_is_said() -> None:
    trace = traced([Flatten(), Dense(CLASSES, activation="softmax")])
    stop = stops_of(trace)[1]
    bad = {**stop.values, "Z": np.full_like(stop.values["Z"], np.inf)}
    broken = replace(stop, values=bad)
    assert broken.sentence(0) == "From here on nothing is a number: Z1 has 3 Inf among 3."
    bad["Z"][0, 0] = np.nan
    assert "Z1 has 2 Inf and 1 NaN among 3." in broken.sentence(0)
    assert begins_at(stops_of(trace)) is None
    assert begins_at((*stops_of(trace)[:1], broken)) == 1


def test_an_equation_is_opened_only_as_far_as_there_is_room() -> None:
    trace = traced([Flatten(), Dense(4, activation="gelu"), Dense(CLASSES, activation="softmax")])
    for stop in stops_of(trace):
        assert sum(isinstance(part, Operand) for part in stop.shown(None).parts) <= 4


def test_only_statements_that_ran_are_shown() -> None:
    layers = [Flatten(), Dropout(0.5), Dense(CLASSES, activation="softmax")]
    for applies, expected in ((True, "np.multiply(X, self.M"), (False, "self.Y = X")):
        trace = traced([each.replace() for each in layers], applies=applies)
        stop = next(stop for stop in stops_of(trace) if stop.key == "Y.1")
        (statement,) = stop.code[0].statements
        assert expected in statement
    for momentum, lines in ((0.0, ("P -= step",)), (0.9, ("P += m",))):
        stop = stops_of(traced([each.replace() for each in layers], None, SGD(0.1, momentum=momentum)))[-2]
        assert stop.code[0].statements == lines
    weights = next(stop for stop in stops_of(traced(layers)) if stop.key == "dW.2")
    assert weights.code[0].statements == ("np.matmul(self.X.T, dZ, out=self.dW)",)  # no L2 here
