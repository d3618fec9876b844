"""Checks of encryption: the key of every store, and uploads that must be refused."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from deployment.verification.check import CHANGED, Check, Finding, judge, not_checkable
from deployment.verification.files import PREFIX
from deployment.verification.subject import Subject

_REFUSED: Final = "AccessDenied"
_REFUSED_KEY: Final = f"{PREFIX}must-be-refused.txt"
"""No rule takes this ending, so that an upload that is not refused starts nothing."""

_FORBIDDEN: Final = not_checkable(
    f"no upload below {PREFIX} is allowed, whatever its encryption",
    "allow it: etl verify --permissions lists what is needed",
)
"""Without an upload that succeeds, a refusal proves nothing."""


def _keys(subject: Subject) -> Finding:
    stores = list(_stores(subject))

    def problems() -> Iterator[str]:
        for store, key in stores:
            if key != subject.key_arn:
                yield f"{store} is under {key or 'no key'}"
        if not subject.client("kms").get_key_rotation_status(KeyId=subject.key_arn)["KeyRotationEnabled"]:
            yield "the key does not rotate"

    return judge(problems(), proof=f"{len(stores)} stores under the stack's key, which rotates", cure=CHANGED)


def _stores(subject: Subject) -> Iterator[tuple[str, str]]:
    """List what holds data, each with the ARN of its key."""
    for resource_type, key_of in _KEY_OF.items():
        for name in subject.stack.physical_ids(resource_type):
            yield name, key_of(subject, name)


def _bucket(subject: Subject, name: str) -> str:
    configuration = subject.client("s3").get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
    return str(configuration["Rules"][0]["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID", ""))


def _table(subject: Subject, name: str) -> str:
    table = subject.client("dynamodb").describe_table(TableName=name)["Table"]
    return str(table.get("SSEDescription", {}).get("KMSMasterKeyArn", ""))


def _queue(subject: Subject, url: str) -> str:
    attributes = subject.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["KmsMasterKeyId"])
    return str(attributes.get("Attributes", {}).get("KmsMasterKeyId", ""))


def _topic(subject: Subject, arn: str) -> str:
    attributes = subject.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    return str(attributes.get("KmsMasterKeyId", ""))


def _log_group(subject: Subject, name: str) -> str:
    groups = subject.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next((str(group.get("kmsKeyId", "")) for group in groups if group["logGroupName"] == name), "")


def _function(subject: Subject, name: str) -> str:
    return str(subject.client("lambda").get_function_configuration(FunctionName=name).get("KMSKeyArn", ""))


def _results(subject: Subject, workgroup: str) -> str:
    configuration: dict[str, Any] = subject.client("athena").get_work_group(WorkGroup=workgroup)["WorkGroup"]
    results = configuration["Configuration"]["ResultConfiguration"]
    return str(results.get("EncryptionConfiguration", {}).get("KmsKey", ""))


_KEY_OF: Final[dict[str, Callable[[Subject, str], str]]] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::DynamoDB::Table": _table,
    "AWS::SQS::Queue": _queue,
    "AWS::SNS::Topic": _topic,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Lambda::Function": _function,
    "AWS::Athena::WorkGroup": _results,
}


def _other_encryption(subject: Subject) -> Finding:
    if subject.embedded and subject.client("sts").get_caller_identity()["Arn"].endswith(":root"):
        return not_checkable("the root user of the embedded AWS may do anything", "run it as an IAM user")
    bucket = subject.pipeline.outputs["RawBucket"]
    s3 = subject.client("s3")
    if _refused(s3, bucket):
        return _FORBIDDEN
    other = {"ServerSideEncryption": "AES256"}
    no_key = {"ServerSideEncryption": "aws:kms"}
    return judge(
        (
            f"an upload with {', '.join(request.values())} and no key is accepted"
            for request in (other, no_key)
            if not _refused(s3, bucket, **request)
        ),
        proof="uploads with S3's own key, and with KMS but no key, are refused",
        cure="the raw bucket's policy is not the declared one: deploy again",
    )


def _plain_http(subject: Subject) -> Finding:
    # A signature and a session's token cross the network in the open; neither can sign another request.
    endpoint = subject.client("s3").meta.endpoint_url.replace("https://", "http://")
    if _refused(subject.client("s3"), subject.pipeline.outputs["RawBucket"]):
        return _FORBIDDEN
    s3 = subject.client("s3", endpoint_url=endpoint, use_ssl=False, config=Config(signature_version="s3v4"))
    try:
        accepted = not _refused(s3, subject.pipeline.outputs["RawBucket"])
    except (NoConnectionError, HTTPClientError):
        return not_checkable("S3 cannot be reached over plain HTTP from here", "run it where port 80 is open")
    return judge(
        ["an upload over plain HTTP is accepted"] if accepted else [],
        proof="an upload over plain HTTP is refused",
        cure="the raw bucket's policy is not the declared one: deploy again",
    )


def _refused(s3: Any, bucket: str, **request: str) -> bool:
    """Try an upload, and tell whether it is refused; delete it if it is not."""
    try:
        accepted = s3.put_object(Bucket=bucket, Key=_REFUSED_KEY, Body=b"", **request)
    except ClientError as error:
        if error.response["Error"]["Code"] == _REFUSED:
            return True
        raise
    s3.delete_object(Bucket=bucket, Key=_REFUSED_KEY, VersionId=accepted["VersionId"])
    return False


CHECKS: Final = (
    Check(
        name="keys",
        claim="Every store is under the stack's key, and the key rotates",
        look=_keys,
        only_aws="the embedded AWS does not remember the key of every store",
    ),
    Check(
        name="uploads-refused",
        claim="Uploads under another key are refused",
        look=_other_encryption,
    ),
    Check(
        name="http-refused",
        claim="Uploads over plain HTTP are refused",
        look=_plain_http,
        only_aws="the embedded AWS listens to TLS alone",
    ),
)
