"""Reading audit rows and query results, and waiting."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from deployment.athena import Athena, QueryError, ResultColumn
from deployment.audit import AuditTable, read_item
from deployment.waiting import NotInTimeError, wait_until
from pipeline.constants import FileStatus
from transactions.results import ErrorCount, RecordedTotal


def _change(status: str, at: str, detail: str = "") -> dict[str, Any]:
    return {"M": {"status": {"S": status}, "at": {"S": at}, "execution": {"S": "arn:1"}, "detail": {"S": detail}}}


ITEM: dict[str, Any] = {
    "file_id": {"S": "f1"},
    "status": {"S": "SUPERSEDED"},
    "key": {"S": "incoming/alpine/a.csv"},
    "version_id": {"S": "v1"},
    "partner": {"S": "alpine"},
    "execution": {"S": "arn:1"},
    "size": {"N": "120"},
    "attempts": {"N": "1"},
    "uploaded_at": {"S": "2025-10-06T08:00:00.250Z"},
    "rows_read": {"N": "3"},
    "rows_accepted": {"N": "2"},
    "totals": {"S": '[{"currency":"EUR","count":2,"sum":"1000000000000.10"}]'},
    "errors": {"S": '[{"code":"AMOUNT_FORMAT","count":1}]'},
    "warnings": {"S": '[{"code":"BALANCE_BREAK","count":2}]'},
    "superseded_by": {"S": "f2"},
    "history": {
        "L": [
            _change("RECEIVED", "2025-10-06T08:00:00.250Z"),
            _change("PROCESSING", "2025-10-06T08:00:02Z"),
            _change("COMPLETED", "2025-10-06T08:00:04.750Z", "VALID"),
            _change("SUPERSEDED", "2025-10-06T09:00:00Z", "f2"),
        ]
    },
}


class Pages:
    """A client whose answers come in pages."""

    def __init__(self, pages: list[dict[str, Any]], *states: dict[str, Any]) -> None:
        self.pages = pages
        self.states = iter(states)
        self.stopped = ""

    def batch_get_item(self, **_request: Any) -> Any:
        return self.pages.pop(0)

    def get_paginator(self, _operation: str, /) -> "Pages":
        return self

    def paginate(self, **_request: Any) -> Iterator[dict[str, Any]]:
        return iter(self.pages)

    def query(self, **_request: Any) -> Any:
        return self.pages.pop(0)

    def start_query_execution(self, **_request: Any) -> Any:
        return {"QueryExecutionId": "q1"}

    def get_query_execution(self, **_request: Any) -> Any:
        return {"QueryExecution": {"Status": next(self.states)}}

    def stop_query_execution(self, **request: Any) -> None:
        self.stopped = request["QueryExecutionId"]


def test_a_row_is_read_with_exact_sums() -> None:
    row = read_item(ITEM)
    assert row.status is FileStatus.SUPERSEDED
    assert (row.size, row.rows_read, row.rows_accepted, row.rows_rejected) == (120, 3, 2, 0)
    assert row.totals == (RecordedTotal(currency="EUR", count=2, sum=Decimal("1000000000000.10")),)
    assert row.errors == (ErrorCount(code="AMOUNT_FORMAT", count=1),)
    assert row.warnings == (ErrorCount(code="BALANCE_BREAK", count=2),)
    assert row.sums == {"EUR": Decimal("1000000000000.10")}
    assert row.detail == "f2"


def test_latency_ends_with_the_first_outcome() -> None:
    # Given a file that was completed, and superseded an hour later, then its latency is that of its completion
    assert read_item(ITEM).latency == timedelta(seconds=4.5)


def test_a_file_in_process_has_no_latency() -> None:
    row = read_item(ITEM | {"status": {"S": "PROCESSING"}, "history": {"L": ITEM["history"]["L"][:2]}})
    assert not row.finished
    assert row.latency is None


def test_a_table_is_read_page_by_page_in_the_order_of_uploads() -> None:
    later = ITEM | {"file_id": {"S": "f2"}, "uploaded_at": {"S": "2025-10-07T08:00:00Z"}}
    rows = AuditTable(Pages([{"Items": [later]}, {"Items": [ITEM]}]), "table").rows()
    assert [row.file_id for row in rows] == ["f1", "f2"]


def test_rows_are_read_by_id_until_none_is_left_unread() -> None:
    # Given a table that answers one of two keys at first
    left = {"table": {"Keys": [{"file_id": {"S": "f2"}}]}}
    pages: list[dict[str, Any]] = [
        {"Responses": {"table": [ITEM]}, "UnprocessedKeys": left},
        {"Responses": {"table": [ITEM | {"file_id": {"S": "f2"}}]}},
    ]
    # Then both rows are read, and a file without a row is left out
    assert AuditTable(Pages(pages), "table").get(["f1", "f2", "f3"]).keys() == {"f1", "f2"}


def _cells(*values: str | None) -> dict[str, Any]:
    return {"Data": [{} if value is None else {"VarCharValue": value} for value in values]}


def test_a_query_gives_rows_by_column_over_all_pages() -> None:
    pages: list[dict[str, Any]] = [
        {
            "ResultSet": {
                "ResultSetMetadata": {
                    "ColumnInfo": [
                        {"Name": "currency", "Type": "varchar"},
                        {"Name": "total", "Type": "decimal", "Precision": 38, "Scale": 5},
                    ]
                },
                "Rows": [_cells("currency", "total"), _cells("EUR", "1.10")],
            }
        },
        {"ResultSet": {"Rows": [_cells("CHF", None)]}},
    ]
    athena = Athena(client=Pages(pages, {"State": "SUCCEEDED"}), database="d", workgroup="w")
    result = athena.result("SELECT 1")
    assert result.rows == [{"currency": "EUR", "total": "1.10"}, {"currency": "CHF", "total": None}]
    assert result.columns == (
        ResultColumn("currency", "varchar"),
        ResultColumn("total", "decimal", precision=38, scale=5),
    )
    assert [column.numeric for column in result.columns] == [False, True]


def _answer(names: list[str], *rows: dict[str, Any]) -> Athena:
    columns = [{"Name": name, "Type": "string"} for name in names]
    result = {"ResultSet": {"ResultSetMetadata": {"ColumnInfo": columns}, "Rows": list(rows)}}
    return Athena(client=Pages([result], {"State": "SUCCEEDED"}), database="d", workgroup="w")


def test_an_answer_without_a_header_keeps_its_first_row() -> None:
    shown = _answer(["tab_name"], _cells("files"), _cells("ledger")).query("SHOW TABLES")

    assert shown == [{"tab_name": "files"}, {"tab_name": "ledger"}]


def test_cells_that_describe_joins_are_divided() -> None:
    described = _answer(
        ["col_name", "data_type", "comment"],
        _cells("amount              \tdecimal(18,5)       \tSigned.             "),
        _cells("\t \t "),
        _cells("# Partition Information"),
        {"Data": []},
    ).query("DESCRIBE transactions")

    assert [tuple(row.values()) for row in described] == [
        ("amount", "decimal(18,5)", "Signed."),
        ("", "", ""),
        ("# Partition Information", None, None),
        (None, None, None),
    ]


def test_columns_of_the_same_name_are_refused() -> None:
    with pytest.raises(QueryError, match="two columns of the result are called amount"):
        _answer(["amount", "amount"], _cells("1", "2")).result("SELECT a.amount, b.amount FROM a, b")


def test_a_failed_query_says_why_in_one_line() -> None:
    failed = {"State": "FAILED", "StateChangeReason": "no such column:\n  x\n\nLINE 1: SELECT x"}
    with pytest.raises(QueryError, match=r"^no such column: x$"):
        Athena(client=Pages([], failed), database="d", workgroup="w").query("SELECT x")


def test_a_query_that_is_interrupted_is_stopped() -> None:
    class Interrupted(Pages):
        def get_query_execution(self, **_request: Any) -> Any:
            raise KeyboardInterrupt

    client = Interrupted([])

    with pytest.raises(KeyboardInterrupt):
        Athena(client=client, database="d", workgroup="w").query("SELECT 1")

    assert client.stopped == "q1"


def test_waiting_returns_what_is_seen_when_the_condition_holds() -> None:
    looks = iter([1, 2, 3])
    assert wait_until("three", lambda: next(looks), lambda seen: seen == 3, poll=0) == 3


def test_waiting_gives_up_with_what_it_saw() -> None:
    with pytest.raises(NotInTimeError, match="three: not within 0 s; 1"):
        wait_until("three", lambda: 1, lambda seen: seen == 3, patience=0, poll=0)
