"""Finds rows of the audit table by their status and the time of its last change."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack

from pipeline.audit_items import KEYS_LIMIT, ReadsItems, batch_get
from pipeline.constants import BEGINNING, SHARD, SHARDS, STATUS_AT, STATUS_INDEX, FileStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef, QueryOutputTypeDef

_END: Final = datetime(9999, 1, 1, tzinfo=UTC)


class ReadsIndex(ReadsItems, Protocol):
    """The part of the DynamoDB client that finds items by an index."""

    def query(self, **request: "Unpack[QueryInputTypeDef]") -> "QueryOutputTypeDef":
        """Read one page of the items with a key."""


def find(
    dynamodb: ReadsIndex,
    table: str,
    status: FileStatus,
    *,
    first: datetime = BEGINNING,
    last: datetime = _END,
    where: Mapping[str, str] | None = None,
    newest_first: bool = False,
) -> Iterator[Mapping[str, Any]]:
    """Read the items of the files that took a status between two times, ordered by that time, page by page.

    ``where`` has values of attributes that are indexed (``constants.INDEXED``).
    An index follows its table late: items are read as they are now, and those of another status are skipped.
    """
    entries = merge(
        *(
            _entries(dynamodb, table, shard, bounds(status, first, last), where or {}, newest_first=newest_first)
            for shard in SHARDS
        ),
        key=lambda entry: entry[STATUS_AT]["S"],
        reverse=newest_first,
    )
    while ids := [entry["file_id"]["S"] for entry in islice(entries, KEYS_LIMIT)]:
        items = {item["file_id"]["S"]: item for item in batch_get(dynamodb, table, ids)}
        yield from (items[one] for one in ids if one in items and items[one]["status"]["S"] == status)


def _entries(
    dynamodb: ReadsIndex,
    table: str,
    shard: str,
    between: tuple[str, str],
    where: Mapping[str, str],
    *,
    newest_first: bool,
) -> Iterator[Mapping[str, Any]]:
    request = shard_query(table, shard, between, where)
    request["ScanIndexForward"] = not newest_first
    if where:
        request["FilterExpression"] = " AND ".join(f"#{name} = :{name}" for name in where)
    else:
        request["Limit"] = KEYS_LIMIT
    while True:
        answer = dynamodb.query(**request)
        yield from answer["Items"]
        following = answer.get("LastEvaluatedKey")
        if not following:
            return
        request["ExclusiveStartKey"] = following


def shard_query(table: str, shard: str, between: tuple[str, str], where: Mapping[str, str]) -> "QueryInputTypeDef":
    """Return the query of a shard of the status index ``between`` two sort keys.

    The values of ``where`` are named for a filter expression, ``#name`` and ``:name``, which is the caller's.
    """
    first, last = between
    return {
        "TableName": table,
        "IndexName": STATUS_INDEX,
        "KeyConditionExpression": f"#{SHARD} = :shard AND #{STATUS_AT} BETWEEN :first AND :last",
        "ExpressionAttributeNames": {f"#{name}": name for name in (SHARD, STATUS_AT, *where)},
        "ExpressionAttributeValues": {
            ":shard": {"S": shard},
            ":first": {"S": first},
            ":last": {"S": last},
            **{f":{name}": {"S": value} for name, value in where.items()},
        },
    }


def bounds(status: FileStatus, first: datetime, last: datetime) -> tuple[str, str]:
    """Return the index's sort keys between which the files are that took a status between two times."""
    return f"{status}#{_timestamp(first)}", f"{status}#{_timestamp(last)}"


def _timestamp(time: datetime) -> str:
    """Format a time as Step Functions does, so that its text sorts by time."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
