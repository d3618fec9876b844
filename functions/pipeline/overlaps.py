"""Counts the rows of a completed file that other files of the partner have too, and writes it into the file's row."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname
from typing import TYPE_CHECKING, Final, Protocol, Unpack

import duckdb
import msgspec
from botocore.exceptions import ClientError

from pipeline.constants import OVERLAPPING_FILES_KEPT, TRANSACTION_IDENTITY, TRANSACTIONS, FileStatus
from pipeline.manifests import read_manifest
from pipeline.s3 import ReadsObjects, download_file, in_parallel
from transactions.contract import canonical
from transactions.engine.database import MEMORY_MB, engine
from transactions.sql import literals

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        GetItemInputTypeDef,
        GetItemOutputTypeDef,
        UpdateItemInputTypeDef,
        UpdateItemOutputTypeDef,
    )
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef, ListObjectsV2RequestTypeDef

_STATUS: Final = {"#status": "status"}
"""``status`` is a reserved word of DynamoDB."""

_TABLE: Final = TRANSACTIONS.rstrip("/")
_MONEY: Final = ("amount", "currency")

ROWS_AT_A_TIME: Final = 40_000_000
"""So many rows of a date are compared at a time, on average: what the engine spills of them fits into /tmp."""


class ListsAndReadsObjects(ReadsObjects, Protocol):
    """The part of the S3 client that finds published rows."""

    def list_objects_v2(self, **request: "Unpack[ListObjectsV2RequestTypeDef]") -> "ListObjectsV2OutputTypeDef":
        """List up to a thousand objects."""


class KeepsRows(Protocol):
    """The part of the DynamoDB client that reads and changes a row."""

    def get_item(self, **request: "Unpack[GetItemInputTypeDef]") -> "GetItemOutputTypeDef":
        """Read an item."""

    def update_item(self, **request: "Unpack[UpdateItemInputTypeDef]") -> "UpdateItemOutputTypeDef":
        """Change an item."""


class Overlaps(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a file whose transaction other files have too, those of them with other money there, and these files."""

    rows: int = 0
    conflicts: int = 0
    files: frozenset[str] = frozenset()

    def __add__(self, other: "Overlaps") -> "Overlaps":
        """Add what was found of other transactions."""
        return Overlaps(
            rows=self.rows + other.rows, conflicts=self.conflicts + other.conflicts, files=self.files | other.files
        )


