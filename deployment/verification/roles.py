"""Checks of the stack's roles by IAM's own simulation, boundaries and service control policies included."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from deployment.verification.check import Check, Finding, judge
from deployment.verification.subject import Subject

_CURE: Final = "see docs/security.md; a permissions boundary or a service control policy may be the reason"
_OTHER_KEY: Final = "00000000-0000-0000-0000-000000000000"
"""The id of a key that nobody has."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement of a role's policy: what it allows on what."""

    role: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]


def _allowed(subject: Subject) -> Finding:
    statements = [statement for role in _roles(subject) for statement in _statements(subject, role)]
    decisions = [(statement, result) for statement in statements for result in _simulate(subject, statement)]
    refused = (
        f"{statement.role} may not {result['EvalActionName']} on {result.get('EvalResourceName', '*')}"
        for statement, result in decisions
        if result["EvalDecision"] != "allowed"
    )
    return judge(refused, proof=f"{len(decisions)} permissions of {len(_roles(subject))} roles are allowed", cure=_CURE)


def _denied(subject: Subject) -> Finding:
    statements = [statement for role in _roles(subject) for statement in _never(subject, role)]
    decisions = [(statement, result) for statement in statements for result in _simulate(subject, statement)]
    allowed = (
        f"{statement.role} may {result['EvalActionName']} on {result.get('EvalResourceName', '*')}"
        for statement, result in decisions
        if result["EvalDecision"] == "allowed"
    )
    return judge(
        allowed,
        proof=f"{len(decisions)} attempts of {len(_roles(subject))} roles are denied, other keys included",
        cure="somebody has attached a policy to the role: remove it (docs/security.md)",
    )


def _never(subject: Subject, role: str) -> Iterator[Statement]:
    """List what no role of the stack may do."""
    outputs = subject.pipeline.outputs
    other_key = subject.key_arn.rpartition("/")[0] + f"/{_OTHER_KEY}"
    raw = f"arn:aws:s3:::{outputs['RawBucket']}"
    yield Statement(role=role, actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=(other_key,))
    yield Statement(role=role, actions=("kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"), resources=(subject.key_arn,))
    yield Statement(role=role, actions=("s3:DeleteBucket", "s3:PutBucketPolicy"), resources=(raw,))
    yield Statement(role=role, actions=("iam:PutRolePolicy", "iam:PassRole"), resources=(_arn(subject, role),))


def _roles(subject: Subject) -> Sequence[str]:
    return subject.stack.physical_ids("AWS::IAM::Role")


def _arn(subject: Subject, role: str) -> str:
    """Return a role's ARN; the stack gives its roles no path."""
    return f"arn:aws:iam::{subject.account}:role/{role}"


def _statements(subject: Subject, role: str) -> Iterator[Statement]:
    """Read what a role's own policies allow without a condition; a simulation knows no values for conditions."""
    iam = subject.client("iam")
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document: Mapping[str, Any] = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow" and "Condition" not in statement:
                yield Statement(
                    role=role, actions=_several(statement["Action"]), resources=_several(statement["Resource"])
                )


def _several(one_or_more: str | list[str]) -> tuple[str, ...]:
    return (one_or_more,) if isinstance(one_or_more, str) else tuple(one_or_more)


def _simulate(subject: Subject, statement: Statement) -> list[dict[str, Any]]:
    """Simulate every action on every resource; IAM refuses some actions beside each other, which go one by one."""
    asked = {
        "PolicySourceArn": _arn(subject, statement.role),
        "ResourceArns": [_example(resource) for resource in statement.resources],
    }
    try:
        return _results(subject, **asked, ActionNames=list(statement.actions))
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidInput" or len(statement.actions) == 1:
            raise
    return [result for action in statement.actions for result in _results(subject, **asked, ActionNames=[action])]


def _results(subject: Subject, **request: Any) -> list[dict[str, Any]]:
    pages = subject.client("iam").get_paginator("simulate_principal_policy").paginate(**request)
    return [result for page in pages for result in page["EvaluationResults"]]


def _example(resource: str) -> str:
    """Name one resource that a pattern stands for."""
    return resource if resource == "*" else resource.replace("*", "example")


CHECKS: Final = (
    Check(name="roles-allowed", claim="Every role has the permissions of its policies", look=_allowed),
    Check(name="roles-denied", claim="No role may use another key, nor change key, buckets or roles", look=_denied),
)
