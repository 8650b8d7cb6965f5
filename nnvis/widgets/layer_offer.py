"""What the palette offers at a place of the stack, and what "conv 32 3 relu" means there. Knows no Qt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import ConfigError
from core.hyper import Hyper
from nnvis.widgets.field_text import parsed_number, parsed_sizes

if TYPE_CHECKING:
    from core.layers import Layer
    from core.layers.base import Shape

_PREFERRED = {"activation": "relu"}  # what a new layer is given instead of "linear": a stack of linear layers is one


@dataclass(frozen=True)
class LayerOffer:
    """A layer that could be added, and the reason if it cannot stand there."""

    layer: Layer
    sentence: str
    obstacle: str = ""

    @property
    def title(self) -> str:
        """Its kind."""
        return self.layer.kind_name()


def offers(kinds: Sequence[type[Layer]], input_shape: Shape | None, query: str = "") -> list[LayerOffer]:
    """The layers that fit `query`, in teaching order; those whose name begins as typed come first.

    Behind the name, `query` may give hyperparameters: "conv 32 3 relu", "dropout 0.3", "pool 2".
    """
    name, *values = query.split()[:12] or [""]
    ranked = []
    for position, kind in enumerate(kinds):
        rank = _rank(kind, name.lower())
        if rank is not None:
            ranked.append((rank, position, _offer(kind, values, input_shape)))
    ranked.sort(key=lambda entry: entry[:2])
    return [offer for _, _, offer in ranked]


def _offer(kind: type[Layer], values: Sequence[str], input_shape: Shape | None) -> LayerOffer:
    from core.stack import obstacle

    layer = fresh_layer(kind)
    try:
        layer = _with_values(layer, values)
    except ConfigError as problem:
        return LayerOffer(layer, layer.sentence, str(problem))
    return LayerOffer(layer, layer.sentence, obstacle(layer, input_shape))


def fresh_layer(kind: type[Layer]) -> Layer:
    """A layer as it is added: with its defaults, but with an activation where it has one."""
    wished: dict[str, Any] = {
        declared.name: _PREFERRED[declared.name]
        for declared in kind.hypers()
        if declared.default == "linear" and _PREFERRED.get(declared.name) in declared.choices
    }
    return kind(**wished)


def _rank(kind: type[Layer], name: str) -> int | None:
    """0 if the name begins so, 1 if a word within it does, 2 if its initials do; None if it does not fit."""
    title = kind.kind_name()
    words = re.findall(r"[A-Z][a-z]*|\d[A-Z]?", title)
    if title.lower().startswith(name):
        return 0
    if any(title.lower()[match.start() :].startswith(name) for match in re.finditer(r"[A-Z]", title)):
        return 1
    initials = "".join(word[0] for word in words).lower()
    return 2 if len(name) > 1 and initials.startswith(name) else None


def _with_values(layer: Layer, values: Sequence[str]) -> Layer:
    """`layer` with each value given to the first hyperparameter that can take it and has none yet."""
    free = [declared for declared in layer.hypers() if declared.kind != "text"]
    taken: dict[str, Any] = {}
    for value in values:
        for declared in free:
            if _may_mean(declared, value):
                taken[declared.name] = _value(declared, value)
                free.remove(declared)
                break
        else:
            raise ConfigError(f"{layer.kind_name()} has no place for “{value}”.")
    return layer.replace(**taken)


def _may_mean(declared: Hyper, text: str) -> bool:
    if declared.kind == "choice":
        return _choice(declared, text) is not None
    if declared.kind == "bool":
        return False
    many = re.fullmatch(r"\d+([x×]\d+)*", text) is not None
    if declared.kind in ("pair", "shape"):
        return many
    return re.fullmatch(r"[\d.,e/−-]+", text) is not None and ("x" not in text and "×" not in text)


def _value(declared: Hyper, text: str) -> Any:
    if declared.kind == "choice":
        return _choice(declared, text)
    try:
        return parsed_sizes(declared, text) if declared.kind in ("pair", "shape") else parsed_number(declared, text)
    except ConfigError as problem:
        raise ConfigError(f"{declared.label}: {str(problem)[0].lower()}{str(problem)[1:]}") from None


def _choice(declared: Hyper, text: str) -> str | None:
    """The choice that is meant: its name, or a beginning of at least two letters."""
    text = text.lower()
    if text in declared.choices:
        return text
    return next((choice for choice in declared.choices if len(text) > 1 and choice.startswith(text)), None)


