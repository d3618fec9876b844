"""What was logged of a file: the lines that name it, and all that a function wrote in its calls."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from deployment.logs import FileLogs
from tests.unit.cli.rows import UPLOADED, audit_row

ROW = audit_row()
AT = int(UPLOADED.timestamp() * 1000)


@dataclass
class FakeLogs:
    """Log groups of streams of lines, a line a second, from the upload on. Pages have one event each."""

    groups: dict[str, dict[str, list[str]]]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_paginator(self, operation_name: str, /) -> "FakeLogs":
        assert operation_name == "filter_log_events"
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(request)
        streams = self.groups[request["logGroupName"]]
        for stream in request.get("logStreamNames", streams):
            for second, line in enumerate(streams[stream]):
                at = AT + 1000 * second
                if request.get("filterPattern", "").strip('"') in line and request["startTime"] <= at:
                    yield {"events": [{"timestamp": at, "logStreamName": stream, "message": line + "\n"}]}


def _call(request: str, *lines: str, file_id: str = ROW.file_id) -> list[str]:
    said = json.dumps({"level": "INFO", "message": "started", "file_id": file_id, "function_request_id": request})
    return [
        f"START RequestId: {request} Version: $LATEST",
        said,
        *lines,
        f"END RequestId: {request}",
        f"REPORT RequestId: {request}",
    ]


def _texts(logs: FakeLogs) -> list[str]:
    return [line.document.get("message", line.text) for line in FileLogs(logs=logs, groups=list(logs.groups)).of(ROW)]


def test_a_traceback_of_the_files_call_is_found() -> None:
    other = _call("2", "[ERROR] OfAnother", file_id="e" * 64)
    logs = FakeLogs({"validate": {"warm": [*other, *_call("1", "[ERROR] KeyError\rTraceback"), *other]}})

    assert _texts(logs) == ["started", "[ERROR] KeyError\rTraceback"]


def test_each_call_for_the_file_is_shown() -> None:
    logs = FakeLogs(
        {
            "validate": {"a": _call("1", "first try"), "b": _call("2", "second try")},
            "publish": {"c": _call("3", "last")},
        }
    )

    assert sorted(_texts(logs)) == ["first try", "last", "second try", "started", "started", "started"]


def test_a_line_that_is_no_functions_is_shown_once() -> None:
    event = json.dumps({"type": "TaskStateEntered", "details": {"input": ROW.file_id}})
    logs = FakeLogs({"states": {"stream": [event, json.dumps({"type": "TaskStateEntered", "details": {}})]}})

    (line,) = FileLogs(logs=logs, groups=["states"]).of(ROW)

    assert line.document["details"] == {"input": ROW.file_id}


def test_lines_are_shown_by_time_whatever_group_they_are_of() -> None:
    logs = FakeLogs({"b": {"s": ["no", "no", f"later {ROW.file_id}"]}, "a": {"s": [f"first {ROW.file_id}"]}})

    assert [text.split()[0] for text in _texts(logs)] == ["first", "later"]


def test_a_call_whose_beginning_is_gone_keeps_its_own_lines() -> None:
    _, *rest = _call("1", "traceback")

    assert _texts(FakeLogs({"validate": {"a": rest}})) == ["started"]


def test_only_the_time_of_the_file_is_searched() -> None:
    logs = FakeLogs({"validate": {"a": _call("1")}})

    _texts(logs)

    minutes = [((one["startTime"] - AT) / 60_000, (one["endTime"] - AT) / 60_000) for one in logs.asked]
    assert minutes == [(0, 15 + 4 / 60)] * 2
