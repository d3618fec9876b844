"""The nightly check for transactions that a bank has moved to another booking date."""

from typing import Final

from aws_cdk import Aws
from aws_cdk import aws_events as events
from aws_cdk import aws_s3 as s3
from constructs import Construct

from etl.constructs.catalog import Catalog
from etl.constructs.function import FunctionBasis, PipelineFunction
from etl.constructs.shared import allow, call_on_schedule, write_with
from etl.names import REGION
from pipeline.constants import QUERY_RESULTS, TRANSACTIONS

AT: Final = "cron(45 2 * * ? *)"
"""Nightly, when the crawler is done (UTC)."""


class MovedDatesFunction(Construct):
    """Counts by one query what stands under two booking dates, and measures it.

    Athena acts in the function's name: it reads the catalog and the published rows, and writes the answer.
    """

    def __init__(
        self, scope: Construct, construct_id: str, basis: FunctionBasis, *, processed: s3.IBucket, catalog: Catalog
    ) -> None:
        super().__init__(scope, construct_id)
        workgroup = f"arn:{Aws.PARTITION}:athena:{REGION}:{Aws.ACCOUNT_ID}:workgroup/{catalog.workgroup.name}"
        self.function = PipelineFunction(
            self,
            "CheckDates",
            basis,
            purpose="check-dates",
            description="Counts transactions that stand under two booking dates",
            statements=[
                allow(
                    ["athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution"], [workgroup]
                ),
                allow(["glue:GetDatabase"], catalog.database_arns),
                allow(["glue:GetPartitions", "glue:GetTable"], catalog.ledger_arns),
                allow(["s3:GetBucketLocation", "s3:ListBucket"], [processed.bucket_arn]),
                allow(
                    ["s3:GetObject"],
                    [processed.arn_for_objects(f"{prefix}*") for prefix in (QUERY_RESULTS, TRANSACTIONS)],
                ),
                allow(["s3:PutObject"], [processed.arn_for_objects(f"{QUERY_RESULTS}*")]),
                write_with(basis.key),
            ],
            environment={"GLUE_DATABASE": catalog.database_name, "WORKGROUP": catalog.workgroup.name},
        ).function
        call_on_schedule(
            self,
            self.function,
            events.Schedule.expression(AT),
            name=basis.names.physical_name("rule", "check-dates"),
            description="Looks every night for transactions that stand under two booking dates",
        )
