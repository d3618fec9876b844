"""What a check comes to when AWS refuses, fails, or is the embedded one."""

import pytest
from botocore.exceptions import ClientError

from deployment.athena import QueryError
from deployment.verification.check import Check, Finding, Verdict, judge, make, proved
from deployment.verification.scenario import NotAbortedError
from deployment.verification.subject import Subject
from deployment.waiting import NotInTimeError
from tests.unit.deployment.verification.account import EMBEDDED, Account


def _check(error: Exception | None = None, *, only_aws: str = "") -> Check:
    def look(_: Subject) -> Finding:
        if error:
            raise error
        return proved("it is so")

    return Check(name="check", claim="a claim", look=look, only_aws=only_aws)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (ClientError({"Error": {"Code": "AccessDenied"}}, "GetRole"), Verdict.NOT_CHECKABLE),
        (ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetRole"), Verdict.NOT_CHECKABLE),
        (ClientError({"Error": {"Code": "NoSuchEntity"}}, "GetRole"), Verdict.REFUTED),
        (NotInTimeError("a file has no outcome"), Verdict.REFUTED),
        (QueryError("a column is missing"), Verdict.REFUTED),
        (NotAbortedError(), Verdict.NOT_CHECKABLE),
        (LookupError("no rule"), Verdict.REFUTED),
        (None, Verdict.PROVED),
    ],
)
def test_every_error_comes_to_a_verdict(error: Exception | None, verdict: Verdict) -> None:
    finding = make(_check(error), Account(resources={}).subject())

    assert finding.verdict is verdict
    assert bool(finding.cure) == (verdict is not Verdict.PROVED)


def test_what_only_aws_shows_is_not_looked_for_elsewhere() -> None:
    check = _check(only_aws="it has no such thing")

    embedded = make(check, Account(resources={}, endpoint=EMBEDDED).subject())

    assert embedded.verdict is Verdict.NOT_CHECKABLE
    assert "it has no such thing" in embedded.found
    assert make(check, Account(resources={}).subject()).verdict is Verdict.PROVED


def test_the_first_problem_is_told_with_the_number_of_others() -> None:
    assert judge(["one", "two", "three"], proof="", cure="do").found == "one (and 2 more)"
    assert judge([], proof="well", cure="do") == proved("well")
