"""Files with one row whose cell is wrong."""

from collections.abc import Iterator
from typing import Any

from tests.unit.transactions.corpus.case import GOOD, Case, Trap, among_good
from tests.unit.transactions.support import CATALOG, alpine_file, alpine_row, csv_layout, good_rows, layout
from transactions.codes import FileCode, RowCode, WarningCode
from transactions.layouts.fields import Constraints, Field, NumberField, Schema, StringField
from transactions.layouts.mapping import Amount, AmountWithDirection, DebitCredit, Lookup

NUMBERS = {
    "amount with an exponent": "1e2",
    "amount between spaces": " 1.5 ",
    "amount with an underscore": "1_000",
}
WRITTEN_WRONG = {
    "amount with a decimal comma": '"12,50"',
    "amount with group commas": '"1,000.00"',
    "amount with a space between thousands": "1 000.00",
    "amount with an apostrophe between thousands": "1'000.00",
    "amount with a currency sign": "£5.00",
    "amount with a currency code": "5.00 EUR",
    "amount with two signs": "--5.00",
    "amount with its sign behind": "5.00-",
    "amount with a typographic minus": "\N{MINUS SIGN}5.00",
    "amount in parentheses": "(5.00)",
    "amount without a whole part": ".50",
    "amount that ends in a point": "5.",
    "amount in hexadecimal digits": "0x10",
    "amount in Arabic digits": "٣",
    "amount that is not a number": "NaN",
    "amount that is infinite": "Infinity",
    "amount that a spreadsheet could not show": "########",
    "amount that is a formula": "=A1+A2",
}
DATES = {
    "date with slashes": "2025/11/03",
    "date that is a word": "epoch",
    "date that is infinite": "infinity",
    "date with a time and zone": "2025-10-01T00:00:00+02:00",
}
DATES_WRITTEN_WRONG = {
    "date with the day first": "03.11.2025",
    "date without separators": "20251103",
    "date without leading zeros": "2025-1-3",
    "date that is a spreadsheet's day number": "45964",
    "30 February": "2025-02-30",
    "29 February of a common year": "2025-02-29",
    "month 13": "2025-13-01",
}
DATES_OUT_OF_RANGE = {
    "date that is a placeholder": "1111-11-11",
    "date of the last century's placeholder": "1900-01-01",
    "date of the end of time": "9999-12-31",
    "date in the future": "2025-11-05",
}
OTHERS: list[tuple[str, dict[str, str], RowCode]] = [
    ("amount with decimals that a cast would round", {"amount": "12.3456"}, RowCode.AMOUNT_SCALE),
    ("amount with more decimals than its currency", {"amount": "12.345"}, RowCode.AMOUNT_SCALE),
    ("yen with decimals", {"amount": "1.5", "currency": "JPY"}, RowCode.AMOUNT_SCALE),
    ("amount too great", {"amount": "12345678901234.00"}, RowCode.AMOUNT_RANGE),
    ("no amount", {"amount": ""}, RowCode.FIELD_MISSING),
    ("no currency", {"currency": ""}, RowCode.FIELD_MISSING),
    ("no date", {"booking_date": ""}, RowCode.FIELD_MISSING),
    ("no id", {"transaction_id": ""}, RowCode.ID_MISSING),
    ("id that stood there before", {"transaction_id": "G0"}, RowCode.DUPLICATE_ID),
    ("currency in small letters", {"currency": "eur"}, RowCode.CURRENCY_UNKNOWN),
    ("currency by its sign", {"currency": "€"}, RowCode.CURRENCY_UNKNOWN),
    ("currency that nobody issues", {"currency": "XYZ"}, RowCode.CURRENCY_UNKNOWN),
    ("currency that was given up before", {"currency": "EEK"}, RowCode.CURRENCY_WITHDRAWN),
    ("value date far ahead", {"value_date": "2026-01-01"}, RowCode.DATE_RANGE),
    ("balance that is a word", {"balance": "unknown"}, RowCode.AMOUNT_FORMAT),
]


def cells() -> Iterator[Case]:
    """Yield the cases."""
    for values, column, code, trap in (
        (NUMBERS, "amount", RowCode.AMOUNT_FORMAT, Trap.LOOSE_NUMBERS),
        (WRITTEN_WRONG, "amount", RowCode.AMOUNT_FORMAT, None),
        (DATES, "booking_date", RowCode.DATE_FORMAT, Trap.LOOSE_DATES),
        (DATES_WRITTEN_WRONG, "booking_date", RowCode.DATE_FORMAT, None),
        (DATES_OUT_OF_RANGE, "booking_date", RowCode.DATE_RANGE, None),
    ):
        for name, value in values.items():
            yield among_good(name, alpine_row(**{column: value}), {code: 1}, trap=trap)
    for name, changed, code in OTHERS:
        trap = Trap.LOOSE_NUMBERS if code is RowCode.AMOUNT_SCALE else None
        yield among_good(name, alpine_row(**changed), {code: 1}, trap=trap)
    all_wrong = alpine_row(transaction_id="", booking_date="today", amount="much", currency="euro")
    yield among_good(
        "row in which every cell is wrong",
        all_wrong,
        {RowCode.AMOUNT_FORMAT: 1, RowCode.CURRENCY_UNKNOWN: 1, RowCode.DATE_FORMAT: 1, RowCode.ID_MISSING: 1},
    )
    yield from _declared()
    yield from _decimal_styles()
    yield from _balances()


