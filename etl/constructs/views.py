"""A view in the Glue catalog, in the form in which Athena keeps the views that it creates itself."""

import base64
import json
from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_glue as glue
from constructs import Construct

_NONE = "-"
"""Athena refuses a view without information on its files' format, though it has no files."""


def view(
    scope: Construct,
    construct_id: str,
    *,
    database: glue.Database,
    schema: str,
    name: str,
    description: str,
    columns: Sequence[glue.Column],
    sql: str,
) -> glue.CfnTable:
    """Declare a view that Athena reads like a table.

    Athena finds the SQL in a comment, as base64 of JSON, with the columns under Trino's names for their types; the
    catalog has them under Glue's names. A query fails if they are not those that the SQL yields.

    Parameters
    ----------
    schema
        The name of ``database`` itself, where the tables lie that ``sql`` names.
    """
    definition = {
        "originalSql": sql,
        "catalog": "awsdatacatalog",
        "schema": schema,
        "columns": [{"name": column.name, "type": _trino_type(column)} for column in columns],
    }
    encoded = base64.b64encode(json.dumps(definition).encode()).decode()
    return glue.CfnTable(
        scope,
        construct_id,
        catalog_id=Aws.ACCOUNT_ID,
        database_name=database.database_name,
        table_input=glue.CfnTable.TableInputProperty(
            name=name,
            description=description,
            table_type="VIRTUAL_VIEW",
            parameters={"presto_view": "true", "comment": "Presto View"},
            view_original_text=f"/* Presto View: {encoded} */",
            view_expanded_text="/* Presto View */",
            storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                columns=[
                    glue.CfnTable.ColumnProperty(
                        name=column.name, type=column.type.input_string, comment=column.comment
                    )
                    for column in columns
                ],
                serde_info=glue.CfnTable.SerdeInfoProperty(name=_NONE, serialization_library=_NONE),
            ),
        ),
    )


def _trino_type(column: glue.Column) -> str:
    """Give Trino's name of a column's type; of the types that the contracts use, one has another name in Glue."""
    glue_type = column.type.input_string
    return "varchar" if glue_type == glue.Schema.STRING.input_string else glue_type
