"""Checks that services have the settings that the template declares."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.verification.check import CHANGED, Check, Finding, judge
from deployment.verification.subject import STABLE, Subject

_DEFAULT_SCRATCH_MB: Final = 512


def _stack(subject: Subject) -> Finding:
    [stack] = subject.client("cloudformation").describe_stacks(StackName=subject.stack.id)["Stacks"]
    status = stack["StackStatus"]
    return judge(
        [] if status in STABLE else [f"the stack is {status}"],
        proof=f"{status}, {len(subject.stack.resources)} resources",
        cure="look at the stack's events, and deploy again",
    )


def _functions(subject: Subject) -> Finding:
    client = subject.client("lambda")
    declared = subject.declared("AWS::Lambda::Function")

    def problems() -> Iterator[str]:
        for name, properties in declared.items():
            seen = client.get_function_configuration(FunctionName=name)
            if (state := seen.get("State", "Active")) != "Active":
                yield f"{name} is {state}: {seen.get('StateReason', '')}"
            expected = {
                "Architectures": properties["Architectures"],
                "MemorySize": properties["MemorySize"],
                "Timeout": properties["Timeout"],
                "EphemeralStorage": properties.get("EphemeralStorage", {"Size": _DEFAULT_SCRATCH_MB}),
            }
            for setting, value in expected.items():
                if seen.get(setting) != value:
                    yield f"{name}: {setting} {seen.get(setting)}, declared {value}"

    kinds = sorted({properties["Architectures"][0] for properties in declared.values()})
    return judge(problems(), proof=f"{len(declared)} functions active, on {', '.join(kinds)}", cure=CHANGED)


def _log_retention(subject: Subject) -> Finding:
    declared = subject.declared("AWS::Logs::LogGroup")
    client = subject.client("logs")

    def problems() -> Iterator[str]:
        for name, properties in declared.items():
            groups = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
            days = next((group.get("retentionInDays") for group in groups if group["logGroupName"] == name), None)
            if days != properties["RetentionInDays"]:
                yield f"{name}: {days or 'unlimited'} days, declared {properties['RetentionInDays']}"

    kept = sorted({properties["RetentionInDays"] for properties in declared.values()})
    return judge(problems(), proof=f"{len(declared)} log groups, {', '.join(map(str, kept))} days", cure=CHANGED)


def _lifecycle(subject: Subject) -> Finding:
    s3 = subject.client("s3")

    def problems() -> Iterator[str]:
        for bucket, properties in subject.declared("AWS::S3::Bucket").items():
            declared = properties["LifecycleConfiguration"]
            seen = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
            rules = {rule["ID"]: _seen_rule(rule) for rule in seen["Rules"]}
            expected = {rule["Id"]: _declared_rule(rule) for rule in declared["Rules"]}
            for name in sorted(rules.keys() | expected.keys()):
                if rules.get(name) != expected.get(name):
                    yield f"{bucket}: rule {name} is {rules.get(name)}, declared {expected.get(name)}"
            smallest = "TransitionDefaultMinimumObjectSize"
            if seen.get(smallest) != declared.get(smallest):
                yield f"{bucket}: {smallest} {seen.get(smallest)}, declared {declared.get(smallest)}"

    count = len(subject.declared("AWS::S3::Bucket"))
    return judge(problems(), proof=f"every rule of {count} buckets as declared", cure=CHANGED)


Facts = dict[str, object]


def _declared_rule(rule: Mapping[str, Any]) -> Facts:
    """Describe a rule as CloudFormation writes it."""
    return _facts(
        prefix=rule.get("Prefix", ""),
        status=rule["Status"],
        archived=[(move["StorageClass"], move["TransitionInDays"]) for move in rule.get("Transitions", [])],
        noncurrent_archived=[
            (move["StorageClass"], move["TransitionInDays"]) for move in rule.get("NoncurrentVersionTransitions", [])
        ],
        expires=rule.get("ExpirationInDays"),
        markers=rule.get("ExpiredObjectDeleteMarker"),
        noncurrent=rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays"),
        uploads=rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation"),
    )


def _seen_rule(rule: Mapping[str, Any]) -> Facts:
    """Describe a rule as S3 returns it."""
    expiration = rule.get("Expiration", {})
    return _facts(
        prefix=rule.get("Filter", {}).get("Prefix") or rule.get("Prefix") or "",
        status=rule["Status"],
        archived=[(move["StorageClass"], move["Days"]) for move in rule.get("Transitions", [])],
        noncurrent_archived=[
            (move["StorageClass"], move["NoncurrentDays"]) for move in rule.get("NoncurrentVersionTransitions", [])
        ],
        expires=expiration.get("Days"),
        markers=expiration.get("ExpiredObjectDeleteMarker"),
        noncurrent=rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays"),
        uploads=rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation"),
    )


def _facts(**facts: object) -> Facts:
    return {name: value for name, value in facts.items() if value}


def _workgroup(subject: Subject) -> Finding:
    [(name, properties)] = subject.declared("AWS::Athena::WorkGroup").items()
    declared = properties["WorkGroupConfiguration"]
    seen = subject.client("athena").get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"]
    cutoff = seen.get("BytesScannedCutoffPerQuery")

    def problems() -> Iterator[str]:
        for setting in ("BytesScannedCutoffPerQuery", "EnforceWorkGroupConfiguration"):
            if seen.get(setting) != declared[setting]:
                yield f"{setting} {seen.get(setting)}, declared {declared[setting]}"

    return judge(problems(), proof=f"a query is cut off at {cutoff} bytes", cure=CHANGED)


def _queues(subject: Subject) -> Finding:
    sqs = subject.client("sqs")
    declared = subject.declared("AWS::SQS::Queue")

    def problems() -> Iterator[str]:
        for url, properties in declared.items():
            seen = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            receives = json.loads(seen.get("RedrivePolicy", "{}")).get("maxReceiveCount")
            expected = {
                "messages are kept for": (int(seen["MessageRetentionPeriod"]), properties["MessageRetentionPeriod"]),
                "a received message is hidden for": (
                    int(seen["VisibilityTimeout"]),
                    properties.get("VisibilityTimeout", 30),
                ),
                "receives before the dead-letter queue": (
                    receives and int(receives),
                    properties.get("RedrivePolicy", {}).get("maxReceiveCount"),
                ),
            }
            for setting, (found, value) in expected.items():
                if found != value:
                    yield f"{url.rpartition('/')[2]}: {setting} {found}, declared {value}"

    return judge(problems(), proof=f"{len(declared)} queues: retention, visibility and receives", cure=CHANGED)


def _subscription(subject: Subject) -> Finding:
    pages = subject.client("sns").get_paginator("list_subscriptions_by_topic")
    listed = pages.paginate(TopicArn=subject.pipeline.outputs["AlertTopic"])
    arns = [subscription["SubscriptionArn"] for page in listed for subscription in page["Subscriptions"]]
    pending = [arn for arn in arns if not arn.startswith("arn:")]
    if not arns:
        pending = ["nobody has subscribed"]
    return judge(
        (f"{len(arns)} subscriptions: {problem}" for problem in pending),
        proof=f"{len(arns)} subscriptions confirmed",
        cure="follow the link in AWS's mail to the alert address; until then it receives nothing",
    )


CHECKS: Final = (
    Check(name="stack", claim="The stack is deployed, and nothing is under way", look=_stack),
    Check(
        name="functions", claim="The functions run with the declared memory, time, /tmp and processor", look=_functions
    ),
    Check(name="log-retention", claim="Logs are kept for the declared time", look=_log_retention),
    Check(name="workgroup", claim="A query is cut off at the declared size", look=_workgroup),
    Check(name="queues", claim="Queues keep, hide and give up messages as declared", look=_queues),
    Check(
        name="lifecycle",
        claim="Archival and expiry are set as declared",
        look=_lifecycle,
        only_aws="the embedded AWS keeps no lifecycle rules",
    ),
    Check(
        name="subscription",
        claim="Everyone who is to receive alerts has confirmed",
        look=_subscription,
    ),
)
