"""Opening and saving projects: the dialogs, the recent ones, and the question that is asked before anything is lost."""

from __future__ import annotations

import time
from enum import Enum
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from nnvis import messages
from nnvis.autosave import Autosave
from nnvis.data_files import source_of
from nnvis.saved_run import SUFFIX as MODEL_SUFFIX
from nnvis.session import Session
from nnvis.settings import Settings

FILTER: Final = "nnvis projects and models (*.json *.safetensors);;All files (*)"
SAVE_FILTER: Final = "nnvis projects (*.json);;Projects with their trained network (*.safetensors);;All files (*)"
NETWORK_FILTER: Final = "Trained networks with their project (*.safetensors)"
SUFFIX: Final = ".json"
EXPORTS: Final = {  # what the dialog offers; the first is the one that needs nothing else
    "NumPy program, stands alone (*.py)": ("numpy", ".py"),
    "Keras program and weights (*.py)": ("keras", ".py"),
    "PyTorch program and weights (*.py)": ("torch", ".py"),
    "ONNX file (*.onnx)": ("onnx", ".onnx"),
}


class Choice(Enum):
    """What to do with changes that are in no file."""

    SAVE = "Save"
    DISCARD = "Discard"
    CANCEL = "Cancel"


class ProjectFiles(QObject):
    """What the File menu does. `changed`: a file was opened or saved, or the recent ones are others."""

    changed = Signal()

    def __init__(
        self, window: QWidget, session: Session, settings: Settings, autosave: Autosave | None = None
    ) -> None:
        super().__init__(window)
        self._autosave = autosave
        self._is_discarded = False
        self._window = window
        self._session = session
        self._settings = settings
        self._saved_at: float | None = None

    @property
    def seconds_since_save(self) -> float | None:
        """How long ago the project was saved; None: not since it was opened."""
        return None if self._saved_at is None else time.monotonic() - self._saved_at

    @property
    def recent(self) -> list[Path]:
        """Projects opened or saved lately that still exist, newest first."""
        return [path for path in map(Path, self._settings.get("recent_projects")) if path.is_file()]

    def new(self) -> None:
        """Start again with the first project."""
        if self._may_replace():
            self._session.new_project()
            self._saved_at = None
            self.changed.emit()

    def open(self) -> None:
        """Ask for a file, and open it."""
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a project or network", str(self._folder()), FILTER)
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Open that file, unless changes would be lost and the user does not want that."""
        if self._may_replace() and self._opened(path):
            self._saved_at = None
            self._remember(path)

    def open_example(self, path: Path) -> None:
        """Open an example: what is saved afterwards goes to a file of the user's."""
        if self._may_replace() and self._opened(path):
            self._session.forget_path()
            self._saved_at = None
            self.changed.emit()

    def _opened(self, path: Path) -> bool:
        if path.suffix == MODEL_SUFFIX:
            return self._session.open_model(path)
        return self._session.open_project(path)

    def open_dropped(self, path: Path) -> None:
        """Open a project that was dropped on the window; images with labels become the data of the present one."""
        source = source_of(path)
        if source is None:
            self.open_path(path)
        else:
            self._session.set_source(source)

    def save(self) -> bool:
        """Save under the present name, asking for one when there is none. False: it is not saved."""
        session = self._session
        path = session.project_path
        if path is None or (path.suffix == MODEL_SUFFIX and session.running_is_old):
            return self.save_as()  # a network can be saved only with the project that it was trained in
        return self._save_to(path)

    def save_as(self) -> bool:
        """Ask for a name, and save under it. False: it is not saved."""
        path = self._asked("Save the project", SUFFIX, SAVE_FILTER)
        return path is not None and self._save_to(path)

    def save_network(self) -> bool:
        """Ask for a name, and save the trained network under it, with its project. False: it is not saved."""
        if self._session.running_is_old:
            self._session.report(messages.network_is_old())
            return False
        path = self._asked("Save the network", MODEL_SUFFIX, NETWORK_FILTER)
        return path is not None and self._save_to(path)

    def export_network(self) -> bool:
        """Ask what to write and where, and write the trained network for another library. False: it is not written."""
        start = self._folder() / f"{self._session.project.name}.py"
        name, kind = QFileDialog.getSaveFileName(self._window, "Export the network", str(start), ";;".join(EXPORTS))
        if not name:
            return False
        to, suffix = EXPORTS.get(kind, ("numpy", ".py"))
        path = Path(name)
        return self._session.export_model(to, path if path.suffix == suffix else path.with_name(path.name + suffix))

    def _asked(self, title: str, suffix: str, kinds: str) -> Path | None:
        """The file that the user names; without an ending of its own it gets `suffix`."""
        before = self._session.project_path or self._folder() / self._session.project.name
        name, _ = QFileDialog.getSaveFileName(self._window, title, str(before.with_suffix(suffix)), kinds)
        if not name:
            return None
        path = Path(name)
        return path if path.suffix in (SUFFIX, MODEL_SUFFIX) else path.with_name(path.name + suffix)

    def may_discard(self) -> bool:
        """Whether the project on the table may go: it is saved, or the user has decided."""
        self._is_discarded = False
        if not self._session.is_modified:
            return True
        choice = self.ask_unsaved()
        self._is_discarded = choice is Choice.DISCARD
        return self.save() if choice is Choice.SAVE else choice is Choice.DISCARD

    def _may_replace(self) -> bool:
        """Whether another project may take the place of this one. What was trained is set aside."""
        if not self.may_discard():
            return False
        if self._autosave is not None and not self._is_discarded:
            self._autosave.set_aside()
        return True

    def end(self) -> None:
        """The window is closed: what is in no file is kept for the next start, unless its user has discarded it."""
        if self._autosave is not None:
            self._autosave.end(discard=self._is_discarded)

    def ask_unsaved(self) -> Choice:
        """Ask what to do with the changes."""
        role = QMessageBox.ButtonRole
        box = QMessageBox(self._window)
        box.setText(f"“{self._session.project.name}” has changes that are in no file.")
        box.setInformativeText("Save them before it is closed?")
        save = box.addButton("&Save", role.AcceptRole)
        discard = box.addButton("&Discard", role.DestructiveRole)
        box.addButton("&Cancel", role.RejectRole)
        box.setDefaultButton(save)
        box.exec()
        clicked = box.clickedButton()
        box.deleteLater()
        return Choice.SAVE if clicked is save else Choice.DISCARD if clicked is discard else Choice.CANCEL

    def _save_to(self, path: Path) -> bool:
        if self._session.project.name == "Untitled":
            self._session.rename(path.stem[:100])
        saved = self._session.save_model if path.suffix == MODEL_SUFFIX else self._session.save_project
        if not saved(path):
            return False
        self._saved_at = time.monotonic()
        self._remember(path)
        return True

    def _remember(self, path: Path) -> None:
        self._settings.add_recent(path)
        self.changed.emit()

    def _folder(self) -> Path:
        recent = self.recent
        return recent[0].parent if recent else Path.home()
