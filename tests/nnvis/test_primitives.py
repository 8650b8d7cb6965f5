"""Cards, chips, segmented controls, banners, progress, dock heads and buttons, driven by real events."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from nnvis.theme import COMPACT, DARK, LIGHT, REGULAR
from nnvis.widgets.banner import Banner, BannerAction, BannerMessage
from nnvis.widgets.buttons import Button, ToolButton
from nnvis.widgets.card import Card, SeriesKey
from nnvis.widgets.chip import Chip
from nnvis.widgets.dock import Dock
from nnvis.widgets.empty_state import EmptyState
from nnvis.widgets.labels import GivingLabel, Paragraph, explain, set_tone, text_label
from nnvis.widgets.progress_segments import TrainingProgress
from nnvis.widgets.segmented import SegmentedControl


def pixel(widget: QWidget, x: int, y: int) -> str:
    return widget.grab().toImage().pixelColor(x, y).name().upper()


def colors(widget: QWidget) -> set[str]:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())}


def shown(qtbot, widget: QWidget) -> QWidget:
    """The widget on a page of its own: a window would paint its corners and its focus differently."""
    if not widget.isWindow() or not isinstance(widget, QMainWindow):
        page = QWidget()
        QVBoxLayout(page).addWidget(widget)
        widget.page = page  # Python must not let it go
    qtbot.addWidget(widget.window())
    with qtbot.waitExposed(widget.window()):
        widget.window().show()
    widget.window().activateWindow()
    return widget


def test_card_has_its_ground_and_the_padding_of_the_window_size(qtbot, theme_source):
    card = shown(qtbot, Card(theme_source, "Loss", "cross-entropy, log scale"))
    card.resize(300, 100)
    assert pixel(card, 150, 90) == DARK.card
    assert pixel(card.page, card.x(), card.y()) == DARK.panel  # the corner is round
    assert card.accessibleName() == "Loss"
    assert card.layout().contentsMargins().left() == REGULAR.card_padding[1]
    theme_source.set_metrics(COMPACT)
    assert card.layout().contentsMargins().left() == COMPACT.card_padding[1]
    theme_source.set_mode("light")
    assert pixel(card, 150, 90) == LIGHT.card
    assert pixel(card, 150, 0) == LIGHT.line


def test_series_key_keeps_its_width_while_figures_change(qtbot, theme_source):
    key = SeriesKey(theme_source, "train", "train")
    qtbot.addWidget(key)
    empty = key.sizeHint().width()
    key.set_value("0.118")
    width = key.sizeHint().width()
    key.set_value("0.075")
    assert width == key.sizeHint().width() > empty
    assert key.accessibleDescription() == "0.075"
    key.resize(key.sizeHint())
    assert pixel(key, 5, key.height() // 2) == DARK.train


def test_a_caption_gives_way_without_a_shred_left(qtbot, theme_source):
    label = GivingLabel("cross-entropy, log scale")
    page = QWidget()
    label.setParent(page)
    qtbot.addWidget(page)
    page.resize(300, 16)
    label.resize(label.sizeHint())
    assert len(colors(page)) > 2
    label.resize(8, 16)
    assert colors(page) == {DARK.panel}
    assert label.minimumSizeHint().width() == 0


def test_a_paragraph_sets_its_lines_apart(qtbot, theme_source):
    paragraph = text_label("One sentence that is too long for a narrow column.", wrap=True)
    assert isinstance(paragraph, Paragraph)
    qtbot.addWidget(paragraph)
    assert paragraph.heightForWidth(2000) == 20
    assert paragraph.heightForWidth(150) in (60, 80)
    paragraph.resize(150, paragraph.heightForWidth(150))
    image = paragraph.grab().toImage()
    ink = [any(image.pixelColor(x, y).lightness() > 60 for x in range(150)) for y in range(image.height())]
    assert [any(ink[top : top + 20]) for top in range(0, len(ink), 20)] == [True] * (len(ink) // 20)


def test_tone_changes_the_colour(qtbot, theme_source):
    label = text_label("value", tone="secondary")
    qtbot.addWidget(label)
    label.ensurePolished()
    assert label.palette().windowText().color().name().upper() == DARK.text_2
    set_tone(label, "bad")
    assert label.palette().windowText().color().name().upper() == DARK.bad


def test_an_explanation_is_kept_to_a_width_and_shows_markup_as_it_is(qtbot, theme_source):
    button = QPushButton()
    qtbot.addWidget(button)
    explain(button, "Short: a < b.")
    assert "width=" not in button.toolTip()
    assert "a &lt; b." in button.toolTip()
    explain(button, "Your drawing, cropped, fitted into 20×20 and centred by mass, as MNIST was made.")
    assert 'width="248"' in button.toolTip()
    assert "F1" not in button.toolTip()
    explain(button, "Short.", opens="Theory at max pooling")
    assert "F1 opens Theory at max pooling" in button.toolTip()


def test_chip_says_and_clicks(qtbot, theme_source):
    chip = shown(qtbot, Chip(theme_source, "1 problem", "bad", "warning", clickable=True))
    assert chip.height() == 18
    assert {DARK.bad_soft, DARK.bad} <= colors(chip)
    clicks = []
    chip.clicked.connect(lambda: clicks.append(1))
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    QTest.keyClick(chip, Qt.Key.Key_Space)
    assert len(clicks) == 2
    narrow = chip.sizeHint().width()
    chip.set_text("12 problems")
    assert chip.sizeHint().width() > narrow
    assert chip.accessibleName() == "12 problems"
    chip.set_tone("plain")
    assert DARK.bad not in colors(chip)


def test_a_plain_chip_does_not_click(qtbot, theme_source):
    chip = shown(qtbot, Chip(theme_source, "relu"))
    with qtbot.assertNotEmitted(chip.clicked):
        QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert chip.focusPolicy() == Qt.FocusPolicy.NoFocus


PARTS = (("W", "W", "The weights."), ("b", "b", "The biases."), ("dW", "dW", "The gradient of the weights."))


def test_segmented_control_is_chosen_from_by_mouse_and_keyboard(qtbot, theme_source):
    theme_source.set_reduced_motion(True)
    control = shown(qtbot, SegmentedControl(theme_source, "Shown", PARTS))
    assert (control.current, control.height()) == ("W", 26)
    with qtbot.waitSignal(control.changed) as signal:
        QTest.mouseClick(control.part("dW"), Qt.MouseButton.LeftButton)
    assert signal.args == ["dW"]
    right = control.part("dW").geometry()
    assert pixel(control, right.left() + 3, right.center().y()) == DARK.segment_chosen
    left = control.part("W").geometry()
    assert pixel(control, left.left() + 3, left.center().y()) == DARK.segment
    control.part("dW").setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(control.part("dW"), Qt.Key.Key_Left)
    assert control.current == "b"
    assert control.accessibleDescription() == "b"
    with qtbot.assertNotEmitted(control.changed):
        control.set_current("b")


def test_tab_leads_to_the_chosen_part_from_which_arrows_choose(qtbot, theme_source):
    parts = (("W", "W", "The weights."), ("b", "b", "The biases."), ("dW", "dW", "The gradient of the weights."))
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    before, control, after = QLineEdit(), SegmentedControl(theme_source, "Shown", parts), QLineEdit()
    for widget in (before, control, after):
        column.addWidget(widget)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    after.setFocus()
    QTest.keyClick(after, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is control.part("W")
    QTest.keyClick(control.part("W"), Qt.Key.Key_Right)
    assert control.current == "b"
    control.set_current("dW")
    before.setFocus()
    QTest.keyClick(before, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is control.part("dW")
    QTest.keyClick(control.part("dW"), Qt.Key.Key_Left)
    assert control.current == "b"


def test_segmented_control_glides_to_the_chosen_part(qtbot, theme_source):
    control = shown(qtbot, SegmentedControl(theme_source, "Shown", PARTS))
    control.set_current("dW")
    rect = control.part("dW").geometry()
    qtbot.waitUntil(lambda: pixel(control, rect.right() - 3, rect.center().y()) == DARK.segment_chosen)


EXPLODED = BannerMessage("error", "The loss exploded.", "Learning rate 5.0 is too large.")


def banner_on_a_page(qtbot, theme_source) -> Banner:
    theme_source.set_reduced_motion(True)
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    banner = Banner(theme_source)
    layout.addWidget(banner)
    layout.addStretch(1)
    page.resize(800, 300)
    banner.page = page
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    return banner


def test_banner_says_what_happened_and_its_remedy_works(qtbot, theme_source):
    banner = banner_on_a_page(qtbot, theme_source)
    assert banner.isHidden()
    done = []
    message = replace(EXPLODED, actions=(BannerAction("Set 0.05 and restart", lambda: done.append("set"), primary=True),
                                         BannerAction("Go back", lambda: done.append("back"))))
    banner.post(message)
    assert banner.isVisible()
    assert banner.accessibleName() == "The loss exploded."
    qtbot.waitUntil(lambda: banner.height() >= 40)
    assert {DARK.bad_soft, DARK.bad} <= colors(banner)
    buttons = [button for button in banner.findChildren(QPushButton) if button.isVisible()]
    assert [button.text() for button in buttons] == ["Set 0.05 and restart", "Go back"]
    with qtbot.waitSignal(banner.closed):
        QTest.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    assert done == ["set"]
    assert banner.isHidden()


def test_newest_banner_wins_and_the_others_wait(qtbot, theme_source):
    banner = banner_on_a_page(qtbot, theme_source)
    banner.post(EXPLODED)
    banner.post(BannerMessage("warning", "The file is older."))
    banner.post(BannerMessage("error", "The loss exploded.", "Again."))
    assert [message.title for message in banner.messages] == ["The file is older.", "The loss exploded."]
    QTest.keyClick(banner, Qt.Key.Key_Escape)
    assert banner.accessibleName() == "The file is older."
    assert DARK.warn_soft in colors(banner)
    banner.clear()
    assert banner.isHidden()


def test_banner_slides_in_and_out(qtbot, theme_source):
    banner = banner_on_a_page(qtbot, theme_source)
    theme_source.set_reduced_motion(False)
    banner.post(EXPLODED)
    qtbot.waitUntil(lambda: banner.height() >= 40 and banner.maximumHeight() > 10_000)
    banner.close_message()
    qtbot.waitUntil(banner.isHidden)


def test_progress_keeps_its_width_and_fills_its_segments(qtbot, theme_source):
    progress = TrainingProgress(theme_source)
    qtbot.addWidget(progress)
    progress.set_words("Epoch 3 of 5", "61 %", "batch 524 of 860", "0:03 left", "52k images/s")
    progress.set_progress(5, 2.5)
    progress.resize(progress.sizeHint())
    assert progress.accessibleDescription().startswith("Epoch 3 of 5, 61 %")
    row = 27
    filled = [pixel(progress, round(59 * segment + 20), row) for segment in range(5)]
    assert filled == [DARK.text, DARK.text, DARK.text, DARK.track, DARK.track]
    assert pixel(progress, 59 * 2 + 40, row) == DARK.track
    width = progress.sizeHint().width()
    progress.set_progress(40, 20.0)
    assert pixel(progress, 100, row) == DARK.text
    assert pixel(progress, 200, row) == DARK.track
    assert progress.sizeHint().width() == width
    theme_source.set_metrics(COMPACT)
    assert progress.sizeHint().width() < width


@pytest.mark.qt_log_ignore("does not support raise")
def test_dock_head_floats_and_closes_its_dock(qtbot, theme_source):
    window = QMainWindow()
    dock = Dock(theme_source, "Draw", (256, 480), window, floats=(1280, 768))
    head = dock.head
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    shown(qtbot, window)
    assert head.height() == 36
    assert pixel(head, 100, 4) == DARK.panel
    assert pixel(head, 100, 35) == DARK.line
    float_button, close_button = (next(button for button in head.findChildren(ToolButton)
                                       if button.accessibleName() == name) for name in ("Float Draw", "Close Draw"))
    QTest.mouseClick(float_button, Qt.MouseButton.LeftButton)
    assert dock.isFloating()
    room = dock.screen().availableGeometry()
    assert room.contains(dock.geometry())
    assert dock.width() == min(room.width() - 64, 1280)  # offscreen the screen is small
    dock.resize(700, 500)
    QTest.mouseClick(float_button, Qt.MouseButton.LeftButton)
    assert not dock.isFloating()
    QTest.mouseDClick(head, Qt.MouseButton.LeftButton, pos=QPoint(120, 18))
    assert dock.isFloating()
    assert dock.width() == 700  # the size that it was given
    QTest.mouseClick(close_button, Qt.MouseButton.LeftButton)
    assert dock.isHidden()


def test_tool_button_mirrors_an_action_and_changes_its_kind(qtbot, theme_source):
    button = shown(qtbot, ToolButton(theme_source, "train", "Train for the epochs set.", "Train", "transport"))
    action = QAction("Train")
    triggered = []
    action.triggered.connect(lambda: triggered.append(1))
    button.mirror(action)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert triggered == [1]
    action.setEnabled(False)
    assert not button.isEnabled()
    action.setEnabled(True)
    assert DARK.accent not in colors(button)
    button.set_kind("primary")
    assert {DARK.accent, DARK.on_accent} <= colors(button)
    theme_source.set_mode("light")
    assert {LIGHT.accent, LIGHT.on_accent} <= colors(button)


def test_smallest_target_is_24_pixels(qtbot, theme_source):
    for button in (ToolButton(theme_source, "close", "Close."), ToolButton(theme_source, "close", kind="small"),
                   Button(theme_source, "Use softmax", "remedy", small=True)):
        qtbot.addWidget(button)
        button.ensurePolished()
        assert min(button.sizeHint().width(), button.sizeHint().height()) >= 24


def test_empty_state_offers_the_step_that_fills_it(qtbot, theme_source):
    empty = shown(qtbot, EmptyState(theme_source, "After the first batch: a gauge.", "Step one batch", "step-batch"))
    with qtbot.waitSignal(empty.offer_taken):
        QTest.mouseClick(empty.findChild(QPushButton), Qt.MouseButton.LeftButton)


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)")
@pytest.mark.parametrize("make", [
    lambda source: Chip(source, "relu"),
    lambda source: SegmentedControl(source, "Shown", PARTS),
    lambda source: SeriesKey(source, "train", "train"),
])
def test_the_ring_is_for_those_who_came_by_keyboard(qtbot, theme_source, make):
    widget = shown(qtbot, make(theme_source))
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.activateWindow()
    widget.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not widget.focus_visible
    widget.clearFocus()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert widget.focus_visible
    menu = QMenu(widget)
    menu.popup(QPoint(0, 0))
    menu.close()
    qtbot.waitUntil(lambda: widget.focus_visible)
