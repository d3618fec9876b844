"""Entries of the registry table that functions read and write."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        GetItemInputTypeDef,
        GetItemOutputTypeDef,
        PutItemInputTypeDef,
        PutItemOutputTypeDef,
    )

KEPT: Final = timedelta(days=14)
"""How long a mark is kept."""


class ReadsEntries(Protocol):
    """The part of the DynamoDB client that reads an entry."""

    def get_item(self, **request: "Unpack[GetItemInputTypeDef]") -> "GetItemOutputTypeDef":
        """Read an item."""


class KeepsEntries(ReadsEntries, Protocol):
    """The part of the DynamoDB client that reads and writes entries."""

    def put_item(self, **request: "Unpack[PutItemInputTypeDef]") -> "PutItemOutputTypeDef":
        """Write an item."""


def read_entry(dynamodb: ReadsEntries, table: str, entry: str) -> dict[str, Any] | None:
    """Read an entry as it is now; None if there is none."""
    answer = dynamodb.get_item(TableName=table, Key={"entry": {"S": entry}}, ConsistentRead=True)
    item: dict[str, Any] | None = answer.get("Item")
    return item


def mark(dynamodb: KeepsEntries, table: str, entry: str, now: datetime) -> None:
    """Write an entry that says by being there that something was done; it expires after two weeks."""
    expires = str(int((now + KEPT).timestamp()))
    dynamodb.put_item(TableName=table, Item={"entry": {"S": entry}, "expires_at": {"N": expires}})
