# ruff: noqa: RUF001, SIM905 - look-alikes, and lists of words
"""Declarations of numbers that could hide a sign, a direction or a size are refused, with the key and the cure."""

import sys
import unicodedata
from typing import Any

import msgspec
import pytest

from tests.unit.transactions.support import CATALOG, csv_layout
from transactions.layouts.affixes import can_mean_minus, is_currency, is_sign
from transactions.layouts.fields import NumberField, Schema, StringField
from transactions.layouts.linting import complaints
from transactions.layouts.mapping import (
    Amount,
    AmountByAccount,
    AmountFunction,
    AmountWithDirection,
    ByDirection,
    Constant,
    DebitCredit,
)
from transactions.layouts.number_rules import number_complaints

CHARACTERS = list(map(chr, range(sys.maxunicode + 1)))
DASHES = [character for character in CHARACTERS if unicodedata.category(character) == "Pd"]
BRACKETS = [character for character in CHARACTERS if unicodedata.category(character) in {"Ps", "Pe"}]
MINUSES = "-−‐‑‒–—―⸺⸻﹘﹣－⁻₋➖\N{MODIFIER LETTER MINUS SIGN}\N{SOFT HYPHEN}\N{MACRON}"
PLUSES = "+＋﹢⁺₊➕\N{INVISIBLE PLUS}±"
DIRECTIONS = """
    DR CR Dr. Cr Db D C Debit Credit Deb Cred Soll Haben S H Lastschrift Gutschrift Belastung Ausgang Eingang
    Abbuchung Af Bij Debet Kredit Débit Crédit débiteur créditeur Cargo Abono Debe Haber Dare Avere Addebito
    Accredito Débito Crédito Saída Entrada Wn Ma Winien Obciążenie Uznanie MD Dal Má_dáti Na_vrub V_prospěch
    Tartozik Követel T K Jóváírás Terhelés Uttag Insättning Inn Ut Ud Ind Hævet Indsat Pano Otto Borç Alacak B
    A Duguje Potražuje Дт Кт Дебет Кредит Расход Приход Д К Χρέωση Πίστωση 借 貸 贷 支出 收入 存入 입금
    출금 مدين دائن חובה
    זכות neg minus plus reversal
""".split()
SIZES = ["Mio", "Mio EUR", "TEUR", "T€", "k€", "M$", "mn", "bn", "Tsd.", "Cr", "Lakh", "万", "ct", "cents", "p", "%"]
CURRENCIES = """
    $ € £ ¥ ₽ ₹ ₩ ₺ ₴ ₪ ￥ US$ A$ AU$ C$ CA$ NZ$ HK$ NT$ R$ S$ MX$ kr kr. Kč kc zł Fr. Fr SFr. CHF EUR Eur chf
    USD$ Rs. Rs lei грн руб. лв. дин. Ft TL RM Rp R Q F.CFA KM S/. B/. 元 円 원 ر.س د.إ ש"ח
""".split()


def number(**declared: Any) -> NumberField:
    return NumberField(**{"name": "Sum", **declared})


@pytest.mark.parametrize("key", ["prefixes", "suffixes"])
@pytest.mark.parametrize("affixes", [DASHES, BRACKETS, MINUSES, PLUSES, "▲△▼<>~*", DIRECTIONS, SIZES], ids=len)
def test_no_affix_may_give_the_direction_or_the_size(key: str, affixes: list[str]) -> None:
    written = [
        form for affix in affixes for form in (affix.replace("_", " "), f" {affix}", f"EUR {affix}", f"{affix} €")
    ]

    field = number(**{key: tuple(written)})

    found = list(number_complaints(field))
    refused = {rule.partition(":")[0] for rule in found}
    assert refused == {f".{key}[{place}]" for place in range(len(written))}
    assert all("minusChars" in rule or "debitWords" in rule for rule in found)


@pytest.mark.parametrize("key", ["prefixes", "suffixes"])
def test_currencies_are_affixes(key: str) -> None:
    written = [form for affix in CURRENCIES for form in (affix, f" {affix}", f"{affix}\u00a0", f"{affix.upper()}")]
    text = ('="', '"', "\u200f₪")

    assert list(number_complaints(number(**{key: (*written, *text, " ")}))) == []


def test_the_affixes_of_every_layout_that_ships_are_currencies() -> None:
    numbers = [field for layout in CATALOG for field in layout.schema.fields if isinstance(field, NumberField)]

    affixes = {affix for field in numbers for affix in field.prefixes + field.suffixes}

    assert affixes
    assert all(map(is_currency, affixes))


@pytest.mark.parametrize("affix", [".", "€.", ".€", ",", "", "\t€", "1", "\N{FULLWIDTH DIGIT ONE}"])
def test_what_could_be_read_as_part_of_the_number_is_no_affix(affix: str) -> None:
    assert list(number_complaints(number(prefixes=(affix,))))


def test_any_dash_may_be_the_minus_but_no_plus_or_bracket() -> None:
    assert all(map(can_mean_minus, [*DASHES, *MINUSES, "▲", "△"]))
    assert not any(map(can_mean_minus, [*PLUSES, *BRACKETS, *"0aÄ$€.,' \t\u0000"]))
    assert all(map(is_sign, [*DASHES, *MINUSES, *PLUSES, *BRACKETS]))


WORDS: dict[str, Any] = {"debit_words": ("DR",), "credit_words": ("CR",)}


