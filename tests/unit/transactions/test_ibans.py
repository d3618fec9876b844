"""An IBAN field takes what ISO 13616 makes, and nothing else."""

from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transactions.support import csv_layout, transform
from transactions.codes import RowCode
from transactions.layouts.fields import NumberField, StringField
from transactions.layouts.ibans import COUNTRIES_BY_LENGTH, IbanFormat, is_no_iban
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import Amount, Text

LENGTHS = {country: length for length, countries in COUNTRIES_BY_LENGTH.items() for country in countries.split()}
COUNTRIES = st.sampled_from(sorted(LENGTHS))
ANY_TWO_LETTERS = st.from_regex(r"[A-Z]{2}", fullmatch=True)
BANK_ACCOUNTS = st.from_regex(r"[0-9A-Z]{11,30}", fullmatch=True)
GERMAN_ACCOUNTS = st.from_regex(r"[0-9]{18}", fullmatch=True)
FRENCH_ACCOUNTS = st.from_regex(r"[0-9]{23}", fullmatch=True)
COLUMN = "account"
ENGINE = duckdb.connect()


def iban(country: str, account: str) -> str:
    """Compute the check digits by the standard: all at once, in whole numbers without a limit."""
    digits = "".join(str(int(character, 36)) for character in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{account}"


def is_refused(cell: str | None, written: IbanFormat = "iban") -> bool:
    query = f"SELECT coalesce({is_no_iban(COLUMN, written)}, false) FROM (SELECT ?::VARCHAR AS {COLUMN})"  # noqa: S608
    return bool(ENGINE.execute(query, [cell]).fetchall()[0][0])


def in_groups(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def accounts_layout() -> Layout:
    fields = (StringField(name="Other", format="iban"), NumberField(name="Amount"))
    return csv_layout(fields, amount=Amount(field="Amount"), counterparty_account=Text(field="Other"))


@st.composite
def ibans(draw: st.DrawFn) -> str:
    country = draw(COUNTRIES)
    account = draw(st.from_regex(f"[0-9A-Z]{{{LENGTHS[country] - 4}}}", fullmatch=True))
    return iban(country, account)


@given(ibans())
def test_an_iban_of_any_country_is_accepted_in_either_form(number: str) -> None:
    assert not is_refused(number)
    assert not is_refused(in_groups(number), "iban_print")


@given(country=COUNTRIES, account=BANK_ACCOUNTS)
def test_an_iban_of_the_wrong_length_is_refused(country: str, account: str) -> None:
    number = iban(country, account)

    of_its_length = len(number) == LENGTHS[country]

    assert is_refused(number) != of_its_length
    assert is_refused(in_groups(number), "iban_print") != of_its_length


@given(country=ANY_TWO_LETTERS.filter(lambda country: country not in LENGTHS), account=BANK_ACCOUNTS)
def test_an_iban_of_an_unregistered_country_is_refused(country: str, account: str) -> None:
    assert is_refused(iban(country, account))


@given(account=GERMAN_ACCOUNTS, place=st.integers(4, 21), by=st.integers(1, 9))
def test_an_iban_with_one_wrong_digit_is_refused(account: str, place: int, by: int) -> None:
    number = iban("DE", account)

    mistyped = f"{number[:place]}{(int(number[place]) + by) % 10}{number[place + 1 :]}"

    assert is_refused(mistyped)


@given(account=FRENCH_ACCOUNTS, place=st.integers(4, 25))
def test_an_iban_with_two_swapped_neighbours_is_refused(account: str, place: int) -> None:
    number = iban("FR", account)

    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    assert is_refused(swapped) == (swapped != number)


@given(st.text())
def test_given_any_text_then_there_is_an_answer(text: str) -> None:
    cell = text.replace("\0", "")

    assert is_refused(cell) or iban(cell[:2], cell[4:]) == cell


@pytest.mark.parametrize("number", ["GB82WEST12345698765432", "NO9386011117947", "MT84MALT011000012345MTLCAST001S"])
def test_given_an_example_of_the_standard_then_it_is_taken(number: str) -> None:
    assert not is_refused(number)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("", "iban"),
        ("gb82WEST12345698765432", "iban"),
        ("GB82 WEST 1234 5698 7654 32", "iban"),
        ("GB82WEST12345698765432", "iban_print"),
        ("GB82  WEST 1234 5698 7654 32", "iban_print"),
        ("GB82 WEST 1234 5698 7654 32 ", "iban_print"),
        ("GB82WEST1", "iban"),
        ("0532013000", "iban"),
        pytest.param("NO0086011117972", "iban", id="check digits 00 in place of 97"),
        pytest.param(iban("DE", "37040044053201300"), "iban", id="a digit short, check digits made for it"),
        pytest.param(iban("US", "021000021123456789"), "iban", id="country without IBANs"),
    ],
)
def test_an_account_in_another_notation_is_refused(cell: str, written: IbanFormat) -> None:
    assert is_refused(cell, written)


def test_wrong_check_digits_reject_the_row_and_an_empty_cell_not(
    tmp_path: Path,
) -> None:
    content = (
        b"Day;Other;Amount\n"
        b"2025-10-01;GB82WEST12345698765432;1.00\n2025-10-01;GB28WEST12345698765432;2.00\n2025-10-01;;3.00\n"
    )

    output = transform(content, tmp_path, accounts_layout())

    assert [(row["source_line"], row["field"], row["error_code"]) for row in output.quarantine] == [
        (3, "Other", RowCode.IBAN_INVALID)
    ]
    assert [str(row["amount"]) for row in output.transactions] == ["1.00000", "3.00000"]
