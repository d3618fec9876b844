"""Draws the dashboard's graphs as SVG, three to a row, and names those of which a local run has no metric."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from cli.demo.dashboard import BUCKETS, DashboardFigures, Graph, Line
from cli.figures import figure, round_ticks, svg

_COLUMNS: Final = 3
_WIDTH, _HEIGHT = 4.2, 2.7
"""Of one graph, in inches."""
_COUNT: Final = "count"
_HEADROOM: Final = 1.08


def draw(dashboard: DashboardFigures) -> str:
    """Return the picture."""
    known = [graph for graph in dashboard.graphs if graph.lines]
    unknown = ", ".join(graph.title for graph in dashboard.graphs if not graph.lines)
    rows = -(-len(known) // _COLUMNS)
    with figure(_COLUMNS * _WIDTH, rows * _HEIGHT) as drawn:
        places = drawn.subplots(rows, _COLUMNS, squeeze=False).flat
        for axes, graph in zip(places, known, strict=False):
            _draw_graph(axes, graph, dashboard.seconds)
        for axes in places[len(known) :]:
            axes.set_axis_off()
        _caption(drawn, f"On AWS also: {unknown}" if unknown else "")
        return svg(drawn, "The dashboard")


def _draw_graph(axes: Axes, graph: Graph, seconds: float) -> None:
    # A title ends in its unit, if it has one: "Upload to outcome, seconds".
    title, _, unit = graph.title.rpartition(", ")
    axes.set_title(title or graph.title, loc="left")
    axes.set_ylabel(unit if title else _COUNT)
    if graph.stacked:
        _draw_bars(axes, graph, seconds / BUCKETS)
    else:
        _draw_curves(axes, graph, seconds / BUCKETS)
    axes.set_xlim(0, seconds)
    axes.set_ylim(0, max(1, _HEADROOM * axes.dataLim.y1))
    axes.xaxis.set_major_locator(round_ticks(8))
    axes.yaxis.set_major_locator(round_ticks(5, whole=not title))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
    axes.grid(axis="y")
    axes.legend(loc="upper left", bbox_to_anchor=(-0.1, -0.12), ncols=3, fontsize=8, handlelength=1, columnspacing=1)


def _draw_bars(axes: Axes, graph: Graph, width: float) -> None:
    """Stack each line's values on those of the lines before it."""
    base = [0.0] * BUCKETS
    for line in graph.lines:
        known = _known(line)
        axes.bar(
            [part * width for part, _ in known],
            [value for _, value in known],
            0.9 * width,
            bottom=[base[part] for part, _ in known],
            align="edge",
            label=line.label,
            color=line.colour or None,
        )
        for part, value in known:
            base[part] += value


def _draw_curves(axes: Axes, graph: Graph, width: float) -> None:
    for line in graph.lines:
        known = _known(line)
        axes.plot(
            [(part + 0.5) * width for part, _ in known],
            [value for _, value in known],
            marker="o",
            markersize=3,
            linewidth=1.5,
            label=line.label,
            color=line.colour or None,
        )


def _known(line: Line) -> list[tuple[int, float]]:
    """List the parts of the run that have a value, with it."""
    return [(part, value) for part, value in enumerate(line.values) if value is not None]


def _caption(drawn: Figure, note: str) -> None:
    drawn.supxlabel(f"seconds since the run's first metric\n{note}".rstrip(), fontsize=10)
