"""Laws of amounts: an amount is what a plain reading of its row's fields says, or the row is rejected."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import csv_layout, transform
from transactions.codes import RowCode
from transactions.layouts.fields import Field, NumberField, StringField
from transactions.layouts.mapping import (
    Amount,
    AmountByAccount,
    AmountFunction,
    AmountWithDirection,
    DebitCredit,
    Text,
)

LAWS = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
LIMIT = Decimal(10) ** 13
OWN, OTHER, THIRD = "DE09000000000000000001", "DE79000000000000000002", "NL69EXAM0000000003"
Row = tuple[str, ...]

numbers = st.sampled_from(["", "0", "0.00", "-0.00", "5.00", "-5.00", "+5.00", "$5.00", "$+5.00", "$-5.00", "(5.00)"])
numbers |= st.sampled_from(["5.00-", "5.00+", "9999999999999.99", "-9999999999999.99", "0.01", "x", "5.001", "5.000"])
words = st.sampled_from(["CR", "DR", "", "dr", "DR ", "Soll"])
accounts = st.sampled_from([OWN, "de09 0000 0000 0000 0000 01", OTHER, THIRD, "12345", ""])
signs: st.SearchStrategy[Literal["none", "agrees", "inverted", "plus"]]
signs = st.sampled_from(["none", "agrees", "inverted", "plus"])


def number(name: str) -> NumberField:
    return NumberField(name=name, prefixes=("$",), parentheses=True, trailing_sign=True)


def value(cell: str) -> Decimal | None:
    """Read a cell without any pattern; None if it is no number."""
    text = cell.replace("$", "", 1)
    negative = text.startswith(("(", "-")) or text.endswith("-")
    try:
        size = Decimal(text.strip("()+-"))
    except ArithmeticError:
        return None
    return None if cell.endswith((".001", ".000")) else -size if negative else size


def is_signed(cell: str) -> bool:
    return bool(set("+-(") & set(cell))


def read(function: AmountFunction, fields: list[Field], rows: list[Row]) -> list[tuple[Decimal, str] | None]:
    """Return for each row its amount and direction, None if it is rejected."""
    own = {"account_id": Text(field="Own")} if isinstance(function, AmountByAccount) else {}
    header = ";".join(["Day", *(field.name for field in fields)])
    content = "\n".join([header, *(";".join(("2025-10-01", *row)) for row in rows)]).encode()
    with TemporaryDirectory() as folder:
        output = transform(content, Path(folder), csv_layout(fields, amount=function, currency="EUR", **own))
    found = {row["source_line"]: (row["amount"], row["credit_debit_indicator"]) for row in output.transactions}
    return [found.get(line) for line in range(2, len(rows) + 2)]


def expect(rows: list[Row], meaning: Callable[..., Decimal | None]) -> list[tuple[Decimal, str] | None]:
    amounts = [meaning(*row) for row in rows]
    return [
        None if amount is None or abs(amount) >= LIMIT else (amount, "DBIT" if amount < 0 else "CRDT")
        for amount in amounts
    ]


def weighed(rows: list[tuple[Decimal, str] | None]) -> list[tuple[Decimal, str] | None]:
    """Leave the direction of nothing out."""
    return [row and (row[0], row[1] if row[0] else "") for row in rows]


def assert_read(
    function: AmountFunction, fields: list[Field], rows: list[Row], meaning: Callable[..., Decimal | None]
) -> None:
    assert weighed(read(function, fields, rows)) == weighed(expect(rows, meaning))


@LAWS
@given(rows=st.lists(st.tuples(numbers, numbers), min_size=20, max_size=40), inverted=st.booleans())
def test_a_fee_is_subtracted(*, rows: list[Row], inverted: bool) -> None:
    def meaning(cell: str, fee_cell: str) -> Decimal | None:
        amount, fee = value(cell), value(fee_cell or "0")
        if amount is None or fee is None or is_signed(fee_cell):
            return None
        return (-amount if inverted else amount) - fee

    assert_read(Amount(field="Sum", fee="Fee", inverted=inverted), [number("Sum"), number("Fee")], rows, meaning)


@LAWS
@given(rows=st.lists(st.tuples(numbers, numbers), min_size=20, max_size=40), reverses=st.booleans())
def test_a_signed_fee_is_added_or_taken_off(*, rows: list[Row], reverses: bool) -> None:
    def meaning(cell: str, fee_cell: str) -> Decimal | None:
        amount, fee = value(cell), value(fee_cell or "0")
        return None if amount is None or fee is None else amount - fee if reverses else amount + fee

    function = Amount(field="Sum", fee="Fee", fee_sign="reverses" if reverses else "agrees")
    assert_read(function, [number("Sum"), number("Fee")], rows, meaning)


@LAWS
@given(rows=st.lists(st.tuples(numbers, numbers), min_size=20, max_size=40), negative=st.booleans())
def test_debits_go_out_and_credits_come_in(*, rows: list[Row], negative: bool) -> None:
    def meaning(debit_cell: str, credit_cell: str) -> Decimal | None:
        debit, credit = value(debit_cell or "0"), value(credit_cell or "0")
        if not debit_cell + credit_cell or debit is None or credit is None or (debit and credit):
            return None
        if is_signed(credit_cell) or (debit > 0 if negative else is_signed(debit_cell)):
            return None
        return credit - abs(debit)

    function = DebitCredit(debit="Out", credit="In", negative_debits=negative)
    assert_read(function, [number("Out"), number("In")], rows, meaning)


@LAWS
@given(rows=st.lists(st.tuples(numbers, words), min_size=20, max_size=40), sign=signs, no_word=st.booleans())
def test_a_word_gives_the_direction_and_no_sign_contradicts_it(
    *, rows: list[Row], sign: Literal["none", "agrees", "inverted", "plus"], no_word: bool
) -> None:
    def meaning(cell: str, word: str) -> Decimal | None:
        amount = value(cell)
        if amount is None or word not in {"CR", "DR", *([""] * no_word)}:
            return None
        out = word != "CR"
        fits = {
            "none": not is_signed(cell),
            "agrees": not amount or (amount < 0) == out,
            "inverted": not amount or (amount > 0) == out,
            "plus": amount >= 0 and ("+" in cell) != out,
        }
        return (-abs(amount) if out else abs(amount)) if fits[sign] else None

    function = AmountWithDirection(
        field="Sum", direction="Way", credit=("CR",), debit=("DR", *([""] * no_word)), sign=sign
    )
    assert_read(function, [number("Sum"), StringField(name="Way")], rows, meaning)


def is_iban(account: str) -> bool:
    return account[:2].isalpha() and len(account) > len("12345")


@LAWS
@given(
    rows=st.lists(
        st.tuples(numbers.filter(lambda cell: value(cell) != 0), accounts, accounts, accounts), min_size=20, max_size=60
    ),
    sign=st.sampled_from(["none", "agrees", "optional"]),
)
def test_the_own_account_gives_the_direction_against_no_sign(
    rows: list[Row], sign: Literal["none", "agrees", "optional"]
) -> None:
    in_signed_file = any((value(cell) or 0) < 0 for cell, *_ in rows)

    def meaning(cell: str, *written: str) -> Decimal | None:
        payer, payee, own = (account.replace(" ", "").upper() for account in written)
        amount, paid, received = value(cell), own and payer == own, own and payee == own
        if amount is None or (paid and received) or (sign == "none" and is_signed(cell)):
            return None
        if sign == "agrees" or is_signed(cell):
            return None if (received if amount < 0 else paid) else amount
        if paid:
            return None if sign == "optional" and in_signed_file else -amount
        another_paid = sign == "optional" and not payee and is_iban(payer) and is_iban(own)
        return amount if received or another_paid else None

    fields: list[Field] = [number("Sum"), *(StringField(name=name) for name in ("Payer", "Payee", "Own"))]
    assert_read(AmountByAccount(field="Sum", payer="Payer", payee="Payee", sign=sign), fields, rows, meaning)


def contradictions(function: AmountFunction, rows: list[Row], currency: str) -> list[tuple[int, str, str]]:
    """Return the line, field and code of each amount that is another than its sign or its cells say."""
    numbers = (NumberField(name=name, minor_units=True) for name in ("Sum", "In"))
    fields: list[Field] = [*numbers, *map(text_field, ("Way", "Payer", "Payee", "Own", "Currency"))]
    file_layout = csv_layout(fields, amount=function, account_id=Text(field="Own"))
    file_layout.mapping["currency"] = Text(field="Currency")
    header = ";".join(["Day", *(field.name for field in fields)])
    content = "\n".join([header, *(";".join(("2025-10-01", *row, currency)) for row in rows)]).encode()
    with TemporaryDirectory() as folder:
        output = transform(content, Path(folder), file_layout)
    errors = [(row["source_line"], row["field"], row["error_code"]) for row in output.quarantine]
    return sorted(error for error in errors if error[-1] in {RowCode.SIGN_MISMATCH, RowCode.AMOUNT_AMBIGUOUS})


def text_field(name: str) -> Field:
    return StringField(name=name)


whole_numbers = st.sampled_from(["", "0", "-0", "5", "-5", "+5", "1.5", "x"])


@LAWS
@given(
    rows=st.lists(
        st.tuples(whole_numbers, whole_numbers, words, accounts, accounts, accounts), min_size=20, max_size=40
    ),
    function=st.one_of(
        st.builds(
            AmountWithDirection,
            field=st.just("Sum"),
            direction=st.just("Way"),
            credit=st.just(("CR",)),
            debit=st.just(("DR",)),
            sign=signs,
        ),
        st.builds(DebitCredit, debit=st.just("Sum"), credit=st.just("In"), negative_debits=st.booleans()),
        st.builds(
            AmountByAccount,
            field=st.just("Sum"),
            payer=st.just("Payer"),
            payee=st.just("Payee"),
            sign=st.sampled_from(["none", "agrees"]),
        ),
    ),
)
def test_a_contradiction_is_told_of_any_currency(rows: list[Row], function: AmountFunction) -> None:
    assert contradictions(function, rows, "EUR") == contradictions(function, rows, "EURO")
