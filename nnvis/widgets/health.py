"""The card that says whether each layer learns: how far it moves, its gradient, its dead units."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nnvis import number_text
from nnvis.theme import ThemeSource
from nnvis.widgets.card import Card
from nnvis.widgets.chip import Chip
from nnvis.widgets.empty_state import EmptyState
from nnvis.widgets.health_row import HealthRow
from nnvis.widgets.health_table import EXPLANATIONS, HealthTable
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.painted import stand_on

HEALTHY = "all layers learn at a healthy pace"
EASED = "the learning rate has come down"
RECENT = 50  # measured batches that the range on the gauge spans


class Health(Card):
    """A row for each layer with weights; before the first batch a link that trains one."""

    step_requested = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, "Health", parent=parent)
        self.table = HealthTable(theme_source)
        stand_on(self.table, "card")
        self.chip = Chip(theme_source, HEALTHY, "ok", "check")
        self.empty = EmptyState(
            theme_source,
            "After the first batch: how far each layer moves per update, its gradient, its dead units.",
            "Step one batch to see it",
            "step-batch",
            "Train on one batch, then pause (→).",
        )
        self.empty.offer_taken.connect(self.step_requested)
        self.note = text_label(EXPLANATIONS["ratio"], "caption", "faint", wrap=True)
        self.add_to_head(self.chip)
        explain(self.title_label, "How far one update moves each layer, how large its gradient is, and its dead units.")
        self.body.addWidget(self.empty)
        self.body.addWidget(self.table)
        self.body.addSpacing(8)
        self.body.addWidget(self.note)
        self.body.addStretch(1)
        theme_source.metrics_changed.connect(self._on_size_changed)
        self.clear()

    @property
    def rows(self) -> tuple[HealthRow, ...]:
        """What is shown, by layer."""
        return self.table.rows

    def clear(self) -> None:
        """Nothing has been measured yet."""
        self.table.set_rows(())
        self.offer_captions("")
        self._arrange()

    def show_rows(self, rows: Sequence[HealthRow], images: int) -> None:
        """Show the layers; ``images`` is how many the units were watched on, 0: they were not."""
        was_empty = not self.rows
        self.table.set_rows(rows, images)
        measured = max((len(row.ratios) for row in rows), default=0)
        batches = "1 measured batch" if measured == 1 else f"last {measured} measured batches"
        if images:
            count = number_text.count(images)
            self.offer_captions(f"{batches}, units on {count} images", f"{batches}, {count} images", batches)
        else:
            self.offer_captions(batches)
        healthy = all(row.is_healthy for row in rows)
        self._say_verdict(healthy, eased=not healthy and all(row.is_eased for row in rows))
        if was_empty:
            self._arrange()

    def _say_verdict(self, healthy: bool, *, eased: bool) -> None:
        """What the chip says of all layers together; where they differ, the rows speak for themselves."""
        self.chip.setVisible(healthy or eased)
        if healthy:
            self.chip.set_text(HEALTHY)
            self.chip.set_tone("ok", "check")
            explain(self.chip, "The median of the recent batches lies in the green band, in every layer.")
        elif eased:
            self.chip.set_text(EASED)
            self.chip.set_tone("plain")
            explain(self.chip, "Below a tenth of the highest learning rate a run settles: small updates are meant.")

    def _arrange(self) -> None:
        empty = not self.rows
        self.empty.setVisible(empty)
        self.table.setVisible(not empty)
        self.note.setVisible(not empty and not self._theme_source.metrics.is_compact)
        if empty:
            self.chip.hide()

    def _on_size_changed(self) -> None:
        self._arrange()


if __name__ == "__main__":
    import numpy as np

    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        rng = np.random.default_rng(7)
        norms = 0.4 + np.exp(-np.arange(60) / 8) + 0.05 * rng.normal(size=60)
        card = Health(source)
        card.show_rows(
            (
                HealthRow("Dense 128", 1.5e-3, 1.5e-3 * np.exp(0.3 * rng.normal(size=50)), norms, 1, 128, 0.48),
                HealthRow("Dense 64", 1.2e-3, 1.2e-3 * np.exp(0.3 * rng.normal(size=50)), norms, 3, 64, 0.33),
                HealthRow("Dense 10", 2e-6, 1e-4 * np.exp(0.3 * rng.normal(size=50)), norms),
            ),
            5000,
        )
        return card

    preview(_sample, 526, 312)
