"""A cell has one error, and what only follows from another cell's error is not reported beside it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.transactions.support import csv_layout, layout, transform
from tests.unit.transactions.test_row_codes import obie_file, obie_record
from transactions.codes import RowCode
from transactions.layouts.derived import Derived
from transactions.layouts.fields import NumberField, StringField
from transactions.layouts.mapping import Amount, AmountFunction, AmountWithDirection, Date, DebitCredit, FirstOf

LARGEST = "9999999999999.99"
SIGNED = {
    sign: AmountWithDirection(field="A", direction="B", credit=("C",), debit=("D",), sign=sign)
    for sign in ("agrees", "inverted", "plus")
}


def _errors(cells: str, function: AmountFunction, folder: Path, *, words: bool = False) -> list[tuple[str, str]]:
    """Read one row of two columns, A and B, behind its day, and return the fields and codes of its errors."""
    second = StringField(name="B") if words else NumberField(name="B")
    made = csv_layout([NumberField(name="A"), second], amount=function)
    output = transform(f"Day;A;B\n2025-10-01;{cells}\n".encode(), folder, made)
    return [(row["field"], row["error_code"]) for row in output.quarantine]


@pytest.mark.parametrize("sign", SIGNED)
@pytest.mark.parametrize("number", ["5.00", "-5.00", "+5.00"])
@pytest.mark.parametrize(("word", "code"), [("X", RowCode.DIRECTION_UNKNOWN), ("", RowCode.FIELD_MISSING)])
def test_no_sign_contradicts_an_unknown_direction(
    sign: str, number: str, word: str, code: RowCode, tmp_path: Path
) -> None:
    assert _errors(f"{number};{word}", SIGNED[sign], tmp_path, words=True) == [("B", code)]


@pytest.mark.parametrize(
    ("sign", "cells"),
    [("agrees", "5.00;D"), ("agrees", "-5.00;C"), ("inverted", "-5.00;D"), ("inverted", "5.00;C")]
    + [("plus", cells) for cells in ("+5.00;D", "-5.00;D", "5.00;C", "-5.00;C")],
)
def test_a_sign_still_contradicts_a_known_direction(sign: str, cells: str, tmp_path: Path) -> None:
    assert _errors(cells, SIGNED[sign], tmp_path, words=True) == [("A", RowCode.SIGN_MISMATCH)]


@pytest.mark.parametrize(
    ("function", "cells", "errors"),
    [
        (Amount(field="A", fee="B"), f"{LARGEST};-0.02", [("B", RowCode.SIGN_MISMATCH)]),
        (Amount(field="A", fee="B"), f"-{LARGEST};x", [("B", RowCode.AMOUNT_FORMAT)]),
        (Amount(field="A", fee="B"), f"-{LARGEST};0.02", [("A", RowCode.AMOUNT_RANGE)]),
        (
            DebitCredit(debit="A", credit="B"),
            f"{LARGEST};-{LARGEST}",
            [("A", RowCode.AMOUNT_AMBIGUOUS), ("B", RowCode.SIGN_MISMATCH)],
        ),
        (DebitCredit(debit="A", credit="B"), ";99999999999999", [("B", RowCode.AMOUNT_RANGE)]),
        (DebitCredit(debit="A", credit="B"), ";x", [("B", RowCode.AMOUNT_FORMAT)]),
    ],
)
def test_no_sum_is_too_large_with_a_wrong_number(
    function: AmountFunction, cells: str, errors: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert _errors(cells, function, tmp_path) == errors


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        # Dropping compares the status, and a pattern constrains it; a merchant is either party of the transaction.
        ({"Status": 1}, [("Status", RowCode.FIELD_TYPE)]),
        ({"MerchantDetails": {"MerchantName": 1}}, [("MerchantDetails.MerchantName", RowCode.FIELD_TYPE)]),
        # The currency is the first of two: that one is missing follows from the other.
        ({"Amount": {"Amount": "1.00"}, "Status": 1}, [("Status", RowCode.FIELD_TYPE)]),
        ({"Amount": {"Amount": "1.00"}}, [("Amount.Currency", RowCode.CURRENCY_UNKNOWN)]),
        ({"Amount": {"Amount": "1.00", "Currency": "gbp"}}, [("Amount.Currency", RowCode.CURRENCY_UNKNOWN)]),
    ],
)
def test_a_value_of_another_type_is_told_once(
    changes: dict[str, Any], errors: list[tuple[str, str]], tmp_path: Path
) -> None:
    shipped = layout("obie-v3")
    mapping = {**shipped.mapping, "currency": FirstOf(of=("Amount.Currency", "Status"))}
    content = obie_file(obie_record(**changes))

    output = transform(content, tmp_path, msgspec.structs.replace(shipped, mapping=mapping))

    assert [(row["field"], row["error_code"]) for row in output.quarantine] == errors


def test_a_cell_that_two_columns_need_has_one_error(tmp_path: Path) -> None:
    made = csv_layout([NumberField(name="A")], amount=Amount(field="A"), value_date=Date(field="Day"))

    output = transform(b"Day;A\n2025-10-01;1\n2025-13-01;1\n", tmp_path, made)

    assert [(row["field"], row["error_code"]) for row in output.quarantine] == [("Day", RowCode.DATE_FORMAT)]


@pytest.mark.parametrize(
    ("day", "error"),
    [
        ("2025-10-01", ("", RowCode.CURRENCY_WITHDRAWN)),
        ("2025-10-1", ("Day", RowCode.DATE_FORMAT)),
        ("1901-10-01", ("Day", RowCode.DATE_RANGE)),
    ],
)
def test_no_currency_is_withdrawn_at_a_wrong_date(day: str, error: tuple[str, str], tmp_path: Path) -> None:
    made = csv_layout([NumberField(name="A")], amount=Amount(field="A"), currency="EEK")

    output = transform(f"Day;A\n2010-10-01;1\n{day};1\n".encode(), tmp_path, made)

    assert [(row["field"], row["error_code"]) for row in output.quarantine] == [error]


def test_a_derived_field_may_follow_another(tmp_path: Path) -> None:
    shipped = layout("obie-v3")
    code = Derived(field=StringField(name="Code", optional=True), of=("Status",), pattern="([A-Z]{3})")
    mapping = {**shipped.mapping, "currency": FirstOf(of=("Amount.Currency", "Code"))}
    changed = msgspec.structs.replace(shipped, mapping=mapping, derived=(code,))
    content = obie_file(obie_record(Amount={"Amount": "1.00"}, Status=1))

    output = transform(content, tmp_path, changed)

    assert {row["error_code"] for row in output.quarantine} == {RowCode.FIELD_TYPE}
