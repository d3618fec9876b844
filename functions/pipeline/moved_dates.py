"""Counts transactions that stand under two booking dates: the bank has moved one, and the ledger has both."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, Unpack

if TYPE_CHECKING:
    from mypy_boto3_athena.type_defs import (
        GetQueryExecutionInputTypeDef,
        GetQueryExecutionOutputTypeDef,
        GetQueryResultsInputTypeDef,
        GetQueryResultsOutputTypeDef,
        StartQueryExecutionInputTypeDef,
        StartQueryExecutionOutputTypeDef,
    )

POLL_SECONDS: Final = 1.0
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

    def get_query_results(self, **request: "Unpack[GetQueryResultsInputTypeDef]") -> "GetQueryResultsOutputTypeDef":
        """Read up to a thousand rows of an answer."""


class QueryFailedError(Exception):
    """Athena could not run the query. The message is the query's id: Athena's own may hold a value."""


@dataclass(frozen=True, kw_only=True)
class MovedDates:
    """Asks Athena, which reads the columns that it needs of the last partitions, whatever their size."""

    athena: RunsQueries
    database: str
    workgroup: str
    wait: Callable[[float], None] = time.sleep

    def count(self, query: str) -> int:
        """Count the rows that ``query`` lists.

        Raises
        ------
        QueryFailedError
            If Athena could not run it.
        """
        query_id = self.athena.start_query_execution(
            QueryString=f"SELECT count(*) FROM (\n{query})",  # noqa: S608 - a saved query
            WorkGroup=self.workgroup,
            QueryExecutionContext={"Database": self.database},
        )["QueryExecutionId"]
        while (state := self._state(query_id)) in _UNFINISHED:
            self.wait(POLL_SECONDS)
        if state != "SUCCEEDED":
            raise QueryFailedError(query_id)
        # The first row has the columns' names.
        _, row = self.athena.get_query_results(QueryExecutionId=query_id)["ResultSet"]["Rows"]
        return int(row["Data"][0]["VarCharValue"])

    def _state(self, query_id: str) -> str:
        return self.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]["State"]
