"""Queues again what an event should have brought: S3's and EventBridge's may be late, Step Functions' may be lost."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol, Unpack

import msgspec

from pipeline.audit_index import ReadsIndex, find
from pipeline.constants import BEGINNING, INCOMING, LEASE, LEASE_ENDS, UNFINISHED, FileStatus
from pipeline.lost_uploads import LostUploads
from pipeline.queue_messages import EndedExecution, S3Object, UploadMessage
from pipeline.raw_bucket import ListsVersions, Place, Version, identify, list_page, versions_of
from pipeline.registry import KeepsEntries, ReadsEntries, mark, read_entry
from transactions.masking import masked_name

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import (
        GetQueueAttributesRequestTypeDef,
        GetQueueAttributesResultTypeDef,
        SendMessageRequestTypeDef,
        SendMessageResultTypeDef,
    )

PROGRESS: Final = "sweep#uploads"
"""Registry entry that says how far the listing has come, and what the last whole one found."""

REQUEUED: Final = "requeued#"
"""Registry entries of what was queued again begin so; the file's id follows, and since when its row stands still."""

PAGES_A_CALL: Final = 20
"""20,000 versions, in some seconds. A larger bucket takes several calls, and the next goes on where this one ends."""

ROWS_A_CALL: Final = 100
"""Files without an outcome that one call settles at most."""

BACKLOG: Final = 1000
"""While more messages wait in the batching queue, a missing row only says that its file's turn has not come."""

UPLOADS_IN_PARTS: Final = timedelta(days=1)
"""An upload in parts bears the time of its beginning: so long it may take and still be looked at."""

NAMED: Final = 20
"""So many keys that no rule takes are kept by name, with account numbers masked; their number is exact."""


class ReadsTables(ReadsIndex, KeepsEntries, Protocol):
    """The part of the DynamoDB client that the sweep needs."""


