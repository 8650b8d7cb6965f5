"""Finding the drawing in a picture from anywhere: a photo of paper, a screenshot, a scan, a white line on black.

What is ink and what is paper is not known beforehand. Paper is what most of the picture shows; ink is what differs from
the paper around it. On a photo the paper is brighter at one side than at the other, so its brightness is estimated
place by place, from what is no ink. Where ink begins is then found in the histogram of the differences.
Source of the threshold: N. Otsu, "A threshold selection method from gray-level histograms" (1979).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.picture import read_grey
from core.errors import FileError

LONGEST = 560  # pixels of the longer side: twice the canvas, enough for any pen
WINDOW = 1 / 6  # of the longer side: the neighbourhood whose mean is the paper
PASSES = 3  # paper, then ink, then paper without that ink, ...
FAINTEST = 24.0  # grey levels between ink and paper; less is noise
SPECK = 0.02  # a spot of less than this share of the largest one is dust
CLEAN = 0.6  # a picture with so large a share of one and the same grey is no photo, and keeps its soft edges

Grey = NDArray[np.float32]


def read_drawing(source: Path | bytes) -> NDArray[np.uint8]:
    """The ink in a picture file, for `center_digit`: uint8 (h, w), 0 = paper, 255 = ink.

    Raises FileError with the reason when it cannot be read, or when nothing is drawn on it.
    """
    ink = find_ink(read_grey(source, LONGEST))
    if not ink.any():
        name = f"{source}" if isinstance(source, Path) else "The picture"
        raise FileError(f"{name} shows no drawing: it is grey all over. Take one with dark ink on light paper.")
    return ink


def find_ink(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The ink of a picture in grey, whatever is dark and light: uint8 as `grey`, all 0 when there is none."""
    level = grey.astype(np.float32)
    if not level.size:
        return np.zeros(grey.shape, np.uint8)
    middle = float(np.median(level))
    if (np.abs(level - middle) <= 2).mean() >= CLEAN and _is_drawn(level, middle):
        return _from_clean(level, middle)
    difference = level - _paper(level)
    darker, lighter = -np.percentile(difference, 0.5), np.percentile(difference, 99.5)
    signal: Grey = np.maximum(-difference if darker >= lighter else difference, 0)
    threshold = _otsu(signal)
    is_ink = signal > threshold
    if not is_ink.any() or is_ink.mean() > 0.5:
        return np.zeros(grey.shape, np.uint8)
    strength = float(np.median(signal[is_ink]))
    noise = float(signal[~is_ink].std())
    if strength < max(FAINTEST, 4 * noise):
        return np.zeros(grey.shape, np.uint8)
    is_ink = _without_specks(is_ink)
    # a soft edge of a pixel or two, as a pen on the canvas leaves it: nothing far from ink counts
    soft = np.clip((signal - 0.6 * threshold) / max(1.0, strength - 0.6 * threshold), 0, 1) * _grown(is_ink)
    pixels: NDArray[np.uint8] = np.rint(soft * 255).astype(np.uint8)
    return pixels


def _is_drawn(level: Grey, paper: float) -> bool:
    """Whether a picture with flat paper has enough contrast to be a drawing, not an empty sheet."""
    return float(np.abs(level - paper).max()) >= FAINTEST


def _from_clean(level: Grey, paper: float) -> NDArray[np.uint8]:
    """Ink of a drawing on flat paper: how far each pixel is from the paper towards the strongest ink."""
    darker, lighter = paper - float(level.min()), float(level.max()) - paper
    difference = paper - level if darker >= lighter else level - paper
    pixels: NDArray[np.uint8] = np.rint(np.clip(difference / max(darker, lighter), 0, 1) * 255).astype(np.uint8)
    pixels[pixels < 8] = 0  # traces of a lossy format
    return pixels


def _paper(level: Grey) -> Grey:
    """The brightness of the paper at each place: the mean of its neighbourhood without ink."""
    radius = max(2, round(max(level.shape) * WINDOW / 2))
    is_paper = np.ones(level.shape, np.float32)
    paper = np.full_like(level, np.median(level))
    for _ in range(PASSES):
        count = _box_sum(is_paper, radius)
        local = _box_sum(level * is_paper, radius) / np.maximum(count, 1)
        paper = np.where(count > 0, local, paper).astype(np.float32)
        away = np.abs(level - paper)
        # ink is an outlier among the differences; the median says how far paper itself goes
        is_paper = (away <= 3 * np.median(away) + 2).astype(np.float32)
    return paper


def _box_sum(values: Grey, radius: int) -> Grey:
    """The sum over the square of 2 * radius + 1 pixels around each; at the border over what lies inside."""
    for axis in (0, 1):
        size = values.shape[axis]
        sums = np.concatenate([np.zeros_like(np.take(values, [0], axis)), values], axis).cumsum(axis, dtype=np.float64)
        at = np.arange(size)
        high, low = np.minimum(at + radius + 1, size), np.maximum(at - radius, 0)
        values = (np.take(sums, high, axis) - np.take(sums, low, axis)).astype(np.float32)
    return values


def _otsu(signal: Grey) -> float:
    """The value that parts `signal` into two groups with the largest variance between them."""
    counts, edges = np.histogram(signal, bins=256)
    middles = (edges[:-1] + edges[1:]) / 2
    below = counts.cumsum()
    above = below[-1] - below
    total = (counts * middles).cumsum()
    mean_below = total / np.maximum(below, 1)
    mean_above = (total[-1] - total) / np.maximum(above, 1)
    return float(edges[1 + int(np.argmax(below * above * (mean_below - mean_above) ** 2))])


def _without_specks(is_ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without dust, and without dark edges of the picture where something larger stands free of them."""
    labels, areas, at_edge = _spots(is_ink)
    if len(areas) < 2:
        return is_ink
    free = np.where(at_edge, 0, areas)
    keep = areas >= SPECK * areas.max()
    if free.max() >= 0.1 * areas.max():
        keep = free >= SPECK * free.max()
    kept: NDArray[np.bool_] = np.concatenate([[False], keep])[labels]
    return kept


def _spots(is_ink: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.bool_]]:
    """Every connected spot: its number (from 1) at its pixels, its area, and whether it touches the border.

    Runs of each row are joined with those they touch in the row above (two-pass labelling with union-find).
    """
    parent: list[int] = [0]

    def root(label: int) -> int:
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    labels = np.zeros(is_ink.shape, np.intp)
    above: list[tuple[int, int, int]] = []
    for row, line in enumerate(is_ink):
        steps = np.flatnonzero(np.diff(np.concatenate([[0], line.view(np.int8), [0]])))
        runs: list[tuple[int, int, int]] = []
        for start, end in zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True):
            label = len(parent)
            parent.append(label)
            for first, last, other in above:
                if first <= end and start <= last:  # also corner to corner
                    parent[root(other)] = root(label)
            runs.append((start, end, label))
            labels[row, start:end] = label
        above = runs
    roots = np.array([root(label) for label in range(len(parent))])
    _, numbers = np.unique(roots, return_inverse=True)
    labels = numbers[labels]
    areas = np.bincount(labels.ravel(), minlength=numbers.max() + 1)[1:]
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    at_edge = np.isin(np.arange(1, len(areas) + 1), border)
    return labels, areas, at_edge


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask and the pixels around it."""
    grown: NDArray[np.bool_] = _box_sum(mask.astype(np.float32), 1) > 0.5
    return grown
