"""The canonical record, read from the data contract (Open Data Contract Standard v3)."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from transactions.assets import asset_folder
from transactions.documents import read_yaml

_ENGINE_TYPES = {"string": "VARCHAR"}
"""Glue types that have another name in the engine."""
DAYS_AHEAD = 31
"""How many days after the file's arrival a date may lie, unless its column says so: a value date is agreed ahead."""


class CustomProperty(msgspec.Struct, frozen=True):
    """What the standard has no key for: how many days after the file's arrival a date may lie."""

    property: Literal["daysAhead"]
    value: Annotated[int, Meta(ge=0)]


class Column(msgspec.Struct, frozen=True, rename="camel"):
    """One column: its name, Glue type and whether every row has a value."""

    name: str
    description: str
    physical_type: str
    required: bool
    classification: str = "internal"
    partition_key_position: int = 0
    custom_properties: tuple[CustomProperty, ...] = ()

    @property
    def engine_type(self) -> str:
        """What the engine calls the Glue type."""
        return _ENGINE_TYPES.get(self.physical_type, self.physical_type)

    @property
    def days_ahead(self) -> int:
        """Of a date: how many days after the file's arrival it may lie."""
        return next((custom.value for custom in self.custom_properties), DAYS_AHEAD)


class Table(msgspec.Struct, frozen=True, rename="camel"):
    """One published table."""

    name: str
    description: str
    properties: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return the column ``name``; KeyError if the table has none of that name."""
        return {column.name: column for column in self.properties}[name]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns inside the Parquet files, in their order."""
        return tuple(column for column in self.properties if not column.partition_key_position)

    @property
    def partition_keys(self) -> tuple[Column, ...]:
        """The columns that live in the path only, in their order."""
        keys = (column for column in self.properties if column.partition_key_position)
        return tuple(sorted(keys, key=lambda column: column.partition_key_position))


class Contract(msgspec.Struct, frozen=True):
    """The published tables."""

    version: str
    schema: tuple[Table, ...]

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read the contract from ``path``, by default the one that ships with the package."""
        return msgspec.convert(read_yaml(path or asset_folder("glue") / "transactions.odcs.yaml"), cls)

    def table(self, name: str) -> Table:
        """Return the table ``name``; KeyError if the contract has none of that name."""
        return {table.name: table for table in self.schema}[name]


@cache
def canonical() -> Contract:
    """Return the contract that ships with the package, read once."""
    return Contract.load()
