"""The edits one can make to a project, each as a value: the new project and what the edit is called. Qt-free."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, replace

from core.data import PenMixture, Source
from core.data.augmentation import Augmentation
from core.early_stopping import EarlyStopping
from core.hyper import Configurable
from core.layers.base import Layer
from core.losses import Loss
from core.optimizers import Optimizer
from core.schedules import Schedule
from core.stack import layer_names
from nnvis.project import Project
from nnvis.recipe import DataRecipe, OwnMixture, TrainingRecipe


@dataclass(frozen=True)
class Change:
    """The project after an edit, the words that follow Undo, and the field whose edits are taken together."""

    project: Project
    text: str
    field: Hashable = None


def replace_layer(project: Project, index: int, layer: Layer) -> Change:
    """Put `layer` in the place of another, mostly the same with another hyperparameter."""
    before, layers = project.layers[index], list(project.layers)
    layers[index] = layer
    names = layer_names(project.layers)
    if before.enabled != layer.enabled and before.replace(enabled=layer.enabled) == layer:
        return enable_layers(project, (index,), layer.enabled)
    if type(before) is not type(layer):
        text, field = f"replace {names[index]} by {layer.kind_name()}", None
    else:
        text, field = _change_of(before, layer, f" of {names[index]}")
    return Change(replace(project, layers=tuple(layers)), text, field and ("layer", index, field))


def insert_layer(project: Project, index: int, layer: Layer) -> Change:
    """Put `layer` before the one at `index`; at the end when there is none."""
    layers = (*project.layers[:index], layer, *project.layers[index:])
    return Change(replace(project, layers=layers), f"add {layer_names(layers)[index]}")


def remove_layer(project: Project, index: int) -> Change:
    """Take the layer at `index` out of the stack."""
    layers = (*project.layers[:index], *project.layers[index + 1 :])
    return Change(replace(project, layers=layers), f"remove {layer_names(project.layers)[index]}")


def move_layer(project: Project, index: int, to: int) -> Change:
    """Let the layer at `index` stand at `to`."""
    layers = list(project.layers)
    layers.insert(to, layers.pop(index))
    return Change(replace(project, layers=tuple(layers)), f"move {layer_names(project.layers)[index]}")


def insert_layers(project: Project, index: int, layers: Sequence[Layer]) -> Change:
    """Put several layers before the one at `index`."""
    if len(layers) == 1:
        return insert_layer(project, index, layers[0])
    return set_layers(project, (*project.layers[:index], *layers, *project.layers[index:]), f"add {len(layers)} layers")


def remove_layers(project: Project, indices: Collection[int]) -> Change:
    """Take several layers out of the stack."""
    if len(indices) == 1:
        return remove_layer(project, *indices)
    kept = [layer for index, layer in enumerate(project.layers) if index not in indices]
    return set_layers(project, kept, f"remove {len(indices)} layers")


def move_layers(project: Project, indices: Sequence[int], to: int) -> Change:
    """Let several layers stand, in their order, before the one that is at `to` now."""
    moved = [project.layers[index] for index in indices]
    place = place_of_moved(indices, to)
    kept = [layer for index, layer in enumerate(project.layers) if index not in indices]
    text = f"move {layer_names(project.layers)[indices[0]]}" if len(indices) == 1 else f"move {len(indices)} layers"
    return set_layers(project, (*kept[:place], *moved, *kept[place:]), text)


def place_of_moved(indices: Sequence[int], to: int) -> int:
    """Where the first of the layers stands when they have been moved before the one that was at `to`."""
    return to - sum(index < to for index in indices)


def enable_layers(project: Project, indices: Collection[int], enabled: bool) -> Change:
    """Leave layers out without deleting them, or use them again."""
    names = layer_names(project.layers)
    what = names[next(iter(indices))] if len(indices) == 1 else f"{len(indices)} layers"
    layers = [
        layer.replace(enabled=enabled) if index in indices else layer for index, layer in enumerate(project.layers)
    ]
    return set_layers(project, layers, f"{'use' if enabled else 'leave out'} {what}")


def set_layers(project: Project, layers: Sequence[Layer], text: str) -> Change:
    """Replace the whole stack."""
    return Change(replace(project, layers=tuple(layers)), text)


def set_loss(project: Project, loss: Loss) -> Change:
    """Measure errors with another loss."""
    return Change(replace(project, loss=loss), f"change loss to {loss.title}")


def set_optimizer(project: Project, optimizer: Optimizer) -> Change:
    """Take another optimizer, or another value of one of its hyperparameters."""
    if type(optimizer) is not type(project.optimizer):
        return Change(replace(project, optimizer=optimizer), f"change optimizer to {optimizer.title}")
    text, field = _change_of(project.optimizer, optimizer)
    return Change(replace(project, optimizer=optimizer), text, field and ("optimizer", field))


def set_training(project: Project, recipe: TrainingRecipe) -> Change:
    """Train otherwise: batch size, epochs."""
    text, field = _change_of(project.training, recipe)
    return Change(replace(project, training=recipe), text, field and ("training", field))


def set_source(project: Project, source: Source) -> Change:
    """Learn from other images."""
    if type(source) is not type(project.source):
        return Change(replace(project, source=source), f"change data to {source.title}", "source")
    text, field = _change_of(project.source, source)
    return Change(replace(project, source=source), text, field and ("source", field))


def set_data(project: Project, recipe: DataRecipe) -> Change:
    """Share out or scale the images otherwise."""
    text, field = _change_of(project.data, recipe)
    return Change(replace(project, data=recipe), text, field and ("data", field))


def set_schedule(project: Project, schedule: Schedule) -> Change:
    """Let the learning rate change over the run otherwise."""
    if type(schedule) is not type(project.schedule):
        return Change(replace(project, schedule=schedule), f"change schedule to {schedule.title}")
    text, field = _change_of(project.schedule, schedule)
    return Change(replace(project, schedule=schedule), text, field and ("schedule", field))


def set_early_stopping(project: Project, stopping: EarlyStopping | None) -> Change:
    """End the run when it no longer improves, or never before its time."""
    before = project.early_stopping
    if stopping is None or before is None:
        text = "stop early" if stopping else "do not stop early"
        return Change(replace(project, early_stopping=stopping), text)
    text, field = _change_of(before, stopping, " of early stopping")
    return Change(replace(project, early_stopping=stopping), text, field and ("early_stopping", field))


def set_augmentation(project: Project, augmentation: Augmentation) -> Change:
    """Vary the training images otherwise."""
    text, field = _change_of(project.augmentation, augmentation, " of the images")
    return Change(replace(project, augmentation=augmentation), text, field and ("augmentation", field))


def set_pen_digits(project: Project, mixture: PenMixture) -> Change:
    """Mix in more or fewer pen digits, or others."""
    if not mixture.share or not project.pen_digits.share:
        text = "mix in pen digits" if mixture.share else "mix in no pen digits"
        return Change(replace(project, pen_digits=mixture), text, ("pen_digits", "share"))
    text, field = _change_of(project.pen_digits, mixture, " of pen digits")
    return Change(replace(project, pen_digits=mixture), text, field and ("pen_digits", field))


def set_own_digits(project: Project, mixture: OwnMixture) -> Change:
    """Let the user's own digits count more or less in the training."""
    return Change(replace(project, own_digits=mixture), "change weight of my digits", ("own_digits", "weight"))


def set_seed(project: Project, seed: int) -> Change:
    """Draw everything random from another seed."""
    return Change(replace(project, seed=seed), "change seed", "seed")


def rename(project: Project, name: str) -> Change:
    """Call the project otherwise."""
    return Change(replace(project, name=name), "rename project", "name")


def _change_of(before: Configurable, after: Configurable, of: str = "") -> tuple[str, Hashable]:
    """What differs, in words, and as the field to merge by (None when several do)."""
    labels = {declared.name: declared.label for declared in before.hypers()}
    changed = [name for name, value in after.values().items() if before.values()[name] != value]
    if len(changed) == 1:
        return f"change {_uncapitalized(labels[changed[0]])}{of}", changed[0]
    return f"change settings{of}", None


def _uncapitalized(label: str) -> str:
    return label[:1].lower() + label[1:]
