"""What a function loads when it starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[3] / "functions"


BOTO3 = {"boto3", "s3transfer"}
"""What botocore's clients do without."""


SPARED = {
    "dispatch": BOTO3 | {"duckdb", "transactions"},
    "empty_buckets": BOTO3 | {"duckdb", "transactions"},
    "find_overlaps": BOTO3,
    "publish": BOTO3 | {"duckdb"},
    "check_arrivals": BOTO3 | {"duckdb"},
    "check_dates": BOTO3 | {"duckdb"},
    "record": BOTO3,
    "requeue_lost": BOTO3 | {"duckdb", "transactions"},
    "validate": BOTO3,
    "transform": BOTO3,
}
"""What a function does without, by its module. Of the domain, any function may mask names."""


def test_every_function_says_what_it_does_without() -> None:
    assert SPARED.keys() == {path.stem for path in (FUNCTIONS / "handlers").glob("[a-z]*.py")}


@pytest.mark.parametrize("module", SPARED)
def test_a_function_loads_only_what_it_uses(module: str) -> None:
    program = f"""
import sys, handlers.{module}, pipeline.clients
pipeline.clients.client("s3")
shared = {{"transactions", "transactions.masking"}}
sys.exit(bool({SPARED[module]} & {{name.partition(".")[0] for name in sys.modules.keys() - shared}}))
"""
    environment = os.environ | {"PYTHONPATH": str(FUNCTIONS), "AWS_DEFAULT_REGION": "us-east-1"}

    finished = subprocess.run([sys.executable, "-c", program], env=environment, check=False)

    assert finished.returncode == 0
