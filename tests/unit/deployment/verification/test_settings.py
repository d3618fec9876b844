"""A setting that somebody has changed is refuted, with its declared value."""

import json
from typing import Any

import pytest

from deployment.verification import settings
from deployment.verification.check import Finding, Verdict, make
from tests.unit.deployment.verification.account import Account

FUNCTION = ("AWS::Lambda::Function", "Validate")
BUCKET = ("AWS::S3::Bucket", "Raw")
QUEUE = ("AWS::SQS::Queue", "Batching")


def _make(name: str, account: Account) -> Finding:
    [check] = [check for check in settings.CHECKS if check.name == name]
    return make(check, account.subject())


def _functions(**seen: Any) -> Account:
    declared = {"Architectures": ["arm64"], "MemorySize": 3072, "Timeout": 300}
    answer = declared | {"EphemeralStorage": {"Size": 512}, "State": "Active"} | seen
    return Account(
        resources={FUNCTION: ("lambda-validate-test", declared)},
        services={"lambda": {"get_function_configuration": answer}},
    )


def test_functions_as_declared_are_proved() -> None:
    finding = _make("functions", _functions())

    assert (finding.verdict, finding.found) == (Verdict.PROVED, "1 functions active, on arm64")


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ({"Architectures": ["x86_64"]}, "Architectures"),
        ({"MemorySize": 128}, "MemorySize 128, declared 3072"),
        ({"EphemeralStorage": {"Size": 10240}}, "EphemeralStorage"),
        ({"State": "Inactive", "StateReason": "idle"}, "is Inactive: idle"),
    ],
)
def test_a_function_unlike_the_template_is_refuted(seen: dict[str, Any], told: str) -> None:
    finding = _make("functions", _functions(**seen))

    assert finding.verdict is Verdict.REFUTED
    assert told in finding.found


@pytest.mark.parametrize(("days", "verdict"), [(30, Verdict.PROVED), (None, Verdict.REFUTED), (7, Verdict.REFUTED)])
def test_log_groups_are_compared_by_their_full_name(days: int | None, verdict: Verdict) -> None:
    # Another group's name begins with this one's
    kept = {"retentionInDays": days} if days else {}
    groups = [
        {"logGroupName": "/aws/lambda/a-longer", "retentionInDays": 30},
        {"logGroupName": "/aws/lambda/a", **kept},
    ]
    account = Account(
        resources={("AWS::Logs::LogGroup", "Logs"): ("/aws/lambda/a", {"RetentionInDays": 30})},
        services={"logs": {"describe_log_groups": {"logGroups": groups}}},
    )

    assert _make("log-retention", account).verdict is verdict


