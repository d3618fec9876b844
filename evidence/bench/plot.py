"""Draws the contenders' wall clock as bars, one group for each format."""

from collections.abc import Iterator
from html import escape
from typing import Final

from evidence.bench.plan import COPY, PIPELINE
from evidence.bench.results import Measurement, Section

_LABELS, _BARS, _FIGURES = 250, 420, 150
_ROW, _GROUP = 24, 40
_BOUND, _PIPELINE, _OTHERS = "#8a8f98", "#2f6f9f", "#b9772d"
WIDTH: Final = _LABELS + _BARS + _FIGURES


def plot(section: Section) -> str:
    """Return the plot as SVG."""
    formats = list(dict.fromkeys(one.format for one in section.measurements))
    height = 16 + len(formats) * _GROUP + len(section.measurements) * _ROW
    body = "\n".join(_bars(section, formats))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif"'
        f' font-size="13" role="img" aria-label="Wall clock by contender and format">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _bars(section: Section, formats: list[str]) -> Iterator[str]:
    longest, y = max(one.wall_s for one in section.measurements), 8
    for name in formats:
        group = [one for one in section.measurements if one.format == name]
        y += _GROUP
        yield f'<text x="8" y="{y - 12}" font-weight="bold">{escape(name)}, {group[0].size_mb:.0f} MB</text>'
        for one in group:
            yield _bar(one, y, one.wall_s / longest * _BARS)
            y += _ROW


def _bar(one: Measurement, y: int, width: float) -> str:
    fill = _BOUND if one.contender == COPY else _PIPELINE if one.contender in PIPELINE else _OTHERS
    end = _LABELS + width + 8
    return (
        f'<text x="{_LABELS - 8}" y="{y + 13}" text-anchor="end">{escape(one.contender)}</text>'
        f'<rect x="{_LABELS}" y="{y}" width="{width:.1f}" height="{_ROW - 6}" fill="{fill}"/>'
        f'<text x="{end:.1f}" y="{y + 13}">{one.wall_s:.2f} s, {one.peak_mb:.0f} MB</text>'
    )
