"""The last check: nothing of the run can be read any more."""

from collections.abc import Iterator
from typing import Final

from deployment.verification.check import Check, Finding, judge
from deployment.verification.subject import Subject
from pipeline.constants import VERIFICATION_PARTNER

_LEFT: Final = f"SELECT count(*) AS n FROM transactions WHERE partner = '{VERIFICATION_PARTNER}'"  # noqa: S608 - a constant


def _cleaned_up(subject: Subject) -> Finding:
    cleaned = subject.scenario.clean_up()
    [row] = subject.pipeline.athena.query(_LEFT)
    left = int(row["n"] or 0)

    def problems() -> Iterator[str]:
        if left:
            yield f"{left} rows of partner {VERIFICATION_PARTNER} can still be read"
        if cleaned.failed:
            yield f"{cleaned.failed} files of partner {VERIFICATION_PARTNER} are failed, and have no message to replay"

    return judge(
        problems(),
        proof=f"{cleaned.withdrawn} files withdrawn, none of their rows can be read; their audit rows stay",
        cure=f"etl replay --lost --partner {VERIFICATION_PARTNER}, then run etl verify again",
    )


CHECKS: Final = (Check(name="withdrawn", claim="The rows of this run are withdrawn", look=_cleaned_up),)
