"""What an analyst may do: read the published tables through Athena, and change nothing."""

from typing import Any, Final, Protocol

from etl.ledger import LEDGER
from etl.names import REGION
from pipeline.constants import FILE_TOTALS, FILES, QUARANTINE, QUERY_RESULTS, TRANSACTIONS

_PREFIXES: Final = (TRANSACTIONS, QUARANTINE, FILES, FILE_TOTALS)

PUBLISHED: Final = (*(prefix.rstrip("/") for prefix in _PREFIXES), LEDGER)
"""The names of all tables that analysts read, the view among them."""


class AnalysedStack(Protocol):
    """A deployed stack: its name, its account, its outputs, and its resources."""

    @property
    def name(self) -> str:
        """The stack's name."""

    @property
    def account(self) -> str:
        """The account's twelve digits."""

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""

    def physical_id(self, resource_type: str, purpose: str = "") -> str:
        """Name or id of the one resource of a type and purpose."""


def reading_policy(stack: AnalysedStack) -> dict[str, Any]:
    """Return the IAM policy of an analyst: Athena in the analysts' workgroup, and what it reads in the analyst's name.

    Objects can be written below the prefix of query results only, where Athena puts each answer.
    """
    outputs = stack.outputs
    bucket = f"arn:aws:s3:::{outputs['ProcessedBucket']}"
    database = outputs["Database"]
    results = f"{bucket}/{QUERY_RESULTS}*"

    def arn(service: str, resource: str) -> str:
        return f"arn:aws:{service}:{REGION}:{stack.account}:{resource}"

    statements = (
        # CloudFormation authorizes calls that name a stack, and not its id, so.
        (["cloudformation:DescribeStacks"], [arn("cloudformation", f"stack/{stack.name}/*")]),
        (
            [
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:GetWorkGroup",
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
            ],
            [arn("athena", f"workgroup/{outputs['Workgroup']}")],
        ),
        (
            ["glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable", "glue:GetTables"],
            [
                arn("glue", "catalog"),
                arn("glue", f"database/{database}"),
                *(arn("glue", f"table/{database}/{table}") for table in PUBLISHED),
            ],
        ),
        (["s3:GetBucketLocation", "s3:ListBucket"], [bucket]),
        (["s3:GetObject"], [*(f"{bucket}/{prefix}*" for prefix in _PREFIXES), results]),
        (["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"], [results]),
        (["kms:Decrypt", "kms:GenerateDataKey"], [arn("kms", f"key/{stack.physical_id('AWS::KMS::Key')}")]),
    )
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": resources} for actions, resources in statements
        ],
    }
