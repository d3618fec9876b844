"""AWS clients, which outlive one call of a function."""

from functools import cache
from typing import Any

import boto3


@cache
def client(service: str) -> Any:
    """Give the AWS client of a service, made at the first call. Its users name the part they need as a Protocol."""
    return boto3.client(service)  # type: ignore[call-overload] # its overloads know literal names only
