"""Shows what checks found, on a terminal or in a pipe."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path, PurePath

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.checking.files import CheckedFile
from cli.checking.outcomes import Outcome
from cli.tables import ROWS_COLUMNS, amount, count, counted, file_text, make_table
from cli.upload_names import ignored, name_to_take
from transactions.masking import masked_name
from transactions.reports.page import DROPPED, JOINED, SKIPPED, WORDS, booking_dates, share, summary, without_amount
from transactions.reports.report import REPORTS, Report, ReportedError
from transactions.results import Exclusion, SkippedLine, Total, Verdict

_STYLES: dict[Verdict, str] = {
    "VALID": "bold green",
    "VALID_WITH_REJECTED_ROWS": "bold yellow",
    "REJECTED": "bold red",
}


def show(console: Console, outcome: Outcome, out: Path | None) -> None:
    """Print the verdict, and everything that led to it; what was written, if it was kept in ``out``."""
    if not outcome.checked:
        return
    report, column = outcome.checked.shown, outcome.checked.column
    parts = (_verdict(report), _figures(report), _findings(report, column), _lines_without_rows(report, column))
    for part in chain.from_iterable(parts):
        console.print(part)
    if outcome.is_ignored:
        console.print(Text(f"But {ignored(outcome.file.name)}.", style="yellow"))
    if out:
        for line in _written(outcome.checked, out):
            console.print(line, markup=False, soft_wrap=True)


def show_summary(console: Console, outcomes: Sequence[Outcome], out: Path | None) -> None:
    """Print a line for each of several files, and how many there are of each verdict."""
    table = make_table("file", "verdict", *ROWS_COLUMNS, numbers=ROWS_COLUMNS)
    folder = common_folder([outcome.file.given for outcome in outcomes])
    if folder:
        console.print(f"in {masked_name(folder)}", markup=False, soft_wrap=True)
    for outcome in outcomes:
        name = outcome.file.given.removeprefix(folder)
        table.add_row(file_text(name, _remark(outcome)), _verdict_text(outcome), *_rows(outcome))
    console.print(table)
    verdicts = Counter(_verdict_text(outcome).plain for outcome in outcomes)
    found = (f"{count(number)} {words.lower()}" for words, number in verdicts.items())
    console.print(f"{counted(len(outcomes), 'file')}: {'; '.join(found)}")
    if out:
        console.print(f"reports       {out / REPORTS}", markup=False, soft_wrap=True)
    if any(outcome.exit_code for outcome in outcomes):
        console.print("'etl check FILE' shows everything on one file")


def common_folder(paths: Sequence[str]) -> str:
    """Return the nearest folder that all paths are in, with a slash: shown once, it leaves room for the names.

    >>> common_folder(["in/alpine/a.csv", "in/alpine/b/c.csv"]), common_folder(["a.csv", "in/b.csv"])
    ('in/alpine/', '')
    """
    folders = (f"{folder}/" for folder in PurePath(paths[0]).parents)
    return next((folder for folder in folders if all(path.startswith(folder) for path in paths)), "")


def _verdict_text(outcome: Outcome) -> Text:
    if not outcome.checked:
        return Text("Not checked", style="bold yellow")
    verdict = outcome.checked.report.verdict
    return Text(WORDS[verdict], style=_STYLES[verdict])


def _rows(outcome: Outcome) -> Iterator[str]:
    if outcome.checked:
        counts = outcome.checked.report.counts
        yield from map(count, (counts.read, counts.accepted, counts.rejected, counts.dropped))


def _remark(outcome: Outcome) -> str:
    remarks = [outcome.error] if outcome.error else []
    if outcome.checked:
        report = outcome.checked.report
        remarks += [report.rejection.code] if report.rejection else []
        remarks += [f"{error.code} ({error.count})" for error in report.errors if not report.rejection]
    if outcome.is_ignored:
        remarks.append(f"the pipeline ignores this name: rename it to {masked_name(name_to_take(outcome.file.name))}")
    return ", ".join(remarks)


def _verdict(report: Report) -> Iterator[RenderableType]:
    yield Text.assemble((WORDS[report.verdict], _STYLES[report.verdict]), f"  {report.file.name}")
    yield Text(summary(report))
    if report.rejection:
        yield Text.assemble((report.rejection.code, "bold"), f": {report.rejection.reason}")
    if report.layout:
        yield Text(f"layout {report.layout}, partner {report.file.partner}", style="dim")


def _figures(report: Report) -> Iterator[RenderableType]:
    if report.counts.read:
        yield _counts(report)
    if report.totals:
        yield _totals(report.totals, "rows")
        yield Text(f"booking dates {booking_dates(report)}")
    if report.rejected_totals:
        yield _totals(report.rejected_totals, "rejected rows")
    if unread := without_amount(report):
        yield Text(unread)


def _findings(report: Report, column: str) -> Iterator[RenderableType]:
    for error in report.errors:
        yield _error(error, column)
    for warning in report.warnings:
        yield _error(warning, column, "warning ")


def _lines_without_rows(report: Report, column: str) -> Iterator[RenderableType]:
    """Show what is no transaction: dropped rows, skipped lines, and lines that are joined to a row."""
    counts = report.counts
    if counts.dropped:
        yield _heading(counted(counts.dropped, "dropped row"), DROPPED)
        yield from (_exclusion(found, column) for found in report.dropped_by)
    if counts.skipped:
        yield _heading(counted(counts.skipped, "skipped line"), SKIPPED)
        yield from (_exclusion(found, column) for found in report.skipped_by)
    if counts.joined:
        yield _heading(counted(counts.joined, "joined line"), JOINED)
        yield _lines(counts.joined, report.joined_lines, column)


def _counts(report: Report) -> Table:
    counts = report.counts
    table = make_table("rows", "count", "share", numbers=("count", "share"))
    table.add_row("read", count(counts.read), "")
    for name, part in (("accepted", counts.accepted), ("rejected", counts.rejected), ("dropped", counts.dropped)):
        table.add_row(name, count(part), share(part, counts.read))
    return table


def _totals(totals: Iterable[Total], rows: str) -> Table:
    table = make_table("currency", rows, "sum", numbers=(rows, "sum"))
    for total in totals:
        table.add_row(total.currency, count(total.count), amount(total.sum))
    return table


def _error(error: ReportedError, column: str, kind: str = "") -> Group:
    heading = Text.assemble(kind, (error.code, "bold"), f" ({count(error.count)})  {error.meaning}; {error.cure}.")
    table = make_table("line", "field", column, "rule", numbers=("line",))
    for example in error.examples:
        cells = (str(example.line), example.field or "whole row", example.masked_value, example.rule)
        table.add_row(*map(Text, cells))
    if error.count > len(error.examples):
        table.add_row("…")
    return Group(heading, Padding.indent(table, 2))


def _heading(found: str, meaning: str) -> Text:
    return Text.assemble((found, "bold"), f"  {meaning}")


def _exclusion(found: Exclusion, column: str) -> Group:
    heading = Text.assemble(f"  {count(found.count)}  {found.condition}  ", (found.rule, "dim"))
    return Group(heading, _lines(found.count, found.first, column))


def _lines(found: int, shown: Sequence[SkippedLine], column: str) -> Padding:
    table = make_table("line", column, numbers=("line",))
    for line in shown:
        table.add_row(str(line.line), Text(line.masked_value))
    if found > len(shown):
        table.add_row("…")
    return Padding.indent(table, 2)


def _written(checked: CheckedFile, out: Path) -> Iterator[str]:
    """Name the report, and each table's folder with its rows: a thousand booking dates make a thousand files."""
    yield f"report        {out / checked.report.path('html')}"
    rows = Counter[str]()
    for written in checked.transformation.objects if checked.transformation else ():
        rows[written.table] += written.rows
    for table, written_rows in rows.items():
        yield f"{table:<13} {out / table} ({counted(written_rows, 'row')})"
