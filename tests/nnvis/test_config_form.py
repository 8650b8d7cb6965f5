"""The form from declarations: real keys and clicks, on a class it has never heard of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.errors import ConfigError
from core.hyper import Configurable, Hyper, hyper
from nnvis.theme import ThemeSource
from nnvis.widgets.config_form import ConfigEditor, ConfigForm, make_field
from nnvis.widgets.field_cell import FieldCell
from nnvis.widgets.field_choice import CheckField, ChoiceField, OptionalField, TextField
from nnvis.widgets.field_grid import FieldGrid
from nnvis.widgets.field_number import NumberField, PairField
from nnvis.widgets.field_slider import SliderScale
from nnvis.widgets.field_text import number_text


@dataclass
class Mill(Configurable):
    """Knows every kind of hyperparameter."""

    units: int = hyper(32, low=1, high=8192, log=True, help="How many.")
    grain: str = hyper("rye", choices=("rye", "oats", "a_grain_with_a_very_long_name"), help="What it grinds.")
    stones: tuple[int, int] = hyper((3, 3), kind="pair", low=1, high=9, help="Height and width.")
    speed: float = hyper(0.001, low=0, exclusive_low=True, log=True, live=True, help="How fast.")
    sieve: bool = hyper(False, help="Whether it sieves.")
    limit: float = hyper(None, low=0, high=8, optional=True, help="A brake.")
    batch: int = hyper(64, low=1, high=512, unit="sacks", help="How much at once.")
    name: str = hyper("", help="Its name.", advanced=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.sieve and self.grain == "oats":
            raise ConfigError("Oats cannot be sieved; grind rye.")


@dataclass
class Hammer(Configurable):
    """Another kind, with two names in common and another default."""

    units: int = hyper(8, low=1, high=64)
    speed: float = hyper(0.01, low=0, exclusive_low=True, log=True)


@pytest.fixture
def holder(qtbot: QtBot, theme_source: ThemeSource) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    form = ConfigForm(theme_source, note="A new shape starts a new run.")
    form.set_value(Mill())
    layout.addWidget(form)
    layout.addWidget(QPushButton("elsewhere"))
    qtbot.addWidget(holder)
    holder.show()
    holder.activateWindow()
    qtbot.waitUntil(holder.isActiveWindow)
    return holder


@pytest.fixture
def form(holder: QWidget) -> ConfigForm:
    form = holder.findChild(ConfigForm)
    assert isinstance(form, ConfigForm)
    return form


@pytest.fixture
def given(form: ConfigForm) -> list[Any]:
    values: list[Any] = []
    form.changed.connect(values.append)
    return values


def edit(form: ConfigForm, name: str) -> QLineEdit:
    return form.editor.cell(name).field.box.lineEdit()  # type: ignore[attr-defined,no-any-return]


def retype(qtbot: QtBot, editor: QLineEdit, text: str) -> None:
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, text)


def leave(form: ConfigForm) -> None:
    form.parentWidget().findChild(QPushButton, options=Qt.FindChildOption.FindDirectChildrenOnly).setFocus()


def test_every_kind_of_declaration_has_its_editor(theme_source: ThemeSource, qtbot: QtBot) -> None:
    kinds = {"units": NumberField, "grain": ChoiceField, "stones": PairField, "speed": NumberField,
             "sieve": CheckField, "limit": OptionalField, "batch": NumberField, "name": TextField}  # fmt: skip
    for declared in Mill.hypers():
        field = make_field(declared, theme_source)
        qtbot.addWidget(field)
        assert type(field) is kinds[declared.name]


def test_typing_is_left_alone_until_enter(qtbot: QtBot, form: ConfigForm, given: list[Any]) -> None:
    editor = edit(form, "units")
    retype(qtbot, editor, "12")
    form.set_value(Mill())  # the panel refreshes in the middle of typing
    qtbot.keyClicks(editor, "8")
    assert (editor.text(), given) == ("128", [])
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert given == [Mill(units=128)]
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert len(given) == 1


def test_leaving_the_field_gives_the_value_and_shows_the_unit_again(
    qtbot: QtBot, form: ConfigForm, given: list[Any]
) -> None:
    editor = edit(form, "batch")
    assert editor.text() == "64 sacks"
    editor.setFocus()
    assert editor.text() == "64"
    retype(qtbot, editor, "100")
    leave(form)
    assert given == [Mill(batch=100)]
    assert editor.text() == "100 sacks"


def test_arrows_give_each_step_at_once(qtbot: QtBot, form: ConfigForm, given: list[Any]) -> None:
    editor = edit(form, "speed")
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_Up)
    qtbot.keyClick(editor, Qt.Key.Key_Down)
    qtbot.keyClick(editor, Qt.Key.Key_Down)
    assert [mill.speed for mill in given] == [0.002, 0.001, 0.0005]
    assert editor.text() == "0.0005"


def test_a_value_out_of_bounds_is_never_given_and_says_why(qtbot: QtBot, form: ConfigForm, given: list[Any]) -> None:
    cell, editor = form.editor.cell("units"), edit(form, "units")
    retype(qtbot, editor, "9000")
    assert not cell.problem.isVisible()  # nobody is interrupted while typing
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert cell.problem.isVisible()
    assert cell.problem.text() == "Give a whole number from 1 to 8192."
    assert cell.field.box.property("invalid") is True  # type: ignore[attr-defined]
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)  # 900 is fine
    assert not cell.problem.isVisible()
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert (editor.text(), given, form.value) == ("32", [], Mill())


def test_escape_is_kept_from_shortcuts_only_while_something_is_typed(qtbot: QtBot, form: ConfigForm) -> None:
    editor = edit(form, "units")
    retype(qtbot, editor, "5")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert editor.text() == "32"
    assert form.editor.cell("units").value == 32


def test_a_choice_is_given_at_once(qtbot: QtBot, form: ConfigForm, given: list[Any]) -> None:
    box = form.editor.cell("grain").field.box  # type: ignore[attr-defined]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert given == [Mill(grain="oats")]


def test_a_check_box_is_given_at_once(qtbot: QtBot, form: ConfigForm, given: list[Any]) -> None:
    box = form.editor.cell("sieve").field.box  # type: ignore[attr-defined]
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, 14))
    assert given == [Mill(sieve=True)]


def test_values_that_do_not_fit_together_are_refused_in_the_words_of_the_class(
    qtbot: QtBot, form: ConfigForm, given: list[Any]
) -> None:
    form.set_value(Mill(grain="oats"))
    box = form.editor.cell("sieve").field.box  # type: ignore[attr-defined]
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, 14))
    assert form.editor.cell("sieve").problem.text() == "Oats cannot be sieved; grind rye."
    assert (given, form.value) == ([], Mill(grain="oats"))


def test_linked_numbers_move_together_until_unlinked(qtbot: QtBot, form: ConfigForm, given: list[Any]) -> None:
    field = form.editor.cell("stones").field
    assert isinstance(field, PairField)
    retype(qtbot, field.boxes[1].lineEdit(), "5")
    qtbot.keyClick(field.boxes[1], Qt.Key.Key_Return)
    assert given[-1].stones == (5, 5)
    qtbot.mouseClick(field.link, Qt.MouseButton.LeftButton)
    retype(qtbot, field.boxes[0].lineEdit(), "1")
    qtbot.keyClick(field.boxes[0], Qt.Key.Key_Return)
    assert given[-1].stones == (1, 5)
    qtbot.mouseClick(field.link, Qt.MouseButton.LeftButton)
    assert given[-1].stones == (1, 1)


def test_an_optional_value_can_be_switched_off(qtbot: QtBot, form: ConfigForm, given: list[Any]) -> None:
    field = form.editor.cell("limit").field
    assert isinstance(field, OptionalField)
    assert not field.inner.isEnabled()
    qtbot.mouseClick(field.switch, Qt.MouseButton.LeftButton, pos=QPoint(8, 14))
    assert given[-1].limit == 1.0
    assert field.inner.isEnabled()
    qtbot.mouseClick(field.switch, Qt.MouseButton.LeftButton, pos=QPoint(8, 14))
    assert given[-1].limit is None


def test_a_changed_value_is_marked_and_goes_back_by_mouse_and_by_key(
    qtbot: QtBot, form: ConfigForm, given: list[Any]
) -> None:
    cell = form.editor.cell("units")
    assert not cell.reset_mark.isVisible()
    form.set_value(Mill(units=64))
    assert cell.reset_mark.isVisible()
    qtbot.mouseClick(cell.reset_mark, Qt.MouseButton.LeftButton)
    assert given == [Mill()]
    assert not cell.reset_mark.isVisible()
    form.set_value(Mill(units=64))
    qtbot.keyClick(edit(form, "units"), Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert given == [Mill(), Mill()]


def test_the_wheel_scrolls_the_panel_and_changes_only_the_field_with_the_focus(
    form: ConfigForm, given: list[Any]
) -> None:
    box = form.editor.cell("units").field.box  # type: ignore[attr-defined]

    def turn() -> None:
        middle = QPointF(box.rect().center())
        event = QWheelEvent(middle, box.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
                            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(box, event)

    leave(form)
    turn()
    assert given == []
    box.setFocus()
    turn()
    assert given == [Mill(units=33)]  # by one, where the arrows double


def test_shift_with_the_arrows_moves_a_value_a_little(qtbot: QtBot, form: ConfigForm, given: list[Any]) -> None:
    editor = edit(form, "units")
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(editor, Qt.Key.Key_Up)
    assert [mill.units for mill in given] == [33, 64]


def test_what_is_seldom_changed_waits_behind_more(qtbot: QtBot, form: ConfigForm, given: list[Any]) -> None:
    name = form.editor.cell("name")
    assert not name.isVisible()
    form.set_value(Mill(name="corner mill"))
    assert form.more.text() == "More · 1 changed"
    qtbot.mouseClick(form.more, Qt.MouseButton.LeftButton)
    assert name.isVisible()
    retype(qtbot, name.field.box, "top mill")  # type: ignore[attr-defined]
    qtbot.keyClick(name.field.box, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    assert given == [Mill(name="top mill")]


def test_tab_walks_through_the_fields_in_their_order(qtbot: QtBot, form: ConfigForm) -> None:
    edit(form, "units").setFocus()
    reached = []
    for _ in range(9):
        focused = QApplication.focusWidget()
        cell: QWidget | None = focused
        while cell is not None and not isinstance(cell, FieldCell):
            cell = cell.parentWidget()
        reached.append(cell.name if cell else None)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert reached == ["units", "grain", "stones", "stones", "stones", "speed", "sieve", "limit", "batch"]


def test_every_editor_explains_itself(form: ConfigForm) -> None:
    for declared in Mill.hypers():
        cell = form.editor.cell(declared.name)
        assert declared.help in cell.field.toolTip()
        assert declared.name in cell.label.toolTip()
    assert form.editor.cell("units").field.box.accessibleName() == "Units"  # type: ignore[attr-defined]
    assert "from 1 to 8192" in form.editor.cell("units").field.toolTip()


def test_a_catalogue_lets_the_kind_be_chosen_and_keeps_what_was_changed(
    qtbot: QtBot, theme_source: ThemeSource
) -> None:
    editor = ConfigEditor(theme_source, label_above=True, catalogue=(Mill, Hammer), catalogue_label="Machine")
    grid = FieldGrid(2)
    qtbot.addWidget(grid)
    editor.cells_changed.connect(lambda: grid.set_cells(editor.cells))
    given: list[Any] = []
    editor.changed.connect(given.append)
    editor.set_value(Mill(units=16))
    grid.show()
    box = editor.cell("type").field.box  # type: ignore[attr-defined]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert given == [Hammer(units=16, speed=0.01)]
    assert [cell.name for cell in editor.cells] == ["type", "units", "speed"]
    editor.set_value(Mill(units=4096))
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert given[-1] == Hammer()  # 4096 is beyond what a hammer can have


def test_both_themes_dress_the_form(form: ConfigForm, theme_source: ThemeSource) -> None:
    dark = form.grab().toImage()
    theme_source.set_mode("light")
    light = form.grab().toImage()
    assert dark.size() == light.size()
    middle = QPoint(form.width() - 60, 14)  # inside the first field
    assert dark.pixelColor(middle).lightness() < 60 < 200 < light.pixelColor(middle).lightness()


def test_a_narrow_form_never_asks_for_more_than_its_dock_has(form: ConfigForm) -> None:
    assert form.minimumSizeHint().width() <= 215


def test_a_field_alone_never_emits_when_it_is_set(qtbot: QtBot, theme_source: ThemeSource) -> None:
    values: dict[str, Any] = {"units": 7, "grain": "oats", "stones": (1, 2), "speed": 0.5, "sieve": True, "limit": 2.0,
                              "batch": 3, "name": "x"}  # fmt: skip
    for declared in Mill.hypers():
        field = make_field(declared, theme_source)
        qtbot.addWidget(field)
        with qtbot.assertNotEmitted(field.committed):
            field.set_value(values[declared.name])
        assert field.value() == values[declared.name]


def test_labels_say_what_the_class_calls_them() -> None:
    assert Hyper("kernel_initializer", "a", "choice", choices=("a",), title="Initializer").label == "Initializer"


def test_a_continuous_value_is_tried_out_with_the_slider(qtbot: QtBot, form: ConfigForm, given: list[Any]) -> None:
    field = form.editor.cell("speed").field
    assert isinstance(field, NumberField)
    slider = field.slider
    assert slider is not None
    middle, y = slider.width() // 2, slider.height() - 3
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width(), y))
    assert given[-1].speed == 1.0  # three decades above the default
    move = QMouseEvent(QMouseEvent.Type.MouseMove, QPointF(middle, y), slider.mapToGlobal(QPointF(middle, y)),
                       Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)  # fmt: skip
    QApplication.sendEvent(slider, move)
    assert given[-1].speed == pytest.approx(0.001, rel=0.2)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(middle, y))
    assert edit(form, "speed").text() == number_text(given[-1].speed)
    assert getattr(form.editor.cell("units").field, "slider", None) is None  # whole numbers step


@pytest.mark.parametrize(
    "declared",
    [
        Hyper("rate", 0.5, "float", low=0, high=0.95),
        Hyper("momentum", 0.0, "float", low=0, high=0.999),
        Hyper("learning_rate", 0.001, "float", low=0, high=1e6, exclusive_low=True, log=True),
        Hyper("weight_decay", 0.0, "float", low=0, high=1, log=True),
        Hyper("validation_share", 1 / 12, "float", low=0.0, high=0.5, unit="%"),
    ],
    ids=lambda declared: declared.name,
)
def test_every_place_of_a_slider_is_a_round_value_that_is_allowed(declared: Hyper) -> None:
    scale = SliderScale(declared)
    values = [scale.value(place / 50) for place in range(51)]
    assert values == sorted(values)
    for value in values:
        assert declared.checked(value, "x") == value
        assert value == float(f"{value:.2e}")
        assert abs(scale.position(value) - scale.position(value * 1.0001)) < 0.01
    assert scale.value(0.0) == (declared.low if not declared.exclusive_low else 1e-6)
