"""The chart draws what the history holds, says what is pointed at, and can be taken along."""

import csv
import io
import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication, QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu

from nnvis.theme import COMPACT, color
from nnvis.widgets.chart import LineChart
from nnvis.widgets.chart_card import ChartCard
from nnvis.widgets.chart_items import BAND_STRENGTH, mixed
from nnvis.widgets.chart_measure import AccuracyMeasure, Chance, LossMeasure

PER_EPOCH = 100


def give(chart: LineChart, batches: int) -> np.ndarray:
    """A run of so many batches whose values are all different."""
    values = 2.0 / (1 + np.arange(batches) / 50)
    chart.run.set_batches(np.arange(1, batches + 1) / PER_EPOCH, values)
    chart.run.set_validation(np.array([0.0, 0.5, 1.0]), np.array([2.4, 1.25, 0.8]))
    chart.refresh()
    return values


@pytest.fixture
def card(qtbot, theme_source) -> ChartCard:
    card = ChartCard(theme_source, LossMeasure())
    qtbot.addWidget(card)
    card.resize(640, 290)
    card.chart.hover_moved.connect(card.chart.set_hover)
    card.show()
    return card


@pytest.fixture
def chart(card) -> LineChart:
    return card.chart


def enter(chart: LineChart, epoch: float) -> None:
    """Move the pointer to an epoch, as the window system does it."""
    at = QPointF(chart.x_pixel(epoch), chart.area().center().y())
    viewport = chart.viewport()
    QApplication.sendEvent(viewport, QEnterEvent(at, at, viewport.mapToGlobal(at)))
    viewport.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    move(chart, at)


def move(chart: LineChart, at: QPointF, buttons: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    viewport = chart.viewport()
    event = QMouseEvent(QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), Qt.MouseButton.NoButton, buttons,
                        Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)


def wheel(chart: LineChart, epoch: float, notches: int) -> None:
    viewport = chart.viewport()
    at = QPointF(chart.x_pixel(epoch), chart.area().center().y())
    event = QWheelEvent(at, viewport.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(viewport, event)


def curves(chart: LineChart) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {item.name(): item.getData() for item in chart.plotItem.listDataItems()}


# --- what is drawn ------------------------------------------------------------------------------------------------


def test_the_curves_are_the_history(chart):
    values = give(chart, 150)
    chart.set_log(False)
    drawn = curves(chart)
    np.testing.assert_allclose(drawn["batches"][0], np.arange(1, 151) / PER_EPOCH)
    np.testing.assert_allclose(drawn["batches"][1], values)
    np.testing.assert_allclose(drawn["train"][0], np.arange(1, 151) / PER_EPOCH)
    means = [values[max(0, index - 99) : index + 1].mean() for index in range(150)]
    np.testing.assert_allclose(drawn["train"][1], means)
    np.testing.assert_allclose(drawn["validation"], ([0.0, 0.5, 1.0], [2.4, 1.25, 0.8]))


def test_a_long_run_is_a_few_hundred_points_that_hold_every_extreme(chart):
    values = np.ones(50_000)
    values[31_337] = 900.0
    chart.run.set_batches(np.arange(1, 50_001) / PER_EPOCH, values)
    chart.set_log(False)
    chart.refresh()
    drawn = curves(chart)
    assert drawn["batches"][1].max() == 900.0
    assert len(drawn["batches"][0]) <= chart.area().width() + 4
    assert len(drawn["train"][0]) <= 240


def test_items_are_reused(chart):
    give(chart, 150)
    before = chart.plotItem.listDataItems()
    give(chart, 300)
    assert chart.plotItem.listDataItems() == before
    assert len(before) == 3


def test_log_toggles_what_is_plotted_and_back(chart, card):
    values = give(chart, 150)
    assert chart.shows_log
    np.testing.assert_allclose(curves(chart)["batches"][1], np.log10(values))
    low, high = chart.viewRange()[1]
    assert low < math.log10(values.min()) < math.log10(2.4) < high
    card.log_button.click()
    assert not chart.log
    np.testing.assert_allclose(curves(chart)["batches"][1], values)
    chart.set_log(True)
    assert card.log_button.isChecked()


def test_accuracy_has_no_log_scale(qtbot, theme_source):
    card = ChartCard(theme_source, AccuracyMeasure())
    qtbot.addWidget(card)
    card.chart.set_log(True)
    assert not card.chart.log
    assert card.log_button is None
    assert "Log scale" not in [action.text() for action in card.fill_menu().actions()]


def test_before_training_the_plan_and_chance_are_in_sight(chart):
    chart.set_plan(5)
    chart.chance = Chance(math.log(10), "guessing: ln 10 = 2.30")
    chart.run.set_validation(np.array([0.0]), np.array([2.41]))
    chart.refresh()
    assert chart.viewRange() == [[0.0, 5.0], [0.0, 3.0]]
    assert not chart.shows_log
    assert chart.accessibleDescription() == "Loss before training: validation 2.41 at epoch 0.00."


def test_time_follows_the_run(chart):
    give(chart, 150)
    assert chart.viewRange()[0] == [0.0, 1.5]
    give(chart, 1)
    assert chart.viewRange()[0] == [0.0, 0.2]  # twenty batches of room: the curve grows into it


def test_a_diverged_loss_leaves_a_gap_and_an_axis(chart):
    values = np.array([2.0, 1e4, np.inf, np.nan, 3.0])
    chart.run.set_batches(np.arange(1, 6) / PER_EPOCH, values)
    chart.refresh()
    assert np.isfinite(chart.viewRange()).all()
    chart.grab()


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_the_theme_is_followed_live(chart, theme_source, mode):
    give(chart, 300)
    theme_source.set_mode(mode)
    image = chart.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}
    theme = theme_source.theme
    assert {theme.card.lower(), theme.train.lower(), theme.validation.lower()} <= seen
    other = "#0072b2" if mode == "dark" else "#56b4e9"
    assert other not in seen


