"""Publishes a reconciled file, or withdraws one that a newer version has overtaken."""

import os

from aws_lambda_powertools.utilities.typing import LambdaContext

from clients import client
from events import read_file
from observability import Event, logger, observed
from publishing import Publisher


@observed
def handler(event: Event, _context: LambdaContext) -> None:
    """Publish, retire or withdraw.

    ``event["action"]`` is ``publish``: show the rows of ``event["file"]`` in place of those of ``event["published"]``;
    ``retire``: take the rows of ``event["published"]`` away, as the file has none to show; or ``withdraw``: take the
    file's own rows away.
    """
    file = read_file(event)
    publisher = Publisher(
        s3=client("s3"),
        glue=client("glue"),
        bucket=os.environ["PROCESSED_BUCKET"],
        database=os.environ["GLUE_DATABASE"],
    )
    match event["action"]:
        case "withdraw":
            publisher.withdraw(file.file_id)
            logger.warning("withdrawn: an attempt failed, or a newer version of the key came meanwhile")
        case "retire":
            publisher.retire(file.file_id, event["published"])
            logger.info("retired", versions=event["published"])
        case _:
            publisher.publish(file.file_id, event["published"])
            logger.info("published", versions=event["published"])
