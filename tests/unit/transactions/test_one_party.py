"""The payer or the payee alone gives the direction, where it is the own account or certainly another."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import csv_layout, transform
from transactions.codes import RowCode
from transactions.layouts.fields import Constraints, Field, NumberField, StringField
from transactions.layouts.layout import Layout
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import AmountByAccount, ByDirection, FirstOf, Function, Text

LAWS = settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
OWN, SHOP, FIRM = "DE09000000000000000001", "DE79000000000000000002", "NL69EXAM0000000003"
IBAN = StringField(name="Party", format="iban")
NUMBER = StringField(name="Party", constraints=Constraints(pattern="[0-9]{2} ?[0-9]{3,6}"))
ANY_WORD = StringField(name="Party", constraints=Constraints(pattern="[a-z ]+"))


def of_one(party: StringField = IBAN, **function: Any) -> Layout:
    amount = AmountByAccount(field="Sum", **(function or {"payer": "Party"}))
    fields = (NumberField(name="Sum"), party, StringField(name="Own"))
    by_direction = ByDirection(credit="Party", debit="Party")
    return csv_layout(fields, amount=amount, account_id=Text(field="Own"), counterparty_account=by_direction)


def outcome(layout: Layout, party: str, own: str, amount: str, tmp_path: Path) -> Decimal | str:
    """Return the row's amount, or its error code."""
    content = f"Day;Sum;Party;Own\n2025-10-01;{amount};{party};{own}\n"
    output = transform(content.encode(), tmp_path, layout)
    if output.quarantine:
        (error,) = output.quarantine
        return str(error["error_code"])
    (row,) = output.transactions
    assert row["counterparty_account"] == (party or None)
    return Decimal(row["amount"]).normalize()


@pytest.mark.parametrize(
    ("field", "party", "own", "expected"),
    [
        (IBAN, OWN, OWN, -5),
        (IBAN, OWN, "de09 0000 0000 0000 0000 01", -5),
        (IBAN, SHOP, OWN, 5),
        (IBAN, FIRM, OWN, 5),
        (IBAN, FIRM, "DE09 0000 0000 0000 0000 01", 5),
        (IBAN, FIRM, "0000000001", RowCode.DIRECTION_UNKNOWN),
        (IBAN, FIRM, "Giro", RowCode.DIRECTION_UNKNOWN),
        (IBAN, FIRM, "", RowCode.DIRECTION_UNKNOWN),
        (IBAN, "", OWN, RowCode.DIRECTION_UNKNOWN),
        (IBAN, "", "", RowCode.DIRECTION_UNKNOWN),
        (IBAN, "Firm", OWN, RowCode.IBAN_INVALID),
        (IBAN, "DE80000000000000000002", OWN, RowCode.IBAN_INVALID),
        (NUMBER, "12 3456", "12 3456", -5),
        (NUMBER, "123456", "12 3456", -5),
        (NUMBER, "12 3457", "12 3456", 5),
        (NUMBER, "12 34567", "89 123", 5),
        (NUMBER, "12345", "001 2345", RowCode.DIRECTION_UNKNOWN),
        (NUMBER, "12345", "00 12345", RowCode.DIRECTION_UNKNOWN),
        (NUMBER, "12 34567", "12 3456", RowCode.DIRECTION_UNKNOWN),
        (NUMBER, "12 3457", OWN, RowCode.DIRECTION_UNKNOWN),
        (NUMBER, "Firm", "12 3456", RowCode.FIELD_FORMAT),
        (ANY_WORD, "savings", "current", 5),
        (ANY_WORD, "current", "Current", -5),
        (ANY_WORD, "savings", "12 3456", RowCode.DIRECTION_UNKNOWN),
    ],
)
def test_another_account_must_not_be_the_own_one_written_anew(
    field: StringField, party: str, own: str, expected: int | str, tmp_path: Path
) -> None:
    assert outcome(of_one(field), party, own, "5.00", tmp_path) == expected


