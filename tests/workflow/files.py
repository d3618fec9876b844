"""Uploads that tests send through the state machine, and what the functions would say about them."""

import itertools
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from transactions.results import Counts, ErrorCount, Total, Validation, Verdict

Answer = dict[str, Any]
_serial = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One upload of the raw bucket, as EventBridge announces it."""

    key: str
    version_id: str
    sequencer: str
    bucket: str = "bucket-raw"
    size: int = 4117
    uploaded_at: str = "2025-11-03T14:05:12Z"

    @property
    def event(self) -> dict[str, Any]:
        """The upload as the rules hand it on."""
        announced = {
            "key": self.key,
            "size": self.size,
            "etag": "b1946ac92492d2347c6235b4d2611184",
            "version-id": self.version_id,
            "sequencer": self.sequencer,
        }
        return {"bucket": self.bucket, "object": announced, "uploaded_at": self.uploaded_at}

    @property
    def file_id(self) -> str:
        return sha256(f"{self.bucket}\n{self.key}\n{self.version_id}".encode()).hexdigest()

    @property
    def key_entry(self) -> str:
        return f"key#{self.bucket}/{self.key}"


def upload(
    *, partner: str = "alpine", extension: str = "csv", key: str = "", uploaded_at: str = "2025-11-03T14:05:12Z"
) -> Upload:
    """Make an upload that no other test knows, or a newer version of ``key``."""
    serial = next(_serial)
    return Upload(
        key=key or f"incoming/{partner}/file {serial}.{extension}",
        version_id=f"version-{serial}",
        sequencer=f"00671A1B2C{serial:04X}",
        uploaded_at=uploaded_at,
    )


def validation(
    *,
    verdict: Verdict = "VALID",
    content: str = "",
    delivery: str = "",
    read: int = 3,
    rejected: int = 0,
    reason_code: str = "",
) -> Answer:
    """Say what the validate function answers. Without ``content``, no other file has the same."""
    accepted = read - rejected
    digest = sha256((content or f"content {next(_serial)}").encode()).hexdigest()
    answer = Validation(
        verdict=verdict,
        layout="" if reason_code else "alpine-2025",
        reason_code=reason_code,
        reason="The header has other columns than the layout." if reason_code else "",
        sha256=digest,
        content_id=digest,
        delivery_id=delivery,
        size=4117,
        counts=Counts(read=read, accepted=accepted, rejected=rejected, skipped=4, joined=2),
        first_booking_date="2025-10-01",
        last_booking_date="2025-10-31",
        totals=(Total(currency="CHF", count=accepted - 1, sum="-12.50"), Total(currency="EUR", count=1, sum="0.10")),
        errors=(ErrorCount(code="AMOUNT_FORMAT", count=rejected),) if rejected else (),
        warnings=(ErrorCount(code="BALANCE_BREAK", count=rejected),) if rejected else (),
    )
    built: Answer = msgspec.json.decode(msgspec.json.encode(answer))
    return {fact: built[fact] for fact in built if fact not in {"examples", "skipped_lines", "joined_lines"}} | {
        "report": "reports/alpine/file.html"
    }


def refusal() -> Answer:
    """Say that a file as a whole is refused."""
    return validation(verdict="REJECTED", reason_code="NO_RECORDS", read=0)


def acceptance_less_two_rows() -> Answer:
    """Say that a file is valid, and two of its rows are not."""
    return validation(verdict="VALID_WITH_REJECTED_ROWS", read=5, rejected=2)


def transformation(validated: Answer) -> Answer:
    """Say what the transform function answers where it agrees with validate."""
    return {
        "counts": validated["counts"],
        "totals": validated["totals"],
        "written": {"count": validated["counts"]["accepted"], "totals": validated["totals"]},
        "manifest": "manifests/file.json",
    }
