"""The Microscope page: it opens with something written out, walks by keys and buttons, and keeps what is pinned."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from core.optimizers import SGD
from nnvis.microscope.not_finite import begins_at
from nnvis.panels.microscope import MicroscopePanel
from nnvis.presets import PRESETS
from nnvis.session import RunState, Session
from nnvis.theme import ThemeSource
from nnvis.widgets.buttons import ToolButton


@pytest.fixture
def panel(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> Iterator[MicroscopePanel]:
    """The page over a fresh network, with a batch of 8 under the microscope."""
    session.set_training(session.project.training.replace(batch_size=8))
    qtbot.waitUntil(lambda: session.state is RunState.READY and not session.running_is_old)
    theme_source.set_reduced_motion(True)  # a picture of the page is that of its end
    made = MicroscopePanel(session, theme_source)
    qtbot.addWidget(made)
    made.resize(1366, 592)
    made.show()
    qtbot.waitUntil(lambda: len(made.stops) > 0)
    made.track.grab()
    return made


def key(panel: MicroscopePanel, which: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(panel, which, modifier)


def symbol(panel: MicroscopePanel) -> str:
    assert panel.stop is not None
    return panel.stop.symbol


def place(panel: MicroscopePanel, name: str, at: dict[str, int]) -> QPoint:
    """Where on the stage the entry of a block is."""
    placed = panel.bench.stage.block(name)
    assert placed is not None
    mask = placed.block.marked(at)
    number, row, column = np.argwhere(mask)[0]
    return placed.cell_rect(int(number), int(row), int(column)).center().toPoint()


def test_it_opens_with_the_batch_that_comes_next_and_something_written_out(panel: MicroscopePanel) -> None:
    assert symbol(panel) == "X"
    assert len(panel.stops) == 21
    key(panel, Qt.Key.Key_Right)
    assert symbol(panel) == "Z_1"
    told = panel.bench.card.telling
    assert told is not None
    assert told.bars[-1].value == pytest.approx(sum(bar.value for bar in told.bars[:-1]), rel=1e-4)
    assert told.pictures
    assert panel.why.sentence.startswith("Each unit holds its own picture")


def test_the_keys_walk_there_and_back(panel: MicroscopePanel) -> None:
    key(panel, Qt.Key.Key_End)
    assert panel.stop is not None
    assert panel.stop.key == "update"
    key(panel, Qt.Key.Key_Left)
    assert symbol(panel) == "db_1"
    key(panel, Qt.Key.Key_1)
    assert symbol(panel) == "dZ_3"
    key(panel, Qt.Key.Key_3)
    assert symbol(panel) == "dW_3"
    key(panel, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert symbol(panel) == "dW_2"
    key(panel, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert symbol(panel) == "dW_3"
    key(panel, Qt.Key.Key_Home)
    assert symbol(panel) == "X"
    key(panel, Qt.Key.Key_Left)
    assert symbol(panel) == "X"


def test_every_stop_is_drawn_and_says_what_and_why(panel: MicroscopePanel) -> None:
    seen = set()
    for number, stop in enumerate(panel.stops):
        panel.go_to(number)
        picture = panel.grab().toImage()
        seen.add(bytes(picture.constBits()))
        assert panel.why.sentence == stop.sentence(0)
        assert panel.bench.card.telling is not None
    assert len(seen) == len(panel.stops)


def test_pointing_at_a_cell_writes_out_that_cell(panel: MicroscopePanel) -> None:
    panel.go_to_kind("BP1")
    stage = panel.bench.stage
    QTest.mouseMove(stage, place(panel, "dZ", {"n": 3, "j": 4}))
    told = panel.bench.card.telling
    assert told is not None
    assert told.shares is not None
    assert told.shares[3] == 3
    assert panel.stop is not None
    assert told.value == pytest.approx(float(panel.stop.values["dZ"][3, 4]))
    # what multiplies with it is pointed at, too
    Y = stage.block("Y")
    assert Y is not None
    assert len(list(Y.rings(stage._at))) == 1


def test_what_is_pinned_goes_along_to_the_next_stop(panel: MicroscopePanel) -> None:
    panel.go_to(1)
    shown = panel.bench.stage.block("Z")
    assert shown is not None
    unit = int(shown.block.places[0, 1, 2])
    QTest.mouseClick(panel.bench.stage, Qt.MouseButton.LeftButton, pos=place(panel, "Z", {"j": unit}))
    key(panel, Qt.Key.Key_Right)
    told = panel.bench.card.telling
    assert told is not None
    assert panel.stop is not None
    assert told.value == pytest.approx(float(panel.stop.values["Y"][0, unit]))
    QTest.mouseMove(panel.bench.stage, QPoint(60, 120))
    assert panel.bench.card.telling is not None
    assert panel.bench.card.telling.value == told.value  # pinned: the mouse may wander
    key(panel, Qt.Key.Key_Escape)
    assert not panel._pinned


def test_images_of_the_batch_are_walked_through(panel: MicroscopePanel) -> None:
    panel.go_to(1)
    before = panel.bench.card.telling
    key(panel, Qt.Key.Key_Down)
    assert panel._image == 1
    assert panel.bench.card.telling is not before
    key(panel, Qt.Key.Key_A)
    assert panel._image is None
    assert panel._staging is not None
    assert panel._staging.result.operand.value.shape == (8, 128)
    key(panel, Qt.Key.Key_A)
    assert panel._image == 0


def test_a_drawing_and_a_test_image_can_be_looked_at(qtbot: QtBot, panel: MicroscopePanel, session: Session) -> None:
    panel.head.choose("test")
    assert panel._trace is not None
    assert panel._trace.size == 1
    assert not panel._trace.specimen.applies
    assert panel.stops[-2].title == "The step (not applied)"
    session.set_drawing(np.eye(28, dtype=np.uint8) * 255)
    panel.head.label_of_drawing = 7
    panel.head.choose("drawing")
    assert panel._trace.labels.tolist() == [7]
    np.testing.assert_allclose(panel._trace.specimen.images[0, :, :, 0], np.eye(28), atol=1e-6)
    panel.head.choose("misread")
    assert panel._trace.outputs[0].argmax() != panel._trace.labels[0]
    with qtbot.waitSignal(session.specimen_arrived):
        panel.head.choose("batch")
    assert panel._trace.size == 8


def test_after_a_step_the_next_batch_is_there(qtbot: QtBot, panel: MicroscopePanel, session: Session) -> None:
    panel.go_to_kind("BP3")
    with qtbot.waitSignal(session.specimen_arrived):
        session.step_batch()
    qtbot.waitUntil(lambda: panel._trace is not None and panel._trace.specimen.step == 1)
    assert symbol(panel) == "dW_3"  # the walk stays where it was


def test_a_moment_of_the_past_can_be_looked_at(qtbot: QtBot, panel: MicroscopePanel, session: Session) -> None:
    with qtbot.waitSignal(session.specimen_arrived):
        session.step_batch()
    first = panel._trace
    assert first is not None
    with qtbot.waitSignal(session.specimen_arrived):
        session.step_batch()
    with qtbot.waitSignal(session.specimen_arrived):
        session.look_back(1)
    assert panel._trace is not None
    assert (panel._trace.specimen.step, panel._trace.specimen.is_past) == (1, True)
    assert panel.head._source.text() == "Batch of step 2 · image 1 of 8"
    with qtbot.waitSignal(session.specimen_arrived):
        session.look_live()
    assert (panel._trace.specimen.step, panel._trace.specimen.is_past) == (2, False)


def test_where_no_update_followed_test_images_stand_in_and_it_is_said(
    qtbot: QtBot, panel: MicroscopePanel, session: Session
) -> None:
    with qtbot.waitSignal(session.specimen_arrived):
        session.step_batch()
    assert session.timeline is not None
    moments = session.timeline._moments
    moments[0] = replace(moments[0], next=None)  # as after other weights were put in
    session.look_back(0)
    assert panel._trace is not None
    assert not panel._trace.specimen.applies
    assert panel.head._source.text().startswith("Test images before step 1")
    assert "stand in for it" in panel.head._source.toolTip()


def test_where_the_numbers_explode_a_remedy_is_offered(
    qtbot: QtBot, panel: MicroscopePanel, session: Session
) -> None:
    assert not panel.head.remedy.isVisible()
    session.set_optimizer(SGD(learning_rate=1e6))
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.FAILED)
    qtbot.waitUntil(panel.head.remedy.isVisible)
    begins = begins_at(panel.stops)
    assert begins is not None
    panel.go_to(begins)
    assert panel.why.sentence.startswith("From here on nothing is a number: ")
    assert not panel.grab().isNull()
    assert panel.head.remedy.text() == "Set 0.05 and restart"
    qtbot.mouseClick(panel.head.remedy, Qt.MouseButton.LeftButton)
    assert session.project.optimizer == SGD(learning_rate=0.05)
    qtbot.waitUntil(lambda: session.is_training)
    session.pause()
    qtbot.waitUntil(lambda: not session.is_training)
    qtbot.waitUntil(lambda: len(panel.stops) > 0 and begins_at(panel.stops) is None)
    assert not panel.head.remedy.isVisible()


@pytest.mark.parametrize("title", ["", "LeNet"])
def test_a_stop_is_drawn_within_a_tenth_of_a_second(
    qtbot: QtBot, session: Session, panel: MicroscopePanel, title: str
) -> None:
    """Of the network that the program starts with, and of its convolutional one."""
    if title:
        layers = next(preset for preset in PRESETS if title in preset.title).layers(10)
        with qtbot.waitSignal(session.history_cleared):
            session.set_layers(layers, "another network")
        qtbot.waitUntil(lambda: panel._trace is not None and len(panel._trace.layers) == len(layers))
    qtbot.waitUntil(lambda: not panel._ahead.is_busy)  # what is typeset once in the life of the program is typeset
    rounds = []
    for _ in range(3):
        taken = []
        for number in range(len(panel.stops)):
            begun = time.thread_time()
            panel.go_to(number)
            panel.grab()
            taken.append(time.thread_time() - begun)
        rounds.append(taken)
    assert np.min(rounds, axis=0).max() < 0.1


def test_a_convolutional_network_is_walked_through(
    qtbot: QtBot, session: Session, theme_source: ThemeSource, panel: MicroscopePanel
) -> None:
    layers = (
        Conv2D(4, 3, activation="relu"),
        MaxPooling2D(2),
        Dropout(0.3),
        Flatten(),
        Dense(10, activation="softmax"),
    )
    with qtbot.waitSignal(session.history_cleared):
        session.set_layers(layers, "another network")
    qtbot.waitUntil(lambda: panel._trace is not None and panel._trace.size == 8)
    for number, stop in enumerate(panel.stops):
        panel.go_to(number)
        assert not panel.grab().isNull()
        assert panel.why.sentence == stop.sentence(0)


def test_the_walk_plays_by_button_and_key_and_says_so(panel: MicroscopePanel) -> None:
    button = panel.head.findChild(ToolButton, "microscopePlay")
    panel.go_to(len(panel.stops) - 1)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert symbol(panel) == "X"  # after the last stop comes the first one
    assert button.isChecked()
    panel._on_play()
    assert symbol(panel) == "Z_1"
    key(panel, Qt.Key.Key_Space)
    assert not button.isChecked()
    assert not panel._play.isActive()
    key(panel, Qt.Key.Key_Space)
    panel.go_to(len(panel.stops) - 2)
    panel._on_play()  # comes to the end
    assert not button.isChecked()


def test_while_the_walk_plays_a_window_slides_over_its_image(
    qtbot: QtBot, session: Session, theme_source: ThemeSource, panel: MicroscopePanel
) -> None:
    layers = (Conv2D(4, 3), MaxPooling2D(2), Flatten(), Dense(10, activation="softmax"))
    with qtbot.waitSignal(session.history_cleared):
        session.set_layers(layers, "another network")
    qtbot.waitUntil(lambda: panel._trace is not None and panel._trace.size == 8)
    theme_source.set_reduced_motion(False)
    panel.go_to(1)

    def seen() -> tuple[tuple[int, ...], range]:
        assert panel._out is not None
        window = panel.bench.stage._at["y"]
        assert isinstance(window, range)
        return panel._out.index, window

    (n, v, u, f), window = seen()
    assert len(window) == 3
    key(panel, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: seen()[0] != (n, v, u, f))
    assert seen()[0] == ((n, v, u + 1, f) if u < 25 else (n, v + 1, 0, f))  # in reading order
    panel._pinned = True  # what is pinned stays
    pinned = seen()
    panel._slide_on()
    assert seen() == pinned
    panel.release()
    theme_source.set_reduced_motion(True)
    panel._slide_on()
    assert seen() == pinned
    key(panel, Qt.Key.Key_Space)


def test_nothing_slides_where_there_is_no_window(panel: MicroscopePanel, theme_source: ThemeSource) -> None:
    theme_source.set_reduced_motion(False)
    for number in range(len(panel.stops)):
        panel.go_to(number)
        before = panel._out
        panel._slide_on()
        assert panel._out is before


def test_the_source_of_what_ran_can_be_read(qtbot: QtBot, panel: MicroscopePanel) -> None:
    from nnvis.widgets.microscope.source_window import SourceWindow

    panel.go_to(1)
    key(panel, Qt.Key.Key_F2)
    (window,) = panel.findChildren(SourceWindow)
    assert window.windowTitle() == "Dense.forward in core/layers/dense.py"
    window.close()


@pytest.mark.parametrize("size", [(1366, 592), (1920, 860), (1220, 464)])
def test_nothing_is_cut_off(panel: MicroscopePanel, size: tuple[int, int]) -> None:
    panel.resize(*size)
    for number in range(len(panel.stops)):
        panel.go_to(number)
        stage = panel.bench.stage
        layout = stage.layout_now
        assert layout is not None
        for placed in layout.blocks:
            assert stage.rect().toRectF().adjusted(-1, -1, 1, 1).contains(placed.rect), panel.stops[number].key


def test_themes_and_sizes_change_under_way(panel: MicroscopePanel, theme_source: ThemeSource) -> None:
    panel.go_to(8)
    dark = panel.bench.stage.grab().toImage()
    theme_source.set_mode("light")
    assert panel.bench.stage.grab().toImage() != dark
    assert panel.stop is not None
    assert panel.stop.key == "dZ.3"


def test_a_click_on_a_weight_opens_its_life(qtbot: QtBot, panel: MicroscopePanel, session: Session) -> None:
    for _ in range(2):
        with qtbot.waitSignal(session.specimen_arrived):
            session.step_batch()
    qtbot.waitUntil(lambda: panel._trace is not None and panel._trace.specimen.step == 2)
    number = next(index for index, stop in enumerate(panel.stops) if stop.key == "dW.3")
    panel.go_to(number)
    shown = panel.bench.stage.block("dW")
    assert shown is not None
    at = shown.block.index_at(int(shown.block.places[0, 2, 3]))
    QTest.mouseClick(panel.bench.stage, Qt.MouseButton.LeftButton, pos=place(panel, "dW", at))
    card = panel.bench.weight
    assert card.isVisible()
    assert card.life is not None
    assert panel.stop is not None
    assert card.life.gradient == pytest.approx(float(panel.stop.values["dW"][at["i"], at["j"]]))
    assert card.life.twin.numeric == pytest.approx(card.life.gradient, rel=1e-2, abs=1e-6)
    assert card.life.weight_course[0][-1] == 2
    assert not card.grab().isNull()
    key(panel, Qt.Key.Key_Escape)
    assert not card.isVisible()
    assert panel._pinned
    key(panel, Qt.Key.Key_W)
    assert card.isVisible()


def test_the_long_way_shows_what_cancels(panel: MicroscopePanel) -> None:
    panel.go_to_kind("BP1")
    key(panel, Qt.Key.Key_L)
    assert panel.bench.long_way.isVisible()
    assert not panel.bench.stage.isVisible()
    assert panel.why.sentence.startswith("The loss divides by the very probability")
    assert not panel.bench.long_way.grab().isNull()
    key(panel, Qt.Key.Key_Right)  # a gradient of weights has no Jacobian
    assert panel.bench.stage.isVisible()
    panel.go_to(panel._number + 3)
    assert panel.bench.long_way.isVisible()
    assert "product unit by unit" in panel.why.sentence
    key(panel, Qt.Key.Key_L)
    assert panel.bench.stage.isVisible()


def test_a_pixel_is_changed_and_everything_follows(qtbot: QtBot, panel: MicroscopePanel, session: Session) -> None:
    panel.go_to(1)
    stage = panel.bench.stage
    before = panel.track.grab().toImage()
    QTest.mouseDClick(stage, Qt.MouseButton.LeftButton, pos=place(panel, "X", {"i": 300}))
    editor = stage._editor
    assert editor.isVisible()
    editor.setText("1")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert panel._trace is not None
    assert panel._trace.specimen.X.reshape(8, -1)[0, 300] == 1
    assert panel.track.grab().toImage() != before
    assert panel.head._reset.isVisible()
    assert "Changed" in panel.head._source.text()
    assert panel.stops[-2].title == "The step (not applied)"
    with qtbot.waitSignal(session.specimen_arrived):
        key(panel, Qt.Key.Key_R)
    assert not panel.head._reset.isVisible()


def test_a_label_is_changed_by_a_double_click(panel: MicroscopePanel) -> None:
    panel.go_to_kind("BP1")
    assert panel._trace is not None
    wanted = (int(panel._trace.labels[2]) + 3) % 10
    QTest.mouseDClick(panel.bench.stage, Qt.MouseButton.LeftButton, pos=place(panel, "T", {"n": 2, "j": wanted}))
    assert int(panel._trace.labels[2]) == wanted


def test_a_change_can_be_given_up(panel: MicroscopePanel) -> None:
    panel.go_to(1)
    key(panel, Qt.Key.Key_E)
    editor = panel.bench.stage._editor
    assert editor.isVisible()
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert not editor.isVisible()
    assert panel._trace is not None
    assert not panel._trace.specimen.is_changed


def test_a_theory_page_leads_to_its_stop(panel: MicroscopePanel, session: Session) -> None:
    for name, expected in (("BP2", "dX_3"), ("Z", "Z_1"), ("softmax", "Y_3"), ("update", "W_1"), ("loss", "L")):
        session.show_stop(name)
        assert symbol(panel) == expected
    session.show_stop("cancellation")
    assert panel.bench.long_way.isVisible()
    assert panel.name == "BP1"
    session.show_stop("convolution")  # this network has none: nothing happens
    assert panel.name == "BP1"


def test_f1_leads_to_the_page_of_what_is_in_sight(panel: MicroscopePanel) -> None:
    names = []
    for number in range(len(panel.stops)):
        panel.go_to(number)
        names.append(panel.name)
    assert names[:3] == ["dataset", "Dense", "activation"]
    assert names[7:10] == ["categorical_crossentropy", "BP1", "BP3"]
    assert names[-2] == "Adam"


def test_while_training_goes_on_it_stands_still_until_told_to_follow(
    qtbot: QtBot, panel: MicroscopePanel, session: Session
) -> None:
    session.set_training(session.project.training.replace(epochs=1000))
    session.train()
    qtbot.waitUntil(lambda: session.history.step > 3)  # whatever was asked for before is answered by now
    assert panel._trace is not None
    stands = panel._trace.specimen.step
    qtbot.waitUntil(lambda: session.history.step > stands + 30)
    assert panel._trace.specimen.step == stands
    assert panel.head.follow.isVisible()
    panel.head.follow.click()
    qtbot.waitUntil(lambda: panel._trace is not None and panel._trace.specimen.step > stands)
    session.pause()
    qtbot.waitUntil(lambda: panel._trace is not None and panel._trace.specimen.step == session.history.step)
    assert not panel.head.follow.isVisible()
    assert not panel._follow.isActive()


def test_the_error_is_seen_flowing_back(qtbot: QtBot, session: Session, theme_source: ThemeSource) -> None:
    from nnvis.panels.microscope import MicroscopePage

    theme_source.set_reduced_motion(True)
    page = MicroscopePage(session, theme_source)
    for widget in (page, page.tools):  # the window puts the tools beside its tabs
        qtbot.addWidget(widget)
    page.resize(1366, 592)
    page.show()
    with qtbot.waitSignal(session.specimen_arrived):
        session.show_stop("backward flow")
    assert page.current == "flow"
    qtbot.waitUntil(lambda: bool(page.flow.why.sentence))
    shared = page.flow.view.grab().toImage()
    page.flow.own_scale.setChecked(True)
    assert page.flow.view.grab().toImage() != shared
    QTest.keyClick(page, Qt.Key.Key_B)
    assert page.current == "walk"
    session.show_stop("BP3")
    assert page.current == "walk"


def test_a_chip_on_which_the_mouse_rests_shows_its_block(qtbot: QtBot, panel: MicroscopePanel) -> None:
    chip = panel.track.places.chips[1].center().toPoint()
    preview = panel._preview
    QTest.mouseMove(panel.track, chip)
    qtbot.waitUntil(preview.isVisible)
    assert "Weighted sum of layer 1" in preview.accessibleDescription()
    assert panel.rect().contains(preview.geometry())
    assert not preview.grab().isNull()
    QTest.mouseMove(panel.track, QPoint(panel.track.width() // 2, panel.track.height() // 2))
    assert not preview.isVisible()


def test_numbers_and_the_scale_of_colours_are_switched(panel: MicroscopePanel) -> None:
    panel.go_to_kind("BP1")
    plain = panel.bench.stage.grab().toImage()
    key(panel, Qt.Key.Key_N)
    bare = panel.bench.stage.grab().toImage()
    assert bare != plain
    key(panel, Qt.Key.Key_M)
    assert panel.bench.stage.grab().toImage() != bare
    key(panel, Qt.Key.Key_N)
    key(panel, Qt.Key.Key_M)
    assert panel.bench.stage.grab().toImage() == plain


def test_a_number_an_array_and_the_equation_are_copied(panel: MicroscopePanel) -> None:
    clipboard = QGuiApplication.clipboard()
    panel.go_to_kind("BP3")
    key(panel, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    first, *terms = clipboard.text().splitlines()
    assert first.startswith("dW_3[")
    assert len(terms) == 8
    total = sum(float(line.rpartition("= ")[2]) for line in terms)
    assert total == pytest.approx(float(first.rpartition("= ")[2]), rel=1e-4)
    stage = panel.bench.stage
    shown = stage.block("dZ")
    assert shown is not None
    panel.copy_array(shown.rect.center())
    rows = np.array([line.split(",") for line in clipboard.text().splitlines()], float)
    assert panel.stop is not None
    np.testing.assert_allclose(rows, panel.stop.values["dZ"], rtol=1e-6)
    assert panel.bench.card.accessibleDescription() == "The whole array is copied as CSV."
    panel.copy_equation()
    assert clipboard.text() == r"dW_{3} = {Y_{2}}^{\top} \cdot dZ_{3}"


def test_signs_and_symbols_explain_themselves(panel: MicroscopePanel) -> None:
    panel.go_to_kind("BP3")
    stage = panel.bench.stage
    layout = stage.layout_now
    assert layout is not None
    said = {text.text: stage.words_at(text.middle) for text in layout.texts if text.is_art}
    assert said[r"\cdot"].startswith("Matrix product")
    assert said["dZ_{3}"].startswith("8 × 10 numbers from")


def test_the_step_is_shown_for_each_array_of_weights(panel: MicroscopePanel) -> None:
    key(panel, Qt.Key.Key_End)
    assert symbol(panel) == "W_1"
    assert panel.head._array.text() == "W of layer 1"
    key(panel, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert symbol(panel) == "b_1"
    key(panel, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    key(panel, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert symbol(panel) == "b_3"
    key(panel, Qt.Key.Key_Left)
    assert not panel.head._array.isVisible()


def test_an_image_is_chosen_among_those_of_the_batch(panel: MicroscopePanel) -> None:
    from nnvis.widgets.microscope.written_numbers import batch_places

    card = panel.bench.card
    where = batch_places(card._batch_area, 8)[3].center().toPoint()
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=where)
    assert panel._image == 3
    told = card.telling
    assert told is not None
    assert told.batch is not None
    assert told.batch[0] == 3


def test_what_comes_next_is_typeset_ahead(qtbot: QtBot, panel: MicroscopePanel) -> None:
    from nnvis.widgets.microscope.equation_art import art

    qtbot.waitUntil(lambda: not panel._ahead.is_busy)
    known = art.cache_info().misses
    for stop in panel.stops:
        art(stop.shown(0).result.latex)
    assert art.cache_info().misses == known
    panel._ahead.prepare(panel.stops, 0, 0)
    panel.hide()
    assert not panel._ahead.is_busy
