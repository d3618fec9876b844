"""Queries on the published data, through Athena."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack

if TYPE_CHECKING:
    from mypy_boto3_athena.type_defs import (
        GetQueryExecutionInputTypeDef,
        GetQueryExecutionOutputTypeDef,
        QueryExecutionStatusTypeDef,
        StartQueryExecutionInputTypeDef,
        StartQueryExecutionOutputTypeDef,
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

    def get_paginator(self, operation_name: str, /) -> Any:
        """Page through an operation's results."""


class QueryError(Exception):
    """Athena could not run a query; the message is Athena's own."""


@dataclass(frozen=True)
class ResultColumn:
    """One column of a result: its name and its Athena type, such as ``decimal(18,5)``."""

    name: str
    type: str

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.type.partition("(")[0] in _NUMERIC


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
        """Run a query and return its columns and rows.

        Raises
        ------
        QueryError
            If the query failed or was cancelled.
        """
        query_id = self.client.start_query_execution(
            QueryString=sql, WorkGroup=self.workgroup, QueryExecutionContext={"Database": self.database}
        )["QueryExecutionId"]
        while (state := self._status(query_id))["State"] in _UNFINISHED:
            time.sleep(_POLL_SECONDS)
        if state["State"] != "SUCCEEDED":
            raise QueryError(state.get("StateChangeReason", state["State"]))
        pages = list(self.client.get_paginator("get_query_results").paginate(QueryExecutionId=query_id))
        columns = tuple(_column(info) for info in pages[0]["ResultSet"]["ResultSetMetadata"]["ColumnInfo"])
        # The first row repeats the columns' names.
        _, *rows = [_cells(row) for page in pages for row in page["ResultSet"]["Rows"]]
        names = [column.name for column in columns]
        return QueryResult(columns=columns, rows=[dict(zip(names, row, strict=True)) for row in rows])

    def _status(self, query_id: str) -> "QueryExecutionStatusTypeDef":
        return self.client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]


def _cells(row: dict[str, Any]) -> list[str | None]:
    return [cell.get("VarCharValue") for cell in row["Data"]]


def _column(info: dict[str, Any]) -> ResultColumn:
    decimal = info["Type"] == "decimal"
    return ResultColumn(info["Name"], f"decimal({info['Precision']},{info['Scale']})" if decimal else info["Type"])
