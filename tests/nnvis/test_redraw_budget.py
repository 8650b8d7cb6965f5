"""Redraws share a tenth of the time: the first parts first, none never, nothing out of sight."""

import pytest

from nnvis.widgets.redraw_budget import BREATH, HALF_A_BEAT, Part, RedrawBudget


class Clock:
    """Time that passes only when a test says so; work makes it pass as well, and is counted."""

    def __init__(self) -> None:
        self.now = 100.0
        self.worked = 0.0
        self.to_paint = 0.0  # seconds of paint events that are still to come

    def __call__(self) -> float:
        return self.now

    def work_clock(self) -> float:
        return self.worked

    def work(self, seconds: float) -> None:
        self.now += seconds
        self.worked += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Drawn:
    """A part that costs what it is told to, in drawing and in painting afterwards."""

    def __init__(self, clock: Clock, name: str, cost: float, most: float, least: float, painting: float = 0.0) -> None:
        self.clock, self.cost, self.painting = clock, cost, painting
        self.times: list[float] = []
        self.painted = 0.0
        self.in_sight = True
        self.part = Part(name, self.draw, most, least, lambda: self.in_sight, lambda: self.painted)

    def draw(self) -> None:
        self.times.append(self.clock.now)
        self.clock.work(self.cost)
        self.clock.to_paint += self.painting
        self.painted += self.painting


def budget_of(clock: Clock, *drawn: Drawn, share: float = 0.1) -> RedrawBudget:
    budget = RedrawBudget(share, clock, clock.work_clock)
    for each in drawn:
        budget.add(each.part)
    return budget


def play(budget: RedrawBudget, clock: Clock, seconds: float, hz: float = 30.0) -> None:
    """Let snapshots arrive at 30 Hz, and the timer fire when the budget asked for it."""
    end, snapshot, wake = clock.now + seconds, clock.now, float("inf")
    while clock.now < end:
        if clock.now >= snapshot:
            budget.request_all()
            snapshot += 1 / hz
        wait = budget.run()
        clock.worked, clock.to_paint = clock.worked + clock.to_paint, 0.0
        wake = float("inf") if wait is None else clock.now + wait
        clock.now = max(clock.now + 1e-4, min(snapshot, wake))


def test_cheap_parts_are_drawn_as_often_as_they_like(clock):
    curves, bars = Drawn(clock, "curves", 0.001, 30, 5), Drawn(clock, "histograms", 0.001, 8, 2)
    play(budget_of(clock, curves, bars), clock, 2.0)
    assert len(curves.times) == pytest.approx(60, abs=2)
    assert len(bars.times) == pytest.approx(16, abs=1)


def test_dear_parts_together_take_a_tenth(clock):
    curves, bars = Drawn(clock, "curves", 0.004, 30, 5), Drawn(clock, "histograms", 0.003, 8, 2)
    play(budget_of(clock, curves, bars), clock, 10.0)
    spent = len(curves.times) * 0.004 + len(bars.times) * 0.003
    assert spent / 10 == pytest.approx(0.1, abs=0.015)
    assert len(curves.times) / 10 > 20  # the first in line gets its share first
    assert len(bars.times) / 10 >= 1.9


def test_what_is_left_goes_to_the_first_and_the_last_keep_their_pace(clock):
    curves, bars = Drawn(clock, "curves", 0.008, 30, 10), Drawn(clock, "histograms", 0.003, 8, 4)
    budget = budget_of(clock, curves, bars)
    play(budget, clock, 10.0)
    assert budget.pace() == pytest.approx({"curves": 11.0, "histograms": 4.0})


def test_no_part_starves(clock):
    curves, bars = Drawn(clock, "curves", 0.030, 30, 5), Drawn(clock, "histograms", 0.050, 8, 2)
    play(budget_of(clock, curves, bars), clock, 10.0)
    assert len(curves.times) >= 45
    assert len(bars.times) >= 18


def test_painting_counts_though_it_comes_later(clock):
    curves = Drawn(clock, "curves", 0.001, 30, 2, painting=0.009)
    play(budget_of(clock, curves), clock, 10.0)
    assert curves.part.cost == pytest.approx(0.010, rel=0.01)
    assert len(curves.times) == pytest.approx(100, abs=7)


def test_waiting_for_the_interpreter_is_not_work(clock):
    drawn = Drawn(clock, "curves", 0.002, 30, 5)
    budget = budget_of(clock, drawn)
    drawn.part.draw = lambda: (drawn.draw(), setattr(clock, "now", clock.now + 0.018))  # 2 ms of work in 20 ms
    play(budget, clock, 4.0)
    assert len(drawn.times) / 4 > 25


