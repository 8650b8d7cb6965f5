"""The panels, one file each (Learn: one folder). PANELS says where each stands; a new one is a file and a row.

A panel is a QWidget made from (session, theme_source). Its module is imported only when it is made: the window shows
itself before NumPy and pyqtgraph are there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from nnvis.session import Session
    from nnvis.theme import ThemeSource

    Maker = Callable[[Session, ThemeSource], QWidget]


@dataclass(frozen=True)
class PanelRow:
    """One panel: its name for scripts and the stored layout, its title, its place, and how it is made."""

    name: str
    title: str
    area: Literal["left", "centre", "right", "foot"]
    widths: tuple[int, int]  # narrowest and widest while docked; (0, 0) in the centre
    make: Maker
    folds: tuple[str, ...] = ()  # docks that fold away to a rail while this page is in front
    floats: tuple[int, int] = (0, 0)  # width and height when it floats for the first time; (0, 0): as it was docked


def _network(session: Session, theme_source: ThemeSource) -> QWidget:
    from nnvis.panels.network import NetworkPanel

    return NetworkPanel(session, theme_source)


def _learn(session: Session, theme_source: ThemeSource) -> QWidget:
    from nnvis.panels.learn import LearnPanel

    return LearnPanel(session, theme_source)


def _diagram(session: Session, theme_source: ThemeSource) -> QWidget:
    from nnvis.panels.diagram import DiagramPanel

    return DiagramPanel(session, theme_source)


def _microscope(session: Session, theme_source: ThemeSource) -> QWidget:
    from nnvis.panels.microscope import MicroscopePage

    return MicroscopePage(session, theme_source)


def _theory(session: Session, theme_source: ThemeSource) -> QWidget:
    from nnvis.panels.theory import TheoryPanel

    return TheoryPanel(session, theme_source)


def _draw(session: Session, theme_source: ThemeSource) -> QWidget:
    from nnvis.panels.draw import DrawPanel

    return DrawPanel(session, theme_source)


def _timeline(session: Session, theme_source: ThemeSource) -> QWidget:
    from nnvis.panels.timeline import TimelinePanel

    return TimelinePanel(session, theme_source)


PANELS: Final = (
    PanelRow("network", "Network", "left", (240, 400), _network),
    PanelRow("learn", "Learn", "centre", (0, 0), _learn),
    PanelRow("diagram", "Diagram", "centre", (0, 0), _diagram),
    PanelRow("microscope", "Microscope", "centre", (0, 0), _microscope, folds=("network", "draw")),
    PanelRow("theory", "Theory", "centre", (0, 0), _theory, folds=("network", "draw")),
    PanelRow("draw", "Draw", "right", (256, 480), _draw, floats=(1280, 768)),
    PanelRow("timeline", "Timeline", "foot", (0, 0), _timeline),
)
