"""The alerts' texts: what happened, to which file of which partner, why, what is safe, and what to do next.

They hold codes and counts, and never a cell's content. A file is shown by ``display_key``, in which long runs of
digits are masked: partners put account numbers into file names.
"""

from typing import Any

from etl.workflow.asl import ERROR_PATH, Resources


def rejected(resources: Resources) -> dict[str, Any]:
    """Alert that a file as a whole was refused."""
    return _message(
        resources,
        subject="file rejected",
        status="REJECTED",
        severity="warning",
        lines=[
            ("File", "$.file.display_key"),
            ("Partner", "$.file.partner"),
            ("File id", "$.file.file_id"),
            ("Verdict", "$.inspected.validation.reason_code"),
            ("Reason", "$.inspected.validation.reason"),
            ("Rows read", "$.inspected.validation.counts.read"),
            ("Rows rejected", "$.inspected.validation.counts.rejected"),
            ("Report", "$.inspected.validation.report"),
        ],
        closing=(
            "Nothing of this file was published, and nothing is lost: the raw bucket keeps the upload.\n"
            "Next: send the partner the report, which lies in the processed bucket, and ask for a corrected file\n"
            "under the same key; it will take this one's place."
        ),
    )


def rows_rejected(resources: Resources) -> dict[str, Any]:
    """Alert that a file was published, less some rows."""
    return _message(
        resources,
        subject="rows rejected",
        status="COMPLETED",
        severity="info",
        lines=[
            ("File", "$.file.display_key"),
            ("Partner", "$.file.partner"),
            ("File id", "$.file.file_id"),
            ("Rows read", "$.inspected.validation.counts.read"),
            ("Rows accepted", "$.inspected.validation.counts.accepted"),
            ("Rows rejected", "$.inspected.validation.counts.rejected"),
            ("Errors", "States.JsonToString($.inspected.validation.errors)"),
            ("Report", "$.inspected.validation.report"),
        ],
        closing=(
            "The accepted rows are published. Every rejected row is in the quarantine table with its line and code.\n"
            "Next: query quarantine for this file id; a corrected file under the same key takes this one's place."
        ),
    )


def failed(resources: Resources) -> dict[str, Any]:
    """Alert that a file could not be processed."""
    return _message(
        resources,
        subject="file failed",
        status="FAILED",
        severity="error",
        lines=[
            ("File", "$.file.display_key"),
            ("Partner", "$.file.partner"),
            ("File id", "$.file.file_id"),
            ("Error", f"{ERROR_PATH}.Error"),
            ("Attempt", "$.file.attempt.number"),
            ("Execution", "$.file.execution"),
            ("Kept in", "$.kept.where"),
        ],
        closing=(
            "Nothing is counted twice, and nothing is lost: the raw bucket keeps the upload.\n"
            "Next: look at the execution, mend the cause, then redrive the dead-letter queue to the batching queue."
        ),
    )


def _message(
    resources: Resources,
    *,
    subject: str,
    status: str,
    severity: str,
    lines: list[tuple[str, str]],
    closing: str,
) -> dict[str, Any]:
    # An apostrophe would end the text of an intrinsic function.
    words = closing.replace("'", "\\'")
    template = "\n".join([*(f"{label + ':':<15}{{}}" for label, _ in lines), "", words])
    paths = ", ".join(path for _, path in lines)
    return {
        "TopicArn": resources.alert_topic,
        "Subject": f"ETL {resources.suffix}: {subject}",
        "Message.$": f"States.Format('{template}', {paths})",
        "MessageAttributes": {
            "status": {"DataType": "String", "StringValue": status},
            "severity": {"DataType": "String", "StringValue": severity},
            "partner": {"DataType": "String", "StringValue.$": "$.file.partner"},
        },
    }
