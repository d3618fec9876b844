"""A store under another key, and an upload that is not refused, are refuted."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from deployment.verification import encryption
from deployment.verification.check import Finding, Verdict, make
from deployment.verification.files import PREFIX
from tests.unit.deployment.verification.account import EMBEDDED, KEY, Account, Answers

OTHER = "arn:aws:kms:us-east-1:111122223333:key/2"
REFUSED = ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")


class _Pipeline:
    outputs = {"RawBucket": "raw"}  # noqa: RUF012 - read only


def _make(name: str, services: dict[str, Answers], **account: Any) -> Finding:
    resources: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
        ("AWS::S3::Bucket", "Raw"): ("raw", {}),
        ("AWS::SQS::Queue", "Queue"): ("queue", {}),
        ("AWS::DynamoDB::Table", "Audit"): ("table", {}),
        ("AWS::KMS::Key", "Key"): ("1", {}),
    }
    found = Account(resources=resources, pipeline=_Pipeline(), services=services, **account)
    [check] = [check for check in encryption.CHECKS if check.name == name]
    return make(check, found.subject())


def _stores(*, bucket: str = KEY, queue: str = KEY, table: str = KEY) -> dict[str, Answers]:
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": bucket}}
    return {
        "s3": {"get_bucket_encryption": {"ServerSideEncryptionConfiguration": {"Rules": [default]}}},
        "sqs": {"get_queue_attributes": {"Attributes": {"KmsMasterKeyId": queue}} if queue else {}},
        "dynamodb": {"describe_table": {"Table": {"SSEDescription": {"KMSMasterKeyArn": table}} if table else {}}},
    }


@pytest.mark.parametrize(
    ("stores", "told"),
    [
        ({"bucket": OTHER}, f"raw is under {OTHER}"),
        ({"queue": ""}, "queue is under no key"),
        ({"table": ""}, "table is"),
    ],
)
def test_a_store_under_another_key_is_refuted(stores: dict[str, str], told: str) -> None:
    assert _make("keys", _stores()).verdict is Verdict.PROVED

    finding = _make("keys", _stores(**stores))

    assert (finding.verdict, told in finding.found) == (Verdict.REFUTED, True)


def test_a_key_that_does_not_rotate_is_refuted() -> None:
    kms = {"describe_key": {"KeyMetadata": {"Arn": KEY}}, "get_key_rotation_status": {"KeyRotationEnabled": False}}

    assert _make("keys", _stores() | {"kms": kms}).verdict is Verdict.REFUTED


def _s3(accepts: Callable[[dict[str, Any], int], bool], deleted: list[str]) -> Answers:
    """Answer uploads: ``accepts`` gets the request, and the number of uploads before."""
    seen: list[dict[str, Any]] = []

    def put(**request: Any) -> dict[str, str]:
        # Should it be accepted, no rule takes it
        assert request["Key"].startswith(PREFIX)
        assert not request["Key"].endswith((".csv", ".json"))
        seen.append(request)
        if not accepts(request, len(seen) - 1):
            raise REFUSED
        return {"VersionId": "v"}

    return {"put_object": put, "delete_object": lambda VersionId, **_: deleted.append(VersionId)}  # noqa: N803


def _only_the_first(_: dict[str, Any], before: int) -> bool:
    return before == 0


@pytest.mark.parametrize("name", ["uploads-refused", "http-refused"])
def test_uploads_that_are_refused_prove_it(name: str) -> None:
    deleted: list[str] = []

    assert _make(name, {"s3": _s3(_only_the_first, deleted)}).verdict is Verdict.PROVED
    # The upload that had to succeed is gone
    assert deleted == ["v"]


@pytest.mark.parametrize("name", ["uploads-refused", "http-refused"])
def test_a_caller_who_may_upload_nothing_proves_nothing(name: str) -> None:
    assert _make(name, {"s3": {"put_object": REFUSED}}).verdict is Verdict.NOT_CHECKABLE


@pytest.mark.parametrize("name", ["uploads-refused", "http-refused"])
def test_an_accepted_upload_is_refuted_and_deleted(name: str) -> None:
    deleted: list[str] = []

    finding = _make(name, {"s3": _s3(lambda *_: True, deleted)})

    assert finding.verdict is Verdict.REFUTED
    assert len(deleted) == (3 if name == "uploads-refused" else 2)


def test_kms_without_the_stacks_key_must_be_refused_too() -> None:
    def accepts(request: dict[str, Any], _: int) -> bool:
        return request.get("ServerSideEncryption") != "AES256"

    assert _make("uploads-refused", {"s3": _s3(accepts, [])}).verdict is Verdict.REFUTED


def test_a_closed_port_proves_nothing() -> None:
    closed = EndpointConnectionError(endpoint_url="http://s3.amazonaws.com")

    uploads: list[Any] = []

    def put(**request: Any) -> dict[str, str]:
        uploads.append(request)
        if len(uploads) > 1:
            raise closed
        return {"VersionId": "v"}

    finding = _make("http-refused", {"s3": {"put_object": put, "delete_object": {}}})

    assert (finding.verdict, "HTTP" in finding.found) == (Verdict.NOT_CHECKABLE, True)


def test_the_embedded_root_user_proves_nothing() -> None:
    root = {"get_caller_identity": {"Arn": "arn:aws:iam::000000000000:root"}}

    finding = _make("uploads-refused", {"s3": _s3(lambda *_: True, []), "sts": root}, endpoint=EMBEDDED)

    assert finding.verdict is Verdict.NOT_CHECKABLE
