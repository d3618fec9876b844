"""``python -m evidence.chaos.load --files N --seconds S``: many small files at once, by default settings.

Every file must have its outcome, exact to the cent, without a human. ``--busy`` keeps a core busy besides, and
``--throttled`` throttles calls.
"""

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from statistics import quantiles
from typing import Final

from cli.console import make_console
from deployment.pipeline import Pipeline, Upload
from evidence.chaos.faults import accidents
from evidence.chaos.scenario import ALPINE, OBIE, Content, PlannedRow
from local.lifecycle import running
from local.session import deployed_pipeline
from pipeline.audit_row import AuditRow

_PARTNERS: Final = {ALPINE: "csv", OBIE: "json"}
_ROWS: Final = 40
_UPLOADERS: Final = 8
_POLL_SECONDS: Final = 5.0
_QUIET_SECONDS: Final = 400.0
"""How long nothing may change until the files that are left count as without an outcome: a throttled one may wait for
five minutes."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What came of a load: the rows of all files that have an outcome, and what differs from what was sent.

    A dead letter of a completed file is left by settling, where the row could not be read: replayed, it ends quietly.
    """

    rows: Sequence[AuditRow]
    differences: Sequence[str]
    dead_letters: int
    minutes: float

    def report(self) -> Iterator[str]:
        """Say the figures, line by line."""
        latencies = sorted(latency for row in self.rows if (latency := row.latency))
        statuses = Counter(row.status for row in self.rows)
        yield ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
        yield f"{sum(row.attempts > 1 for row in self.rows)} took more than one attempt"
        executions = len({row.execution for row in self.rows})
        yield f"{executions} executions, {self.dead_letters} dead letters of files that are not completed"
        yield f"{len(self.rows) / self.minutes:.0f} files a minute, from the first upload to the last outcome"
        if len(latencies) > 1:
            cuts = quantiles([latency.total_seconds() for latency in latencies], n=100, method="inclusive")
            yield f"from upload to outcome: p50 {cuts[49]:.0f} s, p99 {cuts[98]:.0f} s, at most {_last(latencies)} s"
        yield from self.differences


def main() -> None:
    """Send the files, wait, and compare; the exit code is 1 where a file has no outcome or a wrong one."""
    options = _options()
    console = make_console()
    console.print("Deploying to the embedded AWS")
    with (
        running("evidence.chaos.server") as emulator,
        deployed_pipeline(emulator, "load") as deployed,
        accidents(emulator, {"failing": options.throttled}),
        _busy(cores=options.busy),
    ):
        load = send(Pipeline(deployed.stack), files=options.files, seconds=options.seconds)
    for line in load.report():
        console.print(line, markup=False, highlight=False)
    sys.exit(1 if load.differences or load.dead_letters else 0)


def send(pipeline: Pipeline, *, files: int, seconds: float) -> Load:
    """Upload so many small files within so many seconds, and wait until each has an outcome or nothing changes."""
    contents = [content(number) for number in range(files)]
    began = time.monotonic()

    def upload(number: int) -> Upload:
        time.sleep(max(0.0, began + number * seconds / files - time.monotonic()))
        partner = contents[number].partner
        key = f"incoming/{partner}/load/file-{number}.{_PARTNERS[partner]}"
        return pipeline.upload(key, contents[number].encode())

    with ThreadPoolExecutor(max_workers=_UPLOADERS) as executor:
        uploads = list(executor.map(upload, range(files)))
    rows = _outcomes(pipeline, uploads)
    completed = {row.file_id for row in rows.values() if row.published}
    letters = pipeline.dead_letters.replay(lambda _: True, dry_run=True)
    return Load(
        rows=list(rows.values()),
        differences=[
            difference
            for sent, upload in zip(contents, uploads, strict=True)
            for difference in _differences(upload, sent, rows.get(upload))
        ],
        dead_letters=sum(letter.file_id not in completed for letter in letters),
        minutes=(time.monotonic() - began) / 60,
    )


def content(number: int) -> Content:
    """Make the content of a file of this number: of one to forty rows, and like no other."""
    rows = tuple(
        PlannedRow(
            transaction_id=f"{number}-{row}",
            day=f"2025-11-{1 + row % 6:02}",
            amount=f"{number}.{row:02}",
            currency="CHF",
            good=True,
        )
        for row in range(1 + number % _ROWS)
    )
    return Content(partner=list(_PARTNERS)[number % len(_PARTNERS)], rows=rows, refused=False)


def _outcomes(pipeline: Pipeline, uploads: Sequence[Upload]) -> dict[Upload, AuditRow]:
    rows: dict[Upload, AuditRow] = {}
    changed = time.monotonic()
    while True:
        seen = pipeline.rows(upload for upload in uploads if upload not in rows)
        if finished := {upload: row for upload, row in seen.items() if row.finished}:
            rows |= finished
            changed = time.monotonic()
        if len(rows) == len(uploads) or time.monotonic() - changed > _QUIET_SECONDS:
            return rows
        time.sleep(_POLL_SECONDS)


def _differences(upload: Upload, sent: Content, row: AuditRow | None) -> Iterator[str]:
    if row is None:
        yield f"{upload.key} has no outcome"
    elif row.status != "COMPLETED":
        yield f"{upload.key} is {row.status}: {row.error or row.reason}"
    elif row.sums != {"CHF": sum(Decimal(one.amount) for one in sent.rows)} or row.rows_accepted != len(sent.rows):
        yield f"{upload.key} was published as {row.rows_accepted} rows of {row.sums}"


def _last(latencies: Sequence[timedelta]) -> str:
    return f"{latencies[-1].total_seconds():.0f}"


@contextmanager
def _busy(*, cores: int) -> Iterator[None]:
    """Keep cores busy while the block runs."""
    spinning = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(cores)]
    for process in spinning:
        process.start()
    try:
        yield
    finally:
        for process in spinning:
            process.kill()


def _spin() -> None:
    while True:
        pass


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evidence.chaos.load", description=__doc__)
    parser.add_argument("--files", type=int, default=1000, help="how many")
    parser.add_argument("--seconds", type=float, default=60, help="within how many seconds they are uploaded")
    parser.add_argument("--busy", type=int, default=0, help="how many cores are kept busy besides")
    parser.add_argument(
        "--throttled", type=float, default=0, help="share of the state machine's calls that are throttled, such as 0.3"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
