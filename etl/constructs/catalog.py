"""What analysts query: the Glue database, its tables declared from the data contract, the crawler, and Athena."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from etl.constructs.shared import allow, make_role, read_with
from etl.constructs.views import view
from etl.ledger import LEDGER, ledger_sql
from etl.names import REGION, Names
from etl.saved_queries import read_queries
from pipeline.constants import QUERY_RESULTS, TRANSACTIONS

GLUE: Final = Path(__file__).parents[2] / "glue"
CONTRACT: Final = GLUE / "transactions.odcs.yaml"
FILES_CONTRACT: Final = GLUE / "files.odcs.yaml"
CRAWLER_SETTINGS: Final = GLUE / "crawler.json"
CRAWL_SCHEDULE: Final = "cron(15 2 * * ? *)"
"""Nightly. Publish registers a file's partitions itself, so that no query waits for the crawler."""

UPLOADED_DATE: Final = "uploaded_date"
GIGABYTE: Final = 10**9

FIRST_DAY: Final = "2025-01-01"
"""No file is older than the pipeline."""

_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_SIMPLE_TYPES: Final = {
    "string": glue.Schema.STRING,
    "bigint": glue.Schema.BIG_INT,
    "date": glue.Schema.DATE,
    "timestamp": glue.Schema.TIMESTAMP,
}


