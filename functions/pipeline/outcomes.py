"""What became of a file, as the audit table's stream tells it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import StreamRecord

from pipeline.constants import FINISHED
from transactions.results import RecordedTotal


class Change(msgspec.Struct, frozen=True):
    """One entry of a row's history."""

    status: str
    at: datetime
    detail: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A file's row of the audit table, as it was when the file took a status that ends its way."""

    file_id: str
    status: str
    key: str
    partner: str
    size: int
    uploaded_at: datetime
    history: tuple[Change, ...]
    attempts: int
    version_id: str = ""
    layout: str = ""
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_dropped: int = 0
    lines_skipped: int = 0
    first_booking_date: str = ""
    last_booking_date: str = ""
    totals: tuple[RecordedTotal, ...] = ()
    report: str = ""
    duplicate_of: str = ""
    superseded_by: str = ""

    def done_at(self) -> datetime:
        """When the file had its first outcome."""
        return next(change.at for change in self.history if change.status in FINISHED)

    def seconds_to_outcome(self) -> float | None:
        """Tell how long the file took from its upload; None where it had its outcome already, and is superseded now."""
        *_, before, present = self.history
        return None if before.status in FINISHED else (present.at - self.uploaded_at).total_seconds()


def read_outcome(record: Mapping[str, Any]) -> Outcome:
    """Read one record of the stream.

    Raises
    ------
    msgspec.ValidationError
        If its image is not a file's row.
    """
    image = StreamRecord(record["dynamodb"]).new_image or {}
    plain = {name: image[name] for name in Outcome.__struct_fields__ if name in image}
    totals = {"totals": msgspec.json.decode(plain["totals"])} if "totals" in plain else {}
    # DynamoDB's numbers arrive as Decimal; every number of a row is whole.
    whole = {name: int(value) for name, value in plain.items() if isinstance(value, Decimal)}
    return msgspec.convert(plain | totals | whole, Outcome)
