"""What a card says when it is pointed at, part by part, and the health of its layer in words. Knows no Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nnvis.widgets.health_row import BAND, SCALE, HealthRow
from nnvis.widgets.layer_card import LayerCard

PARTS = {
    "handle": "Drag it to another place (Alt+Up, Alt+Down).",
    "duplicate": "Put a copy below it (Ctrl+D).",
    "delete": "Take this layer out of the stack (Del).",
}
GAP = "Insert a layer here (Ins)."


@dataclass(frozen=True)
class CardHealth:
    """How a layer learns: where it stands on the small gauge, from 0 to 1, and in words."""

    position: float
    words: str


def card_health(row: HealthRow) -> CardHealth:
    """The health of one layer as its card shows it."""
    power = math.log10(row.ratio) if row.ratio > 0 and math.isfinite(row.ratio) else SCALE[row.ratio > 0]
    pace = "a healthy pace" if row.is_healthy else "hardly any" if power < BAND[0] else "very much"
    words = f"An update moves it by {row.ratio_text} of its weights: {pace}."
    if row.stuck:
        words += f" {row.stuck} of {row.units} units are {'saturated' if row.saturates else 'dead'}."
    return CardHealth(min(1.0, max(0.0, _share(power))), words)


def healthy_band() -> tuple[float, float]:
    """Where on the small gauge the healthy band begins and ends."""
    return _share(BAND[0]), _share(BAND[1])


def tip(part: str, card: LayerCard, health: CardHealth | None) -> tuple[str, str]:
    """A sentence and a detail for what is pointed at."""
    if part in PARTS:
        return PARTS[part], ""
    details = [card.details] if card.details else []
    if health is not None:
        details.append(health.words)
    return card.tooltip, ". ".join(detail.rstrip(".") for detail in details)


def _share(power: float) -> float:
    return (power - SCALE[0]) / (SCALE[1] - SCALE[0])
