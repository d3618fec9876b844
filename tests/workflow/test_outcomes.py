"""What becomes of a file that nothing fails on: on both routes, in both formats, alone and beside others."""

from collections.abc import Callable
from typing import Any

import pytest

from etl.workflow.definition import BATCH
from etl.workflow.steps import TRANSACTION_CANCELED
from local.announcements import Announcements
from tests.workflow.files import Upload, transformation, upload, validation
from tests.workflow.machine import Machine, returns, throws
from tests.workflow.scripts import ROUTES, not_called, process, statuses, texts

NEWEST = "F" * 64
_HAPPY = ["RECEIVED", "PROCESSING", "COMPLETED"]


def _rejected() -> dict[str, Any]:
    return validation(verdict="REJECTED", reason_code="HEADER_MISMATCH")


@pytest.mark.requirement("W1", "W2", "T3")
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("extension", "other_format"), [("csv", "JSON"), ("JSON", "CSV")])
def test_given_a_valid_file_when_it_is_processed_then_it_completes_through_its_formats_own_path(
    machine: Machine, route: str, extension: str, other_format: str
) -> None:
    file, validated = upload(extension=extension), validation()

    run = process(machine, file, route=route, validated=validated, changes=not_called(f"Validate {other_format}"))

    assert (run.status, run.errors) == ("SUCCEEDED", ())
    assert statuses(machine, file) == _HAPPY
    assert not machine.alerts(file)
    assert not machine.dead_letters(file)


@pytest.mark.requirement("T1", "T3")
def test_given_a_completed_file_when_its_row_is_read_then_it_tells_the_whole_story(machine: Machine) -> None:
    file, validated = upload(), validation(read=5, rejected=2)

    run = process(machine, file, validated=validated)

    row = machine.row(file)
    assert row is not None
    assert (row["bucket"], row["key"], row["version_id"]) == (file.bucket, file.key, file.version_id)
    assert (row["partner"], row["size"], row["attempts"]) == ("alpine", file.size, 1)
    assert (row["sha256"], row["layout"]) == (validated["sha256"], validated["layout"])
    assert [row[f"rows_{count}"] for count in ("read", "accepted", "rejected", "dropped")] == [5, 3, 2, 0]
    assert row["lines_skipped"] == 4
    assert (row["first_booking_date"], row["last_booking_date"]) == ("2025-10-01", "2025-10-31")
    assert row["totals"] == '[{"currency":"CHF","count":2,"sum":"-12.50"},{"currency":"EUR","count":1,"sum":"0.10"}]'
    assert row["errors"] == '[{"code":"AMOUNT_FORMAT","count":2}]'
    assert row["warnings"] == '[{"code":"BALANCE_BREAK","count":2}]'
    assert row["history"][0]["at"] == file.uploaded_at
    assert {entry["execution"] for entry in row["history"]} == {run.arn}
    assert [entry["detail"] for entry in row["history"]] == ["", "", validated["verdict"]]


@pytest.mark.parametrize("route", ROUTES)
def test_given_a_published_file_when_it_is_completed_then_one_event_tells_it_to_others(
    machine: Machine, announcements: Announcements, route: str
) -> None:
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


def test_given_rejected_rows_when_the_file_completes_then_an_alert_counts_them(machine: Machine) -> None:
    file = upload()

    run = process(machine, file, validated=validation(verdict="VALID_WITH_REJECTED_ROWS", read=5, rejected=2))

    assert run.status == "SUCCEEDED"
    assert statuses(machine, file) == _HAPPY
    [text] = texts(machine, file)
    assert text.startswith("info ETL test: rows rejected")
    assert "AMOUNT_FORMAT (2)" in text


@pytest.mark.requirement("O1")
@pytest.mark.parametrize("route", ROUTES)
def test_given_a_rejected_file_when_it_is_processed_then_it_is_recorded_and_alerted_and_goes_no_further(
    machine: Machine, route: str
) -> None:
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


