"""The policy of an analyst allows to read, and to write nothing but query results."""

import re

from deployment.analysts import PUBLISHED, reading_policy

READS = re.compile(r"[a-z0-9]+:(Describe|Get|List)[A-Za-z]+")
BUCKET = "arn:aws:s3:::bucket-processed-111122223333-test"


class _Stack:
    name = "etl-pipeline-test"
    account = "111122223333"
    outputs = {  # noqa: RUF012 - read only
        "Database": "database_transactions_test",
        "ProcessedBucket": "bucket-processed-111122223333-test",
        "Workgroup": "workgroup-analysts-test",
    }

    def physical_id(self, resource_type: str, purpose: str = "") -> str:
        assert (resource_type, purpose) == ("AWS::KMS::Key", "")
        return "1"


def _granted() -> dict[str, set[str]]:
    """Resources by the action that is allowed on them."""
    granted: dict[str, set[str]] = {}
    for statement in reading_policy(_Stack())["Statement"]:
        assert statement["Effect"] == "Allow"
        for action in statement["Action"]:
            granted.setdefault(action, set()).update(statement["Resource"])
    return granted


def test_only_queries_and_their_results_are_written() -> None:
    granted = _granted()

    assert {action: granted[action] for action in granted if not READS.fullmatch(action)} == {
        "athena:StartQueryExecution": {"arn:aws:athena:us-east-1:111122223333:workgroup/workgroup-analysts-test"},
        "athena:StopQueryExecution": {"arn:aws:athena:us-east-1:111122223333:workgroup/workgroup-analysts-test"},
        "kms:Decrypt": {"arn:aws:kms:us-east-1:111122223333:key/1"},
        "kms:GenerateDataKey": {"arn:aws:kms:us-east-1:111122223333:key/1"},
        "s3:AbortMultipartUpload": {f"{BUCKET}/athena-results/*"},
        "s3:PutObject": {f"{BUCKET}/athena-results/*"},
    }


def test_the_published_tables_can_be_read_and_no_other() -> None:
    tables = {arn for arn in _granted()["glue:GetTable"] if ":table/" in arn}

    database = "arn:aws:glue:us-east-1:111122223333:table/database_transactions_test"
    assert tables == {f"{database}/{table}" for table in PUBLISHED}
    assert set(PUBLISHED) == {"transactions", "quarantine", "files", "file_totals", "ledger"}


def test_uploads_reports_and_manifests_cannot_be_read() -> None:
    assert _granted()["s3:GetObject"] == {
        f"{BUCKET}/{prefix}/*" for prefix in ("transactions", "quarantine", "files", "file_totals", "athena-results")
    }
