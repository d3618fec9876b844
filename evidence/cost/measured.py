"""What one file takes, as far as no template says it: measured, each with its place."""

from typing import Final

from evidence.bench.plan import TRANSFORM, VALIDATE
from evidence.bench.results import Results

FUNCTION_SECONDS: Final = {
    "dispatch": 0.03,
    "validate": 0.27,
    "transform": 0.36,
    "publish": 0.12,
    "record": 0.18,
    "find-overlaps": 0.06,
}
"""Median of warm calls on a small file (8 rows), on the embedded AWS, x86-64; of find-overlaps, where no other file has
the file's dates."""

OVERLAPPING_SECONDS: Final = 0.20
"""The same of find-overlaps, for a file of 8 rows that one other file has too.

Those of record and find-overlaps were measured in turns with validate, on a busy machine, and are scaled to its 0.27.
"""

OVERLAPS_SHARE_OF_TRANSFORM: Final = 0.20
"""Time of find-overlaps for a file of 100 MB and 31 dates, all of whose rows one other file has too, as a share of the
time of transform for the same file on the same machine: the median of three."""

AUDIT_ITEM_BYTES: Final = 2_008
"""A completed file's row, by DynamoDB's own rule of counting."""

INDEX_WRITE_UNITS: Final = 3
"""Writes of the status index for a file, each of less than a kilobyte: an entry is made with the claim; the outcome
removes it and makes another."""

EVENT_BYTES: Final = 2_400
"""One logged event of the state machine with its data: the file's document is 1247 bytes when identified, and grows by
the answers of validate (415) and transform (347); the rest is the envelope."""

BARE_EVENT_BYTES: Final = 400
"""One logged event without data."""

FUNCTION_LOG_BYTES: Final = 1_100
"""What a function's call logs, Lambda's own lines included."""

S3_WRITES: Final = 6
"""Objects written for any file: the upload, the report and its page, the manifest, outcome and totals."""

S3_READS: Final = 4
"""Objects read for any file: the upload twice, the manifest, the report."""

S3_WRITES_OF_OBJECT, S3_READS_OF_OBJECT = 2, 1
"""For each Parquet object of a file: it is staged, and copied from there."""

OVERLAPPING_ITEM_BYTES: Final = 2_191
"""The same row with its figures on overlaps."""

OVERLAPS_LISTS: Final = 1
"""Requests that list what other files have on a small file's dates."""

OVERLAPS_WRITES: Final = 3
"""Objects that are written anew with the figures on overlaps: outcome, totals, and the report's page."""

OVERLAPS_MESSAGES = 3
"""Requests of SQS for the message of a completed file: sent, received, deleted."""

STAGED_SHARE: Final = 0.17
"""Size of the Parquet objects of the benchmark's CSV file, as a share of the file's."""

READING_SECONDS_PER_GB: Final = 17
"""CPU time in which the job's one reader goes through a gigabyte of CSV (decision 0046)."""

OTHER_CALLS_SECONDS: Final = 0.5
"""What a file's child spends outside functions: DynamoDB, EventBridge, its own steps. An estimate."""

SWEEP_SECONDS: Final = 5
"""What a call of the sweep takes that lists all its pages. An estimate."""

CHECK_DATES_SECONDS, ATHENA_LEAST_MB = 10, 10
"""A night's check of booking dates: seconds that the function waits for the answer, an estimate; the least megabytes
that Athena bills."""

READS_OF_QUERIED_OBJECT: Final = 2
"""Requests in which a query reads a Parquet object, at least: an estimate, as Athena does not say."""

SMALL_OBJECTS_TIMES, SMALL_OBJECTS_BYTES = 230, 7
"""DuckDB on one core, twelve columns, zstd: 10,000 objects of 8 rows against one of 80,000. Median of three."""

CRAWL_UNITS: Final = 2
CRAWL_DPU_HOURS: Final = CRAWL_UNITS * 10 / 60
"""Two units for ten minutes, the least that Glue bills."""


def seconds_per_mb() -> dict[str, float]:
    """Return the median wall clock of validate and transform for a megabyte of CSV, as the benchmark keeps it.

    Raises
    ------
    LookupError
        If the benchmark has not measured it.
    """
    return {name: _seconds_per_mb(contender) for name, contender in (("validate", VALIDATE), ("transform", TRANSFORM))}


def _seconds_per_mb(contender: str) -> float:
    contenders = Results.load().contenders
    measurement = contenders.find(contender, "csv") if contenders else None
    if not measurement:
        raise LookupError(f"evidence/bench/results.json has no '{contender}' on CSV: run 'make bench'")
    return measurement.wall_s / measurement.size_mb
