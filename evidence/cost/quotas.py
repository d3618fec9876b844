"""What files take of an account's quotas."""

from evidence.cost import measured, prices
from evidence.cost.model import PricedStack, audit_write_units, seconds_of_file
from evidence.cost.walking import walk_execution
from pipeline.constants import SHARDS


def quota_use(stack: PricedStack, files_per_second: float) -> dict[prices.Quota, float]:
    """Return what so many small files a second take of each quota, on the batch route; 1 is all of it.

    The calls of find-overlaps, of which there are ten at once at most, are left out.
    """
    batches = files_per_second / stack.batch_size
    around = walk_execution(stack.definition, "batch").states
    run_seconds = stack.batch_size / stack.map_concurrency * (seconds_of_file() + measured.OTHER_CALLS_SECONDS)
    busy = seconds_of_file() + measured.FUNCTION_SECONDS["record"] / stack.batch_size
    taken = {
        prices.LAMBDA_CONCURRENCY: files_per_second * busy + batches * measured.FUNCTION_SECONDS["dispatch"],
        prices.START_EXECUTION: batches,
        prices.TRANSITIONS: files_per_second + batches * around,
        prices.OPEN_MAP_RUNS: batches * run_seconds,
        prices.TABLE_WRITES: files_per_second * audit_write_units(),
        prices.PARTITION_WRITES: files_per_second * measured.INDEX_WRITE_UNITS / len(SHARDS),
        prices.EVENT_INVOCATIONS: files_per_second,
    }
    return {quota: use / quota.limit for quota, use in taken.items()}
