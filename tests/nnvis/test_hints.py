"""Each hint has a run on MNIST that triggers it, and healthy runs trigger none; every remedy is an edit that helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from core.data import Dataset, mnist
from core.early_stopping import EarlyStopping
from core.errors import DivergenceError
from core.layers import Activation, Dense, Dropout, Flatten
from core.layers.base import Layer
from core.optimizers import SGD, Adam
from core.schedules import OneCycle
from core.stack import layer_names
from core.training import BatchDone
from nnvis.hints import RULES, Evidence, Hint, first_hint, rule_named
from nnvis.history import History
from nnvis.presets import PRESETS
from nnvis.project import Project
from nnvis.recipe import split_data
from nnvis.training import health
from nnvis.training.run import Run
from nnvis.training.snapshot import Coalescer

DEFAULT = Project.default()
PLAIN = Project(layers=DEFAULT.layers)  # the same network, Adam at a constant rate, MNIST alone


def mlp(activation: str, *units: int, **more: object) -> tuple[Layer, ...]:
    hidden = (Dense(units=width, activation=activation, **more) for width in units)  # type: ignore[arg-type]
    return (Flatten(), *hidden, Dense(units=10, activation="softmax"))


@pytest.fixture(scope="module")
def images() -> Callable[[int], Dataset]:
    (x_train, y_train), (x_test, y_test) = mnist()

    def few(count: int) -> Dataset:
        names = tuple("0123456789")
        return Dataset("mnist", "MNIST", x_train[:count], y_train[:count], x_test[:100], y_test[:100], names)

    return few


@pytest.fixture
def run(images: Callable[[int], Dataset], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Evidence]:
    """Train on so many images for so many batches, with every update measured; give what a hint may look at."""
    monkeypatch.setattr(health, "INTERVAL", 0.0)
    monkeypatch.setattr(health, "REST_PER_MEASUREMENT", 0.0)

    def train(project: Project, batches: int, count: int = 4000) -> Evidence:
        dataset = images(count)
        run = Run(1, project, dataset, split_data(dataset, project.data, project.seed))
        gathered, history, done = Coalescer(), History(), 0
        events = run.first_events()
        gathered.begin(1, run.trainer)
        for event in (*events, *run.take_reports()):
            gathered.add(event)
        try:
            with np.errstate(all="ignore"):
                while done < batches and not run.finished:
                    event = run.next_event()
                    for news in (event, *run.take_reports()):
                        gathered.add(news)
                    done += isinstance(event, BatchDone)
        except DivergenceError:
            pass  # what led to it is what the hints are about
        gathered.publish(run.model.parameters)
        snapshot = gathered.take(1)
        assert snapshot is not None
        history.extend(snapshot)
        sizes: dict[str, int] = {}
        for view in run.model.parameter_views():
            sizes[view.layer_name] = sizes.get(view.layer_name, 0) + view.stop - view.start
        return Evidence(project, history, {name: name for name in sizes}, sizes, 10)

    return train


def found(evidence: Evidence) -> list[str]:
    return [rule.name for rule in RULES if rule.look(evidence) is not None]


def the(name: str, evidence: Evidence) -> Hint:
    hint = rule_named(name).look(evidence)
    assert hint is not None, f"{name} has not noticed anything"
    return hint


# --- what must not trigger anything -----------------------------------------------------------------------------------


@pytest.mark.parametrize("batches", [1, 20, 60, 160, 250, 600])
def test_the_default_network_gets_no_hint(run, batches):
    assert found(run(DEFAULT, batches, 8000)) == []


@pytest.mark.parametrize("title", [preset.title for preset in PRESETS if preset.title != "Deep sigmoid network"])
def test_no_preset_gets_a_hint_but_the_one_made_for_it(run, title):
    preset = next(each for each in PRESETS if each.title == title)
    evidence = run(preset.applied(DEFAULT, 10), 220 if "onv" not in preset.icon else 60, 4000)
    assert found(evidence) == []


def test_a_schedule_that_warms_up_is_not_called_too_slow(run):
    project = replace(DEFAULT, optimizer=SGD(learning_rate=0.3), schedule=OneCycle(),
                      training=DEFAULT.training.replace(epochs=400))  # fmt: skip
    assert found(run(project, 170)) == []


def test_a_fast_rate_that_works_is_no_fault(run):
    for optimizer in (SGD(learning_rate=0.3), Adam(learning_rate=0.003)):
        assert found(run(replace(PLAIN, optimizer=optimizer), 250)) == []


def test_before_anything_was_measured_nothing_is_said(run):
    empty = Evidence(DEFAULT, History(), {}, {}, 10)
    assert found(empty) == []


# --- what must --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [2.0, 3.0, 5.0])
@pytest.mark.parametrize("batches_measured", ["all", "first"])
def test_a_rate_with_which_sgd_gets_stuck_at_guessing_is_called_too_high(run, rate, batches_measured, monkeypatch):
    project = replace(PLAIN, optimizer=SGD(learning_rate=rate), seed=3)  # with other seeds it explodes instead
    if batches_measured == "first":  # in the window hundreds of batches pass between two measurements
        monkeypatch.setattr(health, "INTERVAL", 1e9)
    evidence = run(project, 220)
    hint = the("rate_too_high", evidence)
    assert first_hint(evidence) == hint
    assert f"learning rate {rate}" in hint.sentence
    assert dict(hint.rows)["Accuracy now"].endswith("(guessing: 10 %)")
    assert hint.proposal is not None
    assert hint.proposal.restarts
    assert hint.proposal.label == "Set 0.05 and restart"
    assert hint.proposal.project == replace(project, optimizer=SGD(learning_rate=0.05))
    assert found(run(hint.proposal.project, 220)) == []


def test_adam_with_a_rate_three_hundred_times_too_large(run):
    project = replace(PLAIN, optimizer=Adam(learning_rate=0.3))
    hint = the("rate_too_high", run(project, 220))
    assert hint.proposal is not None
    assert hint.proposal.project.optimizer == Adam(learning_rate=0.001)


@pytest.mark.parametrize("optimizer", [SGD(learning_rate=0.001), SGD(learning_rate=1e-5), Adam(learning_rate=1e-6)])
def test_a_rate_too_low_is_noticed_and_raised_without_a_restart(run, optimizer):
    evidence = run(replace(PLAIN, optimizer=optimizer), 220)
    assert found(evidence) == ["rate_too_low"]
    hint = the("rate_too_low", evidence)
    assert "moves its weights by" in hint.sentence
    assert "healthy is about 10⁻³" in hint.sentence
    assert hint.proposal is not None
    assert not hint.proposal.restarts
    assert hint.proposal.project.optimizer.learning_rate >= 10 * optimizer.learning_rate


def test_after_a_change_of_rate_the_old_updates_do_not_count(run):
    evidence = run(replace(PLAIN, optimizer=SGD(learning_rate=1e-5)), 220)
    later = replace(evidence, since=120)
    assert later.steps == 100
    assert found(later) == []


def test_a_loss_that_climbs_is_called_divergence_before_it_is_infinite(run):
    project = replace(PLAIN, optimizer=SGD(learning_rate=5.0))
    for batches in range(1, 9):  # stepping batch by batch, as one does to watch it
        evidence = run(project, batches)
        if (hint := rule_named("divergence").look(evidence)) is not None:
            break
    assert hint is not None
    assert 3 <= batches == evidence.history.step
    assert first_hint(evidence) == hint
    assert hint.proposal is not None
    assert hint.proposal.restarts
    assert hint.proposal.project.optimizer == SGD(learning_rate=0.05)
    assert float(evidence.losses[-1]) > 3 * float(evidence.history.train_losses[0])


def test_gradients_vanish_in_six_layers_of_sigmoid(run):
    preset = next(preset for preset in PRESETS if preset.title == "Deep sigmoid network")
    project = preset.applied(PLAIN, 10)
    evidence = run(project, 120)
    hint = the("vanishing_gradients", evidence)
    assert first_hint(evidence) == hint
    assert "dense hardly learns" in hint.sentence
    cure = hint.proposal
    assert cure is not None
    assert cure.restarts
    activations = [layer.values().get("activation") for layer in cure.project.layers]
    assert activations == [None, *["relu"] * 6, "softmax"]
    assert found(run(cure.project, 120)) == []


def test_gradients_vanish_with_first_weights_that_are_too_small(run):
    layers = mlp("relu", 32, 32, 32, 32, 32, 32, kernel_initializer="random_normal")
    evidence = run(replace(PLAIN, layers=layers, optimizer=SGD(learning_rate=0.1)), 120)
    cure = the("vanishing_gradients", evidence).proposal
    assert cure is not None
    assert {layer.values().get("kernel_initializer") for layer in cure.project.layers[1:-1]} == {"he_uniform"}
    assert "vanishing_gradients" not in found(run(cure.project, 120))


def test_gradients_explode_with_first_weights_five_times_too_large(run):
    project = replace(PLAIN, layers=mlp("relu", 64, 64, 64, 64, kernel_scale=5.0))
    evidence = run(project, 40)
    hint = the("exploding_gradients", evidence)
    assert first_hint(evidence) == hint
    assert hint.proposal is not None
    assert {layer.values().get("kernel_scale", 1.0) for layer in hint.proposal.project.layers} == {1.0}
    assert found(run(hint.proposal.project, 60)) == []


def test_where_the_first_weights_are_right_a_long_gradient_is_clipped(run):
    evidence = run(replace(PLAIN, layers=mlp("relu", 64, 64, 64, 64, kernel_scale=5.0)), 40)
    innocent = replace(evidence, project=PLAIN)
    cure = the("exploding_gradients", innocent).proposal
    assert cure is not None
    assert not cure.restarts
    assert cure.project.optimizer == Adam(global_clipnorm=1.0)
    clipped = replace(evidence, project=cure.project)
    assert rule_named("exploding_gradients").look(clipped) is None


def test_half_of_the_units_dead(run):
    project = replace(PLAIN, optimizer=Adam(learning_rate=0.1))
    evidence = run(project, 240)
    hint = the("dead_units", evidence)
    assert first_hint(evidence) == hint
    assert dict(hint.rows)["dense"].endswith("of 128 dead")
    assert hint.proposal is not None
    assert hint.proposal.project.optimizer == Adam(learning_rate=0.001)
    assert found(run(hint.proposal.project, 240)) == []


def test_units_that_died_without_large_updates_get_a_leak(run):
    evidence = run(replace(PLAIN, optimizer=Adam(learning_rate=0.1)), 240)
    slow = replace(evidence)
    layers = tuple(replace(layer, early_ratio=0.001) for layer in evidence.layers)
    slow.__dict__["layers"] = layers  # as if the first updates had been small
    cure = the("dead_units", slow).proposal
    assert cure is not None
    activations = [layer.values().get("activation") for layer in cure.project.layers]
    assert activations == [None, "leaky_relu", "relu", "softmax"]


def test_relu_in_a_layer_of_its_own_gets_the_leak(run):
    from nnvis.hints.proposals import leak

    project = replace(PLAIN, layers=(Flatten(), Dense(units=8), Activation(activation="relu"), Dense(units=10)))
    cure = leak(project, layer_names(project.layers)[1])
    assert cure is not None
    assert cure.project.layers[2] == Activation(activation="leaky_relu")
    assert leak(project, "nobody") is None


def test_a_network_that_learns_a_few_images_by_heart(run):
    recipe = PLAIN.training.replace(epochs=20)
    project = replace(PLAIN, training=recipe, optimizer=Adam(learning_rate=0.003))
    evidence = run(project, 10_000, 700)
    hint = the("overfitting", evidence)
    assert first_hint(evidence) == hint
    assert "epochs while training loss kept falling" in hint.sentence
    values = dict(hint.rows)
    assert values["Training accuracy"] == "100.0 %"
    assert "→" in next(value for label, value in hint.rows if label.startswith("Validation loss since epoch"))
    cure = hint.proposal
    assert cure is not None
    assert cure.restarts
    assert cure.project.layers == (*PLAIN.layers[:2], Dropout(rate=0.3), *PLAIN.layers[2:])
    again = replace(evidence, project=cure.project)
    stop = the("overfitting", again).proposal
    assert stop is not None
    assert stop.project.early_stopping == EarlyStopping()
    assert the("overfitting", replace(evidence, project=stop.project)).proposal is None


# --- what comes near, and must not ------------------------------------------------------------------------------------

NEAR_MISSES = {
    "divergence": (replace(PLAIN, optimizer=SGD(learning_rate=0.8), seed=3), 60, 4000),  # the loss jumps, and recovers
    "exploding_gradients": (replace(PLAIN, layers=mlp("relu", 64, 64, 64, 64, kernel_scale=1.4)), 60, 4000),
    "vanishing_gradients": (replace(PLAIN, layers=mlp("sigmoid", 64, 64, 64)), 120, 4000),  # half as deep
    "rate_too_high": (replace(PLAIN, optimizer=Adam(learning_rate=0.02)), 220, 4000),
    "rate_too_low": (replace(PLAIN, optimizer=SGD(learning_rate=0.005)), 220, 4000),
    "dead_units": (replace(PLAIN, optimizer=Adam(learning_rate=0.02)), 240, 4000),
    "overfitting": (replace(PLAIN, training=PLAIN.training.replace(epochs=12)), 348, 2000),  # learnt, not by heart
}


def test_each_rule_has_a_run_that_comes_near():
    assert set(NEAR_MISSES) == {rule.name for rule in RULES}


@pytest.mark.parametrize("name", [rule.name for rule in RULES])
def test_what_only_comes_near_is_no_fault(run, name):
    project, batches, count = NEAR_MISSES[name]
    evidence = run(project, batches, count)
    assert evidence.history.step == batches
    assert rule_named(name).look(evidence) is None


@pytest.mark.parametrize(
    ("name", "project", "batches", "after"),
    [
        ("divergence", replace(PLAIN, optimizer=SGD(learning_rate=5.0)), 4, 220),
        ("rate_too_low", replace(PLAIN, optimizer=SGD(learning_rate=1e-5)), 220, 220),
    ],
)
def test_the_remedy_helps_and_brings_no_other_fault(run, name, project, batches, after):
    cure = the(name, run(project, batches)).proposal
    assert cure is not None
    cured = run(cure.project, after)
    assert found(cured) == []
    assert cured.recent_loss < 0.5 * cured.start_loss


def test_dropout_makes_a_network_learn_less_by_heart(run):
    recipe = PLAIN.training.replace(epochs=20)
    project = replace(PLAIN, training=recipe, optimizer=Adam(learning_rate=0.003))
    before = run(project, 10_000, 700)
    cure = the("overfitting", before).proposal
    assert cure is not None
    after = run(cure.project, 10_000, 700)

    def gap(evidence: Evidence) -> float:
        last = evidence.history.epochs[-1]
        return float(last.val_loss or 0.0) - last.loss

    assert gap(after) < gap(before)


# --- what they are ----------------------------------------------------------------------------------------------------


def test_every_rule_has_words_that_explain_it():
    assert len({rule.name for rule in RULES}) == len(RULES) == 7
    for rule in RULES:
        assert rule.title
        assert rule.topic
        assert 3 <= rule.why.count(". ") + 1 <= 6


def test_a_silenced_rule_is_not_asked(run):
    evidence = run(replace(PLAIN, optimizer=SGD(learning_rate=1e-5)), 220)
    assert first_hint(evidence, {"rate_too_low"}) is None
    with pytest.raises(KeyError):
        rule_named("nothing")
