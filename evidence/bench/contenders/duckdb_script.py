# ruff: noqa: S608 - own names and rules
"""DuckDB as a user would write it: the file read once into a table, each row with its errors, and written from there.

It trusts the reader where the pipeline does not: a quote left open may swallow rows, a short row has empty cells, and a
JSON number goes through a float. The rows of a date come in any order.
"""

from pathlib import Path
from typing import Final

import duckdb

from evidence.bench.contenders.columns import COLUMNS
from evidence.bench.contenders.result import ContenderResult, plain, run
from evidence.bench.contenders.rules import AMOUNT, DATE, EARLIEST, LATEST, SCALE, WHOLE_DIGITS
from transactions.codes import RowCode
from transactions.currencies import MINOR_UNITS

_AMOUNTS: Final = ("amount", "balance")
_DATES: Final = ("booking_date", "value_date")
_REQUIRED: Final = ("booking_date", "amount", "currency")
_MARK_REPEATED: Final = f"""
    UPDATE staged SET errors = [{{'field': 'transaction_id', 'error_code': '{RowCode.DUPLICATE_ID}'}}]
    FROM (SELECT rowid AS place, row_number() OVER (PARTITION BY transaction_id ORDER BY rowid) AS nth FROM staged
        WHERE transaction_id IN (SELECT transaction_id FROM staged GROUP BY 1 HAVING count(*) > 1))
    WHERE staged.rowid = place AND nth > 1 AND errors IS NULL"""


def _job(file_format: str, file: Path, output: Path) -> ContenderResult:
    cells, first_row = (_csv_cells(file), 2) if file_format == "csv" else (_json_cells(file_format, file), 1)
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"CREATE TYPE currency_code AS ENUM {tuple(MINOR_UNITS)}")
        connection.execute(f"CREATE TABLE staged AS {_checked(cells)}")
        connection.execute(_MARK_REPEATED)
        connection.execute(f"""
            COPY (SELECT * EXCLUDE (errors), rowid + {first_row} AS source_line FROM staged WHERE errors IS NULL)
            TO '{output / "accepted"}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (booking_date))""")
        connection.execute(f"""
            COPY (SELECT rowid + {first_row} AS source_line, errors FROM staged WHERE errors IS NOT NULL ORDER BY 1)
            TO '{output / "rejected.ndjson"}' (FORMAT json)""")
        return _outcome(connection)


