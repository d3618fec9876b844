"""What partners may do with the raw bucket, and what nobody may without the key."""

import pytest

from deployment.pipeline import Upload
from etl.constructs.storage import uploads_of
from pipeline.constants import FileStatus
from tests.end_to_end.conftest import PARTNER
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.files import Booking, alpine_csv
from tests.end_to_end.principals import Principal, allow, is_refused, user

OWN = f"{uploads_of(PARTNER)}by-the-partner.csv"
FOREIGN = f"{uploads_of('obie')}by-another-partner.csv"
FIRST_PART = 5 * 1024 * 1024
"""S3 takes no smaller one, but for the last."""

READ_OBJECTS = ("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket")
READ_ITEMS = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan")
READ_EXECUTIONS = ("states:DescribeExecution", "states:GetExecutionHistory")
READ_MESSAGES = ("sqs:GetQueueUrl", "sqs:ReceiveMessage")


@pytest.fixture(scope="module")
def upload(deployment: Deployment, partner: Principal) -> Upload:
    """Given a file that the partner has uploaded, and one of another partner."""
    deployment.pipeline.upload(FOREIGN, b"{}")
    answer = partner.client("s3").put_object(
        Bucket=deployment.pipeline.outputs["RawBucket"], Key=OWN, Body=alpine_csv("partner", Booking("2025-06-01", "1"))
    )
    return Upload(key=OWN, version_id=answer["VersionId"])


@pytest.fixture(scope="module")
def raw(deployment: Deployment) -> str:
    return deployment.pipeline.outputs["RawBucket"]


@pytest.mark.requirement("P1")
def test_a_partners_file_is_processed_like_any_other(deployment: Deployment, upload: Upload) -> None:
    assert [row.status for row in deployment.process(upload)] == [FileStatus.COMPLETED]


@pytest.mark.requirement("P1")
@pytest.mark.parametrize(
    "key", [FOREIGN, "incoming/alpine", "incoming/alpine-2/a.csv", "a.csv", "reports/alpine/a.html"]
)
def test_a_partner_writes_nowhere_but_under_its_prefix(partner: Principal, raw: str, key: str) -> None:
    assert is_refused(partner.client("s3").put_object, Bucket=raw, Key=key, Body=b"planted")


@pytest.mark.requirement("P1")
def test_a_partner_writes_into_no_other_bucket(deployment: Deployment, partner: Principal) -> None:
    bucket = deployment.pipeline.outputs["ProcessedBucket"]

    assert is_refused(partner.client("s3").put_object, Bucket=bucket, Key=OWN, Body=b"planted")


@pytest.mark.requirement("P1")
@pytest.mark.parametrize("key", [OWN, FOREIGN])
def test_a_partner_reads_and_deletes_no_file_not_even_its_own(
    partner: Principal, raw: str, upload: Upload, key: str
) -> None:
    s3 = partner.client("s3")

    assert is_refused(s3.get_object, Bucket=raw, Key=key)
    assert is_refused(s3.get_object, Bucket=raw, Key=key, VersionId=upload.version_id)
    assert is_refused(s3.head_object, Bucket=raw, Key=key)
    assert is_refused(s3.copy_object, Bucket=raw, Key=OWN, CopySource={"Bucket": raw, "Key": key})
    assert is_refused(s3.delete_object, Bucket=raw, Key=key)
    assert is_refused(s3.delete_object, Bucket=raw, Key=key, VersionId=upload.version_id)


@pytest.mark.requirement("P1")
@pytest.mark.usefixtures("upload")
def test_a_partner_lists_nothing_and_changes_no_settings(partner: Principal, raw: str) -> None:
    s3 = partner.client("s3")

    assert is_refused(s3.list_objects_v2, Bucket=raw, Prefix=uploads_of(PARTNER))
    assert is_refused(s3.list_object_versions, Bucket=raw)
    assert is_refused(s3.list_buckets)
    assert is_refused(s3.get_bucket_policy, Bucket=raw)
    assert is_refused(s3.delete_bucket_policy, Bucket=raw)
    assert is_refused(s3.put_bucket_versioning, Bucket=raw, VersioningConfiguration={"Status": "Suspended"})
    assert is_refused(s3.put_object_acl, Bucket=raw, Key=OWN, ACL="public-read")


@pytest.mark.requirement("P1")
def test_a_partner_uses_the_key_for_its_uploads_only(deployment: Deployment, partner: Principal) -> None:
    # Given the key that its uploads are encrypted with
    key = deployment.stack.physical_id("AWS::KMS::Key")
    # When it calls KMS itself, then it is refused
    assert is_refused(partner.client("kms").generate_data_key, KeyId=key, KeySpec="AES_256")
    assert is_refused(partner.client("kms").describe_key, KeyId=key)