def _lifecycle(**changed: Any) -> Account:
    declared = {
        "Rules": [
            {
                "Id": "archive",
                "Status": "Enabled",
                "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}],
                "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}],
            },
            {
                "Id": "expire",
                "Status": "Enabled",
                "Prefix": "staging/",
                "ExpirationInDays": 2,
                "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
            },
            {"Id": "uploads", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        ],
        "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
    }
    archive = {
        "ID": "archive",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Transitions": [{"StorageClass": "GLACIER", "Days": 90}],
        "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER", "NoncurrentDays": 90}],
    }
    expire = {
        "ID": "expire",
        "Status": "Enabled",
        "Filter": {"Prefix": "staging/"},
        "Expiration": {"Days": 2},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    }
    uploads = {
        "ID": "uploads",
        "Status": "Enabled",
        "Prefix": "",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    seen = {
        "Rules": [archive | changed.get("archive", {}), expire | changed.get("expire", {}), uploads],
        "TransitionDefaultMinimumObjectSize": changed.get("smallest", "varies_by_storage_class"),
    }
    return Account(
        resources={BUCKET: ("bucket-raw", {"LifecycleConfiguration": declared})},
        services={"s3": {"get_bucket_lifecycle_configuration": seen}},
    )


def test_the_lifecycle_as_declared_is_proved() -> None:
    assert _make("lifecycle", _lifecycle()).verdict is Verdict.PROVED


@pytest.mark.parametrize(
    "changed",
    [
        {"archive": {"Status": "Disabled"}},
        {"archive": {"Transitions": [{"StorageClass": "GLACIER", "Days": 30}]}},
        {"archive": {"NoncurrentVersionTransitions": []}},
        {"expire": {"Filter": {"Prefix": ""}}},
        {"expire": {"Expiration": {"Days": 365}}},
        {"expire": {"NoncurrentVersionExpiration": {"NoncurrentDays": 9}}},
        {"expire": {"ID": "another"}},
        {"smallest": "all_storage_classes_128K"},
    ],
)
def test_a_lifecycle_unlike_the_template_is_refuted(changed: dict[str, Any]) -> None:
    assert _make("lifecycle", _lifecycle(**changed)).verdict is Verdict.REFUTED


@pytest.mark.parametrize(
    ("receives", "hidden", "verdict"), [(5, 1830, Verdict.PROVED), (1, 1830, Verdict.REFUTED), (5, 30, Verdict.REFUTED)]
)
def test_a_queue_unlike_the_template_is_refuted(receives: int, hidden: int, verdict: Verdict) -> None:
    attributes = {
        "MessageRetentionPeriod": "1209600",
        "VisibilityTimeout": str(hidden),
        "RedrivePolicy": json.dumps({"maxReceiveCount": receives}),
    }
    declared = {
        "MessageRetentionPeriod": 1209600,
        "VisibilityTimeout": 1830,
        "RedrivePolicy": {"maxReceiveCount": 5},
    }
    account = Account(
        resources={QUEUE: ("https://sqs/queue-batching-test", declared)},
        services={"sqs": {"get_queue_attributes": {"Attributes": attributes}}},
    )

    assert _make("queues", account).verdict is verdict


@pytest.mark.parametrize(
    ("cutoff", "enforced", "verdict"),
    [(1000, True, Verdict.PROVED), (None, True, Verdict.REFUTED), (1000, False, Verdict.REFUTED)],
)
def test_a_workgroup_unlike_the_template_is_refuted(cutoff: int | None, enforced: bool, verdict: Verdict) -> None:  # noqa: FBT001
    declared = {"BytesScannedCutoffPerQuery": 1000, "EnforceWorkGroupConfiguration": True}
    seen = {"BytesScannedCutoffPerQuery": cutoff, "EnforceWorkGroupConfiguration": enforced}
    account = Account(
        resources={("AWS::Athena::WorkGroup", "Workgroup"): ("analysts", {"WorkGroupConfiguration": declared})},
        services={"athena": {"get_work_group": {"WorkGroup": {"Configuration": seen}}}},
    )

    assert _make("workgroup", account).verdict is verdict


class _Outputs:
    outputs = {"AlertTopic": "topic"}  # noqa: RUF012 - read only


@pytest.mark.parametrize(
    ("arns", "verdict"),
    [
        (["arn:aws:sns:1"], Verdict.PROVED),
        (["arn:aws:sns:1", "PendingConfirmation"], Verdict.REFUTED),
        ([], Verdict.REFUTED),
    ],
)
def test_an_unconfirmed_subscription_is_refuted(arns: list[str], verdict: Verdict) -> None:
    listed = {"Subscriptions": [{"SubscriptionArn": arn} for arn in arns]}
    account = Account(resources={}, pipeline=_Outputs(), services={"sns": {"list_subscriptions_by_topic": listed}})

    assert _make("subscription", account).verdict is verdict


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("CREATE_COMPLETE", Verdict.PROVED), ("UPDATE_IN_PROGRESS", Verdict.REFUTED), ("DELETE_FAILED", Verdict.REFUTED)],
)
def test_a_stack_that_is_not_settled_is_refuted(status: str, verdict: Verdict) -> None:
    assert _make("stack", Account(resources={}, status=status)).verdict is verdict
