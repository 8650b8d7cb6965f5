"""The hints of the Learn page: when the rules are asked, what is shown of what they find, and what was silenced."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

from nnvis.hints import Evidence, first_hint, rule_named
from nnvis.panels.learn.layers import LayersRow
from nnvis.theme import ThemeSource
from nnvis.widgets.hint_card import HintCard

if TYPE_CHECKING:
    from nnvis.session import Session

EVERY = 1.0  # seconds between two looks while training
PATIENCE = 2  # looks without a finding until a shown hint goes


class Advice(QObject):
    """Asks the rules about the run, and shows at most one hint."""

    silenced_changed = Signal(object)  # the names of the rules that are not to be asked, sorted

    def __init__(
        self,
        session: Session,
        theme_source: ThemeSource,
        layers: LayersRow,
        page: QWidget,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(page)
        self._session = session
        self._layers = layers
        self._page = page
        self._clock = clock
        self._next_look = 0.0
        self._without = 0
        self._put_off: set[str] = set()  # for this run
        self.silenced: frozenset[str] = frozenset()
        self.card = HintCard(theme_source, page)
        self.card.apply_requested.connect(self._on_apply)
        self.card.put_off.connect(self._on_put_off)
        self.card.silenced.connect(self._on_silenced)
        self.card.topic_requested.connect(session.explain)
        page.installEventFilter(self)

    def set_silenced(self, names: Iterable[str]) -> None:
        """Do not ask these rules; those left out are asked again."""
        self.silenced = frozenset(names)
        if self.card.hint is not None and self.card.hint.rule in self.silenced:
            self.card.clear()

    def clear(self) -> None:
        """A fresh network: what was put off may be said again."""
        self._put_off.clear()
        self.card.clear()
        self._next_look = 0.0

    def consider(self, *, now: bool = False) -> None:
        """Ask the rules, if it is time to; `now`: in any case."""
        if not now and self._clock() < self._next_look:
            return
        self._next_look = self._clock() + EVERY
        session = self._session
        if session.state.name == "FAILED" or session.running_project is None or not len(session.history):
            self.card.clear()  # a run that has failed is the banner's
            return
        hint = first_hint(self._evidence(), self.silenced | self._put_off)
        if hint is not None:
            self._without = 0
            rule = rule_named(hint.rule)
            self.card.show_hint(hint, rule.why, rule.topic)
        elif self.card.hint is not None:
            self._without += 1
            if now or self._without >= PATIENCE:  # a rule near its threshold must not make the card flicker
                self.card.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The card stays in its corner."""
        if event.type() == QEvent.Type.Resize and watched is self._page:
            self.card.place()
        return super().eventFilter(watched, event)

    def _evidence(self) -> Evidence:
        session = self._session
        sizes: dict[str, int] = {}
        for view in session.views:
            sizes[view.layer_name] = sizes.get(view.layer_name, 0) + view.stop - view.start
        course = session.history.course
        classes = session.dataset.classes if session.dataset is not None else 0
        since = course[-1].step if course else 0
        return Evidence(session.project, session.history, self._layers.titles, sizes, classes, since)

    def _on_apply(self) -> None:
        hint, session = self.card.hint, self._session
        self.card.clear()
        if hint is None or hint.proposal is None:
            return
        self._put_off.add(hint.rule)  # the run needs time to show what the remedy does
        session.set_project(hint.proposal.project, hint.proposal.undo_text)
        if hint.proposal.restarts:
            session.reset()
            session.train()

    def _on_put_off(self) -> None:
        if self.card.hint is not None:
            self._put_off.add(self.card.hint.rule)
        self.card.clear()

    def _on_silenced(self) -> None:
        if self.card.hint is not None:
            self.set_silenced(self.silenced | {self.card.hint.rule})
            self.silenced_changed.emit(sorted(self.silenced))
