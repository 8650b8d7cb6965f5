"""Autosave: what is in no file is kept beside the work, and offered at the next start if the program ended.

The project a second after an edit, the network every ten seconds of training; written in a thread of its own, and never
so often that it would take more than a hundredth of the time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import ConfigError, FileError
from nnvis import messages
from nnvis.autosave_files import NETWORK, About, AutosaveFolder, left_behind, moment
from nnvis.project import Project
from nnvis.session import Session
from nnvis.training.keepsake import KeptRun

AFTER_EDIT: Final = 1.0  # seconds
WHILE_TRAINING: Final = 10.0  # seconds between two copies of the network
REST: Final = 100.0  # times as long as writing took


class Autosave(QObject):
    """Belongs to the window; `end` is called before the session is shut down."""

    written = Signal(object)  # why it failed, or None; from the thread that writes

    def __init__(
        self, session: Session, root: Path, parent: QObject | None = None, *, interval: float = WHILE_TRAINING
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._root = root
        self._interval = interval
        self._folder: AutosaveFolder | None = None
        self._taken: AutosaveFolder | None = None  # what was recovered: kept until it is written anew
        self._left: list[AutosaveFolder] = []
        self._thread: threading.Thread | None = None
        self._kept_step = 0  # of the network in the folder
        self._waits_for_run = False
        self._not_before = 0.0
        self._has_complained = False
        self._is_over = False
        self.saved_at: float | None = None  # when something was written last, by time.monotonic
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._save)
        self.written.connect(self._on_written)
        session.project_changed.connect(self._on_project_changed)
        session.snapshot_arrived.connect(self._on_snapshot_arrived)
        session.state_changed.connect(self._on_state_changed)
        session.run_kept.connect(self._on_run_kept)

    # --- at the start -----------------------------------------------------------------------------------------------

    def offer(self) -> None:
        """Offer the newest that was left behind, by a program that was killed or one that was closed."""
        self._left = left_behind(self._root)
        self._offer_next()

    def _offer_next(self) -> None:
        if not self._left:
            return
        folder = self._left[0]
        about = folder.about
        assert about is not None  # `left_behind` gives no other
        self._session.report(
            messages.left_behind(
                about.name, about.step, moment(about.saved_at), about.has_ended, self._recover, self._discard
            )
        )

    def _recover(self) -> None:
        folder = self._left.pop(0)
        about = folder.about
        try:
            assert about is not None
            project = folder.project()
        except FileError as error:
            self._session.report(messages.file_failed("The autosaved project cannot be read.", error))
            folder.release()
            return
        if self._session.recover(project, folder.network, Path(about.path) if about.path else None):
            self._taken = folder
        else:
            folder.release()

    def _discard(self) -> None:
        self._left.pop(0).remove()
        self._offer_next()

    # --- meanwhile --------------------------------------------------------------------------------------------------

    def _on_project_changed(self) -> None:
        self._schedule(AFTER_EDIT)

    def _on_snapshot_arrived(self) -> None:
        if self._session.is_training and not self._timer.isActive():
            self._schedule(self._interval)

    def _on_state_changed(self) -> None:
        if not self._session.is_training:
            self._schedule(AFTER_EDIT)

    def _schedule(self, seconds: float) -> None:
        if self._is_over:
            return
        wait = round(1000 * max(min(seconds, self._interval), self._not_before - time.monotonic()))
        if not self._timer.isActive() or self._timer.remainingTime() > wait:
            self._timer.start(wait)

    def _save(self) -> None:
        session = self._session
        if self._thread is not None:
            self._schedule(AFTER_EDIT)
        elif session.has_unsaved_network and session.history.step != self._kept_step:
            self._waits_for_run = True
            session.keep_run()
        elif session.is_modified or session.has_unsaved_network:
            self._write(None)
        elif self._folder is not None:  # everything is in a file of the user's
            self._forget()

    def _on_run_kept(self, kept: KeptRun) -> None:
        waited, self._waits_for_run = self._waits_for_run, False
        if waited and self._thread is None:
            self._write(kept)
        elif waited:
            self._schedule(AFTER_EDIT)

    def _write(self, kept: KeptRun | None) -> None:
        job = self._job(kept, has_ended=False)
        self._thread = threading.Thread(target=self._run, args=(job,), name="autosave", daemon=True)
        self._thread.start()

    def _job(self, kept: KeptRun | None, *, has_ended: bool) -> Callable[[], None]:
        """What there is to write, as values that nobody changes any more."""
        session = self._session
        project, path = session.project, session.project_path
        if kept is not None:
            self._kept_step = kept.keepsake.step
        elif not session.has_unsaved_network:
            self._kept_step = 0
        about = About(project.name, time.time(), self._kept_step, str(path.absolute()) if path else "", has_ended)
        return lambda: self._written(project, about, kept)

    def _run(self, job: Callable[[], None]) -> None:
        started = time.monotonic()
        error: Exception | None = None
        try:
            job()
        except (FileError, ConfigError, OSError, MemoryError) as caught:
            error = caught
        self._not_before = time.monotonic() + REST * (time.monotonic() - started)
        self.written.emit(error)

    def _written(self, project: Project, about: About, kept: KeptRun | None) -> None:
        if self._folder is None:
            self._folder = AutosaveFolder.made(self._root)
        if kept is not None:
            kept.write(self._folder.path / NETWORK)
        elif not about.step:
            self._folder.forget_network()
        self._folder.write(project, about)

    def _on_written(self, error: Exception | None) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if error is None:
            self.saved_at = time.monotonic()
            if self._taken is not None:
                self._taken.remove()
                self._taken = None
        elif not self._has_complained:
            self._has_complained = True  # once: what cannot be written now can hardly be written in ten seconds
            self._session.report(messages.not_autosaved(error))

    def _forget(self) -> None:
        for folder in (self._folder, self._taken):
            if folder is not None:
                folder.remove()
        self._folder = self._taken = None
        self._kept_step = 0

    def set_aside(self) -> None:
        """Another project is about to take the place of this one: what was trained is kept for the next start."""
        if self._session.has_unsaved_network:
            self._finish_writing()
            self._keep_for_next_start()
            if self._folder is not None:
                self._folder.release()
            self._folder = None
            self._kept_step = 0

    def _finish_writing(self) -> None:
        """From here on nothing is written that was begun or asked for before."""
        self._timer.stop()
        self._waits_for_run = False
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    # --- at the end -------------------------------------------------------------------------------------------------

    def end(self, *, discard: bool) -> None:
        """The program is closed: keep what is in no file for the next start, unless the user has discarded it."""
        self._is_over = True
        self._finish_writing()
        session = self._session
        if discard or not (session.is_modified or session.has_unsaved_network):
            self._forget()
        else:
            self._keep_for_next_start()
        for folder in (self._folder, self._taken, *self._left):
            if folder is not None:
                folder.release()
        self._folder = self._taken = None
        self._left = []

    def _keep_for_next_start(self) -> None:
        kept = self._session.kept_run() if self._session.has_unsaved_network else None
        self._finish_writing()  # while the run was waited for, events went on
        try:
            self._job(kept, has_ended=True)()
        except (FileError, ConfigError, OSError):
            return  # it was said when it failed first, and there is nobody left to tell
        if self._taken is not None:
            self._taken.remove()
            self._taken = None
