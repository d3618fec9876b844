"""The nightly check asks Athena one question, waits for the answer, and measures it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from etl.saved_queries import read_queries
from handlers import check_dates
from pipeline.moved_dates import POLL_SECONDS, MovedDates, QueryFailedError
from tests.unit.functions.fakes import FakeContext


@dataclass
class FakeAthena:
    """A query that takes these states, one at each look, and counts so many rows."""

    states: Sequence[str] = ("SUCCEEDED",)
    rows: int = 0
    started: list[dict[str, Any]] = field(default_factory=list)
    looks: int = 0

    def start_query_execution(self, **request: Any) -> Any:
        self.started.append(request)
        return {"QueryExecutionId": "q1"}

    def get_query_execution(self, **request: Any) -> Any:
        assert request == {"QueryExecutionId": "q1"}
        self.looks += 1
        reason = "Cannot cast 'CH1200000000000000007'"
        return {"QueryExecution": {"Status": {"State": self.states[self.looks - 1], "StateChangeReason": reason}}}

    def get_query_results(self, **request: Any) -> Any:
        assert request == {"QueryExecutionId": "q1"}
        cells = [{"Data": [{"VarCharValue": text}]} for text in ("_col0", str(self.rows))]
        return {"ResultSet": {"Rows": cells}}


def _dates(athena: FakeAthena, waited: list[float]) -> MovedDates:
    return MovedDates(athena=athena, database="database", workgroup="analysts", wait=waited.append)


def test_the_query_is_waited_for_and_its_rows_are_counted() -> None:
    athena, waited = FakeAthena(states=("QUEUED", "RUNNING", "SUCCEEDED"), rows=12), list[float]()

    assert _dates(athena, waited).count("SELECT 1") == 12

    assert waited == [POLL_SECONDS] * 2
    [started] = athena.started
    assert started["QueryString"] == "SELECT count(*) FROM (\nSELECT 1)"
    assert (started["WorkGroup"], started["QueryExecutionContext"]) == ("analysts", {"Database": "database"})


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_a_query_that_fails_fails_the_check_without_a_cell(state: str) -> None:
    with pytest.raises(QueryFailedError) as raised:
        _dates(FakeAthena(states=(state,)), []).count("SELECT 1")

    assert str(raised.value) == "q1"


@pytest.mark.parametrize("rows", [0, 4])
def test_a_night_is_measured_whatever_it_finds(
    rows: int, context: FakeContext, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    athena = FakeAthena(rows=rows)
    monkeypatch.setattr(check_dates, "client", {"athena": athena}.__getitem__)
    monkeypatch.setenv("GLUE_DATABASE", "database")
    monkeypatch.setenv("WORKGROUP", "analysts")

    check_dates.handler({}, context)

    assert read_queries()["moved-dates"].sql in athena.started[0]["QueryString"]
    lines = [msgspec.json.decode(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["MovedRows"] for line in lines if "MovedRows" in line] == [[rows]]
