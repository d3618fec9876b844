"""What a file may have at most, as its layout says."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.transactions.support import alpine_file, alpine_row, good_rows, layout, validate
from transactions.codes import FileCode
from transactions.layouts.layout import Limits, Predicate
from transactions.results import Validation


def test_the_share_of_rejected_rows_is_the_layouts_to_say(tmp_path: Path) -> None:
    content = alpine_file(*good_rows(9), alpine_row(amount="much"))
    strict = layout(limits=Limits(rejected_share=0.05))

    assert validate(content, tmp_path).verdict == "VALID_WITH_REJECTED_ROWS"
    assert validate(content, tmp_path, layouts=[strict]).reason_code == FileCode.TOO_MANY_REJECTED


PENDING = (Predicate(field="type", values=("PENDING",)),)


@pytest.mark.parametrize(
    ("bad", "code"), [pytest.param(2, "", id="half"), pytest.param(3, FileCode.TOO_MANY_REJECTED, id="more than half")]
)
def test_the_rejected_share_is_of_the_rows_that_are_not_dropped(bad: int, code: str, tmp_path: Path) -> None:
    pending = [alpine_row(transaction_id=f"P{number}", type="PENDING") for number in range(100)]
    wrong = [alpine_row(transaction_id=f"B{number}", amount="much") for number in range(bad)]

    validation = validate(alpine_file(*good_rows(2), *wrong, *pending), tmp_path, layouts=[layout(drop=PENDING)])

    assert validation.reason_code == code
    assert not code or "3 of 5" in validation.reason


def test_a_file_without_accepted_rows_is_always_rejected(tmp_path: Path) -> None:
    lenient = layout(drop=PENDING, limits=Limits(rejected_share=1))
    bad = alpine_row(amount="much")

    with_a_good_row = validate(alpine_file(*good_rows(1), bad), tmp_path, layouts=[lenient])
    without = validate(alpine_file(bad, alpine_row(type="PENDING")), tmp_path, layouts=[lenient])

    assert with_a_good_row.verdict == "VALID_WITH_REJECTED_ROWS"
    assert (without.verdict, without.reason_code) == ("REJECTED", FileCode.TOO_MANY_REJECTED)


def test_a_file_of_which_every_row_is_dropped_is_valid(tmp_path: Path) -> None:
    validation = validate(alpine_file(alpine_row(type="PENDING")), tmp_path, layouts=[layout(drop=PENDING)])

    assert (validation.verdict, validation.counts.dropped) == ("VALID", 1)


def booked_on(*days: str) -> bytes:
    return alpine_file(*(alpine_row(transaction_id=f"D{n}", booking_date=day) for n, day in enumerate(days)))


def limited(
    content: bytes, workdir: Path, received_at: datetime = datetime(2025, 11, 3, tzinfo=UTC), /, **limits: int
) -> Validation:
    return validate(content, workdir, layouts=[layout(limits=Limits(**limits))], received_at=received_at)


def test_three_years_of_booking_dates_fit_and_one_day_more_not(tmp_path: Path) -> None:
    days = [f"{date(2022, 1, 1) + timedelta(days=number)}" for number in range(1101)]

    three_years = validate(booked_on(*days[:1100], days[0]), tmp_path)
    one_more = validate(booked_on(*days), tmp_path)

    assert (three_years.verdict, three_years.counts.accepted) == ("VALID", 1101)
    assert (one_more.verdict, one_more.reason_code) == ("REJECTED", FileCode.TOO_MANY_DATES)
    assert "(1101 from 2022-01-01 to 2025-01-05, limits.bookingDates allows 1100)" in one_more.reason
    assert (one_more.counts.accepted, one_more.first_booking_date) == (1101, "2022-01-01")


def test_a_layout_may_allow_fewer_booking_dates(tmp_path: Path) -> None:
    content = booked_on("2025-10-01", "2025-10-01", "2025-10-07")

    assert limited(content, tmp_path, booking_dates=2).verdict == "VALID"
    assert limited(content, tmp_path, booking_dates=1).reason_code == FileCode.TOO_MANY_DATES


def test_month_first_dates_read_day_first_are_too_far_apart(tmp_path: Path) -> None:
    # Given 8, 9 and 10 October, written with the month first, and read with the day first
    content = booked_on("2025-08-10", "2025-09-10", "2025-10-10")

    rejected = limited(content, tmp_path, span_days=60)

    assert rejected.reason_code == FileCode.PERIOD_EXCEEDED
    assert "(from 2025-08-10 to 2025-10-10 are 61 days, limits.spanDays allows 60)" in rejected.reason
    assert limited(content, tmp_path, span_days=61).verdict == "VALID"


def test_booking_dates_lie_no_further_back_than_the_layout_says(tmp_path: Path) -> None:
    content = booked_on("2025-10-04", "2025-10-05")

    rejected = limited(content, tmp_path, age_days=29)

    assert rejected.reason_code == FileCode.PERIOD_EXCEEDED
    assert (
        "(from 2025-10-04 to 2025-10-05, the first 30 days before the file's arrival on 2025-11-03" in rejected.reason
    )
    assert limited(content, tmp_path, age_days=30).verdict == "VALID"


def test_the_day_of_the_arrival_is_that_of_utc(tmp_path: Path) -> None:
    late = datetime.fromisoformat("2025-11-03T23:30:00-02:00")

    assert limited(booked_on("2025-11-03"), tmp_path, late, age_days=0).reason_code == FileCode.PERIOD_EXCEEDED
    assert limited(booked_on("2025-11-04"), tmp_path, late, age_days=0).verdict == "VALID"


def test_only_accepted_rows_count(tmp_path: Path) -> None:
    # Given a rejected and a dropped row of other days
    old = {"booking_date": "2020-01-01"}
    content = alpine_file(*good_rows(2), alpine_row(amount="much", **old), alpine_row(type="PENDING", **old))
    strict = layout(drop=PENDING, limits=Limits(booking_dates=1, span_days=0, age_days=40))

    assert validate(content, tmp_path, layouts=[strict]).verdict == "VALID_WITH_REJECTED_ROWS"
