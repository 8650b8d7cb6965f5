"""Is a network too large? Judged by its parameters and by what it computes, against the memory that is free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.hyper import Hyper
from core.layers.base import Layer, Shape
from core.memory import needs, readable
from core.optimizers import Optimizer
from core.problem import LayerReport, Problem, Remedy, describe

LARGEST_NETWORK = 50_000_000  # parameters; the window keeps copies of them for its timeline
SHARE = 0.5  # of the free memory: the images, the window, and what other programs take meanwhile need room as well
MOST_HALVINGS = 40


@dataclass(frozen=True)
class Room:
    """Where a network is to be trained: on what, in which portions, how, and within how many bytes."""

    input_shape: Shape
    batch_size: int
    optimizer: Optimizer | None
    free: int

    @property
    def usable(self) -> float:
        """The bytes that training may take."""
        return self.free * SHARE

    def needed(self, layers: Sequence[Layer], reports: Sequence[LayerReport]) -> list[int]:
        """The bytes that each layer takes."""
        return needs(layers, reports, self.batch_size, self.optimizer)

    def holds(self, layers: Sequence[Layer]) -> bool:
        """Whether this network can be trained here."""
        reports = describe(layers, self.input_shape)
        return _parameters(reports) <= LARGEST_NETWORK and sum(self.needed(layers, reports)) <= self.usable


def size_problems(layers: Sequence[Layer], reports: Sequence[LayerReport], room: Room) -> list[Problem]:
    """What is wrong with the size of a stack whose shapes all fit; empty when there is room for it."""
    total, needed = _parameters(reports), room.needed(layers, reports)
    if total > LARGEST_NETWORK:
        worst = max(range(len(layers)), key=lambda index: reports[index].parameters)
        text = f"{total:,} parameters need about {readable(total * 20)} in training; {LARGEST_NETWORK:,} are allowed."
    elif sum(needed) > room.usable:
        worst = max(range(len(layers)), key=lambda index: needed[index])
        text = (
            f"Training with batches of {room.batch_size:,} needs about {readable(sum(needed))} of memory, "
            f"{readable(needed[worst])} of it in this {layers[worst].kind_name()}; half of the {readable(room.free)} "
            f"that are free may be used."
        )
    else:
        return []
    size = _size_of(layers[worst])
    text += f" Give it {f'fewer {size.name}' if size else 'smaller inputs'}"
    text += ", or take a smaller batch." if replace(room, batch_size=1).holds(layers) else "."
    return [Problem(worst, text, size.name if size else None, _smaller(layers, room))]


def _parameters(reports: Sequence[LayerReport]) -> int:
    return sum(report.parameters for report in reports)


def _size_of(layer: Layer) -> Hyper | None:
    """The hyperparameter that says how wide the layer is: units or filters."""
    return next((declared for declared in layer.hypers() if declared.kind == "int"), None)


def _smaller(layers: Sequence[Layer], room: Room) -> Remedy | None:
    """The stack with its heaviest layers halved until there is room; None when that does not help.

    The last layer of a width is left alone: its units are the answers.
    """
    stack, changed = list(layers), set[int]()
    wide = [index for index, layer in enumerate(layers) if _size_of(layer)][:-1]
    for _ in range(MOST_HALVINGS):
        if room.holds(stack):
            break
        needed = room.needed(stack, describe(stack, room.input_shape))
        names = {index: declared.name for index in wide if (declared := _size_of(stack[index]))}
        able = [index for index, name in names.items() if getattr(stack[index], name) > 1]
        if not able:
            return None
        heaviest = max(able, key=lambda index: needed[index])
        name = names[heaviest]
        stack[heaviest] = stack[heaviest].replace(**{name: getattr(stack[heaviest], name) // 2})
        changed.add(heaviest)
    else:
        return None
    if len(changed) > 1:
        return Remedy(f"Make {len(changed)} layers smaller", tuple(stack))
    (index,) = changed
    declared = _size_of(stack[index])
    assert declared is not None  # only such layers are made smaller
    return Remedy(f"Use {getattr(stack[index], declared.name):,} {declared.name}", tuple(stack))
