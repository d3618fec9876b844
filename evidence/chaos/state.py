"""Reads what is left of a scenario, through the public AWS API and by DuckDB over the published Parquet."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from itertools import starmap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol

import boto3
import duckdb
from boto3.dynamodb.types import TypeDeserializer

from deployment.athena import Athena
from pipeline.audit_row import read_row

ALERT_LIMIT: Final = "alert limit reached"
"""The end of the subject of the message after which no more alerts of the hour are sent."""

QUEUES: Final = ("BatchingQueue", "OverlapsQueue")
"""What waits there is still to be done."""

_ENDED: Final = "ended"
"""What the input of an execution that settles has of the ended one."""

_EXECUTION: Final = "executionArn"
"""By what it names it."""

_DELETED_AT_ONCE: Final = 1000
"""Objects that one call of S3 deletes at most (S3 API reference, DeleteObjects)."""

_plain = TypeDeserializer().deserialize


class ReceivedAlert(Protocol):
    """An alert as a subscriber received it."""

    @property
    def subject(self) -> str:
        """Its subject."""

    @property
    def message(self) -> str:
        """Its text."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """Its attributes."""


@dataclass(frozen=True, kw_only=True)
class VisibleRow:
    """One row of the table ``transactions``, or of the view ``ledger``."""

    file_id: str
    account: str
    transaction_id: str
    booking_date: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of a row's history."""

    status: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Overlaps:
    """What a file's row says of other files: its rows there, those that differ, and how many files, of which by id."""

    rows: int = 0
    conflicts: int = 0
    files: int = 0
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ObservedRow:
    """One row of the audit table.

    ``counts`` are read, accepted and rejected, ``published`` is shown as readable, and ``held_until`` is the end of the
    last claim.
    """

    status: str
    history: tuple[Entry, ...]
    duplicate_of: str
    counts: tuple[int, int, int]
    published: int
    sums: Mapping[str, Decimal]
    overlaps: Overlaps
    held_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One message of the dead-letter queue.

    ``file_ids`` are those of the files that it names; ``settles`` says that these are an ended execution's.
    """

    file_ids: tuple[str, ...]
    settles: bool = False
    by_state_machine: bool
    reason: str
    attempt: str


@dataclass(frozen=True, kw_only=True)
class State:
    """What is left: rows, table, queues, alerts, and the files that were announced.

    ``unsettled`` are the files of executions that were to settle others, and failed or were aborted themselves: only
    the alarm is left for them.
    """

    rows: Mapping[str, ObservedRow]
    table: Counter[VisibleRow]
    ledger: Counter[VisibleRow]
    quarantine: Counter[str]
    letters: Sequence[Letter]
    waiting: int
    alerts_received: Sequence[ReceivedAlert]
    announced: frozenset[str] = frozenset()
    unsettled: frozenset[str] = frozenset()

    def letters_by_file(self) -> dict[str, list[Letter]]:
        """Sort the dead letters by the files that they name."""
        found = defaultdict(list)
        for letter in self.letters:
            for file_id in letter.file_ids:
                found[file_id].append(letter)
        return found

    def alerts(self, file_id: str, status: str) -> list[ReceivedAlert]:
        """List the alerts on a file with this status."""
        return [
            alert
            for alert in self.alerts_received
            if file_id in alert.message and alert.attributes.get("status") == status
        ]

    def is_limited(self, partner: str, status: str) -> bool:
        """Whether an alert said that there are more of a partner's alerts than are sent."""
        return any(
            alert.subject.endswith(ALERT_LIMIT)
            and alert.attributes.get("partner") == partner
            and alert.attributes.get("status") == status
            for alert in self.alerts_received
        )


