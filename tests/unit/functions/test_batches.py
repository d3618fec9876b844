"""Queue messages become executions: every message in exactly one, none too large, none started twice."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.batches import INPUT_LIMIT, Batches, Message, read_messages
from pipeline.queue_messages import S3Object, UploadMessage, read_delivery
from tests.support.events import load_event
from tests.unit.functions.conftest import LogLines
from tests.unit.functions.fakes import FakeStepFunctions

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:state-machine-files-test"
KEY_LIMIT = 1024
"""Bytes of an S3 key, in UTF-8."""

STATUS_EVENT_LIMIT = 248_000
"""Bytes of an execution's input, escaped. Step Functions leaves a longer one out of the event that tells of its end."""


def _batches(step_functions: FakeStepFunctions) -> Batches:
    return Batches(
        step_functions=step_functions,
        state_machine=MACHINE,
        batch="batch",
        direct="direct",
        settle="settle",
        direct_threshold_bytes=5000,
    )


def _message(number: int, key: str, *, version_id: str = "", size: int = 1) -> Message:
    """Announce a version of an upload; without ``version_id`` no other message names the same one."""
    upload = UploadMessage(
        bucket="bucket-raw",
        object=S3Object(
            key=key, size=size, etag="e", sequencer=f"{number:016X}", version_id=version_id or f"{number:032}"
        ),
        uploaded_at=datetime(2025, 11, 3, 14, 5, 12, tzinfo=UTC),
    )
    return Message(message_id=f"message-{number}", delivery=upload)


def _long_key(character: str, length: int) -> str:
    return (character * length).encode()[:KEY_LIMIT].decode(errors="ignore") or "k"


KEYS = st.builds(_long_key, st.characters(exclude_categories=["Cs"]), st.integers(1, KEY_LIMIT))


@pytest.mark.requirement("O2")
@given(keys=st.lists(KEYS, max_size=100), repeated=st.integers(1, 10))
def test_each_message_is_in_exactly_one_batch_within_the_limit(keys: list[str], repeated: int) -> None:
    messages = [_message(number, key) for number, key in enumerate(keys * repeated)]
    step_functions = FakeStepFunctions()

    failed = _batches(step_functions).start(messages)

    documents = [json.loads(document) for document in step_functions.inputs.values()]
    assert failed == []
    assert [file for document in documents for file in document["files"]] == [
        json.loads(msgspec.json.encode(message.delivery)) for message in messages
    ]
    assert all(document["route"] == "batch" for document in documents)
    assert all(document["files"] for document in documents)
    assert all(len(document.encode()) <= INPUT_LIMIT for document in step_functions.inputs.values())


@pytest.mark.requirement("E1")
def test_a_large_file_takes_the_direct_route_by_itself() -> None:
    messages = [_message(number, f"key {number}", size=size) for number, size in enumerate([4999, 5000, 5 * 2**40, 0])]
    step_functions = FakeStepFunctions()

    failed = _batches(step_functions).start(messages)

    documents = [json.loads(document) for document in step_functions.inputs.values()]
    sizes = sorted(
        (document["route"], *(file["object"]["size"] for file in document["files"])) for document in documents
    )
    assert (failed, sizes) == ([], [("batch", 4999, 0), ("direct", 5000), ("direct", 5 * 2**40)])


@given(versions=st.lists(st.integers(0, 5), min_size=1, max_size=20))
def test_repeated_events_put_an_upload_into_a_batch_once(
    versions: list[int],
) -> None:
    messages = [_message(number, "key", version_id=f"v{version}") for number, version in enumerate(versions)]
    step_functions = FakeStepFunctions()

    _batches(step_functions).start(messages)

    [document] = map(json.loads, step_functions.inputs.values())
    assert [file["object"]["version-id"] for file in document["files"]] == [f"v{v}" for v in dict.fromkeys(versions)]


def test_the_sequencer_identifies_an_upload_without_a_version() -> None:
    uploads = [S3Object(key="key", size=1, etag="e", sequencer=sequencer) for sequencer in ("0A", "0B", "0A")]
    messages = [
        Message(
            message_id=str(number), delivery=UploadMessage(bucket="raw", object=upload, uploaded_at=datetime.now(UTC))
        )
        for number, upload in enumerate(uploads)
    ]
    step_functions = FakeStepFunctions()

    _batches(step_functions).start(messages)

    [document] = map(json.loads, step_functions.inputs.values())
    assert [file["object"]["sequencer"] for file in document["files"]] == ["0A", "0B"]


def test_both_messages_of_a_repeated_event_go_back_on_failure() -> None:
    messages = [_message(number, "key", version_id="v") for number in range(2)]

    failed = _batches(FakeStepFunctions(errors=["ThrottlingException"])).start(messages)

    assert failed == [message.message_id for message in messages]


def test_the_decision_on_batches_gives_the_limit_as_it_is() -> None:
    decision = Path(__file__).parents[3] / "docs" / "decisions" / "0003-batches-are-started-by-a-function.md"

    assert f"inputs stay below {INPUT_LIMIT >> 10} KiB" in decision.read_text(encoding="utf-8")


