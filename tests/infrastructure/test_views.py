"""The ledger is a view as Athena itself keeps them, and only Athena's callers need anything for it."""

import base64
import json
from typing import Any

import duckdb
import pytest

from etl.synthesis.template import Template

TRINO_TYPES = {"string": "varchar", "bigint": "bigint", "date": "date", "timestamp": "timestamp"}
"""Names of Glue's types in Trino, as Athena's user guide lists them; a decimal has the same in both."""


@pytest.fixture(scope="module")
def view(template: Template) -> dict[str, Any]:
    [view] = [
        table["TableInput"]
        for table in template.of_type("AWS::Glue::Table").values()
        if table["TableInput"]["TableType"] == "VIRTUAL_VIEW"
    ]
    assert isinstance(view, dict)
    return view


@pytest.fixture(scope="module")
def definition(view: dict[str, Any]) -> dict[str, Any]:
    """Read what Athena reads: JSON in base64, in a comment of this form."""
    text = view["ViewOriginalText"]
    assert text.startswith("/* Presto View: ")
    assert text.endswith(" */")
    decoded: dict[str, Any] = json.loads(base64.b64decode(text.split()[3], validate=True))
    return decoded


@pytest.mark.requirement("O3")
def test_the_view_has_the_form_that_athena_gives_its_views(view: dict[str, Any], definition: dict[str, Any]) -> None:
    assert view["Name"] == "ledger"
    assert view["Parameters"] == {"presto_view": "true", "comment": "Presto View"}
    assert "Location" not in view["StorageDescriptor"]
    # Without it, Athena answers "Table storage descriptor is missing SerDe info"
    assert view["StorageDescriptor"]["SerdeInfo"]
    assert definition.keys() == {"originalSql", "catalog", "schema", "columns"}
    assert (definition["catalog"], definition["schema"]) == ("awsdatacatalog", "database_transactions_test")


@pytest.mark.requirement("O3")
def test_the_view_has_the_columns_of_the_table_in_both_dialects(
    template: Template, view: dict[str, Any], definition: dict[str, Any]
) -> None:
    table = next(
        table["TableInput"]
        for table in template.of_type("AWS::Glue::Table").values()
        if table["TableInput"]["Name"] == "transactions"
    )
    columns = [*table["StorageDescriptor"]["Columns"], *table["PartitionKeys"]]

    assert view["StorageDescriptor"]["Columns"] == columns
    assert definition["columns"] == [
        {"name": column["Name"], "type": TRINO_TYPES.get(column["Type"], column["Type"])} for column in columns
    ]


def test_the_sql_of_the_view_yields_its_declared_columns(definition: dict[str, Any]) -> None:
    # Athena refuses a view whose SQL yields others
    declared = [(column["name"], column["type"]) for column in definition["columns"]]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE transactions ({', '.join(' '.join(column) for column in declared)})")
        described = connection.execute(f"DESCRIBE {definition['originalSql']}").fetchall()

    assert [(name, engine_type.lower()) for name, engine_type, *_ in described] == declared


def test_roles_may_only_read_the_view(template: Template) -> None:
    granted = {
        (statement.where, action)
        for statement in template.statements()
        for action in statement.actions
        for resource in statement.resources
        if resource.endswith("/ledger")
    }

    assert granted == {("role-check-dates-test", "glue:GetPartitions"), ("role-check-dates-test", "glue:GetTable")}
