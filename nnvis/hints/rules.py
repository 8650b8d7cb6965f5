"""The rules: each looks at the evidence and either says nothing or is sure. RULES holds them, causes before effects.

Every threshold is a number of this file, and stands where a healthy run does not come near it; the tests hold a run
that triggers each rule, and healthy ones that trigger none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from nnvis import number_text
from nnvis.hints import proposals
from nnvis.hints.evidence import Evidence, LayerEvidence
from nnvis.hints.hint import Hint, Proposal
from nnvis.messages import plain_rate, sensible_rate

HEALTHY = "about 10⁻³"

RISEN = 3.0  # times the loss of guessing: it has not only got stuck
RISING_BATCHES = 3
FEW_BATCHES = 50  # too early to call it stuck
STUCK = 0.7  # of the loss at the start: a network that learns is below that after PATIENCE batches
GUESSING = 3.0  # times the accuracy of chance
PATIENCE = 200
HUGE_MOVE = 0.03  # of the weights in one update; healthy is a thirtieth of it
TINY_MOVE = 1e-4
CRAWLING = 0.9
FADED = 1e-3  # the first layer's gradient against the last one's, weight by weight
LONG_GRADIENT = 50.0
MANY_DEAD = 0.5  # of the units of a layer
EPOCHS_RISING = 3
RISE = 1.05
STILL_FALLING = 0.8


def divergence(run: Evidence) -> Hint | None:
    """The loss rises far above guessing, and goes on rising."""
    losses = run.losses[-RISING_BATCHES:]
    if len(losses) < RISING_BATCHES or not np.isfinite(losses).all():
        return None
    now = float(losses[-1])
    if not (now > RISEN * run.start_loss and (np.diff(losses) > 0).all()):
        return None
    rate = run.project.optimizer.learning_rate
    reason = "Smaller updates follow the slope instead of leaping across the valley."
    return Hint(
        "divergence",
        "Divergence: the loss climbs",
        f"Each update makes the loss worse: learning rate {plain_rate(rate)} overshoots, and it will soon be infinite.",
        (
            ("Loss at the start", number_text.measure(float(run.history.train_losses[0]))),
            (f"Loss now, risen {RISING_BATCHES - 1} batches in a row", number_text.measure(now)),
            _ratio_row(run, "Largest update ÷ weight"),
        ),
        proposals.set_rate(run.project, sensible_rate(run.project.optimizer), reason, restart=True),
    )


def rate_too_high(run: Evidence) -> Hint | None:
    """It goes on guessing, after updates that threw its weights about."""
    if run.steps < PATIENCE or run.classes < 2 or run.largest_early_ratio < HUGE_MOVE:
        return None
    if run.recent_loss < STUCK * run.start_loss or run.recent_accuracy > GUESSING / run.classes:
        return None
    moved = max(run.layers, key=lambda layer: layer.early_ratio)
    rate = run.project.optimizer.learning_rate
    dead, units = sum(layer.dead for layer in run.layers), sum(layer.units for layer in run.layers)
    rows = [
        ("Accuracy now", f"{number_text.percent(run.recent_accuracy)} (guessing: {_percent(1 / run.classes)})"),
        ("Loss: start → now", f"{number_text.measure(run.start_loss)} → {number_text.measure(run.recent_loss)}"),
        (f"{moved.title}: first updates ÷ weight", f"{_ratio(moved.early_ratio)} (healthy: {HEALTHY})"),
    ]
    if dead:
        rows.append(("Dead units", f"{number_text.count(dead)} of {number_text.count(units)}"))
    reason = "With fresh weights and smaller updates it can follow the slope of the loss."
    return Hint(
        "rate_too_high",
        "Learning rate too high: it is stuck",
        f"With learning rate {plain_rate(rate)} the first updates threw the weights so far off that it still guesses.",
        tuple(rows),
        proposals.set_rate(run.project, sensible_rate(run.project.optimizer), reason, restart=True),
    )


def exploding_gradients(run: Evidence) -> Hint | None:
    """The gradient is far longer than any that a network learns well with."""
    layers = run.layers
    if run.steps < 20 or not layers or run.gradient_norm < LONG_GRADIENT:
        return None
    if run.project.optimizer.global_clipnorm is not None:
        return None
    longest = max(layers, key=lambda layer: layer.gradient)
    cure = proposals.draw_by_fan(run.project) or proposals.clip_gradient(run.project)
    return Hint(
        "exploding_gradients",
        "Exploding gradients",
        "On their way back through the layers the gradients have grown far beyond what updates can use.",
        (
            ("Length of the gradient", f"{number_text.measure(run.gradient_norm, 2)} (healthy: below 10)"),
            (f"Longest: {longest.title}", number_text.measure(longest.gradient, 2)),
            ("Loss now", number_text.measure(run.recent_loss)),
        ),
        cure,
    )


def vanishing_gradients(run: Evidence) -> Hint | None:
    """The first layers get next to nothing to learn from, and so nothing is learned."""
    layers = run.layers
    if run.steps < FEW_BATCHES or len(layers) < 3 or run.recent_loss < STUCK * run.start_loss:
        return None
    first, last = layers[0], layers[-1]
    if not first.gradient_per_weight < FADED * last.gradient_per_weight:
        return None
    if first.early_ratio >= HUGE_MOVE:  # it did move, and too far: what blocks the gradient now are dead units
        return None
    cure = proposals.use_relu(run.project) or proposals.draw_by_fan(run.project)
    return Hint(
        "vanishing_gradients",
        "Vanishing gradients",
        f"On its way back the gradient has faded: {first.title} hardly learns, so nothing does.",
        (
            (f"Gradient of a weight in {last.title}", number_text.measure(last.gradient_per_weight, 2)),
            (f"Gradient of a weight in {first.title}", number_text.measure(first.gradient_per_weight, 2)),
            ("Its update ÷ weight", f"{_ratio(first.ratio)} (healthy: {HEALTHY})"),
        ),
        cure,
    )


def rate_too_low(run: Evidence) -> Hint | None:
    """Every layer creeps, and the loss with it."""
    layers, rate = run.layers, run.project.optimizer.learning_rate
    if run.steps < PATIENCE * 3 // 4 or not layers or max(layer.ratio for layer in layers) > TINY_MOVE:
        return None
    at_first = float(run.losses[:20].mean())
    if run.recent_loss < CRAWLING * at_first or run.rate_now < rate / 2:  # a schedule that is warming up knows better
        return None
    slowest = min(layers, key=lambda layer: layer.ratio)
    faster = max(sensible_rate_of(run), 10 * rate)
    reason = "Larger updates from the next batch on; what is learned so far stays."
    return Hint(
        "rate_too_low",
        "Learning rate too low: it creeps",
        f"An update of {slowest.title} moves its weights by {_ratio(slowest.ratio)} of their size; "
        f"healthy is {HEALTHY}.",
        (
            ("Update ÷ weight, all layers", f"{_ratio(median(layer.ratio for layer in layers))} (healthy: {HEALTHY})"),
            (f"Loss over {number_text.count(run.steps)} batches",
             f"{number_text.measure(at_first)} → {number_text.measure(run.recent_loss)}"),
            ("Learning rate", plain_rate(rate)),
        ),
        proposals.set_rate(run.project, faster, reason, restart=False),
    )  # fmt: skip


def dead_units(run: Evidence) -> Hint | None:
    """Half the units of a relu layer, or more, never answer any image."""
    worst = max((layer for layer in run.layers if layer.units), key=_dead_share, default=None)
    if run.history.step < FEW_BATCHES or worst is None or _dead_share(worst) < MANY_DEAD:
        return None
    images = run.history.checkups.until(run.history.step)[-1].count
    if run.largest_early_ratio >= HUGE_MOVE:
        reason = "Large first updates pushed the units below 0 for good; smaller ones keep fresh units alive."
        cure: Proposal | None = proposals.set_rate(
            run.project, sensible_rate(run.project.optimizer), reason, restart=True
        )
    else:
        cure = proposals.leak(run.project, worst.name)
    return Hint(
        "dead_units",
        "Dead units",
        f"{_percent(_dead_share(worst))} of {worst.title} is 0 for every image: no gradient reaches those units.",
        (
            *((layer.title, f"{layer.dead} of {layer.units} dead") for layer in run.layers if layer.units),
            ("Looked at", f"{number_text.count(images)} validation images"),
        ),
        cure,
    )


def overfitting(run: Evidence) -> Hint | None:
    """Validation loss rises for epochs while training loss goes on falling."""
    epochs = [done for done in run.history.epochs if done.val_loss is not None and np.isfinite(done.val_loss)]
    if len(epochs) <= EPOCHS_RISING:
        return None
    losses = [float(done.val_loss or 0.0) for done in epochs]
    best, last = int(np.argmin(losses)), len(epochs) - 1
    if last - best < EPOCHS_RISING or losses[last] < RISE * losses[best]:
        return None
    if epochs[last].loss > STILL_FALLING * epochs[best].loss:
        return None
    rows = []
    accuracy = epochs[last].val_accuracy
    if run.classes > 1 and accuracy is not None:
        rows += [
            ("Training accuracy", number_text.percent(epochs[last].accuracy)),
            (f"Validation accuracy, {number_text.count(run.history.validations[-1].count)} images",
             number_text.percent(accuracy)),
        ]  # fmt: skip
    rows.append(
        (f"Validation loss since epoch {best + 1}",
         f"{number_text.measure(losses[best])} → {number_text.measure(losses[last])}")
    )  # fmt: skip
    cure = proposals.add_dropout(run.project, dict(run.titles)) or proposals.stop_early(run.project)
    return Hint(
        "overfitting",
        "Overfitting: it learns by heart",
        f"Validation loss has risen for {last - best} epochs while training loss kept falling.",
        tuple(rows),
        cure,
    )


@dataclass(frozen=True)
class Rule:
    """One rule: its name in the settings, its title, how it looks, the topic that explains it, and that in short."""

    name: str
    title: str
    look: Callable[[Evidence], Hint | None]
    topic: str
    why: str


RULES: Final = (
    Rule(
        "divergence", "Divergence", divergence, "learning-rate",
        "The gradient only says which way is downhill here, not how far down goes on. An update that is too long lands "
        "on the other side of the valley, higher than before; there the slope is steeper, so the next one is longer "
        "still. Halving the learning rate halves every update.",
    ),
    Rule(
        "exploding_gradients", "Exploding gradients", exploding_gradients, "exploding-gradients",
        "Going back through a layer multiplies the gradient with its weights. When they are large, each layer makes it "
        "longer, and over several layers it grows as a power. First weights that suit the layer's width keep the "
        "product near 1; clipping shortens what is still too long.",
    ),
    Rule(
        "vanishing_gradients", "Vanishing gradients", vanishing_gradients, "vanishing-gradients",
        "Going back through a layer multiplies the gradient with the slope of its activation. That of sigmoid is 0.25 "
        "at most, so six layers leave less than a four-thousandth. The first layers then stay as they were drawn. relu "
        "has slope 1 wherever a unit answers.",
    ),
    Rule(
        "rate_too_high", "Learning rate too high", rate_too_high, "learning-rate",
        "One update should move a layer by about a thousandth of its weights. A few that are a hundred times larger "
        "push relu units to where they are 0 for every image: they get no gradient any more, and what is left can only "
        "guess. A smaller rate does not bring them back, so the network has to start again.",
    ),
    Rule(
        "rate_too_low", "Learning rate too low", rate_too_low, "learning-rate",
        "One update should move a layer by about a thousandth of its weights: after a thousand of them it can be "
        "another layer. When it moves by a hundredth of that, it still goes the right way. But learning takes a "
        "hundred times as long.",
    ),
    Rule(
        "dead_units", "Dead units", dead_units, "dead-units",
        "relu gives 0 for every sum below 0, and its slope there is 0, too. A unit whose sum is below 0 for all images "
        "gets no gradient, so its weights never change again: it is lost. Large updates do that, and biases that have "
        "run far below 0.",
    ),
    Rule(
        "overfitting", "Overfitting", overfitting, "overfitting",
        "With enough weights a network can remember every training image, also its accidents. That lowers the training "
        "loss, but the accidents of new images are others, so the validation loss rises. More images, varied images, "
        "dropout or an earlier end help.",
    ),
)  # fmt: skip
"""Causes before effects: of several findings the first is shown."""


def first_hint(run: Evidence, silenced: Collection[str] = ()) -> Hint | None:
    """What the first rule that is sure has found; rules that were silenced are not asked."""
    for rule in RULES:
        if rule.name not in silenced and (hint := rule.look(run)) is not None:
            return hint
    return None


def rule_named(name: str) -> Rule:
    """The rule of this name. Raises KeyError for any other."""
    return {rule.name: rule for rule in RULES}[name]


def sensible_rate_of(run: Evidence) -> float:
    """A learning rate that mostly works with this optimizer."""
    usual = sensible_rate(run.project.optimizer.replace(learning_rate=1e6))
    return float(usual)


def _dead_share(layer: LayerEvidence) -> float:
    return layer.dead / layer.units if layer.units else 0.0


def _ratio_row(run: Evidence, label: str) -> tuple[str, str]:
    return label, f"{_ratio(max((layer.ratio for layer in run.layers), default=0.0))} (healthy: {HEALTHY})"


def _ratio(value: float) -> str:
    return number_text.decimal(value, 2) if 0.01 <= value < 1000 else number_text.power(value, 1 if value < 1e-4 else 2)


def _percent(share: float) -> str:
    return number_text.percent(share, 0)
