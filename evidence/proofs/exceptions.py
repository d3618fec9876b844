"""What reviewers and rule packs object to and the stack keeps, each with its reason: the one list."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evidence.proofs.roles import Grant

_FUNCTIONS: Final = (
    "Arrivals/CheckArrivals/Function",
    "Emptier/EmptyBuckets/Function",
    "Functions/Publish/Function",
    "Functions/Transform/Function",
    "Functions/Validate/Function",
    "Ingestion/Dispatch/Function",
    "Overlaps/FindOverlaps/Function",
    "Recording/Record/Function",
    "Sweep/RequeueLost/Function",
)
_ROLES: Final = (
    "Arrivals/CheckArrivals/Role",
    "Catalog/CrawlerRole",
    "Emptier/EmptyBuckets/Role",
    "Functions/Publish/Role",
    "Functions/Transform/Role",
    "Functions/Validate/Role",
    "Ingestion/Dispatch/Role",
    "Ingestion/RulesRole",
    "Overlaps/FindOverlaps/Role",
    "Partners/alpine",
    "Recording/Record/Role",
    "Sweep/RequeueLost/Role",
    "Workflow/Role",
)
_BUCKETS: Final = ("Storage/Processed", "Storage/Raw")
_TABLES: Final = ("Tracking/Audit", "Tracking/Registry")


@dataclass(frozen=True, kw_only=True)
class AcceptedFinding:
    """Findings that stay, for one reason.

    Attributes
    ----------
    rules
        The rules' ids; packs that ask for the same thing stand together.
    resources
        The resources' paths in the stack. Each rule is accepted on each of them, and nowhere else.
    reason
        Why it stays, and what stands in its place.
    """

    rules: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str


ACCEPTED_FINDINGS: Final = (
    AcceptedFinding(
        rules=("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled", "PCI.DSS.321-S3BucketLoggingEnabled"),
        resources=_BUCKETS,
        reason="S3's access logs come hours late and not always, into a bucket that cannot be under the stack's key, "
        "and they would be deleted with the stack. Who reads an object is recorded by CloudTrail data events, in a "
        "trail that belongs to the account and outlives the stack",
    ),
    AcceptedFinding(
        rules=("NIST.800.53.R5-S3BucketReplicationEnabled", "PCI.DSS.321-S3BucketReplicationEnabled"),
        resources=_BUCKETS,
        reason="the data is to stay in one region and to go with the stack; versions guard against overwriting and "
        "deleting, and the processed bucket can be made anew from the raw one",
    ),
    AcceptedFinding(
        rules=("NIST.800.53.R5-DynamoDBInBackupPlan",),
        resources=_TABLES,
        reason="point-in-time recovery keeps 35 days to the second; recovery points of AWS Backup would outlive the "
        "stack, which is to leave nothing behind",
    ),
    AcceptedFinding(
        rules=("NIST.800.53.R5-IAMNoInlinePolicy", "PCI.DSS.321-IAMNoInlinePolicy"),
        resources=_ROLES,
        reason="one role has one policy, and no policy is shared: written into its role it cannot be attached to "
        "another principal, and goes with it",
    ),
    AcceptedFinding(
        rules=("NIST.800.53.R5-LambdaInsideVPC", "PCI.DSS.321-LambdaInsideVPC"),
        resources=_FUNCTIONS,
        reason="nothing listens, and all traffic is TLS to AWS's own API, signed and authorized per call; a network "
        "would add servers' upkeep (requirement X8: no VPC) and no barrier that the roles do not set",
    ),
    AcceptedFinding(
        rules=("NIST.800.53.R5-LambdaConcurrency",),
        resources=_FUNCTIONS,
        reason="a reservation is taken from the whole account, and fails the deployment where the account's quota is "
        "small; the maps' MaxConcurrency bounds the calls, and throttles raise an alarm",
    ),
    AcceptedFinding(
        rules=("NIST.800.53.R5-LambdaDLQ",),
        resources=_FUNCTIONS,
        reason="it serves asynchronous calls: five functions are called by the state machine or a queue, whose "
        "failures end in the dead-letter queue or come again until they are mended; one reads a stream, whose failed "
        "batches go to a queue of their own; one is called again by its schedule; one answers CloudFormation, which "
        "fails the deletion visibly",
    ),
    AcceptedFinding(
        rules=("AwsSolutions-SQS3",),
        resources=("Overlaps/Queue",),
        reason="its messages are no files to be replayed, but figures to be found again: one that fails comes again "
        "for 14 days, and an alarm goes off after 15 minutes",
    ),
    AcceptedFinding(
        rules=("AwsSolutions-SQS3",),
        resources=("Recording/Failures",),
        reason="it is itself where failures go; people take its messages, with `etl replay --outcomes`",
    ),
    AcceptedFinding(
        rules=("AwsSolutions-L1",),
        resources=_FUNCTIONS,
        reason="Python 3.11 is required (F3); Lambda maintains it, and the locked packages are audited by `make audit`",
    ),
    AcceptedFinding(
        rules=("AwsSolutions-GL1",),
        resources=("Catalog/Crawler",),
        reason="crawlers of an account share one log group, which is not the stack's; it tells table and partition "
        "names, no cell of any file",
    ),
    AcceptedFinding(
        rules=("W3005",),
        resources=("Workflow/StateMachine", *_FUNCTIONS),
        reason="CDK itself writes the dependency on the role that CloudFormation would find; it changes nothing",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Wildcard:
    """Grants whose resource has a wildcard; an action never has one.

    Attributes
    ----------
    role
        Pattern of the roles' names.
    resource
        Pattern of the resources, ``bucket-x.Arn`` standing for a bucket's ARN.
    actions
        Every action that is granted so, and none besides.
    reason
        Why the resource cannot be named exactly.
    """

    role: str
    resource: str
    actions: tuple[str, ...]
    reason: str


WILDCARDS: Final = (
    Wildcard(
        role="role-.*",
        resource=r"\*",
        actions=(
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        ),
        reason="X-Ray has no resources to name",
    ),
    Wildcard(
        role="role-state-machine-.*",
        resource=r"\*",
        actions=(
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
        ),
        reason="Step Functions' log delivery accepts no other resource",
    ),
    Wildcard(
        role="role-state-machine-.*",
        resource=r"arn:aws:states:us-east-1:\d+:execution:state-machine-files-test/\*",
        actions=("states:DescribeExecution", "states:StopExecution"),
        reason="Step Functions makes up the ids of a Distributed Map's children",
    ),
    Wildcard(
        role="role-(validate|transform)-.*",
        resource=r"bucket-raw-\d+-test\.Arn/\*",
        actions=("s3:GetObjectVersion",),
        reason="partners choose the keys of their uploads",
    ),
    Wildcard(
        role="role-(transform|publish|crawler)-.*",
        resource=r"bucket-processed-\d+-test\.Arn/(staging|manifests|transactions|quarantine)/\*",
        actions=("s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
        reason="file ids and dates make up the keys below a fixed prefix",
    ),
    Wildcard(
        role="role-partner-.*",
        resource=r"bucket-raw-\d+-test\.Arn/incoming/alpine/\*",
        actions=("s3:PutObject",),
        reason="a partner chooses the keys below its own prefix",
    ),
    Wildcard(
        role="role-validate-.*",
        resource=r"bucket-processed-\d+-test\.Arn/reports/\*\.json",
        actions=("s3:PutObject",),
        reason="partners and file ids make up the keys below a fixed prefix",
    ),
    Wildcard(
        role="role-record-.*",
        resource=r"bucket-processed-\d+-test\.Arn/((files|file_totals)/\*|reports/\*\.html)",
        actions=("s3:PutObject",),
        reason="dates, partners and file ids make up the keys below a fixed prefix",
    ),
    Wildcard(
        role="role-record-.*",
        resource=r"bucket-processed-\d+-test\.Arn/reports/\*\.json",
        actions=("s3:GetObject",),
        reason="partners and file ids make up the keys below a fixed prefix",
    ),
    Wildcard(
        role="role-find-overlaps-.*",
        resource=r"bucket-processed-\d+-test\.Arn/(manifests|transactions)/\*",
        actions=("s3:GetObject",),
        reason="partners, dates and file ids make up the keys below a fixed prefix",
    ),
    Wildcard(
        role="role-empty-buckets-.*",
        resource=r"bucket-(raw|processed)-\d+-test\.Arn/\*",
        actions=("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"),
        reason="emptying a bucket means every object in it",
    ),
    Wildcard(
        role="role-crawler-.*",
        resource=r"arn:aws:logs:us-east-1:\d+:log-group:/aws-glue/crawlers:\*",
        actions=("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
        reason="Glue names the streams of its crawlers' log group",
    ),
)


def accepted() -> Iterator[tuple[str, str]]:
    """Every accepted finding: its rule and its resource."""
    for finding in ACCEPTED_FINDINGS:
        for rule in finding.rules:
            for resource in finding.resources:
                yield rule, resource


@dataclass(frozen=True, kw_only=True)
class NotShown:
    """Grants whose use the embedded AWS cannot show.

    Attributes
    ----------
    role, action, resource
        Patterns of the grants, as ``proofs.roles`` writes them.
    reason
        What asks for it on AWS, and why nothing does here.
    """

    role: str = ".*"
    action: str
    resource: str = ".*"
    reason: str

    def covers(self, grant: Grant) -> bool:
        """Whether a grant is one of them."""
        patterns = ((self.role, grant.role), (self.action, grant.action), (self.resource, grant.resource))
        return all(re.fullmatch(pattern, name) for pattern, name in patterns)


NOT_SHOWN: Final = (
    NotShown(
        role="role-check-arrivals",
        action=".*",
        reason="no layout that ships says when its files are due, so that the function has nothing to look up; "
        "tests/end_to_end/test_missing_files.py shows it with one that does",
    ),
    NotShown(
        role="role-requeue-lost",
        action=".*",
        reason="nothing is lost, so that the function has nothing to queue; tests/end_to_end/test_lost_files.py shows "
        "it with one that is, but for the rows of uploads (dynamodb:BatchGetItem), read after a quarter of an hour",
    ),
    NotShown(
        role="role-record",
        action="dynamodb:(DescribeStream|GetRecords|GetShardIterator)",
        reason="Lambda reads the table's stream in the role's name (Lambda developer guide, DynamoDB event source); "
        "the emulator reads it in nobody's",
    ),
    NotShown(
        role="role-record",
        action="sqs:SendMessage",
        reason="Lambda sends to an on-failure destination in the function's name (Lambda developer guide, DynamoDB "
        "event source); the emulator sends in nobody's",
    ),
    NotShown(
        role="role-record",
        action="dynamodb:ListStreams",
        reason="on one stream it lists nothing, as the action takes no resource (Service Authorization Reference); yet "
        "Lambda asks for it on the stream before it makes the mapping (DynamoDB developer guide, policy for Lambda)",
    ),
    NotShown(
        role="role-crawler",
        action=".*",
        reason="the emulator's crawler reads and writes nothing; the actions are those of AWSGlueServiceRole that a "
        "crawl of declared tables makes, on this database and its tables",
    ),
    NotShown(
        action="xray:.*",
        reason="the emulator takes no traces; the actions are those of AWSXRayDaemonWriteAccess, and for the state "
        "machine those that the Step Functions guide names",
    ),
    NotShown(
        action="logs:.*",
        reason="the emulator writes log lines itself, in nobody's name; Lambda and Step Functions need these actions "
        "(Lambda and Step Functions developer guides)",
    ),
    NotShown(
        role="role-empty-buckets",
        action="kms:Decrypt",
        reason="Lambda decrypts the function's environment variables in the role's name; the emulator does not encrypt "
        "them",
    ),
    NotShown(
        role="role-publish",
        action="glue:.*",
        resource="catalog|table/.*",
        reason="Glue asks for an action on a table, on its database and on the catalog (Glue developer guide, "
        "identity-based policies); the emulator asks for the database only",
    ),
    NotShown(
        role="role-state-machine",
        action="dynamodb:ConditionCheckItem",
        reason="a content is taken over only if the file that had it has not been replayed meanwhile; the scenario has "
        "no such file, tests/workflow has",
    ),
    NotShown(
        role="role-state-machine",
        action="sqs:SendMessage",
        resource="queue-batching",
        reason="a file that another run holds is looked at again after its lease; the scenario has no run that died, "
        "tests/workflow has",
    ),
    NotShown(
        role="role-(dispatch|find-overlaps)",
        action="sqs:DeleteMessage",
        reason="a message that is not deleted comes again minutes later, and its file is found handled or is looked at "
        "anew; the scenario does not wait so long",
    ),
    NotShown(
        role="role-(publish|record)",
        action="s3:ListBucket",
        reason="without it S3 answers 403 and not 404 for an object that is not there: one that a rerun after a crash "
        "finds published, or a report that somebody has deleted; the emulator always answers 404",
    ),
    NotShown(
        role="role-state-machine",
        action="states:(DescribeExecution|StopExecution)",
        reason="a Distributed Map watches and stops its children with them (Step Functions developer guide, IAM "
        "policies for Distributed Map); the emulator runs the children inside their parent",
    ),
    NotShown(
        role="role-empty-buckets",
        action="lambda:InvokeFunction",
        reason="the function calls itself when five minutes are not enough; tests/unit/functions/test_empty_buckets.py "
        "shows it with a clock of its own",
    ),
)


def not_shown(grant: Grant) -> str | None:
    """Return the reason why the use of a grant cannot be shown; None when it must be."""
    return next((entry.reason for entry in NOT_SHOWN if entry.covers(grant)), None)
