"""Show the demonstration's outcome."""

from collections.abc import Mapping, Sequence
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from cli.demo.checks import DemoCheck
from cli.demo.run import QUARANTINE_QUERY, TOTALS_QUERY, DemoRun, FileResult
from cli.progress import short
from cli.tables import ROWS_COLUMNS, amount, count, file_text, heading, make_table, rows_cells, seconds, status_text
from deployment.athena import Row
from local.alerts import Alert
from pipeline.constants import FileStatus


def show(console: Console, outcome: DemoRun, checks: Sequence[DemoCheck]) -> None:
    """Print everything that came out, and what was checked."""
    console.print(_section("Files", _files(outcome)))
    console.print(_section("Alerts that went out", _alerts(outcome.alerts)))
    console.print(_section("Athena: published transactions", _query(TOTALS_QUERY, _totals(outcome.totals))))
    console.print(_section("Athena: quarantine", _query(QUARANTINE_QUERY, _quarantine(outcome))))
    console.print(_section("Checked", _checks(checks)))


_SQL: Final = Syntax("", "sql", theme="ansi_dark", background_color="default", word_wrap=True)


def _section(title: str, body: RenderableType) -> Group:
    return Group(heading(title), body)


def _files(outcome: DemoRun) -> Table:
    table = make_table(
        "#", "file", "status", "route", *ROWS_COLUMNS, "latency", numbers=("#", *ROWS_COLUMNS, "latency")
    )
    for result in outcome.results:
        row = result.row
        table.add_row(
            str(result.number),
            file_text(short(row.key), remark(outcome, result)),
            status_text(row.status),
            result.route.removesuffix(" files"),
            *rows_cells(row),
            seconds(row.latency),
        )
    return table


def remark(outcome: DemoRun, result: FileResult) -> str:
    """Say why a file has its status: the reason of a rejection, the file that stands in its place."""
    row = result.row
    match row.status:
        case FileStatus.REJECTED:
            return f"{row.detail}: {result.sample.shows}"
        case FileStatus.DUPLICATE:
            return f"same content as file {outcome.number_of(row.duplicate_of)}"
        case FileStatus.SUPERSEDED if row.superseded_by:
            return f"{result.sample.shows}, replaced by file {outcome.number_of(row.superseded_by)}"
        case FileStatus.FAILED:
            return row.error
        case _:
            return result.sample.shows


def _alerts(alerts: Sequence[Alert]) -> Group:
    return Group(*(_alert(alert) for alert in sorted(alerts, key=lambda alert: alert.message)))


def _alert(alert: Alert) -> Panel:
    """Show a message's facts, which stand before its first blank line; what to do next follows in the email."""
    facts = Table.grid(padding=(0, 1))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for line in alert.message.partition("\n\n")[0].splitlines():
        label, _, value = line.partition(":")
        facts.add_row(label, Text(value.strip()))
    title = f"[bold]{alert.subject}[/] · partner {alert.attributes.get('partner', '')}"
    return Panel.fit(facts, title=title, title_align="left", border_style="yellow")


def _query(sql: str, rows: Table) -> Group:
    return Group(_SQL.highlight(sql.strip()), rows)


def _totals(rows: Sequence[Row]) -> Table:
    table = make_table("partner", "currency", "transactions", "total", numbers=("transactions", "total"))
    for row in rows:
        table.add_row(
            row["partner"], row["currency"], count(int(row["transactions"] or 0)), amount(row["total"] or "0")
        )
    return table


def _quarantine(outcome: DemoRun) -> Table:
    columns = ("partner", "file", "line", "field", "error_code", "masked_value")
    table = make_table(*columns, numbers=("file", "line"))
    for row in outcome.quarantine:
        file = str(outcome.number_of(str(row["file_id"])))
        table.add_row(row["partner"], file, row["source_line"], row["field"], row["error_code"], row["masked_value"])
    return table


def _checks(checks: Sequence[DemoCheck]) -> Group:
    return Group(*(line for check in checks for line in _check(check)))


def _check(check: DemoCheck) -> list[Text]:
    verdict = Text("ok     ", style="green") if check.ok else Text("FAILED ", style="bold red")
    return [verdict + Text(check.claim), *(Text(f"         {problem}", style="red") for problem in check.problems)]


def summary(checks: Sequence[DemoCheck], counts: Mapping[FileStatus, int]) -> Text:
    """Sum up in one line."""
    files = ", ".join(f"{number} {status}" for status, number in counts.items())
    failed = [check for check in checks if not check.ok]
    if failed:
        return Text(f"{len(failed)} of {len(checks)} checks FAILED ({files})", style="bold red")
    return Text(f"All {len(checks)} checks ok ({files})", style="bold green")
