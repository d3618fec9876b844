"""S1 to S4, T1 to T3: buckets and tables."""

from collections.abc import Iterator
from typing import Any

import pytest

from etl.synthesis.synthesize import synthesize
from etl.synthesis.template import Template
from pipeline.constants import QUERY_RESULTS, STAGING

BUCKETS = {"raw": "GLACIER", "processed": "GLACIER_IR"}
ARCHIVE_AFTER_DAYS = 90
STORES = {
    "AWS::Athena::WorkGroup": "KmsKey",
    "AWS::DynamoDB::Table": "KMSMasterKeyId",
    "AWS::Lambda::Function": "KmsKeyArn",
    "AWS::Logs::LogGroup": "KmsKeyId",
    "AWS::S3::Bucket": "KMSMasterKeyID",
    "AWS::SNS::Topic": "KmsMasterKeyId",
    "AWS::SQS::Queue": "KmsMasterKeyId",
    "AWS::StepFunctions::StateMachine": "KmsKeyId",
}
"""What keeps data at rest, and the property that names its key."""


def _bucket(template: Template, purpose: str) -> dict[str, Any]:
    [bucket] = [
        b for b in template.of_type("AWS::S3::Bucket").values() if b["BucketName"].startswith(f"bucket-{purpose}")
    ]
    return bucket


def _updates_of_the_audit_table(part: Any) -> Iterator[dict[str, Any]]:
    """Find all updates of the audit table, in tasks and in transactions."""
    if isinstance(part, dict):
        if "UpdateExpression" in part and "history" in part["UpdateExpression"]:
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _updates_of_the_audit_table(one)


@pytest.mark.requirement("S1")
def test_there_is_one_raw_and_one_processed_bucket(
    template: Template,
) -> None:
    names = sorted(bucket["BucketName"].split("-")[1] for bucket in template.of_type("AWS::S3::Bucket").values())

    assert names == sorted(BUCKETS)


