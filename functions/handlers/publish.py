"""Publishes a reconciled file, or withdraws one that a newer version has overtaken."""

from datetime import datetime
from functools import cache

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from pipeline.clients import client
from pipeline.environment import read_environment
from pipeline.events import read_file
from pipeline.observability import Event, logger, observed
from pipeline.partitions import Partitions
from pipeline.publisher import Publisher


class _Environment(msgspec.Struct, frozen=True):
    processed_bucket: str
    glue_database: str
    registry_table: str


@cache
def _partitions(bucket: str, database: str) -> Partitions:
    """Return what this process knows of the catalog, from one call to the next."""
    return Partitions(glue=client("glue"), bucket=bucket, database=database)


@observed
def handler(event: Event, _context: LambdaContext) -> None:
    """Publish, retire or withdraw, until ``event["deadline"]`` at the latest.

    ``event["action"]`` is ``publish``: show the rows of ``event["file"]`` in place of those of ``event["published"]``,
    if it still is the newest of ``event["delivery"]``; ``retire``: take the rows of ``event["published"]`` away, as
    the file has none to show; or ``withdraw``: take the file's own rows away.
    """
    environment, file = read_environment(_Environment), read_file(event)
    publisher = Publisher(
        s3=client("s3"),
        partitions=_partitions(environment.processed_bucket, environment.glue_database),
        dynamodb=client("dynamodb"),
        bucket=environment.processed_bucket,
        registry=environment.registry_table,
        deadline=msgspec.convert(event["deadline"], datetime),
    )
    match event["action"]:
        case "withdraw":
            publisher.withdraw(file.file_id)
            logger.warning("withdrawn: by a person, after a failed attempt, or for a newer version of the key")
        case "retire":
            publisher.retire(file.file_id, event["published"])
            logger.info("retired", versions=event["published"])
        case _:
            publisher.publish(file.file_id, event["published"], delivery=event["delivery"])
            logger.info("published", versions=event["published"])
