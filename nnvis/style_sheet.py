"""The program's style sheet and palette, filled from a theme's tokens."""

from __future__ import annotations

import re
from dataclasses import asdict

from PySide6.QtGui import QColor, QPalette

from nnvis.metrics import Metrics
from nnvis.tokens import Theme

ARROWS = {"chevron_down": "chevron-down", "chevron_up": "chevron-up", "check_mark": "check"}
"""Style-sheet name -> icon: pictures a style sheet refers to by file, already tinted."""

_TEMPLATE = """
QMainWindow { background: @window; }
QMainWindow::separator { width: 1px; height: 1px; background: @line; }
QToolTip { background: @hover; color: @text; border: 1px solid @outline; padding: 2px 6px; }

QLabel { background: transparent; }
QLabel[role="caption"] { font-size: 11px; color: @text_3; }
QLabel[role="value"] { font-size: 15px; font-weight: 600; }
QLabel[role="title"] { font-weight: 600; }
QLabel[role="display"] { font-size: @display_px; font-weight: 600; }
QLabel[tone="plain"] { color: @text; }
QLabel[tone="secondary"] { color: @text_2; }
QLabel[tone="faint"] { color: @text_3; }
QLabel[tone="bad"] { color: @bad; }
QLabel:disabled { color: @disabled; }

QPushButton, QToolButton { border: 1px solid transparent; border-radius: 6px; background: transparent; color: @text; }
QPushButton { padding: 0 12px; min-height: 30px; }
QToolButton { padding: 0 5px; min-height: 26px; min-width: 16px; }
QPushButton:hover, QToolButton:hover { background: @hover; }
QPushButton:pressed, QToolButton:pressed { background: @track; }
QPushButton:disabled, QToolButton:disabled { color: @disabled; }
QToolButton:checked { background: @accent_soft; }
QPushButton:focus, QToolButton:focus { border-color: @accent; }
QToolButton::menu-indicator { image: none; }
QPushButton[kind="primary"], QToolButton[kind="primary"] {
  background: @accent; color: @on_accent; font-weight: 600; }
QPushButton[kind="primary"]:focus, QToolButton[kind="primary"]:focus { border: 2px solid @text; }
QPushButton[kind="primary"]:disabled, QToolButton[kind="primary"]:disabled {
  background: transparent; color: @disabled; }
QPushButton[kind="outline"], QToolButton[kind="outline"] { border-color: @outline; }
QPushButton[kind="outline"]:disabled, QToolButton[kind="outline"]:disabled { border-color: @line; }
QPushButton[kind="outline"]:focus, QToolButton[kind="outline"]:focus { border-color: @accent; }
QPushButton[kind="remedy"] { background: @bad; color: @on_bad; font-weight: 600; }
QPushButton[kind="remedy"]:focus { border: 2px solid @text; }
QPushButton[kind="link"] { color: @accent; padding: 0; text-align: left; min-height: 22px; }
QPushButton[kind="link"]:disabled { color: @disabled; }
/* its words begin and end where the fields above and below do, so a line under them takes the place of a frame */
QPushButton[kind="small_link"] { color: @accent; font-size: 11px; border: 0; padding: 0; min-height: 24px;
  text-align: left; }
QPushButton[kind="small_link"]:disabled { color: @text_3; }
QPushButton[kind="small_link"]:hover, QPushButton[kind="small_link"]:focus { background: transparent;
  text-decoration: underline; }
QPushButton[kind="quiet"] { color: @text_3; font-size: 11px; padding: 0 4px; min-height: 18px; border-radius: 4px; }
QPushButton[kind="quiet"]:hover { color: @text; }
QPushButton[kind="dashed"] { border: 1px dashed @outline; color: @text_2; }
QPushButton[kind="dashed"]:focus { border: 1px solid @accent; }
/* Qt adds 7 px at either side of a tool button's words, which makes 12 */
QToolButton[kind="transport"], QToolButton[kind="primary"] { padding: 0 5px; min-height: 30px; }
QToolButton[kind="small"] { padding: 0 3px; min-height: 22px; }
QPushButton[small="true"] { min-height: 22px; padding: 0 9px; border-radius: 5px; }

QLineEdit, QAbstractSpinBox, QComboBox { background: @field; color: @text; border: 1px solid @outline;
  border-radius: 5px; padding-left: 7px; min-height: 26px; selection-background-color: @accent;
  selection-color: @on_accent; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border-color: @accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: @disabled; border-color: @line; }
QLineEdit[invalid="true"], QAbstractSpinBox[invalid="true"], QComboBox[invalid="true"] { border-color: @bad; }
QComboBox { combobox-popup: 0; }  /* a list below the field: Fusion paints the other kind without this sheet */
QLineEdit QToolButton { border: 0; padding: 0; min-height: 0; min-width: 0; background: transparent; }
QComboBox::drop-down { border: 0; width: 22px; }
QComboBox::down-arrow { image: url("@chevron_down"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: @card; color: @text; border: 1px solid @outline; padding: 4px;
  outline: 0; selection-background-color: @accent_soft; selection-color: @text; }
QComboBox QAbstractItemView::item { min-height: 26px; padding: 0 6px; border-radius: 4px; }
QComboBox QAbstractItemView::item:selected { background: @accent_soft; color: @text; }
QAbstractSpinBox { padding-right: 2px; max-height: 26px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: 0; width: 20px; background: transparent; }
QAbstractSpinBox::up-arrow { image: url("@chevron_up"); width: 9px; height: 9px; }
QAbstractSpinBox::down-arrow { image: url("@chevron_down"); width: 9px; height: 9px; }
QAbstractSpinBox[bare="true"]::up-button, QAbstractSpinBox[bare="true"]::down-button { width: 0; }
QAbstractSpinBox[bare="true"]::up-arrow, QAbstractSpinBox[bare="true"]::down-arrow { image: none; }
QCheckBox { spacing: 8px; min-height: 24px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @outline; border-radius: 4px; background: @field; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url("@check_mark"); }
QCheckBox::indicator:focus, QCheckBox:focus::indicator { border-color: @accent; }
QCheckBox::indicator:disabled { border-color: @line; }

QFrame#card, QFrame[kind="card"] { background: @card; border: 1px solid @card_edge; border-radius: 8px; }
QFrame[kind="banner"] { background: @bad_soft; border: 0; border-left: 3px solid @bad;
  border-top-right-radius: 8px; border-bottom-right-radius: 8px; }
QFrame[kind="banner"][tone="warning"] { background: @warn_soft; border-left-color: @warn; }
QFrame[kind="banner"][tone="info"] { background: @accent_soft; border-left-color: @accent; }
QFrame#line { background: @line; border: 0; }
QWidget#panel, QWidget#dockHead { background: @panel; }
QWidget#dockHead { border-bottom: 1px solid @line; }
QDockWidget { color: @text; }
QScrollArea, QScrollArea > QWidget > QWidget#scrolled { background: transparent; border: 0; }

QMenuBar { background: @panel; color: @text_2; padding: 0 2px; }
QMenuBar::item { padding: 6px 8px; background: transparent; border-radius: 4px; color: @text_2; }
QMenuBar::item:selected { background: @hover; color: @text; }
QToolBar { background: @panel; border: 0; border-bottom: 1px solid @line; spacing: 0; padding: 0; margin: 0; }
QLabel#pastStrip { background: @accent_soft; color: @text; padding: 0 16px; }
QToolBar#footBar { border: 0; border-top: 1px solid @line; }
QToolBar::separator { width: 1px; background: @line; margin: 6px 8px; }
QStatusBar { background: @panel; color: @text_2; border-top: 1px solid @line; font-size: 11px; }
QStatusBar::item { border: 0; }
QMenu { background: @card; color: @text; border: 1px solid @outline; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: @accent_soft; color: @text; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }

QTabWidget::pane { border: 0; }
QTabBar { background: transparent; border: 0; }
QTabBar::tab { padding: 0 12px; height: @tab_px; border: 0; border-bottom: 2px solid transparent;
  color: @text_2; background: transparent; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @text; font-weight: 600; border-bottom-color: @accent; }
QTabBar::tab:focus { color: @accent; }

QSlider { min-height: 24px; background: transparent; }
QProgressBar { border: 0; border-radius: 3px; background: @track; }
QProgressBar::chunk { border-radius: 3px; background: @text; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: @track; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: @accent; }
QSlider::handle:horizontal:focus { border: 2px solid @text; width: 10px; height: 10px; }
QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled { background: @disabled; }
QSlider[tone="neutral"]::sub-page:horizontal { background: @track; }
QSlider[tone="neutral"]::handle:horizontal { border: 1px solid @text; width: 12px; height: 12px;
  background: qradialgradient(cx: 0.5, cy: 0.5, fx: 0.5, fy: 0.5, radius: 0.5,
    stop: 0 @text_2, stop: 0.58 @text_2, stop: 0.62 @panel, stop: 1 @panel); }
QSlider[tone="neutral"]::handle:horizontal:focus { border: 2px solid @accent; width: 10px; height: 10px; }
QScrollBar:vertical { width: 10px; background: transparent; border: 0; margin: 0; }
QScrollBar:horizontal { height: 10px; background: transparent; border: 0; margin: 0; }
QScrollBar::handle:vertical { background: @track; border-radius: 3px; margin: 2px; min-height: 32px; }
QScrollBar::handle:horizontal { background: @track; border-radius: 3px; margin: 2px; min-width: 32px; }
QScrollBar#slim { width: 8px; }
QScrollBar::handle:hover { background: @outline; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QHeaderView { background: transparent; }
QHeaderView::section { background: transparent; color: @text_3; font-size: 11px; border: 0; padding: 4px 11px;
  border-bottom: 1px solid @line; }
QTableView { gridline-color: @line; selection-background-color: @accent_soft; selection-color: @text; }
QTableView::item { padding: 0 8px; border: 0; }
QTableView::item:selected { background: @accent_soft; color: @text; }
QListView, QTreeView, QTableView { background: transparent; border: 0; outline: 0;
  selection-background-color: @accent_soft; selection-color: @text; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected {
  background: @accent_soft; color: @text; }
QSizeGrip { image: none; width: 0; height: 0; }
"""


