"""What the functions answer in a run, and the runs that every test makes."""

from collections.abc import Mapping
from typing import Any

from etl.synthesis.template import Template
from etl.workflow.definition import BATCH, DIRECT, LARGE
from etl.workflow.large_files import LARGE_FILES
from local.announcements import Announcements
from pipeline.constants import FINISHED, FileStatus
from tests.support.events import load_event, transform_event
from tests.workflow.changes import CAUSE
from tests.workflow.files import Answer, Upload, transformation, validation
from tests.workflow.machine import Machine, Run, Script, returns, throws

BROKEN = "Service.Broken"
"""An error that nobody expects."""

ROUTES = [DIRECT, BATCH]
CHAINS = [*ROUTES, LARGE_FILES]
"""The routes, and the one by which a job processes a large file in a state machine of its own."""

AT_SCALE = {
    "Validate CSV": ("Validate at scale", "Collect the validation"),
    "Transform": ("Transform at scale", "Collect the transformation"),
}
"""The tasks that read a file, and those in their place where a job reads it: one that fails, and one that answers."""
HANDLING = ("Send to dead-letter queue", "Record failure", "Send failure alert")
"""The three parts of handling a failure; each happens even if another fails."""


def process(
    machine: Machine,
    *uploads: Upload,
    route: str = DIRECT,
    validated: Answer | None = None,
    changes: Mapping[str, Mapping[str, Any] | None] | None = None,
    name: str = "",
) -> Run:
    """Send uploads through a route, in an execution of a name if one is given.

    The functions find every file valid and agree with each other. ``changes`` puts something else in the place of
    the route's steps, or with ``None`` the step itself; one of another part of the machine is named with its label.
    """
    validated = validated or validation()
    steps: dict[str, Any] = {
        "Validate CSV": returns(validated),
        "Validate JSON": returns(validated),
        "Transform": returns(transformation(validated)),
        "Validate at scale": returns({"JobRunState": "SUCCEEDED"}),
        "Transform at scale": returns({"JobRunState": "SUCCEEDED"}),
        "Collect the validation": returns(validated),
        "Collect the transformation": returns(transformation(validated)),
        "Start a large run": returns({}),
        **{
            step: returns(None)
            for step in ("Publish", "Withdraw", "Withdraw after failure", "Clear an earlier attempt")
        },
        **(changes or {}),
    }
    label = DIRECT if route == LARGE else route
    if route == LARGE_FILES:
        steps |= {
            run if "Throw" in steps[step] else collect: steps[step]
            for step, (run, collect) in AT_SCALE.items()
            if step in (changes or {})
        }
    script = {step if step.endswith(")") else f"{step} ({label})": answer for step, answer in steps.items() if answer}
    return machine.run({"route": route, "files": [upload.event for upload in uploads]}, script, name=name)


def handling_without(*broken: str, label: str) -> Script:
    """Break parts of handling a failure."""
    return {f"{part} ({label})": throws("Handling.Broken") for part in broken}


def settling_input(template: Template, run: Run, document: str | None = None) -> dict[str, Any]:
    """Make what the rule hands on when an execution has ended badly, or with an input what the sweep queues."""
    [target] = template.one("AWS::Events::Rule", Name="rule-settle-test")["Targets"]
    event = load_event("execution-timed-out")
    event["detail"] |= {"executionArn": run.arn, "input": document}
    transformed: dict[str, Any] = transform_event(event, target)
    return transformed


def settle(machine: Machine, template: Template, run: Run, *, changes: Script | None = None) -> Run:
    """Settle an execution as the rule does when it has ended badly."""
    return machine.run(settling_input(template, run), changes or {})


def not_called(*steps: str) -> Script:
    """Break steps that a run must not come to."""
    return {step: throws(BROKEN) for step in steps}


def recorded_by(machine: Machine, file: Upload, *, run: str, status: str) -> Script:
    """Let the table hold what was recorded of a file under the claim of a named run, and the run not know of it."""
    execution = machine.execution(run)
    machine.put_row(
        file_id=file.file_id,
        status=status,
        execution=execution,
        claim=f"{execution}#{file.file_id}",
        history=[{"status": status}],
    )
    return {"Claim": returns({"Attributes": {"attempts": {"N": "1"}}})}


def statuses(machine: Machine, upload: Upload) -> list[str]:
    """Read the history of an upload's row; the last entry is the row's status."""
    row = machine.row(upload)
    if row is None:
        return []
    history = [entry["status"] for entry in row["history"]]
    assert history[-1] == row["status"]
    assert None not in row.values()
    return history


def texts(machine: Machine, upload: Upload) -> list[str]:
    """Read the alerts about an upload: severity, subject and text, none with a gap in it."""
    alerts = machine.alerts(upload)
    for alert in alerts:
        assert "None" not in alert.message
        assert "{}" not in alert.message
    return [f"{alert.attributes.get('severity')} {alert.subject}\n{alert.message}" for alert in alerts]


def assert_nobody_is_silent(machine: Machine, announcements: Announcements, file: Upload) -> None:
    """Whatever happened: the file has an outcome, somebody was told of it, and a failure is kept."""
    row = machine.row(file) or {}
    assert row["status"] in FINISHED
    told = texts(machine, file)
    if row["status"] == FileStatus.FAILED:
        assert any("file failed" in text for text in told)
        assert machine.dead_letters(file) or any("sending to the dead-letter queue failed" in text for text in told)
    if row["status"] == FileStatus.REJECTED:
        assert any("file rejected" in text for text in told)
    if row["status"] == FileStatus.COMPLETED:
        assert announcements.about(file.file_id)
        assert bool(row["rows_rejected"]) <= any("rows rejected" in text for text in told)
    assert CAUSE not in str([row, told, machine.dead_letters(file)])
