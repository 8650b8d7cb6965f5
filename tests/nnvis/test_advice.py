"""Hints in the window: one card, quiet, with a remedy that is one undo step; what is silenced stays silent."""

from collections import Counter
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from core.layers import Dense, Flatten
from core.optimizers import SGD
from nnvis.help_topics import SUBJECTS
from nnvis.hints import RULES, Hint, Proposal
from nnvis.panels.learn import LearnPanel
from nnvis.preferences import Preferences
from nnvis.project import NO_PEN_DIGITS, Project
from nnvis.session import RunState, Session
from nnvis.settings import Settings
from nnvis.widgets.hint_card import SHADOW, HintCard

SLOW = Project(
    layers=(Flatten(), Dense(units=16, activation="relu"), Dense(units=10, activation="softmax")),
    optimizer=SGD(learning_rate=1e-5),
    pen_digits=NO_PEN_DIGITS,  # they would be drawn first, which takes its time on a busy machine
)


@pytest.fixture
def panel(qtbot, session: Session, theme_source) -> LearnPanel:
    theme_source.set_reduced_motion(True)
    panel = LearnPanel(session, theme_source)
    qtbot.addWidget(panel)
    panel.resize(1280, 820)
    panel.show()
    return panel


def train_slowly(qtbot, session: Session, panel: LearnPanel) -> HintCard:
    session.set_project(replace(SLOW, training=SLOW.training.replace(epochs=1000)))
    qtbot.waitUntil(lambda: session.running_project == session.project)
    session.train()
    qtbot.waitUntil(lambda: panel.advice.card.hint is not None, timeout=15_000)
    return panel.advice.card


def test_a_rate_too_low_is_said_on_the_page_with_its_numbers(qtbot, panel, session):
    card = train_slowly(qtbot, session, panel)
    assert card.isVisible()
    assert card.hint.rule == "rate_too_low"
    assert "Learning rate too low" in card.accessibleName()
    assert "healthy: about 10⁻³" in card.accessibleDescription()
    focused = QApplication.focusWidget()
    assert focused is None or not card.isAncestorOf(focused)
    right, bottom = card.geometry().right() - SHADOW, card.geometry().bottom() - SHADOW
    assert (panel.width() - right, panel.height() - bottom) == (17, 17)
    panel.resize(1000, 700)
    assert card.geometry().bottom() - SHADOW == 700 - 17


def test_its_remedy_is_one_undo_step_and_holds_at_once(qtbot, panel, session):
    card = train_slowly(qtbot, session, panel)
    step = session.history.step
    QTest.mouseClick(card._apply, Qt.MouseButton.LeftButton)
    assert card.hint is None
    assert card.isHidden()
    assert session.project.optimizer == SGD(learning_rate=0.05)
    qtbot.waitUntil(lambda: bool(session.history.course))
    assert session.history.course[0].step >= step
    assert session.undo_text == "change learning rate"
    session.undo()
    assert session.project.optimizer == SGD(learning_rate=1e-5)


def test_a_remedy_that_restarts_trains_a_fresh_network(qtbot, panel, session):
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == 1 and session.state is RunState.PAUSED)
    better = replace(session.project, optimizer=SGD(learning_rate=0.01), layers=SLOW.layers)
    hint = Hint("rate_too_high", "Stuck", "It is stuck.", (("a", "b"),), Proposal("Set", "Why.", better, "set", True))
    panel.advice.card.show_hint(hint, "Because.", "learning-rate")
    first = session.history
    panel.advice.card.apply_requested.emit()
    qtbot.waitUntil(lambda: session.history is not first and session.history.step > 1)
    assert session.running_project == better
    session.stop()


def test_not_now_holds_for_this_run_only(qtbot, panel, session):
    card = train_slowly(qtbot, session, panel)
    card.put_off.emit()
    panel.advice.consider(now=True)
    assert card.isHidden()
    session.reset()
    qtbot.waitUntil(lambda: session.history.step == 0)
    session.train()
    qtbot.waitUntil(lambda: card.hint is not None, timeout=15_000)


def test_why_explains_in_place_and_asks_for_the_theory(qtbot, panel, session):
    card = train_slowly(qtbot, session, panel)
    assert card._why.isHidden()
    low = card.height()
    QTest.mouseClick(card.why_button, Qt.MouseButton.LeftButton)
    assert card._why.isVisible()
    assert "a thousandth of its weights" in card._why.text()
    assert card.height() > low
    with qtbot.waitSignal(session.topic_asked) as asked:
        QTest.mouseClick(card._read, Qt.MouseButton.LeftButton)
    assert asked.args == ["learning-rate"]
    assert all(rule.topic in SUBJECTS for rule in RULES)
    assert card.geometry().bottom() - SHADOW == panel.height() - 17