# --- pointing -----------------------------------------------------------------------------------------------------


def test_the_read_out_says_the_numbers_of_the_step(chart):
    values = give(chart, 150)
    enter(chart, 0.731)
    box = chart._read_out
    assert box.isVisible()
    assert box.title == "epoch 0.73 · step 73"
    words = chart.measure.words
    assert [(row.name, row.value) for row in box.rows] == [
        ("train", words(values[:73].mean())),
        ("validation at 0.50", "1.25"),
    ]
    assert chart.area().contains(box.geometry().toRectF())


def test_the_read_out_flips_at_the_right_end(chart):
    give(chart, 150)
    enter(chart, 0.2)
    assert chart._read_out.x() == round(chart.x_pixel(0.2) + 10)
    enter(chart, 1.45)
    assert chart._read_out.geometry().right() < chart.x_pixel(1.45)


def test_a_low_chart_says_it_in_the_head(card, chart):
    values = give(chart, 150)
    card.refresh()
    card.resize(640, 172)
    QApplication.processEvents()
    assert chart.area().height() < 140
    resting = card.train_key.value
    enter(chart, 0.5)
    assert not chart._read_out.isVisible()
    assert card.train_key.value == chart.measure.words(values[:50].mean()) != resting
    assert card.validation_key.value == "1.25"
    assert card._caption.text() == "at 0.50"
    chart.set_hover(None)
    assert card.train_key.value == resting


def test_leaving_ends_it(chart):
    give(chart, 150)
    enter(chart, 0.5)
    QApplication.sendEvent(chart.viewport(), QEvent(QEvent.Type.Leave))
    chart.leaveEvent(QEvent(QEvent.Type.Leave))
    assert chart.hover is None
    assert not chart._read_out.isVisible()


def test_another_chart_shows_the_same_moment_without_a_box(card, chart):
    values = give(chart, 150)
    chart.viewport().setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    chart.set_hover(0.5)
    assert not chart._read_out.isVisible()
    assert card.train_key.value == chart.measure.words(values[:50].mean())


def test_arrow_keys_walk_through_the_run(qtbot, chart):
    give(chart, 150)
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(chart, Qt.Key.Key_End)
    assert chart.hover == pytest.approx(1.5)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.run.reading_at(chart.hover).step == 149
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    assert chart.hover == 0
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.hover is None


# --- zoom and pan -------------------------------------------------------------------------------------------------


def test_the_wheel_zooms_time_about_the_pointer(chart):
    give(chart, 1000)
    before = chart.x_pixel(4.0)
    wheel(chart, 4.0, 3)
    low, high = chart.viewRange()[0]
    assert high - low == pytest.approx(10 * 0.8**3)
    assert chart.x_pixel(4.0) == pytest.approx(before)
    assert chart.is_zoomed


def test_zooming_out_ends_with_the_whole_run_and_follows_again(chart):
    give(chart, 1000)
    wheel(chart, 4.0, 2)
    wheel(chart, 4.0, -4)
    assert not chart.is_zoomed
    give(chart, 1200)
    assert chart.viewRange()[0] == [0.0, 12.0]


def test_a_view_that_ends_with_now_moves_on_with_it(chart):
    give(chart, 1000)
    chart.set_view(8.0, 10.0)
    give(chart, 1100)
    assert chart.viewRange()[0] == [9.0, 11.0]
    chart.set_view(2.0, 4.0)
    give(chart, 1200)
    assert chart.viewRange()[0] == [2.0, 4.0]


