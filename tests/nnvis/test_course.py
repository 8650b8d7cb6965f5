"""What is changed in mid-run holds from the next batch on, and is noted with the step and both values."""

from dataclasses import replace

from core.data.augmentation import Augmentation
from core.layers import Dense, Dropout, Flatten
from core.optimizers import SGD
from nnvis.course import Changed, CourseChange, course_changes, joined, taken_over
from nnvis.project import Project
from nnvis.session import RunState

BASE = Project(
    layers=(Flatten(), Dense(units=16, activation="relu"), Dropout(rate=0.1), Dense(units=10, activation="softmax")),
    optimizer=SGD(learning_rate=0.1, momentum=0.5),
)


def test_each_thing_that_may_change_is_named_with_both_values():
    after = replace(
        BASE,
        optimizer=SGD(learning_rate=0.001, momentum=0.9),
        layers=(*BASE.layers[:2], Dropout(rate=0.4), BASE.layers[3]),
        training=BASE.training.replace(batch_size=128, epochs=9),
        augmentation=Augmentation(rotation_range=10),
        pen_digits=BASE.pen_digits.replace(share=0.4),
    )
    assert [change.words for change in course_changes(BASE, after)] == [
        "learning rate 0.1 → 0.001", "momentum 0.5 → 0.9", "batch size 64 → 128",
        "augmentation: rotation 0 → 10", "pen digits: share 0 → 0.4", "dropout: rate 0.1 → 0.4",
    ]  # fmt: skip


def test_a_run_takes_over_what_needs_no_restart_and_a_fresh_network_less():
    after = replace(
        BASE, seed=8, optimizer=SGD(learning_rate=0.2, momentum=0.5), training=BASE.training.replace(batch_size=128),
        layers=(*BASE.layers[:2], Dropout(rate=0.4), Dense(units=10, activation="relu")),
    )  # fmt: skip
    run = taken_over(BASE, after, is_fresh=False)
    assert run == replace(
        BASE, optimizer=after.optimizer, training=after.training, layers=(*after.layers[:3], BASE.layers[3])
    )
    assert taken_over(BASE, after, is_fresh=True) == replace(run, training=BASE.training)
    assert taken_over(BASE, replace(after, layers=()), is_fresh=False).layers == BASE.layers


def test_two_changes_before_the_next_batch_are_one_and_one_taken_back_is_none():
    first, second = Changed("learning rate", "0.1", "0.05"), Changed("learning rate", "0.05", "0.01")
    assert joined((first,), (second,)) == (Changed("learning rate", "0.1", "0.01"),)
    assert joined((first,), (Changed("learning rate", "0.05", "0.1"),)) == ()
    both = CourseChange(4300, 5.0, (first, Changed("momentum", "0", "0.9")))
    assert both.words == "learning rate 0.1 → 0.05; momentum 0 → 0.9 at step 4,300"


def test_a_session_notes_the_step_after_which_it_holds(qtbot, session):
    session.set_project(BASE)
    qtbot.waitUntil(lambda: session.running_project == BASE)
    session.set_optimizer(BASE.optimizer.replace(learning_rate=0.2))  # before training: no change of course
    for step in (1, 2):
        session.step_batch()
        qtbot.waitUntil(lambda step=step: session.history.step == step and session.state is RunState.PAUSED)
    assert session.history.course == []
    session.set_optimizer(BASE.optimizer.replace(learning_rate=0.05))
    session.set_augmentation(Augmentation(rotation_range=12.0))
    session.step_batch()
    qtbot.waitUntil(lambda: session.history.step == 3)
    (change,) = session.history.course
    assert change.step == 2
    assert change.epoch == session.history.epoch_at(2)
    assert "learning rate 0.2 → 0.05" in change.words
    assert "rotation 0 → 12" in change.words
    assert session.history.train_rates.tolist() == [0.2, 0.2, 0.05]
    assert not session.running_is_old
