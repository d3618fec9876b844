"""P1: least privilege. A wildcard is allowed only where the list of exceptions says so, with the reason."""

import re
from typing import Any, Final

import pytest
from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource

from etl.synthesis.template import Statement, Template
from evidence.proofs.exceptions import WILDCARDS, Wildcard

KEY_POLICY = "in a key policy, '*' means the key itself and nothing else"
DENIES_EVERYTHING_WITHOUT_TLS = "a Deny of plain HTTP must cover every action and principal"
IN_A_ROLE: Final = '"the role"'
"""The principal of a role's own statements, as the template's reader gives it."""

REFERENCE: Final[dict[str, Any]] = load_resource(AdditionalSpecs, "Policies.json")
"""The Service Authorization Reference, which cfn-lint carries along: actions, and the resources that each takes."""

ASKED_FOR_BY_LAMBDA: Final = {("dynamodb:ListStreams", "table-audit-test.StreamArn")}
"""Listed with its reason in ``proofs/exceptions.py``."""

Grant = tuple[Statement, str, str]
"""One action on one resource, with the statement that it stands in."""


def _grants_with_wildcards(template: Template) -> list[Grant]:
    return [
        (statement, action, resource)
        for statement in template.statements()
        for action in statement.actions
        for resource in statement.resources
        if "*" in action + resource + statement.principal
    ]


def _reason(grant: Grant, template: Template) -> str | None:
    statement, action, resource = grant
    if statement.effect == "Deny":
        return DENIES_EVERYTHING_WITHOUT_TLS
    if "*" in action + statement.principal:
        return None
    if resource == "*" and template.resources.get(statement.where, {}).get("Type") == "AWS::KMS::Key":
        return KEY_POLICY
    return next((wildcard.reason for wildcard in WILDCARDS if _fits(grant, wildcard)), None)


def _fits(grant: Grant, wildcard: Wildcard) -> bool:
    statement, action, resource = grant
    return bool(
        re.fullmatch(wildcard.role, statement.where)
        and re.fullmatch(wildcard.resource, resource)
        and action in wildcard.actions
    )


@pytest.mark.requirement("P1")
def test_each_wildcard_of_the_policies_has_a_reason(template: Template) -> None:
    unexplained = [grant for grant in _grants_with_wildcards(template) if _reason(grant, template) is None]

    assert unexplained == []


@pytest.mark.parametrize(
    ("action", "resource"), [("s3:Get*", "arn:aws:s3:::a-bucket/key"), ("s3:GetObject", "*"), ("*", "*")]
)
def test_an_added_wildcard_has_no_reason(action: str, resource: str) -> None:
    document = {"Effect": "Allow", "Action": action, "Resource": resource}
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "role-publish-test", "Policies": [document]}}
    template = Template({"Resources": {"Role": role}})

    [grant] = _grants_with_wildcards(template)

    assert _reason(grant, template) is None


@pytest.mark.requirement("P1")
@pytest.mark.parametrize("wildcard", WILDCARDS, ids=lambda wildcard: f"{wildcard.role}: {wildcard.actions[0]}")
def test_each_action_of_an_allowed_wildcard_is_needed(template: Template, wildcard: Wildcard) -> None:
    needed = {grant[1] for grant in _grants_with_wildcards(template) if _fits(grant, wildcard)}

    assert needed == set(wildcard.actions)


@pytest.mark.requirement("P1")
def test_no_role_has_a_managed_or_shared_policy(
    template: Template,
) -> None:
    assert [role for role in template.of_type("AWS::IAM::Role").values() if role.get("ManagedPolicyArns")] == []
    assert template.of_type("AWS::IAM::Policy") == {}


@pytest.mark.requirement("P1")
def test_only_who_validates_and_transforms_reads_uploads(template: Template) -> None:
    readers = {
        statement.where
        for statement in template.statements()
        for resource in statement.resources
        if statement.principal == IN_A_ROLE
        and any(action.startswith("s3:GetObject") for action in statement.actions)
        and resource.startswith("bucket-raw-")
    }

    assert readers == {"role-validate-test", "role-transform-test", "role-large-files-job-test"}


@pytest.mark.requirement("P1")
def test_the_crawler_may_do_what_a_crawl_of_its_tables_needs(template: Template) -> None:
    granted = {
        (action, resource.removeprefix("arn:aws:glue:us-east-1:123456789012:"))
        for statement in template.statements()
        for action in statement.actions
        for resource in statement.resources
        if statement.where == "role-crawler-test" and statement.principal == IN_A_ROLE
    }

    # Beside what it had: of AWSGlueServiceRole, as far as declared tables need it
    assert ("s3:GetBucketLocation", "bucket-processed-123456789012-test.Arn") in granted
    assert {resource for action, resource in granted if action == "glue:BatchUpdatePartition"} == {
        "catalog",
        "database/database_transactions_test",
        "table/database_transactions_test/quarantine",
        "table/database_transactions_test/transactions",
    }


@pytest.mark.requirement("P1")
def test_buckets_and_queues_deny_plain_http(template: Template) -> None:
    guarded = {"AWS::S3::BucketPolicy": "Bucket", "AWS::SQS::QueuePolicy": "Queues", "AWS::SNS::TopicPolicy": "Topics"}
    counts = {"AWS::S3::BucketPolicy": 2, "AWS::SQS::QueuePolicy": 5, "AWS::SNS::TopicPolicy": 1}

    for policy_type in guarded:
        policies = template.of_type(policy_type).values()
        denied = [
            statement
            for policy in policies
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        ]
        assert len(denied) == len(policies) == counts[policy_type]


def _grants_nothing(action: str, resource: str) -> bool:
    """Whether the reference knows no use of the action on the resource; ARNs of the template's own parts are taken.

    An action without types of resources takes ``*`` only.
    """
    service, _, name = action.lower().partition(":")
    types = REFERENCE[service]["Actions"][name].get("Resources", ())
    if not types or resource == "*":
        return bool(types) or resource != "*"
    formats = [arn for each in types for arn in REFERENCE[service]["Resources"][each]["ARNFormats"]]
    patterns = [re.sub(r"\$\{\w+\}", "[^:]*", arn) for arn in formats]
    return resource.startswith("arn:") and not any(re.fullmatch(pattern, resource) for pattern in patterns)


@pytest.mark.requirement("P1")
def test_each_grant_of_a_role_has_an_effect(
    template: Template,
) -> None:
    without_effect = {
        (action, resource)
        for statement in template.statements()
        for action in statement.actions
        for resource in statement.resources
        if statement.principal == IN_A_ROLE and _grants_nothing(action, resource)
    }

    assert without_effect == ASKED_FOR_BY_LAMBDA
