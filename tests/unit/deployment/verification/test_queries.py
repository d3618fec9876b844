"""Answers that differ from the known ones, in either direction, are refuted."""

from decimal import Decimal
from typing import Any

import pytest

from deployment.athena import Row
from deployment.pipeline import Partition
from deployment.verification import catalog, queries
from deployment.verification.answers import QUERIES, Known
from deployment.verification.check import Finding, Verdict, make
from etl.saved_queries import read_queries
from pipeline.constants import VERIFICATION_PARTNER
from tests.unit.deployment.verification.account import Account
from tests.unit.deployment.verification.run import Run

NAMES = {query.sql: name for name, query in read_queries().items()}
OTHERS = {"file_id": "another bank's", "partner": "alpine"}


def _subject(pipeline: Any = None, **services: Any) -> Any:
    subject = Account(resources={}, pipeline=pipeline, services=services).subject()
    subject.__dict__["scenario"] = Run()
    return subject


def _known_rows(name: str) -> list[Row]:
    """Return the known answer to a query as Athena would give it."""
    columns, expect = QUERIES[name]
    found = [dict(zip(columns, row, strict=True)) for row in expect(Known(_subject())).elements()]
    return [row if "file_id" in row else row | {"partner": VERIFICATION_PARTNER} for row in found]


class _Athena:
    def __init__(self, **changed: Any) -> None:
        self.changed = changed

    @property
    def athena(self) -> "_Athena":
        return self

    def query(self, sql: str) -> list[Row]:
        if sql not in NAMES:
            return [{"file_id": row.file_id, "status": row.status} for row in Known(_subject()).rows.values()]
        name = NAMES[sql]
        rows = [*_known_rows(name), dict.fromkeys(QUERIES[name][0], "another") | OTHERS]
        return list(self.changed.get(name, lambda rows: rows)(rows))


def _answers(**changed: Any) -> Finding:
    [check] = [check for check in queries.CHECKS if check.name == "queries"]
    return make(check, _subject(_Athena(**changed)))


def test_known_answers_beside_those_of_banks_are_proved() -> None:
    assert QUERIES.keys() == read_queries().keys()
    assert _answers().verdict is Verdict.PROVED


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_that_lacks_a_row_is_refuted(name: str) -> None:
    finding = _answers(**{name: lambda rows: rows[1:]})

    assert finding.verdict is Verdict.REFUTED
    assert finding.found.startswith(f"{name}: lacks ")


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_that_has_a_row_twice_is_refuted(name: str) -> None:
    finding = _answers(**{name: lambda rows: [rows[0], *rows]})

    assert finding.verdict is Verdict.REFUTED
    assert finding.found.startswith(f"{name}: has ")


def test_zeros_behind_the_last_digit_change_nothing() -> None:
    def padded(rows: list[Row]) -> list[Row]:
        return [
            row | {"total": f"{Decimal(row['total'] or 0):.5f}"} if row["total"] != "another" else row for row in rows
        ]

    assert _answers(**{"daily-totals": padded}).verdict is Verdict.PROVED


@pytest.mark.parametrize(("change", "verdict"), [("", Verdict.PROVED), (" ", Verdict.REFUTED)])
def test_a_saved_query_that_differs_is_refuted(change: str, verdict: Verdict) -> None:
    saved = [{"QueryString": query.sql + change} for query in read_queries().values()]
    athena = {"list_named_queries": {"NamedQueryIds": ["1"]}, "batch_get_named_query": {"NamedQueries": saved}}

    class _Pipeline:
        outputs = {"Workgroup": "analysts"}  # noqa: RUF012 - read only

    [check] = [check for check in queries.CHECKS if check.name == "saved-queries"]
    assert make(check, _subject(_Pipeline(), athena=athena)).verdict is verdict


@pytest.mark.parametrize(
    ("days", "verdict"),
    [
        ({"2026-02-27", "2026-02-28"}, Verdict.PROVED),
        ({"2026-02-28"}, Verdict.REFUTED),
        (set(), Verdict.REFUTED),
    ],
)
def test_a_partition_that_is_not_registered_is_refuted(days: set[str], verdict: Verdict) -> None:
    class _Pipeline:
        def partitions(self, table: str) -> set[Partition]:
            return {Partition(table, (VERIFICATION_PARTNER, day)) for day in days}

    [check] = [check for check in catalog.CHECKS if check.name == "partitions"]
    assert make(check, _subject(_Pipeline())).verdict is verdict