class SendsMessages(Protocol):
    """The part of the SQS client that queues."""

    def send_message(self, **request: "Unpack[SendMessageRequestTypeDef]") -> "SendMessageResultTypeDef":
        """Send a message."""

    def get_queue_attributes(
        self, **request: "Unpack[GetQueueAttributesRequestTypeDef]"
    ) -> "GetQueueAttributesResultTypeDef":
        """Describe a queue."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One pass over all versions: since when it goes, from which time on they are looked up, and what it has found.

    ``without_row`` counts uploads, ``ignored`` the newest versions below ``incoming/`` whose ending no rule takes.
    """

    began_at: datetime
    looked_up_from: datetime
    place: Place = Place()
    without_row: int = 0
    ignored: int = 0
    ignored_keys: tuple[str, ...] = ()


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The pass that is under way, and the last one that came to its end."""

    under_way: Listing | None = None
    finished: Listing | None = None


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """What one call saw: uploads without a row, files without an outcome, and how many of both it queued again."""

    without_row: int
    without_outcome: int
    requeued: int


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Goes through the raw bucket and the unfinished rows. Whatever it finds is queued again once, and counted."""

    s3: ListsVersions
    dynamodb: ReadsTables
    sqs: SendsMessages
    bucket: str
    audit_table: str
    registry: str
    queue_url: str

    def run(self, now: datetime) -> Swept:
        """Look at as much as a call can; what an event brings in time is never touched."""
        waiting = self._files_are_waiting()
        hanging = UNFINISHED - {FileStatus.RECEIVED} if waiting else UNFINISHED
        without_outcome = list(self._without_outcome(now, hanging))
        requeued = sum(self._queue_unfinished(row, now) for row in without_outcome)
        without_row = 0
        if not waiting:
            for upload in self._without_row(now):
                without_row += 1
                requeued += self._queue(_entry(upload), msgspec.json.encode(upload), now)
        return Swept(without_row=without_row, without_outcome=len(without_outcome), requeued=requeued)

    def _without_row(self, now: datetime) -> Iterator[UploadMessage]:
        """Go on with the listing; where this ends early, the next call lists the same again."""
        progress = read_progress(self.dynamodb, self.registry)
        lost = LostUploads(s3=self.s3, dynamodb=self.dynamodb, bucket=self.bucket, audit_table=self.audit_table)
        listing = progress.under_way or _begin(progress.finished, now)
        place: Place | None = listing.place
        for _ in range(PAGES_A_CALL):
            if place is None:
                break
            page = list_page(self.s3, self.bucket, place)
            due = [found for found in page.versions if listing.looked_up_from <= found.modified <= now - LEASE]
            uploads = list(lost.among(due))
            yield from uploads
            listing = _count(listing, page.versions, len(uploads))
            place = page.following
        if place is None:
            self._keep(Progress(finished=msgspec.structs.replace(listing, place=Place())))
        else:
            self._keep(Progress(under_way=msgspec.structs.replace(listing, place=place), finished=progress.finished))

    def _without_outcome(self, now: datetime, statuses: Iterable[FileStatus]) -> Iterator[Mapping[str, Any]]:
        """Read rows that have waited for an outcome for two leases: a second event takes one to take a file over.

        A claim may hold for longer than LEASE; then it must have ended so long ago.
        """
        for status in sorted(statuses):
            found = find(self.dynamodb, self.audit_table, status, last=now - 2 * LEASE)
            yield from islice((row for row in found if not _is_held(row, now - LEASE)), ROWS_A_CALL)

    def _queue_unfinished(self, row: Mapping[str, Any], now: datetime) -> bool:
        """Queue the end of the execution that has the file, as if it had this one only; or the file, if none has it."""
        upload, execution = self._upload(row), row["execution"]["S"]
        entry = f"{_entry(upload)}#{row['updated_at']['S']}"
        if not execution:
            return self._queue(entry, msgspec.json.encode(upload), now)
        files = {"files": [upload]}
        ended = EndedExecution(execution_arn=execution, input=msgspec.json.encode(files).decode())
        return self._queue(entry, msgspec.json.encode({"ended": ended}), now)

    def _upload(self, row: Mapping[str, Any]) -> UploadMessage:
        bucket, key, version_id = (row[name]["S"] for name in ("bucket", "key", "version_id"))
        # A version that is gone from the bucket has none; it fails, and cannot be replayed.
        found = [version.etag for version in versions_of(self.s3, bucket, key) if version.version_id == version_id]
        announced = S3Object(
            key=key,
            size=int(row["size"]["N"]),
            etag=next(iter(found), ""),
            sequencer=row["sequencer"]["S"],
            version_id=version_id,
        )
        uploaded_at = datetime.fromisoformat(row["uploaded_at"]["S"])
        return UploadMessage(bucket=bucket, object=announced, uploaded_at=uploaded_at)

    def _queue(self, entry: str, body: bytes, now: datetime) -> bool:
        """Send a message once; where the mark fails after it, a second one does no harm, as files are claimed."""
        if read_entry(self.dynamodb, self.registry, entry) is not None:
            return False
        self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=body.decode())
        mark(self.dynamodb, self.registry, entry, now)
        return True

    def _files_are_waiting(self) -> bool:
        attributes = self.sqs.get_queue_attributes(
            QueueUrl=self.queue_url, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"]) > BACKLOG

    def _keep(self, progress: Progress) -> None:
        state = msgspec.json.encode(progress).decode()
        self.dynamodb.put_item(TableName=self.registry, Item={"entry": {"S": PROGRESS}, "state": {"S": state}})


def _is_held(row: Mapping[str, Any], at: datetime) -> bool:
    """Whether the row says that its claim held then; one that says nothing is judged by its status's age alone."""
    ends = row.get(LEASE_ENDS)
    return row["status"]["S"] == FileStatus.PROCESSING and ends is not None and at < datetime.fromisoformat(ends["S"])


def read_progress(dynamodb: ReadsEntries, registry: str) -> Progress:
    """Read how far the listing has come."""
    item = read_entry(dynamodb, registry, PROGRESS)
    return msgspec.json.decode(item["state"]["S"], type=Progress) if item else Progress()


def _begin(finished: Listing | None, now: datetime) -> Listing:
    """Begin a pass that looks up what was uploaded since the one before began."""
    since = finished.began_at - LEASE - UPLOADS_IN_PARTS if finished else BEGINNING
    return Listing(began_at=now, looked_up_from=since)


def _count(listing: Listing, versions: tuple[Version, ...], without_row: int) -> Listing:
    ignored = [masked_name(found.key) for found in versions if _is_ignored(found)]
    return msgspec.structs.replace(
        listing,
        without_row=listing.without_row + without_row,
        ignored=listing.ignored + len(ignored),
        ignored_keys=(*listing.ignored_keys, *ignored)[:NAMED],
    )


def _is_ignored(version: Version) -> bool:
    """Whether a partner may wait for it in vain. The console makes empty objects for folders."""
    folder = version.key.endswith("/")
    return version.latest and version.key.startswith(f"{INCOMING}/") and not version.wanted and not folder


def _entry(upload: UploadMessage) -> str:
    return f"{REQUEUED}{identify(upload.bucket, upload.object.key, upload.object.version_id)}"
