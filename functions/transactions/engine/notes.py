"""What a reader notes besides the records: lines that are none, and warnings."""

from collections import Counter

import duckdb

from transactions.engine.outcome import Found, Tally, tallied
from transactions.reading.records import Part, Skipped
from transactions.results import EXAMPLES_PER_CODE, ErrorCount, SkippedLine
from transactions.sql import masked


class Notes:
    """The notes of a file's parts. ``skipped`` and ``joined`` count lines, and have the first of them."""

    def __init__(self) -> None:
        self.skipped, self.joined, self.warnings = Skipped(), Skipped(), Tally()

    def add(self, part: Part) -> None:
        """Add those of the file's next part."""
        self.skipped, self.joined = _more(self.skipped, part.skipped), _more(self.joined, part.joined)
        if part.warnings:
            counts = Counter(warning.code for warning in part.warnings)
            found = (
                Found(one.code, one.line, one.field, one.line, one.rule, one.masked_value) for one in part.warnings
            )
            tally = Tally(tuple(ErrorCount(code=code, count=count) for code, count in counts.items()), tuple(found))
            self.warnings = tallied((self.warnings, tally))


def masked_lines(connection: duckdb.DuckDBPyConnection, lines: Skipped) -> tuple[SkippedLine, ...]:
    """Return the first of ``lines``, with their shapes in place of their texts."""
    query = f"SELECT line, {masked('text')} FROM (SELECT unnest(?) AS line, unnest(?) AS text)"  # noqa: S608 - own names
    numbers, texts = [number for number, _ in lines.first], [text for _, text in lines.first]
    found = connection.execute(query, [numbers, texts]).fetchall() if texts else []
    return tuple(SkippedLine(line=line, masked_value=shape) for line, shape in found)


def _more(lines: Skipped, further: Skipped) -> Skipped:
    return Skipped(lines.count + further.count, (*lines.first, *further.first)[:EXAMPLES_PER_CODE])
