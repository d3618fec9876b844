"""Checks on failures: an aborted execution is settled, and its file is replayed from the dead-letter queue."""

from collections.abc import Iterator
from typing import Final

from deployment.verification.check import Check, Finding, judge
from deployment.verification.subject import Subject
from etl.workflow.settling import NO_OUTCOME


def _settled(subject: Subject) -> Finding:
    aborted = subject.scenario.aborted()
    row = aborted.row
    seconds = (row.changed_at - aborted.began_at).total_seconds()
    return judge(
        [f"the file failed with {row.error}"] if row.error != NO_OUTCOME else [],
        proof=f"failed as {NO_OUTCOME} {seconds:.0f} s after its upload: {row.file_id}",
        cure="see rule-settle and the executions whose input begins with the route settle",
    )


def _replayed(subject: Subject) -> Finding:
    row = subject.scenario.replayed()
    file = subject.scenario.aborted().file

    def problems() -> Iterator[str]:
        if (row.rows_accepted, row.sums) != (len(file.bookings), file.totals):
            yield f"{row.rows_accepted} rows accepted, known to be {len(file.bookings)}"
        if row.attempts != 2:  # noqa: PLR2004 - the aborted run, and the replay
            yield f"{row.attempts} attempts, known to be 2"

    return judge(
        problems(),
        proof=f"{row.rows_accepted} rows completed in the second attempt, with exact sums",
        cure="etl audit FILE_ID shows what became of the file",
    )


CHECKS: Final = (
    Check(
        name="settle",
        claim="The file of an aborted execution is failed and kept",
        look=_settled,
        disturbs="one alert 'file failed' for partner etl-verify; alarm executions-aborted, perhaps dead-letters",
    ),
    Check(name="replay", claim="A replay from the dead-letter queue completes the file, once", look=_replayed),
)
