"""Canvas, picture, legend and bars, driven by real events and looked at pixel by pixel."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QSlider, QVBoxLayout, QWidget

from nnvis.colour_maps import hex_color, magnitude_colors, signed_colors
from nnvis.theme import COMPACT, DARK, LIGHT, REGULAR
from nnvis.widgets.bars import Bars
from nnvis.widgets.brush_tools import BrushTools
from nnvis.widgets.buttons import ToolButton
from nnvis.widgets.canvas import PaintCanvas
from nnvis.widgets.color_bar import ColorBar
from nnvis.widgets.picture import Picture

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def pixel(widget: QWidget, x: float, y: float) -> str:
    return widget.grab().toImage().pixelColor(round(x), round(y)).name().upper()


def top(theme) -> str:
    return hex_color(magnitude_colors(theme)[-1])


@pytest.fixture
def page(qtbot):
    widget = QWidget()
    widget.other = QLineEdit()
    QVBoxLayout(widget).addWidget(widget.other)
    qtbot.addWidget(widget)
    return widget


def put(qtbot, page: QWidget, widget: QWidget) -> QWidget:
    page.layout().addWidget(widget)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    page.other.setFocus()
    return widget


@pytest.fixture
def canvas(qtbot, page, theme_source) -> PaintCanvas:
    return put(qtbot, page, PaintCanvas(theme_source))


def drag(canvas: PaintCanvas, *points: tuple[int, int], button=LEFT) -> None:
    QTest.mousePress(canvas, button, pos=QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(canvas, QPoint(*point))
    QTest.mouseRelease(canvas, button, pos=QPoint(*points[-1]))


def test_an_empty_canvas_has_paper_and_no_ink(canvas):
    assert canvas.is_empty
    image = canvas.image()
    assert (image.shape, image.dtype, image.max()) == ((280, 280), np.uint8, 0)
    assert canvas.size().width() == canvas.size().height() == REGULAR.canvas
    assert pixel(canvas, 30, 280) == hex_color(magnitude_colors(DARK)[0])
    assert canvas.accessibleDescription().startswith("Empty")


def test_a_dragged_stroke_is_ink_in_picture_and_numbers(qtbot, canvas):
    changes = []
    canvas.drawing_changed.connect(lambda: changes.append(canvas.image().sum()))
    drag(canvas, (60, 60), (120, 62), (240, 60), (150, 240))
    assert len(changes) >= 4
    assert changes[-1] > changes[0] > 0
    assert not canvas.is_empty
    assert pixel(canvas, 60, 60) == pixel(canvas, 150, 239) == top(DARK)
    image = canvas.image()
    scale = 280 / canvas.width()
    for x, y in ((60, 60), (240, 60), (150, 240)):
        assert image[round(y * scale), round(x * scale)] == 255
    assert image[round(240 * scale), round(60 * scale)] == 0


def test_ink_changes_with_the_theme(canvas, theme_source):
    drag(canvas, (60, 60), (200, 200))
    theme_source.set_mode("light")
    assert pixel(canvas, 60, 60) == top(LIGHT)
    assert pixel(canvas, 30, 280) == "#FFFFFF"


def test_a_click_is_a_dot(canvas):
    QTest.mouseClick(canvas, LEFT, pos=QPoint(100, 100))
    assert len(canvas.strokes) == 1
    assert canvas.image().sum() / 255 == pytest.approx(np.pi * 10**2, rel=0.05)


def test_brush_width_counts_for_the_next_stroke(canvas):
    canvas.brush_width = 40.0
    QTest.mouseClick(canvas, LEFT, pos=QPoint(100, 100))
    assert canvas.image().sum() / 255 == pytest.approx(np.pi * 20**2, rel=0.05)


@pytest.mark.parametrize("how", ["eraser", "right button"])
def test_ink_is_rubbed_out(canvas, how):
    drag(canvas, (60, 150), (240, 150))
    if how == "eraser":
        canvas.erasing = True
        drag(canvas, (150, 100), (150, 200))
    else:
        drag(canvas, (150, 100), (150, 200), button=RIGHT)
    assert pixel(canvas, 150, 150) == hex_color(magnitude_colors(DARK)[0])
    assert pixel(canvas, 70, 150) == top(DARK)


def test_rubbing_alone_leaves_the_canvas_empty(canvas):
    drag(canvas, (60, 150), (240, 150), button=RIGHT)
    assert canvas.is_empty
    assert canvas.image().max() == 0


def test_undo_redo_and_clear(canvas):
    drag(canvas, (60, 60), (120, 60))
    first = canvas.image()
    drag(canvas, (60, 200), (120, 200))
    both = canvas.image()
    canvas.undo()
    assert (canvas.image() == first).all()
    canvas.redo()
    assert (canvas.image() == both).all()
    canvas.clear()
    assert canvas.image().max() == 0
    assert pixel(canvas, 60, 60) == hex_color(magnitude_colors(DARK)[0])
    canvas.undo()
    assert (canvas.image() == both).all()
    assert canvas.can_redo
    assert pixel(canvas, 60, 60) == top(DARK)


def test_a_stroke_that_leaves_the_canvas_goes_on(canvas):
    drag(canvas, (150, 150), (400, 150), (150, 220))
    assert len(canvas.strokes) == 1
    assert canvas.image()[:, -1].max() == 255


def test_a_smaller_canvas_holds_the_same_drawing(canvas, theme_source):
    drag(canvas, (60, 60), (200, 200))
    before = canvas.image()
    theme_source.set_metrics(COMPACT)
    canvas.resize(canvas.sizeHint())
    assert canvas.width() == COMPACT.canvas
    assert (canvas.image() == before).all()
    scale = COMPACT.canvas / REGULAR.canvas
    assert pixel(canvas, 60 * scale, 60 * scale) == top(DARK)


def test_a_pen_draws_by_pressure_and_its_other_end_erases(qapp, canvas):
    def pen(kind):
        return QPointingDevice("pen", 77, QInputDevice.DeviceType.Stylus, kind,
                               QInputDevice.Capability.Position | QInputDevice.Capability.Pressure, 1, 1)

    def send(device, kind, x, pressure, button, buttons):
        position = QPointF(x, 150)
        event = QTabletEvent(kind, device, position, canvas.mapToGlobal(position), pressure, 0.0, 0.0, 0.0, 0.0, 0.0,
                             Qt.KeyboardModifier.NoModifier, button, buttons)
        QApplication.sendEvent(canvas, event)
        assert event.isAccepted()

    def draw(device):
        send(device, QEvent.Type.TabletPress, 60, 0.1, LEFT, LEFT)
        for x, pressure in ((120, 0.4), (180, 0.7), (240, 1.0)):
            send(device, QEvent.Type.TabletMove, x, pressure, Qt.MouseButton.NoButton, LEFT)
        send(device, QEvent.Type.TabletRelease, 240, 0.0, LEFT, Qt.MouseButton.NoButton)

    draw(pen(QPointingDevice.PointerType.Pen))
    image = canvas.image()
    heights = [int((image[:, column] > 127).sum()) for column in (70, 120, 200)]
    assert heights == sorted(set(heights))
    canvas.brush_width = 60.0
    draw(pen(QPointingDevice.PointerType.Eraser))
    assert canvas.strokes[-1].erases
    assert canvas.image().sum() < image.sum() / 2


def test_the_first_finger_draws_and_a_second_does_not_disturb(canvas):
    device = QTest.createTouchDevice()
    touch = QTest.touchEvent(canvas, device)
    touch.press(0, QPoint(60, 60), canvas).commit()
    touch.move(0, QPoint(150, 60), canvas).press(1, QPoint(60, 250), canvas).commit()
    touch.move(0, QPoint(240, 60), canvas).move(1, QPoint(240, 250), canvas).commit()
    touch.release(0, QPoint(240, 60), canvas).release(1, QPoint(240, 250), canvas).commit()
    assert len(canvas.strokes) == 1
    assert pixel(canvas, 150, 60) == top(DARK)
    assert pixel(canvas, 150, 250) != top(DARK)


def test_drawing_with_the_keyboard(canvas):
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    for _ in range(5):
        QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert "pen is down" in canvas.accessibleDescription()
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    image = canvas.image()
    assert image[140, 140:180].min() == 255
    assert canvas.strokes[0].points[-1] == pytest.approx((180, 142))
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert (canvas.image() == image).all()
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert canvas.is_empty
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert not canvas.is_empty
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.is_empty


def test_space_belongs_to_training_unless_the_canvas_was_reached_by_keyboard(canvas):
    QTest.mouseClick(canvas, LEFT, pos=QPoint(100, 100))
    assert canvas.hasFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert len(canvas.strokes) == 1


@pytest.fixture
def tools(qtbot, page, canvas, theme_source) -> BrushTools:
    return put(qtbot, page, BrushTools(theme_source, canvas))


def tool(tools: BrushTools, name: str) -> ToolButton:
    return next(button for button in tools.findChildren(ToolButton) if button.accessibleName() == name)


def test_tools_choose_between_brush_and_eraser(canvas, tools):
    assert tool(tools, "Brush").isChecked()
    QTest.mouseClick(tool(tools, "Eraser"), LEFT)
    assert canvas.erasing
    assert not tool(tools, "Brush").isChecked()
    QTest.mouseClick(tool(tools, "Brush"), LEFT)
    assert not canvas.erasing


def test_the_slider_is_the_thickness(canvas, tools):
    slider = tools.findChild(QSlider)
    assert slider.value() == canvas.brush_width == 20
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    QTest.keyClick(slider, Qt.Key.Key_PageUp)
    assert canvas.brush_width == 25


def test_the_slider_can_be_dragged_in_the_narrowest_dock_too(canvas, tools):
    slider = tools.findChild(QSlider)
    tools.setFixedWidth(232)
    QApplication.processEvents()
    assert slider.width() >= 44
    middle = slider.rect().center()
    QTest.mousePress(slider, LEFT, pos=QPoint(round(slider.width() * 14 / 34), middle.y()))
    QTest.mouseMove(slider, QPoint(slider.width(), middle.y()))
    QTest.mouseRelease(slider, LEFT, pos=QPoint(slider.width(), middle.y()))
    assert canvas.brush_width == 40


def test_tools_step_back_and_forward_and_are_enabled_when_they_can(canvas, tools):
    undo, redo, clear = (tool(tools, name) for name in ("Undo stroke", "Redo stroke", "Clear canvas"))
    assert [button.isEnabled() for button in (undo, redo, clear)] == [False, False, False]
    drag(canvas, (60, 60), (200, 200))
    assert [button.isEnabled() for button in (undo, redo, clear)] == [True, False, True]
    QTest.mouseClick(clear, LEFT)
    assert canvas.is_empty
    assert [button.isEnabled() for button in (undo, redo, clear)] == [True, False, False]
    QTest.mouseClick(undo, LEFT)
    assert not canvas.is_empty
    QTest.mouseClick(undo, LEFT)
    QTest.mouseClick(redo, LEFT)
    assert [button.isEnabled() for button in (undo, redo, clear)] == [True, True, True]


def test_picture_shows_whole_pixels_and_says_what_it_is(qtbot, page, theme_source):
    picture = put(qtbot, page, Picture(theme_source))
    assert picture.width() == 84
    image = np.zeros((28, 28), np.uint8)
    image[10, 12], image[27, 14] = 255, 128
    picture.set_image(image)
    shown = picture.grab().toImage()
    for x, y in ((36, 30), (38, 32)):
        assert shown.pixelColor(x, y).name().upper() == top(DARK)
    for x, y in ((35, 31), (39, 31), (37, 29), (37, 33)):
        assert shown.pixelColor(x, y).name().upper() == hex_color(magnitude_colors(DARK)[0])
    assert shown.pixelColor(43, 82).name().upper() == hex_color(magnitude_colors(DARK)[128])
    assert picture.accessibleDescription() == "28 by 28 pixels, 2 of them with ink."
    theme_source.set_mode("light")
    assert pixel(picture, 37, 31) == top(LIGHT)
    assert pixel(picture, 0, 40) == LIGHT.line
    picture.set_image(None)
    assert pixel(picture, 37, 31) == "#FFFFFF"
    theme_source.set_metrics(COMPACT)
    assert picture.sizeHint().width() == 56


def test_legend_runs_from_end_to_end(qtbot, page, theme_source):
    bar = put(qtbot, page, ColorBar(theme_source, "signed", "−0.25", "+0.25", 101))
    middle = bar.grab().toImage()
    row = [middle.pixelColor(x, 8).name().upper() for x in range(bar.width())]
    zero = hex_color(signed_colors()[127])
    # Around its zero the strip is pale; left of it blue, right of it orange.
    at = row.index(zero) if zero in row else None
    assert at is not None
    left, right = middle.pixelColor(at - 30, 8), middle.pixelColor(at + 30, 8)
    assert left.blue() > left.red()
    assert right.red() > right.blue()
    assert bar.accessibleDescription() == "From −0.25 to +0.25."
    bar.set_range("−1", "+1")
    assert bar.accessibleDescription() == "From −1 to +1."


ANSWER = [0, 0, 0.0002, 0.024, 0, 0, 0, 0.975, 0, 0.0008]


@pytest.fixture
def bars(qtbot, page, theme_source) -> Bars:
    theme_source.set_reduced_motion(True)
    made = put(qtbot, page, Bars(theme_source))
    page.resize(400, made.height() + 100)
    return made


def test_bars_are_as_long_as_their_values(bars):
    assert bars.height() == 10 * REGULAR.bar_row
    middle = [row * REGULAR.bar_row + 10 for row in range(10)]
    left, right = 20, bars.width() - 56
    assert pixel(bars, left + 3, middle[7]) == DARK.hover  # nothing yet
    bars.set_values(ANSWER)
    assert pixel(bars, left + 3, middle[7]) == DARK.text
    assert pixel(bars, left + (right - left) * 0.96, middle[7]) == DARK.text
    assert pixel(bars, left + (right - left) * 0.985, middle[7]) == DARK.track
    assert pixel(bars, left + 2, middle[3]) == DARK.text_3
    assert pixel(bars, left + 20, middle[3]) == DARK.track
    assert bars.winner == 7
    bars.set_values(None)
    assert pixel(bars, left + 3, middle[7]) == DARK.hover
    assert bars.winner is None


def test_bars_say_their_answer_and_arrow_keys_walk(bars):
    assert bars.accessibleDescription() == "No answer yet."
    bars.set_values(ANSWER)
    assert bars.accessibleDescription() == "Answer 7, 97.5 percent; next 3, 2.4 percent."
    bars.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(3):
        QTest.keyClick(bars, Qt.Key.Key_Down)
    assert bars.accessibleDescription().startswith("2: < 0.1 percent. Answer 7")
    assert pixel(bars, bars.width() / 2, 2 * REGULAR.bar_row + 3) == DARK.accent
    QTest.keyClick(bars, Qt.Key.Key_Up)
    assert bars.accessibleDescription().startswith("1: ")
    QTest.keyClick(bars, Qt.Key.Key_End)
    assert bars.accessibleDescription().startswith("9: 0.1 percent")
    QTest.keyClick(bars, Qt.Key.Key_Down)
    assert bars.accessibleDescription().startswith("9: ")


def test_bars_glide_without_overshoot_and_arrive(qtbot, bars, theme_source):
    theme_source.set_reduced_motion(False)
    lengths = []
    bars._glide.valueChanged.connect(lambda: lengths.append(bars._shown[7]))
    bars.set_values(ANSWER)
    assert bars.values[7] == 0.975  # the number is there at once
    qtbot.waitUntil(lambda: bars._shown[7] == pytest.approx(0.975))
    assert lengths == sorted(lengths)
    assert max(lengths) <= 0.975 + 1e-9


def test_bars_take_other_classes_and_refuse_a_wrong_number_of_values(bars):
    bars.set_values(ANSWER)
    bars.set_labels(["cat", "dog"])
    assert bars.values is None
    assert bars.sizeHint().height() == 2 * REGULAR.bar_row
    with pytest.raises(ValueError, match="10 values for 2 classes"):
        bars.set_values(ANSWER)
    bars.set_values([0.25, 0.75])
    assert bars.accessibleDescription() == "Answer dog, 75.0 percent; next cat, 25.0 percent."


def test_outputs_that_are_no_probabilities_are_written_as_numbers(bars):
    bars.set_values([-3.5, 0, 1, 2, 8, 0, 0, 0, 0, 0], are_shares=False)
    assert bars.accessibleDescription() == "Answer 4, 8.00; next 3, 2.00."
    left, right = 20, bars.width() - 56
    middle = [row * REGULAR.bar_row + 10 for row in range(10)]
    assert pixel(bars, right - 3, middle[4]) == DARK.text
    assert pixel(bars, left + (right - left) * 0.23, middle[3]) == DARK.text_3
    assert pixel(bars, left + 4, middle[0]) == DARK.track


def test_bars_repaint_only_on_change(bars, monkeypatch):
    bars.set_values(ANSWER)
    updates = []
    monkeypatch.setattr(bars, "update", lambda *area: updates.append(area))
    bars.set_values(list(ANSWER))
    assert updates == []
    bars.set_values([0.1] * 10)
    assert updates


def test_while_values_stream_in_only_the_rows_that_look_different_are_painted(bars, monkeypatch):
    bars.set_values(ANSWER)
    updates = []
    monkeypatch.setattr(bars, "update", lambda *area: updates.append(area))
    other = list(ANSWER)
    other[2], other[5] = other[2] + 0.1, other[5] - 0.00001  # the second by less than a pixel and than its last digit
    bars.set_values(other)
    assert [area[0].top() // bars.theme_source.metrics.bar_row for area in updates] == [2]
    assert bars.values == tuple(other)
