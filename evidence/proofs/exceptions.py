"""The one list of exceptions: what reviewers and rule packs object to and the stack keeps, each with its reason."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evidence.proofs.roles import Grant

_FUNCTIONS: Final = (
    "Arrivals/CheckArrivals/Function",
    "Dates/CheckDates/Function",
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
    "Dates/CheckDates/Role",
    "Emptier/EmptyBuckets/Role",
    "Functions/Publish/Role",
    "Functions/Transform/Role",
    "Functions/Validate/Role",
    "Ingestion/Dispatch/Role",
    "Ingestion/RulesRole",
    "LargeFiles/Role",
    "Overlaps/FindOverlaps/Role",
    "Partners/alpine",
    "Recording/Record/Role",
    "Sweep/RequeueLost/Role",
    "Workflow/LargeFilesRole",
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
        The rules' ids; equivalent rules of several packs are listed together.
    resources
        The resources' paths in the stack. Each rule is accepted on each of them, and nowhere else.
    reason
        Why the finding stays, and what is done instead.
    """

    rules: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str


ACCEPTED_FINDINGS: Final = (
    AcceptedFinding(
        rules=("AwsSolutions-S1", "NIST.800.53.R5-S3BucketLoggingEnabled", "PCI.DSS.321-S3BucketLoggingEnabled"),
        resources=_BUCKETS,
        reason="S3 delivers access logs hours late and on a best-effort basis, to a bucket that cannot use the stack's "
        "key, and they would be deleted with the stack. CloudTrail data events record who reads an object, in a trail "
        "that belongs to the account and outlives the stack",
    ),
    AcceptedFinding(
        rules=("NIST.800.53.R5-S3BucketReplicationEnabled", "PCI.DSS.321-S3BucketReplicationEnabled"),
        resources=_BUCKETS,
        reason="the data must stay in one region and be deleted with the stack; versioning protects against overwriting"
        " and deletion, and the processed bucket can be rebuilt from the raw one",
    ),
    AcceptedFinding(
        rules=("NIST.800.53.R5-DynamoDBInBackupPlan",),
        resources=_TABLES,
        reason="point-in-time recovery covers 35 days to the second; recovery points of AWS Backup would outlive the "
        "stack, which must leave nothing behind",
    ),
    AcceptedFinding(
        rules=("NIST.800.53.R5-IAMNoInlinePolicy", "PCI.DSS.321-IAMNoInlinePolicy"),
        resources=_ROLES,
        reason="each role has one policy, and no policy is shared: an inline policy cannot be attached to another "
        "principal, and is deleted with its role",
    ),
    AcceptedFinding(
        rules=("NIST.800.53.R5-LambdaInsideVPC", "PCI.DSS.321-LambdaInsideVPC"),
        resources=_FUNCTIONS,
        reason="no function listens on a network, and all traffic is TLS to AWS APIs, signed and authorized per call; "
        "a VPC would have to be operated (requirement X8: no VPC) and would restrict nothing that the roles allow",
    ),
    AcceptedFinding(
        rules=("NIST.800.53.R5-LambdaConcurrency",),
        resources=_FUNCTIONS,
        reason="reserved concurrency is taken from the whole account, and the deployment fails if the account's quota "
        "is small; MaxConcurrency of the maps limits the calls, and throttles raise an alarm",
    ),
    AcceptedFinding(
        rules=("NIST.800.53.R5-LambdaDLQ",),
        resources=_FUNCTIONS,
        reason="a function's dead-letter queue is for asynchronous calls: five functions are called by the state "
        "machine or a queue, whose failures end in a dead-letter queue or are retried until they are fixed; one "
        "reads a stream, whose failed batches go to a queue of their own; three are called again by their schedules; "
        "one answers CloudFormation, where its failure fails the deletion visibly",
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
        reason="all crawlers of an account share one log group, which is not the stack's; it contains names of tables "
        "and partitions, but no cell of any file",
    ),
    AcceptedFinding(
        rules=("AwsSolutions-GL1", "AwsSolutions-GL3"),
        resources=("LargeFiles/Job",),
        reason="with a security configuration Glue chooses the names of the log groups, which are not the stack's then "
        "and outlive it; the job's two groups have the stack's key by themselves, and it keeps no bookmarks",
    ),
    AcceptedFinding(
        rules=("W3005",),
        resources=("Workflow/LargeFilesStateMachine", "Workflow/StateMachine", *_FUNCTIONS),
        reason="CDK itself adds the dependency on the role, which CloudFormation would infer; it has no effect",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Wildcard:
    """Grants whose resource contains a wildcard; an action never does.

    Attributes
    ----------
    role
        Pattern of the roles' names.
    resource
        Pattern of the resources, ``bucket-x.Arn`` standing for a bucket's ARN.
    actions
        Exactly the actions that are granted on it.
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
        reason="X-Ray has no resources that could be named",
    ),
    Wildcard(
        role="role-(state-machine|large-files)-[a-z0-9]+",
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
        reason="Step Functions generates the ids of a Distributed Map's children",
    ),
    Wildcard(
        role="role-state-machine-.*",
        resource=r"arn:aws:states:us-east-1:\d+:execution:state-machine-(large-)?files-test:\*",
        actions=("states:DescribeExecution",),
        reason="EventBridge names the executions that it starts, and those of large files have their files' ids",
    ),
    Wildcard(
        role="role-(validate|transform|large-files-job)-.*",
        resource=r"bucket-raw-\d+-test\.Arn/\*",
        actions=("s3:GetObjectVersion",),
        reason="partners choose the keys of their uploads",
    ),
    Wildcard(
        role="role-(transform|publish|crawler|large-files-job)-.*",
        resource=r"bucket-processed-\d+-test\.Arn/(staging|manifests|transactions|quarantine)/\*",
        actions=("s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
        reason="keys below a fixed prefix are made of file ids and dates",
    ),
    Wildcard(
        role="role-(validate|transform|large-files-job)-.*",
        resource=r"bucket-processed-\d+-test\.Arn/answers/\*",
        actions=("s3:GetObject", "s3:PutObject"),
        reason="keys below a fixed prefix are made of file ids and the names of executions",
    ),
    Wildcard(
        role="role-partner-.*",
        resource=r"bucket-raw-\d+-test\.Arn/incoming/alpine/\*",
        actions=("s3:PutObject",),
        reason="partners choose the keys below their own prefix",
    ),
    Wildcard(
        role="role-validate-.*",
        resource=r"bucket-processed-\d+-test\.Arn/reports/\*\.json",
        actions=("s3:PutObject",),
        reason="keys below a fixed prefix are made of partners and file ids",
    ),
    Wildcard(
        role="role-record-.*",
        resource=r"bucket-processed-\d+-test\.Arn/((files|file_totals)/\*|reports/\*\.html)",
        actions=("s3:PutObject",),
        reason="keys below a fixed prefix are made of dates, partners and file ids",
    ),
    Wildcard(
        role="role-record-.*",
        resource=r"bucket-processed-\d+-test\.Arn/reports/\*\.json",
        actions=("s3:GetObject",),
        reason="keys below a fixed prefix are made of partners and file ids",
    ),
    Wildcard(
        role="role-find-overlaps-.*",
        resource=r"bucket-processed-\d+-test\.Arn/(manifests|transactions)/\*",
        actions=("s3:GetObject",),
        reason="keys below a fixed prefix are made of partners, dates and file ids",
    ),
    Wildcard(
        role="role-check-dates-.*",
        resource=r"bucket-processed-\d+-test\.Arn/(athena-results|transactions)/\*",
        actions=("s3:GetObject", "s3:PutObject"),
        reason="partners, dates and file ids make up the keys below a fixed prefix, and Athena names its answers",
    ),
    Wildcard(
        role="role-empty-buckets-.*",
        resource=r"bucket-(raw|processed)-\d+-test\.Arn/\*",
        actions=("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"),
        reason="emptying a bucket concerns every object in it",
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
    """Grants that the embedded AWS cannot show to be needed.

    Attributes
    ----------
    role, action, resource
        Patterns of the grants, as ``proofs.roles`` writes them.
    reason
        What requires it on AWS, and why nothing does here.
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
        reason="no layout in this repository has a `due`, so the function has nothing to look up; "
        "tests/end_to_end/test_missing_files.py shows it with one that has",
    ),
    NotShown(
        role="role-dispatch",
        action="sqs:ChangeMessageVisibility",
        reason="it is called for messages that could not be started only, and without it they arrive later; "
        "tests/unit/functions/test_redelivery.py covers it",
    ),
    NotShown(
        role="role-requeue-lost",
        action=".*",
        reason="nothing is lost, so that the function has nothing to queue; tests/end_to_end/test_lost_files.py shows "
        "it with one that is, but for the rows of uploads (dynamodb:BatchGetItem), read after a quarter of an hour",
    ),
    NotShown(
        role="role-check-dates",
        action=".*",
        reason="a schedule calls it at night, and the scenario does not wait for it; "
        "tests/end_to_end/test_moved_dates.py calls it. The emulator's Athena reads catalog and objects in nobody's "
        "name, AWS's in the caller's (Athena user guide, access to databases and tables, access to Amazon S3)",
    ),
    NotShown(
        role="role-record",
        action="dynamodb:(DescribeStream|GetRecords|GetShardIterator)",
        reason="Lambda reads the table's stream with this role (Lambda developer guide, DynamoDB event source); the "
        "emulator reads it without a role",
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
        reason="granted on one stream it allows nothing, as the action supports no resources (Service Authorization "
        "Reference); still, Lambda requires it on the stream before it creates the mapping (DynamoDB developer guide, "
        "policy for Lambda)",
    ),
    NotShown(
        role="role-crawler",
        action=".*",
        reason="the emulator's crawler reads and writes nothing; the actions are those of AWSGlueServiceRole that a "
        "crawl of declared tables needs, on this database and its tables",
    ),
    NotShown(
        action="xray:.*",
        reason="the emulator accepts no traces; the actions are those of AWSXRayDaemonWriteAccess, and for the state "
        "machine those that the Step Functions guide names",
    ),
    NotShown(
        action="logs:.*",
        reason="the emulator writes log lines itself, without a role; Lambda and Step Functions need these actions "
        "(Lambda and Step Functions developer guides)",
    ),
    NotShown(
        role="role-empty-buckets",
        action="kms:Decrypt",
        reason="Lambda decrypts the function's environment variables with this role; the emulator does not encrypt "
        "them",
    ),
    NotShown(
        role="role-publish",
        action="glue:.*",
        resource="catalog|table/.*",
        reason="Glue requires an action to be allowed on a table, on its database and on the catalog (Glue developer "
        "guide, identity-based policies); the emulator checks the database only",
    ),
    NotShown(
        role="role-state-machine",
        action="dynamodb:ConditionCheckItem",
        reason="a content is taken over only if the file that had it has not been replayed in the meantime; the "
        "scenario has no such file, tests/workflow has",
    ),
    NotShown(
        role="role-state-machine",
        action="sqs:SendMessage",
        resource="queue-batching",
        reason="a file that another execution holds is tried again after the lease; the scenario has no execution that "
        "died, tests/workflow has",
    ),
    NotShown(
        role="role-large-files",
        action="dynamodb:ConditionCheckItem|sqs:SendMessage",
        reason="a large file runs the chain of any other, and the one of the scenario is good and neither held by "
        "another run nor throttled; tests/workflow has large files that are",
    ),
    NotShown(
        role="role-large-files",
        action="dynamodb:GetItem",
        resource="table-audit",
        reason="the row of another run or of a content's owner is read; the large file of the scenario has neither, "
        "tests/workflow has large files that do",
    ),
    NotShown(
        role="role-large-files",
        action="glue:(BatchStopJobRun|GetJobRuns)",
        reason="Step Functions stops a job with its execution, and needs both to wait for a job's end (Step Functions "
        "developer guide, AWS Glue); no execution of the scenario is stopped, and the emulator asks for the run alone",
    ),
    NotShown(
        role="role-(dispatch|find-overlaps)",
        action="sqs:DeleteMessage",
        reason="a message that is not deleted is received again minutes later, and its file is either finished already "
        "or compared again; the scenario does not wait that long",
    ),
    NotShown(
        role="role-(publish|record)",
        action="s3:ListBucket",
        reason="without it, S3 answers 403 instead of 404 for an object that does not exist: the manifest of a "
        "file that was never staged, or a report that somebody deleted; the emulator always answers 404",
    ),
    NotShown(
        role="role-state-machine",
        action="states:(DescribeExecution|StopExecution)",
        resource=r"execution:state-machine-files/\*",
        reason="a Distributed Map monitors and stops its children with them (Step Functions developer guide, IAM "
        "policies for Distributed Map); the emulator runs the children inside their parent",
    ),
    NotShown(
        role="role-state-machine",
        action="states:DescribeExecution",
        resource=r"execution:state-machine-(large-)?files:\*",
        reason="the files of an execution that ended badly are read from its input, and none of the scenario does; "
        "tests/workflow/test_permissions.py shows it",
    ),
    NotShown(
        role="role-empty-buckets",
        action="lambda:InvokeFunction",
        reason="the function calls itself if five minutes are not enough; tests/unit/functions/test_empty_buckets.py "
        "shows it",
    ),
)


def not_shown(grant: Grant) -> str | None:
    """Return the reason why the use of a grant cannot be shown; None when it must be."""
    return next((entry.reason for entry in NOT_SHOWN if entry.covers(grant)), None)
