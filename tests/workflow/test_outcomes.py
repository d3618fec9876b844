"""What becomes of a file that nothing fails on: on both routes, in both formats, alone and beside others."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from etl.workflow.definition import BATCH
from etl.workflow.steps import TRANSACTION_CANCELED
from local.announcements import Announcements
from tests.workflow.files import Upload, transformation, upload, validation
from tests.workflow.machine import Machine, returns, throws
from tests.workflow.scripts import BROKEN, ROUTES, not_called, process, statuses, texts

NEWEST = "F" * 64
_HAPPY = ["RECEIVED", "PROCESSING", "COMPLETED"]


def _rejected() -> dict[str, Any]:
    return validation(verdict="REJECTED", reason_code="HEADER_MISMATCH")


@pytest.mark.requirement("W1", "W2", "T3")
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("extension", "other_format"), [("csv", "JSON"), ("JSON", "CSV")])
def test_a_valid_file_completes_on_the_path_of_its_format(
    machine: Machine, route: str, extension: str, other_format: str
) -> None:
    file, validated = upload(extension=extension), validation()

    run = process(machine, file, route=route, validated=validated, changes=not_called(f"Validate {other_format}"))

    assert (run.status, run.errors) == ("SUCCEEDED", ())
    assert statuses(machine, file) == _HAPPY
    assert not machine.alerts(file)
    assert not machine.dead_letters(file)


@pytest.mark.requirement("T1", "T3")
def test_the_row_of_a_completed_file_has_its_whole_history(machine: Machine) -> None:
    file, validated = upload(), validation(read=5, rejected=2)

    run = process(machine, file, validated=validated)

    row = machine.row(file)
    assert row is not None
    assert (row["bucket"], row["key"], row["version_id"]) == (file.bucket, file.key, file.version_id)
    assert (row["partner"], row["size"], row["attempts"]) == ("alpine", file.size, 1)
    assert (row["sha256"], row["layout"]) == (validated["sha256"], validated["layout"])
    assert [row[f"rows_{count}"] for count in ("read", "accepted", "rejected", "dropped")] == [5, 3, 2, 0]
    assert (row["lines_skipped"], row["lines_joined"]) == (4, 2)
    assert (row["first_booking_date"], row["last_booking_date"]) == ("2025-10-01", "2025-10-31")
    assert row["totals"] == '[{"currency":"CHF","count":2,"sum":"-12.50"},{"currency":"EUR","count":1,"sum":"0.10"}]'
    assert row["errors"] == '[{"code":"AMOUNT_FORMAT","count":2}]'
    assert row["warnings"] == '[{"code":"BALANCE_BREAK","count":2}]'
    assert row["history"][0]["at"] == file.uploaded_at
    assert {entry["execution"] for entry in row["history"]} == {run.arn}
    assert [entry["detail"] for entry in row["history"]] == ["", "", validated["verdict"]]


@pytest.mark.parametrize("route", ROUTES)
def test_a_published_file_sends_one_event(machine: Machine, announcements: Announcements, route: str) -> None:
    file, validated = upload(), validation()

    process(machine, file, route=route, validated=validated)

    assert announcements.about(file.file_id) == [
        {
            "file_id": file.file_id,
            "partner": "alpine",
            "bucket": file.bucket,
            "key": file.key,
            "version_id": file.version_id,
            **{fact: validated[fact] for fact in ("layout", "counts", "totals")},
        }
    ]


def test_an_alert_counts_the_rejected_rows(machine: Machine) -> None:
    file = upload()

    run = process(machine, file, validated=validation(verdict="VALID_WITH_REJECTED_ROWS", read=5, rejected=2))

    assert run.status == "SUCCEEDED"
    assert statuses(machine, file) == _HAPPY
    [text] = texts(machine, file)
    assert text.startswith("info ETL test: rows rejected")
    assert "AMOUNT_FORMAT (2)" in text


@pytest.mark.requirement("O1")
@pytest.mark.parametrize("route", ROUTES)
def test_a_rejected_file_is_recorded_alerted_and_not_transformed(machine: Machine, route: str) -> None:
    file = upload(partner="dkb")

    run = process(
        machine, file, route=route, validated=_rejected(), changes=not_called("Claim the content", "Transform")
    )

    assert (run.status, run.errors) == ("SUCCEEDED", ())
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "REJECTED"]
    [text] = texts(machine, file)
    assert text.startswith("warning ETL test: file rejected")
    for fact in (file.key, "dkb", file.file_id, "HEADER_MISMATCH", "other columns than the layout"):
        assert fact in text
    assert machine.alerts(file)[0].attributes == {"severity": "warning", "status": "REJECTED", "partner": "dkb"}
    assert not machine.dead_letters(file)


def test_the_same_event_twice_in_a_batch_is_processed_once(
    machine: Machine,
) -> None:
    file = upload()

    run = process(machine, file, file, route=BATCH)

    assert run.status == "SUCCEEDED"
    assert statuses(machine, file) == _HAPPY


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("first_answer", [validation, _rejected])
def test_a_repeated_event_of_a_finished_file_ends_quietly(
    machine: Machine, route: str, first_answer: Callable[[], dict[str, Any]]
) -> None:
    file = upload()
    process(machine, file, validated=first_answer())
    before, alerts, put_off = machine.row(file), machine.alerts(file), machine.queued()

    run = process(machine, file, route=route, changes=not_called("Validate CSV", "Transform"))

    assert run.status == "SUCCEEDED"
    assert machine.row(file) == before
    assert machine.alerts(file) == alerts
    assert not machine.dead_letters(file)
    assert machine.queued() == put_off


def test_a_second_file_of_completed_content_is_a_duplicate(
    machine: Machine,
) -> None:
    first, second, validated = upload(), upload(), validation()
    process(machine, first, validated=validated)

    run = process(machine, second, validated=validated, changes=not_called("Transform"))

    assert run.status == "SUCCEEDED"
    assert statuses(machine, second) == ["RECEIVED", "PROCESSING", "DUPLICATE"]
    assert (machine.row(second) or {})["duplicate_of"] == first.file_id
    assert not machine.alerts(second)


def test_of_equal_files_in_one_batch_exactly_one_is_published(
    machine: Machine,
) -> None:
    files = [upload(), upload()]

    process(machine, *files, route=BATCH, validated=validation())

    assert sorted(statuses(machine, file)[-1] for file in files) == ["COMPLETED", "DUPLICATE"]


def test_the_same_bytes_of_two_partners_both_complete(machine: Machine) -> None:
    first, second, validated = upload(partner="alpine"), upload(partner="dkb"), validation()

    for file in (first, second):
        process(machine, file, validated=validated)

    assert statuses(machine, first) == statuses(machine, second) == _HAPPY


def test_a_second_file_takes_over_the_content_of_a_failed_one(machine: Machine) -> None:
    first, second, validated = upload(), upload(), validation()
    process(machine, first, validated=validated, changes={"Transform": throws("Disk.Full")})

    process(machine, second, validated=validated)

    assert statuses(machine, first)[-1] == "FAILED"
    assert statuses(machine, second) == _HAPPY


def test_content_of_a_superseded_file_is_published_again(
    machine: Machine,
) -> None:
    first = upload()
    second, third = upload(key=first.key), upload(key=first.key)
    content = validation()
    process(machine, first, validated=content)
    process(machine, second)

    process(machine, third, validated=content)

    assert statuses(machine, first) == statuses(machine, second) == [*_HAPPY, "SUPERSEDED"]
    assert statuses(machine, third) == _HAPPY


def test_a_replayed_file_whose_content_was_taken_is_a_duplicate(machine: Machine) -> None:
    first, second, validated = upload(), upload(), validation()
    process(machine, first, validated=validated, changes={"Transform": throws("Disk.Full")})
    process(machine, second, validated=validated)

    process(machine, first, validated=validated)

    assert statuses(machine, first)[-1] == "DUPLICATE"
    assert (machine.row(first) or {})["duplicate_of"] == second.file_id


def test_a_failed_file_that_may_have_rows_keeps_its_content(
    machine: Machine,
) -> None:
    first, second, validated = upload(), upload(), validation()
    process(machine, first, validated=validated, changes={"Complete": throws("Table.Down")})

    process(machine, second, validated=validated, changes=not_called("Transform"))
    process(machine, first, validated=validated)

    assert statuses(machine, second)[-1] == "DUPLICATE"
    assert (machine.row(second) or {})["duplicate_of"] == first.file_id
    assert statuses(machine, first)[-1] == "COMPLETED"


def test_a_duplicate_stays_one_when_the_first_is_superseded(
    machine: Machine,
) -> None:
    first, duplicate, content = upload(), upload(), validation()
    process(machine, first, validated=content)
    process(machine, duplicate, validated=content)
    process(machine, upload(key=first.key))

    # When its event comes again, nothing happens
    process(machine, duplicate, validated=content, changes=not_called("Validate CSV"))
    assert statuses(machine, duplicate)[-1] == "DUPLICATE"

    # When it is uploaded again, its content is free
    again = upload(key=duplicate.key)
    process(machine, again, validated=content)
    assert statuses(machine, again) == _HAPPY


def test_a_newer_version_of_equal_content_replaces_the_older(
    machine: Machine,
) -> None:
    first = upload()
    again, content = upload(key=first.key), validation()
    process(machine, first, validated=content)

    process(machine, again, validated=content)

    assert statuses(machine, first) == [*_HAPPY, "SUPERSEDED"]
    assert statuses(machine, again) == _HAPPY


def test_a_late_middle_version_leaves_the_restored_content(
    machine: Machine,
) -> None:
    first = upload()
    between, restored = upload(key=first.key), upload(key=first.key)
    content = validation()
    process(machine, first, validated=content)
    process(machine, restored, validated=content)

    process(machine, between)

    assert [statuses(machine, file)[-1] for file in (first, between, restored)] == [
        "SUPERSEDED",
        "SUPERSEDED",
        "COMPLETED",
    ]


def test_a_newer_version_that_is_a_duplicate_adds_no_rows(
    machine: Machine,
) -> None:
    elsewhere, older = upload(), upload()
    newer, content = upload(key=older.key), validation()
    process(machine, elsewhere, validated=content)
    process(machine, older)

    process(machine, newer, validated=content, changes=not_called("Transform", "Complete"))

    assert statuses(machine, newer)[-1] == "DUPLICATE"
    assert statuses(machine, older) == [*_HAPPY, "SUPERSEDED"]
    assert (machine.row(older) or {})["superseded_by"] == newer.file_id
    assert (machine.entry(newer.key_entry) or {})["published"] == [newer.file_id]


def test_an_older_version_is_not_completed_without_its_rows(
    machine: Machine,
) -> None:
    older = upload()
    newer = upload(key=older.key)
    process(machine, older)

    process(machine, newer, changes={"Publish": throws("S3.Down"), "Withdraw after failure": throws("S3.Down")})

    assert statuses(machine, older) == [*_HAPPY, "SUPERSEDED"]
    assert statuses(machine, newer)[-1] == "FAILED"
    assert (machine.row(newer) or {})["error"] == "S3.Down"


def test_the_row_of_an_older_version_points_to_the_newer(machine: Machine) -> None:
    older = upload()
    newer = upload(key=older.key)
    process(machine, older)

    process(machine, newer)

    assert statuses(machine, older) == [*_HAPPY, "SUPERSEDED"]
    assert (machine.row(older) or {})["superseded_by"] == newer.file_id
    assert statuses(machine, newer) == _HAPPY
    assert (machine.entry(newer.key_entry) or {})["published"] == [newer.file_id]


def test_a_failed_older_version_stays_failed(
    machine: Machine,
) -> None:
    older = upload()
    newer = upload(key=older.key)
    process(machine, older, changes={"Publish": throws("Glue.Down")})

    run = process(machine, newer)

    assert run.status == "SUCCEEDED"
    assert statuses(machine, older)[-1] == "FAILED"
    assert statuses(machine, newer) == _HAPPY


def test_publish_learns_of_a_version_that_may_have_rows(
    machine: Machine,
) -> None:
    older = upload()
    newer = upload(key=older.key)
    process(machine, older, changes={"Publish": throws("Glue.Down")})

    process(machine, newer, changes={"Publish": throws("Glue.Down")})

    assert (machine.entry(newer.key_entry) or {})["published"] == [older.file_id, newer.file_id]


def _published_by_a_newer_version(machine: Machine, file: Upload) -> dict[str, Any]:
    entry = {"entry": file.key_entry, "latest": NEWEST, "file_id": "newer", "published": ["newer"]}
    machine.put_entry(**entry)
    return entry


def test_a_late_older_version_is_recorded_and_not_transformed(
    machine: Machine,
) -> None:
    late = upload()
    entry = _published_by_a_newer_version(machine, late)

    process(machine, late, changes=not_called("Claim the content", "Transform"))

    assert statuses(machine, late) == ["RECEIVED", "PROCESSING", "SUPERSEDED"]
    assert machine.entry(late.key_entry) == entry


def test_an_older_version_is_not_published_after_a_newer_claim(
    machine: Machine,
) -> None:
    late = upload()
    entry = _published_by_a_newer_version(machine, late)

    process(machine, late, changes={"Check for a newer version": returns({}), **not_called("Publish")})

    assert statuses(machine, late) == ["RECEIVED", "PROCESSING", "SUPERSEDED"]
    assert machine.entry(late.key_entry) == entry


def test_an_overtaken_version_is_withdrawn_and_superseded(
    machine: Machine,
) -> None:
    overtaken = upload()
    entry = _published_by_a_newer_version(machine, overtaken)
    claimed = returns({"Attributes": {"published": {"L": [{"S": overtaken.file_id}]}}})

    run = process(machine, overtaken, changes={"Check for a newer version": returns({}), "Claim the delivery": claimed})

    assert run.status == "SUCCEEDED"
    assert set(run.errors) == {TRANSACTION_CANCELED}
    assert statuses(machine, overtaken) == ["RECEIVED", "PROCESSING", "SUPERSEDED"]
    assert machine.entry(overtaken.key_entry) == entry
    assert not machine.alerts(overtaken)


def test_a_content_that_changes_hands_at_each_look_ends_the_file(machine: Machine) -> None:
    file = upload()
    same = validation(content="contended")
    process(machine, upload(), validated=same, changes={"Transform": throws(BROKEN)})

    run = process(machine, file, validated=same, changes={"Take over the content": throws(TRANSACTION_CANCELED)})

    assert Counter(run.errors)[TRANSACTION_CANCELED] == 5
    assert statuses(machine, file)[-1] == "FAILED"
    assert (machine.row(file) or {})["error"] == "Pipeline.ContentContended"
    assert len(machine.dead_letters(file)) == 1


def test_a_refused_completion_does_not_leave_the_file_in_process(
    machine: Machine,
) -> None:
    file = upload()

    process(machine, file, changes={"Complete": throws(TRANSACTION_CANCELED), **not_called("Withdraw")})

    assert statuses(machine, file)[-1] == "FAILED"
    assert len(machine.dead_letters(file)) == 1


@pytest.mark.parametrize(
    "name",
    ["counts", "totals", "one digit of a sum", "a currency", "written count", "written totals", "sum of the counts"],
)
def test_figures_that_disagree_fail_the_file_unpublished(machine: Machine, name: str) -> None:
    file, validated = upload(), validation(read=7, rejected=2)
    transformed = transformation(validated)
    chf, eur = validated["totals"]
    wrong = {
        "counts": {"counts": validated["counts"] | {"accepted": 4, "rejected": 3}},
        "totals": {"totals": [chf, eur | {"count": 2}]},
        "one digit of a sum": {"totals": [chf | {"sum": "-12.51"}, eur]},
        "a currency": {"totals": [chf]},
        "written count": {"written": transformed["written"] | {"count": 4}},
        "written totals": {"written": transformed["written"] | {"totals": [chf]}},
        "sum of the counts": {},
    }[name]
    if name == "sum of the counts":
        validated["counts"]["read"] = transformed["counts"]["read"] = 8

    run = process(
        machine,
        file,
        validated=validated,
        changes={"Transform": returns(transformed | wrong), **not_called("Claim the delivery", "Publish")},
    )

    assert run.errors == ()
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "FAILED"]
    assert (machine.row(file) or {})["error"] == "Pipeline.Unreconciled"
    assert machine.entry(file.key_entry) is None
    assert len(machine.dead_letters(file)) == 1
    assert len(texts(machine, file)) == 1
