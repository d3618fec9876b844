"""Answers CloudFormation's custom resource requests."""

from typing import Any

import msgspec
import urllib3


class AnswerNotDeliveredError(Exception):
    """CloudFormation's answer address refused the answer."""


def respond(event: dict[str, Any], *, status: str, reason: str = "") -> None:
    """Send the answer to the address in the event, as "Custom resource response objects" asks.

    Raises
    ------
    AnswerNotDeliveredError
        If the address answers with an error.
    """
    body = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": event.get("PhysicalResourceId", event["LogicalResourceId"]),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    # The address is presigned without a content type, and refuses a request that carries one.
    response = urllib3.PoolManager().request(
        "PUT", event["ResponseURL"], body=msgspec.json.encode(body), headers={"Content-Type": ""}, retries=3
    )
    if response.status >= 300:  # noqa: PLR2004 - HTTP's own boundary
        raise AnswerNotDeliveredError(str(response.status))
