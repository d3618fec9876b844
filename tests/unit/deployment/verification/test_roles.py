"""IAM's simulation: what a role may not, and what it may beyond its policies."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployment.verification import roles
from deployment.verification.check import Finding, Verdict, make
from tests.unit.deployment.verification.account import KEY, Account

ROLE = "role-publish-test"
STATEMENTS = [
    {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::b/tables/*"},
    {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": [KEY]},
    {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    },
]


class _Pipeline:
    outputs = {"RawBucket": "raw"}  # noqa: RUF012 - read only


def _make(name: str, decide: Any, *, apart: bool = False) -> tuple[Finding, list[dict[str, Any]]]:
    asked: list[dict[str, Any]] = []

    def simulate(**request: Any) -> dict[str, Any]:
        if apart and len(request["ActionNames"]) > 1:
            raise ClientError({"Error": {"Code": "InvalidInput"}}, "SimulatePrincipalPolicy")
        asked.append(request)
        return {
            "EvaluationResults": [
                {"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decide(action, resource)}
                for action in request["ActionNames"]
                for resource in request["ResourceArns"]
            ]
        }

    account = Account(
        resources={("AWS::IAM::Role", "Publish"): (ROLE, {}), ("AWS::KMS::Key", "Key"): ("1", {})},
        pipeline=_Pipeline(),
        services={
            "iam": {
                "list_role_policies": {"PolicyNames": ["function"]},
                "get_role_policy": {"PolicyDocument": {"Statement": STATEMENTS}},
                "simulate_principal_policy": simulate,
            }
        },
    )
    [check] = [check for check in roles.CHECKS if check.name == name]
    return make(check, account.subject()), asked


@pytest.mark.parametrize("apart", [False, True])
def test_every_permission_without_condition_is_simulated(apart: bool) -> None:  # noqa: FBT001
    finding, asked = _make("roles-allowed", lambda *_: "allowed", apart=apart)

    assert finding.verdict is Verdict.PROVED
    simulated = {(action, *request["ResourceArns"]) for request in asked for action in request["ActionNames"]}
    # A pattern is asked for by one resource that it stands for
    example = "arn:aws:s3:::b/tables/example"
    assert simulated == {("s3:GetObject", example), ("s3:PutObject", example), ("kms:Decrypt", KEY)}
    assert {request["PolicySourceArn"] for request in asked} == {f"arn:aws:iam::111122223333:role/{ROLE}"}


def test_a_permission_that_a_boundary_takes_away_is_refuted() -> None:
    finding, _ = _make("roles-allowed", lambda action, _: "implicitDeny" if action == "kms:Decrypt" else "allowed")

    assert finding.verdict is Verdict.REFUTED
    assert finding.found == f"{ROLE} may not kms:Decrypt on {KEY}"


def test_no_role_may_use_another_key() -> None:
    proved, asked = _make("roles-denied", lambda *_: "implicitDeny")
    refuted, _ = _make("roles-denied", lambda action, _: "allowed" if action == "kms:Decrypt" else "explicitDeny")

    assert proved.verdict is Verdict.PROVED
    assert KEY not in next(request["ResourceArns"] for request in asked if "kms:Decrypt" in request["ActionNames"])
    assert (refuted.verdict, f"{ROLE} may kms:Decrypt" in refuted.found) == (Verdict.REFUTED, True)
