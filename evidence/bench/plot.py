"""Draws the contenders' wall clock as bars, one panel for each format."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cli.figures import figure, round_ticks, svg
from evidence.bench.plan import COPY, PIPELINE
from evidence.bench.results import Measurement, Section

_BOUND, _PIPELINE, _OTHERS = "#8a8f98", "#2f81c7", "#d9822b"
_WIDTH, _BAR, _PANEL = 9.0, 0.27, 0.45
"""In inches: the figure's width, the height of a bar, and that of a panel beside its bars."""

TITLE: Final = "Wall clock by contender and format"


def plot(section: Section) -> str:
    """Return the plot as SVG."""
    formats = list(dict.fromkeys(one.format for one in section.measurements))
    panels = [[one for one in section.measurements if one.format == name] for name in formats]
    heights = [_PANEL + len(panel) * _BAR for panel in panels]
    with figure(_WIDTH, sum(heights) + _PANEL) as drawn:
        _draw(drawn, panels, heights)
        return svg(drawn, TITLE)


def _draw(drawn: Figure, panels: list[list[Measurement]], heights: list[float]) -> None:
    all_axes = drawn.subplots(len(panels), sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for axes, panel in zip(all_axes, panels, strict=True):
        _panel(axes, panel)
    axes.set_xlabel("wall clock, seconds")
    axes.xaxis.set_major_locator(round_ticks(8))
    # Room for the figures beside the longest bar.
    axes.set_xlim(0, 1.25 * max(one.wall_s for panel in panels for one in panel))


def _panel(axes: Axes, panel: list[Measurement]) -> None:
    axes.set_title(f"{panel[0].format}, {panel[0].size_mb:.0f} MB", loc="left")
    bars = axes.barh(
        [one.contender for one in panel], [one.wall_s for one in panel], height=0.75, color=list(map(_colour, panel))
    )
    axes.bar_label(bars, [f"{one.wall_s:.2f} s, {one.peak_mb:.0f} MB" for one in panel], padding=4)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def _colour(one: Measurement) -> str:
    return _BOUND if one.contender == COPY else _PIPELINE if one.contender in PIPELINE else _OTHERS
