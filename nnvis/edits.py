"""Undo and redo: a list of projects, each with the name of the edit that made it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from nnvis.project import Project

MAX_EDITS = 1000


@dataclass(frozen=True)
class Edit:
    """One step: what it is called, the project before and the project after."""

    text: str  # "change units of dense_2": follows the word Undo or Redo
    before: Project
    after: Project
    field: Hashable  # edits of the same field, one after the other, are one step; None never merges


class Edits:
    """The edits of a project, and which of them are undone at the moment."""

    def __init__(self, project: Project) -> None:
        self._done: list[Edit] = []
        self._undone: list[Edit] = []
        self._project = project
        self._saved: Project | None = project
        self._merging = False

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return self._project

    @property
    def is_modified(self) -> bool:
        """Whether it differs from what was last saved, opened or started from."""
        return self._project != self._saved

    @property
    def undo_text(self) -> str:
        """What `undo` would take back ("change units of dense_2"), or nothing."""
        return self._done[-1].text if self._done else ""

    @property
    def redo_text(self) -> str:
        """What `redo` would do again, or nothing."""
        return self._undone[-1].text if self._undone else ""

    def record(self, project: Project, text: str, field: Hashable = None) -> bool:
        """Make `project` the current one; False when that changes nothing. Edits of the same `field` merge."""
        if project == self._project:
            return False
        before = self._project
        if self._merging and field is not None and self._done and self._done[-1].field == field:
            before = self._done.pop().before
        self._project = project
        self._undone.clear()
        self._merging = True
        if project != before:  # a slider moved away and back leaves no step
            self._done.append(Edit(text, before, project, field))
            del self._done[:-MAX_EDITS]
        return True

    def close(self) -> None:
        """Let the next edit be a step of its own, even if it changes the same field again."""
        self._merging = False

    def undo(self) -> bool:
        """Take back the last edit; False when there is none."""
        if not self._done:
            return False
        edit = self._done.pop()
        self._undone.append(edit)
        self._project = edit.before
        self._merging = False
        return True

    def redo(self) -> bool:
        """Do the last undone edit again; False when there is none."""
        if not self._undone:
            return False
        edit = self._undone.pop()
        self._done.append(edit)
        self._project = edit.after
        self._merging = False
        return True

    def mark_saved(self) -> None:
        """Remember the project as it is now as the saved one."""
        self._saved = self._project
        self._merging = False

    def mark_unsaved(self) -> None:
        """The project as it is now is in no file."""
        self._saved = None
