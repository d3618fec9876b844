"""What a file costs, line by line."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from etl.constructs.sweep import EVERY
from etl.synthesis.template import ACCOUNT, Template
from evidence.bench.data import DAYS
from evidence.cost import measured, prices
from evidence.cost.walking import Walk, walk_execution, walk_file
from pipeline.constants import FINISHED, SHARDS, STAGING, UNFINISHED
from pipeline.sweep import PAGES_A_CALL

Lines = dict[str, float]
"""Dollars by what they are paid for."""

FREE_TMP_GB: Final = 0.5
CHUNK_GB: Final = 64 / 1024
"""Express workflows are billed in chunks of 64 MB; a child of this size takes one."""

LARGE_FILE_MB: Final = 100
LARGE_FILE_DAYS: Final = DAYS
"""Booking dates of a large file: those of the benchmark's."""

DAYS_OF_MONTH: Final = 30
SWEEPS_A_DAY: Final = 24 * 60 // EVERY.to_minutes()

POLLERS: Final = 5
"""Batches that Lambda gathers from a queue at a time, at least (Lambda developer guide, SQS event source scaling)."""

_KEY_INDEX_WRITE_UNITS: Final = 1
"""The entry that is made with the claim: no later change concerns it."""
_TRANSACTION: Final = 2
_ROW_READS: Final = 4
"""Of them, one by the sweep."""
_LET_GO_STATES: Final = 2
"""What an execution enters whose file another rule's execution has."""
FILE_FUNCTIONS: Final = ("validate", "transform", "publish")
_CALLED: Final = (*FILE_FUNCTIONS, "record")
_OVERLAPS: Final = (
    "search for its rows in other files",
    "write what was found into its row",
    "record what was found",
)
"""What overlaps cost: the first for every file, the others for those that have some."""


@dataclass(frozen=True)
class Function:
    """One function's size, from the template."""

    memory_gb: float
    tmp_gb: float


@dataclass(frozen=True, kw_only=True)
class PricedStack:
    """What the costs follow from, read from the synthesized template."""

    definition: Mapping[str, Any]
    functions: Mapping[str, Function]
    architecture: str
    batch_size: int
    batch_window_seconds: int
    query_limit_bytes: int
    large_threshold_bytes: int
    map_concurrency: int
    alarm_metrics: int
    recording_window: int
    """Seconds for which changes of the audit table are gathered before they are recorded."""
    overlaps_window: int
    """Seconds for which completed files are gathered before they are looked for in others."""
    staging_days: int
    """Days until a staged object is gone in all its versions."""

    @classmethod
    def from_template(cls, template: Template) -> "PricedStack":
        """Read a template."""
        functions = {
            function["FunctionName"].removeprefix("lambda-").rpartition("-")[0]: function
            for function in template.of_type("AWS::Lambda::Function").values()
        }
        definition = template.definition()
        mapping, recording, overlaps = (
            template.one("AWS::Lambda::EventSourceMapping", FunctionName=f"lambda-{purpose}-test")
            for purpose in ("dispatch", "record", "find-overlaps")
        )
        alarms = template.of_type("AWS::CloudWatch::Alarm").values()
        processed = template.one("AWS::S3::Bucket", BucketName=f"bucket-processed-{ACCOUNT}-test")
        rules = processed["LifecycleConfiguration"]["Rules"]
        (staged,) = (rule for rule in rules if rule.get("Prefix") == STAGING)
        return cls(
            definition=definition,
            functions={
                name: Function(
                    function["MemorySize"] / 1024, function.get("EphemeralStorage", {"Size": 512})["Size"] / 1024
                )
                for name, function in functions.items()
            },
            architecture=functions["validate"]["Architectures"][0],
            batch_size=mapping["BatchSize"],
            batch_window_seconds=mapping["MaximumBatchingWindowInSeconds"],
            query_limit_bytes=template.one("AWS::Athena::WorkGroup")["WorkGroupConfiguration"][
                "BytesScannedCutoffPerQuery"
            ],
            large_threshold_bytes=_large_threshold(definition),
            map_concurrency=definition["States"]["Process the batch"]["MaxConcurrency"],
            alarm_metrics=sum(max(1, 2 * bool(alarm.get("Metrics"))) for alarm in alarms),
            recording_window=recording["MaximumBatchingWindowInSeconds"],
            overlaps_window=overlaps["MaximumBatchingWindowInSeconds"],
            staging_days=staged["ExpirationInDays"] + staged["NoncurrentVersionExpiration"]["NoncurrentDays"],
        )


def _large_threshold(definition: Mapping[str, Any]) -> int:
    states = definition["States"]["Process directly"]["ItemProcessor"]["States"]
    (choice,) = (state for name, state in states.items() if name.startswith("Large file?"))
    threshold: int = choice["Choices"][0]["NumericGreaterThan"]
    return threshold


