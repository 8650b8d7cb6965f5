"""What stands on a layer's card: its words, from the layer, its report and its problems. Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nnvis.number_text import count, shape

if TYPE_CHECKING:  # for the types only: they bring numpy, which the first paint must not wait for
    from core.layers import Layer
    from core.stack import LayerReport, Problem


@dataclass(frozen=True)
class LayerCard:
    """One card of the stack; `layer` is None on the card of the input, which is fixed."""

    title: str
    icon: str
    chips: tuple[str, ...] = ()
    caption: str = ""
    short_captions: tuple[str, ...] = ()  # for narrow docks, the longest first
    tooltip: str = ""
    layer: Layer | None = None
    problems: tuple[Problem, ...] = ()
    faulty_chips: frozenset[int] = frozenset()
    is_left_out: bool = False
    is_waiting: bool = False  # its input is unknown, because a layer above cannot stand
    has_weights: bool = False
    details: str = ""
    cost: str = ""  # what one image takes; nothing where that is nothing

    @property
    def is_wrong(self) -> bool:
        """Whether it has a problem that stands in the way of training."""
        return any(problem.severity == "error" for problem in self.problems)

    @property
    def is_faint(self) -> bool:
        """Whether it plays no part at the moment."""
        return self.is_waiting or self.is_left_out

    @property
    def loud_problems(self) -> tuple[Problem, ...]:
        """What is said on the card itself; notes are kept for the open form."""
        return tuple(problem for problem in self.problems if problem.severity != "note")

    @property
    def words(self) -> str:
        """The card as a sentence, for screen readers."""
        parts = [" ".join((self.title, *self.chips)), self.caption, *(problem.text for problem in self.problems)]
        return ". ".join(part for part in parts if part)


def input_card(title: str, input_shape: Sequence[int], pixel_range: str) -> LayerCard:
    """The card of the data that goes in: not a layer, never moved."""
    words = shape(tuple(input_shape))
    caption = f"{words} · {pixel_range}" if pixel_range else words
    return LayerCard("Input", "layer-input", (), caption, (), f"What goes in: {title}, {words} numbers each.")


def layer_cards(
    layers: Sequence[Layer], reports: Sequence[LayerReport], problems: Sequence[Problem]
) -> list[LayerCard]:
    """The cards of a stack, from the first layer to the last."""
    cards: list[LayerCard] = []
    blocked_by = ""
    for index, (layer, report) in enumerate(zip(layers, reports, strict=True)):
        own = tuple(problem for problem in problems if problem.layer == index)
        card = _card(layer, report, own)
        if report.input_shape is None and blocked_by and layer.enabled:
            waits = f"waits for {blocked_by}"
            card = replace(card, is_waiting=True, caption=waits, short_captions=())
        elif report.output_shape is None:
            blocked_by = layer.kind_name()
        cards.append(card)
    return cards


def _card(layer: Layer, report: LayerReport, problems: tuple[Problem, ...]) -> LayerCard:
    chips = layer.chips()
    faulty = {_chip_text(getattr(layer, problem.hyper, "")) for problem in problems if problem.hyper}
    first, *short = _facts(layer, report)
    if layer.name:  # a name of its own takes the place of the kind, which moves to the second line
        first, *short = ([layer.kind_name(), *facts] for facts in (first, *short))
    return LayerCard(
        title=layer.name or layer.kind_name(),
        icon=layer.icon,
        chips=chips,
        caption=" · ".join(first),
        short_captions=tuple(" · ".join(facts) for facts in short),
        tooltip=layer.sentence,
        layer=layer,
        problems=problems,
        faulty_chips=frozenset(index for index, chip in enumerate(chips) if chip in faulty),
        is_left_out=not layer.enabled,
        has_weights=report.parameters > 0,
        details=_details(report),
        cost=_cost(report),
    )


def _facts(layer: Layer, report: LayerReport) -> list[list[str]]:
    """What the second line says; after that, in fewer words."""
    if not layer.enabled:
        return [["left out"]]
    if report.input_shape is None:  # nothing is known before the images are there
        return [[]]
    if report.output_shape is None:
        return [[f"gets {shape(report.input_shape or ())}"]]
    sizes, parameters = _sizes(report.output_shape), report.parameters
    if parameters:
        return [[sizes, _counted(parameters, "parameter")], [sizes, _counted(parameters, "param")],
                [sizes, count(parameters)]]  # fmt: skip
    return [[sizes, "only while training"]] if layer.changes_while_training else [[sizes]]


def _details(report: LayerReport) -> str:
    if report.input_shape is None or report.output_shape is None:
        return report.name
    details = f"{report.name}: {shape(report.input_shape)} in, {shape(report.output_shape)} out"
    return ", ".join(part for part in (details, _cost(report)) if part)


def _cost(report: LayerReport) -> str:
    return f"{_counted(report.multiply_adds, 'multiply-add')} per image" if report.multiply_adds else ""


def _sizes(sizes: tuple[int, ...]) -> str:
    """A shape as the card shows it; a row of numbers is counted, not measured: 1,568."""
    return count(sizes[0]) if len(sizes) == 1 else shape(sizes)


def _chip_text(value: object) -> str:
    return shape(value) if isinstance(value, tuple) else str(value)


def _counted(number: int, noun: str) -> str:
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"
