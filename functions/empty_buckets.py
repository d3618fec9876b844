"""Custom resource: empties a versioned bucket before CloudFormation deletes it."""

import os

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from clients import client
from emptying import empty_bucket
from observability import Event, logger, observed
from responding import respond

_RESERVE_MS = 30_000
"""Time kept to hand over to the next call, or to answer CloudFormation."""


@observed
def handler(event: Event, context: LambdaContext) -> None:
    """Answer a CloudFormation custom resource event (see "Custom resource request types" in its user guide).

    Create and Update only answer: there is nothing to make. Delete empties ``BucketName``, calling itself again when
    five minutes are not enough. Any error is answered as FAILED, so that a failed delete can be run again.
    """
    bucket = event["ResourceProperties"].get("BucketName", "")
    try:
        if event["RequestType"] == "Delete" and not empty_bucket(
            client("s3"), bucket, has_time=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS
        ):
            logger.info("continues in another call", bucket=bucket)
            client("lambda").invoke(
                FunctionName=os.environ["AWS_LAMBDA_FUNCTION_NAME"],
                InvocationType="Event",
                Payload=msgspec.json.encode(event),
            )
            return
    except Exception as error:  # CloudFormation waits an hour for an answer that never comes
        logger.exception("could not empty the bucket", bucket=bucket)
        respond(event, status="FAILED", reason=f"{type(error).__name__}: see {context.log_stream_name}")
        return
    respond(event, status="SUCCESS")
