"""The beginning of a run, where a network changes most: it is looked at more often than the clock allows. Qt-free."""

from __future__ import annotations

LENGTH = 1000  # updates
GROWTH = 1.3  # from one look to the next: a run that is over within a second has been looked at twenty times


def is_worth_a_look(step: int, last: int) -> bool:
    """Whether the network has changed much since the last look, going by the number of updates alone."""
    return step < LENGTH and step >= GROWTH * last
