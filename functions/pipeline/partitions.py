"""Registers partitions in the Glue catalog, so that Athena reads rows as soon as they are published."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from posixpath import dirname
from typing import TYPE_CHECKING, Final, Protocol, Unpack

from pipeline.parts import parts
from transactions.results import WrittenObject

if TYPE_CHECKING:
    from mypy_boto3_glue.type_defs import (
        BatchCreatePartitionRequestTypeDef,
        BatchCreatePartitionResponseTypeDef,
        GetTableRequestTypeDef,
        GetTableResponseTypeDef,
        PartitionInputTypeDef,
    )

PARTITION_LIMIT: Final = 100
"""Partitions in one call of Glue BatchCreatePartition."""

KNOWN_SECONDS: Final = 3600
"""So long a partition that is there is taken to be there still. Who drops one in the catalog gets it back after that,
or by the nightly crawl."""

_EXISTS: Final = "AlreadyExistsException"

Place = tuple[str, ...]
"""A table, and the values of its partition's keys."""


class PartitionError(Exception):
    """Glue carried out only a part of a batch call. The message names the error codes."""


class ManagesPartitions(Protocol):
    """The part of the Glue client that publishes."""

    def get_table(self, **request: "Unpack[GetTableRequestTypeDef]") -> "GetTableResponseTypeDef":
        """Describe a table."""

    def batch_create_partition(
        self, **request: "Unpack[BatchCreatePartitionRequestTypeDef]"
    ) -> "BatchCreatePartitionResponseTypeDef":
        """Create up to a hundred partitions."""


@dataclass(frozen=True, kw_only=True)
class Partitions:
    """The partitions of one Glue database, whose objects lie in one bucket.

    It outlives one call of a function: most files have the booking dates of files before them, and Glue is not asked
    again for a partition that was there within the hour.
    """

    glue: ManagesPartitions
    bucket: str
    database: str
    now: Callable[[], float] = time.monotonic
    _known: dict[Place, float] = field(default_factory=dict)

    def register(self, objects: Sequence[WrittenObject]) -> None:
        """Register the partitions of these objects.

        Raises
        ------
        PartitionError
            If Glue refuses a part; everything may be tried again.
        """
        missing = {_place(item): item for item in objects if not self._is_known(_place(item))}
        for table in sorted({item.table for item in missing.values()}):
            self._create(table, [item for item in missing.values() if item.table == table])
        self._known.update(dict.fromkeys(missing, self.now()))

    def _is_known(self, place: Place) -> bool:
        return place in self._known and self.now() - self._known[place] < KNOWN_SECONDS

    def _create(self, table: str, items: Sequence[WrittenObject]) -> None:
        described = self.glue.get_table(DatabaseName=self.database, Name=table)["Table"]["StorageDescriptor"]
        partitions: list[PartitionInputTypeDef] = [
            {
                "Values": list(item.partition),
                "StorageDescriptor": described | {"Location": f"s3://{self.bucket}/{dirname(item.path)}/"},
            }
            for item in items
        ]
        for part in parts(partitions, PARTITION_LIMIT):
            answer = self.glue.batch_create_partition(
                DatabaseName=self.database, TableName=table, PartitionInputList=part
            )
            codes = {error["ErrorDetail"]["ErrorCode"] for error in answer.get("Errors", [])} - {_EXISTS}
            if codes:
                raise PartitionError(", ".join(sorted(codes)))


def _place(item: WrittenObject) -> Place:
    return (item.table, *item.partition)
