"""``etl query``."""

import csv
import io
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import duckdb
import typer
from rich.text import Text

from cli.console import PrintableConsole, make_console, step
from cli.options import AsJson, Suffix, UsageError, print_json
from cli.tables import counted, make_table
from deployment.athena import QueryResult
from deployment.connection import connect
from etl.saved_queries import SavedQuery, read_queries

ROWS_SHOWN: Final = 200
"""Rows that a table on the terminal shows at most; a file has every row."""

WIDEST: Final = 400
"""Width of a table, in characters, where the output is not a terminal."""


class Format(StrEnum):
    """The format of a written result, by the extension of the file's name."""

    CSV = ".csv"
    PARQUET = ".parquet"


def complete(incomplete: str) -> list[tuple[str, str]]:
    """Complete the name of a saved query in the shell."""
    return [(query.name, query.title) for query in read_queries().values() if query.name.startswith(incomplete)]


def query(
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|SQL]",
            help="A saved query, or SQL. Omitted: list the saved queries.",
            autocompletion=complete,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, writable=True, help="Write the result to this .csv or .parquet file.")
    ] = None,
    suffix: Suffix = "dev",
    *,
    as_json: AsJson = False,
) -> None:
    """Query Athena: run a saved query by its name, or any SQL on the published tables.

    \b
    etl query
    etl query daily-totals
    etl query "SELECT count(*) FROM ledger WHERE partner = 'alpine'"
    etl query reconciliation --out reconciliation.parquet
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    saved = read_queries()
    if query is None:
        _list(saved, as_json=as_json)
        return
    written_as = _format(out) if out else None
    sql = _sql(query, saved)
    athena = connect(suffix).athena
    if as_json or out:
        result = athena.result(sql)
    else:
        with step(make_console(), "Ask Athena"):
            result = athena.result(sql)
    if out and written_as:
        write(result, out, written_as)
    if as_json:
        print_json(result.rows)
    elif out:
        typer.echo(f"{counted(len(result.rows), 'row')}: {out}")
    else:
        _show(result)


def _sql(query: str, saved: dict[str, SavedQuery]) -> str:
    if query in saved:
        return saved[query].sql
    if " " not in query.strip():
        raise UsageError(f"no saved query {query}: there are {', '.join(saved)}; SQL goes in quotes")
    return query


def _format(out: Path) -> Format:
    try:
        return Format(out.suffix.lower())
    except ValueError as error:
        raise UsageError(f"{out}: the name must end in {' or '.join(Format)}") from error


def write(result: QueryResult, out: Path, written_as: Format) -> None:
    """Write a result. Parquet keeps Athena's types and distinguishes NULL from an empty text; CSV does neither."""
    if written_as is Format.CSV:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow([column.name for column in result.columns])
        writer.writerows([row.values() for row in result.rows])
        out.write_text(text.getvalue(), encoding="utf-8")
        return
    with duckdb.connect() as connection:
        names = [_quoted(column.name) for column in result.columns]
        connection.execute(f"CREATE TABLE answer ({', '.join(f'{name} VARCHAR' for name in names)})")
        if result.rows:
            places = ", ".join("?" for _ in names)
            connection.executemany(f"INSERT INTO answer VALUES ({places})", [list(r.values()) for r in result.rows])  # noqa: S608 - places only
        typed = ", ".join(
            f"CAST({name} AS {_engine_type(column.type)}) AS {name}"
            for name, column in zip(names, result.columns, strict=True)
        )
        target = str(out).replace("'", "''")
        connection.execute(f"COPY (SELECT {typed} FROM answer) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")  # noqa: S608 - quoted names


def _engine_type(athena_type: str) -> str:
    """Return DuckDB's name of a type; a type without a simple name becomes text."""
    simple = athena_type.partition("(")[0]
    return athena_type if simple in _ENGINE_TYPES else "VARCHAR"


_ENGINE_TYPES: Final = frozenset(
    {"bigint", "boolean", "date", "decimal", "double", "integer", "real", "smallint", "timestamp", "tinyint"}
)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


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


def _show(result: QueryResult) -> None:
    names = [column.name for column in result.columns]
    table = make_table(*names, numbers=tuple(column.name for column in result.columns if column.numeric))
    for row in result.rows[:ROWS_SHOWN]:
        table.add_row(*(Text(value or "") for value in row.values()))
    console = make_console()
    if not console.is_terminal:
        console = PrintableConsole(highlight=False, width=WIDEST)
    console.print(table)
    left = len(result.rows) - ROWS_SHOWN
    console.print(
        counted(len(result.rows), "row") + (f", {left} not shown: --out result.csv has all" if left > 0 else "")
    )
