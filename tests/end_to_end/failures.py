"""Files that fail because a right was taken from a function's role."""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from deployment.pipeline import Upload
from local.permissions import taken_away
from pipeline.audit_row import AuditRow
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.files import Booking, alpine_csv

ROWS = (Booking("2025-08-01", "5.55"), Booking("2025-08-02", "-6.66"))


def transform_may_not_write(deployment: Deployment) -> AbstractContextManager[None]:
    """Take the transform function's right to write objects from its role, and give it back."""
    return taken_away(
        deployment.client("iam"), deployment.stack.physical_id("AWS::IAM::Role", "Transform"), "s3:PutObject"
    )


@dataclass(frozen=True, kw_only=True)
class Failed:
    """Files that failed while the right was missing, as their rows said then, and their messages by key."""

    uploads: dict[str, Upload]
    rows: dict[str, AuditRow]
    letters: dict[str, dict[str, Any]]


def send_files_that_fail(deployment: Deployment) -> Failed:
    """Upload three files while a right is missing, and give it back when they have failed."""
    names = ("replayed", "overtaken", "started-twice")
    with transform_may_not_write(deployment):
        uploads = {
            name: deployment.pipeline.upload(f"incoming/alpine/{name}.csv", alpine_csv(name, *ROWS)) for name in names
        }
        rows = dict(zip(names, deployment.process(*uploads.values()), strict=True))
    return Failed(uploads=uploads, rows=rows, letters=take_dead_letters(deployment))


def take_dead_letters(deployment: Deployment) -> dict[str, dict[str, Any]]:
    """Take all messages from the dead-letter queue, by the key of their file."""
    sqs, queue = deployment.client("sqs"), deployment.pipeline.outputs["DeadLetterQueue"]
    taken: dict[str, dict[str, Any]] = {}
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get(
        "Messages"
    ):
        for message in messages:
            body = json.loads(message["Body"])
            taken[body.get("detail", body)["object"]["key"]] = message
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return taken
