"""Answers of the embedded AWS's Athena: what is declared of their columns, and the file that each of them leaves."""

import asyncio
import json
from typing import Any

import pytest
from ministack.services import athena, s3

import local.server  # noqa: F401 installs what is tested

BUCKET, LOCATION = "answers-bucket", "s3://answers-bucket/results/"


@pytest.fixture(scope="module", autouse=True)
def _bucket() -> None:
    """Given a bucket for the answers."""
    s3._create_bucket(BUCKET, b"", {})  # noqa: SLF001


def _ask(sql: str) -> dict[str, Any]:
    """Run a query to its end, and return what is known of it."""

    async def ask() -> str:
        request = {"QueryString": sql, "ResultConfiguration": {"OutputLocation": LOCATION}}
        query_id: str = json.loads(athena._start_query_execution(request)[2])["QueryExecutionId"]  # noqa: SLF001
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task is not asyncio.current_task()))
        return query_id

    known: dict[str, Any] = athena._executions[asyncio.run(ask())]  # noqa: SLF001
    assert known["Status"]["State"] == "SUCCEEDED", known["Status"]
    return known


def _file(known: dict[str, Any]) -> str:
    key = known["ResultConfiguration"]["OutputLocation"].removeprefix(f"s3://{BUCKET}/")
    content: bytes = s3._get_object_data(BUCKET, key)  # noqa: SLF001
    return content.decode()


def _result(known: dict[str, Any]) -> dict[str, Any]:
    answer = athena._get_query_results({"QueryExecutionId": known["QueryExecutionId"]})  # noqa: SLF001
    result: dict[str, Any] = json.loads(answer[2])["ResultSet"]
    return result


@pytest.mark.parametrize(
    ("sql", "scale", "text"),
    [
        ("CAST('1.5' AS DECIMAL(18,5))", 5, "1.50000"),
        ("CAST('0' AS DECIMAL(38,9))", 9, "0.000000000"),
        ("CAST('7' AS DECIMAL(18,0))", 0, "7"),
    ],
)
def test_a_decimal_has_its_scale_and_no_exponent(sql: str, scale: int, text: str) -> None:
    known = _ask(f"SELECT {sql} AS total UNION ALL SELECT NULL ORDER BY 1 NULLS FIRST")

    result = _result(known)
    (column,) = result["ResultSetMetadata"]["ColumnInfo"]
    assert (column["Type"], column["Precision"], column["Scale"]) == ("decimal", 38, scale)
    assert result["Rows"][-1] == {"Data": [{"VarCharValue": text}]}


def test_the_file_of_a_select_distinguishes_null() -> None:
    known = _ask("""SELECT 'a "b"' AS text, NULL AS nothing, CAST(1.5 AS DECIMAL(18,5)) AS total, '' AS blank""")

    assert _file(known) == '"text","nothing","total","blank"\n"a ""b""",,"1.50000",""\n'


def test_the_file_of_show_has_lines_and_no_header() -> None:
    athena_databases = _ask("SHOW DATABASES")

    assert athena_databases["ResultConfiguration"]["OutputLocation"].endswith(".txt")
    assert "database_name" not in _file(athena_databases)
