"""The edits that hints propose: each makes a whole new project, so that it is one undo step. Qt-free."""

from __future__ import annotations

from dataclasses import replace

from core.early_stopping import EarlyStopping
from core.layers import Dropout
from core.stack import layer_names
from nnvis.hints.hint import Proposal
from nnvis.messages import plain_rate
from nnvis.project import Project

DROPOUT = 0.3
CLIP_NORM = 1.0
SATURATING = ("sigmoid", "tanh")


def set_rate(project: Project, rate: float, reason: str, *, restart: bool) -> Proposal:
    """Another learning rate, from the next batch on or from the start."""
    label = f"Set {plain_rate(rate)}" + (" and restart" if restart else "")
    optimizer = project.optimizer.replace(learning_rate=rate)
    return Proposal(label, reason, replace(project, optimizer=optimizer), "change learning rate", restart)


def use_relu(project: Project) -> Proposal | None:
    """relu, with weights drawn for it, in every hidden layer that flattens what passes through; None: there is none."""
    layers, changed = list(project.layers), 0
    for index, layer in enumerate(layers[:-1]):  # the last one gives the answer: its activation belongs to the loss
        values = layer.values()
        if values.get("activation") in SATURATING:
            better = {"activation": "relu"} | ({"kernel_initializer": "he_uniform"} if _draws(values) else {})
            layers[index] = layer.replace(**better)
            changed += 1
    if not changed:
        return None
    reason = "relu passes a gradient on as it is wherever a unit answers, so it reaches the first layer."
    changed_project = replace(project, layers=tuple(layers))
    return Proposal("Use relu and restart", reason, changed_project, "use relu in all hidden layers", True)


def draw_by_fan(project: Project) -> Proposal | None:
    """First weights that suit the width of their layer, unscaled; None: they are drawn like that already."""
    layers, changed = list(project.layers), 0
    for index, layer in enumerate(layers):
        values = layer.values()
        better: dict[str, object] = {}
        if _draws(values) and not str(values["kernel_initializer"]).startswith(("glorot", "he", "lecun", "orthogonal")):
            better["kernel_initializer"] = "he_uniform" if values.get("activation") == "relu" else "glorot_uniform"
        if values.get("kernel_scale", 1.0) != 1.0:
            better["kernel_scale"] = 1.0
        if better:
            layers[index] = layer.replace(**better)
            changed += 1
    if not changed:
        return None
    reason = "First weights drawn to suit each layer's width keep signals and gradients equally large in all layers."
    changed_project = replace(project, layers=tuple(layers))
    return Proposal("Draw suited weights and restart", reason, changed_project, "draw suited first weights", True)


def clip_gradient(project: Project) -> Proposal:
    """Shorten long gradients, from the next batch on."""
    optimizer = project.optimizer.replace(global_clipnorm=CLIP_NORM)
    reason = f"A gradient longer than {CLIP_NORM:g} is shortened to that before it is used; its direction stays."
    label = f"Clip the gradient at {CLIP_NORM:g}"
    return Proposal(label, reason, replace(project, optimizer=optimizer), "clip the gradient", False)


def leak(project: Project, name: str) -> Proposal | None:
    """leaky_relu in the layer of this name, or where relu stands as a layer of its own behind it."""
    names = layer_names(project.layers)
    if name not in names:
        return None
    for index in range(names.index(name), len(project.layers)):
        layer = project.layers[index]
        if layer.values().get("activation") == "relu":
            layers = (*project.layers[:index], layer.replace(activation="leaky_relu"), *project.layers[index + 1 :])
            reason = "leaky_relu lets a little through below 0, so that every unit keeps a gradient to learn from."
            changed = replace(project, layers=layers)
            return Proposal("Use leaky_relu and restart", reason, changed, f"use leaky_relu in {name}", True)
    return None


def add_dropout(project: Project, title_of: dict[str, str]) -> Proposal | None:
    """Dropout behind the widest hidden dense layer; None when there is dropout already, or no such layer."""
    layers = project.layers
    if any(layer.kind_name() == "Dropout" and layer.enabled for layer in layers):
        return None
    hidden = [i for i, layer in enumerate(layers[:-1]) if layer.kind_name() == "Dense" and layer.enabled]
    if not hidden:
        return None
    widest = max(hidden, key=lambda index: (layers[index].values()["units"], -index))
    name = layer_names(layers)[widest]
    changed = replace(project, layers=(*layers[: widest + 1], Dropout(rate=DROPOUT), *layers[widest + 1 :]))
    where = title_of.get(name, name)
    reason = f"Dropout {DROPOUT:g} after {where} makes it rely on many units instead of a few."
    return Proposal(f"Dropout {DROPOUT:g} and restart", reason, changed, "add dropout", True)


def stop_early(project: Project) -> Proposal | None:
    """End a run when validation stops improving, and keep its best weights; None when it does so already."""
    if project.early_stopping is not None:
        return None
    reason = "The run then ends when validation stops improving, and the best weights are brought back."
    changed = replace(project, early_stopping=EarlyStopping())
    return Proposal("Stop early, and restart", reason, changed, "stop early", True)


def _draws(values: dict[str, object]) -> bool:
    return "kernel_initializer" in values
