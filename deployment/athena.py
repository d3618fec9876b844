"""Queries on the published data, through Athena."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack

if TYPE_CHECKING:
    from mypy_boto3_athena.type_defs import (
        GetQueryExecutionInputTypeDef,
        GetQueryExecutionOutputTypeDef,
        QueryExecutionStatusTypeDef,
        StartQueryExecutionInputTypeDef,
        StartQueryExecutionOutputTypeDef,
        StopQueryExecutionInputTypeDef,
    )

Row = dict[str, str | None]

_POLL_SECONDS: Final = 0.2
_NUMERIC: Final = frozenset({"tinyint", "smallint", "integer", "bigint", "float", "real", "double", "decimal"})
_UNFINISHED: Final = frozenset({"QUEUED", "RUNNING"})


class RunsQueries(Protocol):
    """The part of the Athena client that queries."""

    def start_query_execution(
        self, **request: "Unpack[StartQueryExecutionInputTypeDef]"
    ) -> "StartQueryExecutionOutputTypeDef":
        """Start a query."""

    def get_query_execution(
        self, **request: "Unpack[GetQueryExecutionInputTypeDef]"
    ) -> "GetQueryExecutionOutputTypeDef":
        """Describe a query's state."""

    def stop_query_execution(self, **request: "Unpack[StopQueryExecutionInputTypeDef]") -> object:
        """Stop a query."""

    def get_paginator(self, operation_name: str, /) -> Any:
        """Page through an operation's results."""


class QueryError(Exception):
    """Athena could not run a query, or its result cannot be told apart by column; the message is one line."""


@dataclass(frozen=True)
class ResultColumn:
    """One column of a result: its name, its type in Athena, and, of a decimal, its declared precision and scale."""

    name: str
    type: str
    precision: int = 0
    scale: int = 0

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.type in _NUMERIC

    @property
    def decimal(self) -> bool:
        """Whether its values are exact decimals."""
        return self.type == "decimal"


@dataclass(frozen=True, kw_only=True)
class QueryResult:
    """A result: its columns, and its rows by column; every value is text, as Athena returns it."""

    columns: tuple[ResultColumn, ...]
    rows: list[Row]


@dataclass(frozen=True, kw_only=True)
class Athena:
    """Queries one database in one workgroup, which sets the location of results."""

    client: RunsQueries
    database: str
    workgroup: str

    def query(self, sql: str) -> list[Row]:
        """Run a query and return its rows; every value is text, as Athena returns it. QueryError if it fails."""
        return self.result(sql).rows

    def result(self, sql: str) -> QueryResult:
        """Run a query and return its columns and rows. When it is interrupted (Ctrl-C), the query is stopped.

        Raises
        ------
        QueryError
            If the query failed or was cancelled, or if two columns have the same name.
        """
        query_id = self.client.start_query_execution(
            QueryString=sql, WorkGroup=self.workgroup, QueryExecutionContext={"Database": self.database}
        )["QueryExecutionId"]
        try:
            state = self._end(query_id)
        except KeyboardInterrupt:
            self.client.stop_query_execution(QueryExecutionId=query_id)
            raise
        if state["State"] != "SUCCEEDED":
            raise QueryError(_one_line(state.get("StateChangeReason") or state["State"]))
        pages = list(self.client.get_paginator("get_query_results").paginate(QueryExecutionId=query_id))
        columns = tuple(_column(info) for info in pages[0]["ResultSet"]["ResultSetMetadata"]["ColumnInfo"])
        names = _distinct(column.name for column in columns)
        rows = [_cells(row, len(names)) for page in pages for row in page["ResultSet"]["Rows"]]
        # The first row of a SELECT repeats the columns' names; SHOW and DESCRIBE have no such row.
        if rows and rows[0] == names:
            del rows[0]
        return QueryResult(columns=columns, rows=[dict(zip(names, row, strict=True)) for row in rows])

    def _end(self, query_id: str) -> "QueryExecutionStatusTypeDef":
        """Wait for the end of a query, and return its status."""
        while (state := self._status(query_id))["State"] in _UNFINISHED:
            time.sleep(_POLL_SECONDS)
        return state

    def _status(self, query_id: str) -> "QueryExecutionStatusTypeDef":
        return self.client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]


def _one_line(reason: str) -> str:
    """Return a reason's first paragraph as one line; an engine may add the query and a mark below it."""
    return " ".join(reason.partition("\n\n")[0].split())


def _distinct(names: Iterable[str]) -> list[str]:
    distinct = list(names)
    for name in distinct:
        if distinct.count(name) > 1:
            raise QueryError(f"two columns of the result are called {name}: name one of them otherwise with AS")
    return distinct


def _cells(row: dict[str, Any], width: int) -> list[str | None]:
    """Return a row's cells, None where there is none. DESCRIBE has a row's cells in one, separated by tabs."""
    cells = [cell.get("VarCharValue") for cell in row["Data"]]
    if len(cells) == 1 < width:
        cells = [cell.strip() for cell in (cells[0] or "").split("\t")][:width]
    return cells + [None] * (width - len(cells))


def _column(info: dict[str, Any]) -> ResultColumn:
    return ResultColumn(info["Name"], info["Type"], precision=info.get("Precision", 0), scale=info.get("Scale", 0))
