"""Reads the audit table: one row per uploaded file, with its status, its history and its figures."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final, Protocol

from boto3.dynamodb.types import TypeDeserializer

from etl.names import KEY_INDEX
from pipeline.audit_index import ReadsIndex, bounds, find, shard_query
from pipeline.audit_items import batch_get
from pipeline.audit_row import AuditRow, read_row
from pipeline.constants import SHARDS, FileStatus

_deserialize = TypeDeserializer().deserialize
_LEFT: Final = (FileStatus.DUPLICATE, FileStatus.SUPERSEDED, FileStatus.WITHDRAWN)
"""What becomes of the files of a delivery that do not stand."""


class ReadsTable(ReadsIndex, Protocol):
    """The part of the DynamoDB client that reads a table."""

    def get_paginator(self, operation_name: str, /) -> Any:
        """Page through an operation's answers."""


def upload_event(row: AuditRow, *, etag: str) -> dict[str, Any]:
    """Rebuild an upload's event as the rules pass it to the state machine; the row lacks only its ``etag``."""
    announced = {
        "key": row.key,
        "size": row.size,
        "etag": etag,
        "version-id": row.version_id,
        "sequencer": row.sequencer,
    }
    uploaded_at = row.uploaded_at.isoformat().replace("+00:00", "Z")
    return {"bucket": row.bucket, "object": announced, "uploaded_at": uploaded_at}


class AuditTable:
    """Reads the audit table of one deployment."""

    def __init__(self, dynamodb: ReadsTable, name: str) -> None:
        self._dynamodb = dynamodb
        self._name = name

    def rows(self) -> list[AuditRow]:
        """Read all rows, in the order of their uploads."""
        rows = map(read_item, self._pages("scan", ConsistentRead=True))
        return sorted(rows, key=lambda row: (row.uploaded_at, row.key))

    def get(self, file_ids: Iterable[str]) -> dict[str, AuditRow]:
        """Read the rows of these files by their ids; files without a row are skipped."""
        items = batch_get(self._dynamodb, self._name, file_ids)
        return {row.file_id: row for row in map(read_item, items)}

    def of_key(self, bucket: str, key: str) -> list[AuditRow]:
        """Read the rows of all versions of a key, oldest first."""
        pages = self._pages(
            "query",
            IndexName=KEY_INDEX,
            KeyConditionExpression="object_key = :key",
            ExpressionAttributeValues={":key": {"S": f"{bucket}/{key}"}},
        )
        ids = [item["file_id"]["S"] for item in pages]
        rows = self.get(ids)
        return [rows[file_id] for file_id in ids if file_id in rows]

    def of_status(
        self, status: FileStatus, *, changed: tuple[datetime, datetime], partner: str | None = None, limit: int
    ) -> list[AuditRow]:
        """Read at most ``limit`` rows that took a status between two times, newest first."""
        first, last = changed
        where = {} if partner is None else {"partner": partner}
        found = find(self._dynamodb, self._name, status, first=first, last=last, where=where, newest_first=True)
        return [read_item(item) for item in islice(found, limit)]

    def count(self, status: FileStatus, *, changed: tuple[datetime, datetime], partner: str | None = None) -> int:
        """Count the rows that took a status between two times, by the index alone, which follows its table late."""
        where = {} if partner is None else {"partner": partner}
        return sum(
            page["Count"]
            for shard in SHARDS
            for page in self._index_pages(shard, status, changed, where, condition="#{0} = :{0}", Select="COUNT")
        )

    def ids_beginning(self, prefix: str, *, changed: tuple[datetime, datetime]) -> list[str]:
        """Return the ids that begin with these digits, of files that took their status between two times."""
        return [
            item["file_id"]["S"]
            for status in FileStatus
            for page in self._index_pages(
                prefix[0], status, changed, {"file_id": prefix}, condition="begins_with(#{0}, :{0})"
            )
            for item in page["Items"]
        ]

    def duplicates_of(self, file_id: str) -> list[AuditRow]:
        """Read the rows of the files that were recorded as duplicates of this one, oldest first."""
        found = find(self._dynamodb, self._name, FileStatus.DUPLICATE, where={"duplicate_of": file_id})
        return [read_item(item) for item in found]

    def left_of_delivery(self, entry: str) -> list[AuditRow]:
        """Read the rows of the files of a delivery, by the registry's entry of it, that do not stand (any more)."""
        found = (find(self._dynamodb, self._name, status, where={"delivery": entry}) for status in _LEFT)
        return [read_item(item) for items in found for item in items]

    def _index_pages(
        self,
        shard: str,
        status: FileStatus,
        changed: tuple[datetime, datetime],
        where: Mapping[str, str],
        *,
        condition: str,
        **request: Any,
    ) -> Iterator[Mapping[str, Any]]:
        """Page through a shard of the status index; ``condition`` is what an attribute of ``where`` has to fulfil."""
        if where:
            request["FilterExpression"] = " AND ".join(condition.format(name) for name in where)
        asked = shard_query(self._name, shard, bounds(status, *changed), where)
        yield from self._dynamodb.get_paginator("query").paginate(**asked, **request)

    def _pages(self, operation: str, **request: Any) -> Iterator[Mapping[str, Any]]:
        for page in self._dynamodb.get_paginator(operation).paginate(TableName=self._name, **request):
            yield from page["Items"]


def read_item(item: Mapping[str, Any]) -> AuditRow:
    """Read one item of the table, as DynamoDB returns it; msgspec.ValidationError if it is not a file's row."""
    return read_row({name: _deserialize(value) for name, value in item.items()})
