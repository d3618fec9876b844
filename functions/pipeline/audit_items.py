"""Reads many items of the audit table by their ids."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack

from pipeline.parts import parts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        BatchGetItemInputTypeDef,
        BatchGetItemOutputTypeDef,
        KeysAndAttributesTypeDef,
    )

KEYS_LIMIT: Final = 100
"""Keys in one call of DynamoDB BatchGetItem."""


class ReadsItems(Protocol):
    """The part of the DynamoDB client that reads many items."""

    def batch_get_item(self, **request: "Unpack[BatchGetItemInputTypeDef]") -> "BatchGetItemOutputTypeDef":
        """Read up to a hundred items by their keys."""


def batch_get(
    dynamodb: ReadsItems, table: str, file_ids: Iterable[str], *, attributes: str = ""
) -> Iterator[Mapping[str, Any]]:
    """Read the items of these files as they are now; files without one are skipped.

    ``attributes`` are the names to read, separated by commas; without it, all are read.
    """
    for part in parts(list(file_ids), KEYS_LIMIT):
        keys: Any = [{"file_id": {"S": file_id}} for file_id in part]
        while keys:
            request: KeysAndAttributesTypeDef = {"Keys": keys, "ConsistentRead": True}
            if attributes:
                request["ProjectionExpression"] = attributes
            answer = dynamodb.batch_get_item(RequestItems={table: request})
            yield from answer["Responses"].get(table, [])
            unread = answer.get("UnprocessedKeys", {}).get(table)
            keys = unread["Keys"] if unread else []
