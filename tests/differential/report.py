"""Describes a case that differs so that it can be run again, and sums up many cases."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.differential.compare import Outcome, outcome
from tests.differential.product import layout_text
from tests.differential.shrink import shrunk

_SHOWN_BYTES = 4000


def reproduction(found: Outcome) -> str:
    """Describe a case that differs, reduced: its layout, its bytes, and the differences."""
    seed, number = found.case.seed, found.case.number
    kind = _kind(found)
    again = outcome(shrunk(found.case, lambda case: _kind(outcome(case)) == kind))
    case = again.case
    content = repr(case.content[:_SHOWN_BYTES]) + (" ..." if len(case.content) > _SHOWN_BYTES else "")
    return "\n".join(
        [
            f"seed {seed}, case {number} differs ({', '.join(sorted(case.kinds))}); run it again:",
            f"  python -m tests.differential --seed {seed} --case {number}",
            "as generated:",
            *(f"  {difference}" for difference in found.differences),
            f"reduced, file {case.file_name}, {case.blocks}:",
            *(f"  {difference}" for difference in again.differences),
            *(line for layout in (case.layout, *case.others) for line in _described(layout)),
            f"its bytes:\n  {content}",
        ]
    )


def _described(layout: dict[str, Any]) -> list[str]:
    return [f"layout {layout['name']}:", *(f"  {line}" for line in layout_text(layout).splitlines())]


def _kind(found: Outcome) -> str:
    """Return the kind of the first difference, without lines and values."""
    first = found.differences[0] if found.differences else ""
    return re.split(r"[0-9{\[(]", re.sub("line [0-9]+: ", "", first))[0]


def figures(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """Count by kind: cases, those rejected as a whole, rows accepted, rejected and dropped, cases that differ."""
    kinds = sorted({kind for one in outcomes for kind in one.case.kinds})
    return [_figures(kind, [one for one in outcomes if kind in one.case.kinds]) for kind in kinds] + [
        _figures("all", outcomes)
    ]


def codes(outcomes: Sequence[Outcome]) -> str:
    """Say how many files were rejected with each code."""
    counted = Counter(one.code for one in outcomes if one.code)
    return ", ".join(f"{count} {code}" for code, count in sorted(counted.items()))


def _figures(kind: str, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    counts = (
        len(outcomes),
        sum(bool(one.code) for one in outcomes),
        sum(one.accepted for one in outcomes),
        sum(one.rejected for one in outcomes),
        sum(one.dropped for one in outcomes),
        sum(bool(one.differences) for one in outcomes),
    )
    return (kind, *(f"{count:,}" for count in counts))
