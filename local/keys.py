"""Requires permission to use the key wherever a caller reads or writes data under a customer-managed key.

The emulator's KMS authorizes calls of its own API, but its stores encrypt nothing and use no key, and some do not
remember which key they were created with. On AWS they use the key on the caller's behalf: a caller without permission
can read and write nothing, whatever else is granted. A bucket's policy also sees which key an upload specifies.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

from ministack.core import iam_actions, iam_evaluator
from ministack.services import dynamodb, s3, sns, sqs, stepfunctions
from ministack.services.cloudformation import provisioners

_READ: Final = ("kms:Decrypt",)
_WRITE: Final = ("kms:GenerateDataKey",)
_USES: Final[Mapping[str, tuple[str, ...]]] = {
    "s3:GetObject": _READ,
    "s3:GetObjectVersion": _READ,
    "s3:PutObject": _WRITE,
    "s3:UploadPart": _READ,
    "sqs:ReceiveMessage": _READ,
    "sqs:SendMessage": (*_READ, *_WRITE),
    "sns:Publish": (*_READ, *_WRITE),
    "states:DescribeExecution": _READ,
    "states:DescribeStateMachine": _READ,
    "states:GetExecutionHistory": _READ,
    "dynamodb:BatchGetItem": _READ,
    "dynamodb:ConditionCheckItem": _READ,
    "dynamodb:DeleteItem": _READ,
    "dynamodb:GetItem": _READ,
    "dynamodb:PutItem": _READ,
    "dynamodb:Query": _READ,
    "dynamodb:Scan": _READ,
    "dynamodb:UpdateItem": _READ,
}
"""The permissions for a customer-managed key that a caller needs according to the services' guides, by action.

IAM has no ``s3:UploadPart``: parts, and their completion, are an ``s3:PutObject`` for which S3 requires another one.
"""

_PART: Final = "local:part"
"""Marks a request that belongs to a multipart upload, among its condition keys."""

_KEY_HEADERS: Final = (
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
)
"""Headers of an upload that are condition keys on AWS, and that the emulator does not pass to policies."""

_BUCKET_ENCRYPTION: Final = """<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{key}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>\
<BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"""

_enforce = iam_evaluator.enforce
_object_conditions = iam_actions._s3_object_context  # noqa: SLF001

Properties = Mapping[str, Any]
Creates = Callable[[str, Properties, str], tuple[str, dict[str, Any]]]
"""How the emulator's CloudFormation creates a resource: logical id, properties, stack; physical id and attributes."""


@dataclass(frozen=True, kw_only=True)
class KeyUse:
    """One use of a key by a service on its caller's behalf, with its condition keys."""

    action: str
    key: str
    conditions: dict[str, str]


def key_uses(action: str, resource: str, region: str) -> list[KeyUse]:
    """List the uses of a key that a call needs beside its own action; nothing without a customer-managed key."""
    actions = _USES.get(action, ())
    service = action.partition(":")[0]
    key = _KEY_OF[service](resource) if actions else None
    if key is None:
        return []
    conditions = {"kms:ViaService": f"{service}.{region}.amazonaws.com"}
    if service == "s3":
        # With a bucket key, the encryption context is the bucket (S3 user guide, "Reducing the cost of SSE-KMS").
        conditions["kms:EncryptionContext:aws:s3:arn"] = resource.partition("/")[0]
    return [KeyUse(action=one, key=key, conditions=conditions) for one in actions]


def install() -> None:
    """Replace the emulator's check of a request, and remember the keys that stores are created with."""
    iam_evaluator.enforce = _enforce_with_key
    iam_actions._s3_object_context = _object_conditions_with_key  # noqa: SLF001
    for resource_type, keep in _KEEPS.items():
        handlers = provisioners._RESOURCE_HANDLERS[resource_type]  # noqa: SLF001
        handlers["create"] = _then(handlers["create"], keep)


def _then(create: Creates, keep: Callable[[str, Properties], None]) -> Creates:
    def create_and_keep(logical_id: str, properties: Properties, stack: str) -> tuple[str, dict[str, Any]]:
        physical_id, attributes = create(logical_id, properties, stack)
        keep(physical_id, properties)
        return physical_id, attributes

    return create_and_keep