def test_given_the_same_event_twice_in_a_batch_when_it_is_processed_then_the_file_is_processed_once(
    machine: Machine,
) -> None:
    file = upload()

    run = process(machine, file, file, route=BATCH)

    assert run.status == "SUCCEEDED"
    assert statuses(machine, file) == _HAPPY


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("first_answer", [validation, _rejected])
def test_given_a_finished_file_when_its_event_comes_again_then_the_run_ends_quietly(
    machine: Machine, route: str, first_answer: Callable[[], dict[str, Any]]
) -> None:
    file = upload()
    process(machine, file, validated=first_answer())
    before, alerts, put_off = machine.row(file), machine.alerts(file), machine.put_off()

    run = process(machine, file, route=route, changes=not_called("Validate CSV", "Transform"))

    assert run.status == "SUCCEEDED"
    assert machine.row(file) == before
    assert machine.alerts(file) == alerts
    assert not machine.dead_letters(file)
    assert machine.put_off() == put_off


def test_given_two_files_of_one_content_when_the_first_completed_then_the_second_is_its_duplicate(
    machine: Machine,
) -> None:
    first, second, validated = upload(), upload(), validation()
    process(machine, first, validated=validated)

    run = process(machine, second, validated=validated, changes=not_called("Transform"))

    assert run.status == "SUCCEEDED"
    assert statuses(machine, second) == ["RECEIVED", "PROCESSING", "DUPLICATE"]
    assert (machine.row(second) or {})["duplicate_of"] == first.file_id
    assert not machine.alerts(second)


def test_given_two_files_of_one_content_in_one_batch_when_they_race_then_exactly_one_is_published(
    machine: Machine,
) -> None:
    files = [upload(), upload()]

    process(machine, *files, route=BATCH, validated=validation())

    assert sorted(statuses(machine, file)[-1] for file in files) == ["COMPLETED", "DUPLICATE"]


def test_given_two_partners_when_they_send_the_same_bytes_then_both_complete(machine: Machine) -> None:
    first, second, validated = upload(partner="alpine"), upload(partner="dkb"), validation()

    for file in (first, second):
        process(machine, file, validated=validated)

    assert statuses(machine, first) == statuses(machine, second) == _HAPPY


def test_given_a_failed_first_file_when_the_same_content_comes_then_the_second_takes_it_over(machine: Machine) -> None:
    first, second, validated = upload(), upload(), validation()
    process(machine, first, validated=validated, changes={"Transform": throws("Disk.Full")})

    process(machine, second, validated=validated)

    assert statuses(machine, first)[-1] == "FAILED"
    assert statuses(machine, second) == _HAPPY


