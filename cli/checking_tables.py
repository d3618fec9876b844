"""Shows what a check found, on a terminal or in a pipe."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.checking import CheckedFile
from cli.tables import count, counted, make_table
from transactions.reports.page import JOINED, SKIPPED, WORDS, booking_dates, share, summary
from transactions.reports.report import Report, ReportedError
from transactions.results import SkippedLine, Verdict

_STYLES: dict[Verdict, str] = {
    "VALID": "bold green",
    "VALID_WITH_REJECTED_ROWS": "bold yellow",
    "REJECTED": "bold red",
}


def show(console: Console, checked: CheckedFile, out: Path | None) -> None:
    """Print the verdict, and everything that led to it; what was written, if it was kept in ``out``."""
    report = checked.report
    for part in _parts(report):
        console.print(part)
    if out:
        for line in _written(checked, out):
            console.print(line, markup=False, soft_wrap=True)


def _parts(report: Report) -> Iterator[RenderableType]:
    verdict = Text.assemble((WORDS[report.verdict], _STYLES[report.verdict]), f"  {report.file.name}")
    yield verdict
    yield Text(summary(report))
    if report.rejection:
        yield Text.assemble((report.rejection.code, "bold"), f": {report.rejection.reason}")
    if report.layout:
        yield Text(f"layout {report.layout}, partner {report.file.partner}", style="dim")
    if report.counts.read:
        yield _counts(report)
    if report.totals:
        yield _totals(report)
        yield Text(f"booking dates {booking_dates(report)}")
    for error in report.errors:
        yield _error(error)
    for warning in report.warnings:
        yield _error(warning, "warning ")
    if report.counts.skipped:
        yield _lines("skipped", SKIPPED, report.counts.skipped, report.skipped_lines)
    if report.counts.joined:
        yield _lines("joined", JOINED, report.counts.joined, report.joined_lines)


def _counts(report: Report) -> Table:
    counts = report.counts
    table = make_table("rows", "count", "share", numbers=("count", "share"))
    table.add_row("read", count(counts.read), "")
    for name, part in (("accepted", counts.accepted), ("rejected", counts.rejected), ("dropped", counts.dropped)):
        table.add_row(name, count(part), share(part, counts.read))
    return table


def _totals(report: Report) -> Table:
    table = make_table("currency", "rows", "sum", numbers=("rows", "sum"))
    for total in report.totals:
        table.add_row(total.currency, count(total.count), total.sum)
    return table


def _error(error: ReportedError, kind: str = "") -> Group:
    heading = Text.assemble(kind, (error.code, "bold"), f" ({count(error.count)})  {error.meaning}; {error.cure}.")
    table = make_table("line", "field", "value's shape", "rule", numbers=("line",))
    for example in error.examples:
        cells = (str(example.line), example.field or "whole row", example.masked_value, example.rule)
        table.add_row(*map(Text, cells))
    if error.count > len(error.examples):
        table.add_row("…")
    return Group(heading, Padding(table, (0, 0, 0, 2)))


def _lines(kind: str, meaning: str, found: int, shown: Sequence[SkippedLine]) -> Group:
    heading = Text.assemble((counted(found, f"{kind} line"), "bold"), f"  {meaning}")
    table = make_table("line", "shape", numbers=("line",))
    for line in shown:
        table.add_row(str(line.line), Text(line.masked_value))
    if found > len(shown):
        table.add_row("…")
    return Group(heading, Padding(table, (0, 0, 0, 2)))


def _written(checked: CheckedFile, out: Path) -> Iterator[str]:
    """Name the report, and each table's folder with its rows: a thousand booking dates make a thousand files."""
    yield f"report        {out / checked.report.path('html')}"
    rows = Counter[str]()
    for written in checked.transformation.objects if checked.transformation else ():
        rows[written.table] += written.rows
    for table, written_rows in rows.items():
        yield f"{table:<13} {out / table} ({counted(written_rows, 'row')})"