def _keep_key_of_bucket(name: str, properties: Properties) -> None:
    for rule in properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", ()):
        key = rule["ServerSideEncryptionByDefault"].get("KMSMasterKeyID")
        if key:
            s3._bucket_encryption[name] = _BUCKET_ENCRYPTION.format(key=escape(key))  # noqa: SLF001


def _keep_key_of_table(name: str, properties: Properties) -> None:
    # CloudFormation says "SSEEnabled" where the API says "Enabled".
    specified = properties.get("SSESpecification", {})
    described = dynamodb._sse_description_from_spec(specified | {"Enabled": specified.get("SSEEnabled")})  # noqa: SLF001
    dynamodb._tables[name]["SSEDescription"] = described  # noqa: SLF001


def _keep_key_of_topic(arn: str, properties: Properties) -> None:
    if "KmsMasterKeyId" in properties:
        sns._topics[arn]["attributes"]["KmsMasterKeyId"] = properties["KmsMasterKeyId"]  # noqa: SLF001


_KEEPS: Final = {
    "AWS::S3::Bucket": _keep_key_of_bucket,
    "AWS::DynamoDB::Table": _keep_key_of_table,
    "AWS::SNS::Topic": _keep_key_of_topic,
}


def _enforce_with_key(  # noqa: PLR0917 the emulator's own signature
    access_key_id: str,
    iam_action: str,
    service: str,
    region: str,
    resource_arn: str = "*",
    service_context: dict[str, Any] | None = None,
) -> Any:
    denied = _enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
    action = "s3:UploadPart" if _PART in (service_context or {}) else iam_action
    for use in () if denied else key_uses(action, resource_arn, region):
        denied = denied or _enforce(access_key_id, use.action, "kms", region, use.key, use.conditions)
    return denied


def _object_conditions_with_key(
    iam_action: str, query: dict[str, Any], path: str, headers: dict[str, str]
) -> dict[str, Any]:
    conditions: dict[str, Any] = _object_conditions(iam_action, query, path, headers)
    if iam_action != "s3:PutObject":
        return conditions
    upload = s3._multipart_uploads.get(iam_actions._query_param(query, "uploadId"))  # noqa: SLF001
    if upload is not None:
        # A part has no such headers: those of the request that began its upload count.
        headers = upload["preserved_headers"] if upload["requested_sse"] else {}
        conditions[_PART] = "true"
    return conditions | {f"s3:{name}": headers[name] for name in _KEY_HEADERS if name in headers}


def _key_of_bucket(arn: str) -> str | None:
    bucket = arn.partition(":::")[2].partition("/")[0]
    headers: dict[str, str] = s3._bucket_default_sse_headers(bucket)  # noqa: SLF001
    return headers.get("x-amz-server-side-encryption-aws-kms-key-id")


def _key_of_queue(arn: str) -> str | None:
    queue = sqs._queue_by_arn(arn)  # noqa: SLF001
    return queue["attributes"].get("KmsMasterKeyId") if queue else None


def _key_of_topic(arn: str) -> str | None:
    topic = sns._topics.get(arn)  # noqa: SLF001
    return topic["attributes"].get("KmsMasterKeyId") if topic else None


def _key_of_table(arn: str) -> str | None:
    table = dynamodb._tables.get(arn.partition(":table/")[2].partition("/")[0])  # noqa: SLF001
    encryption = table.get("SSEDescription") if table else None
    return encryption.get("KMSMasterKeyArn") if encryption else None


def _key_of_state_machine(arn: str) -> str | None:
    """Read the key of a state machine; ``arn`` is its own, or that of one of its executions."""
    own = re.sub(r":(?:execution|express):([^:/]+).*", r":stateMachine:\1", arn)
    machine = stepfunctions._state_machines.get(own)  # noqa: SLF001
    return machine["encryptionConfiguration"].get("kmsKeyId") if machine else None


_KEY_OF: Final = {
    "s3": _key_of_bucket,
    "sqs": _key_of_queue,
    "sns": _key_of_topic,
    "states": _key_of_state_machine,
    "dynamodb": _key_of_table,
}
