"""What was changed in the middle of a run, and when: the marks on its curves. Qt-free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from core.hyper import Configurable
from core.stack import layer_names
from nnvis import number_text
from nnvis.project import Project

WITHOUT_MARK = ("epochs",)  # says how long a run goes on, not how it learns


@dataclass(frozen=True)
class Changed:
    """One hyperparameter, and its values as they are written."""

    what: str
    before: str
    after: str

    @property
    def words(self) -> str:
        """``learning rate 0.01 → 0.001``."""
        return f"{self.what} {self.before} → {self.after}"


@dataclass(frozen=True)
class CourseChange:
    """The updates after `step` were made with other values than those before it."""

    step: int
    epoch: float  # position
    changed: tuple[Changed, ...]

    @property
    def words(self) -> str:
        """What was changed and when, in one line."""
        return f"{'; '.join(each.words for each in self.changed)} at step {number_text.count(self.step)}"


def taken_over(running: Project, edited: Project, *, is_fresh: bool) -> Project:
    """The project that is trained, with what an edit changes of it without a restart.

    A fresh network, of which nothing is trained yet, takes over less: it is made anew, and its plan with it.
    """
    layers, training = running.layers, running.training
    augmentation, pen_digits = running.augmentation, running.pen_digits
    if len(layers) == len(edited.layers):
        layers = tuple(layer.with_live(other) for layer, other in zip(layers, edited.layers, strict=True))
    if not is_fresh:
        training = training.replace(batch_size=edited.training.batch_size, epochs=edited.training.epochs)
        augmentation, pen_digits = edited.augmentation, pen_digits.with_live(edited.pen_digits)
    optimizer = running.optimizer.with_live(edited.optimizer)
    return replace(
        running, optimizer=optimizer, layers=layers, training=training, augmentation=augmentation, pen_digits=pen_digits
    )


def course_changes(before: Project, after: Project) -> tuple[Changed, ...]:
    """What differs between the recipes of a run before and after an edit that it takes over without a restart."""
    return tuple(_differences(before, after))


def joined(earlier: tuple[Changed, ...], later: tuple[Changed, ...]) -> tuple[Changed, ...]:
    """Two sets of changes that take effect together: of one thing that changed twice the first and the last value."""
    merged = {each.what: each for each in earlier}
    for each in later:
        first = merged.get(each.what)
        merged[each.what] = Changed(each.what, first.before, each.after) if first else each
    return tuple(each for each in merged.values() if each.before != each.after)


def _differences(before: Project, after: Project) -> Iterator[Changed]:
    yield from _of(before.optimizer, after.optimizer)
    yield from _of(before.training, after.training)
    yield from _of(before.data, after.data)
    yield from _of(before.augmentation, after.augmentation, "augmentation: ")
    yield from _of(before.pen_digits, after.pen_digits, "pen digits: ")
    names = layer_names(before.layers)
    for name, old, new in zip(names, before.layers, after.layers, strict=False):
        yield from _of(old, new, f"{name}: ")


def _of(before: Configurable, after: Configurable, prefix: str = "") -> Iterator[Changed]:
    old, new = before.values(), after.values()
    for declared in before.hypers():
        name = declared.name
        if declared.live and name in new and old[name] != new[name] and name not in WITHOUT_MARK:
            label = declared.label[:1].lower() + declared.label[1:]
            yield Changed(f"{prefix}{label}", _plain(old[name]), _plain(new[name]))


def _plain(value: Any) -> str:
    """A value as one types it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:.6g}" if 1e-5 <= abs(value) < 1e6 or value == 0 else number_text.power(value)
    return number_text.count(value) if isinstance(value, int) else str(value)
