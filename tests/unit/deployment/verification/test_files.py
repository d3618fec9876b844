"""The files of a run: known answers, and no content twice."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from deployment.verification.files import HEADER, FileSet, SampleFile, ledger, make_files, new_run
from pipeline.constants import VERIFICATION_PARTNER
from transactions.layouts.catalog import shipped_layouts
from transactions.masking import masked_name

TODAY = date(2026, 3, 1)


def _files(run: str = "run", threshold: int = 2048) -> FileSet:
    return make_files(run, threshold=threshold, today=TODAY)


def _lines(file: SampleFile) -> list[list[str]]:
    return [line.split(",") for line in file.content.decode().splitlines()]


@given(threshold=st.integers(min_value=1024, max_value=60_000))
def test_large_files_are_just_above_the_threshold(threshold: int) -> None:
    for file in (_files(threshold=threshold).large, *_files(threshold=threshold).aborted):
        longest = max(map(len, file.content.splitlines())) + 1
        assert threshold <= len(file.content) < threshold + longest


@given(threshold=st.integers(min_value=1024, max_value=20_000))
def test_the_known_sums_are_those_of_the_lines(threshold: int) -> None:
    files = _files(threshold=threshold)
    for file in (*files.sent, *files.aborted):
        header, *rows = _lines(file)
        assert header == list(HEADER)
        good = rows[: len(file.bookings)]
        assert len(rows) == len(good) + file.rejected
        sums: dict[str, Decimal] = {}
        for *_, amount, currency in good:
            assert Decimal(amount) != 0
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(amount)
        assert sums == file.totals


def test_no_content_repeats_but_the_copy() -> None:
    files = [file for run in ("one", "two") for file in (*_files(run).sent, *_files(run).aborted)]

    contents = [file.content for file in files if file.name != "copy"]

    assert len(set(contents)) == len(contents)
    assert new_run() != new_run()


def test_the_files_of_a_run_are_listed_with_their_whole_names() -> None:
    files = _files(run=new_run())

    assert [masked_name(file.key) for file in files.sent] == [file.key for file in files.sent]


def test_the_ledger_has_an_overlapping_row_once() -> None:
    files = {file.name: file for file in _files().sent}

    rows = ledger([files["statement"], files["overlap"], files["moved"]])

    # Three rows, and one of them under a second date
    assert len(rows) == 4


def test_booking_dates_cross_the_end_of_a_month() -> None:
    days = {booking.day for file in _files().sent for booking in file.bookings}

    assert days == {date(2026, 2, 28), date(2026, 2, 27)}


def test_one_layout_and_no_other_has_the_reserved_partner() -> None:
    [layout] = [layout for layout in shipped_layouts() if layout.partner == VERIFICATION_PARTNER]

    assert tuple(field.name for field in layout.schema.fields) == HEADER
