"""What one refresh of the Learn page's parts costs the window's thread, drawing and painting, with a long history.

CPU time of the thread, so that other programs on the machine bother little; every fifth of the redraws is shown beside
the median, for a busy machine makes all of them slower.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QApplication, QWidget

from core.sequential import Sequential
from nnvis.panels.learn.layers import layer_arrays
from nnvis.project import Project
from nnvis.theme import COMPACT, ThemeSource
from nnvis.widgets.bars import Bars
from nnvis.widgets.chart_card import ChartCard
from nnvis.widgets.chart_measure import AccuracyMeasure, LossMeasure
from nnvis.widgets.confusion import Confusion
from nnvis.widgets.distributions import Distributions
from nnvis.widgets.first_layer import FirstLayer
from nnvis.widgets.health import Health
from nnvis.widgets.health_row import HealthRow
from nnvis.widgets.layer_column import PastMoment
from nnvis.widgets.timeline_bar import TimelineBar

BATCHES = 20_000
REDRAWS = 100
CURVES_REQUIRED_MS = 4.0
HISTOGRAMS_REQUIRED_MS = 3.0


def report() -> list[str]:
    """The costs as lines of a table; says so when there is no Qt."""
    if importlib.util.find_spec("PySide6") is None:
        return ["Redraws: not measured, PySide6 is not installed."]
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    source = ThemeSource("dark")
    source.apply(app)
    source.set_metrics(COMPACT)
    lines = [f"CPU time of one refresh in ms, {BATCHES:,} batches of history, drawing and painting"]
    for name, required, (widget, redraw) in (
        ("loss and accuracy", CURVES_REQUIRED_MS, _curves(source)),
        ("histograms of 784-128-64-10", HISTOGRAMS_REQUIRED_MS, _histograms(source)),
        ("the same over time", None, _ridges(source)),
        ("pictures of the first layer", None, _pictures(source)),
        ("health of three layers", None, _health(source)),
        ("confusion matrix", None, _confusion(source)),
        ("the drawing's bars", None, _bars(source)),
        ("timeline", None, _timeline(source)),
    ):
        fast, middle = _cost(app, widget, redraw)
        wanted = f"   (required {required:.0f})" if required else ""
        lines.append(f"  {name:30s} median {middle:5.2f}   best fifth {fast:5.2f}{wanted}")
    return lines


def _cost(app: QApplication, widget: QWidget, redraw: Callable[[int], None]) -> tuple[float, float]:
    widget.show()
    app.processEvents()
    costs = []
    for number in range(REDRAWS):
        started = time.thread_time()
        redraw(number)
        app.processEvents()
        costs.append(1000 * (time.thread_time() - started))
    widget.close()
    widget.deleteLater()
    return float(np.quantile(costs, 0.2)), float(np.median(costs))


def _curves(source: ThemeSource) -> tuple[QWidget, Callable[[int], None]]:
    rng = np.random.default_rng(7)
    page = QWidget()
    cards = ChartCard(source, LossMeasure(), page), ChartCard(source, AccuracyMeasure(), page)
    for number, card in enumerate(cards):
        card.setGeometry(415 * number, 0, 407, 226)
    epochs = np.arange(1, BATCHES + REDRAWS + 1) / 860
    losses = (0.04 + 1.9 * np.exp(-14 * epochs) + 0.36 / (1 + 6 * epochs)) * np.exp(rng.normal(0, 0.5, len(epochs)))
    accuracies = np.clip(np.rint(64 * np.exp(-losses)), 0, 64) / 64
    measured = np.arange(0, BATCHES / 860, 0.25)

    def redraw(number: int) -> None:
        for card, values in zip(cards, (losses, accuracies), strict=True):
            card.chart.run.set_batches(epochs, values[: BATCHES + number])
            card.chart.run.set_validation(measured, np.interp(measured, epochs, values))
            card.refresh()

    return page, redraw


def _network() -> tuple[Sequential, list[np.ndarray]]:
    model = Sequential([layer.replace() for layer in Project.default().layers], seed=7)
    model.build((28, 28, 1))
    rng = np.random.default_rng(7)
    later = [model.parameters + rng.normal(0, 0.03, model.parameters.shape).astype(np.float32) for _ in range(8)]
    return model, later


def _histograms(source: ThemeSource) -> tuple[QWidget, Callable[[int], None]]:
    model, later = _network()
    card = Distributions(source)
    card.resize(822, 236)
    card.set_network(layer_arrays(model.parameter_views(), model.layers), model.parameters.copy())
    return card, lambda number: card.show_parameters(later[number % 8])


def _ridges(source: ThemeSource) -> tuple[QWidget, Callable[[int], None]]:
    card, redraw = _histograms(source)
    assert isinstance(card, Distributions)
    later = _network()[1]
    past = [PastMoment(step, step / 860, values) for step, values in zip(range(0, 6400, 800), later, strict=True)]

    def redraw_all(number: int) -> None:
        card.show_past(past, 7000 + number, 8.2)
        redraw(number)

    return card, redraw_all


def _health(source: ThemeSource) -> tuple[QWidget, Callable[[int], None]]:
    rng = np.random.default_rng(7)
    card = Health(source)
    card.resize(500, 150)
    ratios, norms = 10 ** rng.normal(-3, 0.2, (3, 100)), 1 + rng.random((3, 100))
    tables = [
        [
            HealthRow(f"Dense {units}", float(ratio[-1]), ratio, norm, stuck=3, units=units, flat=0.4)
            for units, ratio, norm in zip((128, 64, 10), ratios[:, ::way], norms[:, ::way], strict=True)
        ]
        for way in (1, -1)
    ]
    return card, lambda number: card.show_rows(tables[number % 2], 5000)


def _confusion(source: ThemeSource) -> tuple[QWidget, Callable[[int], None]]:
    counts = np.random.default_rng(7).integers(0, 9, (10, 10)) + np.diag([480] * 10)
    card = Confusion(source)
    card.resize(260, 200)
    names = tuple("0123456789")
    return card, lambda number: card.show_counts(counts + number % 3, names, number)


def _bars(source: ThemeSource) -> tuple[QWidget, Callable[[int], None]]:
    shares = np.random.default_rng(7).dirichlet(np.full(10, 0.2), 8)
    bars = Bars(source)
    bars.resize(248, bars.sizeHint().height())
    return bars, lambda number: bars.set_values(shares[number % 8].tolist())


def _timeline(source: ThemeSource) -> tuple[QWidget, Callable[[int], None]]:
    bar = TimelineBar(source)
    bar.resize(700, bar.sizeHint().height())
    heights = 1 / (1 + np.linspace(0, 6, 240))

    def redraw(number: int) -> None:
        bar.set_run(25, 20 + number / 100, 17_000 + number)
        bar.set_silhouette(heights)

    return bar, redraw


def _pictures(source: ThemeSource) -> tuple[QWidget, Callable[[int], None]]:
    model, later = _network()
    card = FirstLayer(source)
    card.resize(822, 106)
    card.set_network(model.parameter_views()[0], (28, 28), model.parameters.copy())
    return card, lambda number: card.show_parameters(later[number % 8])
