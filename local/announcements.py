"""Receives the events that the state machine sends to the event bus."""

import json
from typing import Any

import boto3

from etl.workflow.notification import PROCESSED_EVENT

_NAME = "announcements"


class Announcements:
    """A queue behind a rule on the events of one pipeline, from the moment it is made; others have their own."""

    def __init__(self, session: boto3.Session, source: str) -> None:
        name = f"{_NAME}-{source}"
        self._sqs = session.client("sqs")
        self._events: list[dict[str, Any]] = []
        events = session.client("events")
        rule = events.put_rule(
            Name=name, EventPattern=json.dumps({"source": [source], "detail-type": [PROCESSED_EVENT]})
        )["RuleArn"]
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": policy})
        events.put_targets(Rule=name, Targets=[{"Id": _NAME, "Arn": arn}])

    def about(self, file_id: str) -> list[dict[str, Any]]:
        """Return the details of all events about a file so far."""
        return [event for event in self.received() if event["file_id"] == file_id]

    def received(self) -> list[dict[str, Any]]:
        """Return the details of all events so far."""
        while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self._events.append(json.loads(message["Body"])["detail"])
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return list(self._events)