@pytest.mark.parametrize(
    ("declared", "complaint"),
    [
        ({"decimal_char": "−"}, ": decimalChar and groupChar are"),
        ({"group_char": "–"}, ": decimalChar and groupChar are"),
        ({"group_char": "\N{ARABIC-INDIC DIGIT ONE}"}, ": decimalChar and groupChar are"),
        ({"group_char": "x"}, ": decimalChar and groupChar are"),
        ({"minus_chars": ("+",)}, ".minusChars[0]: + (U+002B PLUS SIGN) is no minus"),
        ({"minus_chars": ("-", ".")}, ".minusChars[1]: . (U+002E FULL STOP) is no minus"),
        ({"minus_chars": ("D",)}, ".minusChars[0]: D"),
        ({"debit_words": ("DR",)}, ".debitWords: needs creditWords"),
        ({"credit_words": ("CR",)}, ".debitWords: needs creditWords"),
        ({**WORDS, "parentheses": True}, ".debitWords: where words give the direction, a sign cannot"),
        ({**WORDS, "trailing_sign": True}, ".debitWords: where words give the direction, a sign cannot"),
        ({**WORDS, "minus_chars": ("−",)}, ".debitWords: where words give the direction, a sign cannot"),
        ({**WORDS, "debit_words": ("DR", "CR")}, ".debitWords: 'CR' stands in creditWords as well"),
        ({**WORDS, "debit_words": ("-",)}, ".debitWords[0]: a word begins with a letter"),
        ({**WORDS, "credit_words": ("C1",)}, ".creditWords[0]: a word begins with a letter"),
        ({**WORDS, "credit_words": ("CR ",)}, ".creditWords[0]: a word begins with a letter"),
        ({**WORDS, "credit_words": (".",)}, ".creditWords[0]: a word begins with a letter"),
        (
            {"debit_words": ("",), "credit_words": ("EUR",), "suffixes": (" EUR",)},
            ".debitWords: 'EUR' beside the digits",
        ),
        ({"debit_words": ("R",), "credit_words": ("RR",), "prefixes": ("R",)}, ".debitWords: 'RR' beside the digits"),
        ({"prefixes": ("Fr", "Fr."), "bare_fraction": True}, ".bareFraction: a . before the digits"),
        ({**WORDS, "debit_words": ("Dr", "Dr."), "bare_fraction": True}, ".bareFraction: a . before the digits"),
        *[
            ({"json_type": "number", **declared}, ".jsonType: a JSON number")
            for declared in ({"minus_chars": ("-",)}, WORDS, {"parentheses": True}, {"bare_fraction": True})
        ],
    ],
)
def test_an_ambiguous_number_is_refused(declared: dict[str, Any], complaint: str) -> None:
    found = list(number_complaints(number(**declared)))

    assert any(rule.startswith(complaint) for rule in found), found


WORDED = number(name="Worded", **WORDS)
DOLLARS = number(name="Dollars", prefixes=("$",), suffixes=(" usd", " EUR"))
FIELDS = (WORDED, DOLLARS, number(), StringField(name="A"), StringField(name="B"))
BOTH: dict[str, Any] = {"credit": ("CR",), "debit": ("DR",)}


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (Amount(field="Worded", inverted=True), "the words of Worded give its direction"),
        (Amount(field="Sum", fee="Worded"), "the words of Worded give its direction"),
        (DebitCredit(debit="Worded", credit="Sum"), "the words of Worded give its direction"),
        (AmountWithDirection(field="Worded", direction="A", **BOTH), "the words of Worded give its direction"),
        (AmountByAccount(field="Worded", payer="A", payee="B"), "the words of Worded give its direction"),
        (Amount(field="Dollars"), "USD beside Dollars is another currency than EUR"),
        (Amount(field="Sum", fee="Sum"), "reads one field twice"),
        (Amount(field="Sum", fee_sign="agrees"), "feeSign says what the sign of a fee means, and there is no fee"),
        (DebitCredit(debit="Sum", credit="Sum", fee="Sum"), "reads one field twice"),
        (DebitCredit(debit="Sum", credit="Sum"), "reads one field twice"),
        (AmountByAccount(field="Sum", payer="A", payee="A"), "reads one field twice"),
        (AmountByAccount(field="Sum", payer="A", payee="Worded"), "Worded has the wrong type for this function"),
        (
            AmountWithDirection(field="Sum", direction="A", credit=("c",), debit=("C ",)),
            "credit and debit share a word",
        ),
        (AmountWithDirection(field="Sum", direction="A", credit=("",), debit=("-",)), "- is one of missingValues"),
    ],
)
def test_an_amount_with_two_sources_of_direction_is_refused(function: AmountFunction, complaint: str) -> None:
    layout = csv_layout(FIELDS, amount=function, account_id=Constant(value="own"))
    layout = msgspec.structs.replace(layout, schema=Schema(fields=layout.schema.fields, missing_values=("", "-")))

    found = complaints(layout)

    assert [rule for rule in found if rule.startswith(f"mapping.amount: {complaint}")], found


@pytest.mark.parametrize(
    ("mapping", "complaint"),
    [
        ({}, "mapping.amount: needs account_id"),
        ({"account_id": ByDirection(credit="A", debit="B")}, "mapping.amount: needs account_id"),
        ({"account_id": Constant(value="own"), "counterparty_name": ByDirection()}, "mapping.counterparty_name: needs"),
        (
            {"account_id": Constant(value="own"), "balance_after": AmountByAccount(field="Sum", payer="A", payee="B")},
            "mapping.balance_after: amount_by_account fills amount only",
        ),
    ],
)
def test_a_direction_by_the_own_account_needs_to_know_it(mapping: dict[str, Any], complaint: str) -> None:
    layout = csv_layout(FIELDS, amount=AmountByAccount(field="Sum", payer="A", payee="B"), **mapping)

    found = complaints(layout)

    assert len(found) == 1
    assert found[0].startswith(complaint)