def _declared() -> Iterator[Case]:
    """Yield cells that break what only some layouts declare."""
    amount = NumberField(name="Amount")
    word = StringField(name="Word")
    plain = Amount(field="Amount")
    agreeing = AmountWithDirection(field="Amount", direction="Word", credit=("IN",), debit=("OUT",), sign="agrees")
    unsigned = AmountWithDirection(field="Amount", direction="Word", credit=("IN",), debit=("OUT",))
    columns = (NumberField(name="Debit"), NumberField(name="Credit"))
    iban = StringField(name="Word", format="iban")
    coded = StringField(name="Word", constraints=Constraints(pattern="[A-Z]{4}"))
    kinds = Lookup(field="Word", values={"card": "CARD"})
    yield _semicolons("IBAN with wrong check digits", (iban, amount), plain, "GB28WEST12345698765432;1", "IBAN_INVALID")
    yield _semicolons("IBAN with spaces", (iban, amount), plain, "GB82 WEST 1234 5698 7654 32;1", "IBAN_INVALID")
    yield _semicolons("account number that is no IBAN", (iban, amount), plain, "0532013000;1", "IBAN_INVALID")
    yield _semicolons("text that is not as agreed", (coded, amount), plain, "card;1", "FIELD_FORMAT")
    yield _semicolons(
        "word that is not in the table", (word, amount), plain, "cash;1", "VALUE_UNKNOWN", bank_transaction_code=kinds
    )
    yield _semicolons("sign against its word", (word, amount), agreeing, "OUT;5.00", "SIGN_MISMATCH")
    yield _semicolons("sign where there is none", (word, amount), unsigned, "OUT;-5.00", "SIGN_MISMATCH")
    yield _semicolons("direction in another language", (word, amount), unsigned, "Soll;5.00", "DIRECTION_UNKNOWN")
    both = DebitCredit(debit="Debit", credit="Credit")
    yield _semicolons("debit and credit in one row", columns, both, "1.00;2.00", "AMOUNT_AMBIGUOUS")
    yield _semicolons("neither debit nor credit", columns, both, ";", "FIELD_MISSING")
    cents = NumberField(name="Amount", minor_units=True)
    yield _semicolons("cents with decimals", (word, cents), plain, "x;1.50", "AMOUNT_SCALE")


def _semicolons(name: str, fields: tuple[Field, ...], amount: Any, cells: str, code: str, **mapping: Any) -> Case:
    file_layout = csv_layout(fields, amount=amount, **mapping)
    content = f"{';'.join(file_layout.header)}\n2025-10-01;{cells}\n".encode()
    return Case(
        name=name,
        content=content,
        layouts=(file_layout,),
        file_code=FileCode.TOO_MANY_REJECTED,
        rejected=1,
        errors={RowCode[code]: 1},
        lines=(2,),
    )


def _decimal_styles() -> Iterator[Case]:
    """Yield amounts that another reader takes for a hundred or a thousand times as much, or as little."""
    for name, amount, total in (
        ("decimal point where it stands between thousands", "-5.00", None),
        ("three decimals behind a point that are thousands", "-1.450", "-1450.00"),
        ("group of two digits", "-1.45", None),
        ("groups of unequal length", "-12.34.567,00", None),
        ("group behind the decimal comma", "-1,000.50", None),
    ):
        yield Case(
            name=name,
            content=_dkb(amount),
            partner="dkb",
            file_code=None if total else FileCode.TOO_MANY_REJECTED,
            accepted=1 if total else 0,
            rejected=0 if total else 1,
            errors={} if total else {RowCode.AMOUNT_FORMAT: 1},
            totals={"EUR": total} if total else {},
        )


def _dkb(amount: str) -> bytes:
    header = ";".join(CATALOG.get("dkb-2023").header)
    row = f"01.10.25;01.10.25;Gebucht;Mara Muster;Kiosk Nord;Papier;Ausgang;;{amount};;;"
    return f'"Girokonto";"DE02000000000000000001"\n\n{header}\n{row}\n'.encode()


def _balances() -> Iterator[Case]:
    first, second = alpine_row(transaction_id="1", balance="100.00"), alpine_row(transaction_id="2", balance="80.00")
    yield Case(
        name="running balance that does not continue",
        content=alpine_file(first, second),
        layouts=(layout(running_balance="ascending"),),
        accepted=2,
        warnings={WarningCode.BALANCE_BREAK: 1},
        lines=(3,),
    )
    # Five and more words for no value, and wrong rows far apart
    words = ("", "-", "n/a", "null", "none", "?")
    missing = layout(schema=Schema(fields=layout().schema.fields, missing_values=words))
    rows = good_rows(3000)
    rows[1000], rows[2500] = alpine_row(transaction_id="n/a"), alpine_row(amount="none")
    yield Case(
        name="many words for no value",
        content=alpine_file(*rows),
        layouts=(missing,),
        accepted=2998,
        rejected=2,
        errors={RowCode.FIELD_MISSING: 1, RowCode.ID_MISSING: 1},
        lines=(2502, 1002),
        trap=Trap.ROWS_SCRAMBLED,
    )
    assert len(rows) > GOOD