def test_dragging_pans_and_a_double_click_shows_all(qtbot, chart, card):
    give(chart, 1000)
    chart.set_view(4.0, 6.0)
    assert card._caption.text().startswith("zoomed")
    start, end = chart.area().center(), chart.area().center() + QPointF(-chart.area().width() / 4, 0)
    qtbot.mousePress(chart.viewport(), Qt.MouseButton.LeftButton, pos=start.toPoint())
    move(chart, end, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(chart.viewport(), Qt.MouseButton.LeftButton, pos=end.toPoint())
    low, high = chart.viewRange()[0]
    assert high - low == pytest.approx(2.0)
    assert low == pytest.approx(4.5, abs=0.02)
    qtbot.mouseDClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=start.toPoint())
    assert chart.viewRange()[0] == [0.0, 10.0]


def test_a_zoomed_chart_shows_every_batch_of_the_stretch(chart):
    values = give(chart, 1000)
    chart.set_log(False)
    chart.set_view(4.0, 4.5)
    x, y = curves(chart)["batches"]
    inside = (x >= 4.0) & (x <= 4.5)
    np.testing.assert_allclose(y[inside], values[399:450])


def test_the_lines_are_painted_at_every_zoom(chart, theme_source):
    give(chart, 1000)
    for view in ((4.0, 4.5), (0.0, 0.1), (0.0, 10.0), (9.0, 9.9)):
        chart.set_view(*view)
        QApplication.processEvents()
        image = chart.grab().toImage()
        columns = [
            x for x in range(round(chart.area().left()) + 3, round(chart.area().right()) - 3)
            if any(image.pixelColor(x, y).name() == theme_source.theme.train.lower() for y in range(image.height()))
        ]
        assert len(columns) > 0.8 * chart.area().width(), view


def test_no_menu_of_pyqtgraph_is_in_sight(chart):
    assert [menu for menu in chart.findChildren(QMenu) if not menu.isWindow() or menu.isVisible()] == []


def test_a_new_run_is_shown_whole(chart):
    give(chart, 1000)
    chart.set_view(4.0, 6.0)
    chart.clear_run()
    assert not chart.is_zoomed
    assert not chart.has_batches


# --- taking it along ----------------------------------------------------------------------------------------------


