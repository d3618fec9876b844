"""Figures as SVG: text stays text, one figure is always the same bytes, light and dark follow the reader's setting.

Needs matplotlib, which is installed for development only.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Final

from cycler import cycler
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

_INK, _PAPER, _RULES = "#24292f", "#ffffff", "#d8dee4"
_IN_THE_DARK: Final = {_INK: "#e6edf3", _PAPER: "#0d1117", _RULES: "#30363d"}
COLOURS: Final = ("#2f81c7", "#d9822b", "#3a9b52", "#d1495b", "#8f6fc9", "#9a6b4f", "#c264a5")
"""Readable on both papers."""

_ID: Final = re.compile(r'(?<=["#])[hmpC][0-9a-f]{10}(?=[")])')

_STYLE: Final = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _RULES,
    "axes.facecolor": _PAPER,
    "axes.titleweight": "bold",
    "axes.titlesize": 11,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": _PAPER,
    "savefig.facecolor": _PAPER,
    "grid.color": _RULES,
    "xtick.color": _RULES,
    "xtick.labelcolor": _INK,
    "ytick.color": _RULES,
    "ytick.labelcolor": _INK,
    "legend.frameon": False,
    "axes.prop_cycle": cycler(color=list(COLOURS)),
}


@contextmanager
def figure(width: float, height: float) -> Iterator[Figure]:
    """Open a figure of this size, in inches, in the style of the pages."""
    with style.context(_STYLE):
        yield Figure(figsize=(width, height), layout="constrained")


def round_ticks(most: int, *, whole: bool = False) -> MaxNLocator:
    """Place at most so many intervals of 1, 2 or 5 times a power of ten, ``whole`` for counts."""
    return MaxNLocator(most, steps=[1, 2, 5, 10], integer=whole)


def svg(drawn: Figure, title: str) -> str:
    """Write a figure; ``title`` says what it shows to those who cannot see it."""
    written = StringIO()
    drawn.savefig(written, format="svg", metadata={"Title": title, "Date": None, "Creator": None})
    text = re.sub(r"<svg ", '<svg role="img" ', written.getvalue(), count=1)
    return _numbered(text).replace("<defs>", f"{_dark()}\n <defs>", 1)


def _numbered(text: str) -> str:
    """Give shapes and clips their number for an id, instead of a hash of coordinates down to the last bit."""
    numbers: dict[str, str] = {}
    return _ID.sub(lambda found: numbers.setdefault(found[0], f"shape-{len(numbers) + 1}"), text)


def _dark() -> str:
    """Change colours where the reader prefers a dark scheme: the style of an element names the one for light."""
    rules = " ".join(
        f'[style*="{kind}: {light}"] {{ {kind}: {dark} !important }}'
        for light, dark in _IN_THE_DARK.items()
        for kind in ("fill", "stroke")
    )
    return f"<style>@media (prefers-color-scheme: dark) {{ {rules} }}</style>"
