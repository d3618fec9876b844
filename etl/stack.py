"""The whole pipeline as one CloudFormation stack. It composes the constructs and does nothing else."""

from aws_cdk import CfnOutput, Environment, Stack, Tags
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from etl.config import Settings
from etl.constructs.alerts import Alerts
from etl.constructs.arrivals import MissingFileFunction
from etl.constructs.bucket_emptier import BucketEmptier
from etl.constructs.catalog import Catalog
from etl.constructs.dashboard import Dashboard
from etl.constructs.dates import MovedDatesFunction
from etl.constructs.encryption import EncryptionKey
from etl.constructs.function import FunctionBasis
from etl.constructs.functions import FileFunctions
from etl.constructs.ingestion import BatchingQueue, Ingestion
from etl.constructs.large_files import LargeFilesJob
from etl.constructs.monitoring import Monitoring
from etl.constructs.overlaps import OverlapFunction
from etl.constructs.partner_access import PartnerAccess
from etl.constructs.recording import Recording
from etl.constructs.storage import DataBuckets
from etl.constructs.sweep import SweepFunction
from etl.constructs.tracking import TrackingTables
from etl.constructs.workflow import Workflow
from etl.names import Names
from etl.package import build_package

TAGS = {"Environment": "Production", "Project": "ETL-Pipeline"}
"""Requirement X6."""


class PipelineStack(Stack):
    """Storage, tracking, alerts, catalog, functions, workflow, ingestion and monitoring of one environment."""

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, settings: Settings, env: Environment
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description="Partner banks' transaction files, to Athena",
            termination_protection=settings.termination_protection,
        )
        for tag, value in TAGS.items():
            Tags.of(self).add(tag, value)
        code = lambda_.Code.from_asset(str(build_package(settings.architecture)))
        key = EncryptionKey(self, "Encryption", names=names).key
        basis = FunctionBasis(names=names, settings=settings, code=code, key=key)
        buckets = DataBuckets(self, "Storage", names=names, key=key, noncurrent_days=settings.noncurrent_days)
        PartnerAccess(self, "Partners", names=names, key=key, raw=buckets.raw, accounts=settings.partner_accounts)
        tables = TrackingTables(self, "Tracking", names=names, key=key)
        alerts = Alerts(self, "Alerts", names=names, key=key, email=settings.alert_email)
        catalog = Catalog(
            self,
            "Catalog",
            names=names,
            key=key,
            processed=buckets.processed,
            query_limit_gb=settings.query_limit_gb,
        )
        emptier = BucketEmptier(
            self,
            "Emptier",
            basis,
            buckets={"Raw": buckets.raw, "Processed": buckets.processed},
        )
        functions = FileFunctions(
            self,
            "Functions",
            basis,
            raw=buckets.raw,
            processed=buckets.processed,
            catalog=catalog,
            registry_table=tables.registry,
        )
        batching = BatchingQueue(
            self,
            "Batching",
            names=names,
            settings=settings,
            key=key,
            dead_letter_queue=alerts.dead_letter_queue,
        )
        large_files = LargeFilesJob(
            self, "LargeFiles", names=names, key=key, raw=buckets.raw, processed=buckets.processed
        )
        workflow = Workflow(
            self,
            "Workflow",
            names=names,
            key=key,
            settings=settings,
            audit_table=tables.audit,
            registry_table=tables.registry,
            validate=functions.validate,
            transform=functions.transform,
            publish=functions.publish,
            large_files_job=large_files.name,
            alert_topic=alerts.topic,
            batching_queue=batching.queue,
            dead_letter_queue=alerts.dead_letter_queue,
        )
        ingestion = Ingestion(
            self,
            "Ingestion",
            basis,
            raw=buckets.raw,
            state_machine=workflow.state_machine,
            large_files_machine=workflow.large_files_machine,
            batching_queue=batching.queue,
            dead_letter_queue=alerts.dead_letter_queue,
        )
        recording = Recording(
            self,
            "Recording",
            basis,
            audit_table=tables.audit,
            registry_table=tables.registry,
            processed=buckets.processed,
        )
        # What writes to the buckets goes before they are emptied.
        recording.node.add_dependency(emptier)
        workflow.node.add_dependency(emptier)
        functions.node.add_dependency(emptier)
        large_files.node.add_dependency(emptier)
        arrivals = MissingFileFunction(
            self,
            "Arrivals",
            basis,
            registry_table=tables.registry,
            alert_topic=alerts.topic,
        )
        overlaps = OverlapFunction(
            self,
            "Overlaps",
            basis,
            audit_table=tables.audit,
            processed=buckets.processed,
        )
        sweep = SweepFunction(
            self,
            "Sweep",
            basis,
            raw=buckets.raw,
            audit_table=tables.audit,
            registry_table=tables.registry,
            batching_queue=batching.queue,
        )
        dates = MovedDatesFunction(self, "Dates", basis, processed=buckets.processed, catalog=catalog)
        # Athena writes its answers to a bucket in this function's name.
        dates.node.add_dependency(emptier)
        watched = {
            "dispatch": ingestion.dispatch,
            "validate": functions.validate,
            "transform": functions.transform,
            "publish": functions.publish,
            "record": recording.function,
            "check-arrivals": arrivals.function,
            "check-dates": dates.function,
            "find-overlaps": overlaps.function,
            "requeue-lost": sweep.function,
            "empty-buckets": emptier.function,
        }
        monitoring = Monitoring(
            self,
            "Monitoring",
            names=names,
            topic=alerts.topic,
            functions=watched,
            scheduled={"check-arrivals", "check-dates", "requeue-lost"},
            state_machine=workflow.state_machine,
            large_files_machine=workflow.large_files_machine,
            batching_queue=batching.queue,
            dead_letter_queue=alerts.dead_letter_queue,
            record_failures=recording.failures,
            overlaps_queue=overlaps.queue,
            overlaps_dead_letter_queue=overlaps.dead_letter_queue,
            crawler=catalog.crawler,
        )
        Dashboard(
            self,
            "Dashboard",
            names=names,
            functions=watched,
            state_machine=workflow.state_machine,
            large_files_machine=workflow.large_files_machine,
            batching_queue=batching.queue,
            dead_letter_queue=alerts.dead_letter_queue,
            overlaps_queue=overlaps.queue,
            overlaps_dead_letter_queue=overlaps.dead_letter_queue,
            record_failures=recording.failures,
            audit_table=tables.audit,
            workgroup=catalog.workgroup.name,
            alarms=monitoring.alarm_names,
        )
        outputs = {
            "RawBucket": buckets.raw.bucket_name,
            "ProcessedBucket": buckets.processed.bucket_name,
            "AuditTable": tables.audit.table_name,
            "RegistryTable": tables.registry.table_name,
            "StateMachine": workflow.state_machine.state_machine_arn,
            "LargeFilesStateMachine": workflow.large_files_machine.state_machine_arn,
            "BatchingQueue": batching.queue.queue_url,
            "DeadLetterQueue": alerts.dead_letter_queue.queue_url,
            "RecordFailures": recording.failures.queue_url,
            "OverlapsQueue": overlaps.queue.queue_url,
            "OverlapsDeadLetterQueue": overlaps.dead_letter_queue.queue_url,
            "AlertTopic": alerts.topic.topic_arn,
            "Database": catalog.database_name,
            "Workgroup": catalog.workgroup.name,
            "Crawler": str(catalog.crawler.name),
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
