"""The alerts' texts: what happened, to which file of which partner, why, what is safe, and what to do next.

They hold codes and counts, and never a cell's content. A file is shown by ``display_key``, in which account
numbers are masked: partners put them into file names. They are written in JSONata, which knows line breaks
and lists; the paths below are those of the state's input.
"""

import json
from typing import Any, Final

from etl.workflow.asl import Resources, query
from pipeline.constants import ARCHIVED_ERROR, FileStatus

_VALIDATION: Final = "inspected.validation"
NOT_KEPT: Final = "sending to the dead-letter queue failed; bring the file back by: etl replay --lost"
PERHAPS_KEPT: Final = "the dead-letter queue; if it is not there: etl replay --lost"
"""Where an alert says that a failed file is kept: if it could not be, and if nobody knows."""

_RESTORE_FIRST: Final = " (restore the upload first: etl replay --restore)"
_NOT_KNOWN: Final = "not known"
_LABEL_WIDTH: Final = 15
_FILE: Final = {"File": "file.display_key", "Partner": "file.partner", "File id": "file.file_id"}


def rejected(resources: Resources) -> dict[str, Any]:
    """Alert that a file as a whole was refused."""
    return _message(
        resources,
        subject="file rejected",
        status=FileStatus.REJECTED,
        severity="warning",
        facts={
            **_FILE,
            "Verdict": f"{_VALIDATION}.reason_code",
            "Reason": f"{_VALIDATION}.reason",
            "Rows read": f"{_VALIDATION}.counts.read",
            "Rows rejected": f"{_VALIDATION}.counts.rejected",
            "Report": f"{_VALIDATION}.report",
        },
        closing=(
            "Nothing of this file was published, and nothing is lost: the raw bucket keeps the upload.\n"
            "Next: send the partner the report, and ask for a corrected file under the same key; it replaces this one."
        ),
        command=_about_file(resources, "report"),
    )


def rows_rejected(resources: Resources) -> dict[str, Any]:
    """Alert that a file was published, less some rows."""
    return _message(
        resources,
        subject="rows rejected",
        status=FileStatus.COMPLETED,
        severity="info",
        facts={
            **_FILE,
            "Rows read": f"{_VALIDATION}.counts.read",
            "Rows accepted": f"{_VALIDATION}.counts.accepted",
            "Rows rejected": f"{_VALIDATION}.counts.rejected",
            "Errors": f"{_VALIDATION}.errors.(code & ' (' & count & ')') ~> $join(', ')",
            "Report": f"{_VALIDATION}.report",
        },
        closing=(
            "The accepted rows are published. Every rejected row is in the quarantine table with its line and code.\n"
            "Next: send the partner the report; a corrected file under the same key replaces this one."
        ),
        command=_about_file(resources, "report"),
    )


def failed(resources: Resources) -> dict[str, Any]:
    """Alert that a file could not be processed."""
    return _message(
        resources,
        subject="file failed",
        status=FileStatus.FAILED,
        severity="error",
        facts={
            **_FILE,
            "Error": f"(error.Error & (error.Error = '{ARCHIVED_ERROR}' ? '{_RESTORE_FIRST}' : ''))",
            "Step": f"(failure.step = '' ? '{_NOT_KNOWN}' : failure.step)",
            "Request id": f"(failure.request_id = '' ? '{_NOT_KNOWN}' : failure.request_id)",
            "Attempt": "file.attempt.number",
            "Execution": "file.execution",
            "Replay from": "kept.where",
        },
        closing=(
            "Nothing is counted twice, and nothing is lost: the raw bucket keeps the upload.\n"
            "Next: fix the cause, then replay the file (docs/replaying.md). Its history and execution:"
        ),
        command=_about_file(resources, "audit"),
    )


def unidentified(resources: Resources) -> dict[str, Any]:
    """Alert that a file could not be processed, of which not even the identity could be worked out."""
    return _message(
        resources,
        subject="file failed",
        status=FileStatus.FAILED,
        severity="error",
        facts={"Error": "error.Error", "Execution": "execution", "Replay from": "kept.where"},
        closing=(
            "Its key, partner and file id could not be determined. Nothing is lost: the raw bucket keeps the upload.\n"
            "Next: fix the cause, then replay the file (docs/replaying.md). To list it:"
        ),
        command=f"'etl replay --dry-run --suffix {resources.suffix}'",
    )


def limit_reached(resources: Resources, *, status: FileStatus, limit: int) -> dict[str, Any]:
    """Notify that no more alerts of a kind are sent for a partner until the hour is over."""
    return _message(
        resources,
        subject="alert limit reached",
        status=status,
        severity="warning",
        facts={"Partner": "file.partner"},
        closing=(
            f"More than {limit} alerts for this partner with status {status} were due within this hour (UTC).\n"
            "No more are sent until the hour is over. The audit table has every file.\n"
            "Next: list these files."
        ),
        command=f"'etl status --status {status.lower()} --since 1h --suffix {resources.suffix} --partner '"
        " & $states.input.file.partner",
    )


def _about_file(resources: Resources, command: str) -> str:
    return f"'etl {command} ' & $states.input.file.file_id & ' --suffix {resources.suffix}'"


def _message(
    resources: Resources,
    *,
    subject: str,
    status: FileStatus,
    severity: str,
    facts: dict[str, str],
    closing: str,
    command: str,
) -> dict[str, Any]:
    lines = [f"'{label + ':':<{_LABEL_WIDTH}}' & ($states.input.{path})" for label, path in facts.items()]
    # A JSON string is a JSONata string too, line breaks and apostrophes included.
    text = ", ".join([*lines, "''", json.dumps(closing), f"'    ' & {command}"])
    return {
        "TopicArn": resources.alert_topic,
        "Subject": f"ETL {resources.suffix}: {subject}",
        "Message": query(f"$join([{text}], '\\n')"),
        "MessageAttributes": {
            "status": {"DataType": "String", "StringValue": status},
            "severity": {"DataType": "String", "StringValue": severity},
            "partner": {"DataType": "String", "StringValue": query("$states.input.file.partner")},
        },
    }
