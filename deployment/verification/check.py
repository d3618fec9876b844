"""What a check is, what it comes to, and how it is run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from botocore.exceptions import ClientError

from deployment.athena import QueryError
from deployment.dead_letters import ReplayError
from deployment.verification.scenario import NotAbortedError
from deployment.verification.subject import Subject
from deployment.waiting import NotInTimeError
from deployment.withdrawals import WithdrawalError

_FORBIDDEN: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "403"}
)
"""The codes with which AWS's services refuse a caller who lacks a permission."""


CHANGED: Final = "somebody has changed it: deploy again"
"""The cure for a setting that is not as the template declares it."""


class Verdict(StrEnum):
    """What a check comes to."""

    PROVED = "proved"
    REFUTED = "refuted"
    NOT_CHECKABLE = "not checkable"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of a check: what was found, and the cure, or what makes it checkable."""

    verdict: Verdict
    found: str
    cure: str = ""


def proved(found: str) -> Finding:
    """Say what proves the claim."""
    return Finding(verdict=Verdict.PROVED, found=found)


def refuted(found: str, cure: str) -> Finding:
    """Say what contradicts the claim, and the cure."""
    return Finding(verdict=Verdict.REFUTED, found=found, cure=cure)


def not_checkable(reason: str, cure: str = "") -> Finding:
    """Say why the claim can be neither proved nor refuted here."""
    return Finding(verdict=Verdict.NOT_CHECKABLE, found=reason, cure=cure)


def judge(problems: Iterable[str], *, proof: str, cure: str) -> Finding:
    """Return ``proved`` with the proof if there are no problems, otherwise ``refuted`` with the first of them."""
    found = list(problems)
    if not found:
        return proved(proof)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return refuted(found[0] + more, cure)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check.

    Attributes
    ----------
    name
        Names the check in reports and in docs/verifying.md.
    claim
        The claim that it proves or refutes.
    look
        Makes the check.
    only_aws
        Why the embedded AWS cannot prove the claim; empty if it can.
    disturbs
        What people on call notice of it; empty for most.
    """

    name: str
    claim: str
    look: Callable[[Subject], Finding]
    only_aws: str = ""
    disturbs: str = ""


def make(check: Check, subject: Subject) -> Finding:
    """Make a check. An error of AWS is a finding too."""
    if check.only_aws and subject.embedded:
        return not_checkable(f"only on AWS: {check.only_aws}")
    try:
        return check.look(subject)
    except ClientError as error:
        return _of_error(error)
    except NotAbortedError:
        return not_checkable("every execution had ended before it could be aborted", "run etl verify again")
    except LookupError as error:
        return refuted(f"the stack lacks something: {error}", "deploy this version")
    except (NotInTimeError, QueryError, ReplayError, WithdrawalError) as error:
        return refuted(str(error), "see docs/runbook.md, and run etl doctor; then run etl verify again")


def _of_error(error: ClientError) -> Finding:
    code, operation = error.response["Error"]["Code"], error.operation_name
    if code in _FORBIDDEN:
        return not_checkable(f"{operation} is not allowed", "allow it: etl verify --permissions lists what is needed")
    return refuted(f"{operation} failed: {code}", f"see what AWS says about {code} of {operation}, and run it again")
