"""The custom resource always answers CloudFormation, or hands over to its next call."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import boto3
import pytest

from handlers import empty_buckets
from handlers.empty_buckets import handler
from tests.support.events import load_event
from tests.unit.functions.fakes import FakeCloudFormation, FakeContext, FakeLambda, FakeVersionedBucket

BUCKET = load_event("cloudformation-delete")["ResourceProperties"]["BucketName"]
STACK = load_event("cloudformation-delete")["StackId"]
END = ["DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"]
STAYS = [
    "CREATE_IN_PROGRESS",
    "DELETE_COMPLETE",
    "DELETE_FAILED",
    "IMPORT_ROLLBACK_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_IN_PROGRESS",
]


@dataclass
class CloudFormation:
    """An answer address on loopback, and the answers that came."""

    url: str = ""
    status: int = 200
    answers: list[dict[str, Any]] = field(default_factory=list)
    content_types: list[str | None] = field(default_factory=list)

    def event(self, request_type: str = "Delete", **properties: str) -> dict[str, Any]:
        event = load_event("cloudformation-delete")
        return event | {
            "RequestType": request_type,
            "ResponseURL": f"{self.url}/answer?X-Amz-Signature=abc%2Bdef",
            "ResourceProperties": event["ResourceProperties"] | properties,
        }


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    known = CloudFormation()

    class Address(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            known.answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            known.content_types.append(self.headers["Content-Type"])
            self.send_response(known.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Address) as server:
        known.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield known
        server.shutdown()
        thread.join()


@pytest.mark.requirement("X7", "D1")
@pytest.mark.usefixtures("aws")
def test_deleting_the_stack_empties_the_bucket_and_succeeds(
    monkeypatch: pytest.MonkeyPatch, cloudformation: CloudFormation, context: FakeContext
) -> None:
    _with_moto(monkeypatch)
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        s3.put_object(Bucket=BUCKET, Key="a b+é", Body=b"x")
    s3.delete_object(Bucket=BUCKET, Key="a b+é")
    s3.create_multipart_upload(Bucket=BUCKET, Key="unfinished")
    event = cloudformation.event()

    handler(event, context)

    s3.delete_bucket(Bucket=BUCKET)
    assert cloudformation.answers == [
        {
            "Status": "SUCCESS",
            "Reason": "",
            **{key: event[key] for key in ("PhysicalResourceId", "StackId", "RequestId", "LogicalResourceId")},
        }
    ]
    assert cloudformation.content_types == [""]


@pytest.mark.parametrize("request_type", ["Create", "Update"])
@pytest.mark.usefixtures("aws")
def test_any_other_request_is_answered_and_deletes_nothing(
    cloudformation: CloudFormation,
    context: FakeContext,
    request_type: str,
) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="kept", Body=b"x")
    event = cloudformation.event(request_type)
    del event["PhysicalResourceId"]

    handler(event, context)

    [answer] = cloudformation.answers
    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == event["LogicalResourceId"]
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


def _with_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let moto stand for AWS, and the stack be deleted."""
    deleted = FakeCloudFormation({STACK: "DELETE_IN_PROGRESS"})
    monkeypatch.setattr(
        empty_buckets, "client", lambda service: deleted if service == "cloudformation" else boto3.client(service)
    )


def _with_fakes(
    monkeypatch: pytest.MonkeyPatch,
    bucket: FakeVersionedBucket,
    stack_status: str = "DELETE_IN_PROGRESS",
    stack_id: str = STACK,
) -> FakeLambda:
    functions = FakeLambda()
    fakes = {"s3": bucket, "lambda": functions, "cloudformation": FakeCloudFormation({stack_id: stack_status})}
    monkeypatch.setattr(empty_buckets, "client", fakes.__getitem__)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "lambda-empty-buckets-test")
    return functions


def _versions(count: int, prefix: str = "key") -> list[dict[str, str]]:
    return [{"Key": f"{prefix}-{number}", "VersionId": "v"} for number in range(count)]


@pytest.mark.requirement("X7")
@pytest.mark.parametrize("status", END)
def test_a_stack_that_comes_to_its_end_is_emptied(
    monkeypatch: pytest.MonkeyPatch, cloudformation: CloudFormation, context: FakeContext, status: str
) -> None:
    bucket = FakeVersionedBucket(versions=_versions(3))
    _with_fakes(monkeypatch, bucket, status)

    handler(cloudformation.event(), context)

    assert [answer["Status"] for answer in cloudformation.answers] == ["SUCCESS"]
    assert bucket.versions == []