def _outcome(connection: duckdb.DuckDBPyConnection) -> ContenderResult:
    totals = connection.execute(
        "SELECT currency, count(*), sum(amount) FROM staged WHERE errors IS NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    errors = connection.execute("""
        SELECT error.error_code, count(*), count(DISTINCT place)
        FROM (SELECT rowid AS place, unnest(errors) AS error FROM staged WHERE errors IS NOT NULL)
        GROUP BY 1 ORDER BY 1""").fetchall()
    accepted = sum(count for _, count, _ in totals)
    rejected = connection.execute("SELECT count(*) FROM staged WHERE errors IS NOT NULL").fetchall()[0][0]
    return ContenderResult(
        read=accepted + rejected,
        accepted=accepted,
        rejected=rejected,
        totals={currency: plain(amount) for currency, _, amount in totals},
        errors={code: count for code, count, _ in errors},
    )


def _csv_cells(file: Path) -> str:
    """Read one cell more than there are columns, so that a row that has it is seen."""
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in (*COLUMNS, "surplus"))
    reader = f"read_csv('{file}', header = true, auto_detect = false, null_padding = true, columns = {{{types}}})"
    return f"SELECT *, CASE WHEN surplus IS NOT NULL THEN '{RowCode.FIELD_COUNT}' END AS shape FROM {reader}"


def _json_cells(file_format: str, file: Path) -> str:
    """Read values as JSON, since a text would not show its type."""
    numbers = _AMOUNTS if file_format.endswith("numbers") else ()
    lines = "newline_delimited" if file_format.startswith("ndjson") else "array"
    types = ", ".join(f"'{name}': 'JSON'" for name in COLUMNS)
    reader = f"read_json('{file}', format = '{lines}', columns = {{{types}}})"
    texts = ", ".join(f"nullif({name}->>'$', '') AS {name}" for name in COLUMNS)
    other_type = " OR ".join(
        f"json_type({name}) IN ('VARCHAR', 'BOOLEAN')" if name in numbers else f"json_type({name}) != 'VARCHAR'"
        for name in COLUMNS
    )
    return f"SELECT {texts}, CASE WHEN {other_type} THEN '{RowCode.FIELD_TYPE}' END AS shape FROM {reader}"


def _checked(cells: str) -> str:
    """Return each row its errors, NULL without any, and make decimals and dates of the texts."""
    minor_units = f"{list(MINOR_UNITS.values())}[enum_code(try_cast(currency AS currency_code)) + 1]"
    days = ", ".join(f"try_cast({name} AS DATE) AS {name}_day" for name in _DATES)
    codes = {"": "shape", **{name: _code(name) for name in ("transaction_id", *_DATES, *_AMOUNTS, "currency")}}
    found = ", ".join(f"{code} AS {name}_code" for name, code in codes.items())
    errors = ", ".join(f"{{'field': '{name}', 'error_code': {name}_code}}" for name in codes)
    typed = {name: f"{name}_day" for name in _DATES} | {
        name: f"try_cast({name} AS DECIMAL(18, 5))" for name in _AMOUNTS
    }
    return f"""
        WITH cells AS ({cells}),
        known AS (SELECT *, {minor_units} AS minor_units, {days} FROM cells),
        checked AS (SELECT *, {found} FROM known)
        SELECT {", ".join(f"{typed.get(name, name)} AS {name}" for name in COLUMNS)},
            CASE WHEN shape IS NOT NULL THEN [{{'field': '', 'error_code': shape}}]
                WHEN coalesce({", ".join(f"{name}_code" for name in codes)}) IS NOT NULL
                THEN list_filter([{errors}], lambda error: error.error_code IS NOT NULL) END AS errors
        FROM checked"""


def _code(name: str) -> str:
    """Say which rule the cell breaks first."""
    cases = list[str]()
    if name == "transaction_id":
        cases.append(f"WHEN {name} IS NULL THEN '{RowCode.ID_MISSING}'")
    if name in _REQUIRED:
        cases.append(f"WHEN {name} IS NULL THEN '{RowCode.FIELD_MISSING}'")
    if name == "currency":
        cases.append(f"WHEN minor_units IS NULL THEN '{RowCode.CURRENCY_UNKNOWN}'")
    if name in _DATES:
        other = f"NOT regexp_full_match({name}, '{DATE.pattern}') OR ({name} IS NOT NULL AND {name}_day IS NULL)"
        cases.append(f"WHEN {other} THEN '{RowCode.DATE_FORMAT}'")
        period = f"DATE '{EARLIEST}' AND DATE '{LATEST[name]}'"
        cases.append(f"WHEN {name}_day NOT BETWEEN {period} THEN '{RowCode.DATE_RANGE}'")
    if name in _AMOUNTS:
        whole, decimals = f"ltrim(split_part({name}, '.', 1), '+-0')", f"split_part({name}, '.', 2)"
        cases.append(f"WHEN NOT regexp_full_match({name}, '{AMOUNT.pattern}') THEN '{RowCode.AMOUNT_FORMAT}'")
        cases.append(f"WHEN length({decimals}) > {SCALE} THEN '{RowCode.AMOUNT_SCALE}'")
        cases.append(f"WHEN length({whole}) > {WHOLE_DIGITS} THEN '{RowCode.AMOUNT_RANGE}'")
        cases.append(f"WHEN length(rtrim({decimals}, '0')) > minor_units THEN '{RowCode.AMOUNT_SCALE}'")
    return f"CASE {' '.join(cases)} END"


if __name__ == "__main__":
    run(_job)
