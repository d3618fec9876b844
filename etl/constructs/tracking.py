"""What the pipeline remembers: the audit table, and the registry of contents and keys."""

from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from etl.names import KEY_INDEX, Names
from pipeline.constants import INDEXED, SHARD, STATUS_AT, STATUS_INDEX

EXPIRES_AT: Final = "expires_at"
"""When an entry of the registry may go, in seconds since 1970. Those that say what is published have none."""


class TrackingTables(Construct):
    """The two DynamoDB tables.

    ``audit`` has one row per file, with its status, its history and its figures. ``registry`` answers two questions
    by conditional writes that only one file can win: which file owns this content, and which version of this key is
    published. It also counts alerts and keeps when a layout's last file came. It is a table of its own so that every
    row of the audit table is a file. Its indexes keep what rows are found by, and no more: a change of anything else
    does not write to them.
    """

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        self.audit = _table(
            self,
            "Audit",
            name=names.physical_name("table", "audit"),
            partition_key="file_id",
            key=key,
            stream=dynamodb.StreamViewType.NEW_IMAGE,
        )
        self.audit.add_global_secondary_index(
            index_name=STATUS_INDEX,
            partition_key=_text(SHARD),
            sort_key=_text(STATUS_AT),
            projection_type=dynamodb.ProjectionType.INCLUDE,
            non_key_attributes=list(INDEXED),
        )
        self.audit.add_global_secondary_index(
            index_name=KEY_INDEX,
            partition_key=_text("object_key"),
            sort_key=_text("sequencer"),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        self.registry = _table(
            self,
            "Registry",
            name=names.physical_name("table", "registry"),
            partition_key="entry",
            key=key,
            expires=EXPIRES_AT,
        )


def _table(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    partition_key: str,
    key: kms.IKey,
    stream: dynamodb.StreamViewType | None = None,
    expires: str | None = None,
) -> dynamodb.Table:
    return dynamodb.Table(
        scope,
        construct_id,
        table_name=name,
        partition_key=_text(partition_key),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=key,
        stream=stream,
        time_to_live_attribute=expires,
        removal_policy=RemovalPolicy.DESTROY,
    )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
