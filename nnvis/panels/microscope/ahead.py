"""Equations of the stops that come next are typeset while nobody waits for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QObject, QTimer

from nnvis.microscope.staging import leading_equations
from nnvis.microscope.stops import Stop
from nnvis.widgets.microscope.equation_art import art


class TypesetAhead(QObject):
    """One symbol at a time, whenever there is nothing else to do; typesetting a new one takes some milliseconds."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._coming: Iterator[str] = iter(())
        self._idle = QTimer(self)
        self._idle.setInterval(0)
        self._idle.timeout.connect(self._on_idle)

    @property
    def is_busy(self) -> bool:
        """Whether something is left to be typeset."""
        return self._idle.isActive()

    def prepare(self, stops: Sequence[Stop], first: int, image: int | None) -> None:
        """Typeset what stands above the blocks of all stops, from the first one in sight on."""
        self._coming = _symbols([*stops[first:], *stops[:first]], image)
        self._idle.start()

    def rest(self) -> None:
        """Nobody looks any more."""
        self._idle.stop()

    def _on_idle(self) -> None:
        latex = next(self._coming, None)
        if latex is None:
            self._idle.stop()
        else:
            art(latex)


def _symbols(stops: Sequence[Stop], image: int | None) -> Iterator[str]:
    """The LaTeX of every symbol, sign and line of equations, stop by stop."""
    for stop in stops:
        shown = stop.shown(image)
        yield shown.result.latex
        for part in shown.parts:
            yield part.latex
        line = leading_equations(shown)
        if line:
            yield r" ,\quad ".join(line)
