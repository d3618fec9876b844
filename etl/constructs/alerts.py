"""Who hears of failures, and where failures are kept: the alert topic and the dead-letter queue."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from etl.constructs.encryption import of_alarms
from etl.constructs.shared import make_queue
from etl.names import Names


class Alerts(Construct):
    """The SNS topic that people subscribe to, and the queue that keeps every file that could not be processed."""

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, key: kms.IKey, email: str) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(
            self,
            "Topic",
            topic_name=names.physical_name("topic", "alerts"),
            display_name=f"ETL pipeline {names.suffix}",
            master_key=key,
            enforce_ssl=True,
        )
        self.topic.apply_removal_policy(RemovalPolicy.DESTROY)
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisStackPublish",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions=of_alarms(names),
            )
        )
        sns.Subscription(self, "Email", topic=self.topic, protocol=sns.SubscriptionProtocol.EMAIL, endpoint=email)
        self.dead_letter_queue = make_queue(
            self, "DeadLetterQueue", name=names.physical_name("queue", "dead-letter"), key=key
        )