@pytest.mark.parametrize("status", STAYS)
def test_a_stack_that_stays_keeps_its_objects(
    monkeypatch: pytest.MonkeyPatch, cloudformation: CloudFormation, context: FakeContext, status: str
) -> None:
    bucket = FakeVersionedBucket(versions=_versions(3), markers=_versions(2, "gone"))
    _with_fakes(monkeypatch, bucket, status)

    handler(cloudformation.event(), context)

    assert [answer["Status"] for answer in cloudformation.answers] == ["SUCCESS"]
    assert (len(bucket.versions), len(bucket.markers), bucket.deletes) == (3, 2, [])


def test_a_late_request_of_an_earlier_stack_empties_nothing(
    monkeypatch: pytest.MonkeyPatch, cloudformation: CloudFormation, context: FakeContext
) -> None:
    # Given a stack of the same name, and so with the same buckets, that is being deleted
    bucket = FakeVersionedBucket(versions=_versions(3))
    _with_fakes(monkeypatch, bucket, stack_id=f"{STACK}-later")
    # When the request of its predecessor arrives
    handler(cloudformation.event(), context)
    # Then its role may not even ask for that one
    assert [answer["Status"] for answer in cloudformation.answers] == ["FAILED"]
    assert bucket.deletes == []


def test_emptying_ends_with_the_deletion_that_asked_for_it(
    monkeypatch: pytest.MonkeyPatch, cloudformation: CloudFormation
) -> None:
    # Given a deletion that failed while the function was to go on in another call
    bucket = FakeVersionedBucket(versions=_versions(16_500))
    functions = _with_fakes(monkeypatch, bucket)
    handler(cloudformation.event(), FakeContext(remaining=[60_000, 20_000]))
    _with_fakes(monkeypatch, bucket, "DELETE_FAILED")
    # When that call is made
    handler(json.loads(functions.calls[0]["Payload"]), FakeContext())
    # Then it deletes nothing more
    assert len(bucket.versions) == 500


@pytest.mark.requirement("X7")
def test_too_little_time_makes_the_function_invoke_itself(
    monkeypatch: pytest.MonkeyPatch, cloudformation: CloudFormation
) -> None:
    bucket = FakeVersionedBucket(versions=_versions(16_500))
    functions = _with_fakes(monkeypatch, bucket)
    event = cloudformation.event()

    handler(event, FakeContext(remaining=[60_000, 20_000]))

    [call] = functions.calls
    assert (call["FunctionName"], call["InvocationType"]) == ("lambda-empty-buckets-test", "Event")
    assert json.loads(call["Payload"]) == event
    assert cloudformation.answers == []
    assert len(bucket.versions) == 500

    handler(json.loads(call["Payload"]), FakeContext())

    assert [answer["Status"] for answer in cloudformation.answers] == ["SUCCESS"]
    assert bucket.versions == []


def test_an_undeletable_version_answers_failed_with_the_log(
    monkeypatch: pytest.MonkeyPatch, cloudformation: CloudFormation, context: FakeContext
) -> None:
    _with_fakes(monkeypatch, FakeVersionedBucket(versions=_versions(2), locked={"key-1"}))

    handler(cloudformation.event(), context)

    [answer] = cloudformation.answers
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == f"BucketNotEmptiedError: see {context.log_stream_name}"


@pytest.mark.usefixtures("aws")
def test_a_request_without_a_bucket_is_answered(
    monkeypatch: pytest.MonkeyPatch, cloudformation: CloudFormation, context: FakeContext
) -> None:
    _with_moto(monkeypatch)
    event = cloudformation.event()
    del event["ResourceProperties"]["BucketName"]

    handler(event, context)

    assert [answer["Status"] for answer in cloudformation.answers] == ["FAILED"]


def test_an_address_that_refuses_the_answer_fails_the_call(
    monkeypatch: pytest.MonkeyPatch, cloudformation: CloudFormation, context: FakeContext
) -> None:
    _with_fakes(monkeypatch, FakeVersionedBucket())
    cloudformation.status = 403

    with pytest.raises(empty_buckets.AnswerNotDeliveredError, match="403"):
        handler(cloudformation.event(), context)


def test_keys_that_xml_cannot_hold_are_deleted_one_by_one(
    monkeypatch: pytest.MonkeyPatch, cloudformation: CloudFormation, context: FakeContext
) -> None:
    hostile = ["control \x01", "line\nend", "return\r", "none \uffff"]
    bucket = FakeVersionedBucket(
        versions=[{"Key": key, "VersionId": "v"} for key in [*hostile, "plain é 🂡"]],
        uploads=[{"Key": "unfinished \x02+", "UploadId": "u"}],
    )
    _with_fakes(monkeypatch, bucket)

    handler(cloudformation.event(), context)

    assert [answer["Status"] for answer in cloudformation.answers] == ["SUCCESS"]
    assert not bucket.versions
    assert not bucket.uploads
    assert bucket.deletes == [1, 1, 1, 1, 1]
