"""Sizes of the window's parts, for three sizes of the window. Qt-free."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Metrics:
    """All lengths in device-independent pixels."""

    name: str
    # The window.
    toolbar: int
    tabs: int
    timeline: int
    left_dock: int
    right_dock: int
    page_gap: int                 # page padding, and the gap between cards
    card_padding: tuple[int, int]     # vertical, horizontal
    dock_padding: int
    # The page Learn.
    learn_rows: tuple[int, int, int]  # preferred heights: curves, distributions, third row
    weight_tiles: int
    weight_tile: int
    weights_width: int
    confusion_width: int          # 0: it shares one card with the weights
    confusion_cell: int
    health_row: int
    gauge: int
    ridge_rows: int
    # The dock Network.
    layer_card: int
    layer_gap: int
    # The dock Draw.
    canvas: int
    draw_tool: int
    picture: int
    bar_row: int
    bar: int
    history: int
    # Type and toolbar.
    display: int                  # pixel size of the answer's digit
    display_line: int
    progress_segment: int
    speed_slider: int
    menu: int = 28
    status: int = 24
    dock_head: int = 36

    @property
    def is_compact(self) -> bool:
        """Captions and second lines give way."""
        return self.name == "compact"


COMPACT = Metrics(
    name="compact", toolbar=44, tabs=32, timeline=48, left_dock=256, right_dock=272, page_gap=8,
    card_padding=(8, 10), dock_padding=12, learn_rows=(172, 180, 208), weight_tiles=10, weight_tile=56,
    weights_width=332, confusion_width=0, confusion_cell=17, health_row=38, gauge=120, ridge_rows=13,
    layer_card=40, layer_gap=4, canvas=247, draw_tool=34, picture=56, bar_row=14, bar=8, history=30,
    display=28, display_line=32, progress_segment=44, speed_slider=64,
)

REGULAR = Metrics(
    name="regular", toolbar=48, tabs=40, timeline=56, left_dock=304, right_dock=336, page_gap=16,
    card_padding=(12, 16), dock_padding=16, learn_rows=(248, 260, 312), weight_tiles=24, weight_tile=56,
    weights_width=390, confusion_width=284, confusion_cell=23, health_row=52, gauge=112, ridge_rows=25,
    layer_card=46, layer_gap=8, canvas=303, draw_tool=44, picture=84, bar_row=20, bar=10, history=48,
    display=40, display_line=44, progress_segment=56, speed_slider=96,
)

LARGE = Metrics(
    name="large", toolbar=48, tabs=40, timeline=56, left_dock=352, right_dock=432, page_gap=16,
    card_padding=(12, 16), dock_padding=16, learn_rows=(362, 378, 440), weight_tiles=24, weight_tile=84,
    weights_width=558, confusion_width=374, confusion_cell=32, health_row=72, gauge=208, ridge_rows=25,
    layer_card=46, layer_gap=8, canvas=399, draw_tool=44, picture=112, bar_row=26, bar=12, history=104,
    display=40, display_line=44, progress_segment=56, speed_slider=96,
)


def metrics_for(width: int, height: int) -> Metrics:
    """The sizes that fit a window of `width` by `height`."""
    if width < 1600 or height < 900:
        return COMPACT
    return LARGE if width >= 2400 and height >= 1300 else REGULAR
