"""Every "show me" of the theory pages is a stop that some network has."""

from __future__ import annotations

from core.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from nnvis.microscope.named_stops import number_of
from nnvis.microscope.stops import stops_of
from nnvis.theory.article import ShowMe, articles
from tests.nnvis.microscope.stacks import CLASSES, traced

ELSEWHERE = {"gradient check", "backward flow"}  # views of their own


def test_every_name_in_the_articles_leads_somewhere() -> None:
    layers = [Conv2D(2, 2), MaxPooling2D(2), BatchNormalization(), Dropout(0.5), Flatten(), Dense(4, activation="relu")]
    stops = stops_of(traced([*layers, Dense(CLASSES, activation="softmax")]))
    names = {block.stop for article in articles() for block in article.blocks if isinstance(block, ShowMe)}
    assert names
    assert {name for name in names - ELSEWHERE if number_of(stops, name) is None} == set()
    assert number_of(stops, "no such thing") is None
