"""What a reader notes besides the records: lines that are none, and warnings."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

import duckdb
import msgspec

from transactions.engine.outcome import Found, Tally, tallied
from transactions.reading.records import Part, Skipped
from transactions.results import EXAMPLES_PER_CODE, ErrorCount, SkippedLine
from transactions.sql import masked


class Notes:
    """The notes of a file's parts.

    ``skipped_by`` and ``joined`` count lines, and have the first of them: those that are skipped by the layout's rules.
    """

    def __init__(self) -> None:
        self.skipped_by, self.joined, self.warnings = dict[str, Skipped](), Skipped(), Tally()

    def add(self, part: Part) -> None:
        """Add those of the file's next part."""
        self.joined = self.joined.followed_by(part.joined)
        for rule, skipped in part.skipped.items():
            self.skipped_by[rule] = self.skipped_by.get(rule, Skipped()).followed_by(skipped)
        if part.warnings:
            counts = Counter(warning.code for warning in part.warnings)
            found = (
                Found(one.code, one.line, one.field, one.line, one.rule, one.masked_value) for one in part.warnings
            )
            tally = Tally(tuple(ErrorCount(code=code, count=count) for code, count in counts.items()), tuple(found))
            self.warnings = tallied((self.warnings, tally))

    @property
    def skipped(self) -> Skipped:
        """The lines that are skipped by any rule."""
        lines = sorted(chain.from_iterable(skipped.first for skipped in self.skipped_by.values()))
        return Skipped(sum(skipped.count for skipped in self.skipped_by.values()), tuple(lines[:EXAMPLES_PER_CODE]))


def masked_lines(connection: duckdb.DuckDBPyConnection, lines: Sequence[tuple[int, str]]) -> tuple[SkippedLine, ...]:
    """Return ``lines``, each with its number, with their shapes in place of their texts."""
    query = f"SELECT line, {masked('text')} FROM (SELECT unnest(?) AS line, unnest(?) AS text)"  # noqa: S608 - own names
    numbers, texts = [number for number, _ in lines], [text for _, text in lines]
    found = connection.execute(query, [numbers, texts]).fetchall() if texts else []
    return tuple(SkippedLine(line=line, masked_value=shape) for line, shape in found)


def masked_tally(connection: duckdb.DuckDBPyConnection, found: Tally) -> Tally:
    """Return ``found`` with the shapes of its texts."""
    shapes = masked_lines(connection, [(one.line, one.masked_value) for one in found.first])
    first = (
        msgspec.structs.replace(one, masked_value=shape.masked_value)
        for one, shape in zip(found.first, shapes, strict=True)
    )
    return Tally(found.counts, tuple(first))
