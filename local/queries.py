"""Judges a call about a query of Athena by the query's workgroup, which is what IAM is asked about.

The emulator knows the workgroup of calls that name it; to it, a call that names a query only is about everything.
"""

import json
from typing import Any

from ministack.core import iam_actions
from ministack.services import athena

_extract = iam_actions.extract_resource_arn


def install() -> None:
    """Take the place of the emulator's own function."""
    iam_actions.extract_resource_arn = _extract_with_workgroup


def _extract_with_workgroup(
    service: str, method: str, path: str, headers: dict[str, str], body: bytes, *more: Any
) -> str:
    if service == "athena" and (query := athena._executions.get(_query_id(body))):  # noqa: SLF001
        arn: str = athena._arn_workgroup(query["WorkGroup"])  # noqa: SLF001
        return arn
    resource: str = _extract(service, method, path, headers, body, *more)
    return resource


def _query_id(body: bytes) -> str:
    return str(json.loads(body or b"{}").get("QueryExecutionId", ""))
