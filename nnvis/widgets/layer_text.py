"""Layers as text, for the clipboard and for dragging: JSON, or lines as one types them. Knows no Qt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from core.errors import ConfigError
from core.hyper import from_dict
from nnvis.widgets.layer_offer import offers

if TYPE_CHECKING:
    from core.layers import Layer

_MOST = 200  # layers; the clipboard may hold anything
_MOST_CHARACTERS = 200_000


def to_text(layers: Iterable[Layer]) -> str:
    """The layers as JSON that `from_text` reads, and that people can read, too."""
    return json.dumps([layer.to_dict() for layer in layers], indent=1)


def from_text(text: str, kinds: Sequence[type[Layer]]) -> list[Layer]:
    """The layers that `text` describes: JSON, or one on each line ("conv 32 3 relu"). Empty if it is anything else.

    Names are left behind, as two layers cannot have one name.
    """
    if len(text) > _MOST_CHARACTERS:
        return []
    try:
        layers = [from_dict(kinds, entry, "layer") for entry in json.loads(text)]
    except ConfigError:
        return []
    except (ValueError, TypeError, RecursionError):
        layers = _typed(text, kinds)
    return [layer.replace(name="") for layer in layers[:_MOST]]


def _typed(text: str, kinds: Sequence[type[Layer]]) -> list[Layer]:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > _MOST:
        return []
    found = [offers(kinds, None, line)[:1] for line in lines]
    if any(not best or best[0].obstacle for best in found):
        return []
    return [best[0].layer for best in found]