def test_what_the_thread_does_besides_is_subtracted_first(clock):
    drawn = Drawn(clock, "curves", 0.004, 30, 5)
    budget = budget_of(clock, drawn)
    for _ in range(100):  # a toolbar, an answer: 5 % of the time that no part of this budget knows of
        clock.work(0.005)
        play(budget, clock, 0.095)
    assert budget.others == pytest.approx(0.05, abs=0.01)
    late = [time for time in drawn.times if time > clock.now - 5]
    assert len(late) / 5 == pytest.approx(12.5, abs=2)


def test_a_thread_that_is_busy_with_other_things_still_draws_at_the_slowest_pace(clock):
    drawn = Drawn(clock, "curves", 0.004, 30, 5)
    budget = budget_of(clock, drawn)
    for _ in range(50):
        clock.work(0.08)
        play(budget, clock, 0.02)
    assert len(drawn.times) / 5 == pytest.approx(5, abs=1)


def test_what_is_out_of_sight_waits_and_is_not_forgotten(clock):
    drawn = Drawn(clock, "curves", 0.001, 30, 5)
    budget = budget_of(clock, drawn)
    drawn.in_sight = False
    play(budget, clock, 1.0)
    assert drawn.times == []
    drawn.in_sight = True
    budget.run()
    assert len(drawn.times) == 1


def test_nothing_is_drawn_when_nothing_is_new(clock):
    drawn = Drawn(clock, "curves", 0.001, 30, 5)
    budget = budget_of(clock, drawn)
    budget.request_all()
    assert budget.run() is None
    clock.now += 5
    assert budget.run() is None
    assert len(drawn.times) == 1


def test_what_is_due_between_two_news_is_drawn_with_one_of_them_and_keeps_its_pace(clock):
    drawn = Drawn(clock, "curves", 0.001, 10.2, 10.2)
    budget, news, woken = budget_of(clock, drawn), clock.now, 0
    for _ in range(600):  # fifteen and a half a second
        news += 1 / 15.5
        budget.request_all()
        wait = budget.run()
        woken += wait is not None and clock.now + wait < news
        clock.now = news
    assert woken == 0
    assert len(drawn.times) / 600 * 15.5 == pytest.approx(10.2, rel=0.01)


def test_cheap_parts_are_drawn_together_and_dear_ones_one_at_a_time(clock):
    cheap, also, dear = (Drawn(clock, f"{cost}", cost, 5, 5) for cost in (0.002, 0.003, 0.004))
    budget = budget_of(clock, cheap, also, dear)
    for calls in ([1, 0, 0], [1, 1, 0], [1, 1, 1]):  # what each costs is not known before it was drawn
        budget.request_all() if calls == [1, 0, 0] else None
        assert budget.run() == (None if calls == [1, 1, 1] else BREATH)
        assert [len(part.times) for part in (cheap, also, dear)] == calls
    clock.now += 1
    budget.request_all()
    assert budget.run() == BREATH
    assert [len(part.times) for part in (cheap, also, dear)] == [2, 2, 1]
    assert budget.run() is None
    assert len(dear.times) == 2


def test_the_last_news_is_drawn_late_but_drawn(clock):
    drawn = Drawn(clock, "curves", 0.001, 10, 5)
    budget = budget_of(clock, drawn)
    budget.request_all()
    budget.run()
    clock.now += 0.01
    budget.request_all()
    wait = budget.run()
    assert wait == pytest.approx(0.1 - 0.011 + HALF_A_BEAT, abs=1e-6)  # other news would bring it along before
    clock.now += wait
    assert budget.run() is None
    assert len(drawn.times) == 2


def test_what_was_drawn_at_once_many_times_goes_on_at_its_pace(clock):
    drawn = Drawn(clock, "curves", 0.001, 5, 5)
    budget = budget_of(clock, drawn)
    for _ in range(10):  # as when a run begins: a fresh network, another state, another plan
        budget.run_now()
        clock.now += 0.01
    before = len(drawn.times)
    play(budget, clock, 1.0)
    assert len(drawn.times) - before == pytest.approx(5, abs=1)


def test_run_now_draws_at_once_and_leaves_the_hidden_due(clock):
    seen, hidden = Drawn(clock, "a", 0.001, 10, 5), Drawn(clock, "b", 0.001, 10, 5)
    hidden.in_sight = False
    budget = budget_of(clock, seen, hidden)
    budget.run_now()
    budget.run_now()
    assert (len(seen.times), len(hidden.times), hidden.part.due, seen.part.due) == (2, 0, True, False)
