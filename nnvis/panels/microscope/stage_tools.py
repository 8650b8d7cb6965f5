"""How the stage is read: numbers in its cells or not, the scale of its colours, and what is copied from it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QMenu

from nnvis.microscope.copied import array_csv, equation_latex, number_text
from nnvis.microscope.written_out import WrittenOut
from nnvis.panels.microscope.changing import Changing


class StageTools(Changing):
    """Knows what is written out."""

    _out: WrittenOut | None = None

    def toggle_numbers(self) -> None:
        """Numbers in the cells where there is room, or colours alone."""
        stage = self.bench.stage
        stage.set_style_of_cells(replace(stage.style_of_cells, numbers=not stage.style_of_cells.numbers))

    def toggle_scale(self) -> None:
        """Colours in proportion to the numbers, or to their square roots, where small numbers show."""
        stage = self.bench.stage
        stage.set_style_of_cells(replace(stage.style_of_cells, is_root=not stage.style_of_cells.is_root))

    def copy_pointed(self) -> None:
        """Copy what the mouse is on: a symbol's array, a sign's equation; else the number that is written out."""
        stage = self.bench.stage
        point = QPointF(stage.mapFromGlobal(QCursor.pos()))
        layout = stage.layout_now
        on_sign = stage.underMouse() and layout is not None and layout.art_at(point) is not None
        if not on_sign:
            self.copy_number()
        elif stage.operand_at(point) is not None:
            self.copy_array(point)
        else:
            self.copy_equation()

    def copy_number(self) -> None:
        """The number that is written out, with its sum, as text."""
        if self._staging is not None and self._out is not None:
            self._copy(number_text(self._staging, self._out), "The number and its sum are copied.")

    def copy_array(self, point: QPointF) -> None:
        """All numbers of the array there, as CSV."""
        operand = self.bench.stage.operand_at(point)
        if operand is not None:
            self._copy(array_csv(operand), "The whole array is copied as CSV.")

    def copy_equation(self) -> None:
        """The equation of the stop, as LaTeX."""
        if self._staging is not None:
            self._copy(equation_latex(self._staging), "The equation is copied as LaTeX.")

    def open_stage_menu(self, point: QPointF, at: QPoint) -> None:
        """Offer what can be copied, and how cells are drawn."""
        if self._staging is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy the number with its sum\tCtrl+C", self.copy_number)
        if self.bench.stage.operand_at(point) is not None:
            menu.addAction("Copy this array as CSV", lambda: self.copy_array(point))
        menu.addAction("Copy the equation as LaTeX", self.copy_equation)
        menu.addSeparator()
        style = self.bench.stage.style_of_cells
        for words, chosen, toggle in (
            ("Numbers in the cells\tN", style.numbers, self.toggle_numbers),
            ("Colours by square root\tM", style.is_root, self.toggle_scale),
        ):
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(chosen)
            action.triggered.connect(toggle)
        menu.popup(at)

    def _copy(self, text: str, said: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.bench.card.note(said)
