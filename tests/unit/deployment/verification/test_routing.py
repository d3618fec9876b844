"""Sizes that no rule takes, and a definition that Step Functions refuses, are refuted."""

import json
from typing import Any

import pytest

from deployment.verification import routing
from deployment.verification.check import Finding, Verdict, make
from tests.unit.deployment.verification.account import Account

THRESHOLD = 16 * 1024 * 1024
RULES = {
    "IngestionDirect": {"detail": {"object": {"size": [{"numeric": [">=", THRESHOLD]}]}}},
    "IngestionBatch": {"detail": {"object": {"size": [{"numeric": ["<", THRESHOLD]}]}}},
    "IngestionLarge": {"detail": {"reason": ["CompleteMultipartUpload", "CopyObject"]}},
}


class _Pipeline:
    outputs = {"RawBucket": "raw"}  # noqa: RUF012 - read only
    state_machines = ("machine", "large files")


def _sizes(bound: int, without: str = "") -> Finding:
    """Check rules of an EventBridge that compares numbers up to a bound."""

    def matches(EventPattern: str, Event: str) -> dict[str, bool]:  # noqa: N803 - AWS's names
        pattern, event = json.loads(EventPattern)["detail"], json.loads(Event)
        required = {"id", "account", "source", "time", "region", "resources", "detail-type"}
        assert required <= event.keys()
        if reasons := pattern.get("reason"):
            return {"Result": without != "IngestionLarge" and event["detail"]["reason"] in reasons}
        sign, limit = pattern["object"]["size"][0]["numeric"]
        size = event["detail"]["object"]["size"]
        return {"Result": size <= bound and (size >= limit if sign == ">=" else size < limit)}

    account = Account(
        resources={("AWS::Events::Rule", rule): (rule, {}) for rule in RULES},
        pipeline=_Pipeline(),
        services={
            "events": {
                "describe_rule": lambda Name: {"EventPattern": json.dumps(RULES[Name])},  # noqa: N803 - AWS's name
                "test_event_pattern": matches,
            }
        },
    )
    [check] = [check for check in routing.CHECKS if check.name == "sizes"]
    return make(check, account.subject())


def test_a_bound_of_five_gigabytes_loses_no_size() -> None:
    finding = _sizes(5_000_000_000)

    assert finding.verdict is Verdict.PROVED
    assert "compared up to 5000000000 bytes" in finding.found


def test_a_bound_of_one_gigabyte_loses_single_requests() -> None:
    finding = _sizes(1_000_000_000)

    assert finding.verdict is Verdict.REFUTED
    assert finding.found == "no rule takes 1000000001 bytes of PutObject (and 2 more)"


def test_without_the_rule_of_large_files_uploads_are_lost() -> None:
    finding = _sizes(5_000_000_000, without="IngestionLarge")

    assert finding.found == "no rule takes 5000000001 bytes of CompleteMultipartUpload (and 1 more)"


@pytest.mark.parametrize(
    ("result", "diagnostics", "verdict"),
    [
        ("OK", [], Verdict.PROVED),
        ("OK", [{"severity": "WARNING", "code": "NO_DOLLAR", "message": "a dollar"}], Verdict.PROVED),
        ("FAIL", [{"severity": "ERROR", "code": "MISSING_END_STATE", "message": "no end"}], Verdict.REFUTED),
        ("FAIL", [], Verdict.REFUTED),
    ],
)
def test_an_invalid_definition_is_refuted(result: str, diagnostics: list[dict[str, str]], verdict: Verdict) -> None:
    def validate(definition: str, type: str) -> dict[str, Any]:  # noqa: A002 - AWS's name
        assert (definition, type) == ("{}", "STANDARD")
        return {"result": result, "diagnostics": diagnostics}

    account = Account(
        resources={},
        pipeline=_Pipeline(),
        services={
            "stepfunctions": {
                "describe_state_machine": {"definition": "{}", "type": "STANDARD"},
                "validate_state_machine_definition": validate,
            }
        },
    )
    [check] = [check for check in routing.CHECKS if check.name == "definition"]

    assert make(check, account.subject()).verdict is verdict