def style_sheet(theme: Theme, metrics: Metrics, arrows: dict[str, str]) -> str:
    """The whole style sheet; `arrows` gives a picture's file for every name in `ARROWS`."""
    values = {name: str(value) for name, value in asdict(theme).items()}
    values |= arrows
    values |= {"tab_px": f"{metrics.tabs - 2}px"}
    values |= {"display_px": f"{metrics.display}px"}
    return re.sub(r"@(\w+)", lambda match: values[match[1]], _TEMPLATE)


def palette(theme: Theme) -> QPalette:
    """The same tokens for what Fusion paints by itself."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    result = QPalette()
    for color, roles in (
        (theme.panel, (role.Window,)),
        (theme.field, (role.Base,)),
        (theme.card, (role.AlternateBase, role.Button)),
        (theme.hover, (role.ToolTipBase, role.Light, role.Midlight)),
        (theme.line, (role.Mid, role.Dark)),
        (theme.window, (role.Shadow,)),
        (theme.text, (role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText)),
        (theme.text_3, (role.PlaceholderText,)),
        (theme.accent, (role.Highlight, role.Accent, role.Link, role.LinkVisited)),
        (theme.on_accent, (role.HighlightedText,)),
    ):
        for each in roles:
            result.setColor(each, QColor(color))
    for each in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(group.Disabled, each, QColor(theme.disabled))
    return result
