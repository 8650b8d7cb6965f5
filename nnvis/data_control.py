"""DataControl: what stands between the Session and the data section of the panel Network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from core.data import DATASETS, SOURCES, ArrayFile, Augmentation, Dataset, ImageFolder
from nnvis import messages
from nnvis.data_facts import shared_out
from nnvis.data_files import ARRAY_FILTER, source_of
from nnvis.session import Session
from nnvis.widgets.augmentation_form import PREVIEWED
from nnvis.widgets.data_section import DataSection


class DataControl(QObject):
    """Fills the section with what the Session has, and asks the Session for what the user wishes."""

    def __init__(self, session: Session, section: DataSection) -> None:
        super().__init__(section)
        self._session = session
        self._section = section
        self._varied = 0  # which eight images are varied, and how
        details = section.details
        section.chosen.connect(self._on_chosen)
        section.give_up_requested.connect(session.give_up_loading)
        section.opened.connect(self._show_varied)
        details.source_changed.connect(session.set_source)
        details.data_changed.connect(session.set_data)
        details.augmentation.changed.connect(session.set_augmentation)
        details.augmentation.others_requested.connect(self._on_others_requested)
        session.project_changed.connect(self.refresh)
        session.dataset_changed.connect(self.refresh)
        session.loading_changed.connect(self._on_loading_changed)
        self.refresh()
        self._on_loading_changed()

    def refresh(self) -> None:
        """Show the project's data as it is now."""
        session, project, section = self._session, self._session.project, self._section
        section.set_dataset(project.source.kind_name(), str(getattr(project.source, "path", "")))
        section.details.show_recipe(project.source, project.data)
        section.details.augmentation.set_value(project.augmentation)
        dataset = session.dataset
        if session.loading is None:
            section.set_counts(None if dataset is None else shared_out(dataset, project.data.validation_share))
        self._show_varied()

    def _on_loading_changed(self) -> None:
        session, section = self._session, self._section
        if session.loading is not None:
            can_give_up = session.dataset is not None
            section.set_loading(session.loading.done, session.loading.total, can_give_up=can_give_up)
            return
        section.set_loaded(len(session.dataset.skipped) if session.dataset is not None and session.has_data else 0)
        self.refresh()

    def _on_chosen(self, name: object) -> None:
        kind = next(kind for kind in SOURCES if kind.kind_name() == name)
        if kind in DATASETS:
            self._session.set_source(kind())
            return
        path = self._asked_folder() if kind is ImageFolder else self._asked_file()
        source = source_of(Path(path)) if path else None
        if isinstance(source, ArrayFile | ImageFolder):
            self._session.set_source(source)
        elif path:
            self._session.report(messages.no_images(path))
        self.refresh()  # the choice shows what is there when nothing was chosen

    def _asked_folder(self) -> str:
        title = "Choose the folder that holds one folder of pictures per class"
        return QFileDialog.getExistingDirectory(self._section.window(), title, str(self._here()))

    def _asked_file(self) -> str:
        title = "Choose images with labels: NPZ, CSV, or one of the IDX files"
        return QFileDialog.getOpenFileName(self._section.window(), title, str(self._here()), ARRAY_FILTER)[0]

    def _here(self) -> Path:
        path = getattr(self._session.project.source, "path", "")
        return Path(path).parent if path else Path.home()

    def _on_others_requested(self) -> None:
        self._varied += 1
        self._show_varied()

    def _show_varied(self) -> None:
        """Vary eight training images as a batch would be; only while somebody sees them."""
        session, form = self._session, self._section.details.augmentation
        dataset = session.dataset
        if dataset is None or not form.value.is_active or self._section.details.isHidden():
            return
        form.set_images(varied(dataset, form.value, self._varied))


def varied(dataset: Dataset, augmentation: Augmentation, number: int) -> list[NDArray[np.uint8]]:
    """Eight training images, changed at random: uint8 (H, W). Another number gives others."""
    images = dataset.x_train
    places = [(number * PREVIEWED + index) % len(images) for index in range(PREVIEWED)]
    changed = augmentation.apply(images[places], np.random.default_rng(number))
    grey = np.clip(changed, 0, 255).mean(axis=-1)
    return list(grey.round().astype(np.uint8))
