"""What the functions answer in a run, and the runs that every test makes."""

from typing import Any

from etl.workflow.definition import DIRECT
from tests.workflow.files import Answer, Upload, publication, transformation, validation
from tests.workflow.machine import Machine, Run, Script, returns, throws

BROKEN = "Service.Broken"
"""An error that nobody expects."""


def process(
    machine: Machine,
    *uploads: Upload,
    route: str = DIRECT,
    validated: Answer | None = None,
    changes: Script | None = None,
) -> Run:
    """Send uploads through a route.

    The functions find every file valid and agree with each other. ``changes`` puts something else in the place of
    the route's steps; a step of another part of the machine is named with its label.
    """
    validated = validated or validation()
    steps: dict[str, Any] = {
        "Validate CSV": returns(validated),
        "Validate JSON": returns(validated),
        "Transform": returns(transformation(validated)),
        "Publish": returns(publication()),
        "Withdraw": returns(publication()),
        "Take back": returns(publication()),
        "Clear an earlier attempt": returns(publication()),
        **(changes or {}),
    }
    script = {step if step.endswith(")") else f"{step} ({route})": answer for step, answer in steps.items()}
    return machine.run({"route": route, "files": [upload.event for upload in uploads]}, script)


def not_called(*steps: str) -> Script:
    """Break steps that a run must not come to."""
    return {step: throws(BROKEN) for step in steps}


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
