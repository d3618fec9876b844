"""The own account tells the direction where no sign does, and is never published as the counterparty."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.transactions.support import CATALOG, Output, csv_layout, transform
from transactions.codes import RowCode
from transactions.layouts.fields import Field, NumberField, StringField
from transactions.layouts.layout import Capture, Dialect, Limits
from transactions.layouts.mapping import AmountByAccount, Captured

OWN, SHOP, FIRM = "DE09000000000000000001", "DE79000000000000000002", "NL69EXAM0000000003"
OWN_NAME = "Cleo Example"
OWN_PARTY = {"name": OWN_NAME, "iban": OWN}


def payment(amount: str, payer: dict[str, str] | None = None, payee: dict[str, str] | None = None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "bookingDate": "2025-10-01",
        "transactionAmount": {"currency": "EUR", "amount": amount},
    }
    for role, party in (("debtor", payer), ("creditor", payee)):
        if party and "name" in party:
            record[f"{role}Name"] = party["name"]
        if party and "iban" in party:
            record[f"{role}Account"] = {"iban": party["iban"]}
    return record


def read(tmp_path: Path, name: str, *records: dict[str, Any], own: str | None = OWN, **changes: Any) -> Output:
    booked = [{"transactionId": str(number), **record} for number, record in enumerate(records)]
    content = json.dumps({"account": {"iban": own}, "transactions": {"booked": booked}}).encode()
    shipped = msgspec.structs.replace(CATALOG.get(name), limits=Limits(rejected_share=1))
    amount = msgspec.structs.replace(shipped.mapping["amount"], **changes)
    return transform(content, tmp_path, msgspec.structs.replace(shipped, mapping={**shipped.mapping, "amount": amount}))


def outcomes(output: Output) -> list[Decimal | str]:
    found = {int(row["transaction_id"]): row["amount"].normalize() for row in output.transactions}
    codes = [row["error_code"] for row in output.quarantine]
    rejected = iter(codes)
    return [found[number] if number in found else next(rejected) for number in range(len(found) + len(codes))]


UNSIGNED = [
    payment("100.00", payer=OWN_PARTY, payee={"name": "Shop", "iban": SHOP}),
    payment("30.00", payer={"name": "Firm", "iban": FIRM}, payee=OWN_PARTY),
    payment("7.00", payer={"name": "Firm", "iban": FIRM}),
    payment("8.00", payee={"name": "Shop", "iban": SHOP}),
    payment("9.00", payer={"name": "Firm", "iban": FIRM}, payee={"name": "Shop", "iban": SHOP}),
    payment("10.00", payer=OWN_PARTY, payee=OWN_PARTY),
    payment("11.00", payer={"name": OWN_NAME}),
    payment("12.00"),
]


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ("none", ["-100", "30", *["DIRECTION_UNKNOWN"] * 6]),
        ("optional", ["-100", "30", "7", *["DIRECTION_UNKNOWN"] * 5]),
        ("agrees", ["SIGN_MISMATCH", "30", "7", "8", "9", "DIRECTION_UNKNOWN", "11", "12"]),
    ],
)
def test_the_own_account_gives_the_direction_without_a_sign(sign: str, expected: list[str], tmp_path: Path) -> None:
    output = read(tmp_path, "berlingroup-booked", *UNSIGNED, sign=sign)

    assert [f"{outcome:f}" if isinstance(outcome, Decimal) else outcome for outcome in outcomes(output)] == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (payment("-5.00", payer=OWN_PARTY), Decimal(-5)),
        (payment("-5.00", payee={"name": "Shop", "iban": SHOP}), Decimal(-5)),
        (payment("-5.00"), Decimal(-5)),
        (payment("+5.00"), Decimal(5)),
        (payment("-5.00", payer={"iban": FIRM}, payee=OWN_PARTY), RowCode.SIGN_MISMATCH),
        (payment("+5.00", payer=OWN_PARTY, payee={"iban": SHOP}), RowCode.SIGN_MISMATCH),
        (payment("-5.00", payer=OWN_PARTY, payee=OWN_PARTY), RowCode.DIRECTION_UNKNOWN),
    ],
)
def test_a_sign_gives_the_direction_beside_the_own_account(
    record: dict[str, Any], expected: Decimal | str, tmp_path: Path
) -> None:
    assert outcomes(read(tmp_path, "berlingroup-booked", record)) == [expected]


def test_unsigned_money_out_is_rejected_beside_signed_amounts(tmp_path: Path) -> None:
    records = [UNSIGNED[0], UNSIGNED[1], payment("-5.00", payer=OWN_PARTY)]

    output = read(tmp_path, "berlingroup-booked", *records)

    assert [row["amount"] for row in output.transactions] == [Decimal(30), Decimal(-5)]
    assert [(row["error_code"], row["field"], row["masked_value"]) for row in output.quarantine] == [
        (RowCode.SIGN_MISMATCH, "transactionAmount.amount", "999.99999")
    ]


def test_a_minus_counts_in_an_amount_too_large(tmp_path: Path) -> None:
    records = [UNSIGNED[0], payment("-12345678901234.00", payer=OWN_PARTY)]

    output = read(tmp_path, "berlingroup-booked", *records)

    assert outcomes(output) == [RowCode.SIGN_MISMATCH, RowCode.AMOUNT_RANGE]


@pytest.mark.parametrize(
    "own", ["DE09 0000 0000 0000 0000 01", "de09000000000000000001", "de09\u00a0000000000000000001"]
)
def test_accounts_are_compared_without_spaces_and_in_one_case(own: str, tmp_path: Path) -> None:
    assert outcomes(read(tmp_path, "berlingroup-booked", *UNSIGNED[:2], own=own)) == [Decimal(-100), Decimal(30)]


def test_the_own_account_contradicts_a_missing_minus(tmp_path: Path) -> None:
    output = read(tmp_path, "gocardless-booked", *UNSIGNED[:2])

    assert outcomes(output) == [RowCode.SIGN_MISMATCH, Decimal(30)]


def test_without_an_own_account_only_a_sign_gives_the_direction(tmp_path: Path) -> None:
    records = [*UNSIGNED[:3], payment("-5.00", payee={"name": "Shop", "iban": SHOP})]

    output = read(tmp_path, "berlingroup-booked", *records, own=None)

    assert outcomes(output) == [*["DIRECTION_UNKNOWN"] * 3, Decimal(-5)]


def test_the_own_account_may_be_captured_from_the_file(tmp_path: Path) -> None:
    fields: list[Field] = [NumberField(name="Sum"), StringField(name="From"), StringField(name="To")]
    file_layout = csv_layout(
        fields, amount=AmountByAccount(field="Sum", payer="From", payee="To"), account_id=Captured(capture="account")
    )
    file_layout = msgspec.structs.replace(
        file_layout,
        dialect=Dialect(delimiter=";", header_within=2),
        captures=(Capture(name="account", pattern="Account (.+)"),),
    )
    content = f"Account 12 345\nDay;Sum;From;To\n2025-10-01;5;12345;{SHOP}\n2025-10-01;6;{SHOP};12345\n"

    output = transform(content.encode(), tmp_path, file_layout)

    assert [row["amount"] for row in output.transactions] == [Decimal(-5), Decimal(6)]


def _open_banking(direction: str) -> bytes:
    own = {"Identification": OWN, "Name": OWN_NAME}
    other = {"Identification": SHOP, "Name": "Ana Example"}
    record = {
        "TransactionId": "1",
        "Amount": {"Amount": "5.00", "Currency": "GBP"},
        "CreditDebitIndicator": direction,
        "BookingDateTime": "2025-10-01T09:15:00+00:00",
        "CreditorAccount": own if direction == "Credit" else other,
        "DebtorAccount": other if direction == "Credit" else own,
    }
    return json.dumps({"Data": {"Transaction": [record]}}).encode()


def _parties(output: Output) -> list[tuple[str | None, str | None]]:
    return [(row["counterparty_name"], row["counterparty_account"]) for row in output.transactions]


@pytest.mark.parametrize("name", ["berlingroup-booked", "gocardless-booked"])
def test_the_counterparty_is_the_other_party_or_none(name: str, tmp_path: Path) -> None:
    records = [
        payment("2500.00", payer={"name": "Firm", "iban": FIRM}, payee=OWN_PARTY),
        payment("-29.09", payer=OWN_PARTY),
        payment("-10.00", payer={"iban": OWN}, payee={"name": "Shop"}),
        payment("-11.00", payer=OWN_PARTY, payee={"name": "Shop", "iban": SHOP}),
    ]

    output = read(tmp_path, name, *records)

    assert _parties(output) == [("Firm", FIRM), (None, None), ("Shop", None), ("Shop", SHOP)]


@pytest.mark.parametrize("direction", ["Credit", "Debit"])
def test_the_counterparty_of_open_banking_is_the_other_party(direction: str, tmp_path: Path) -> None:
    output = transform(_open_banking(direction), tmp_path, CATALOG.get("obie-v3"))

    assert _parties(output) == [("Ana Example", SHOP)]


def test_the_payee_of_money_in_is_no_counterparty(tmp_path: Path) -> None:
    shipped = CATALOG.get("wise-statement")
    cells = {
        "TransferWise ID": "TRANSFER-1",
        "Date": "24-09-2025",
        "Amount": "80.00",
        "Currency": "EUR",
        "Payer Name": "Ana Example",
        "Payee Name": OWN_NAME,
        "Payee Account Number": OWN,
        "Transaction Type": "CREDIT",
    }
    content = "\n".join([",".join(shipped.header), ",".join(cells.get(name, "") for name in shipped.header)])

    assert _parties(transform(content.encode(), tmp_path, shipped)) == [("Ana Example", None)]
