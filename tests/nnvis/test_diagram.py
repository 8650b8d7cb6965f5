"""What the picture of the network shows is what the network computed: values, sums, and what flows between units."""

from itertools import pairwise

import numpy as np
import pytest

from core.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Reshape,
)
from core.layers.base import Layer
from core.sequential import Sequential
from nnvis.diagram import Diagram, Wish, column_layers, forward_diagram, spread
from nnvis.diagram_layout import HEAD, place_columns, room

NETWORKS: dict[str, tuple[Layer, ...]] = {
    "mlp": (Flatten(), Dense(24, activation="relu"), Dense(12, activation="relu"), Dense(10, activation="softmax")),
    "seed": (Flatten(), Dense(32, activation="tanh"), Dense(16, activation="tanh"), Dense(10, activation="softmax")),
    "cnn": (Conv2D(4, 3, padding="same", activation="relu"), MaxPooling2D(2), Conv2D(6, 3, activation="relu"),
            AveragePooling2D(2), Flatten(), Dropout(0.3), Dense(16, activation="relu"),
            Dense(10, activation="softmax")),
    "apart": (Conv2D(4, 3), BatchNormalization(), Activation("relu"), GlobalAveragePooling2D(), Dense(10),
              Activation("softmax")),
    "linear": (Flatten(), Dense(10)),
    "scrambled": (Conv2D(4, 3, strides=3), Reshape((36, 9, 1)), Conv2D(2, 3), Flatten(), Dense(10)),
    "wide": (Flatten(), Dense(2000, activation="relu"), Dense(40, activation="softmax")),
}  # fmt: skip


def shown(name: str, wish: Wish | None = None) -> tuple[Sequential, Diagram]:
    model = Sequential([layer.replace() for layer in NETWORKS[name]], seed=3)
    model.build((28, 28, 1))
    for view in model.parameter_views():  # no bias stays 0
        if view.name == "b":
            view.of(model.parameters)[...] = np.linspace(-0.2, 0.3, view.of(model.parameters).size)
    X = np.random.default_rng(5).random((1, 28, 28, 1)).astype(np.float32)
    return model, forward_diagram(model, X, wish or Wish(lines=60))


@pytest.mark.parametrize("name", NETWORKS)
def test_columns_are_the_layers_with_weights(name: str) -> None:
    model, diagram = shown(name)
    assert tuple(column.layer for column in diagram.columns) == column_layers(model)
    assert diagram.columns[0].kind == "picture"
    assert len(diagram.edges) == len(diagram.columns) - 1
    for column in diagram.columns:
        assert len(column.values) == len(column.shown) <= column.total
        assert np.isfinite(column.values).all()
    weights = [layer for layer in model.layers if isinstance(layer, (Dense, Conv2D))]
    assert [column.total for column in diagram.columns[1:]] == [layer.Y.shape[-1] for layer in weights]


@pytest.mark.parametrize("name", ["mlp", "seed", "cnn", "apart"])
def test_all_flows_into_a_unit_and_its_bias_make_its_sum(name: str) -> None:
    """z = sum of w * a + b: with lines to all sources nothing is missing."""
    for column in range(2, len(column_layers(shown(name)[0]))):
        diagram = shown(name, Wish(focus=(column, 3), lines=60))[1]
        facts, seen = diagram.facts, diagram.columns[column]
        assert facts is not None
        assert facts.unit == 3
        before = diagram.columns[column - 1]
        if before.total <= 24:
            assert seen.z is not None
            assert seen.bias is not None
            assert facts.before.flow.sum() + seen.bias[3] == pytest.approx(seen.z[3], abs=2e-5)
        assert set(facts.before.target.tolist()) <= {3}
        assert set(facts.after.source.tolist()) <= {3}


def test_the_named_inputs_are_the_strongest_and_their_product_is_the_flow() -> None:
    model, diagram = shown("mlp", Wish(focus=(1, 7)))
    facts = diagram.facts
    assert facts is not None
    layer = model.layers[1]
    adds = layer.X[0] * layer.W[:, 7]
    assert [abs(part.flow) for part in facts.parts] == pytest.approx(sorted(abs(adds), reverse=True)[:5])
    for part in facts.parts:
        assert part.weight * part.value == pytest.approx(part.flow, rel=1e-5)
        row, column = map(int, part.name.removeprefix("pixel ").split(", "))
        assert adds[row * 28 + column] == pytest.approx(part.flow)
    assert facts.inputs == 784
    np.testing.assert_array_equal(facts.picture, layer.W[:, 7].reshape(28, 28))


