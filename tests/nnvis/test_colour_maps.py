"""Lightness must mean size, and the middle of the signed map must be zero."""

import numpy as np
import pytest

from nnvis.colour_maps import (
    color_table,
    hex_color,
    magnitude_colors,
    magnitude_indices,
    magnitude_map,
    signed_colors,
    signed_indices,
    signed_map,
)
from nnvis.tokens import DARK, LIGHT


def lightness(table):
    values = np.asarray(table) / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    luminance = light @ [0.2126, 0.7152, 0.0722]
    return 116 * np.cbrt(luminance) - 16


def test_signed_map_has_the_stops_of_the_design():
    colors = [hex_color(color) for color in signed_colors()]
    assert len(colors) == 255
    assert (colors[0], colors[127], colors[254]) == ("#0C56A7", "#F3F1ED", "#913F00")


def test_signed_map_is_lightest_at_zero_and_falls_equally_on_both_sides():
    values = lightness(signed_map())
    assert values.argmax() == 127
    assert (np.diff(values[:128]) > 0).all()
    assert (np.diff(values[127:]) < 0).all()
    # +0.3 must not look smaller than -0.3.
    assert np.abs(values - values[::-1]).max() < 2.0


@pytest.mark.parametrize(("theme", "first", "last", "direction"), [
    (DARK, "#0B0E14", "#FBF8FF", 1), (LIGHT, "#FFFFFF", "#251C50", -1)])
def test_magnitude_map_is_monotone_in_lightness(theme, first, last, direction):
    colors = magnitude_colors(theme)
    assert (len(colors), hex_color(colors[0]), hex_color(colors[-1])) == (256, first, last)
    steps = np.diff(lightness(colors)) * direction
    assert (steps >= 0).all()
    assert (steps > 0).mean() > 0.98
    assert magnitude_map(theme).shape == (256, 3)
    assert magnitude_map(theme).dtype == np.uint8


def test_zero_is_exactly_the_pale_entry_and_ends_are_kept():
    assert signed_indices(np.array([-9, -0.25, 0, -0.0, 0.25, 9, np.nan]), 0.25).tolist() == [
        0, 0, 127, 127, 254, 254, 127]
    assert signed_indices(np.array([0.1, -0.1, 0.0]), 0.0).tolist() == [127, 127, 127]


def test_magnitudes_run_from_zero_to_the_top():
    assert magnitude_indices(np.array([-1, 0, 0.5, 1, 7, np.nan]), 1.0).tolist() == [0, 0, 128, 255, 255, 0]


def test_color_table_is_opaque_argb():
    table = color_table(signed_colors())
    assert table[127] == 0xFFF3F1ED
    assert all(entry >> 24 == 0xFF for entry in table)


def test_tables_cannot_be_spoilt_by_a_reader():
    with pytest.raises(ValueError, match="read-only"):
        signed_map()[0] = 0
