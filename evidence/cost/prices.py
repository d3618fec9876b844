"""List prices of us-east-1 in US dollars, without free tiers and discounts; and AWS's default quotas."""

from dataclasses import dataclass
from typing import Final

AS_OF: Final = "2026-11-23"
"""The day of this list. A bill that differs is right, and this list to be mended."""

STATE_TRANSITION: Final = 0.025 / 1_000
EXPRESS_REQUEST: Final = 1.00 / 1_000_000
EXPRESS_GB_SECOND: Final = 0.00001667
LAMBDA_REQUEST: Final = 0.20 / 1_000_000
LAMBDA_GB_SECOND: Final = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
LAMBDA_TMP_GB_SECOND: Final = 0.0000000309
"""Of /tmp above 512 MB."""
WRITE_UNIT: Final = 0.625 / 1_000_000
READ_UNIT: Final = 0.125 / 1_000_000
S3_WRITE: Final = 0.005 / 1_000
S3_READ: Final = 0.0004 / 1_000
S3_GB_MONTH: Final = 0.023
GLACIER_INSTANT_GB_MONTH: Final = 0.004
GLACIER_INSTANT_MOVE: Final = 0.02 / 1_000
GLACIER_INSTANT_READ: Final = 0.01 / 1_000
GLACIER_INSTANT_GB: Final = 0.03
"""A gigabyte read."""
GLACIER_FLEXIBLE_GB_MONTH: Final = 0.0036
GLACIER_FLEXIBLE_MOVE: Final = 0.03 / 1_000
GLACIER_FLEXIBLE_RESTORE: Final = 0.05 / 1_000
GLACIER_FLEXIBLE_RESTORE_GB: Final = 0.01
"""A standard retrieval, which takes 3 to 5 hours."""
SQS_REQUEST: Final = 0.40 / 1_000_000
CUSTOM_EVENT: Final = 1.00 / 1_000_000
LOG_GB: Final = 0.50
CUSTOM_METRIC_MONTH: Final = 0.30
ALARM_METRIC_MONTH: Final = 0.10
DASHBOARD_MONTH: Final = 3.00
KEY_MONTH: Final = 1.00
CRAWLER_DPU_HOUR: Final = 0.44
GLUE_DPU_HOUR: Final = 0.44
"""Of a Spark job; a worker of type G.1X is one data processing unit."""
GLUE_LEAST_SECONDS: Final = 60
"""Billed of each run at least."""
ATHENA_TERABYTE: Final = 5.00


@dataclass(frozen=True)
class Quota:
    """A default quota of an account in us-east-1, and what to do before it is reached."""

    name: str
    limit: float
    remedy: str


LAMBDA_CONCURRENCY: Final = Quota(
    "Lambda: concurrent executions", 1_000, "Service Quotas: raise it; tens of thousands are usual"
)
START_EXECUTION: Final = Quota("Step Functions: StartExecution per second", 300, "Service Quotas")
TRANSITIONS: Final = Quota("Step Functions: state transitions per second", 5_000, "Service Quotas")
OPEN_MAP_RUNS: Final = Quota("Step Functions: open map runs", 1_000, "Service Quotas")
TABLE_WRITES: Final = Quota(
    "DynamoDB: write units per second of one table", 40_000, "Service Quotas; warm throughput before a known peak"
)
PARTITION_WRITES: Final = Quota(
    "DynamoDB: write units per second of one partition", 1_000, "no request; the status index has 16"
)
EVENT_INVOCATIONS: Final = Quota("EventBridge: invocations per second", 18_750, "Service Quotas")
