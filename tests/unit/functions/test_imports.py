"""What a function loads when it starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[3] / "functions"


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("dispatch", {"duckdb", "transactions"}),
        ("empty_buckets", {"duckdb", "transactions"}),
        ("publish", {"duckdb"}),
        ("check_arrivals", {"duckdb"}),
    ],
)
def test_given_a_function_that_reads_no_file_when_it_starts_then_it_loads_no_engine(
    module: str, spared: set[str]
) -> None:
    program = f"import sys, {module}; sys.exit(bool({spared} & sys.modules.keys()))"
    environment = os.environ | {"PYTHONPATH": str(FUNCTIONS)}

    finished = subprocess.run([sys.executable, "-c", program], env=environment, check=False)

    assert finished.returncode == 0
