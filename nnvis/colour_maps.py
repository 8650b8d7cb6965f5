"""The two colour maps: signed values (blue, white, orange) and magnitudes (violet).

Both are tables made from a few stops by linear steps. The signed one has 255 entries, odd, so that zero is exactly its
pale middle, and is the same in both themes: an exported figure means the same on paper.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # numpy is imported where it is used: the window is painted before it is loaded
    import numpy as np
    from numpy.typing import NDArray

    from nnvis.tokens import Theme

SIGNED_ENTRIES = 255
MAGNITUDE_ENTRIES = 256
Rgb = tuple[int, int, int]

_SIGNED = (
    (-1.0, "#0C56A7"), (-0.55, "#5296D0"), (-0.22, "#B0D0EC"), (0.0, "#F3F1ED"),
    (0.22, "#F7C387"), (0.55, "#D87818"), (1.0, "#913F00"),
)
_MAGNITUDE = {
    "dark": ("#0B0E14", "#2A2550", "#5A478F", "#9479C4", "#CFBDE8", "#FBF8FF"),
    "light": ("#FFFFFF", "#E2D9F1", "#B9A5DB", "#8667BC", "#543C93", "#251C50"),
}


def signed_colors() -> tuple[Rgb, ...]:
    """255 colours from -top to +top; entry 127 is zero."""
    return _table(_SIGNED, SIGNED_ENTRIES)


def magnitude_colors(theme: Theme) -> tuple[Rgb, ...]:
    """256 colours from 0 to the top; entry 0 is nearly the ground of the theme."""
    stops = _MAGNITUDE[theme.name]
    return _table(tuple((i / (len(stops) - 1), color) for i, color in enumerate(stops)), MAGNITUDE_ENTRIES)


def signed_map() -> NDArray[np.uint8]:
    """The signed map as an array (255, 3), for pyqtgraph and for arithmetic."""
    return _array(signed_colors())


def magnitude_map(theme: Theme) -> NDArray[np.uint8]:
    """The magnitude map as an array (256, 3)."""
    return _array(magnitude_colors(theme))


def signed_indices(values: NDArray[Any], top: float) -> NDArray[np.uint8]:
    """Entries of the signed map for `values`; beyond ±`top` they keep the end colour, zero (and NaN) is 127."""
    import numpy as np

    half = (SIGNED_ENTRIES - 1) // 2
    scaled = np.asarray(values, np.float32) * (half / top if top > 0 else 0.0)
    np.clip(scaled, -half, half, out=scaled)
    scaled[np.isnan(scaled)] = 0
    indices: NDArray[np.uint8] = (np.rint(scaled, out=scaled) + half).astype(np.uint8)
    return indices


def magnitude_indices(values: NDArray[Any], top: float) -> NDArray[np.uint8]:
    """Entries of the magnitude map for `values` from 0 to `top`; below and beyond they keep the end colours."""
    import numpy as np

    last = MAGNITUDE_ENTRIES - 1
    scaled = np.asarray(values, np.float32) * (last / top if top > 0 else 0.0)
    np.clip(scaled, 0, last, out=scaled)
    scaled[np.isnan(scaled)] = 0
    indices: NDArray[np.uint8] = np.rint(scaled, out=scaled).astype(np.uint8)
    return indices


@cache
def color_table(colors: tuple[Rgb, ...]) -> list[int]:
    """Opaque ARGB numbers, as `QImage.setColorTable` takes them."""
    return [0xFF000000 | red << 16 | green << 8 | blue for red, green, blue in colors]


def hex_color(color: Rgb) -> str:
    """`#RRGGBB`."""
    return "#{:02X}{:02X}{:02X}".format(*color)


def _rgb(text: str) -> Rgb:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


@cache
def _table(stops: tuple[tuple[float, str], ...], entries: int) -> tuple[Rgb, ...]:
    first, last = stops[0][0], stops[-1][0]
    table, segment = [], 0
    for entry in range(entries):
        position = first + (last - first) * entry / (entries - 1)
        while segment < len(stops) - 2 and position > stops[segment + 1][0]:
            segment += 1
        (low, start), (high, end) = stops[segment], stops[segment + 1]
        share = min(max((position - low) / (high - low), 0.0), 1.0)
        red, green, blue = (round(a + (b - a) * share) for a, b in zip(_rgb(start), _rgb(end), strict=True))
        table.append((red, green, blue))
    return tuple(table)


@cache
def _array(colors: tuple[Rgb, ...]) -> NDArray[np.uint8]:
    import numpy as np

    table = np.array(colors, np.uint8)
    table.setflags(write=False)
    return table