def test_lines_lead_to_the_leading_answers_and_are_the_strongest() -> None:
    model, diagram = shown("mlp", Wish(lines=20))
    answers = diagram.columns[-1].values
    assert diagram.leaders == tuple(np.argsort(-answers)[:2])
    last = diagram.edges[-1]
    assert set(last.target.tolist()) <= set(diagram.leaders)
    flows = np.abs(model.layers[-1].X[0][:, None] * model.layers[-1].W[:, list(diagram.leaders)]).ravel()
    assert len(last) == min(10, np.count_nonzero(flows))
    assert sorted(abs(last.flow)) == pytest.approx(sorted(flows)[-len(last):])
    assert set(diagram.edges[-2].target.tolist()) <= set(last.source.tolist())
    assert not len(diagram.edges[0])  # from the picture there are none
    assert 10 < diagram.lines <= 20


def test_a_map_flows_the_mean_over_its_windows() -> None:
    model, diagram = shown("cnn", Wish(focus=(2, 1)))
    facts = diagram.facts
    assert facts is not None
    first, second = model.layers[1], model.layers[2]
    for source, flow in zip(facts.before.source, facts.before.flow, strict=True):
        alone = np.zeros_like(second.X)
        alone[..., source] = first.Y[..., source]
        columns = second._columns(alone) @ second.W_matrix[:, 1]
        assert float(columns.mean()) == pytest.approx(float(flow), abs=1e-5)
    assert facts.picture is not None
    assert facts.picture.shape == (3, 3)


def test_layers_behind_belong_to_the_column() -> None:
    model, diagram = shown("apart")
    column = diagram.columns[1]
    assert column.kind == "maps"
    np.testing.assert_array_equal(column.values, np.moveaxis(model.layers[2].Y[0], -1, 0))
    assert "BatchNormalization" in column.caption
    np.testing.assert_array_equal(diagram.columns[-1].values, model.layers[-1].Y[0])


def test_where_units_cannot_be_followed_there_are_no_lines() -> None:
    _, diagram = shown("scrambled")
    assert [len(edges) for edges in diagram.edges][:2] == [0, 0]
    assert len(diagram.edges[2]) > 0


def test_wide_layers_are_sampled_evenly_and_many_classes_by_size() -> None:
    _, diagram = shown("wide", Wish(units=100, lines=30))
    hidden, answers = diagram.columns[1], diagram.columns[-1]
    assert hidden.is_sampled
    assert len(hidden.shown) == 100
    assert np.ptp(np.diff(hidden.shown)) <= 1
    assert len(answers.shown) == 16
    assert answers.values.min() >= np.sort(shown("wide")[0].layers[-1].Y[0])[-16]
    assert int(diagram.edges[1].source.max()) < 100
    assert spread(5, 9).tolist() == [0, 1, 2, 3, 4]


def test_the_diagram_keeps_no_array_of_the_network() -> None:
    model, diagram = shown("cnn")
    before = [column.values.copy() for column in diagram.columns]
    model.parameters[...] = 7
    model.forward(np.ones((1, 28, 28, 1), np.float32))
    for column, values in zip(diagram.columns, before, strict=True):
        np.testing.assert_array_equal(column.values, values)


def test_weights_that_are_no_numbers_any_more_do_no_harm() -> None:
    model, _ = shown("mlp")
    model.parameters[...] = np.nan
    with np.errstate(all="ignore"):
        diagram = forward_diagram(model, np.ones((1, 28, 28, 1), np.float32), Wish())
    assert diagram.lines == 0


@pytest.mark.parametrize("size", [(418, 212), (790, 370), (1200, 700), (1700, 1000)])
@pytest.mark.parametrize("name", NETWORKS)
def test_everything_stands_apart_and_inside(name: str, size: tuple[int, int]) -> None:
    width, height = size
    units, maps = room(width, height, max(1, len(column_layers(shown(name)[0])) - 2))
    _, diagram = shown(name, Wish(units, maps))
    places = place_columns(diagram.columns, width, height)
    for place, column in zip(places, diagram.columns, strict=True):
        assert len(place.cells) == len(column.shown)
        assert place.box.left >= 0
        assert place.box.right <= width
        for cell in place.cells:
            assert cell.left >= place.box.left - 0.01
            assert cell.right <= place.box.right + 0.5
            assert cell.top >= HEAD - 0.01
            assert cell.top + cell.height <= height + 0.5
            assert min(cell.width, cell.height) >= 2
            assert place.cell_at(cell.left + cell.width / 2, cell.middle) == place.cells.index(cell)
    for left, right in pairwise(places):
        assert left.box.right + 8 < right.box.left