class Observer:
    """Looks at one deployment, by the names that are its stack's outputs."""

    def __init__(self, session: boto3.Session, outputs: Mapping[str, str], athena: Athena) -> None:
        self._athena = athena
        self._s3: Any = session.client("s3")
        self._sqs: Any = session.client("sqs")
        self._dynamodb: Any = session.client("dynamodb")
        self._step_functions: Any = session.client("stepfunctions")
        self._outputs = outputs

    def look(
        self, alerts_received: Sequence[ReceivedAlert], announced: Iterable[str], ended_before: frozenset[str]
    ) -> State:
        """Read everything. ``ended_before`` is what ``ended_badly`` said when the scenario began."""
        with TemporaryDirectory() as folder:
            table, quarantine = self._published(Path(folder))
        return State(
            rows=self._rows(),
            table=table,
            ledger=self._ledger(),
            quarantine=quarantine,
            letters=self._letters(),
            waiting=sum(map(self.messages, QUEUES)),
            alerts_received=alerts_received,
            announced=frozenset(announced),
            unsettled=frozenset(self._unsettled(self.ended_badly() - ended_before)),
        )

    def messages(self, queue: str) -> int:
        """Count all messages of a queue: also those that are delayed, or that somebody has taken and may give back."""
        names = [f"ApproximateNumberOfMessages{state}" for state in ("", "NotVisible", "Delayed")]
        answer = self._sqs.get_queue_attributes(QueueUrl=self._outputs[queue], AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def ended_badly(self) -> frozenset[str]:
        """List the executions that have failed, for which there is an alarm, or that somebody has aborted."""
        return self.executions("FAILED") | self.executions("ABORTED") | self.executions("TIMED_OUT")

    def executions(self, status: str) -> frozenset[str]:
        """List the ARNs of the executions of a status."""
        listing = self._step_functions.get_paginator("list_executions")
        return frozenset(
            execution["executionArn"]
            for machine in ("StateMachine", "LargeFilesStateMachine")
            for page in listing.paginate(stateMachineArn=self._outputs[machine], statusFilter=status)
            for execution in page["executions"]
        )

    def _unsettled(self, executions: Iterable[str]) -> Iterator[str]:
        for execution in executions:
            body = json.loads(self._input_of(execution))
            if _ENDED in body:
                yield from map(_file_id, _named(body, self._input_of))

    def _input_of(self, execution: str) -> str:
        return str(self._step_functions.describe_execution(executionArn=execution)["input"])

    def forget(self) -> None:
        """Remove what a scenario has left, messages that would come later included."""
        for queue in QUEUES:
            self._sqs.purge_queue(QueueUrl=self._outputs[queue])
        # The uploads first: without its row, the sweep takes one for lost and has it processed again.
        self._delete("RawBucket", self._versions("RawBucket"))
        keys = [{"Key": key} for prefix in ("transactions/", "quarantine/") for key in self._keys(prefix)]
        self._delete("ProcessedBucket", keys)
        for table, key in (("AuditTable", "file_id"), ("RegistryTable", "entry")):
            for item in self._items(table):
                self._dynamodb.delete_item(TableName=self._outputs[table], Key={key: item[key]})

    def _delete(self, bucket: str, objects: Sequence[Mapping[str, str]]) -> None:
        for start in range(0, len(objects), _DELETED_AT_ONCE):
            batch = objects[start : start + _DELETED_AT_ONCE]
            self._s3.delete_objects(Bucket=self._outputs[bucket], Delete={"Objects": batch, "Quiet": True})

    def _versions(self, bucket: str) -> list[dict[str, str]]:
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._outputs[bucket])
        return [
            {"Key": version["Key"], "VersionId": version["VersionId"]}
            for page in pages
            for version in page.get("Versions", [])
        ]

    def _rows(self) -> dict[str, ObservedRow]:
        plain = [{name: _plain(value) for name, value in item.items()} for item in self._items("AuditTable")]
        return {row["file_id"]: _audit_row(row) for row in plain}

    def _items(self, table: str) -> Iterator[dict[str, Any]]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._outputs[table], ConsistentRead=True)
        for page in pages:
            yield from page["Items"]

    def _keys(self, prefix: str) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._outputs["ProcessedBucket"], Prefix=prefix
        )
        for page in pages:
            for item in page.get("Contents", []):
                yield item["Key"]

    def _published(self, folder: Path) -> tuple[Counter[VisibleRow], Counter[str]]:
        for prefix in ("transactions/", "quarantine/"):
            for key in self._keys(prefix):
                target = folder / key
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(self._s3.get_object(Bucket=self._outputs["ProcessedBucket"], Key=key)["Body"].read())
        table = _query(
            folder / "transactions",
            "file_id, account_id, transaction_id, CAST(booking_date AS VARCHAR), amount, currency",
        )
        visible = Counter(starmap(_visible, table))
        quarantine = Counter(row[0] for row in _query(folder / "quarantine", "DISTINCT file_id, source_line"))
        return visible, quarantine

    def _ledger(self) -> Counter[VisibleRow]:
        rows = self._athena.query(
            "SELECT file_id, account_id, transaction_id, CAST(booking_date AS varchar) AS day, amount, currency"
            " FROM ledger"
        )
        return Counter(_visible(*map(str, row.values())) for row in rows)

    def _letters(self) -> list[Letter]:
        """Read the dead-letter queue and leave it as it is."""
        queue = self._outputs["DeadLetterQueue"]
        received: list[dict[str, Any]] = []
        while messages := self._sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=60
        ).get("Messages"):
            received += messages
        for message in received:
            self._sqs.change_message_visibility(
                QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
        return [_letter(message, self._input_of) for message in received]


def _visible(*values: str) -> VisibleRow:
    file_id, account, transaction_id, day, amount, currency = values
    return VisibleRow(
        file_id=file_id,
        account=account,
        transaction_id=transaction_id,
        booking_date=day,
        amount=Decimal(amount),
        currency=currency,
    )


def _query(folder: Path, columns: str) -> list[tuple[Any, ...]]:
    if not folder.exists():
        return []
    files = f"{folder}/**/*.parquet"
    with duckdb.connect() as connection:
        return connection.execute(
            f"SELECT {columns} FROM read_parquet(?, hive_partitioning = true, union_by_name = true)",  # noqa: S608
            [files],
        ).fetchall()


def _audit_row(row: Mapping[str, Any]) -> ObservedRow:
    totals = json.loads(row.get("totals", "[]"))
    read = read_row(row)
    return ObservedRow(
        status=row["status"],
        history=tuple(Entry(status=entry["status"], at=entry["at"]) for entry in row["history"]),
        duplicate_of=row.get("duplicate_of", ""),
        counts=(int(row.get("rows_read", 0)), int(row.get("rows_accepted", 0)), int(row.get("rows_rejected", 0))),
        published=read.rows_published,
        sums={total["currency"]: Decimal(total["sum"]) for total in totals},
        overlaps=Overlaps(
            rows=int(row.get("rows_in_other_files", 0)),
            conflicts=int(row.get("conflicting_rows", 0)),
            files=int(row.get("overlapping_file_count", 0)),
            named=frozenset(row.get("overlapping_files", ())),
        ),
        held_until=read.lease_ends,
    )


def _letter(message: Mapping[str, Any], input_of: Callable[[str], str]) -> Letter:
    body = json.loads(message["Body"])
    attributes = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
    return Letter(
        file_ids=tuple(map(_file_id, _named(body, input_of))),
        settles=_ENDED in body or _EXECUTION in body.get("detail", {}),
        by_state_machine="RULE_ARN" not in attributes and "file_id" in attributes,
        reason=attributes.get("reason", ""),
        attempt=attributes.get("attempt", ""),
    )


def _named(body: Mapping[str, Any], input_of: Callable[[str], str]) -> list[Mapping[str, Any]]:
    """List the uploads that a message names: its own, an event's, an execution's, or those of one that has ended.

    ``input_of`` returns an execution's input, by its ARN: a message about one that has ended may have none.
    """
    ended: Mapping[str, Any] = body.get(_ENDED) or body.get("detail", {})
    if _EXECUTION in ended:
        return _named(json.loads(ended.get("input") or input_of(ended[_EXECUTION])), input_of)
    if "detail" in body:
        return [body["detail"]]
    return list(body["files"]) if "files" in body else [body]


def _file_id(upload: Mapping[str, Any]) -> str:
    bucket, item = upload["bucket"], upload["object"]
    name = bucket["name"] if isinstance(bucket, dict) else bucket
    return sha256(f"{name}\n{item['key']}\n{item['version-id']}".encode()).hexdigest()
