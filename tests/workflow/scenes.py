"""How a run comes to a state: the file, what the functions say of it, and what happened before."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from etl.workflow.steps import TRANSACTION_CANCELED
from tests.workflow.files import Upload, upload, validation
from tests.workflow.machine import Machine, Script, returns, throws
from tests.workflow.scripts import BROKEN, process


@dataclass(frozen=True, kw_only=True)
class Scene:
    """How a run comes to a task: the file, what the functions say of it, and what happened before."""

    file: Upload = field(default_factory=upload)
    validated: dict[str, Any] = field(default_factory=validation)
    changes: Script = field(default_factory=dict)


def plain(_machine: Machine) -> Scene:
    return Scene()


def of_json(_machine: Machine) -> Scene:
    return Scene(file=upload(extension="json"))


def rejected(_machine: Machine) -> Scene:
    return Scene(validated=validation(verdict="REJECTED", reason_code="EMPTY_FILE"))


def duplicate(machine: Machine) -> Scene:
    scene = Scene()
    process(machine, upload(), validated=scene.validated)
    return scene


def content_of_a_failed_file(machine: Machine) -> Scene:
    scene = Scene()
    process(machine, upload(), validated=scene.validated, changes={"Transform": throws(BROKEN)})
    return scene


def replayed(machine: Machine) -> Scene:
    scene = Scene()
    machine.put_row(file_id=scene.file.file_id, status="FAILED", attempts=1, history=[{"status": "FAILED"}])
    return scene


def newer_version(machine: Machine) -> Scene:
    older = upload()
    process(machine, older)
    return Scene(file=upload(key=older.key))


def of_a_delivery(_machine: Machine) -> Scene:
    file = upload()
    return Scene(file=file, validated=validation(delivery=f"delivery of {file.version_id}"))


def late(machine: Machine) -> Scene:
    scene = Scene()
    machine.put_entry(entry=scene.file.key_entry, latest="F" * 64, file_id="newer", published=["newer"])
    return scene


def overtaken(machine: Machine) -> Scene:
    scene = late(machine)
    claimed = returns({"Attributes": {"published": {"L": [{"S": scene.file.file_id}]}}})
    return Scene(file=scene.file, changes={"Check for a newer version": returns({}), "Claim the delivery": claimed})


def refused_completion(_machine: Machine) -> Scene:
    return Scene(changes={"Complete": throws(TRANSACTION_CANCELED)})


def claimed_by_another_run(
    machine: Machine, file: Upload, *, seconds_ago: int = 0, ends_in_seconds: int | None = None
) -> dict[str, Any]:
    """Let another run have the file, whose claim says when it ends, if that is given."""
    ends = {} if ends_in_seconds is None else {"lease_ends": _in(ends_in_seconds)}
    row = {
        "file_id": file.file_id,
        "status": "PROCESSING",
        "claim": "another run",
        "claimed_at": _in(-seconds_ago),
        **ends,
        "execution": "another execution",
        "attempts": 1,
        "history": [{"status": "PROCESSING"}],
    }
    machine.put_row(**row)
    return row


def _in(seconds: int) -> str:
    time = datetime.now(UTC) + timedelta(seconds=seconds)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
