"""The check for missing files: one schedule, one function, whatever the number of partners."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_sns as sns
from constructs import Construct

from etl.constructs.function import FunctionBasis, PipelineFunction
from etl.constructs.shared import allow, call_on_schedule, write_with

EVERY: Final = Duration.minutes(15)


class MissingFileFunction(Construct):
    """Alerts a file that a layout says is due and that has not come."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        basis: FunctionBasis,
        *,
        registry_table: dynamodb.ITable,
        alert_topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = PipelineFunction(
            self,
            "CheckArrivals",
            basis,
            purpose="check-arrivals",
            description="Alerts files that were due and have not come",
            statements=[
                allow(["dynamodb:GetItem", "dynamodb:PutItem"], [registry_table.table_arn]),
                write_with(basis.key),
                allow(["sns:Publish"], [alert_topic.topic_arn]),
            ],
            environment={
                "REGISTRY_TABLE": registry_table.table_name,
                "ALERT_TOPIC": alert_topic.topic_arn,
                "SUFFIX": basis.names.suffix,
            },
        ).function
        call_on_schedule(
            self,
            self.function,
            events.Schedule.rate(EVERY),
            name=basis.names.physical_name("rule", "check-arrivals"),
            description=f"Looks for missing files every {EVERY.to_minutes()} minutes",
        )