def files_in_batch(stack: PricedStack, files_per_second: float) -> float:
    """Return how many files a batch has on average, if they come evenly.

    A poller closes its batch a window after the first file in it, or when it is full. Lambda polls a queue with several
    at least, which share what comes.
    """
    meanwhile = files_per_second / POLLERS * stack.batch_window_seconds
    return min(1 + meanwhile, stack.batch_size)


def small_file(stack: PricedStack, route: str, *, batch: float | None = None) -> Lines:
    """Cost of one small, good CSV file: alone on the direct route, on the other one of ``batch`` or of a full batch."""
    share = 1 if route == "direct" else 1 / (batch or stack.batch_size)
    chain, around = walk_file(stack.definition, route), walk_execution(stack.definition, route)
    seconds = measured.FUNCTION_SECONDS
    functions = sum(call(stack, name, seconds[name]) for name in _CALLED)
    return {
        "state machine": _orchestration(route, chain, around, share),
        "functions": functions + (call(stack, "dispatch", seconds["dispatch"]) * share if route == "batch" else 0),
        "state machine's log": (_log_bytes(chain) + _log_bytes(around) * share) / 1e9 * prices.LOG_GB,
        "functions' logs": len(_CALLED) * measured.FUNCTION_LOG_BYTES / 1e9 * prices.LOG_GB,
        "audit and registry": write_units() * prices.WRITE_UNIT + _ROW_READS * prices.READ_UNIT,
        "S3 requests": _s3_requests(objects=1),
        "queue and event": prices.CUSTOM_EVENT + (3 * prices.SQS_REQUEST if route == "batch" else 0),
        _OVERLAPS[0]: _look_for_overlaps(stack, measured.FUNCTION_SECONDS["find-overlaps"], reads=1),
    }


def overlapping_file(stack: PricedStack, route: str) -> Lines:
    """Cost of a small file whose rows one other file has too: it is compared with it, and may be recorded once more."""
    look = _look_for_overlaps(stack, measured.OVERLAPPING_SECONDS, reads=3)
    requests = measured.OVERLAPS_WRITES * prices.S3_WRITE + prices.S3_READ
    record = call(stack, "record", measured.FUNCTION_SECONDS["record"]) + requests + _log_of_call()
    costs = (look, overlaps_write_units() * prices.WRITE_UNIT, recorded_twice(stack) * record)
    return small_file(stack, route) | dict(zip(_OVERLAPS, costs, strict=True))


def recorded_twice(stack: PricedStack) -> float:
    """Return the share of such files that are recorded twice: the window ends between the outcome and the figures."""
    seconds = stack.overlaps_window + measured.OVERLAPPING_SECONDS
    return min(1.0, seconds / stack.recording_window)


def overlaps_share(lines: Lines) -> float:
    """Return what overlaps cost of a file, as a share of all else."""
    overlaps = sum(cost for name, cost in lines.items() if name in _OVERLAPS)
    return overlaps / (sum(lines.values()) - overlaps)


def seconds_of_large_overlaps() -> float:
    """Return the seconds of find-overlaps for a large file whose dates and rows one other file has too."""
    return measured.OVERLAPS_SHARE_OF_TRANSFORM * LARGE_FILE_MB * measured.seconds_per_mb()["transform"]


def overlapping_large_file(stack: PricedStack) -> float:
    """Cost of comparing such a file with the other: the call, and a read of both for each booking date."""
    return _look_for_overlaps(stack, seconds_of_large_overlaps(), reads=1 + 2 * LARGE_FILE_DAYS)


def overlaps_write_units() -> int:
    """Write units of the figures on overlaps, which no index has."""
    return ceil(measured.OVERLAPPING_ITEM_BYTES / 1024)


def _look_for_overlaps(stack: PricedStack, seconds: float, *, reads: int) -> float:
    """Cost of a call for one file alone, which reads so many objects: the manifest, its own rows and another's."""
    requests = measured.OVERLAPS_LISTS * prices.S3_WRITE + reads * prices.S3_READ
    row = ceil(measured.AUDIT_ITEM_BYTES / 4096) * prices.READ_UNIT
    messages = measured.OVERLAPS_MESSAGES * prices.SQS_REQUEST
    return call(stack, "find-overlaps", seconds) + requests + row + _log_of_call() + messages


def _log_of_call() -> float:
    return measured.FUNCTION_LOG_BYTES / 1e9 * prices.LOG_GB


def call(stack: PricedStack, name: str, seconds: float) -> float:
    """Cost of one call of a function."""
    function = stack.functions[name]
    memory = function.memory_gb * seconds * prices.LAMBDA_GB_SECOND[stack.architecture]
    tmp = max(0.0, function.tmp_gb - FREE_TMP_GB) * seconds * prices.LAMBDA_TMP_GB_SECOND
    return prices.LAMBDA_REQUEST + memory + tmp


def audit_write_units() -> int:
    """Write units of a good file's row and its index entries: it is claimed and, in a transaction, completed."""
    kilobytes = ceil(measured.AUDIT_ITEM_BYTES / 1024)
    return kilobytes * (1 + _TRANSACTION) + _KEY_INDEX_WRITE_UNITS + measured.INDEX_WRITE_UNITS


