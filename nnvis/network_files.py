"""NetworkFiles: the part of the Session that saves a trained network, opens one, and goes on with what was kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from core.errors import ConfigError, FileError
from core.export import export
from nnvis import messages
from nnvis.project import Project
from nnvis.saved_run import SavedRun, read_run
from nnvis.shown_network import ShownNetwork
from nnvis.training.keepsake import KeptRun

LONGEST_WAIT = 3000  # milliseconds that saving waits for the batch in hand
BUSY = "The network is not there yet, or busy with a very long batch. Try again in a moment."


class NetworkFiles(ShownNetwork):
    """A network in a file is a run: weights, curves, and the state of its training."""

    run_kept = Signal(object)  # KeptRun: the answer to `keep_run`

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start: SavedRun | None = None  # where the network that is opened stands
        self._file_step: int | None = None  # how many updates the network in the file has had; None: none is in it
        self._edits_to_come: Project | None = None  # to be taken up when the network that was kept is there

    @property
    def is_modified(self) -> bool:
        """Whether the project, or the network if it is in the file, differs from what the file holds."""
        is_trained_on = self._file_step is not None and not self._awaits_network and self.history.step > self._file_step
        return super().is_modified or is_trained_on

    @property
    def has_unsaved_network(self) -> bool:
        """Whether something was trained that is in no file."""
        return self.history.step > (self._file_step or 0)

    def keep_run(self) -> None:
        """Ask for all that is needed to go on with the run later: `run_kept` brings it, if there is a run."""
        raise NotImplementedError  # the Session asks its worker

    @property
    def _awaits_network(self) -> bool:
        raise NotImplementedError

    def kept_run(self) -> KeptRun | None:
        """Where the run stands after the batch in hand, which is waited for; None: there is no run, or it is busy."""
        kept: list[KeptRun] = []
        waiting = QEventLoop()
        self.run_kept.connect(kept.append)
        self.run_kept.connect(waiting.quit)
        timeout = QTimer()
        timeout.setSingleShot(True)
        timeout.timeout.connect(waiting.quit)
        timeout.start(LONGEST_WAIT)
        self.keep_run()
        waiting.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        timeout.stop()
        self.run_kept.disconnect(kept.append)
        self.run_kept.disconnect(waiting.quit)
        return kept[0] if kept else None

    def save_model(self, path: str | Path) -> bool:
        """Save the network with its project, its curves and the state of its training. False, with a message, else."""
        kept = self.kept_run()
        try:
            if kept is None:
                raise ConfigError(BUSY)
            kept.write(Path(path))
        except (ConfigError, FileError) as error:
            self._post(messages.file_failed("The network could not be saved.", error))
            return False
        self._file_step = kept.keepsake.step
        self._mark_saved(Path(path))
        return True

    def export_model(self, to: str, path: str | Path) -> bool:
        """Write the network for another library (see core.export). Says which files there are now, or False and why."""
        kept = self.kept_run()
        try:
            if kept is None:
                raise ConfigError(BUSY)
            files = export(to, kept.model(), Path(path), kept.intake)
        except (ConfigError, FileError) as error:
            self._post(messages.file_failed("The network could not be exported.", error))
            return False
        self._post(messages.exported(files))
        return True

    def open_model(self, path: str | Path) -> bool:
        """Open a model file: the network as it was left, with its curves, ready to be asked and to be trained on.

        False, with a message, when it cannot.
        """
        try:
            project, start = read_run(path)
        except FileError as error:
            self._post(messages.file_failed("The model could not be opened.", error))
            return False
        self._start = start
        self._start_with(project, Path(path))
        self._file_step = int(start.history.steps[-1]) if len(start.history) else 0
        return True

    def recover(self, project: Project, network: Path | None, path: Path | None) -> bool:
        """Go on with what was kept: the project as it was edited, and the network as far as it was trained.

        `path` is the file it is saved to. False, with a message, when the network cannot be read.
        """
        if network is None:
            self._start_with(project, path)
        elif not self.open_model(network):
            return False
        else:
            self._edits_to_come = project  # an edit of a network that is still to come would make a fresh one
        self.project_path = path
        self._file_step = None
        self._edits.mark_unsaved()
        self.project_changed.emit()
        return True

    def _take_up_edits(self) -> None:
        """The network that was kept is there: edit its project as it had been edited since."""
        project, self._edits_to_come = self._edits_to_come, None
        if project is not None:
            self.set_project(project, "edit after the training")
