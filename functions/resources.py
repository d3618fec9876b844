"""What outlives one call of a function: AWS clients, the layouts, and the limits of its machine."""

import os
from functools import cache
from typing import Any

import boto3

from transactions import LayoutCatalog


@cache
def client(service: str) -> Any:
    """Give the AWS client of a service, made at the first call. Its users name the part they need as a Protocol."""
    return boto3.client(service)  # type: ignore[call-overload] # its overloads know literal names only


@cache
def layouts() -> LayoutCatalog:
    """Give the layouts that ship with the package, loaded and checked at the first call."""
    return LayoutCatalog.load()


def engine_memory_mb() -> int:
    """Give the engine half of the function's memory: it takes up to 0.4 GB above its limit, and Python some more."""
    return int(os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) // 2
