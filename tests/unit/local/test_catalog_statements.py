"""SHOW and DESCRIBE, as the embedded AWS's Athena answers them."""

import asyncio
from typing import Any

import pytest
from ministack.services import athena, glue

import local.server  # noqa: F401 installs what is tested

DATABASE = "described"
AMOUNT = {"Name": "amount", "Type": "decimal(18,5)", "Comment": "Signed."}
PARTNER = {"Name": "partner", "Type": "string"}


@pytest.fixture(scope="module", autouse=True)
def _catalog() -> None:
    """Given a table with two partitions, and a view, in a database of their own."""
    glue._create_database({"DatabaseInput": {"Name": DATABASE}})  # noqa: SLF001
    for table in (
        {
            "Name": "moves",
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": {"Columns": [AMOUNT]},
            "PartitionKeys": [PARTNER],
        },
        {"Name": "once", "TableType": "VIRTUAL_VIEW", "StorageDescriptor": {"Columns": [AMOUNT]}},
    ):
        glue._create_table({"DatabaseName": DATABASE, "TableInput": table})  # noqa: SLF001
    for partner in ("obie", "alpine"):
        partition = {"Values": [partner], "StorageDescriptor": {}}
        glue._create_partition({"DatabaseName": DATABASE, "TableName": "moves", "PartitionInput": partition})  # noqa: SLF001


def _answer(statement: str, database: str = DATABASE) -> tuple[list[str], list[Any]]:
    answer = asyncio.run(athena._run_duckdb(statement, database))  # noqa: SLF001
    return answer["columns"], [line for (line,) in answer["rows"]]


@pytest.mark.parametrize(
    ("statement", "column", "lines"),
    [
        ("SHOW TABLES", "tab_name", ["moves", "once"]),
        ("show tables in described 'm*'", "tab_name", ["moves"]),
        ("SHOW TABLES '.*s'", "tab_name", ["moves"]),
        ("SHOW TABLES IN nothing", "tab_name", []),
        ("SHOW VIEWS", "views", ["once"]),
        ("SHOW PARTITIONS moves", "partition", ["partner=alpine", "partner=obie"]),
        ("SHOW COLUMNS IN described.moves", "field", ["amount              ", "partner             "]),
    ],
)
def test_show_lists_what_the_catalog_has(statement: str, column: str, lines: list[str]) -> None:
    assert _answer(statement) == ([column], lines)


def test_databases_are_shown() -> None:
    columns, databases = _answer("SHOW DATABASES")

    assert columns == ["database_name"]
    assert DATABASE in databases


@pytest.mark.parametrize("statement", ["DESCRIBE moves", "DESC described.moves", "DESCRIBE FORMATTED moves"])
def test_a_description_has_columns_and_partition_keys(statement: str) -> None:
    columns, lines = _answer(statement)

    partner = ["partner", "string", ""]
    assert columns == ["col_name", "data_type", "comment"]
    assert [[cell.strip() for cell in line.split("\t")] for line in lines] == [
        ["amount", "decimal(18,5)", "Signed."],
        partner,
        [""],
        ["# Partition Information"],
        ["# col_name", "data_type", "comment"],
        [""],
        partner,
    ]


def test_a_view_is_described_by_its_columns() -> None:
    assert len(_answer("DESCRIBE once")[1]) == 1


@pytest.mark.parametrize("statement", ["DESCRIBE nothing", "SHOW PARTITIONS nothing", "SHOW COLUMNS FROM nothing"])
def test_an_unknown_table_is_an_error(statement: str) -> None:
    with pytest.raises(ValueError, match=r"Table not found described\.nothing"):
        _answer(statement)
