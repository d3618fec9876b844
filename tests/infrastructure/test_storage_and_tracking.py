"""S1 to S4, T1 to T3: buckets and tables."""

from typing import Any

import pytest

from etl.constructs.storage import QUERY_RESULTS
from etl.synthesis.template import Template
from pipeline.constants import STAGING

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
}
"""What keeps data at rest, and the property that names its key."""


def _bucket(template: Template, purpose: str) -> dict[str, Any]:
    [bucket] = [
        b for b in template.of_type("AWS::S3::Bucket").values() if b["BucketName"].startswith(f"bucket-{purpose}")
    ]
    return bucket


@pytest.mark.requirement("S1")
def test_given_the_stack_when_its_buckets_are_counted_then_there_is_one_for_raw_and_one_for_processed_data(
    template: Template,
) -> None:
    names = sorted(bucket["BucketName"].split("-")[1] for bucket in template.of_type("AWS::S3::Bucket").values())

    assert names == sorted(BUCKETS)


@pytest.mark.requirement("S2")
def test_given_the_raw_bucket_when_an_object_arrives_then_eventbridge_hears_of_it(template: Template) -> None:
    assert _bucket(template, "raw")["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }


@pytest.mark.requirement("S3")
@pytest.mark.parametrize("purpose", BUCKETS)
def test_given_a_bucket_when_an_object_is_replaced_then_its_versions_are_kept(template: Template, purpose: str) -> None:
    assert _bucket(template, purpose)["VersioningConfiguration"] == {"Status": "Enabled"}


@pytest.mark.requirement("S4")
@pytest.mark.parametrize(("purpose", "storage_class"), BUCKETS.items())
def test_given_a_bucket_when_data_is_ninety_days_old_then_current_and_noncurrent_versions_are_archived(
    template: Template, purpose: str, storage_class: str
) -> None:
    rules = _bucket(template, purpose)["LifecycleConfiguration"]["Rules"]
    [archive] = [rule for rule in rules if "Transitions" in rule]

    assert archive["Status"] == "Enabled"
    assert "Prefix" not in archive
    assert archive["Transitions"] == [{"StorageClass": storage_class, "TransitionInDays": ARCHIVE_AFTER_DAYS}]
    assert archive["NoncurrentVersionTransitions"] == [
        {"StorageClass": storage_class, "TransitionInDays": ARCHIVE_AFTER_DAYS}
    ]


@pytest.mark.requirement("P1")
@pytest.mark.parametrize(("prefix", "days"), [(STAGING, 2), (QUERY_RESULTS, 7)])
def test_given_rows_that_are_kept_for_a_while_when_their_days_have_passed_then_they_expire_in_all_versions(
    template: Template, prefix: str, days: int
) -> None:
    rules = _bucket(template, "processed")["LifecycleConfiguration"]["Rules"]
    [expiry] = [rule for rule in rules if rule.get("Prefix") == prefix]

    assert (expiry["Status"], expiry["ExpirationInDays"]) == ("Enabled", days)
    assert expiry["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


@pytest.mark.requirement("T1")
def test_given_the_audit_table_when_its_key_is_read_then_it_is_the_file_id(template: Template) -> None:
    audit = template.one("AWS::DynamoDB::Table", TableName="table-audit-test")

    assert audit["KeySchema"] == [{"AttributeName": "file_id", "KeyType": "HASH"}]


@pytest.mark.requirement("T2")
def test_given_the_tables_when_they_are_read_then_they_are_on_demand_and_recoverable(template: Template) -> None:
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
def test_given_the_buckets_when_an_upload_asks_for_another_encryption_then_their_policies_deny_it(
    template: Template, header: str, allowed: str
) -> None:
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
def test_given_the_buckets_when_an_upload_asks_for_kms_without_naming_a_key_then_their_policies_deny_it(
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
def test_given_whatever_keeps_data_when_its_encryption_is_read_then_it_is_the_stacks_own_key(
    template: Template, store: str
) -> None:
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
