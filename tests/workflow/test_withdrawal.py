"""A completed file's rows are taken back by a person: recorded first, and reversible by submitting the file again."""

from typing import Any

import pytest

from tests.workflow.files import Upload, upload, validation
from tests.workflow.machine import Machine, Run, Script, returns, throws
from tests.workflow.scripts import not_called, process, settle, statuses

BY = "arn:aws:iam::000000000000:user/on-call"
WITHDRAWN = ["RECEIVED", "PROCESSING", "COMPLETED", "WITHDRAWN"]
REMOVE = "Remove its rows (withdrawal)"


def _withdraw(machine: Machine, file: Upload, changes: Script | None = None) -> Run:
    document = {"route": "withdraw", "files": [file.event], "reason": "sent twice by the bank", "by": BY}
    return machine.run(document, {REMOVE: returns(None), **(changes or {})})


def test_a_withdrawn_file_says_who_took_it_back_and_why(machine: Machine) -> None:
    file = upload()
    process(machine, file)

    run = _withdraw(machine, file)

    assert run.status == "SUCCEEDED"
    assert statuses(machine, file) == WITHDRAWN
    row: dict[str, Any] = machine.row(file) or {}
    assert row["history"][-1]["detail"] == f"sent twice by the bank (by {BY})"
    assert row["history"][-1]["execution"] == run.arn
    assert (machine.entry(file.key_entry) or {})["published"] == []


@pytest.mark.parametrize("same_key", [True, False])
def test_the_same_file_may_be_submitted_again(machine: Machine, same_key: bool) -> None:  # noqa: FBT001 - parametrized
    file, content = upload(), validation()
    process(machine, file, validated=content)
    _withdraw(machine, file)

    again = upload(key=file.key if same_key else "")
    process(machine, again, validated=content)

    assert statuses(machine, file) == WITHDRAWN
    assert statuses(machine, again)[-1] == "COMPLETED"


def test_its_duplicates_and_older_files_stay_what_they_are(machine: Machine) -> None:
    older, duplicate, content = upload(), upload(), validation()
    newer = upload(key=older.key)
    process(machine, older)
    process(machine, newer, validated=content)
    process(machine, duplicate, validated=content)

    _withdraw(machine, newer)

    assert [statuses(machine, file)[-1] for file in (older, duplicate)] == ["SUPERSEDED", "DUPLICATE"]


def test_its_event_again_changes_nothing(machine: Machine) -> None:
    file = upload()
    process(machine, file)
    _withdraw(machine, file)

    process(machine, file, changes=not_called("Validate CSV", "Transform"))

    assert statuses(machine, file) == WITHDRAWN


@pytest.mark.parametrize("outcome", ["REJECTED", "FAILED", "no row"])
def test_a_file_that_is_not_published_stays_as_it_is(machine: Machine, outcome: str) -> None:
    file = upload()
    if outcome == "REJECTED":
        process(machine, file, validated=validation(verdict="REJECTED", reason_code="NO_RECORDS", read=0))
    if outcome == "FAILED":
        process(machine, file, changes={"Transform": throws("Disk.Full")})
    before = machine.row(file)

    run = _withdraw(machine, file, not_called(REMOVE))

    assert (run.status, machine.row(file)) == ("SUCCEEDED", before)


def test_one_that_a_newer_file_replaces_meanwhile_stays_replaced(machine: Machine) -> None:
    older = upload()
    newer, content = upload(key=older.key), validation()
    process(machine, older)
    process(machine, newer, validated=content)
    completed = {"Item": {"status": {"S": "COMPLETED"}}}

    run = _withdraw(machine, older, {"Read the published file (withdrawal)": returns(completed), **not_called(REMOVE)})

    assert run.status == "SUCCEEDED"
    assert [statuses(machine, file)[-1] for file in (older, newer)] == ["SUPERSEDED", "COMPLETED"]


def test_rows_of_a_newer_file_stay_known_to_its_delivery(machine: Machine) -> None:
    older = upload()
    newer = upload(key=older.key)
    process(machine, older)
    process(machine, newer, changes={"Supersede": throws("Table.Down")})

    _withdraw(machine, older)

    assert newer.file_id in (machine.entry(older.key_entry) or {})["published"]


def test_what_failed_of_a_withdrawal_is_done_when_tried_again(machine: Machine, template: Any) -> None:
    file, content = upload(), validation()
    process(machine, file, validated=content)

    failed = _withdraw(machine, file, {REMOVE: throws("S3.Down")})
    settle(machine, template, failed)
    # Its rows may still be there: the same content elsewhere is no second truth
    other = upload()
    process(machine, other, validated=content)
    done = _withdraw(machine, file)

    assert (failed.status, done.status) == ("FAILED", "SUCCEEDED")
    assert statuses(machine, file) == WITHDRAWN
    assert statuses(machine, other)[-1] == "DUPLICATE"
    assert (machine.entry(file.key_entry) or {})["published"] == []
