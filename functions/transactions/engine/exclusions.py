"""Says which rules of a layout excluded rows and lines of a file, and which were the first."""

from collections.abc import Iterable, Mapping

import duckdb

from transactions.engine.notes import masked_lines
from transactions.engine.outcome import Found, Tally
from transactions.layouts.exclusions import conditions
from transactions.layouts.layout import Layout
from transactions.reading.records import Skipped
from transactions.results import Exclusion, SkippedLine


def dropped_by(layout: Layout, drops: Tally) -> tuple[Exclusion, ...]:
    """List the conditions that dropped rows, in the layout's order. The codes of ``drops`` are their places."""
    counts = {count.code: count.count for count in drops.counts}
    return tuple(
        Exclusion(rule=rule, condition=condition, count=counts[rule], first=_first(rule, drops.first))
        for rule, condition in conditions(layout).items()
        if rule in counts
    )


def skipped_by(
    connection: duckdb.DuckDBPyConnection, layout: Layout, skipped: Mapping[str, Skipped]
) -> tuple[Exclusion, ...]:
    """List the rules that skipped lines, in the layout's order."""
    return tuple(
        Exclusion(
            rule=rule,
            condition=condition,
            count=skipped[rule].count,
            first=masked_lines(connection, skipped[rule].first),
        )
        for rule, condition in conditions(layout).items()
        if rule in skipped
    )


def _first(rule: str, found: Iterable[Found]) -> tuple[SkippedLine, ...]:
    return tuple(SkippedLine(line=one.line, masked_value=one.masked_value) for one in found if one.code == rule)
