"""Draws graphs as SVG, three to a row, as the dashboard shows them, and names those without a local metric."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import cycle
from typing import Final

from cli.demo.dashboard import BUCKETS, Graph, Line

_COLUMNS: Final = 3
_WIDTH, _HEIGHT, _GAP = 360, 220, 12
_LEFT, _TOP, _BOTTOM = 52, 34, 60
_COLOURS: Final = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2")


def draw(graphs: Sequence[Graph]) -> str:
    """Return the picture."""
    known = [graph for graph in graphs if graph.lines]
    unknown = ", ".join(graph.title for graph in graphs if not graph.lines)
    rows = -(-len(known) // _COLUMNS)
    width, height = _COLUMNS * (_WIDTH + _GAP) + _GAP, rows * (_HEIGHT + _GAP) + _GAP
    body = "\n".join(_placed(graph, number) for number, graph in enumerate(known))
    note = f"On AWS also: {unknown}" if unknown else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 20}" font-family="sans-serif"'
        f' font-size="11" role="img" aria-label="The dashboard">\n'
        f'<rect width="{width}" height="{height + 20}" fill="#f2f3f3"/>\n{body}\n'
        f'<text x="{_GAP}" y="{height + 8}" fill="#545b64">{escape(note)}</text>\n</svg>\n'
    )


def _placed(graph: Graph, number: int) -> str:
    x = _GAP + number % _COLUMNS * (_WIDTH + _GAP)
    y = _GAP + number // _COLUMNS * (_HEIGHT + _GAP)
    return f'<g transform="translate({x} {y})">\n{"".join(_graph(graph))}</g>'


def _graph(graph: Graph) -> Iterator[str]:
    yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="4" fill="#ffffff" stroke="#d5dbdb"/>\n'
    yield f'<text x="12" y="20" font-weight="bold" font-size="13">{escape(graph.title)}</text>\n'
    top = _top(graph)
    yield from _axis(top)
    base = [0.0] * BUCKETS
    for line, colour in _coloured(graph.lines):
        yield _bars(line, base, top, colour) if graph.stacked else _curve(line, top, colour)
    yield from _legend(graph.lines)


def _coloured(lines: Sequence[Line]) -> Iterator[tuple[Line, str]]:
    return ((line, line.colour or colour) for line, colour in zip(lines, cycle(_COLOURS), strict=False))


def _top(graph: Graph) -> float:
    if graph.stacked:
        return max(sum(line.values[part] or 0 for line in graph.lines) for part in range(BUCKETS)) or 1
    return max(value for line in graph.lines for value in line.values if value is not None) or 1


def _axis(top: float) -> Iterator[str]:
    for share in (0, 0.5, 1):
        y = _y(share * top, top)
        yield f'<line x1="{_LEFT}" x2="{_WIDTH - 12}" y1="{y:.1f}" y2="{y:.1f}" stroke="#eaeded"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#687078">{_number(share * top)}</text>\n'


def _bars(line: Line, base: list[float], top: float, colour: str) -> str:
    """Stack a line's values on those below it, which ``base`` adds up."""
    bars = []
    step = _x(1) - _x(0)
    for part, value in enumerate(line.values):
        if value:
            y, height = _y(base[part] + value, top), value / top * _plot_height()
            place = f'x="{_x(part) + 1:.1f}" y="{y:.1f}" width="{step - 2:.1f}" height="{height:.1f}"'
            bars.append(f'<rect {place} fill="{colour}"/>')
            base[part] += value
    return "".join(bars) + "\n"


def _curve(line: Line, top: float, colour: str) -> str:
    points = [(_x(part + 0.5), _y(value, top)) for part, value in enumerate(line.values) if value is not None]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>{dots}\n'


def _legend(lines: Sequence[Line]) -> Iterator[str]:
    x, y = _LEFT, _HEIGHT - 40
    for line, colour in _coloured(lines):
        width = 24 + 7 * len(line.label)
        if x + width > _WIDTH:
            x, y = _LEFT, y + 14
        yield f'<rect x="{x:.0f}" y="{y - 8}" width="9" height="9" fill="{colour}"/>'
        yield f'<text x="{x + 13:.0f}" y="{y}">{escape(line.label)}</text>\n'
        x += int(width)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"  # noqa: PLR2004 - three digits


def _x(part: float) -> float:
    return _LEFT + part / BUCKETS * (_WIDTH - 12 - _LEFT)


def _y(value: float, top: float) -> float:
    return _TOP + (1 - value / top) * _plot_height()


def _plot_height() -> float:
    return _HEIGHT - _TOP - _BOTTOM
