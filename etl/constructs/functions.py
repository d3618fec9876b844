"""The functions that process files: validate, transform and publish, each with no more rights than its work needs."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from etl.constructs.catalog import Catalog
from etl.constructs.function import FunctionBasis, PipelineFunction
from etl.constructs.shared import allow, write_with
from pipeline.constants import ANSWERS, MANIFESTS, QUARANTINE, REPORTS, STAGING, TRANSACTIONS


class FileFunctions(Construct):
    """Validate reads an upload and reports on it; transform stages its rows; publish moves them to the readers."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        basis: FunctionBasis,
        *,
        raw: s3.IBucket,
        processed: s3.IBucket,
        catalog: Catalog,
        registry_table: dynamodb.ITable,
    ) -> None:
        super().__init__(scope, construct_id)
        # Of a versioned bucket, events name the version; nothing is read without it.
        read_uploads = allow(["s3:GetObjectVersion"], [raw.arn_for_objects("*")])

        def objects(*prefixes: str) -> list[str]:
            return [processed.arn_for_objects(f"{prefix}*") for prefix in prefixes]

        def make(
            construct_id: str,
            purpose: str,
            description: str,
            *,
            statements: Sequence[iam.PolicyStatement],
            environment: Mapping[str, str],
            scratch_space: bool,
        ) -> lambda_.Function:
            return PipelineFunction(
                self,
                construct_id,
                basis,
                purpose=purpose,
                description=description,
                statements=statements,
                environment=environment,
                scratch_space=scratch_space,
                reserved_concurrency=basis.settings.reserved_concurrency,
            ).function

        self.validate = make(
            "Validate",
            "validate",
            "Reads an upload once, writes a report, and returns a verdict, counts and control totals",
            statements=[
                read_uploads,
                write_with(basis.key),
                allow(["s3:GetObject"], objects(ANSWERS)),
                allow(["s3:PutObject"], [processed.arn_for_objects(f"{REPORTS}*.json")]),
            ],
            environment={"PROCESSED_BUCKET": processed.bucket_name},
            scratch_space=True,
        )
        self.transform = make(
            "Transform",
            "transform",
            "Turns an upload into canonical Parquet and quarantined rows, staged",
            statements=[
                read_uploads,
                write_with(basis.key),
                allow(["s3:GetObject"], objects(ANSWERS)),
                allow(["s3:PutObject"], objects(STAGING, MANIFESTS)),
            ],
            environment={"PROCESSED_BUCKET": processed.bucket_name},
            scratch_space=True,
        )
        self.publish = make(
            "Publish",
            "publish",
            "Makes a file's staged rows visible, and removes those of the versions it replaces",
            statements=[
                allow(["s3:GetObject"], objects(STAGING, MANIFESTS)),
                write_with(basis.key),
                allow(["s3:PutObject"], objects(TRANSACTIONS, QUARANTINE)),
                allow(["s3:DeleteObject"], objects(TRANSACTIONS, QUARANTINE)),
                # Without it, S3 answers 403 and not 404 for an object that is not there.
                allow(["s3:ListBucket"], [processed.bucket_arn]),
                allow(["glue:BatchCreatePartition", "glue:GetTable"], catalog.table_arns),
                allow(["dynamodb:GetItem"], [registry_table.table_arn]),
            ],
            environment={
                "PROCESSED_BUCKET": processed.bucket_name,
                "GLUE_DATABASE": catalog.database_name,
                "REGISTRY_TABLE": registry_table.table_name,
            },
            scratch_space=False,
        )
