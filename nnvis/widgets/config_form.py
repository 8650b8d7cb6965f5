"""ConfigForm: a form made from the declared hyperparameters of any layer, optimizer, loss or recipe.

Nothing in it is written for one class. `ConfigEditor` makes the cells and keeps the value; `FieldGrid` lays cells out,
so that one recipe can be put together from several editors; `ConfigForm` is an editor with a grid of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.errors import ConfigError
from core.hyper import Configurable, Hyper
from nnvis.theme import ThemeSource
from nnvis.widgets.field import Field
from nnvis.widgets.field_cell import FieldCell
from nnvis.widgets.field_choice import CheckField, ChoiceField, OptionalField, Picture, ShapeField, TextField
from nnvis.widgets.field_grid import FieldGrid, MoreButton
from nnvis.widgets.field_number import NumberField, PairField
from nnvis.widgets.field_picture import activation_picture
from nnvis.widgets.labels import text_label

_KINDS: dict[str, type[Field]] = {
    "int": NumberField, "float": NumberField, "pair": PairField, "bool": CheckField, "text": TextField,
    "shape": ShapeField,
}  # fmt: skip
NOTHING_TO_SET = "There is nothing to set."
_KIND = "type"  # the name of the choice between the kinds of a catalogue, as in files


def make_field(declared: Hyper, theme_source: ThemeSource) -> Field:
    """The editor that a declaration asks for."""
    if declared.kind == "choice":
        field: Field = ChoiceField(declared, theme_source, picture=activation_picture(declared, theme_source))
    else:
        field = _KINDS[declared.kind](declared, theme_source)
    return OptionalField(field) if declared.optional else field


class ConfigEditor(QObject):
    """The cells over one Configurable. Give it a catalogue, and the first cell chooses the kind."""

    changed = Signal(object)  # the new Configurable, always a valid one
    cells_changed = Signal()  # other cells than before: lay them out again

    def __init__(
        self,
        theme_source: ThemeSource,
        parent: QObject | None = None,
        *,
        label_above: bool = False,
        leave_out: Iterable[str] = (),
        wide: Iterable[str] = (),
        catalogue: Sequence[type[Any]] = (),
        catalogue_label: str = "",
        catalogue_help: str = "",
        catalogue_picture: Picture | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self._label_above = label_above
        self._leave_out = frozenset(leave_out)
        self._wide = frozenset(wide)
        self._catalogue = {kind.kind_name(): kind for kind in catalogue}
        self._value: Configurable | None = None
        self._cells: list[FieldCell] = []
        self._kind_picture = catalogue_picture
        self._kind_cells = [self._kind_cell(catalogue_label, catalogue_help)] if catalogue else []

    @property
    def value(self) -> Configurable | None:
        """What the cells show."""
        return self._value

    @property
    def cells(self) -> list[FieldCell]:
        """The cells that are always in sight."""
        return [*self._kind_cells, *(cell for cell in self._cells if not cell.field.declared.advanced)]

    @property
    def advanced_cells(self) -> list[FieldCell]:
        """The cells shown on request."""
        return [cell for cell in self._cells if cell.field.declared.advanced]

    @property
    def all_cells(self) -> list[FieldCell]:
        """Both, without the choice of the kind."""
        return list(self._cells)

    def cell(self, name: str) -> FieldCell:
        """The cell of one hyperparameter."""
        return next(cell for cell in (*self._kind_cells, *self._cells) if cell.name == name)

    def set_value(self, value: Configurable) -> None:
        """Show `value`. Cells are kept while the kind stays; nothing is emitted."""
        new_kind = self._value is None or self._value.hypers() != value.hypers()
        self._value = value
        for cell in self._kind_cells:
            cell.set_value(value.kind_name())
        if new_kind:
            self._make_cells(value)
        for cell in self._cells:
            cell.set_value(getattr(value, cell.name))
        if new_kind:
            self.cells_changed.emit()

    def _make_cells(self, value: Configurable) -> None:
        for old in self._cells:
            old.hide()
            old.deleteLater()
        self._cells = [
            FieldCell(make_field(declared, self._theme_source), label_above=self._label_above,
                      wide=declared.name in self._wide)
            for declared in value.hypers()
            if declared.name not in self._leave_out
        ]  # fmt: skip
        for cell in self._cells:
            cell.committed.connect(self._on_committed)

    def _kind_cell(self, label: str, help_text: str) -> FieldCell:
        kinds = tuple(self._catalogue)
        declared = Hyper(_KIND, kinds[0], "choice", choices=kinds, title=label, help=help_text)
        titles = {name: getattr(kind, "title", name) for name, kind in self._catalogue.items()}
        sentences = {name: getattr(kind, "sentence", "") for name, kind in self._catalogue.items()}
        field = ChoiceField(
            declared, self._theme_source, titles=titles, sentences=sentences, picture=self._kind_picture
        )
        cell = FieldCell(field, label_above=self._label_above, wide=_KIND in self._wide, with_reset=False)
        cell.committed.connect(self._on_kind_chosen)
        return cell

    def _on_committed(self, name: str, value: object) -> None:
        if self._value is None:
            return
        try:
            changed = self._value.replace(**{name: value})
        except ConfigError as problem:  # two hyperparameters that do not fit together
            self.cell(name).set_problem(str(problem))
            return
        self._value = changed
        self.changed.emit(changed)

    def _on_kind_chosen(self, _name: str, kind_name: object) -> None:
        """Another kind, with what the user changed carried over where both kinds have it."""
        kind = self._catalogue[str(kind_name)]
        shared = {declared.name for declared in kind.hypers()}
        old = self._value
        changes = {} if old is None else {
            declared.name: getattr(old, declared.name)
            for declared in old.hypers()
            if declared.name in shared and getattr(old, declared.name) != declared.default
        }  # fmt: skip
        try:
            chosen: Configurable = kind(**changes)
        except ConfigError:  # the new kind has other bounds: its own defaults, then
            chosen = kind()
        self.set_value(chosen)
        self.changed.emit(chosen)


class ConfigForm(QWidget):
    """The form of one Configurable, with a note and "More" in its last line."""

    changed = Signal(object)

    def __init__(
        self,
        theme_source: ThemeSource,
        parent: QWidget | None = None,
        *,
        columns: int = 1,
        note: str = "",
        leave_out: Iterable[str] = (),
    ) -> None:
        super().__init__(parent)
        self.editor = ConfigEditor(theme_source, self, label_above=columns > 1, leave_out=leave_out)
        self.editor.changed.connect(self.changed)
        self.editor.cells_changed.connect(self._on_cells_changed)
        self._grid = FieldGrid(columns)
        self.more = MoreButton()
        self.more.toggled.connect(self._on_more_toggled)
        self._note_text = note
        self._note = text_label(note, "caption", "faint", wrap=True)
        foot = QHBoxLayout()
        foot.addWidget(self._note, 1, Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(self.more)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.addWidget(self._grid)
        self._layout.addLayout(foot)

    @property
    def value(self) -> Configurable | None:
        """What the form shows."""
        return self.editor.value

    def set_value(self, value: Configurable) -> None:
        """Show `value`; emits nothing."""
        self.editor.set_value(value)
        self.more.set_changes(self.editor.advanced_cells)

    def focus_first(self) -> None:
        """Give the keyboard to the first field."""
        cells = self.editor.cells
        first = cells[0].field if cells else self.more
        first.setFocus(Qt.FocusReason.TabFocusReason)

    def focus_field(self, name: str) -> None:
        """Give the keyboard to the field of one hyperparameter, and select what stands there."""
        cell = self.editor.cell(name)
        if cell.field.declared.advanced:
            self.more.setChecked(True)
        cell.field.setFocus(Qt.FocusReason.TabFocusReason)

    def set_margins(self, left: int, top: int, right: int, bottom: int) -> None:
        """The room round the form."""
        self._layout.setContentsMargins(left, top, right, bottom)

    def _on_cells_changed(self) -> None:
        self._on_more_toggled(self.more.isChecked())

    def _on_more_toggled(self, shown: bool) -> None:
        usual, advanced = self.editor.cells, self.editor.advanced_cells
        self._grid.set_cells([*usual, *advanced] if shown else usual, () if shown else advanced)
        self._grid.setVisible(bool(usual) or shown)
        self._note.setText(self._note_text if usual else NOTHING_TO_SET)


if __name__ == "__main__":
    from core.layers import Dense
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        form = ConfigForm(source, note="A new shape starts a new run.")
        form.set_value(Dense(units=128, activation="relu"))
        return form

    preview(_sample, 280)
