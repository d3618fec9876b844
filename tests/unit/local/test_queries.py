"""Calls about a query of Athena, as the embedded AWS judges them."""

import json
from typing import Any

from ministack.core import iam_actions
from ministack.services import athena

import local.server  # noqa: F401 installs what is tested

ANALYSTS = "arn:aws:athena:us-east-1:000000000000:workgroup/analysts"


def _judged_on(request: dict[str, Any]) -> str:
    body = json.dumps(request).encode()
    resource: str = iam_actions.extract_resource_arn("athena", "POST", "/", {}, body, {}, "us-east-1", "000000000000")
    return resource


def test_a_call_about_a_query_is_judged_on_its_workgroup() -> None:
    athena._executions["q1"] = {"WorkGroup": "analysts"}  # noqa: SLF001

    assert _judged_on({"QueryExecutionId": "q1"}) == ANALYSTS
    assert _judged_on({"WorkGroup": "analysts", "QueryString": "SELECT 1"}) == ANALYSTS
    assert _judged_on({"QueryExecutionId": "unknown"}) == "*"