def test_a_hint_that_is_silenced_stays_silent_and_is_brought_back_in_the_settings(
    qtbot, panel, session, theme_source, tmp_path
):
    settings = Settings(tmp_path / "settings.json")
    preferences = Preferences(panel, theme_source, settings, session, panel)
    card = train_slowly(qtbot, session, panel)
    card._menu.actions()[0].trigger()
    assert card.isHidden()
    assert Settings(tmp_path / "settings.json").get("silenced_hints") == ["rate_too_low"]
    panel.advice.consider(now=True)
    assert card.isHidden()

    preferences.open()
    sheet = preferences.sheet
    assert {name: box.isChecked() for name, box in sheet.boxes.items()} == {
        rule.name: rule.name != "rate_too_low" for rule in RULES
    }
    sheet.boxes["rate_too_low"].click()
    assert settings.get("silenced_hints") == []
    sheet.dismiss()
    panel.advice.consider(now=True)
    assert card.isVisible()


def test_the_settings_hold_at_once_and_at_the_next_start(qtbot, panel, session, theme_source, tmp_path):
    settings = Settings(tmp_path / "settings.json")
    preferences = Preferences(panel, theme_source, settings, session, panel)
    assert theme_source.duration(100) == 100
    preferences.open()
    sheet = preferences.sheet
    assert set(sheet.controls) == {"theme", "motion", "timeline_memory"}
    sheet.chosen.emit("motion", "reduced")
    assert theme_source.duration(100) == 0
    sheet.chosen.emit("timeline_memory", "32")
    assert session.timeline._memory == 32 * 2**20
    sheet.chosen.emit("theme", "light")
    assert not theme_source.theme.is_dark
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isHidden()
    theme_source.set_reduced_motion(False)
    theme_source.set_mode("dark")
    Preferences(panel, theme_source, Settings(tmp_path / "settings.json"), session, panel)
    assert theme_source.duration(100) == 0
    session.reset()
    network = session._network
    qtbot.waitUntil(lambda: session._network is not network)
    assert session.timeline._memory == 32 * 2**20


def test_a_run_that_has_failed_is_the_banners(qtbot, panel, session):
    card = train_slowly(qtbot, session, panel)
    session.state = RunState.FAILED
    panel.advice.consider(now=True)
    assert card.isHidden()
    session.state = RunState.RUNNING
    session.stop()


class Events(QObject):
    """Counts what a widget and those in it are sent."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.counts: Counter[QEvent.Type] = Counter()
        for each in (widget, *widget.findChildren(QWidget)):
            each.installEventFilter(self)

    def eventFilter(self, watched, event):
        self.counts[event.type()] += 1
        return False


def test_what_moves_behind_a_hint_does_not_paint_its_words_again(qtbot, panel, session):
    card = train_slowly(qtbot, session, panel)
    session.pause()
    qtbot.waitUntil(lambda: session.state is RunState.PAUSED)
    qtbot.wait(50)
    assert card._face.geometry().width() > 300
    face = Events(card._face)
    behind = panel.inspection
    assert behind.rect().intersects(card.geometry().translated(-behind.mapTo(panel, QPoint(0, 0))))
    behind.update()
    QApplication.processEvents()
    assert face.counts[QEvent.Type.Paint] == 0
    card._face.setAutoFillBackground(False)  # as it would be if it did not cover its ground
    behind.update()
    QApplication.processEvents()
    assert face.counts[QEvent.Type.Paint] > 0


def test_other_numbers_in_a_hint_ask_for_no_layout_of_the_page(qtbot, panel, session):
    card = train_slowly(qtbot, session, panel)
    session.pause()
    qtbot.waitUntil(lambda: session.state is RunState.PAUSED)
    qtbot.wait(50)
    page = Events(panel)
    card.removeEventFilter(page)
    for widget in card.findChildren(QWidget):
        widget.removeEventFilter(page)
    height = card.height()
    card.show_hint(replace(card.hint, sentence="Many words. " * 20), "because", "sgd")
    QApplication.processEvents()
    assert card.height() > height
    assert page.counts[QEvent.Type.LayoutRequest] == 0