@pytest.mark.requirement("S2")
def test_the_raw_bucket_sends_its_events_to_eventbridge(template: Template) -> None:
    assert _bucket(template, "raw")["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }


@pytest.mark.requirement("S3")
@pytest.mark.parametrize("purpose", BUCKETS)
def test_the_buckets_keep_versions_of_replaced_objects(template: Template, purpose: str) -> None:
    assert _bucket(template, purpose)["VersioningConfiguration"] == {"Status": "Enabled"}


@pytest.mark.requirement("S4")
@pytest.mark.parametrize(("purpose", "storage_class"), BUCKETS.items())
def test_all_versions_are_archived_after_ninety_days(template: Template, purpose: str, storage_class: str) -> None:
    rules = _bucket(template, purpose)["LifecycleConfiguration"]["Rules"]
    [archive] = [rule for rule in rules if "Transitions" in rule]

    assert archive["Status"] == "Enabled"
    assert "ObjectSizeGreaterThan" not in archive
    assert "Prefix" not in archive
    assert archive["Transitions"] == [{"StorageClass": storage_class, "TransitionInDays": ARCHIVE_AFTER_DAYS}]
    assert archive["NoncurrentVersionTransitions"] == [
        {"StorageClass": storage_class, "TransitionInDays": ARCHIVE_AFTER_DAYS}
    ]


@pytest.mark.requirement("S4")
@pytest.mark.parametrize(
    ("purpose", "smallest"), [("raw", "varies_by_storage_class"), ("processed", "all_storage_classes_128K")]
)
def test_only_processed_objects_below_128_kb_stay(template: Template, purpose: str, smallest: str) -> None:
    assert _bucket(template, purpose)["LifecycleConfiguration"]["TransitionDefaultMinimumObjectSize"] == smallest


@pytest.mark.requirement("P1")
@pytest.mark.parametrize("days", [180, 30])
def test_replaced_rows_go_for_good_after_a_stated_time(
    template: Template, tmp_path_factory: pytest.TempPathFactory, days: int
) -> None:
    if days != 180:
        template = synthesize(tmp_path_factory.mktemp("cdk.out"), noncurrentDays=str(days))
    rules = _bucket(template, "processed")["LifecycleConfiguration"]["Rules"]
    [expiry] = [rule for rule in rules if "ExpiredObjectDeleteMarker" in rule]

    assert "Prefix" not in expiry
    assert (expiry["Status"], expiry["ExpiredObjectDeleteMarker"]) == ("Enabled", True)
    assert expiry["NoncurrentVersionExpiration"] == {"NoncurrentDays": days}


def test_no_version_of_an_upload_ever_expires(template: Template) -> None:
    rules = _bucket(template, "raw")["LifecycleConfiguration"]["Rules"]

    assert [rule for rule in rules if any("Expiration" in name for name in rule)] == []


@pytest.mark.requirement("P1")
@pytest.mark.parametrize(("prefix", "days"), [(STAGING, 2), (QUERY_RESULTS, 7)])
def test_temporary_rows_expire_in_all_versions(template: Template, prefix: str, days: int) -> None:
    rules = _bucket(template, "processed")["LifecycleConfiguration"]["Rules"]
    [expiry] = [rule for rule in rules if rule.get("Prefix") == prefix]

    assert (expiry["Status"], expiry["ExpirationInDays"]) == ("Enabled", days)
    assert expiry["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


@pytest.mark.requirement("T1")
def test_the_key_of_the_audit_table_is_the_file_id(template: Template) -> None:
    audit = template.one("AWS::DynamoDB::Table", TableName="table-audit-test")

    assert audit["KeySchema"] == [{"AttributeName": "file_id", "KeyType": "HASH"}]


@pytest.mark.requirement("T1")
def test_indexes_have_what_files_are_found_by(template: Template) -> None:
    indexes = template.one("AWS::DynamoDB::Table", TableName="table-audit-test")["GlobalSecondaryIndexes"]

    assert {index["IndexName"]: index["Projection"] for index in indexes} == {
        "index-status-shards": {
            "ProjectionType": "INCLUDE",
            "NonKeyAttributes": ["partner", "duplicate_of", "delivery"],
        },
        "index-object-key": {"ProjectionType": "KEYS_ONLY"},
    }


def test_every_change_of_status_moves_the_index_entry(template: Template) -> None:
    changes = [
        values
        for update in _updates_of_the_audit_table(template.definitions())
        if ":status" in (values := update["ExpressionAttributeValues"])
    ]

    assert len(changes) > 5
    for values in changes:
        status = values[":status"]["S"]
        assert values[":status_at"] == {"S.$": f"States.Format('{status}#{{}}', $$.State.EnteredTime)"}


def test_files_in_process_have_sixteen_index_keys(template: Template) -> None:
    indexes = template.one("AWS::DynamoDB::Table", TableName="table-audit-test")["GlobalSecondaryIndexes"]
    [key] = [index["KeySchema"][0] for index in indexes if index["IndexName"] == "index-status-shards"]
    claims = [
        update
        for update in _updates_of_the_audit_table(template.definitions())
        if "attribute_not_exists(file_id)" in update["ConditionExpression"]
    ]

    assert key == {"AttributeName": "shard", "KeyType": "HASH"}
    assert claims
    assert all(update["ExpressionAttributeValues"][":shard"] == {"S.$": "$.file.shard"} for update in claims)


@pytest.mark.requirement("T2")
def test_the_tables_are_on_demand_and_recoverable(template: Template) -> None:
    for table in template.of_type("AWS::DynamoDB::Table").values():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


@pytest.mark.requirement("P1")
@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        ("x-amz-server-side-encryption", "aws:kms"),
        ("x-amz-server-side-encryption-aws-kms-key-id", "the key"),
        ("x-amz-server-side-encryption-customer-algorithm", ""),
    ],
)
def test_the_buckets_deny_uploads_with_another_encryption(template: Template, header: str, allowed: str) -> None:
    (key,) = template.of_type("AWS::KMS::Key")
    value = f"{key}.Arn" if allowed == "the key" else allowed
    for policy in template.of_type("AWS::S3::BucketPolicy").values():
        denied = [
            statement["Action"]
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny"
            and statement["Condition"]
            == {"Null": {f"s3:{header}": "false"}, "StringNotEquals": {f"s3:{header}": value}}
        ]
        assert denied == ["s3:PutObject"]


@pytest.mark.requirement("P1")
def test_the_buckets_deny_uploads_with_kms_but_no_key(
    template: Template,
) -> None:
    unnamed = {
        "s3:x-amz-server-side-encryption": "false",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": "true",
    }
    policies = template.of_type("AWS::S3::BucketPolicy").values()
    denied = [
        (statement["Effect"], statement["Action"], statement["Principal"])
        for policy in policies
        for statement in policy["PolicyDocument"]["Statement"]
        if statement.get("Condition") == {"Null": unnamed}
    ]

    assert denied == [("Deny", "s3:PutObject", {"AWS": "*"})] * len(policies)


@pytest.mark.requirement("P1")
@pytest.mark.parametrize("store", STORES)
def test_all_data_is_encrypted_with_the_key_of_the_stack(template: Template, store: str) -> None:
    (key,) = template.of_type("AWS::KMS::Key")
    stores = template.of_type(store)

    assert stores
    assert {logical_id: _keys(properties, STORES[store]) for logical_id, properties in stores.items()} == {
        logical_id: [f"{key}.Arn"] for logical_id in stores
    }


def _keys(document: Any, name: str) -> list[str]:
    if isinstance(document, list):
        return [key for item in document for key in _keys(item, name)]
    if not isinstance(document, dict):
        return []
    return [key for each, value in document.items() for key in ([value] if each == name else _keys(value, name))]
