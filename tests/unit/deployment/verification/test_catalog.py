"""A crawl that adds, removes or changes a table is refuted; one that writes its statistics is not."""

from typing import Any

import pytest

from deployment.verification import catalog
from deployment.verification.check import Finding, Verdict, make
from tests.unit.deployment.verification.account import Account


def _table(name: str = "transactions", *, location: str = "s3://b/transactions/", **changed: Any) -> dict[str, Any]:
    return {
        "Name": name,
        "StorageDescriptor": {"Columns": [{"Name": "amount", "Type": "decimal(18,5)"}], "Location": location},
        "PartitionKeys": [{"Name": "partner", "Type": "string"}],
        "Parameters": {"classification": "parquet"},
        **changed,
    }


class _Pipeline:
    outputs = {"Crawler": "crawler", "Database": "database"}  # noqa: RUF012 - read only


def _crawl(*after: dict[str, Any], status: str = "SUCCEEDED") -> Finding:
    tables = [[_table()], list(after)]
    account = Account(
        resources={},
        pipeline=_Pipeline(),
        services={
            "glue": {
                "get_crawler": {"Crawler": {"State": "READY", "LastCrawl": {"Status": status}}},
                "start_crawler": {},
                "get_tables": lambda **_: {"TableList": tables.pop(0)},
            }
        },
    )
    [check] = [check for check in catalog.CHECKS if check.name == "crawl"]
    return make(check, account.subject())


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ([_table(), _table("transactions_1")], "added the table transactions_1"),
        ([], "removed the table transactions"),
        ([_table(location="s3://b/other/")], "changed the location of transactions"),
        ([_table(PartitionKeys=[{"Name": "partner", "Type": "int"}])], "changed the columns of transactions"),
    ],
)
def test_a_changed_catalog_is_refuted(after: list[dict[str, Any]], told: str) -> None:
    finding = _crawl(*after)

    assert finding.verdict is Verdict.REFUTED
    assert finding.found == f"the crawl {told}"


def test_statistics_of_a_crawl_are_no_change() -> None:
    statistics = _table(Parameters={"classification": "parquet", "recordCount": "7"})

    assert _crawl(statistics).verdict is Verdict.PROVED


def test_a_failed_crawl_is_refuted() -> None:
    assert _crawl(_table(), status="FAILED").verdict is Verdict.REFUTED
