"""The colours keep what the design promises: contrast, and meaning for eyes that see colours differently."""

from dataclasses import asdict
from itertools import combinations

import numpy as np
import pytest

from nnvis.tokens import CLOSE_PAIRS, DARK, LIGHT, Theme

THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)

GROUNDS = ("window", "panel", "card", "hover")
SERIES = ("train", "validation", "distribution", "negative", "positive", "ok", "warn")


def rgb(color: str) -> np.ndarray:
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def linear(color: str) -> np.ndarray:
    values = rgb(color)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    """WCAG 2.x contrast ratio."""
    light, dark = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (first, second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
DEFICIENCIES = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                   [0.0193339, 0.1191920, 0.9503041]])
WHITE = TO_XYZ @ np.ones(3)


def lab(linear_rgb: np.ndarray) -> np.ndarray:
    ratio = TO_XYZ @ np.clip(linear_rgb, 0, 1) / WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def worst_distance(first: str, second: str) -> float:
    """CIELAB distance for the eye that tells the two apart worst."""
    return min(
        float(np.linalg.norm(lab(np.array(matrix) @ linear(first)) - lab(np.array(matrix) @ linear(second))))
        for matrix in DEFICIENCIES.values()
    )


def ratios(theme: Theme, token: str, grounds: tuple[str, ...]) -> list[float]:
    values = asdict(theme)
    return [round(contrast(values[token], values[ground]), 1) for ground in grounds]


def test_contrast_formula_gives_its_two_fixed_points():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#3DDBB3", "#3DDBB3") == pytest.approx(1)


@pytest.mark.parametrize(("token", "grounds", "dark", "light"), [
    ("outline", ("window", "panel", "card"), [3.7, 3.5, 3.3], [3.1, 3.4, 3.7]),
    ("text", GROUNDS, [15.9, 15.0, 13.9, 12.2], [15.0, 16.4, 17.7, 15.4]),
    ("text_2", GROUNDS, [9.7, 9.2, 8.5, 7.4], [7.2, 7.9, 8.5, 7.4]),
    ("text_3", GROUNDS, [6.4, 6.1, 5.6, 4.9], [4.8, 5.3, 5.7, 5.0]),
    ("bad", ("card", "bad_soft"), [6.8, 6.2], [6.8, 5.8]),
    ("on_bad", ("bad",), [7.3], [6.8]),
    ("train", ("card",), [7.2], [5.2]),
    ("validation", ("card",), [7.3], [4.7]),
    ("distribution", ("card",), [7.2], [3.9]),
    ("negative", ("card",), [5.7], [3.9]),
    ("positive", ("card",), [6.8], [3.2]),
    ("ok", ("card",), [7.3], [5.4]),
    ("warn", ("card",), [10.1], [6.6]),
])
def test_ratios_are_those_of_the_design(token, grounds, dark, light):
    assert ratios(DARK, token, grounds) == pytest.approx(dark, abs=0.11)
    assert ratios(LIGHT, token, grounds) == pytest.approx(light, abs=0.11)


@THEMES
def test_text_reaches_four_and_a_half(theme):
    values = asdict(theme)
    pairs = [(text, ground) for text in ("text", "text_2", "text_3") for ground in GROUNDS]
    pairs += [("accent", ground) for ground in ("panel", "card")]
    pairs += [("on_accent", "accent"), ("on_bad", "bad"), ("text", "bad_soft"), ("text_2", "bad_soft"),
              ("bad", "bad_soft"), ("text", "warn_soft"), ("text_2", "warn_soft"), ("text", "accent_soft"),
              ("text", "segment_chosen"), ("text_2", "segment")]
    low = {pair: contrast(values[pair[0]], values[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


@THEMES
def test_graphics_and_control_edges_reach_three(theme):
    values = asdict(theme)
    pairs = [("outline", ground) for ground in ("window", "panel", "card")] + [(name, "card") for name in SERIES]
    pairs += [("accent", ground) for ground in (*GROUNDS, "accent_soft")]
    assert {pair for pair in pairs if contrast(values[pair[0]], values[pair[1]]) < 3.0} == set()


@THEMES
def test_every_eye_tells_series_and_signs_apart(theme):
    assert worst_distance(theme.train, theme.validation) > 80
    assert worst_distance(theme.negative, theme.positive) > 80


@THEMES
def test_pairs_close_for_some_eyes_are_known_and_carry_a_second_sign(theme):
    """State and place never rest on colour alone: whoever makes two colours close must say so here."""
    values = asdict(theme)
    pairs = [("accent", other) for other in ("train", "validation", "negative", "positive", "ok")]
    pairs += combinations(("train", "validation"), 2)
    pairs += [("negative", "positive"), ("ok", "bad")]
    close = {frozenset(pair) for pair in pairs if worst_distance(values[pair[0]], values[pair[1]]) < 25}
    assert close <= CLOSE_PAIRS


def test_no_pair_is_called_close_without_reason():
    def close(theme, pair):
        first, second = (asdict(theme)[name] for name in pair)
        return worst_distance(first, second) < 25

    assert {pair for pair in CLOSE_PAIRS if not close(DARK, pair) and not close(LIGHT, pair)} == set()


@THEMES
def test_every_token_is_a_full_hex_colour(theme):
    colors = {name: value for name, value in asdict(theme).items() if isinstance(value, str) and name != "name"}
    assert all(len(value) == 7 and value[0] == "#" for value in colors.values())
    assert all(rgb(value).min() >= 0 and rgb(value).max() <= 1 for value in colors.values())
