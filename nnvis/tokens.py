"""Every colour of the program, in two themes. Qt-free; nothing else writes a colour down."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """One theme: a colour `#RRGGBB` per token, and a few opacities.

    Grounds, text and accent are chrome; `train` to `positive` belong to data alone.
    """

    name: str
    is_dark: bool

    # Grounds, from the back to the front.
    window: str          # behind cards; fields in the dark theme
    panel: str           # toolbar, docks, tab bar, timeline, status
    card: str            # cards, menus, popups; fields in the light theme
    hover: str           # hovered row or button, chips, hover read-out, tooltip
    track: str           # pressed, slider groove, empty part of bars
    field: str           # line edits, spin boxes, combo boxes

    # Lines.
    line: str            # hairlines between panels and rows
    outline: str         # edge of fields, outline buttons, canvas, popups
    card_edge: str       # the card's own colour where cards need no edge
    grid: str            # grid lines of charts

    # Text.
    text: str            # values, titles, the answer bar, progress
    text_2: str          # labels, secondary values, idle icons
    text_3: str          # captions, axis numbers, placeholders
    disabled: str

    # What you point at and can do.
    accent: str
    on_accent: str
    accent_soft: str     # chosen tool, chosen menu row, Live chip; words on it are `text`, icons may be `accent`

    # Data.
    train: str
    validation: str
    distribution: str    # histogram, ridge, micro histogram
    negative: str        # negative pole in bars and lines
    positive: str

    # State; always with an icon and words, never by colour alone.
    ok: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    on_bad: str

    # The segmented control, whose chosen part sinks in the dark theme and rises in the light one.
    segment: str
    segment_chosen: str
    segment_edge: str

    # Opacities.
    distribution_alpha: float = 0.38   # fill under a histogram
    raw_alpha: float = 0.24            # line of the single batches
    healthy_alpha: float = 0.55        # healthy band of a gauge
    shadow_alpha: float = 0.45         # under popups and hints


DARK = Theme(
    name="dark", is_dark=True,
    window="#0E1116", panel="#14181E", card="#1A1F27", hover="#232A34", track="#2E3743", field="#0E1116",
    line="#29313C", outline="#607081", card_edge="#1A1F27", grid="#242B35",
    text="#E8ECF1", text_2="#B1BBC7", text_3="#8C98A6", disabled="#565E69",
    accent="#3DDBB3", on_accent="#10131A", accent_soft="#143A36",
    train="#56B4E9", validation="#E69F00", distribution="#56B4E9", negative="#4A9EDB", positive="#E69424",
    ok="#2DC29A", warn="#F0C541", warn_soft="#2C2614", bad="#FF7D8F", bad_soft="#371E25", on_bad="#14181E",
    segment="#0E1116", segment_chosen="#2E3743", segment_edge="#2E3743",
    shadow_alpha=0.45,
)

LIGHT = Theme(
    name="light", is_dark=False,
    window="#E9EDF1", panel="#F5F7F9", card="#FFFFFF", hover="#EDF0F4", track="#DCE2E9", field="#FFFFFF",
    line="#D8DEE5", outline="#7B8795", card_edge="#D8DEE5", grid="#E8ECF0",
    text="#141920", text_2="#434E5A", text_3="#5C6875", disabled="#A1A8B0",
    accent="#00796A", on_accent="#FFFFFF", accent_soft="#D6F0EA",
    train="#0072B2", validation="#C25100", distribution="#2F86C9", negative="#2F86C9", positive="#D07A10",
    ok="#007A58", warn="#7D5600", warn_soft="#FBF1D3", bad="#B3123F", bad_soft="#FBE7EB", on_bad="#FFFFFF",
    segment="#EDF0F4", segment_chosen="#FFFFFF", segment_edge="#D8DEE5",
    shadow_alpha=0.18,
)

CLOSE_PAIRS = frozenset({
    frozenset({"accent", "ok"}), frozenset({"accent", "train"}), frozenset({"accent", "negative"}),
    frozenset({"ok", "bad"}),
})
"""Pairs some eyes cannot tell apart. They never share a role: accent is chrome; ok and bad carry icon and words."""
