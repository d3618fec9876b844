"""Answers Athena's SHOW and DESCRIBE from the catalog, in the form in which Athena answers them.

The emulator passes them to DuckDB, which knows no catalog. Athena describes a table in lines that are one text each,
with tabs between the cells (Athena user guide, "DESCRIBE"). SHOW CREATE and SHOW TBLPROPERTIES are left to DuckDB,
which refuses them.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

from ministack.services import athena, glue

Answer = dict[str, Any]
Table = Mapping[str, Any]

_CELL: Final = 20
"""Characters that a cell of a description is filled up to."""


def install() -> None:
    """Replace the emulator's function."""
    athena._run_duckdb = _with_catalog(athena._run_duckdb)  # noqa: SLF001


def _with_catalog(run: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    async def answered(query: str, database: str, catalog: str | None = None) -> Answer:
        answer = _answer(athena._Cursor(query), database)  # noqa: SLF001
        return answer if answer is not None else await run(query, database, catalog)

    return answered


def _answer(cursor: Any, database: str) -> Answer | None:
    for keywords, answer in _STATEMENTS.items():
        if cursor.keywords(*keywords):
            return answer(cursor, database)
    return None


def _databases(_cursor: Any, _database: str) -> Answer:
    return _lines(["database_name"], sorted(glue._databases))  # noqa: SLF001


def _tables(cursor: Any, database: str) -> Answer:
    return _lines(["tab_name"], _names(cursor, database, lambda _: True))


def _views(cursor: Any, database: str) -> Answer:
    return _lines(["views"], _names(cursor, database, lambda table: table["TableType"] == "VIRTUAL_VIEW"))


def _names(cursor: Any, database: str, is_listed: Callable[[Table], bool]) -> list[str]:
    if cursor.keywords("in") or cursor.keywords("from"):
        database = cursor.identifier()
    cursor.keywords("like")
    pattern = (cursor.string() or "*").replace(".*", "*").replace("*", ".*")
    tables = {
        key.removeprefix(f"{database}/"): table
        for key, table in glue._tables.items()  # noqa: SLF001
        if key.startswith(f"{database}/")
    }
    return sorted(name for name, table in tables.items() if is_listed(table) and re.fullmatch(pattern, name))


def _columns(cursor: Any, database: str) -> Answer:
    if not (cursor.keywords("in") or cursor.keywords("from")):
        raise ValueError("SHOW COLUMNS: IN and a table's name are missing")
    _, table = _table(cursor, database)
    return _lines(["field"], [_cell(column["Name"]) for column in (*_own_columns(table), *_partition_keys(table))])


def _partitions(cursor: Any, database: str) -> Answer:
    name, table = _table(cursor, database)
    keys = [column["Name"] for column in _partition_keys(table)]
    registered = glue._partitions.get(name, [])  # noqa: SLF001
    values = [zip(keys, partition["Values"], strict=True) for partition in registered]
    return _lines(["partition"], sorted("/".join(f"{key}={value}" for key, value in pairs) for pairs in values))


def _described(cursor: Any, database: str) -> Answer:
    _, table = _table(cursor, database)
    keys = _partition_keys(table)
    lines = [_line(column) for column in (*_own_columns(table), *keys)]
    if keys:
        heading = ["", "# Partition Information", "\t".join(map(_cell, ("# col_name", "data_type", "comment"))), ""]
        lines += [*heading, *map(_line, keys)]
    return _lines(["col_name", "data_type", "comment"], lines)


def _table(cursor: Any, database: str) -> tuple[str, Table]:
    named = cursor.dotted_name(2)
    name = f"{(named and named[0]) or database}/{named and named[1]}"
    table = glue._tables.get(name)  # noqa: SLF001
    if table is None:
        raise ValueError(f"Table not found {name.replace('/', '.')}")
    return name, table


def _own_columns(table: Table) -> list[Mapping[str, str]]:
    columns: list[Mapping[str, str]] = table["StorageDescriptor"]["Columns"]
    return columns


def _partition_keys(table: Table) -> list[Mapping[str, str]]:
    keys: list[Mapping[str, str]] = table.get("PartitionKeys", [])
    return keys


def _line(column: Mapping[str, str]) -> str:
    return "\t".join(map(_cell, (column["Name"], column["Type"], column.get("Comment", ""))))


def _cell(text: str) -> str:
    return f"{text:<{_CELL}}"


def _lines(columns: list[str], lines: Iterable[str]) -> Answer:
    return {"columns": columns, "column_types": ["string"] * len(columns), "rows": [[line] for line in lines]}


_STATEMENTS: Final[Mapping[tuple[str, ...], Callable[[Any, str], Answer]]] = {
    ("show", "databases"): _databases,
    ("show", "schemas"): _databases,
    ("show", "tables"): _tables,
    ("show", "views"): _views,
    ("show", "columns"): _columns,
    ("show", "partitions"): _partitions,
    ("describe", "view"): _described,
    ("describe", "extended"): _described,
    ("describe", "formatted"): _described,
    ("describe",): _described,
    ("desc",): _described,
}
