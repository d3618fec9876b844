"""``etl query``."""

import re
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from cli.console import make_console, step
from cli.options import AsJson, CommandError, Suffix, UsageError, print_json
from cli.querying.export import format_of, write
from cli.tables import counted, make_table
from deployment.analysts import reading_policy
from deployment.athena import Athena, QueryError, QueryResult, ResultColumn, Row
from deployment.connection import connect, deployed_stack
from etl.saved_queries import SavedQuery, read_queries

ROWS_SHOWN: Final = 200
"""Rows that a table on the terminal shows at most; a file has every row."""

_UNKNOWN_NAME: Final = re.compile(r"not[ _]found|does not exist|cannot be resolved", re.IGNORECASE)
"""How Athena says that there is no such table or column."""
_NAMES: Final = "'etl query \"SHOW TABLES\"' lists the tables, 'etl query \"DESCRIBE ledger\"' the columns of one"


def complete(incomplete: str) -> list[tuple[str, str]]:
    """Complete the name of a saved query in the shell."""
    return [(query.name, query.title) for query in read_queries().values() if query.name.startswith(incomplete)]


def query(
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME|SQL|-",
            help="A saved query, or SQL; - reads SQL from standard input. Omitted: list the saved queries.",
            autocompletion=complete,
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", exists=True, dir_okay=False, readable=True, help="Read the SQL from a file."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, writable=True, help="Write the result to this .csv or .parquet file.")
    ] = None,
    suffix: Suffix = "dev",
    *,
    vertical: Annotated[
        bool, typer.Option("--vertical", help="Show each column of a row in a line of its own.")
    ] = False,
    permissions: Annotated[
        bool, typer.Option("--permissions", help="Print the IAM policy of an analyst, who can only read.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Query Athena: run a saved query by its name, or any SQL that reads the published tables.

    \b
    etl query
    etl query daily-totals
    etl query "SELECT count(*) FROM ledger"
    etl query "DESCRIBE ledger"
    etl query reconciliation --out reconciliation.parquet
    etl query --file question.sql --vertical

    Ctrl-C stops the query in Athena too.
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    if vertical and (out or as_json):
        raise UsageError("--vertical is for the terminal: leave it out with --out and --json")
    if permissions:
        print_json(reading_policy(deployed_stack(suffix)))
        return
    saved = read_queries()
    sql = _given(query, file, saved)
    if sql is None:
        if out or vertical:
            raise UsageError("--out and --vertical need a query: give a saved query's name or SQL, or leave them out")
        _list(saved, as_json=as_json)
        return
    if out:
        format_of(out)
    _require_reading(sql)
    with nullcontext() if as_json or out else step(make_console(), "Ask Athena"):
        result = _ask(connect(suffix).athena, sql)
    if out:
        write(result, out)
    if as_json:
        print_json(result.rows)
    elif out:
        typer.echo(f"{counted(len(result.rows), 'row')}: {out}")
    else:
        _show(result, vertical=vertical)


def _given(query: str | None, file: Path | None, saved: dict[str, SavedQuery]) -> str | None:
    """Return the SQL that the call gives, None if it gives none."""
    if query is not None and file is not None:
        raise UsageError("both a query and --file: give one of them")
    if file is not None:
        return _read(file.read_bytes(), str(file))
    if query == "-":
        return _read(sys.stdin.buffer.read(), "standard input")
    if query in saved:
        return saved[query].sql
    if query is not None and re.fullmatch(r"[\w-]+", query):
        raise UsageError(f"no saved query {query}: there are {', '.join(saved)}; SQL goes in quotes")
    return query


def _ask(athena: Athena, sql: str) -> QueryResult:
    try:
        return athena.result(sql)
    except QueryError as error:
        if _UNKNOWN_NAME.search(str(error)):
            raise CommandError(f"{error}: {_NAMES}") from error
        raise


def _require_reading(sql: str) -> None:
    # The parser takes half a second to import, and only this command needs it.
    from cli.querying.statements import require_reading  # noqa: PLC0415

    require_reading(sql)


def _read(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{source} is no text in UTF-8: save it as that") from error


def _list(saved: dict[str, SavedQuery], *, as_json: bool) -> None:
    if as_json:
        print_json(list(saved.values()))
        return
    table = make_table("name", "what it answers")
    for query in saved.values():
        table.add_row(query.name, query.title)
    console = make_console()
    console.print(table)
    console.print("run one: etl query NAME")


def _show(result: QueryResult, *, vertical: bool) -> None:
    console = make_console()
    shown = result.rows[:ROWS_SHOWN]
    if vertical:
        _show_vertically(console, shown)
    else:
        _show_table(console, result.columns, shown)
    left = len(result.rows) - ROWS_SHOWN
    console.print(
        counted(len(result.rows), "row") + (f", {left} not shown: --out result.csv has all" if left > 0 else "")
    )


def _show_table(console: Console, columns: Sequence[ResultColumn], rows: Sequence[Row]) -> None:
    names = [column.name for column in columns]
    table = make_table(*names, numbers=tuple(column.name for column in columns if column.numeric))
    for row in rows:
        table.add_row(*(Text(value or "") for value in row.values()))
    console.print(table)


def _show_vertically(console: Console, rows: Sequence[Row]) -> None:
    for number, row in enumerate(rows, start=1):
        console.print(Text(f"row {number}", style="bold"))
        width = max(map(len, row))
        for name, value in row.items():
            console.print(Text(f"  {name:<{width}}  {value or ''}".rstrip()), soft_wrap=True)