def test_the_table_has_the_numbers(card, chart, tmp_path):
    values = give(chart, 150)
    card.save_as(tmp_path / "loss.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "loss.csv").read_text("utf-8"))))
    assert list(rows[0]) == ["step", "epoch", "train_loss", "train_loss_mean_of_100", "validation_loss"]
    assert [int(row["step"]) for row in rows] == list(range(151))
    assert rows[0]["train_loss"] == ""
    assert [float(row["train_loss"]) for row in rows[1:]] == values.tolist()
    assert {row["step"]: float(row["validation_loss"]) for row in rows if row["validation_loss"]} == {
        "0": 2.4, "50": 1.25, "100": 0.8,
    }


def test_the_png_is_twice_as_fine_and_not_empty(card, chart, tmp_path, theme_source):
    give(chart, 150)
    card.save_as(tmp_path / "loss.png")
    image = QImage(str(tmp_path / "loss.png"))
    assert image.width() > 2 * chart.width()
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert {theme_source.theme.card.lower(), theme_source.theme.train.lower()} <= colours


def test_the_svg_has_lines_and_words(card, chart, tmp_path):
    give(chart, 150)
    card.save_as(tmp_path / "loss.svg")
    text = (tmp_path / "loss.svg").read_text("utf-8")
    assert text.count("<polyline") + text.count("<path") > 100
    assert ">Loss<" in text
    assert ">validation<" in text
    assert "<image" not in text


def test_a_file_that_cannot_be_written_is_told(card, chart, tmp_path, qtbot):
    give(chart, 150)
    with qtbot.waitSignal(card.save_failed) as told:
        card.save_as(tmp_path / "no such folder" / "loss.png")
    assert "could not be saved" in told.args[0]


def test_the_clipboard_gets_the_picture_or_the_numbers(card, chart):
    give(chart, 3)
    card.copy_picture()
    assert QGuiApplication.clipboard().image().width() > chart.width()
    card.copy_numbers()
    assert QGuiApplication.clipboard().text().splitlines()[2].split("\t")[:3] == ["1", "0.01", "2"]


def test_the_menu_is_ours(card, chart):
    give(chart, 150)
    texts = [action.text() for action in card.fill_menu().actions() if action.text()]
    assert texts == [
        "Save PNG …", "Save SVG …", "Save CSV …", "Copy picture", "Copy numbers", "Log scale", "Whole screen",
        "Show the whole run",
    ]
    actions = {action.text(): action for action in card.fill_menu().actions()}
    assert not actions["Show the whole run"].isEnabled()
    actions["Log scale"].trigger()
    assert not chart.log


# --- words --------------------------------------------------------------------------------------------------------


def test_the_head_has_the_newest_values(card, chart):
    values = give(chart, 150)
    card.refresh()
    assert card.train_key.value == chart.measure.words(values[50:].mean())
    assert card.validation_key.value == "0.800"
    assert chart.accessibleDescription() == (
        f"Loss at epoch 1.50: train {card.train_key.value}, mean of 100 batches; validation 0.800 at epoch 1.00."
    )


def test_the_test_result_is_marked_and_said(chart):
    give(chart, 150)
    without = chart.grab().toImage()
    chart.set_test(0.5)
    assert chart.accessibleDescription().endswith("test 0.500.")
    QApplication.processEvents()
    assert chart.grab().toImage() != without
    chart.clear_run()
    assert "test" not in chart.sentence()


def test_no_tooltip_covers_the_curves(chart, card):
    give(chart, 150)
    card.setToolTip("about the card")
    event = QEvent(QEvent.Type.ToolTip)
    assert chart.viewportEvent(event)
    assert event.isAccepted()


def test_the_caption_is_the_longest_that_fits(card):
    give(card.chart, 150)
    card.refresh()
    card.say("cross-entropy, log scale", "cross-entropy")
    QApplication.processEvents()
    assert card._caption.text() == "cross-entropy, log scale"
    for width, text in ((450, "cross-entropy"), (350, "")):
        card.resize(width, 290)
        QApplication.processEvents()
        assert card._caption.text() == text


def test_the_compact_window_leaves_room_for_the_values(card, chart, theme_source):
    theme_source.set_metrics(COMPACT)
    give(chart, 150)
    card.say("")
    card.refresh()
    card.resize(386, 172)
    QApplication.processEvents()
    assert card.validation_key.geometry().right() <= card._head.width()
    assert card.train_key.width() == card.train_key.sizeHint().width()


def test_the_band_of_a_long_run_reaches_from_the_lowest_to_the_highest(chart, theme_source):
    """Many batches to a pixel: the filled band, read back from the screen."""
    values = np.tile([1.0, 3.0, 2.0], 10_000)
    chart.run.set_batches(np.arange(1, 30_001) / PER_EPOCH, values)
    chart.set_log(False)
    chart.refresh()
    QApplication.processEvents()
    image = chart.grab().toImage()
    theme = theme_source.theme
    band = mixed(color(theme.card), color(theme.train), theme.raw_alpha * BAND_STRENGTH).name()
    x = round(chart.area().center().x()) + 5
    filled = [y for y in range(image.height()) if image.pixelColor(x, y).name() == band]
    assert filled[0] == pytest.approx(chart.y_pixel(3.0), abs=1)
    assert filled[-1] == pytest.approx(chart.y_pixel(1.0), abs=1)


def test_the_bars_of_the_band_meet_though_batches_grew_in_mid_run(chart):
    epochs = np.concatenate([np.arange(1, 3001) / 1000, 3 + np.arange(1, 1501) / 500])  # twice as large from 3 on
    chart.run.set_batches(epochs, np.full(4500, 0.5))
    chart.refresh()
    chart.grab()
    bars = chart._raw._bars.ndarray()
    left, width = bars[:, 0], bars[:, 2]
    assert np.array_equal(left[1:], (left + width)[:-1])  # no gap, and none lies over another
    assert width[-20:-5].mean() > 1.5 * width[5:20].mean()
    assert (width >= 1).all()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_measured_points_are_dots_of_one_size_on_every_screen(chart, ratio):
    give(chart, 150)
    image = QImage(chart.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    chart.paint_plot(painter)
    painter.end()
    x, y = chart.x_pixel(0.5) * ratio, chart.y_pixel(math.log10(1.25)) * ratio

    def looks_like(dx: float, dy: float, tint: str) -> bool:
        found, wanted = image.pixelColor(round(x + dx * ratio), round(y + dy * ratio)), color(tint)
        return max(abs(a - b) for a, b in zip(found.getRgb(), wanted.getRgb(), strict=True)) < 40

    assert looks_like(0, 0, chart.theme.validation)
    assert looks_like(0, 1.2, chart.theme.validation)  # thicker than the line
    assert looks_like(0, 3.1, chart.theme.card)  # with an edge
