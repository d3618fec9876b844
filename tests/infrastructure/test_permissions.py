"""P1: least privilege. A wildcard is allowed only where this list says so, with the reason."""

import re

import pytest

from tests.infrastructure.template import Statement, Template

# (where the statement stands, what the wildcard is in, pattern of the wildcard): reason
ALLOWED = {
    (
        "role-.*",
        r"\*",
        (
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        ),
    ): "X-Ray has no resources to name",
    (
        "role-state-machine-.*",
        r"\*",
        (
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
        ),
    ): "Step Functions' log delivery accepts no other resource",
    (
        "role-state-machine-.*",
        r"arn:aws:states:us-east-1:\d+:execution:state-machine-files-test/\*",
        ("states:DescribeExecution", "states:StopExecution"),
    ): "Step Functions makes up the ids of a Distributed Map's children",
    (
        "role-(validate|transform)-.*",
        r"bucket-raw-\d+-test\.Arn/\*",
        ("s3:GetObject", "s3:GetObjectVersion"),
    ): "partners choose the keys of their uploads",
    (
        "role-(transform|publish|crawler)-.*",
        r"bucket-processed-\d+-test\.Arn/(staging|manifests|transactions|quarantine)/\*",
        ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
    ): "file ids and dates make up the keys below a fixed prefix",
    (
        "role-empty-buckets-.*",
        r"bucket-(raw|processed)-\d+-test\.Arn/\*",
        ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"),
    ): "emptying a bucket means every object in it",
    (
        "role-crawler-.*",
        r"arn:aws:logs:us-east-1:\d+:log-group:/aws-glue/crawlers:\*",
        ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
    ): "Glue names the streams of its crawlers' log group",
}
KEY_POLICY = "in a key policy, '*' means the key itself and nothing else"
DENIES_EVERYTHING_WITHOUT_TLS = "a Deny of plain HTTP must cover every action and principal"


def _wildcards(template: Template) -> list[Statement]:
    return [s for s in template.statements() if any("*" in part for part in (*s.actions, *s.resources, s.principal))]


def _reason(statement: Statement, template: Template) -> str | None:
    if statement.effect == "Deny":
        return DENIES_EVERYTHING_WITHOUT_TLS
    if any("*" in action for action in statement.actions) or "*" in statement.principal:
        return None
    if statement.resources == ("*",) and template.resources.get(statement.where, {}).get("Type") == "AWS::KMS::Key":
        return KEY_POLICY
    wild = [resource for resource in statement.resources if "*" in resource]
    for (where, pattern, actions), reason in ALLOWED.items():
        if (
            re.fullmatch(where, statement.where)
            and set(statement.actions) <= set(actions)
            and all(re.fullmatch(pattern, resource) for resource in wild)
        ):
            return reason
    return None


@pytest.mark.requirement("P1")
def test_given_the_template_when_policies_are_walked_then_every_wildcard_has_a_reason(template: Template) -> None:
    unexplained = [statement for statement in _wildcards(template) if _reason(statement, template) is None]

    assert unexplained == []


def test_given_a_policy_with_a_wildcard_action_when_it_is_walked_then_it_has_no_reason() -> None:
    document = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::a-bucket/key"}
    template = Template({"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [document]}}}})

    [statement] = _wildcards(template)

    assert _reason(statement, template) is None


@pytest.mark.requirement("P1")
@pytest.mark.parametrize("key", list(ALLOWED), ids=lambda key: f"{key[0]}: {key[2][0]}")
def test_given_an_allowed_wildcard_when_the_template_is_read_then_something_needs_it(
    template: Template, key: tuple[str, str, tuple[str, ...]]
) -> None:
    where, pattern, actions = key

    assert any(
        re.fullmatch(where, s.where)
        and set(s.actions) <= set(actions)
        and any(re.fullmatch(pattern, resource) for resource in s.resources)
        for s in template.statements()
    )


@pytest.mark.requirement("P1")
def test_given_the_roles_when_they_are_read_then_none_has_a_managed_policy_or_a_policy_outside_its_role(
    template: Template,
) -> None:
    assert [role for role in template.of_type("AWS::IAM::Role").values() if role.get("ManagedPolicyArns")] == []
    assert template.of_type("AWS::IAM::Policy") == {}


@pytest.mark.requirement("P1")
def test_given_buckets_and_queues_when_their_policies_are_read_then_plain_http_is_denied(template: Template) -> None:
    guarded = {"AWS::S3::BucketPolicy": "Bucket", "AWS::SQS::QueuePolicy": "Queues", "AWS::SNS::TopicPolicy": "Topics"}
    counts = {"AWS::S3::BucketPolicy": 2, "AWS::SQS::QueuePolicy": 2, "AWS::SNS::TopicPolicy": 1}

    for policy_type in guarded:
        policies = template.of_type(policy_type).values()
        denied = [
            statement
            for policy in policies
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        ]
        assert len(denied) == len(policies) == counts[policy_type]