@dataclass(frozen=True, kw_only=True)
class OverlapFinder:
    """Looks through what is published. A look may be repeated: it writes what is true at its time."""

    s3: ListsAndReadsObjects
    dynamodb: KeepsRows
    bucket: str
    audit_table: str

    def find(self, file_id: str) -> Overlaps | None:
        """Look for a file's rows in other files, and write what was found; None if it is not COMPLETED (any more).

        Raises
        ------
        botocore.exceptions.ClientError
            If AWS refuses something, or the file's own rows go away meanwhile. It may be tried again.
        """
        row = self.dynamodb.get_item(
            TableName=self.audit_table,
            Key={"file_id": {"S": file_id}},
            ConsistentRead=True,
            ProjectionExpression="#status, updated_at, overlaps_at",
            ExpressionAttributeNames=_STATUS,
        ).get("Item")
        if not row or row["status"]["S"] != FileStatus.COMPLETED:
            return None
        found = self._look(file_id)
        # Nothing found is what the row says by saying nothing: most files are spared a write, and a second record.
        if not found.files and "overlaps_at" not in row:
            return found
        return found if self._keep(file_id, found, row["updated_at"]["S"]) else None

    def _look(self, file_id: str) -> Overlaps:
        own: dict[str, list[str]] = {}
        for item in read_manifest(self.s3, self.bucket, file_id):
            if item.table == _TABLE:
                own.setdefault(dirname(item.path), []).append(item.path)
        others: dict[str, list[str]] = {day: [] for day in own}
        for key in self._published(own):
            if dirname(key) in own and key not in own[dirname(key)]:
                others[dirname(key)].append(key)
        if not any(others.values()):
            return Overlaps()
        found = Overlaps()
        # Opening the engine takes as long as comparing a small day.
        with tempfile.TemporaryDirectory() as spill, engine(Path(spill), MEMORY_MB) as connection:
            for day, keys in others.items():
                # A day at a time, which bounds the room that is needed.
                if keys:
                    with tempfile.TemporaryDirectory() as folder:
                        found += self._look_at_day(connection, own[day], keys, Path(folder))
        return found

    def _published(self, days: Iterable[str]) -> Iterator[str]:
        """List what is published in the partitions from the first to the last of these, in their order."""
        first, last = min(days, default=""), max(days, default="")
        after = first
        while after:
            page = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=f"{dirname(first)}/", StartAfter=after)
            keys = [entry["Key"] for entry in page.get("Contents", [])]
            yield from keys
            after = keys[-1] if page["IsTruncated"] and dirname(keys[-1]) <= last else ""

    def _look_at_day(
        self, connection: duckdb.DuckDBPyConnection, own: Sequence[str], others: Sequence[str], folder: Path
    ) -> Overlaps:
        own_places = {key: folder / f"own-{number}.parquet" for number, key in enumerate(own)}
        in_parallel(lambda key: download_file(self.s3, self.bucket, key, own_places[key]), own_places)
        places = {key: folder / f"{number}.parquet" for number, key in enumerate(others)}
        in_parallel(lambda key: self._fetch_if_there(key, places[key]), places)
        there = [place for place in places.values() if place.exists()]
        return overlaps(connection, list(own_places.values()), there) if there else Overlaps()

    def _fetch_if_there(self, key: str, place: Path) -> None:
        try:
            download_file(self.s3, self.bucket, key, place)
        except ClientError as error:
            # Superseded or withdrawn since it was listed.
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise

    def _keep(self, file_id: str, found: Overlaps, completed_at: str) -> bool:
        """Write the figures beside the status that they belong to; return whether the file still has it."""
        try:
            self.dynamodb.update_item(
                TableName=self.audit_table,
                Key={"file_id": {"S": file_id}},
                UpdateExpression=(
                    "SET rows_in_other_files = :rows, conflicting_rows = :conflicts, overlapping_files = :files,"
                    " overlapping_file_count = :count, overlaps_at = :at"
                ),
                ConditionExpression="#status = :completed AND updated_at = :at",
                ExpressionAttributeNames=_STATUS,
                ExpressionAttributeValues={
                    ":rows": {"N": str(found.rows)},
                    ":conflicts": {"N": str(found.conflicts)},
                    ":files": {"L": [{"S": file} for file in sorted(found.files)[:OVERLAPPING_FILES_KEPT]]},
                    ":count": {"N": str(len(found.files))},
                    ":completed": {"S": FileStatus.COMPLETED},
                    ":at": {"S": completed_at},
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True


def overlaps(connection: duckdb.DuckDBPyConnection, own: Sequence[Path], others: Sequence[Path]) -> Overlaps:
    """Compare a file's rows of one partition (Parquet) with those of other files there.

    Many rows are compared part by part, by the hash of a transaction's id: no transaction stands in two parts.
    """
    paths = literals(map(str, (*own, *others)))
    counted = f"SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata({paths})"  # noqa: S608 - own names
    ((rows,),) = connection.execute(counted).fetchall()
    parts = rows // ROWS_AT_A_TIME + 1
    found = Overlaps()
    for part in range(parts):
        found += _overlaps_of_part(connection, own, others, f"hash(transaction_id) % {parts} = {part}")
    return found


def _overlaps_of_part(
    connection: duckdb.DuckDBPyConnection, own: Sequence[Path], others: Sequence[Path], part: str
) -> Overlaps:
    partition = {key.name for key in canonical().table(_TABLE).partition_keys}
    identity = [column for column in TRANSACTION_IDENTITY if column not in partition]
    # An account that no file names is NULL.
    same = " AND ".join(f"own.{column} IS NOT DISTINCT FROM other.{column}" for column in identity)
    differs = " OR ".join(f"own.{column} IS DISTINCT FROM other.{column}" for column in _MONEY)
    columns = ", ".join((*identity, *_MONEY))
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE met AS
        SELECT own.place, other.file_id, {differs} AS differs
        FROM (SELECT row_number() OVER () AS place, {columns} FROM {_parquet(own)} WHERE {part}) AS own
        JOIN (SELECT file_id, {columns} FROM {_parquet(others)} WHERE {part}) AS other ON {same}"""  # noqa: S608 - own names
    )
    counts = "SELECT count(DISTINCT place), count(DISTINCT place) FILTER (differs) FROM met"
    ((rows, conflicts),) = connection.execute(counts).fetchall()
    files = connection.execute("SELECT DISTINCT file_id FROM met").fetchall()
    return Overlaps(rows=rows, conflicts=conflicts, files=frozenset(file for (file,) in files))


def _parquet(paths: Sequence[Path]) -> str:
    return f"read_parquet({literals(map(str, paths))}, hive_partitioning = false)"