@pytest.mark.parametrize("character", ['"', "\\", "\x01", "é", "火", "😀", "k"])
def test_a_full_batch_of_longest_keys_fits_into_its_end_event(
    character: str,
) -> None:
    keys = [f"{number:04}{_long_key(character, KEY_LIMIT - 4)}" for number in range(100)]
    step_functions = FakeStepFunctions()
    _batches(step_functions).start([_message(number, key) for number, key in enumerate(keys)])

    # As text in the event's JSON, at worst in ASCII
    escaped = [json.dumps(document) for document in step_functions.inputs.values()]

    assert sum(len(json.loads(document)["files"]) for document in step_functions.inputs.values()) == len(keys)
    assert max(map(len, escaped)) < STATUS_EVENT_LIMIT


def test_a_hundred_ordinary_uploads_fit_into_one_execution() -> None:
    key = "incoming/a-partner-of-a-long-name/2025/11/statement of account DE89370400440532013000 2025-11-03 {}.csv"
    step_functions = FakeStepFunctions()

    _batches(step_functions).start([_message(number, key.format(number)) for number in range(100)])

    assert len(step_functions.inputs) == 1


@given(order=st.permutations(range(5)))
def test_a_redelivered_batch_has_the_same_name_and_is_started(
    order: list[int],
) -> None:
    messages = [_message(number, f"key {number}") for number in range(5)]
    step_functions = FakeStepFunctions()
    _batches(step_functions).start(messages)
    names = list(step_functions.inputs)

    failed = _batches(step_functions).start([messages[number] for number in order])

    assert failed == []
    assert list(step_functions.inputs) == names


def test_two_batches_have_two_names_of_permitted_length() -> None:
    step_functions = FakeStepFunctions()

    for number in range(2):
        _batches(step_functions).start([_message(number, "key")])

    assert len(step_functions.inputs) == 2
    assert all(len(name) <= 80 and name.isalnum() for name in step_functions.inputs)


@pytest.mark.requirement("O2")
def test_only_the_messages_of_an_unstarted_batch_go_back(
    log_lines: LogLines,
) -> None:
    messages = [_message(number, "k" * KEY_LIMIT) for number in range(INPUT_LIMIT // KEY_LIMIT)]
    step_functions = FakeStepFunctions(errors=["ThrottlingException"])

    failed = _batches(step_functions).start(messages)

    [document] = [json.loads(document) for document in step_functions.inputs.values()]
    assert failed
    assert len(failed) + len(document["files"]) == len(messages)
    assert failed == [message.message_id for message in messages[: len(failed)]]
    assert log_lines()[-1]["error"] == "ThrottlingException"


def test_unreadable_messages_are_named_and_not_logged(
    log_lines: LogLines,
) -> None:
    records: list[dict[str, Any]] = load_event("sqs-batch")["Records"]

    messages, unreadable = read_messages(records)

    assert [message.message_id for message in messages] == [records[0]["messageId"]]
    assert json.loads(msgspec.json.encode(messages[0].delivery)) == json.loads(records[0]["body"])
    assert unreadable == [record["messageId"] for record in records[1:]]
    assert [line["message_id"] for line in log_lines()] == unreadable
    assert "CH93" not in str(log_lines())


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("as_direct", [False, True], ids=["S3's own event", "the direct rule's input"])
def test_a_failed_delivery_moved_to_the_queue_is_an_upload(
    as_direct: bool,  # noqa: FBT001 - the case
) -> None:
    event = load_event("s3-object-created")
    detail = event["detail"]
    named = {"bucket": detail["bucket"]["name"], "object": detail["object"], "uploaded_at": event["time"]}
    kept = {"route": "direct", "files": [named]} if as_direct else event

    upload = read_delivery(json.dumps(kept))

    assert isinstance(upload, UploadMessage)
    assert upload == read_delivery(json.dumps(named))
    assert upload.object.key == detail["object"]["key"]


@pytest.mark.requirement("L2")
@pytest.mark.parametrize("transformed", [False, True], ids=["Step Functions' own event", "the settling rule's input"])
def test_an_undelivered_end_event_moved_to_the_queue_is_settled(
    transformed: bool,  # noqa: FBT001 - the case
) -> None:
    event = load_event("execution-timed-out")
    detail = event["detail"]
    kept = {"route": "settle", "ended": detail} if transformed else event
    records = [{"messageId": "settle", "body": json.dumps(kept)}]
    step_functions = FakeStepFunctions()

    messages, unreadable = read_messages([*records, *load_event("sqs-batch")["Records"][:1]])
    failed = _batches(step_functions).start(messages)

    assert (unreadable, failed) == ([], [])
    documents = {json.loads(document)["route"]: json.loads(document) for document in step_functions.inputs.values()}
    assert documents["settle"]["ended"] == {"executionArn": detail["executionArn"]}
    assert len(documents["batch"]["files"]) == 1
