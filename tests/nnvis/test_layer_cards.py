"""What stands on the cards of a stack, and the model that holds them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray, QMimeData, QModelIndex, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.layers import LAYERS, Activation, Conv2D, Dense, Dropout, Flatten, Layer, MaxPooling2D
from core.losses import CategoricalCrossentropy
from core.stack import check, describe, obstacle
from nnvis.theme import font, load_fonts
from nnvis.widgets.layer_card import LayerCard, input_card, layer_cards
from nnvis.widgets.layer_model import CARD, HISTOGRAM, MOVED_ROWS, NEW_LAYERS, LayerModel
from nnvis.widgets.layer_offer import fresh_layer, offers
from nnvis.widgets.layer_paint import fitting, placed_chips

IMAGE = (28, 28, 1)
INPUT = input_card("MNIST digits", IMAGE, "pixels 0…1")


def cards_of(layers: Sequence[Layer]) -> list[LayerCard]:
    problems = check(layers, IMAGE, 10, CategoricalCrossentropy())
    return layer_cards(layers, describe(layers, IMAGE), problems)


def mlp() -> list[Layer]:
    return [Flatten(), Dense(units=128, activation="relu"), Dense(units=10, activation="softmax")]


def test_a_card_says_shape_and_parameters() -> None:
    cards = cards_of(mlp())
    assert [card.caption for card in cards] == ["784", "128 · 100,480 parameters", "10 · 1,290 parameters"]
    assert cards[1].short_captions == ("128 · 100,480 params", "128 · 100,480")
    assert cards[1].chips == ("128", "relu")
    assert "100,352 multiply-adds per image" in cards[1].details
    assert [card.cost for card in cards] == ["", "100,352 multiply-adds per image", "1,280 multiply-adds per image"]
    assert not any(card.is_wrong for card in cards)
    assert cards_of([Flatten(), Dropout(rate=0.3), *mlp()[1:]])[1].caption == "784 · only while training"


def test_a_problem_stands_on_the_card_that_is_wrong_and_on_its_chip() -> None:
    cards = cards_of([Flatten(), Dense(units=10, activation="relu")])
    assert cards[1].is_wrong
    assert cards[1].faulty_chips == {1}
    assert cards[1].problems[0].text in cards[1].words
    wide = cards_of([Flatten(), Dense(units=12, activation="softmax")])
    assert wide[1].faulty_chips == {0}


def test_cards_behind_a_problem_wait_for_it() -> None:
    cards = cards_of([Dense(units=8), Dropout(), Dense(units=10, activation="softmax")])
    assert [card.is_waiting for card in cards] == [False, True, True]
    assert cards[0].caption == "gets 28×28×1"
    assert cards[2].caption == "waits for Dense"


@pytest.fixture
def model(qtbot: QtBot) -> LayerModel:
    model = LayerModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.set_cards(INPUT, cards_of(mlp()))
    return model


def titles(model: LayerModel) -> list[str]:
    return [model.index(row).data(Qt.ItemDataRole.DisplayRole) for row in range(model.rowCount())]


def test_the_input_is_shown_but_can_neither_be_selected_nor_moved(model: LayerModel) -> None:
    assert titles(model) == ["Input", "Flatten", "Dense 128 relu", "Dense 10 softmax"]
    movable = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
    assert not model.flags(model.index(0)) & movable
    assert model.flags(model.index(1)) & movable == movable
    assert model.layer_count == 3


def test_a_drop_asks_for_the_move_and_is_refused(qtbot: QtBot, model: LayerModel) -> None:
    data = model.mimeData([model.index(3), model.index(2)])
    with qtbot.waitSignal(model.move_requested) as asked:
        assert not model.dropMimeData(data, Qt.DropAction.MoveAction, 1, 0, QModelIndex())
    assert asked.args == [(1, 2), 0]
    assert titles(model)[2] == "Dense 128 relu"  # nothing has moved by itself


@pytest.mark.parametrize(("row", "position"), [(0, 0), (1, 0), (4, 3), (-1, 3)])
def test_a_layer_dropped_from_elsewhere_asks_to_be_inserted(
    qtbot: QtBot, model: LayerModel, row: int, position: int
) -> None:
    data = QMimeData()
    data.setData(NEW_LAYERS, QByteArray(b'[{"type": "Flatten"}]'))
    with qtbot.waitSignal(model.insert_requested) as asked:
        assert not model.dropMimeData(data, Qt.DropAction.CopyAction, row, 0, QModelIndex())
    assert asked.args == [position, '[{"type": "Flatten"}]']


def test_what_is_dropped_must_be_layers(model: LayerModel) -> None:
    text = QMimeData()
    text.setText("hello")
    rows = QMimeData()
    rows.setData(MOVED_ROWS, QByteArray(b"[1]"))
    move = Qt.DropAction.MoveAction
    assert not model.canDropMimeData(text, move, 1, 0, QModelIndex())
    assert model.canDropMimeData(rows, move, 1, 0, QModelIndex())


def test_a_changed_layer_is_one_changed_row(qtbot: QtBot, model: LayerModel) -> None:
    layers = mlp()
    layers[1] = Dense(units=64, activation="relu")
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last, roles: changed.append(first.row()))
    with qtbot.assertNotEmitted(model.rowsInserted), qtbot.assertNotEmitted(model.rowsRemoved):
        model.set_cards(INPUT, cards_of(layers))
    assert changed == [2, 3]  # and the one behind it, whose count of parameters is another


def test_a_moved_layer_keeps_its_histogram(qtbot: QtBot, model: LayerModel) -> None:
    bars = (0.5, 1.0)
    model.set_histograms([None, bars, None])
    layers = mlp()
    layers.append(layers.pop(1))
    with qtbot.waitSignal(model.rowsMoved):
        model.set_cards(INPUT, cards_of(layers))
    assert [model.index(row).data(HISTOGRAM) for row in range(4)] == [None, None, None, bars]
    assert titles(model) == ["Input", "Flatten", "Dense 10 softmax", "Dense 128 relu"]


POOL = [Flatten(), Dense(), Dense(units=10), Dropout(), Conv2D(), MaxPooling2D(), Activation()]


@given(st.lists(st.lists(st.sampled_from(range(len(POOL))), max_size=7), min_size=1, max_size=4))
def test_any_stack_can_follow_any_other(stacks: list[list[int]]) -> None:
    model = LayerModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    for stack in stacks:
        layers = [POOL[choice] for choice in stack]
        model.set_cards(INPUT, cards_of(layers))
        shown = [model.index(row).data(CARD).layer for row in range(model.rowCount())]
        assert shown == [None, *layers]


def test_the_palette_says_why_a_layer_cannot_stand_here() -> None:
    found = {offer.title: offer.obstacle for offer in offers(LAYERS, (64,))}
    assert found["Conv2D"] == "needs an image; here: 64 numbers"
    assert found["Flatten"] == "already flat: 64 numbers"
    assert found["Dense"] == ""
    assert offers(LAYERS, IMAGE, "dense")[0].obstacle == "needs a flat input; here: 28×28×1"
    assert obstacle(Dense(), None) == ""


@pytest.mark.parametrize(
    ("typed", "layer"),
    [
        ("conv 32 3 relu", Conv2D(filters=32, kernel_size=3, activation="relu")),
        ("Conv2D 16 5x3 2 same", Conv2D(filters=16, kernel_size=(5, 3), strides=2, padding="same", activation="relu")),
        ("dense 64 tanh", Dense(units=64, activation="tanh")),
        ("drop 0.3", Dropout(rate=0.3)),
        ("maxp 2", MaxPooling2D(pool_size=2)),
        ("act softm", Activation(activation="softmax")),
        ("flat", Flatten()),
    ],
)
def test_a_layer_can_be_typed(typed: str, layer: Layer) -> None:
    assert offers(LAYERS, None, typed)[0].layer == layer


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("drop 7", "Rate: give a number from 0 to 0.95."),
        ("dense 0", "Units: give a whole number from 1 to 8192."),
        ("flatten 3", "Flatten has no place for “3”."),
    ],
)
def test_what_cannot_be_typed_is_explained(typed: str, reason: str) -> None:
    assert offers(LAYERS, None, typed)[0].obstacle == reason


def test_every_kind_is_found_by_its_name_and_nothing_by_nonsense() -> None:
    for kind in LAYERS:
        assert offers(LAYERS, None, kind.kind_name())[0].title == kind.kind_name()
    assert [offer.title for offer in offers(LAYERS, None)] == [kind.kind_name() for kind in LAYERS]
    assert offers(LAYERS, None, "zebra") == []


def test_a_new_layer_is_not_linear_where_it_could_be_more() -> None:
    for kind in LAYERS:
        assert getattr(fresh_layer(kind), "activation", "relu") != "linear"


@pytest.mark.parametrize(("room", "words"), [
    (200, ["16", "5×5", "relu"]), (97, ["16", "5×5", "relu"]), (70, ["16", "5×5"]), (12, []),
])  # fmt: skip
def test_chips_stand_closer_before_one_is_left_out(qapp: QApplication, room: float, words: list[str]) -> None:
    load_fonts()
    placed = placed_chips(["16", "5×5", "relu"], QFontMetricsF(font("caption")), room)
    assert [text for text, _, _ in placed] == words
    assert all(left + width <= room for _, left, width in placed)
    assert all(one[1] + one[2] < other[1] for one, other in itertools.pairwise(placed))


def test_a_card_takes_fewer_words_before_it_shortens_them(qapp: QApplication) -> None:
    load_fonts()
    metrics = QFontMetricsF(font("caption"))
    captions = ("10×10×16 · 2,416 parameters", "10×10×16 · 2,416 params", "10×10×16 · 2,416")
    for caption in captions:
        assert fitting(captions, metrics, metrics.horizontalAdvance(caption)) == caption
    assert fitting(captions, metrics, 60).endswith("…")
