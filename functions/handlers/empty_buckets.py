"""Custom resource: empties a versioned bucket before CloudFormation deletes it with its stack."""

from typing import Any

import msgspec
import urllib3
from aws_lambda_powertools.utilities.typing import LambdaContext

from pipeline.clients import client
from pipeline.emptier import empty_bucket
from pipeline.environment import read_environment
from pipeline.observability import Event, logger, observed
from pipeline.stack_end import STATUSES_OF_THE_END, status_of

_RESERVE_MS = 30_000
"""Time kept to hand over to the next call, or to answer CloudFormation."""


class AnswerNotDeliveredError(Exception):
    """CloudFormation's answer address refused the answer."""


class _Environment(msgspec.Struct, frozen=True):
    aws_lambda_function_name: str


@observed
def handler(event: Event, context: LambdaContext) -> None:
    """Answer a CloudFormation custom resource event (see "Custom resource request types" in its user guide).

    Create and Update only answer: there is nothing to make. Delete empties ``BucketName`` if the stack itself is
    deleted, calling itself again when five minutes are not enough. CloudFormation also sends Delete where an update
    drops, renames or moves the resource: then the bucket stays as it is. Any error is answered as FAILED, so that a
    failed delete can be run again.
    """
    bucket = event["ResourceProperties"].get("BucketName", "")
    try:
        if event["RequestType"] == "Delete" and not _delete(event["StackId"], bucket, context):
            logger.info("continues in another call", bucket=bucket)
            client("lambda").invoke(
                FunctionName=read_environment(_Environment).aws_lambda_function_name,
                InvocationType="Event",
                Payload=msgspec.json.encode(event),
            )
            return
    except Exception as error:  # CloudFormation waits an hour for an answer that never comes
        logger.exception("could not empty the bucket", bucket=bucket)
        respond(event, status="FAILED", reason=f"{type(error).__name__}: see {context.log_stream_name}")
        return
    respond(event, status="SUCCESS")


def _delete(stack_id: str, bucket: str, context: LambdaContext) -> bool:
    """Empty the bucket of a stack that comes to its end, and of no other; False when the time ran out first."""
    status = status_of(client("cloudformation"), stack_id)
    if status not in STATUSES_OF_THE_END:
        logger.warning("the stack stays, and so do the objects", bucket=bucket, stack_status=status)
        return True
    return empty_bucket(client("s3"), bucket, has_time=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS)


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
