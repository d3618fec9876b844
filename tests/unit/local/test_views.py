"""Athena's queries on views, as the embedded AWS carries them out."""

import asyncio
import base64
import json
from typing import Any

import pytest
from ministack.services import athena, glue

import local.server  # noqa: F401 installs what is tested

DATABASE = "views"


def _declare(name: str, sql: str) -> None:
    definition = {"originalSql": sql, "catalog": "awsdatacatalog", "schema": DATABASE, "columns": []}
    encoded = base64.b64encode(json.dumps(definition).encode()).decode()
    view = {"Name": name, "TableType": "VIRTUAL_VIEW", "ViewOriginalText": f"/* Presto View: {encoded} */"}
    glue._create_table({"DatabaseName": DATABASE, "TableInput": view})  # noqa: SLF001


@pytest.fixture(scope="module", autouse=True)
def _views() -> None:
    """Given a view of a view, in a database of their own."""
    glue._create_database({"DatabaseInput": {"Name": DATABASE}})  # noqa: SLF001
    _declare("numbers", "SELECT 1 AS n UNION ALL SELECT 2")
    _declare("doubled", "SELECT 2 * n AS n\nFROM numbers")


def _rows(query: str, database: str = DATABASE) -> list[list[Any]]:
    rows: list[list[Any]] = asyncio.run(athena._run_duckdb(query, database))["rows"]  # noqa: SLF001
    return rows


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT n FROM doubled ORDER BY n", [[2], [4]]),
        ("SELECT doubled.n FROM doubled WHERE doubled.n > 2", [[4]]),
        ("SELECT d.n FROM doubled AS d JOIN numbers ON numbers.n = d.n", [[2]]),
        ("SELECT count(*) FROM numbers AS a CROSS JOIN numbers AS b", [[4]]),
        ("WITH large AS (SELECT n FROM doubled WHERE n > 2) SELECT n FROM large", [[4]]),
        # What the query calls "numbers" is not what the view does
        (
            "WITH numbers AS (SELECT 7 AS n) SELECT numbers.n, doubled.n FROM numbers CROSS JOIN doubled",
            [[7, 2], [7, 4]],
        ),
    ],
)
def test_a_view_is_queried_like_a_table(query: str, rows: list[list[Any]]) -> None:
    assert _rows(query) == rows


def test_a_view_is_found_by_the_name_of_its_database() -> None:
    assert _rows("SELECT max(n) FROM views.doubled", "default") == [[4]]
