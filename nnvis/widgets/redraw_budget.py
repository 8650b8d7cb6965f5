"""How often each part of a page is redrawn, so that looking at training does not slow it down. Qt-free.

Drawing happens in Python and holds the interpreter, which the training thread then lacks: 4 ms at 30 Hz cost 12 % of
the images per second. So the window's thread gets about a tenth of the time for all it does. Every part's cost is
measured, and so is the work of the thread as a whole; what others do, answering the drawing or painting a toolbar, is
subtracted first. Each part has its slowest pace for sure, and what is then left goes to the first ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Clock = Callable[[], float]

BREATH = 0.002  # seconds between two parts, for events that wait and for the painting of the first
AT_ONCE = 0.006  # seconds that parts may cost together to be drawn without a breath between them: waking up is dear
# News comes fifteen times a second, and waking up is dear: what is due half a beat before or after is drawn with it.
HALF_A_BEAT = 0.033
_RECENT = 0.2  # weight of the newest measurement in the running cost
_PACE_FOR = 0.25  # seconds for which a pace holds: to work it out at every snapshot would be work as well


def _always() -> bool:
    return True


def _nothing() -> float:
    return 0.0


@dataclass
class Part:
    """One thing that is redrawn as a whole.

    Attributes:
        draw: brings it up to date.
        most_hz, least_hz: its pace when there is time, and when there is hardly any.
        visible: an invisible part is not drawn; it stays due until it is seen.
        painted: total seconds spent so far in its paint events, which come later than ``draw`` and count as well.
    """

    name: str
    draw: Callable[[], None]
    most_hz: float
    least_hz: float
    visible: Callable[[], bool] = _always
    painted: Callable[[], float] = _nothing
    due: bool = field(default=False, init=False)
    cost: float = field(default=0.0, init=False)
    draws: int = field(default=0, init=False)
    _next: float = field(default=float("-inf"), init=False)  # from when on it may be drawn again
    drawing: float = field(default=0.0, init=False)
    _painted_before: float = field(default=0.0, init=False)

    @property
    def known_cost(self) -> float:
        """Seconds of a redraw as far as they are known: those of its painting only after the second."""
        return max(self.cost, self.drawing)

    def _settle(self) -> None:
        """Learn the cost of the last redraw, now that its paint events have been handled."""
        spent = self.drawing + max(0.0, self.painted() - self._painted_before)
        self.cost = spent if self.draws == 1 else self.cost + _RECENT * (spent - self.cost)

    def redraw(self, now: float, hz: float, work_clock: Clock) -> None:
        """Draw at the time ``now`` and measure the work. At this pace it will be drawn again."""
        if self.draws:
            self._settle()
        self._painted_before = self.painted()
        # A little early or late does not move the beats that follow; what was asked for out of turn begins anew.
        in_time = -HALF_A_BEAT - 1e-6 <= now - self._next < 0.5 / hz
        self._next = (self._next if in_time else now) + 1.0 / hz
        self.due = False
        self.draws += 1
        started = work_clock()
        self.draw()
        self.drawing = work_clock() - started

    def wait(self, now: float) -> float:
        """Return the seconds until this part may be drawn again."""
        return max(0.0, self._next - now)


class RedrawBudget:
    """The parts of a page in order of importance, and the share of time that they may take together.

    Two clocks: ``clock`` says when, ``work_clock`` how long this thread really worked. While training runs, half of
    the time that passes during a redraw is spent waiting for the interpreter, and waiting costs training nothing.
    """

    def __init__(
        self, share: float = 0.1, clock: Clock = time.perf_counter, work_clock: Clock = time.thread_time
    ) -> None:
        self.share = share
        self.parts: list[Part] = []
        self.others = 0.0  # share of the time that this thread works on anything but these parts
        self._clock = clock
        self._work_clock = work_clock
        self._paces: dict[str, float] = {}
        self._paced_at = float("-inf")
        self._worked_before = 0.0  # by the whole thread
        self._drawn = self._own_before = 0.0  # by the parts

    def add(self, part: Part) -> None:
        """Add a part, the most important first."""
        self.parts.append(part)

    def request_all(self) -> None:
        """Say that something new is to be shown in every part."""
        for part in self.parts:
            part.due = True

    def pace(self) -> dict[str, float]:
        """Return the redraws a second that each part gets, from what they cost.

        Every part has its slowest pace for sure; what is left of the share goes to the first parts.
        """
        shown = [part for part in self.parts if part.visible()]
        left = self.share - self.others - sum(part.least_hz * part.cost for part in shown)
        paces = {}
        for part in shown:
            extra = min(part.most_hz - part.least_hz, max(0.0, left) / part.cost if part.cost > 0 else float("inf"))
            paces[part.name] = part.least_hz + extra
            left -= extra * part.cost
        return paces

    def run(self) -> float | None:
        """Redraw what is due and allowed; return when to call again, in seconds, or None: nothing waits.

        The first part, and others that are cheap enough together: all in one go would keep the window from answering
        for as long as they all take. Meant to be called with each news, and once more where none came for as long as
        it said.
        """
        self._renew_pace()
        waits = []
        spent: float | None = None  # None: nothing was drawn yet
        for part in self.parts:
            if not part.due:
                continue
            wait = part.wait(self._clock())
            if wait > HALF_A_BEAT:
                waits.append(wait + HALF_A_BEAT)  # by then it was most likely drawn with other news
            elif not part.visible():  # it stays due
                continue
            elif spent is not None and not (part.draws and spent + part.known_cost <= AT_ONCE):
                waits.append(BREATH)
            else:
                self._redraw(part)
                spent = (spent or 0.0) + part.known_cost
        return min(waits, default=None)

    def run_now(self) -> None:
        """Redraw every visible part at once, whatever it costs: after a theme change, a reset, or the end of a run."""
        for part in self.parts:
            part.due = True
            if part.visible():
                self._redraw(part)

    def _redraw(self, part: Part) -> None:
        part.redraw(self._clock(), self._paces.get(part.name, part.least_hz), self._work_clock)
        self._drawn += part.drawing

    def _renew_pace(self) -> None:
        now = self._clock()
        span = now - self._paced_at
        if span < _PACE_FOR:
            return
        worked = self._work_clock()
        # Parts may share one meter of painting: it is read once.
        own = self._drawn + sum(painted() for painted in {part.painted for part in self.parts})
        busy = max(0.0, (worked - self._worked_before) - (own - self._own_before)) / span
        # After a rest nothing is known but the work since then, and that is spread over the rest.
        self.others += _RECENT * (busy - self.others) if span < 4 * _PACE_FOR else 0.0
        self._worked_before, self._own_before, self._paced_at = worked, own, now
        self._paces = self.pace()
