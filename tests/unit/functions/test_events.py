"""What the state machine hands over is read strictly, and names its file on every log line."""

import json
from typing import Any

import msgspec
import pytest

from pipeline.events import read_file
from pipeline.observability import Event, logger, observed
from pipeline.queue_messages import UploadMessage
from pipeline.uploads import File
from tests.support.events import load_event
from tests.unit.functions.conftest import LogLines
from tests.unit.functions.fakes import FakeContext
from tests.unit.functions.samples import file_event


def test_the_input_of_a_task_gives_the_source_of_the_file() -> None:
    event = file_event(partner="dkb")

    source = read_file({"file": event}).source()

    assert (source.file_id, source.partner, source.format) == (event["file_id"], "dkb", "csv")
    assert source.file_name == "a b+c%é.csv"
    assert source.received_at.isoformat() == "2025-11-03T14:05:12+00:00"


@pytest.mark.parametrize("missing", [field.encode_name for field in msgspec.structs.fields(File)])
def test_an_input_that_lacks_a_field_is_refused_by_its_name(missing: str) -> None:
    event = file_event()
    del event[missing]

    with pytest.raises(msgspec.ValidationError, match=missing):
        read_file({"file": event})


@pytest.mark.parametrize("name", ["s3-object-created", "s3-object-created-unversioned"])
def test_a_missing_version_of_an_object_is_an_empty_one(name: str) -> None:
    detail = load_event(name)["detail"]
    message = {"bucket": detail["bucket"]["name"], "object": detail["object"], "uploaded_at": load_event(name)["time"]}

    upload = msgspec.json.decode(json.dumps(message), type=UploadMessage)

    assert upload.object.key == detail["object"]["key"]
    assert upload.object.version_id == detail["object"].get("version-id", "")


def test_each_log_line_names_only_its_own_file(log_lines: LogLines, context: FakeContext) -> None:
    @observed
    def handler(event: Event, _context: Any) -> None:
        if "file" in event:
            read_file(event)
        logger.info("first")
        logger.info("second")

    first, second = file_event("incoming/alpine/1.csv"), file_event("incoming/dkb/2.csv", partner="dkb")
    for event in ({"file": first}, {"file": second}, {}):
        handler(event, context)

    lines = log_lines()
    assert [line.get("file_id") for line in lines] == [first["file_id"]] * 3 + [second["file_id"]] * 3 + [None] * 2
    assert [line.get("partner") for line in lines] == ["alpine"] * 3 + ["dkb"] * 3 + [None] * 2
    assert {line.get("execution") for line in lines[:3]} == {first["execution"]}
    assert all(line["function_request_id"] == context.aws_request_id for line in lines)
