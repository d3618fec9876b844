"""S1 to S4, T1 to T3: buckets and tables."""

from typing import Any

import pytest

from proofs.template import Template

BUCKETS = {"raw": "GLACIER", "processed": "GLACIER_IR"}
ARCHIVE_AFTER_DAYS = 90


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


@pytest.mark.requirement("T1")
def test_given_the_audit_table_when_its_key_is_read_then_it_is_the_file_id(template: Template) -> None:
    audit = template.one("AWS::DynamoDB::Table", TableName="table-audit-test")

    assert audit["KeySchema"] == [{"AttributeName": "file_id", "KeyType": "HASH"}]


@pytest.mark.requirement("T2")
def test_given_the_tables_when_they_are_read_then_they_are_on_demand_and_recoverable(template: Template) -> None:
    for table in template.of_type("AWS::DynamoDB::Table").values():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
