"""A file's name is shown without account numbers, and such that the file can still be recognised."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.names import NAMES, WORDS, account_numbers, dates, ibans
from transactions.masking import masked_name

BORDERS = st.sampled_from(["", "/", "_statement_", " (", "Konto "])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("turnover_1234567890_20261128_1804.csv", "turnover_**********_20261128_****.csv"),
        ("NL12INGB0001234567_01-11-2026_28-11-2026.csv", "NL**INGB**********_01-11-2026_28-11-2026.csv"),
        ("20261128-12345678-turnover.CSV", "20261128-********-turnover.CSV"),
        ("Konto DE89 3704 0044 0532 0130 00.csv", "Konto DE** **** **** **** **** **.csv"),
        ("turnover_DE12345678901234567890_2026.11.28.csv", "turnover_DE********************_2026.11.28.csv"),
        ("1234-5678-9012-3456.json", "****-****-****-****.json"),
        ("account1234567.csv", "account*******.csv"),
    ],
)
def test_account_numbers_are_masked_and_dates_beside_them_stay(name: str, shown: str) -> None:
    assert masked_name(f"incoming/alpine/{name}") == f"incoming/alpine/{shown}"


@pytest.mark.parametrize(
    "name",
    [
        "alpine20261128.csv",
        "2026-11-28_part-001.csv",
        "statement_20261128_093000.csv",
        "export-2026-11-28T09:30:00Z.json",
        "camt.053.001.08_v3.1.11-example1.json",
        "sort-code-20-00-00.csv",
        "123456.csv",
    ],
)
def test_dates_and_short_numbers_stay(name: str) -> None:
    assert masked_name(name) == name


@pytest.mark.parametrize("name", ["20261328.csv", "19991128.csv", "2026112812345.csv", "202611281.csv"])
def test_a_long_number_that_is_no_date_is_masked(name: str) -> None:
    assert not re.search("[0-9]", masked_name(name))


@given(number=account_numbers(), before=BORDERS, after=BORDERS)
def test_no_digit_of_an_account_number_is_shown(number: str, before: str, after: str) -> None:
    assert not re.search("[0-9]", masked_name(f"{before}{number}{after}"))


@given(iban=ibans(), before=BORDERS, after=BORDERS)
def test_no_account_number_in_an_iban_is_shown(iban: str, before: str, after: str) -> None:
    shown = masked_name(f"{before}{iban}{after}")

    assert iban not in shown
    assert not re.search("[0-9]{5}", shown.replace(" ", ""))


@given(date=dates(), before=WORDS, after=WORDS)
def test_a_date_stays(date: str, before: str, after: str) -> None:
    assert date in masked_name(f"{before}/{date}/{after}")


@given(name=NAMES)
def test_a_long_number_that_is_shown_reads_as_a_date(name: str) -> None:
    for found in re.findall("[0-9]{7,}", masked_name(name)):
        assert (found[:2], len(found) in {8, 12, 14}) == ("20", True)
        assert 1 <= int(found[4:6]) <= 12
        assert 1 <= int(found[6:8]) <= 31


@given(name=NAMES)
def test_masking_changes_digits_only_and_once(name: str) -> None:
    shown = masked_name(name)

    assert len(shown) == len(name)
    assert all(
        sign in (before, "*") and (sign == before or before.isdigit()) for before, sign in zip(name, shown, strict=True)
    )
    assert masked_name(shown) == shown