def write_units() -> int:
    """Write units of a good file: its row, and the registry's entries of its content and, twice, its key."""
    content, key, key_completed = 1, 1, _TRANSACTION
    return audit_write_units() + content + key + key_completed


def gigabyte(stack: PricedStack) -> Lines:
    """Cost of a gigabyte of CSV in files of 100 MB on the direct route.

    Such a file has a Parquet object for each booking date, and one of rejected rows. What is not listed by itself costs
    what it costs for a small file.
    """
    files, months_staged = 1000 / LARGE_FILE_MB, stack.staging_days / DAYS_OF_MONTH
    own = {
        "functions": files * sum(call(stack, name, spent) for name, spent in seconds_of_large_file().items()),
        "S3 requests": files * _s3_requests(objects=LARGE_FILE_DAYS + 1),
        "second execution of an upload in parts": files * _LET_GO_STATES * prices.STATE_TRANSITION,
        "staged rows until they expire": measured.STAGED_SHARE * months_staged * prices.S3_GB_MONTH,
    }
    small = small_file(stack, "direct")
    return own | {"everything else for the files": files * sum(cost for name, cost in small.items() if name not in own)}


def seconds_of_large_file() -> dict[str, float]:
    """Return the seconds of each function for a large file; publish and record take those of a small one."""
    known = {name: measured.FUNCTION_SECONDS[name] for name in _CALLED}
    return known | {name: spent * LARGE_FILE_MB for name, spent in measured.seconds_per_mb().items()}


def _s3_requests(*, objects: int) -> float:
    """Cost of the requests for a file of so many Parquet objects."""
    writes = measured.S3_WRITES + objects * measured.S3_WRITES_OF_OBJECT
    reads = measured.S3_READS + objects * measured.S3_READS_OF_OBJECT
    return writes * prices.S3_WRITE + reads * prices.S3_READ


def month(stack: PricedStack, *, partners: int) -> Lines:
    """Cost of a month in which nothing comes."""
    metrics = len(FINISHED) + 2 * partners + 3
    return {
        "custom metrics": metrics * prices.CUSTOM_METRIC_MONTH,
        "alarms": stack.alarm_metrics * prices.ALARM_METRIC_MONTH,
        "dashboard": prices.DASHBOARD_MONTH,
        "key": prices.KEY_MONTH,
        "sweep, every quarter of an hour": SWEEPS_A_DAY * DAYS_OF_MONTH * _sweep(stack),
        "nightly check of booking dates": DAYS_OF_MONTH * _check_of_dates(stack),
        "nightly crawl": DAYS_OF_MONTH * measured.CRAWL_DPU_HOURS * prices.CRAWLER_DPU_HOUR,
    }


def _sweep(stack: PricedStack) -> float:
    """Cost of one call of the sweep, at most: it lists its pages, and asks each shard for both unfinished statuses."""
    queries = len(UNFINISHED) * len(SHARDS) * prices.READ_UNIT
    return call(stack, "requeue-lost", measured.SWEEP_SECONDS) + PAGES_A_CALL * prices.S3_WRITE + queries


def crawl_listing(objects: int) -> float:
    """Cost of the requests in which one crawl lists so many objects, a thousand at a time."""
    return ceil(objects / 1000) * prices.S3_WRITE


def query_requests(objects: int) -> float:
    """Cost of the requests in which one query reads so many objects."""
    return objects * measured.READS_OF_QUERIED_OBJECT * prices.S3_READ


def _check_of_dates(stack: PricedStack) -> float:
    """Cost of a night's check, of as few rows as Athena bills at least."""
    query = measured.ATHENA_LEAST_MB / 1e6 * prices.ATHENA_TERABYTE
    return call(stack, "check-dates", measured.CHECK_DATES_SECONDS) + query


def seconds_of_file() -> float:
    """Seconds that a small file keeps functions of the chain busy."""
    return sum(measured.FUNCTION_SECONDS[name] for name in FILE_FUNCTIONS)


def _orchestration(route: str, chain: Walk, around: Walk, share: float) -> float:
    if route == "direct":
        # An inline map's iterations are no transitions of their own; the states in them are.
        return (chain.states + around.states) * prices.STATE_TRANSITION
    tenths = ceil(10 * (seconds_of_file() + measured.OTHER_CALLS_SECONDS))
    child = prices.EXPRESS_REQUEST + tenths / 10 * CHUNK_GB * prices.EXPRESS_GB_SECOND
    # Each child that a distributed map starts is one transition of its parent.
    return child + prices.STATE_TRANSITION * (1 + around.states * share)


def _log_bytes(walk: Walk) -> int:
    """Bytes logged at level ALL: a state's entry and exit; a task's scheduling, start and answer besides."""
    with_data = 2 * walk.states + 2 * walk.tasks
    return with_data * measured.EVENT_BYTES + walk.tasks * measured.BARE_EVENT_BYTES