@pytest.mark.requirement("P1")
@pytest.mark.parametrize("encryption", [{}, {"ServerSideEncryption": "aws:kms"}], ids=["unnamed key", "named key"])
def test_a_partner_uploads_a_large_file_in_parts(
    deployment: Deployment, partner: Principal, raw: str, encryption: dict[str, str]
) -> None:
    # Given a file that a partner's tools send in parts, with the key named or left to the bucket
    key = f"{uploads_of(PARTNER)}in-parts-{len(encryption)}.csv"
    content = alpine_csv(f"parts-{len(encryption)}", *(Booking("2025-06-02", "1.00") for _ in range(FIRST_PART // 64)))
    named = encryption and encryption | {"SSEKMSKeyId": _arn_of_key(deployment)}
    # When it is uploaded so
    version = _upload_in_parts(partner, content, Bucket=raw, Key=key, **named)
    # Then it is processed like any other
    (row,) = deployment.process(Upload(key=key, version_id=version))
    assert row.status is FileStatus.COMPLETED


@pytest.mark.requirement("P1")
def test_parts_need_the_right_to_decrypt(deployment: Deployment, raw: str) -> None:
    # Given somebody who may write under the key, and not read with it
    key = _arn_of_key(deployment)
    may_write = (allow(["s3:PutObject"], f"arn:aws:s3:::{raw}/*"), allow(["kms:GenerateDataKey"], key))
    with user(deployment.emulator, "no-decrypt", *may_write) as somebody:
        s3, place = somebody.client("s3"), {"Bucket": raw, "Key": f"{uploads_of(PARTNER)}no-parts.csv"}
        # When a file is begun, then its first part is refused
        begun = s3.create_multipart_upload(**place)
        assert is_refused(s3.upload_part, **place, UploadId=begun["UploadId"], PartNumber=1, Body=b"")


@pytest.mark.requirement("P1")
@pytest.mark.parametrize("bucket", ["RawBucket", "ProcessedBucket"])
def test_nobody_stores_a_file_under_another_key(deployment: Deployment, bucket: str) -> None:
    # Given somebody with every right to write, under whatever key
    may_write = (allow(["s3:PutObject"], "*"), allow(["kms:GenerateDataKey", "kms:Decrypt"], "*"))
    other = deployment.client("kms").create_key()["KeyMetadata"]["Arn"]
    place = {"Bucket": deployment.pipeline.outputs[bucket], "Key": f"{uploads_of(PARTNER)}other-key.txt"}
    with user(deployment.emulator, "other-key", *may_write) as somebody:
        s3 = somebody.client("s3")
        # When a file is to be stored under S3's key, another one, the account's default, or his own, then it is refused
        for encryption in (
            {"ServerSideEncryption": "AES256"},
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": other},
            {"ServerSideEncryption": "aws:kms"},
            {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"0" * 32},
        ):
            assert is_refused(s3.put_object, **place, **encryption), encryption
            assert is_refused(s3.create_multipart_upload, **place, **encryption), encryption
        # And under the stack's key it is not
        assert not is_refused(
            s3.put_object, **place, ServerSideEncryption="aws:kms", SSEKMSKeyId=_arn_of_key(deployment)
        )


@pytest.mark.requirement("P1")
def test_without_the_key_all_other_rights_read_nothing(deployment: Deployment, raw: str, upload: Upload) -> None:
    # Given somebody who may read the buckets, tables, queues and executions, and somebody who has the key besides
    outputs = deployment.pipeline.outputs
    queue = outputs["DeadLetterQueue"]
    (row,) = deployment.process(upload)
    rights = [allow(reads, "*") for reads in (READ_OBJECTS, READ_ITEMS, READ_MESSAGES, READ_EXECUTIONS)]
    key_right = allow(["kms:Decrypt"], _arn_of_key(deployment))

    def attempts(somebody: Principal) -> dict[str, bool]:
        return {
            "object": is_refused(somebody.client("s3").get_object, Bucket=raw, Key=OWN),
            "item": is_refused(somebody.client("dynamodb").scan, TableName=outputs["AuditTable"]),
            "message": is_refused(somebody.client("sqs").receive_message, QueueUrl=queue, VisibilityTimeout=0),
            "execution": is_refused(somebody.client("stepfunctions").describe_execution, executionArn=row.execution),
            "history": is_refused(somebody.client("stepfunctions").get_execution_history, executionArn=row.execution),
        }

    # When they read, then the first is refused everywhere, and the key is all that was missing
    with user(deployment.emulator, "without-key", *rights) as somebody:
        assert set(attempts(somebody).values()) == {True}
    with user(deployment.emulator, "with-key", *rights, key_right) as somebody:
        assert set(attempts(somebody).values()) == {False}


def _upload_in_parts(somebody: Principal, content: bytes, **begun: str) -> str:
    """Upload a file in two parts, and give its version."""
    s3, place = somebody.client("s3"), {name: begun[name] for name in ("Bucket", "Key")}
    place["UploadId"] = s3.create_multipart_upload(**begun)["UploadId"]
    parts = [
        {"PartNumber": number, "ETag": s3.upload_part(**place, PartNumber=number, Body=part)["ETag"]}
        for number, part in enumerate((content[:FIRST_PART], content[FIRST_PART:]), start=1)
    ]
    version: str = s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})["VersionId"]
    return version


def _arn_of_key(deployment: Deployment) -> str:
    key = deployment.stack.physical_id("AWS::KMS::Key")
    arn: str = deployment.client("kms").describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    return arn
