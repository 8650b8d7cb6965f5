"""Training until something is reached: it pauses there, within a batch, and says so in words."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from core.errors import ConfigError
from core.optimizers import SGD
from core.training import BatchDone, EpochDone, ValidationDone
from nnvis.session import RunState
from nnvis.until import Until, Watch
from nnvis.widgets.until_card import UntilCard


def batch(step: int, loss: float) -> BatchDone:
    return BatchDone(step, 0, step, 64, loss, 0.5, 0.001, step / 100)


def test_each_condition_is_met_by_its_own_event_and_said_in_words():
    epoch = Watch(Until("epoch", 2))
    assert epoch.look(EpochDone(0, 10, 1.0, 0.5, None, None, 1.0), 0) == ""
    assert epoch.look(EpochDone(1, 20, 1.0, 0.5, None, None, 1.0), 0) == "Epoch 2 is done."
    accuracy = Watch(Until("accuracy", 0.975))
    assert accuracy.look(ValidationDone(5, 0.1, 0.3, 0.97, 5000), 0) == ""
    words = accuracy.look(ValidationDone(1500, 0.2, 0.3, 0.976, 5000), 0)
    assert words == "Validation accuracy has reached 97.6 % of 5,000 images at step 1,500."
    time = Watch(Until("time", 90))
    assert time.look(batch(1, 1.0), 89.9) == ""
    assert time.look(batch(7, 1.0), 90.2) == "1:30 have passed; this is step 7."


def test_the_loss_is_the_running_average_over_a_hundred_batches():
    watch = Watch(Until("loss", 0.5))
    assert watch.look(batch(1, 1.0), 0) == ""
    for step in range(2, 101):
        assert watch.look(batch(step, 0.5), 0) == ""
    assert watch.look(batch(101, 0.4), 0) == (
        "Training loss has fallen to 0.499, averaged over 100 batches, at step 101."
    )


@pytest.mark.parametrize(("kind", "value"), [("epoch", 0), ("loss", 0), ("loss", -1), ("accuracy", 1.2), ("time", 0)])
def test_what_can_never_be_reached_is_refused(kind, value):
    with pytest.raises(ConfigError, match="would never end"):
        Until(kind, value)


def test_what_is_waited_for_in_words():
    assert Until("epoch", 3).words == "epoch 3 is done"
    assert Until("loss", 0.05).words == "training loss falls to 0.05"
    assert Until("accuracy", 0.98).words == "validation accuracy reaches 98 %"
    assert Until("accuracy", 0.985).words == "validation accuracy reaches 98.5 %"
    assert Until("time", 75).words == "1:15 have passed"


def train_until(qtbot, session, until: Until) -> None:
    session.train_until(until)
    qtbot.waitUntil(lambda: session.message is not None and session.state is not RunState.RUNNING, timeout=15_000)


def test_until_an_epoch_is_done(qtbot, session):
    train_until(qtbot, session, Until("epoch", 2))
    assert session.state is RunState.PAUSED
    assert session.history.epoch == pytest.approx(2)
    assert session.message.title == "Epoch 2 is done."
    (go_on,) = session.message.actions
    session.train_until(Until("epoch", 1))
    assert session.message.title == "Epoch 1 is done already."
    go_on.callback()
    qtbot.waitUntil(lambda: session.state is RunState.DONE)


def test_until_the_loss_is_low_and_exactly_there(qtbot, session):
    train_until(qtbot, session, Until("loss", 1.5))
    assert session.state is RunState.PAUSED
    losses = session.history.train_losses
    assert losses[-100:].mean() <= 1.5 < losses[-101:-1].mean()
    assert "at step" in session.message.title


def test_until_an_accuracy_that_is_never_reached_ends_with_the_run(qtbot, session):
    session.set_training(session.project.training.replace(epochs=1))
    qtbot.waitUntil(lambda: session.history.planned_epochs == 1)
    train_until(qtbot, session, Until("accuracy", 1.0))
    assert session.state is RunState.DONE
    assert session.message.title == "The run is over."
    assert session.message.text == "It ended before validation accuracy reaches 100 %."


def test_an_epoch_beyond_the_plan_extends_it(qtbot, session):
    train_until(qtbot, session, Until("epoch", session.project.training.epochs + 1))
    assert session.project.training.epochs == round(session.history.epoch)
    assert session.state is RunState.DONE
    assert session.message.text == "That was the end of the run."


def test_reseed_is_one_undo_step_and_other_weights(qtbot, session):
    before, seed = session.parameters, session.project.seed
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == 1)
    session.reseed()
    qtbot.waitUntil(lambda: session.running_project.seed == seed + 1)
    assert session.history.step == 0
    assert not (session.parameters == before).all()
    assert session.undo_text == "change seed"
    session.undo()
    qtbot.waitUntil(lambda: session.running_project.seed == seed)
    assert (session.parameters == before).all()


def test_the_card_asks_for_one_of_four(qtbot, theme_source):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    card = UntilCard(theme_source, window)
    card.open_under(QRect(200, 10, 28, 28), 3)
    assert card.until == Until("epoch", 3)
    assert card.sentence.text() == "It trains until epoch 3 is done, then pauses; or to the end of the run."
    asked = []
    card.chosen.connect(asked.append)
    for kind, value in (("loss", 0.1), ("accuracy", 0.97), ("time", 10)):
        card.kinds.set_current(kind)
        card.kinds.changed.emit(kind)
        assert card.until == Until(kind, value)
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert asked == [Until("time", 10)]
    assert card.isHidden()
    card.open_under(QRect(850, 10, 28, 28), 3)
    assert card.until == Until("time", 10)
    QTest.keyClick(card, Qt.Key.Key_Escape)
    assert card.isHidden()
    assert len(asked) == 1


def test_after_an_explosion_one_can_go_back_to_before_it(qtbot, session):
    session.set_optimizer(SGD(learning_rate=1000.0))
    session.train()
    qtbot.waitUntil(lambda: session.state is RunState.FAILED, timeout=15_000)
    back = session.message.actions[1]
    assert back.label == "Go back to the start"
    back.callback()
    assert session.shown_step == 0
    assert (session.parameters == session.initial_parameters).all()
