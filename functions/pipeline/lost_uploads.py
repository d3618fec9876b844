"""Finds uploads that have no audit row, and makes the message that their event would have made."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.audit_items import ReadsItems, batch_get
from pipeline.queue_messages import S3Object, UploadMessage
from pipeline.raw_bucket import ListsVersions, Place, Version, identify, list_page, versions_of

_SEQUENCER_DIGITS: Final = 64
"""So long are sequencers in the audit table: they are compared as texts, padded on the right."""


@dataclass(frozen=True, kw_only=True)
class LostUploads:
    """Compares versions in the raw bucket with the rows of the audit table."""

    s3: ListsVersions
    dynamodb: ReadsItems
    bucket: str
    audit_table: str

    def until(self, time: datetime) -> Iterator[UploadMessage]:
        """Make the messages of all that was uploaded until then, however large the bucket is."""
        place: Place | None = Place()
        while place is not None:
            page = list_page(self.s3, self.bucket, place)
            yield from self.among([version for version in page.versions if version.modified <= time])
            place = page.following

    def among(self, versions: Sequence[Version]) -> Iterator[UploadMessage]:
        """Make the messages of the versions that a rule takes and that have no row."""
        wanted = [version for version in versions if version.wanted]
        known = self._sequencers(wanted)
        for version in wanted:
            if self._id(version) not in known:
                yield self._message(version)

    def _message(self, version: Version) -> UploadMessage:
        announced = S3Object(
            key=version.key,
            size=version.size,
            etag=version.etag,
            sequencer=self._sequencer(version),
            version_id=version.version_id,
        )
        return UploadMessage(bucket=self.bucket, object=announced, uploaded_at=version.modified)

    def _sequencer(self, lost: Version) -> str:
        """Work out a sequencer between those of the versions before and after.

        Only the event has S3's own, which has 16 to 18 of the 64 digits. So the last digits are free to count those
        versions without a row that come after one with a row.
        """
        versions = versions_of(self.s3, self.bucket, lost.key)
        known = self._sequencers(versions)
        before, number = "0" * _SEQUENCER_DIGITS, 0
        for version in versions:
            if (found := known.get(self._id(version))) is not None:
                before, number = found.ljust(_SEQUENCER_DIGITS, "0"), 0
            else:
                number += 1
            if version.version_id == lost.version_id:
                break
        return f"{int(before, 16) + number:0{_SEQUENCER_DIGITS}X}"

    def _sequencers(self, versions: Iterable[Version]) -> dict[str, str]:
        """Read the sequencers of those versions that have a row, by file id."""
        ids = map(self._id, versions)
        items = batch_get(self.dynamodb, self.audit_table, ids, attributes="file_id, sequencer")
        return {item["file_id"]["S"]: item["sequencer"]["S"] for item in items}

    def _id(self, version: Version) -> str:
        return identify(self.bucket, version.key, version.version_id)