class Catalog(Construct):
    """The Glue database with the contracts' tables, the crawler, the Athena workgroup and its saved queries.

    The crawler has the published tables to itself; the partitions of the tables about files are projected. The ledger
    is a view of the published transactions, and nothing that the crawler visits.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        key: kms.IKey,
        processed: s3.IBucket,
        query_limit_gb: int,
    ) -> None:
        super().__init__(scope, construct_id)
        contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
        self.database_name = names.identifier("database", "transactions")
        database = glue.Database(
            self,
            "Database",
            database_name=self.database_name,
            description=contract["description"]["purpose"],
        )
        database.apply_removal_policy(RemovalPolicy.DESTROY)
        self.tables = [_table(self, database, processed, declared) for declared in contract["schema"]]
        self._ledger(database, contract["schema"])
        files = yaml.safe_load(FILES_CONTRACT.read_text(encoding="utf-8"))
        for declared in files["schema"]:
            _table(self, database, processed, declared, projection={UPLOADED_DATE: _every_day()})
        self.database_arns = [_glue_arn("catalog"), _glue_arn(f"database/{self.database_name}")]
        self.table_arns = [
            *self.database_arns,
            *(_glue_arn(f"table/{self.database_name}/{table['name']}") for table in contract["schema"]),
        ]
        self.ledger_arns = [
            *self.database_arns,
            *(_glue_arn(f"table/{self.database_name}/{table}") for table in (LEDGER, TRANSACTIONS.rstrip("/"))),
        ]
        self.crawler = self._crawler(names=names, key=key, processed=processed)
        self.workgroup = _workgroup(self, names=names, key=key, processed=processed, query_limit_gb=query_limit_gb)
        for query in read_queries().values():
            named = athena.CfnNamedQuery(
                self,
                f"Query{query.name.title().replace('-', '')}",
                name=names.physical_name("query", query.name),
                description=query.title,
                database=self.database_name,
                query_string=query.sql,
                work_group=self.workgroup.name,
            )
            named.add_resource_dependency(self.workgroup)

    def _ledger(self, database: glue.Database, tables: Sequence[dict[str, Any]]) -> None:
        """Declare the ledger in the columns of the transactions, as a query on that table has them."""
        [transactions] = [declared for declared in tables if f"{declared['name']}/" == TRANSACTIONS]
        columns = [*_columns(transactions), *_partition_keys(transactions)]
        view(
            self,
            "ViewLedger",
            database=database,
            schema=self.database_name,
            name=LEDGER,
            description="Every transaction once: of several rows, the one of the file that was uploaded last.",
            columns=columns,
            sql=ledger_sql([column.name for column in columns]),
        )

    def _crawler(self, *, names: Names, key: kms.IKey, processed: s3.IBucket) -> glue.CfnCrawler:
        """Crawl the declared tables and no path besides, so that it can never make a second table of the same data."""
        role = make_role(
            self,
            "CrawlerRole",
            name=names.physical_name("role", "crawler"),
            service="glue",
            policy="crawler",
            statements=[
                allow(["s3:GetBucketLocation", "s3:ListBucket"], [processed.bucket_arn]),
                allow(
                    ["s3:GetObject"],
                    [processed.arn_for_objects(f"{table.table_name}/*") for table in self.tables],
                ),
                read_with(key),
                allow(["glue:GetDatabase"], self.database_arns),
                allow(
                    [
                        "glue:BatchCreatePartition",
                        "glue:BatchGetPartition",
                        "glue:BatchUpdatePartition",
                        "glue:GetPartitions",
                        "glue:GetTable",
                        "glue:GetTables",
                        "glue:UpdatePartition",
                        "glue:UpdateTable",
                    ],
                    self.table_arns,
                ),
                _write_crawler_logs(),
            ],
        )
        return glue.CfnCrawler(
            self,
            "Crawler",
            name=names.physical_name("crawler", "processed"),
            description="Adds partitions that are missing in the declared tables",
            role=role.role_arn,
            targets=glue.CfnCrawler.TargetsProperty(
                catalog_targets=[
                    glue.CfnCrawler.CatalogTargetProperty(
                        database_name=self.database_name, tables=[table.table_name for table in self.tables]
                    )
                ]
            ),
            # Crawling catalog tables allows no other delete behaviour than LOG (Glue developer guide).
            schema_change_policy=glue.CfnCrawler.SchemaChangePolicyProperty(
                update_behavior="LOG", delete_behavior="LOG"
            ),
            configuration=CRAWLER_SETTINGS.read_text(encoding="utf-8"),
            schedule=glue.CfnCrawler.ScheduleProperty(schedule_expression=CRAWL_SCHEDULE),
        )


def _every_day() -> glue.PartitionProjectionConfiguration:
    """Let Athena derive the partitions from their pattern (partition projection), so that none is registered."""
    return glue.PartitionProjectionConfiguration.date(format="yyyy-MM-dd", min=FIRST_DAY, max="NOW+1DAY")


def _table(
    scope: Construct,
    database: glue.Database,
    bucket: s3.IBucket,
    declared: dict[str, Any],
    *,
    projection: Mapping[str, glue.PartitionProjectionConfiguration] | None = None,
) -> glue.S3Table:
    name = declared["name"]
    table = glue.S3Table(
        scope,
        f"Table{name.title().replace('_', '')}",
        database=database,
        table_name=name,
        description=declared["description"],
        storage=glue.S3TableStorage.from_bucket(bucket),
        s3_prefix=f"{name}/",
        data_format=glue.DataFormat.PARQUET,
        columns=_columns(declared),
        partition_keys=_partition_keys(declared),
        partition_projection=projection,
    )
    table.apply_removal_policy(RemovalPolicy.DESTROY)
    return table


def _columns(declared: dict[str, Any]) -> list[glue.Column]:
    return [_column(entry) for entry in declared["properties"] if not entry.get("partitioned")]


def _partition_keys(declared: dict[str, Any]) -> list[glue.Column]:
    keys = [entry for entry in declared["properties"] if entry.get("partitioned")]
    return [_column(entry) for entry in sorted(keys, key=lambda entry: int(entry["partitionKeyPosition"]))]


def _column(declared: dict[str, Any]) -> glue.Column:
    return glue.Column(name=declared["name"], type=_type(declared["physicalType"]), comment=declared["description"])


def _type(physical_type: str) -> glue.Type:
    decimal = _DECIMAL.fullmatch(physical_type)
    if decimal:
        return glue.Schema.decimal(int(decimal[1]), int(decimal[2]))
    return _SIMPLE_TYPES[physical_type]


def _workgroup(
    scope: Construct, *, names: Names, key: kms.IKey, processed: s3.IBucket, query_limit_gb: int
) -> athena.CfnWorkGroup:
    return athena.CfnWorkGroup(
        scope,
        "Workgroup",
        name=names.physical_name("workgroup", "analysts"),
        description="Queries on the published transactions",
        recursive_delete_option=True,
        work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
            enforce_work_group_configuration=True,
            publish_cloud_watch_metrics_enabled=True,
            bytes_scanned_cutoff_per_query=query_limit_gb * GIGABYTE,
            result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                output_location=processed.s3_url_for_object(QUERY_RESULTS),
                encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                    encryption_option="SSE_KMS", kms_key=key.key_arn
                ),
            ),
        ),
    )


def _glue_arn(resource: str) -> str:
    return f"arn:{Aws.PARTITION}:glue:{REGION}:{Aws.ACCOUNT_ID}:{resource}"


def _write_crawler_logs() -> iam.PolicyStatement:
    """Every crawler of an account logs to one group that Glue names."""
    group = f"arn:{Aws.PARTITION}:logs:{REGION}:{Aws.ACCOUNT_ID}:log-group:/aws-glue/crawlers:*"
    return allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [group])
