"""The list of cards under the mouse and the keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QDropEvent, QHelpEvent, QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.layers import LAYERS, Dense, Dropout, Flatten, Layer
from core.losses import CategoricalCrossentropy
from core.stack import check, describe
from nnvis.theme import COMPACT, REGULAR, ThemeSource
from nnvis.widgets import layer_delegate, layer_list
from nnvis.widgets.health_row import HealthRow
from nnvis.widgets.layer_body import CardBody
from nnvis.widgets.layer_card import input_card, layer_cards
from nnvis.widgets.layer_list import LayerList
from nnvis.widgets.layer_tips import CardHealth, card_health
from nnvis.widgets.palette import LayerPalette
from nnvis.widgets.pick_list import HEADING

IMAGE = (28, 28, 1)
ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def show(cards: LayerList, layers: Sequence[Layer]) -> None:
    problems = check(layers, IMAGE, 10, CategoricalCrossentropy())
    cards.set_stack(input_card("MNIST digits", IMAGE, ""), layer_cards(layers, describe(layers, IMAGE), problems))


def mlp() -> list[Layer]:
    return [
        Flatten(), Dense(units=128, activation="relu"), Dense(units=64, activation="relu"),
        Dense(units=10, activation="softmax"),
    ]  # fmt: skip


@pytest.fixture
def holder(qtbot: QtBot, theme_source: ThemeSource) -> QWidget:
    theme_source.set_reduced_motion(True)
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    cards = LayerList(theme_source)
    QAbstractItemModelTester(cards.model(), QAbstractItemModelTester.FailureReportingMode.Fatal, cards)
    show(cards, mlp())
    layout.addWidget(cards)
    layout.addStretch(1)
    qtbot.addWidget(holder)
    holder.resize(304, 700)
    holder.show()
    holder.activateWindow()
    qtbot.waitUntil(holder.isActiveWindow)
    return holder


@pytest.fixture
def cards(holder: QWidget) -> LayerList:
    cards = holder.findChild(LayerList, "layerStack")
    assert isinstance(cards, LayerList)
    cards.clearFocus()
    cards.setFocus(Qt.FocusReason.TabFocusReason)
    return cards


def head(cards: LayerList, layer: int, from_right: int = 120) -> QPoint:
    area = cards.card_area(layer)
    return QPoint(area.right() - from_right, area.top() + 20)


def click(
    qtbot: QtBot, cards: LayerList, where: QPoint, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    qtbot.mouseMove(cards.viewport(), where)
    qtbot.mouseClick(cards.viewport(), LEFT, held, where)


def test_a_click_selects_a_layer_and_opens_its_form_another_closes_it(qtbot: QtBot, cards: LayerList) -> None:
    selected: list[Any] = []
    cards.layer_selected.connect(selected.append)
    closed = cards.sizeHint().height()
    click(qtbot, cards, head(cards, 1))
    assert (selected[-1], cards.opened) == (1, 1)
    body = cards.bodies.body(2)
    assert body is not None
    assert body.isVisible()
    assert body.form is not None
    assert body.form.value == mlp()[1]
    assert cards.sizeHint().height() == closed + body.height()
    assert cards.card_area(1).bottom() > body.geometry().bottom() - 1
    click(qtbot, cards, head(cards, 2))
    assert (selected[-1], cards.opened) == (2, 2)
    click(qtbot, cards, head(cards, 2))
    assert (cards.selected, cards.opened) == (2, None)
    assert cards.sizeHint().height() == closed
    assert not [body for body in cards.findChildren(CardBody) if body.isVisible()]


def test_a_value_given_in_the_form_is_asked_for_and_the_form_stays_open(qtbot: QtBot, cards: LayerList) -> None:
    asked: list[Any] = []
    cards.replace_requested.connect(lambda layer, value: asked.append((layer, value)))
    cards.set_selected(2)
    qtbot.keyClick(cards, Qt.Key.Key_Return)
    editor = QApplication.focusWidget()
    assert editor.accessibleName() == "Units"
    qtbot.keyClick(editor, Qt.Key.Key_Up)
    assert asked == [(2, Dense(units=128, activation="relu"))]
    layers = mlp()
    layers[2] = asked[0][1]
    show(cards, layers)
    assert cards.opened == 2
    assert QApplication.focusWidget() is editor
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert cards.opened is None
    assert cards.hasFocus()


def test_the_open_form_moves_along_with_its_layer(qtbot: QtBot, cards: LayerList) -> None:
    cards.set_selected(1)
    cards.open_layer(1)
    layers = mlp()
    layers.insert(2, layers.pop(1))
    show(cards, layers)
    assert cards.opened == 2
    show(cards, [layer for layer in layers if getattr(layer, "units", 0) != 128])
    assert cards.opened is None


@pytest.mark.parametrize(
    ("key", "modifier", "signal", "wanted"),
    [
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, "remove_requested", [(1,)]),
        (Qt.Key.Key_D, CONTROL, "duplicate_requested", [(1,)]),
        (Qt.Key.Key_Up, ALT, "move_requested", [(1,), 0]),
        (Qt.Key.Key_Down, ALT, "move_requested", [(1,), 3]),
    ],
)
def test_keys_ask_for_what_they_mean(
    qtbot: QtBot, cards: LayerList, key: Qt.Key, modifier: Qt.KeyboardModifier, signal: str, wanted: list[Any]
) -> None:
    cards.set_selected(1)
    with qtbot.waitSignal(getattr(cards, signal)) as asked:
        qtbot.keyClick(cards, key, modifier)
    assert asked.args == wanted


def test_the_first_layer_cannot_go_up_nor_the_last_one_down(qtbot: QtBot, cards: LayerList) -> None:
    with qtbot.assertNotEmitted(cards.move_requested):
        cards.set_selected(0)
        qtbot.keyClick(cards, Qt.Key.Key_Up, ALT)
        cards.set_selected(3)
        qtbot.keyClick(cards, Qt.Key.Key_Down, ALT)


def test_arrows_walk_through_the_layers_and_not_onto_the_input(qtbot: QtBot, cards: LayerList) -> None:
    assert cards.selected == 0  # entered by keyboard, it points at something
    qtbot.keyClick(cards, Qt.Key.Key_Down)
    assert cards.selected == 1
    for _ in range(4):
        qtbot.keyClick(cards, Qt.Key.Key_Up)
    assert cards.selection == (0,)


def test_several_layers_are_selected_and_asked_for_together(qtbot: QtBot, cards: LayerList) -> None:
    click(qtbot, cards, head(cards, 1))
    cards.open_layer(None)
    click(qtbot, cards, head(cards, 3), CONTROL)
    assert cards.selection == (1, 3)
    assert cards.opened is None
    with qtbot.waitSignal(cards.remove_requested) as asked:
        qtbot.keyClick(cards, Qt.Key.Key_Delete)
    assert asked.args == [(1, 3)]


def test_the_list_keeps_its_keys_from_the_window_and_escape_only_while_a_form_is_open(cards: LayerList) -> None:
    def is_kept(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> bool:
        event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, modifier)
        event.ignore()
        QApplication.sendEvent(cards, event)
        return event.isAccepted()

    assert is_kept(Qt.Key.Key_Delete)
    assert is_kept(Qt.Key.Key_Up, ALT)
    assert is_kept(Qt.Key.Key_D, CONTROL)
    assert not is_kept(Qt.Key.Key_Space)
    assert not is_kept(Qt.Key.Key_Escape)
    cards.open_layer(1)
    assert is_kept(Qt.Key.Key_Escape)


def test_pointing_at_a_card_shows_its_buttons_and_they_work(qtbot: QtBot, cards: LayerList) -> None:
    before = cards.viewport().grab(cards.card_area(1)).toImage()
    qtbot.mouseMove(cards.viewport(), head(cards, 1))
    assert cards.viewport().grab(cards.card_area(1)).toImage() != before
    with qtbot.waitSignal(cards.remove_requested) as removed:
        click(qtbot, cards, head(cards, 1, from_right=24))
    assert removed.args == [(1,)]
    with qtbot.waitSignal(cards.duplicate_requested) as doubled:
        click(qtbot, cards, head(cards, 2, from_right=48))
    assert doubled.args == [(2,)]
    assert cards.opened is None  # a button is not a click on the card


def test_quick_clicks_on_the_bin_each_delete_a_layer(qtbot: QtBot, cards: LayerList) -> None:
    removed: list[Any] = []
    cards.remove_requested.connect(removed.append)
    where = head(cards, 0, from_right=24)
    click(qtbot, cards, where)
    qtbot.mouseDClick(cards.viewport(), LEFT, pos=where)  # all that Qt tells of the second of two quick presses
    qtbot.mouseRelease(cards.viewport(), LEFT, pos=where)
    assert removed == [(0,), (0,)]


def test_the_input_has_no_buttons_and_no_form(qtbot: QtBot, cards: LayerList) -> None:
    corner = cards.card_area(0).topRight() - QPoint(24, 30)  # over the input's card
    with qtbot.assertNotEmitted(cards.remove_requested):
        click(qtbot, cards, corner)
    assert cards.opened is None


def test_between_two_cards_a_layer_can_be_inserted(qtbot: QtBot, cards: LayerList, theme_source: ThemeSource) -> None:
    gap = QPoint(150, cards.card_area(1).bottom() + 5)
    qtbot.mouseMove(cards.viewport(), gap)
    picture = cards.viewport().grab().toImage()
    assert picture.pixelColor(gap.x(), cards.card_area(1).bottom() + 5).name() == theme_source.theme.accent.lower()
    with qtbot.waitSignal(cards.palette_requested) as asked:
        qtbot.mouseClick(cards.viewport(), LEFT, pos=gap)
    assert asked.args[0] == 2
    before = cards.card_area(2).top()
    cards.show_insertion(2)
    assert cards.card_area(2).top() > before  # the gap stays open while the palette is
    cards.show_insertion(-1)
    assert cards.card_area(2).top() == before


class Tips:
    """Stands in for QToolTip, whose window hides in its own time; remembers what was shown last."""

    shown = ""

    @classmethod
    def showText(cls, _where: QPoint, text: str, _widget: QWidget) -> None:
        cls.shown = text

    @classmethod
    def hideText(cls) -> None:
        cls.shown = ""


def pointed_at(cards: LayerList, where: QPoint) -> str:
    """The tooltip at a place."""
    Tips.hideText()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, where, cards.viewport().mapToGlobal(where))
    QApplication.sendEvent(cards.viewport(), event)
    return Tips.shown


def test_every_part_of_a_card_explains_itself(
    qtbot: QtBot, cards: LayerList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_delegate, "QToolTip", Tips)
    monkeypatch.setattr(layer_list, "QToolTip", Tips)
    gap = QPoint(150, cards.card_area(1).bottom() + 5)
    qtbot.mouseMove(cards.viewport(), head(cards, 1))  # a pointer that is there already would not move
    qtbot.mouseMove(cards.viewport(), gap)
    assert "Insert a layer here" in pointed_at(cards, gap)
    qtbot.mouseMove(cards.viewport(), head(cards, 1))
    assert "Every input to every unit." in pointed_at(cards, head(cards, 1))
    assert "dense: 784 in, 128 out, 100,352 multiply-adds per image" in pointed_at(cards, head(cards, 1))
    assert "Drag it" in pointed_at(cards, cards.card_area(1).topLeft() + QPoint(12, 20))
    assert "copy" in pointed_at(cards, head(cards, 1, from_right=48))
    assert "Take this layer out" in pointed_at(cards, head(cards, 1, from_right=24))
    assert "What goes in: MNIST digits, 28×28×1" in pointed_at(cards, head(cards, -1))
    cards.set_health([None, CardHealth(0.5, "It learns at a healthy pace."), None, None])
    assert "a healthy pace" in pointed_at(cards, head(cards, 1))


def test_the_gauge_shows_where_a_layer_stands(cards: LayerList) -> None:
    def picture(position: float) -> QImage:
        cards.set_health([None, CardHealth(position, ""), None, None])
        return cards.viewport().grab(cards.card_area(1)).toImage()

    cards.set_histograms([None, (0.5, 1.0), None, None])
    assert picture(0.1) != picture(0.9)


@pytest.mark.parametrize(
    ("ratio", "share", "words"), [(1e-3, 0.5, "a healthy pace"), (1e-9, 0.0, "hardly any"), (0.5, 1.0, "very much")]
)
def test_health_is_a_place_and_words(ratio: float, share: float, words: str) -> None:
    row = HealthRow("Dense", ratio, np.array([ratio]), np.array([0.1]), stuck=3, units=128)
    health = card_health(row)
    assert health.position == pytest.approx(share)
    assert words in health.words
    assert "3 of 128 units are dead" in health.words
    assert card_health(HealthRow("Dense", float("nan"), np.array([1.0]), np.array([1.0]))).position in (0.0, 1.0)


def test_a_drop_asks_for_the_move_to_where_it_fell(qtbot: QtBot, cards: LayerList) -> None:
    index = cards.model().index(4, 0)
    data: QMimeData = cards.model().mimeData([index])
    event = QDropEvent(QPointF(150, cards.card_area(1).top() + 2), Qt.DropAction.MoveAction, data, LEFT,
                       Qt.KeyboardModifier.NoModifier)  # fmt: skip
    with qtbot.waitSignal(cards.move_requested) as asked:
        cards.dropEvent(event)
    assert asked.args == [(3,), 1]


def test_a_problem_stands_on_its_card_with_a_button_that_solves_it(qtbot: QtBot, cards: LayerList) -> None:
    show(cards, [Flatten(), Dense(units=10, activation="relu")])
    body = cards.bodies.body(2)
    assert body is not None
    assert body.isVisible()
    block = body.blocks[0]
    assert block.sentence.text() == "Cross-entropy needs probabilities, but relu gives any number from 0 upwards."
    assert block.button is not None
    assert block.button.text() == "Use softmax"
    with qtbot.waitSignal(cards.remedy_requested) as asked:
        qtbot.mouseClick(block.button, LEFT)
    show(cards, asked.args[0].layers)
    assert cards.bodies.body(2) is None
    assert not body.isVisible()


@pytest.mark.parametrize(("metrics", "width"), [(COMPACT, 256), (REGULAR, 304), (COMPACT, 240)])
def test_nothing_is_clipped_in_a_narrow_dock(
    qtbot: QtBot, holder: QWidget, cards: LayerList, theme_source: ThemeSource, metrics: Any, width: int
) -> None:
    theme_source.set_metrics(metrics)
    holder.resize(width, 900)
    for kind in LAYERS:
        layer = kind(name="a_layer_with_a_long_name")
        show(cards, [Flatten(), layer])
        cards.open_layer(1)
        body = cards.bodies.body(2)
        assert body is not None
        assert body.form is not None
        body.form.more.setChecked(True)
        QApplication.processEvents()
        for part in body.findChildren(QWidget):
            if part.isVisible():
                area = part.rect().translated(part.mapTo(cards.viewport(), QPoint()))
                assert 0 <= area.left() <= area.right() <= width, (kind, part)
                assert area.bottom() <= cards.card_area(1).bottom(), (kind, part)
        cards.open_layer(None)


def test_an_opening_card_glides_and_ends_at_its_full_height(
    qtbot: QtBot, cards: LayerList, theme_source: ThemeSource
) -> None:
    theme_source.set_reduced_motion(False)
    closed = cards.sizeHint().height()
    cards.open_layer(1)
    assert cards.sizeHint().height() < closed + 20
    qtbot.waitUntil(lambda: cards.sizeHint().height() > closed + 100)
    body = cards.bodies.body(2)
    assert body is not None
    qtbot.waitUntil(lambda: cards.sizeHint().height() == closed + body.height_for(body.width()))


def test_the_palette_adds_what_is_chosen_by_key(qtbot: QtBot, holder: QWidget, theme_source: ThemeSource) -> None:
    palette = LayerPalette(theme_source, LAYERS, holder)
    palette.open_at(3, QRect(0, 200, 304, 20), after="Dense 64", input_shape=(64,))
    assert palette.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)  # from Dense past all that need an image
    with qtbot.waitSignal(palette.chosen) as added:
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert added.args[0] == 3
    assert added.args[1].kind_name() == "Activation"
    assert not palette.isVisible()


def test_the_palette_adds_what_is_typed_and_closes_with_escape(
    qtbot: QtBot, holder: QWidget, theme_source: ThemeSource
) -> None:
    palette = LayerPalette(theme_source, LAYERS, holder)
    palette.open_at(3, QRect(0, 200, 304, 20), after="Dense 64", input_shape=(64,))
    qtbot.keyClicks(palette.field, "dropout 0.3")
    with qtbot.waitSignal(palette.chosen) as added:
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert added.args[1] == Dropout(rate=0.3)
    palette.open_at(3, QRect(0, 200, 304, 20), after="Dense 64", input_shape=(64,))
    assert palette.field.text() == ""
    qtbot.keyClicks(palette.field, "conv")
    with qtbot.assertNotEmitted(palette.chosen):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)  # it cannot stand here
    with qtbot.waitSignal(palette.closed):
        qtbot.keyClick(palette.field, Qt.Key.Key_Escape)


def test_the_palette_adds_what_is_clicked(qtbot: QtBot, holder: QWidget, theme_source: ThemeSource) -> None:
    palette = LayerPalette(theme_source, LAYERS, holder)
    palette.open_at(0, QRect(0, 200, 304, 20), after="Input", input_shape=IMAGE)
    row = next(row for row, offer in enumerate(palette.shown) if offer.title == "Flatten")
    where = palette.list.visualRect(palette.list.model().index(row, 0)).center()
    with qtbot.waitSignal(palette.chosen) as added:
        qtbot.mouseClick(palette.list.viewport(), LEFT, pos=where)
    assert added.args == [0, Flatten()]


def test_the_palette_groups_the_layers_and_its_field_stays_where_it_is(
    qtbot: QtBot, holder: QWidget, theme_source: ThemeSource
) -> None:
    holder.resize(700, 800)
    palette = LayerPalette(theme_source, LAYERS, holder)
    palette.open_at(0, QRect(0, 400, 304, 20), after="Input", input_shape=IMAGE)
    rows = palette.list.picks
    headings = [rows.index(row).data(HEADING) for row in range(rows.rowCount())]
    groups = list(dict.fromkeys(kind.group for kind in LAYERS))
    assert [heading for heading in headings if heading] == groups  # each once: the kinds of a group stand together
    assert palette.list.verticalScrollBar().maximum() == 0  # all of them can be seen at once
    place = palette.field.mapTo(holder, QPoint())
    qtbot.keyClicks(palette.field, "conv 32 3 relu")
    assert [pick.title for pick in palette.shown] == ["Conv2D"]
    assert not rows.index(0).data(HEADING)
    assert palette.field.mapTo(holder, QPoint()) == place
    holder.resize(700, 400)
    qtbot.waitUntil(lambda: palette.height() == 400)
    palette.field.clear()
    assert palette.list.mapTo(holder, palette.list.rect().bottomLeft()).y() < 400


def test_while_it_trains_only_the_samples_are_painted_and_the_card_looks_as_if_all_were(qtbot, cards):
    cards.set_histograms([None, (0.2, 0.4), None, None])
    cards.set_health([None, CardHealth(0.2, ""), None, None])
    qtbot.wait(50)  # Qt's list waits before it paints what has changed
    painted = []
    words = cards._delegate._paint_words
    cards._delegate._paint_words = lambda *given, **named: painted.append(1) or words(*given, **named)
    cards.set_histograms([None, (0.9, 0.1), None, None])
    cards.set_health([None, CardHealth(0.9, ""), None, None])
    QApplication.processEvents()
    assert not painted
    option = QStyleOptionViewItem()
    option.rect = cards.visualRect(cards.model().index(2))
    picture = QPixmap(cards.size())
    painter = QPainter(picture)
    cards._delegate.paint(painter, option, cards.model().index(2))  # as the picture that is dragged
    painter.end()
    assert len(painted) == 1
    painted.clear()
    moved = cards.window().screen().grabWindow(cards.window().winId()).toImage()
    cards.viewport().update()
    QApplication.processEvents()
    assert painted
    again = cards.window().screen().grabWindow(cards.window().winId()).toImage()
    assert again == moved