def test_given_a_superseded_first_file_when_its_content_comes_again_then_it_is_published_again(
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


def test_given_a_taken_over_content_when_the_first_file_is_replayed_then_it_is_the_duplicate(machine: Machine) -> None:
    first, second, validated = upload(), upload(), validation()
    process(machine, first, validated=validated, changes={"Transform": throws("Disk.Full")})
    process(machine, second, validated=validated)

    process(machine, first, validated=validated)

    assert statuses(machine, first)[-1] == "DUPLICATE"
    assert (machine.row(first) or {})["duplicate_of"] == second.file_id


def test_given_a_file_that_may_have_rows_when_it_fails_then_its_content_stays_its_own_until_the_replay(
    machine: Machine,
) -> None:
    first, second, validated = upload(), upload(), validation()
    process(machine, first, validated=validated, changes={"Complete": throws("Table.Down")})

    process(machine, second, validated=validated, changes=not_called("Transform"))
    process(machine, first, validated=validated)

    assert statuses(machine, second)[-1] == "DUPLICATE"
    assert (machine.row(second) or {})["duplicate_of"] == first.file_id
    assert statuses(machine, first)[-1] == "COMPLETED"


def test_given_a_duplicate_when_the_first_file_is_superseded_then_it_stays_one_until_it_is_uploaded_again(
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


def test_given_the_same_content_under_the_same_key_when_it_comes_again_then_the_newer_version_takes_over(
    machine: Machine,
) -> None:
    first = upload()
    again, content = upload(key=first.key), validation()
    process(machine, first, validated=content)

    process(machine, again, validated=content)

    assert statuses(machine, first) == [*_HAPPY, "SUPERSEDED"]
    assert statuses(machine, again) == _HAPPY


def test_given_a_version_that_restores_the_first_content_when_the_one_between_comes_late_then_nothing_changes(
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


def test_given_a_newer_version_of_another_files_content_when_it_comes_then_it_replaces_rows_and_adds_none(
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


def test_given_an_older_version_when_the_newer_cannot_be_published_then_no_row_says_completed_without_rows(
    machine: Machine,
) -> None:
    older = upload()
    newer = upload(key=older.key)
    process(machine, older)

    process(machine, newer, changes={"Publish": throws("S3.Down"), "Withdraw after failure": throws("S3.Down")})

    assert statuses(machine, older) == [*_HAPPY, "SUPERSEDED"]
    assert statuses(machine, newer)[-1] == "FAILED"
    assert (machine.row(newer) or {})["error"] == "S3.Down"


def test_given_a_newer_version_when_it_is_published_then_the_older_row_points_to_it(machine: Machine) -> None:
    older = upload()
    newer = upload(key=older.key)
    process(machine, older)

    process(machine, newer)

    assert statuses(machine, older) == [*_HAPPY, "SUPERSEDED"]
    assert (machine.row(older) or {})["superseded_by"] == newer.file_id
    assert statuses(machine, newer) == _HAPPY
    assert (machine.entry(newer.key_entry) or {})["published"] == [newer.file_id]


def test_given_an_older_version_that_failed_when_the_newer_is_published_then_the_older_stays_failed(
    machine: Machine,
) -> None:
    older = upload()
    newer = upload(key=older.key)
    process(machine, older, changes={"Publish": throws("Glue.Down")})

    run = process(machine, newer)

    assert run.status == "SUCCEEDED"
    assert statuses(machine, older)[-1] == "FAILED"
    assert statuses(machine, newer) == _HAPPY


def test_given_a_version_that_may_have_visible_rows_when_the_key_is_claimed_then_publish_learns_of_it(
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


def test_given_a_published_newer_version_when_the_older_comes_late_then_it_is_recorded_and_not_transformed(
    machine: Machine,
) -> None:
    late = upload()
    entry = _published_by_a_newer_version(machine, late)

    process(machine, late, changes=not_called("Claim the content", "Transform"))

    assert statuses(machine, late) == ["RECEIVED", "PROCESSING", "SUPERSEDED"]
    assert machine.entry(late.key_entry) == entry


def test_given_a_newer_version_that_claims_the_key_in_between_when_the_older_follows_then_it_is_not_published(
    machine: Machine,
) -> None:
    late = upload()
    entry = _published_by_a_newer_version(machine, late)

    process(machine, late, changes={"Check for a newer version": returns({}), **not_called("Publish")})

    assert statuses(machine, late) == ["RECEIVED", "PROCESSING", "SUPERSEDED"]
    assert machine.entry(late.key_entry) == entry


def test_given_a_newer_version_that_overtakes_when_the_older_would_complete_then_it_is_withdrawn_and_superseded(
    machine: Machine,
) -> None:
    overtaken = upload()
    entry = _published_by_a_newer_version(machine, overtaken)
    claimed = returns({"Attributes": {"published": {"L": [{"S": overtaken.file_id}]}}})

    run = process(machine, overtaken, changes={"Check for a newer version": returns({}), "Claim the key": claimed})

    assert run.status == "SUCCEEDED"
    assert set(run.errors) == {TRANSACTION_CANCELED}
    assert statuses(machine, overtaken) == ["RECEIVED", "PROCESSING", "SUPERSEDED"]
    assert machine.entry(overtaken.key_entry) == entry
    assert not machine.alerts(overtaken)


def test_given_completion_refused_although_the_key_is_held_when_the_run_ends_then_the_file_is_not_left_processing(
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
def test_given_figures_that_disagree_when_they_are_reconciled_then_the_file_fails_and_nothing_is_published(
    machine: Machine, name: str
) -> None:
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
        changes={"Transform": returns(transformed | wrong), **not_called("Claim the key", "Publish")},
    )

    assert run.errors == ()
    assert statuses(machine, file) == ["RECEIVED", "PROCESSING", "FAILED"]
    assert (machine.row(file) or {})["error"] == "Pipeline.Unreconciled"
    assert machine.entry(file.key_entry) is None
    assert len(machine.dead_letters(file)) == 1
    assert len(texts(machine, file)) == 1
