"""Digits as people draw them on a canvas, written down by hand as strokes: what a network has to read in the end.

They are no output of core.data.pen_digits and share no code with it: its styles may be judged by them. Each drawing is
a list of strokes, each stroke the points a pen passed, x to the right and y down, in a square of about 100 units. A
point written twice is a corner; between the others the pen went smoothly.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.data import center_digit

SIDE = 280  # pixels of the canvas
BRUSHES = (14, 18, 22)  # pixels
PLACES = ((0.90, 0.5, 0.5), (0.6, 0.35, 0.65), (0.45, 0.72, 0.3), (0.36, 0.25, 0.25))  # size, centre x, centre y

UNSTEADY = (0.5, 4.0)  # units by which a hand misses a point, as a standard deviation: from patient to hasty

Points = list[tuple[float, float]]
Drawing = list[Points]

ZERO: dict[str, Drawing] = {
    "oval": [[(52, 3), (34, 9), (20, 30), (17, 55), (24, 80), (42, 96), (62, 90), (78, 68), (80, 40), (70, 14),
        (50, 4)]],
    "round": [[(60, 8), (38, 6), (14, 22), (5, 48), (12, 76), (36, 94), (64, 94), (88, 76), (95, 48), (84, 20),
        (58, 7)]],
    "clockwise": [[(30, 20), (48, 4), (68, 14), (78, 42), (74, 74), (54, 95), (34, 86), (22, 58), (28, 24), (40, 10)]],
    "narrow": [[(50, 2), (38, 14), (33, 42), (35, 74), (47, 97), (60, 84), (66, 52), (62, 18), (51, 3)]],
    "slashed": [
        [(50, 3), (30, 14), (20, 45), (26, 80), (48, 96), (70, 84), (80, 50), (72, 18), (50, 4)],
        [(82, 8), (60, 40), (40, 66), (18, 95)],
    ],
    "slash within": [
        [(48, 4), (26, 18), (18, 52), (30, 88), (52, 96), (74, 80), (80, 44), (68, 12), (46, 4)],
        [(66, 30), (50, 50), (34, 72)],
    ],
    "open at the top": [[(40, 8), (22, 30), (18, 60), (30, 88), (52, 95), (72, 82), (80, 52), (74, 24), (62, 6)]],
    "tail at the top": [[(70, 6), (50, 4), (28, 20), (20, 54), (32, 86), (54, 94), (74, 76), (78, 40), (64, 12),
        (42, 16), (34, 30)]],
    "overlapping ends": [[(58, 12), (36, 10), (20, 36), (22, 70), (44, 92), (68, 82), (80, 50), (70, 18), (48, 0),
        (26, 8)]],
    "like a six": [[(70, 2), (46, 10), (26, 34), (20, 66), (36, 94), (62, 92), (78, 66), (72, 34), (54, 20), (36, 26)]],
}
ONE: dict[str, Drawing] = {
    "stick": [[(52, 2), (51, 30), (50, 62), (49, 98)]],
    "leaning": [[(66, 3), (56, 34), (46, 66), (34, 98)]],
    "short flag": [[(34, 20), (52, 3), (52, 3), (52, 40), (51, 97)]],
    "long flag": [[(18, 46), (34, 28), (54, 4), (54, 4), (54, 40), (53, 98)]],
    "very long flag": [[(8, 60), (30, 36), (58, 4), (58, 4), (57, 45), (56, 97)]],
    "flag and foot": [[(30, 22), (50, 4), (50, 4), (50, 95)], [(24, 96), (50, 96), (78, 95)]],
    "long flag and foot": [[(16, 42), (50, 4), (50, 4), (51, 60), (51, 94)], [(18, 95), (84, 94)]],
    "one pull with foot": [[(28, 24), (48, 4), (48, 4), (48, 95), (48, 95), (26, 96), (26, 96), (74, 95)]],
    "italic flag": [[(26, 40), (50, 18), (66, 2), (66, 2), (54, 50), (42, 97)]],
    "flat flag": [[(22, 22), (40, 14), (54, 4), (54, 4), (52, 50), (50, 96)]],
}
TWO: dict[str, Drawing] = {
    "plain": [[(16, 28), (26, 10), (48, 2), (70, 10), (76, 30), (62, 54), (38, 76), (12, 97), (12, 97), (48, 96),
        (86, 96)]],
    "loop": [[(18, 22), (36, 5), (60, 5), (74, 22), (66, 48), (42, 74), (20, 94), (10, 90), (16, 80), (34, 82),
        (60, 94), (90, 92)]],
    "zed": [[(14, 8), (44, 6), (82, 6), (82, 6), (48, 50), (10, 95), (10, 95), (50, 93), (90, 94)]],
    "swan": [[(12, 36), (20, 14), (42, 4), (64, 12), (68, 34), (54, 62), (30, 86), (14, 94), (14, 94), (34, 86),
        (58, 94), (78, 98), (92, 88)]],
    "round belly": [[(24, 22), (40, 6), (64, 8), (76, 26), (72, 50), (56, 72), (34, 88), (20, 96), (20, 96), (80, 90)]],
    "short foot": [[(20, 26), (34, 8), (58, 6), (70, 24), (64, 50), (48, 76), (30, 96), (30, 96), (62, 98)]],
    "curled head": [[(34, 34), (20, 30), (22, 12), (46, 2), (70, 12), (70, 36), (48, 66), (14, 96), (14, 96),
        (86, 94)]],
    "rising foot": [[(22, 20), (44, 4), (68, 14), (70, 38), (50, 66), (18, 94), (18, 94), (52, 86), (88, 78)]],
}
THREE: dict[str, Drawing] = {
    "plain": [[(20, 14), (40, 3), (64, 8), (70, 26), (58, 42), (40, 48), (40, 48), (62, 52), (76, 68), (68, 88),
        (44, 97), (18, 88)]],
    "flat top": [[(18, 6), (46, 5), (76, 5), (76, 5), (42, 42), (42, 42), (66, 48), (78, 68), (68, 90), (40, 98),
        (14, 88)]],
    "loop in the waist": [[(22, 12), (46, 2), (68, 14), (62, 36), (40, 48), (34, 42), (44, 40), (66, 52), (76, 74),
        (58, 94), (34, 96), (14, 84)]],
    "curled": [[(30, 28), (20, 20), (28, 6), (52, 2), (68, 16), (60, 38), (42, 46), (42, 46), (66, 52), (78, 72),
        (64, 94), (38, 98), (20, 86), (24, 74), (34, 76)]],
    "curled below": [[(22, 12), (46, 3), (64, 16), (56, 38), (38, 46), (38, 46), (62, 50), (74, 68), (66, 90),
        (42, 98), (20, 90), (16, 74), (28, 68)]],
    "shallow": [[(26, 8), (50, 4), (62, 18), (56, 38), (44, 48), (44, 48), (58, 58), (62, 78), (48, 94), (22, 96)]],
    "small head": [[(32, 8), (50, 4), (60, 16), (52, 30), (38, 36), (38, 36), (66, 42), (80, 64), (66, 90), (36, 98),
        (14, 84)]],
    "angular": [[(20, 8), (66, 6), (66, 6), (44, 40), (44, 40), (74, 62), (74, 62), (56, 96), (20, 94)]],
}
FOUR: dict[str, Drawing] = {
    "open": [[(28, 4), (22, 34), (16, 58), (16, 58), (50, 58), (88, 56)], [(66, 22), (66, 60), (64, 98)]],
    "open cup": [[(22, 4), (18, 30), (26, 50), (46, 54), (70, 46)], [(74, 2), (70, 50), (64, 98)]],
    "closed": [[(62, 4), (38, 36), (12, 66), (12, 66), (50, 66), (90, 64)], [(62, 3), (62, 50), (62, 98)]],
    "closed, one pull": [[(64, 98), (64, 50), (64, 3), (64, 3), (36, 38), (10, 66), (10, 66), (90, 65)]],
    "lightning": [[(46, 2), (32, 28), (16, 60), (16, 60), (48, 56), (82, 50)], [(62, 40), (56, 66), (48, 98)]],
    "wide open": [[(14, 8), (12, 34), (14, 54), (14, 54), (46, 54), (82, 52)], [(84, 4), (82, 50), (80, 96)]],
    "high bar": [[(20, 4), (18, 22), (22, 36), (44, 36), (66, 30)], [(66, 4), (56, 50), (46, 98)]],
    "short stem": [[(50, 2), (30, 36), (12, 68), (12, 68), (52, 70), (88, 66)], [(62, 46), (60, 74), (58, 98)]],
    "bar crosses far": [[(44, 4), (26, 34), (10, 62), (10, 62), (54, 60), (96, 60)], [(58, 30), (56, 64), (54, 98)]],
}
FIVE: dict[str, Drawing] = {
    "two pulls": [
        [(28, 6), (25, 26), (22, 44), (22, 44), (46, 38), (70, 50), (74, 72), (58, 94), (34, 97), (14, 86)],
        [(28, 6), (54, 5), (80, 4)],
    ],
    "one pull": [[(78, 4), (52, 5), (28, 6), (28, 6), (22, 44), (22, 44), (48, 38), (72, 54), (72, 78), (50, 96),
        (16, 88)]],
    "like an S": [[(76, 10), (54, 3), (32, 12), (26, 32), (42, 46), (62, 56), (70, 74), (58, 92), (34, 97), (14, 86)]],
    "bar apart": [
        [(30, 16), (28, 42), (28, 42), (52, 38), (72, 56), (68, 82), (46, 96), (18, 90)],
        [(36, 6), (60, 3), (88, 0)],
    ],
    "big belly": [[(66, 2), (30, 4), (30, 4), (20, 36), (20, 36), (52, 30), (82, 46), (84, 74), (60, 96), (26, 96),
        (8, 84)]],
    "long hat": [[(98, 2), (66, 4), (32, 8), (32, 8), (28, 42), (28, 42), (50, 38), (66, 52), (64, 78), (44, 94),
        (18, 92)]],
    "flat belly": [[(72, 4), (30, 4), (30, 4), (26, 44), (26, 44), (58, 46), (72, 62), (68, 84), (44, 94), (16, 92)]],
    "angular": [[(74, 6), (28, 6), (28, 6), (28, 44), (28, 44), (66, 46), (66, 46), (70, 88), (70, 88), (20, 92)]],
}
SIX: dict[str, Drawing] = {
    "plain": [[(66, 3), (44, 18), (28, 44), (22, 72), (34, 94), (56, 95), (72, 80), (68, 60), (50, 54), (32, 62),
        (24, 76)]],
    "stem": [[(36, 2), (28, 34), (24, 66), (34, 92), (56, 97), (76, 82), (74, 60), (54, 52), (34, 60), (26, 74)]],
    "small loop": [[(74, 4), (48, 18), (28, 48), (20, 78), (34, 97), (52, 94), (60, 80), (50, 68), (34, 72), (24, 84)]],
    "big loop": [[(62, 2), (38, 18), (20, 48), (16, 76), (34, 96), (62, 96), (82, 76), (78, 48), (54, 38), (30, 50),
        (18, 68)]],
    "open loop": [[(60, 4), (36, 26), (22, 58), (26, 84), (46, 97), (68, 88), (74, 70), (62, 58), (46, 62)]],
    "crossing": [[(64, 2), (40, 26), (26, 60), (34, 90), (56, 94), (68, 78), (58, 62), (36, 66), (10, 82)]],
    "curled head": [[(70, 14), (60, 4), (42, 14), (24, 46), (22, 76), (38, 96), (62, 92), (72, 72), (58, 56),
        (36, 62), (24, 78)]],
    "straight": [[(58, 2), (40, 38), (26, 68), (26, 88), (46, 98), (66, 88), (66, 70), (48, 62), (30, 72)]],
}
SEVEN: dict[str, Drawing] = {
    "plain": [[(16, 8), (48, 6), (82, 5), (82, 5), (62, 44), (42, 97)]],
    "barred": [[(18, 8), (50, 6), (82, 6), (82, 6), (64, 46), (44, 97)], [(34, 52), (60, 50), (84, 48)]],
    "barred with serif": [[(14, 24), (16, 6), (16, 6), (50, 7), (84, 4), (84, 4), (62, 48), (46, 96)], [(36, 50),
        (82, 48)]],
    "serif": [[(16, 22), (17, 6), (17, 6), (82, 6), (82, 6), (60, 50), (48, 97)]],
    "short hat": [[(34, 10), (50, 7), (66, 6), (66, 6), (56, 50), (46, 98)]],
    "short hat, barred": [[(32, 10), (66, 6), (66, 6), (54, 50), (44, 98)], [(32, 54), (74, 48)]],
    "arched": [[(18, 20), (34, 6), (58, 6), (72, 16), (66, 46), (54, 72), (48, 97)]],
    "arched, barred": [[(14, 18), (34, 6), (62, 8), (74, 18), (66, 50), (50, 96)], [(38, 58), (82, 52)]],
    "steep": [[(22, 6), (72, 4), (72, 4), (70, 50), (66, 97)]],
    "low bar": [[(14, 6), (84, 6), (84, 6), (64, 48), (40, 96)], [(30, 66), (78, 62)]],
}
EIGHT: dict[str, Drawing] = {
    "plain": [[(66, 14), (48, 3), (28, 14), (32, 34), (52, 48), (72, 64), (72, 86), (50, 97), (28, 86), (30, 64),
        (52, 46), (68, 28), (64, 12)]],
    "open at the top": [[(76, 10), (54, 3), (34, 14), (36, 32), (56, 50), (70, 70), (62, 92), (42, 97), (26, 82),
        (36, 58), (60, 40), (82, 18)]],
    "two circles": [
        [(50, 4), (32, 14), (32, 34), (50, 46), (68, 34), (66, 12), (50, 4)],
        [(50, 46), (28, 58), (24, 82), (48, 97), (74, 84), (72, 58), (50, 46)],
    ],
    "from the left": [[(36, 16), (54, 4), (70, 16), (64, 34), (46, 48), (28, 66), (32, 90), (54, 96), (70, 82),
        (64, 60), (42, 42), (32, 24), (40, 10)]],
    "small head": [[(60, 12), (48, 5), (38, 14), (44, 28), (60, 42), (80, 62), (78, 88), (50, 98), (22, 86), (24, 60),
        (48, 38), (60, 24), (58, 10)]],
    "collapsed below": [[(68, 18), (50, 4), (30, 16), (36, 36), (52, 50), (58, 72), (52, 96), (46, 94), (46, 70),
        (56, 50), (70, 34), (66, 16)]],
    "collapsed above": [[(60, 8), (50, 4), (46, 18), (52, 40), (70, 64), (66, 90), (44, 97), (26, 82), (34, 60),
        (52, 42), (58, 24), (58, 6)]],
    "angular": [[(72, 8), (34, 10), (34, 10), (70, 86), (70, 86), (28, 90), (28, 90), (74, 10)]],
}
NINE: dict[str, Drawing] = {
    "straight": [[(66, 14), (48, 3), (28, 14), (26, 36), (44, 48), (62, 38), (67, 12), (67, 12), (67, 54), (66, 97)]],
    "slanted": [[(68, 12), (50, 3), (30, 16), (28, 36), (44, 46), (62, 34), (69, 10), (69, 10), (60, 54), (46, 98)]],
    "curled": [[(68, 16), (50, 3), (28, 14), (26, 36), (44, 48), (64, 36), (70, 14), (70, 14), (72, 60), (64, 90),
        (42, 98), (20, 88)]],
    "curled far": [[(70, 14), (52, 2), (32, 12), (30, 32), (46, 42), (64, 32), (70, 12), (70, 12), (74, 52), (70, 84),
        (48, 98), (20, 96), (4, 82)]],
    "gee": [[(66, 12), (46, 4), (28, 18), (32, 38), (50, 42), (66, 28), (68, 12), (68, 12), (70, 60), (64, 90),
        (44, 97), (24, 84), (34, 70)]],
    "small head": [[(56, 10), (44, 4), (34, 14), (38, 26), (50, 26), (58, 12), (58, 12), (58, 50), (54, 97)]],
    "small head, tail to the right": [[(50, 10), (38, 4), (28, 14), (34, 27), (46, 24), (52, 10), (52, 10), (62, 46),
        (70, 78), (58, 97), (32, 97), (12, 84)]],
    "open head": [[(72, 8), (50, 3), (30, 14), (28, 32), (44, 42), (64, 34), (72, 20), (72, 20), (70, 60), (58, 98)]],
    "flat tail": [[(66, 14), (46, 4), (28, 18), (32, 40), (52, 44), (68, 16), (68, 16), (68, 94), (68, 94), (28, 96)]],
    "round head, clockwise": [[(64, 42), (42, 46), (26, 32), (32, 10), (54, 4), (70, 18), (68, 44), (62, 74),
        (52, 98)]],
}
DIGITS = (ZERO, ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN, EIGHT, NINE)


def smoothed(points: Points, rounds: int = 3) -> NDArray[np.float64]:
    """The path of the pen through its points, corners cut again and again (Chaikin, 1974). Shape (points, 2)."""
    path = np.array(points, float)
    for _ in range(rounds):
        if len(path) < 3:
            break
        before, after = path[:-1], path[1:]
        cut = np.stack([0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after], axis=1).reshape(-1, 2)
        path = np.concatenate([path[:1], cut, path[-1:]])
    return path


def on_canvas(
    drawing: Drawing, size: float, x: float, y: float, brush: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """The drawing as a hand repeats it, its longer side `size` of the canvas, its middle at x and y. Shape (280, 280).

    It is turned and slanted a little, made wider or narrower, and its points miss their places by a little.
    """
    turn, slant, stretch = np.radians(rng.uniform(-8, 8)), rng.uniform(-0.15, 0.25), np.exp(rng.uniform(-0.2, 0.2))
    form = np.array([[stretch, -slant], [0, 1]])
    form = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ form
    unsteady = rng.uniform(*UNSTEADY)
    strokes = [smoothed(missed(stroke, unsteady, rng)) @ form.T for stroke in drawing]
    everything = np.concatenate(strokes)
    low, high = everything.min(axis=0), everything.max(axis=0)
    scale = (size * SIDE - brush) / (high - low).max()
    half = (high - low) * scale / 2 + brush / 2 + 1
    middle = np.clip([x * SIDE, y * SIDE], half, SIDE - half)
    return ink([(stroke - (low + high) / 2) * scale + middle for stroke in strokes], brush)


def missed(stroke: Points, by: float, rng: np.random.Generator) -> Points:
    """The points where a hand puts them that misses their places a little; corners stay corners."""
    moved = {point: (point[0] + rng.normal(0, by), point[1] + rng.normal(0, by)) for point in stroke}
    return [moved[point] for point in stroke]


def ink(strokes: list[NDArray[np.float64]], brush: float) -> NDArray[np.uint8]:
    """What a round brush leaves along these paths, antialiased: 255 minus the distance beyond its edge."""
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    nearest = np.full((SIDE, SIDE), np.inf)
    for stroke in strokes:
        for (ax, ay), (bx, by) in itertools.pairwise(stroke):
            left, right = int(max(min(ax, bx) - brush, 0)), int(max(ax, bx) + brush) + 1
            top, bottom = int(max(min(ay, by) - brush, 0)), int(max(ay, by) + brush) + 1
            window = (slice(top, bottom), slice(left, right))
            px, py, dx, dy = columns[window] - ax, rows[window] - ay, bx - ax, by - ay
            along = np.clip((px * dx + py * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
            np.minimum(nearest[window], np.hypot(px - along * dx, py - along * dy), out=nearest[window])
    return np.rint(255 * np.clip(brush / 2 + 0.5 - nearest, 0, 1)).astype(np.uint8)


def canvases(repeats: int = 1, seed: int = 0) -> Iterator[tuple[int, str, NDArray[np.uint8]]]:
    """Every drawing at every place and size, `repeats` times, with changing brushes: digit, style, (280, 280)."""
    rng = np.random.default_rng(seed)
    for digit, styles in enumerate(DIGITS):
        for style, drawing in styles.items():
            for place in PLACES * repeats:
                yield digit, style, on_canvas(drawing, *place, float(rng.choice(BRUSHES)), rng)


def centred(repeats: int = 1, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.int64], list[str]]:
    """The same as a network sees them: images (N, 28, 28, 1), labels and styles."""
    found = list(canvases(repeats, seed))
    images = np.stack([center_digit(canvas) for _, _, canvas in found])[..., np.newaxis]
    return images, np.array([digit for digit, _, _ in found]), [f"{digit} {style}" for digit, style, _ in found]
