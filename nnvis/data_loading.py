"""DataLoading: the part of the Session that has the images of the project loaded, and knows how far that is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.data import Mnist, Source
from core.errors import CoreError
from core.problem import Problem
from nnvis import messages
from nnvis.editing import ProjectEditing
from nnvis.messages import MessageAction
from nnvis.training.loader import DataLoader, Loaded, Loading, Unloadable


class DataLoading(ProjectEditing):
    """The images follow the project: another source in it, and they are loaded in the background."""

    loading_changed = Signal()  # it begins, goes on, or is over

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loading: Loading | None = None  # None: nothing is being loaded
        self._loaded: Source | None = None  # what `dataset` holds the images of
        self._refused: Source | None = None  # what could not be loaded; only a wish of the user tries again
        self._loader = DataLoader(self)
        self._loader.progressed.connect(self._on_progressed)
        self._loader.loaded.connect(self._on_loaded)
        self._loader.failed.connect(self._on_unloadable)

    @property
    def has_data(self) -> bool:
        """Whether `dataset` holds the images of the project."""
        return self._loaded == self.project.source

    def give_up_loading(self) -> None:
        """Learn from the images that are there already, instead of those that are being loaded."""
        if self.loading is not None and self._loaded is not None:
            self.set_source(self._loaded)

    def load_again(self) -> None:
        """Try once more to load the images of the project."""
        self._refused = None
        self._load_data()

    def _load_data(self) -> None:
        """See to it that the images of the project are loaded."""
        source = self.project.source
        if source == self._loaded:
            if self.loading is not None:
                self._loader.give_up()
                self._set_loading(None)
        elif source != self._refused and (self.loading is None or self.loading.source != source):
            self._refused = None
            self._loader.start(source)
            self._set_loading(Loading(source))

    def _errors(self) -> list[Problem]:
        """What is wrong with the stack; nobody knows while its images are still to come."""
        return super()._errors() if self.has_data else []

    def _close_data(self) -> None:
        self._loader.close()

    def _follow_data(self) -> None:
        """What else follows from new images: the Session has a network made for them."""

    def _miss_data(self, error: Exception) -> None:
        """What else follows when images cannot be loaded."""

    def _set_loading(self, loading: Loading | None) -> None:
        self.loading = loading
        self.loading_changed.emit()

    def _on_progressed(self, loading: Loading) -> None:
        if self.loading is not None and loading.source == self.loading.source:
            self._set_loading(loading)

    def _on_loaded(self, loaded: Loaded) -> None:
        if self.loading is None or loaded.source != self.loading.source:
            return
        self._loaded, self.dataset = loaded.source, loaded.dataset
        self._edits.close()
        self._inspect()
        self._follow_data()
        self._set_loading(None)
        self.dataset_changed.emit()

    def _on_unloadable(self, news: Unloadable) -> None:
        if self.loading is None or news.source != self.loading.source:
            return
        self._refused = news.source
        self._set_loading(None)
        self._miss_data(news.error)
        if not isinstance(news.error, CoreError):
            self._post(messages.unexpected(news.error, "loading the images"))
            return
        others = self._loaded or (None if isinstance(news.source, Mnist) else Mnist())
        instead = self._instead(others) if others else None
        self._post(messages.data_missing(news.error, self.load_again, instead))

    def _instead(self, source: Source) -> MessageAction:
        """The offer to learn from other images."""
        return MessageAction(f"Use {source.title}", lambda: self.set_source(source), primary=True)
