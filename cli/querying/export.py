"""Writes a result of Athena to a file, to the last digit or not at all."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb

from cli.options import CommandError, UsageError, output_file
from deployment.athena import QueryResult, ResultColumn

_MAX_PRECISION: Final = 38
_TYPED: Final = frozenset(
    {"bigint", "boolean", "date", "double", "float", "integer", "real", "smallint", "timestamp", "tinyint"}
)
"""Types that DuckDB has under the same name. Those that are not here, and are no decimals, are written as text."""


class Format(StrEnum):
    """The format of a written result, by the extension of the file's name."""

    CSV = ".csv"
    PARQUET = ".parquet"


class ExportError(CommandError):
    """A result could not be written as Athena gave it; no file is left."""


def format_of(out: Path) -> Format:
    """Return the format that a file's name asks for.

    Raises
    ------
    UsageError
        If the name has another extension, or the file may not be written there.
    """
    output_file(out)
    try:
        return Format(out.suffix.lower())
    except ValueError as error:
        raise UsageError(f"{out}: the name must end in {' or '.join(Format)}") from error


def write(result: QueryResult, out: Path) -> None:
    """Write a result. Parquet keeps Athena's types and distinguishes NULL from an empty text; CSV does neither.

    Raises
    ------
    ExportError
        If the file cannot be written, or a value would not be in it to the last digit.
    UsageError
        If the file's name is none for a result.
    """
    written_as = format_of(out)
    with _replaced_when_done(out) as draft:
        if written_as is Format.CSV:
            _write_csv(result, draft)
        else:
            _write_parquet(result, draft)
            require_same_decimals(result, draft)


def require_same_decimals(result: QueryResult, parquet: Path) -> None:
    """Compare the decimals of a Parquet file with those of the result, row by row.

    Raises
    ------
    ExportError
        If one differs.
    """
    columns = [column.name for column in result.columns if column.decimal]
    if not columns:
        return
    with duckdb.connect() as connection:
        selected = ", ".join(map(_quoted, columns))
        written = connection.execute(f"SELECT {selected} FROM read_parquet(?)", [str(parquet)]).fetchall()  # noqa: S608 - quoted names
    answered = [tuple(_decimal(row[name]) for name in columns) for row in result.rows]
    if written != answered:
        raise ExportError("the file's amounts would not be those of the answer: write a .csv, which has every digit")


@contextmanager
def _replaced_when_done(out: Path) -> Iterator[Path]:
    """Let a file be written beside ``out``, which it replaces only if it is complete."""
    try:
        with TemporaryDirectory(dir=out.parent, prefix=".etl-") as folder:
            draft = Path(folder) / out.name
            yield draft
            draft.replace(out)
    except (OSError, duckdb.IOException) as error:
        raise ExportError(f"{out} cannot be written ({_first_line(error)}): name a file elsewhere") from error
    except duckdb.Error as error:
        message = f"a value does not fit into Parquet ({_first_line(error)}): write a .csv, which has every digit"
        raise ExportError(message) from error


def _write_csv(result: QueryResult, out: Path) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in result.columns])
        writer.writerows([row.values() for row in result.rows])


def _write_parquet(result: QueryResult, out: Path) -> None:
    names = [_quoted(column.name) for column in result.columns]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE answer ({', '.join(f'{name} VARCHAR' for name in names)})")
        if result.rows:
            places = ", ".join("?" for _ in names)
            connection.executemany(f"INSERT INTO answer VALUES ({places})", [list(r.values()) for r in result.rows])  # noqa: S608 - places only
        typed = ", ".join(
            f"CAST({name} AS {_file_type(column, [row[column.name] for row in result.rows])}) AS {name}"
            for name, column in zip(names, result.columns, strict=True)
        )
        target = str(out).replace("'", "''")
        connection.execute(f"COPY (SELECT {typed} FROM answer) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")  # noqa: S608 - quoted names


def _file_type(column: ResultColumn, values: Sequence[str | None]) -> str:
    if column.decimal:
        return _decimal_type(column, [value for value in map(_decimal, values) if value is not None])
    return column.type if column.type in _TYPED else "VARCHAR"


def _decimal_type(column: ResultColumn, values: Sequence[Decimal]) -> str:
    """Return a type that has every place of the values, whatever scale the result declares for them."""
    scale = max([column.scale, *(-int(value.as_tuple().exponent) for value in values)])
    whole = max([column.precision - column.scale, *(value.adjusted() + 1 for value in values)])
    return f"DECIMAL({min(whole + scale, _MAX_PRECISION)},{scale})"


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
