"""The alerts that went out: a queue subscribed to the deployed topic, beside the email address."""

import json
from dataclasses import dataclass

from deployment.stack import DeployedStack


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One message of the alert topic, as a subscriber receives it."""

    subject: str
    message: str
    attributes: dict[str, str]


class AlertInbox:
    """Receives a stack's alerts from the moment it is made."""

    def __init__(self, stack: DeployedStack) -> None:
        self._sqs = stack.session.client("sqs")
        self._alerts: list[Alert] = []
        topic = stack.physical_id("AWS::SNS::Topic")
        name = f"alert-inbox-{stack.name}"
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": attributes["QueueArn"],
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": policy})
        sns = stack.session.client("sns")
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=attributes["QueueArn"])

    def received(self) -> list[Alert]:
        """Return all alerts so far, oldest first."""
        while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self._alerts.append(_alert(json.loads(message["Body"])))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return list(self._alerts)


def _alert(notification: dict[str, object]) -> Alert:
    attributes = notification.get("MessageAttributes")
    return Alert(
        subject=str(notification.get("Subject") or ""),
        message=str(notification["Message"]),
        attributes={name: attribute["Value"] for name, attribute in attributes.items()}
        if isinstance(attributes, dict)
        else {},
    )
