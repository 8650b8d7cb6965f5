"""Dressing the application, and switching while it runs."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics, QIcon, QImage, QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from nnvis import style_sheet
from nnvis.icons import icon_pixmap
from nnvis.metrics import COMPACT, LARGE, REGULAR, metrics_for
from nnvis.paths import asset
from nnvis.theme import DARK, LIGHT, ThemeSource, font, icon
from nnvis.widgets.labels import text_label


def colors_of(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
            if image.pixelColor(x, y).alpha() == 255}


def test_switching_tells_listeners_after_the_application_is_dressed(qtbot, qapp, theme_source):
    label = QLabel("caption")
    label.setProperty("role", "caption")
    qtbot.addWidget(label)
    seen = []
    theme_source.theme_changed.connect(lambda: seen.append(qapp.palette().color(QPalette.ColorRole.Window).name()))
    with qtbot.waitSignal(theme_source.theme_changed):
        theme_source.set_mode("light")
    assert seen == [LIGHT.panel.lower()]
    assert theme_source.theme is LIGHT
    label.ensurePolished()
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == LIGHT.text_3.lower()
    theme_source.set_mode("light")
    assert len(seen) == 1


def test_a_dressed_window_gets_every_change_and_the_application_none(qtbot, qapp, theme_source):
    window = QWidget()
    inner = QWidget(window)
    label = text_label("words", tone="secondary")
    label.setParent(inner)
    qtbot.addWidget(window)
    window.show()
    theme_source.dress(window)
    first = qapp.styleSheet()

    def ink() -> str:
        return label.palette().color(QPalette.ColorRole.WindowText).name().upper()

    assert ink() == DARK.text_2
    theme_source.set_mode("light")
    assert ink() == LIGHT.text_2
    assert qapp.styleSheet() == first  # to change that would take half a second in the whole program
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == LIGHT.panel
    theme_source.set_mode("dark")
    assert ink() == DARK.text_2


def test_an_unknown_mode_is_refused(theme_source):
    with pytest.raises(ValueError, match="sepia"):
        theme_source.set_mode("sepia")


def test_sizes_follow_the_window(qtbot, qapp, theme_source):
    with qtbot.waitSignal(theme_source.metrics_changed):
        theme_source.fit_window(1366, 768)
    assert theme_source.metrics is COMPACT
    assert f"height: {COMPACT.tabs - 2}px" in qapp.styleSheet()
    assert [metrics_for(*size) for size in ((1599, 1200), (1920, 899), (1600, 900), (2560, 1440), (2560, 1299))] == [
        COMPACT, COMPACT, REGULAR, LARGE, REGULAR]


def test_reduced_motion_makes_movements_jump(theme_source):
    assert theme_source.duration(80) == 80
    theme_source.set_reduced_motion(True)
    assert theme_source.duration(80) == 0


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_style_sheet_is_filled_and_has_no_colour_of_its_own(theme):
    sheet = style_sheet.style_sheet(theme, REGULAR, dict.fromkeys(style_sheet.ARROWS, "file.svg"))
    assert "@" not in sheet
    tokens = {value for value in vars(theme).values() if isinstance(value, str)}
    assert set(re.findall(r"#[0-9A-Fa-f]{6}\b", sheet)) <= tokens
    assert re.findall(r"#[0-9A-Fa-f]{3,8}\b", style_sheet._TEMPLATE) == []


def test_style_sheet_pictures_are_written_in_the_colours_of_the_theme(qapp, theme_source):
    for mode, theme in (("dark", DARK), ("light", LIGHT)):
        theme_source.set_mode(mode)
        files = set(re.findall(r'url\("([^"]+)"\)', qapp.styleSheet()))
        assert len(files) == len(style_sheet.ARROWS)
        assert {theme.name in path for path in files} == {True}
        chevron = next(path for path in files if path.endswith("chevron-down.svg"))
        assert theme.text_3.lower() in Path(chevron).read_text(encoding="utf-8").lower()
        assert not QImage(chevron).isNull()


@pytest.mark.parametrize("weight", [400, 500, 600])
def test_inter_is_bundled_in_three_weights_with_figures_of_equal_width(theme_source, weight):
    chosen = font("body", weight)
    info = QFontInfo(chosen)
    assert (info.family(), info.weight(), info.pixelSize()) == ("Inter", weight, 13)
    metrics = QFontMetrics(chosen)
    assert metrics.horizontalAdvance("1" * 40) == metrics.horizontalAdvance("8" * 40)
    proportional = QFont(chosen)
    proportional.setFeature(QFont.Tag("tnum"), 0)
    assert QFontMetrics(proportional).horizontalAdvance("1" * 40) < metrics.horizontalAdvance("1" * 40)


def test_values_have_figures_of_equal_width_and_prose_has_a_narrow_hyphen(qtbot, theme_source):
    value, prose = text_label("", "value"), text_label("", "body")
    for label in (value, prose):
        qtbot.addWidget(label)
        label.ensurePolished()
    metrics = QFontMetrics(value.font())
    assert metrics.horizontalAdvance("1" * 40) == metrics.horizontalAdvance("8" * 40)
    assert (value.font().pixelSize(), value.font().weight()) == (15, 600)
    assert QFontMetrics(prose.font()).horizontalAdvance("-" * 40) < 0.8 * metrics.horizontalAdvance("-" * 40)


def test_licence_stands_beside_the_font():
    assert "SIL Open Font License, Version 1.1" in asset("fonts/OFL.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_icons_are_drawn_for_the_ratio_of_the_screen(qapp, ratio):
    pixmap = icon_pixmap("stop", DARK.text, 16, ratio)
    assert pixmap.size() == QSize(round(16 * ratio), round(16 * ratio))
    assert pixmap.devicePixelRatio() == ratio
    assert DARK.text.lower() in colors_of(pixmap.toImage())


def test_icons_carry_disabled_and_on(qapp):
    result = icon("stop", DARK)
    size = QSize(16, 16)
    for mode, state, token in (
        (QIcon.Mode.Normal, QIcon.State.Off, DARK.text_2), (QIcon.Mode.Disabled, QIcon.State.Off, DARK.disabled),
        (QIcon.Mode.Normal, QIcon.State.On, DARK.accent), (QIcon.Mode.Active, QIcon.State.Off, DARK.text),
    ):
        assert token.lower() in colors_of(result.pixmap(size, 1.0, mode, state).toImage())


def test_every_icon_can_be_drawn_and_is_tinted(qapp):
    names = sorted(path.stem for path in asset("icons").glob("*.svg"))
    assert len(names) >= 39
    for name in names:
        image = icon_pixmap(name, DARK.accent, 64).toImage()
        assert DARK.accent.lower() in colors_of(image), name


def test_primary_button_has_the_accent_fill(qtbot, theme_source):
    button = QPushButton("Train")
    button.setProperty("kind", "primary")
    qtbot.addWidget(button)
    button.resize(90, 32)
    assert button.grab().toImage().pixelColor(12, 6).name() == DARK.accent.lower()
    theme_source.set_mode("light")
    assert button.grab().toImage().pixelColor(12, 6).name() == LIGHT.accent.lower()


def test_system_mode_asks_the_desktop(qapp):
    source = ThemeSource("system")
    assert source.theme in (DARK, LIGHT)
    assert source.mode == "system"
