"""What was logged of one file: by the functions, by the job for large files, and by the state machines."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import dropwhile, takewhile
from typing import Any, Final, Protocol

from pipeline.audit_row import AuditRow

_REQUEST_ID: Final = "function_request_id"
_AFTERWARDS: Final = timedelta(minutes=15)
"""How long after its latest change of status a file may still be logged: by calls that were given up, and by alerts."""


class ReadsLogs(Protocol):
    """The part of the CloudWatch Logs client that reads."""

    def get_paginator(self, operation_name: str, /) -> Any:
        """Page through an operation's results."""


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One event of a log group. ``document`` holds what a line in JSON says, and is empty for any other line."""

    at: datetime
    group: str
    stream: str
    text: str
    document: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class FileLogs:
    """Reads a deployment's log groups."""

    logs: ReadsLogs
    groups: Sequence[str]

    def of(self, row: AuditRow) -> list[LogLine]:
        """Return the lines that name a file, and all lines of the functions' calls for it, oldest first.

        The platform's lines and a traceback name no file, but stand between the first and the last line of a call.
        """
        times = _times(row)
        pattern = f'"{row.file_id}"'
        named = [line for group in self.groups for line in read_lines(self.logs, group, *times, filterPattern=pattern)]
        calls = defaultdict[tuple[str, str], set[str]](set)
        for line in named:
            if _REQUEST_ID in line.document:
                calls[line.group, line.stream].add(str(line.document[_REQUEST_ID]))
        of_calls = (line for place, ids in calls.items() for line in self._of_calls(*place, ids, times))
        lines = {(line.group, line.stream, line.at, line.text): line for line in (*named, *of_calls)}
        return sorted(lines.values(), key=lambda line: line.at)

    def _of_calls(
        self, group: str, stream: str, request_ids: Iterable[str], times: tuple[datetime, datetime]
    ) -> Iterator[LogLine]:
        """Read a stream once, and yield the lines of these calls: a stream has one call after the other."""
        lines = list(read_lines(self.logs, group, *times, logStreamNames=[stream]))
        for request_id in request_ids:
            yield from _between(lines, f"START RequestId: {request_id}", f"END RequestId: {request_id}")


def read_lines(logs: ReadsLogs, group: str, first: datetime, last: datetime, **choice: Any) -> Iterator[LogLine]:
    """Read the events of a log group in this time; ``choice`` is what else ``FilterLogEvents`` can choose by."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, startTime=_milliseconds(first), endTime=_milliseconds(last), **choice
    )
    for event in _events(pages):
        yield LogLine(
            at=datetime.fromtimestamp(event["timestamp"] / 1000, UTC),
            group=group,
            stream=event["logStreamName"],
            text=event["message"].rstrip(),
            document=_document(event["message"]),
        )


def _between(lines: Iterable[LogLine], first: str, last: str) -> list[LogLine]:
    since = dropwhile(lambda line: not line.text.startswith(first), lines)
    return list(takewhile(lambda line: not line.text.startswith(last), since))[1:]


def _events(pages: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for page in pages:
        yield from page["events"]


def _times(row: AuditRow) -> tuple[datetime, datetime]:
    """Bound the search: CloudWatch Logs reads all that lies between."""
    return row.uploaded_at, row.changed_at + _AFTERWARDS if row.finished else datetime.now(UTC)


def _milliseconds(at: datetime) -> int:
    """Return the milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def _document(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
