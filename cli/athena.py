"""Queries on the published data, through Athena."""

import time
from dataclasses import dataclass
from typing import Any, Final, Protocol

Row = dict[str, str | None]

_POLL_SECONDS: Final = 0.2
_UNFINISHED: Final = frozenset({"QUEUED", "RUNNING"})


class RunsQueries(Protocol):
    """The part of the Athena client that queries."""

    def start_query_execution(self, **request: Any) -> Any:
        """Start a query."""

    def get_query_execution(self, **request: Any) -> Any:
        """Describe a query's state."""

    def get_paginator(self, operation_name: str, /) -> Any:
        """Page through an operation's answers."""


class QueryError(Exception):
    """Athena could not run a query; the message is Athena's own."""


@dataclass(frozen=True, kw_only=True)
class Athena:
    """Queries one database in one workgroup, which says where results go."""

    client: RunsQueries
    database: str
    workgroup: str

    def query(self, sql: str) -> list[Row]:
        """Run a query and return its rows; every value is text, as Athena gives it.

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
        pages = self.client.get_paginator("get_query_results").paginate(QueryExecutionId=query_id)
        header, *rows = [_cells(row) for page in pages for row in page["ResultSet"]["Rows"]]
        return [dict(zip(map(str, header), row, strict=True)) for row in rows]

    def _status(self, query_id: str) -> dict[str, Any]:
        described: dict[str, Any] = self.client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
        status: dict[str, Any] = described["Status"]
        return status


def _cells(row: dict[str, Any]) -> list[str | None]:
    return [cell.get("VarCharValue") for cell in row["Data"]]