@pytest.mark.parametrize(
    ("keys", "party", "amount", "expected"),
    [
        ({"payee": "Party"}, OWN, "5.00", 5),
        ({"payee": "Party"}, SHOP, "5.00", -5),
        ({"payee": "Party"}, "", "5.00", RowCode.DIRECTION_UNKNOWN),
        ({"payee": "Party"}, SHOP, "-5.00", RowCode.SIGN_MISMATCH),
        ({"payee": "Party", "sign": "agrees"}, SHOP, "-5.00", -5),
        ({"payee": "Party", "sign": "agrees"}, SHOP, "5.00", RowCode.SIGN_MISMATCH),
        ({"payee": "Party", "sign": "agrees"}, "", "-5.00", -5),
        ({"payee": "Party", "sign": "optional"}, SHOP, "5.00", -5),
        ({"payee": "Party", "sign": "optional"}, SHOP, "+5.00", RowCode.SIGN_MISMATCH),
        ({"payer": "Party", "sign": "agrees"}, SHOP, "5.00", 5),
        ({"payer": "Party", "sign": "agrees"}, OWN, "5.00", RowCode.SIGN_MISMATCH),
        ({"payer": "Party", "sign": "optional"}, SHOP, "-5.00", RowCode.SIGN_MISMATCH),
        ({"payer": "Party", "sign": "optional"}, OWN, "-5.00", -5),
        ({"payer": "Party", "sign": "optional"}, "", "-5.00", -5),
        ({"payer": "Party", "sign": "optional"}, "", "5.00", RowCode.DIRECTION_UNKNOWN),
    ],
)
def test_a_sign_beside_one_party_must_agree_with_it(
    keys: dict[str, Any], party: str, amount: str, expected: int | str, tmp_path: Path
) -> None:
    assert outcome(of_one(**keys), party, OWN, amount, tmp_path) == expected


def test_the_rule_says_what_one_party_must_be(tmp_path: Path) -> None:
    output = transform(b"Day;Sum;Party;Own\n2025-10-01;5;;X1\n", tmp_path, of_one())

    assert [(row["field"], row["rule"]) for row in output.quarantine] == [
        ("Party", "the own account, or an account that cannot be the same one in another notation")
    ]


@LAWS
@given(rows=st.lists(st.tuples(st.sampled_from(["payer", "payee"]), st.sampled_from([SHOP, FIRM])), min_size=1))
def test_one_party_says_what_both_say(rows: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    accounts = (StringField(name=name, format="iban") for name in ("From", "To", "Own"))
    fields: list[Field] = [NumberField(name="Sum"), *accounts]
    parties = [(OWN, other) if own == "payer" else (other, OWN) for own, other in rows]
    lines = [f"2025-10-01;{number};{payer};{payee};{OWN}" for number, (payer, payee) in enumerate(parties, 1)]
    content = "\n".join(["Day;Sum;From;To;Own", *lines]).encode()

    def amounts(payer: str | None = None, payee: str | None = None) -> list[Decimal]:
        amount = AmountByAccount(field="Sum", payer=payer, payee=payee)
        layout = csv_layout(fields, amount=amount, account_id=Text(field="Own"))
        output = transform(content, tmp_path_factory.mktemp("file"), layout)
        return [row["amount"] for row in output.transactions]

    both = amounts(payer="From", payee="To")

    assert len(both) == len(rows)
    assert amounts(payer="From") == amounts(payee="To") == both


@pytest.mark.parametrize(
    ("party", "keys", "own", "complaint"),
    [
        (IBAN, {"sign": "agrees"}, Text(field="Own"), "needs payer or payee, a field with accounts"),
        (StringField(name="Party"), {"payer": "Party"}, Text(field="Own"), "Party decides alone, and needs a format"),
        (StringField(name="Party"), {"payee": "Party"}, Text(field="Own"), "Party decides alone, and needs a format"),
        (IBAN, {"payer": "Party"}, Text(field="Party"), "account_id is read from Party"),
        (IBAN, {"payer": "Party"}, FirstOf(of=("Own", "Party")), "account_id is read from Party"),
        (IBAN, {"payer": "Own", "payee": "Party"}, Text(field="Own"), "account_id is read from Own"),
    ],
)
def test_the_linter_refuses_a_party_that_decides_nothing(
    party: StringField, keys: dict[str, Any], own: Function, complaint: str
) -> None:
    layout = of_one(party, **keys)
    layout.mapping["account_id"] = own

    found = complaints(layout)

    assert [rule for rule in found if rule.startswith(f"mapping.amount: {complaint}")], found
