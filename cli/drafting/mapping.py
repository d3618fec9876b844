"""Guesses which column fills which part of the canonical record, by its name, its type and its values."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cli.drafting.columns import SampleColumn
from transactions.currencies import MINOR_UNITS
from transactions.layouts.layout_file import TO_DO

_NAMES: Final = {
    "transaction_id": r"(^|[ _.])(transaction|entry|booking)?[ _]?id$|transactionid|transaction number",
    "account_id": r"^(own )?account|auftragskonto|accountid|^konto$|^compte$",
    "booking_date": r"book|buchung|posted|posting|completed|transaction date|^date|datum|^fecha|dato$",
    "value_date": r"value.?date|valuta|wertstellung|valeur|^interest",
    "amount": r"amount|betrag|montant|bedrag|bel[oø]b|importe|importo|kwota|[cč][aá]stka|[oö]sszeg|umsatz$|value$",
    "debit": r"d[ée]bit|soll|withdraw|paid out|money out|lastschrift|支出",
    "credit": r"cr[ée]dit(?!or)|haben|deposit|paid in|money in|gutschrift|存入|收入",
    "currency": r"currency|w[äa]e?hrung|devise|ccy|valuta|munt",
    "counterparty_account": r"iban|counterparty.*(account|iban)|kontonummer|identification",
    "counterparty_name": r"payee|counterparty|merchant|empf[äa]e?nger|beg[üu]e?nstigt|partner|name",
    "bank_transaction_code": r"type$|umsatztyp|buchungstext|category|transactioncode",
    "remittance_information": r"description|purpose|verwendungszweck|details|memo|libell|remittance|omschrijving|text",
    "balance_after": r"balance|saldo|solde|kontostand",
}
_DIRECTION: Final = re.compile(r"indicator|direction|debit.?/?credit|af.?bij|d/c|type|sign", re.IGNORECASE)
_DIRECTION_WORDS: Final = 4
_CREDIT: Final = frozenset(
    ("credit", "cr", "crdt", "kredit", "кредит", "haben", "bij", "inflow", "in", "bevétel", "收入")
)
_DEBIT: Final = frozenset(("debit", "dr", "dbit", "debet", "дебет", "soll", "af", "outflow", "out", "kiadás", "支出"))


@dataclass(frozen=True, kw_only=True)
class Filling:
    """How one canonical column is filled, and what a person should look at."""

    column: str
    function: dict[str, Any]
    note: str = ""


def fillings(columns: Iterable[SampleColumn]) -> tuple[Filling, ...]:
    """Guess all fillings. What is required and not found is left to do."""
    guesses = _Guesses(tuple(columns))
    found = {filling.column: filling for filling in guesses.all()}
    return tuple(found[name] for name in _NAMES if name in found)


class _Guesses:
    """Each column is taken once: the clearest parts of the record choose first."""

    def __init__(self, columns: tuple[SampleColumn, ...]) -> None:
        self._free = list(columns)
        self._rows = max((len(column.values) for column in columns), default=0)

    def all(self) -> Iterator[Filling]:
        yield from self._dates()
        yield self._currency()
        balance = self._take("balance_after", "number")
        yield from self._amount()
        if balance:
            yield Filling(column="balance_after", function=_of("amount", balance))
        yield self._id()
        for name in ("account_id", "counterparty_account", "counterparty_name", "bank_transaction_code"):
            yield from self._text(name)
        yield from self._text("remittance_information")

    def _dates(self) -> Iterator[Filling]:
        value = self._take("value_date", "date")
        booking = self._take("booking_date", "date") or self._take_first("date") or value
        if booking:
            yield Filling(column="booking_date", function=_of("date", booking))
        else:
            yield Filling(column="booking_date", function={"function": "date", "field": TO_DO}, note="no date is found")
        if value and value is not booking:
            yield Filling(column="value_date", function=_of("date", value))

    def _currency(self) -> Filling:
        for column in self._free:
            codes = sum(value in MINOR_UNITS for value in column.values)
            named = re.search(_NAMES["currency"], column.name, re.IGNORECASE)
            if column.type == "string" and codes and (named or codes == len(column.values)):
                self._free.remove(column)
                note = "" if codes == len(column.values) else "some values are no currency codes"
                return Filling(column="currency", function=_of("text", column), note=note)
        constant = {"function": "constant", "value": TO_DO}
        return Filling(column="currency", function=constant, note="no column holds currency codes: which is it?")

    def _amount(self) -> Iterator[Filling]:
        debit, credit = self._find("debit", "number"), self._find("credit", "number")
        amount = self._find("amount", "number")
        if debit and credit and debit is not credit and not amount:
            function: dict[str, Any] = {"function": "debit_credit", "debit": debit.name, "credit": credit.name}
            if any(value.startswith("-") for value in debit.values):
                function["negativeDebits"] = True
            self._free = [column for column in self._free if column not in (debit, credit)]
            yield Filling(column="amount", function=function)
            return
        amount = amount or self._signed() or self._take_first("number")
        if not amount:
            missing = {"function": "amount", "field": TO_DO}
            yield Filling(column="amount", function=missing, note="no column of numbers is found")
            return
        self._free = [column for column in self._free if column is not amount]
        yield self._with_direction(amount) or Filling(
            column="amount", function=_of("amount", amount), note=self._doubt(amount)
        )

    def _with_direction(self, amount: SampleColumn) -> Filling | None:
        """Fill the amount by a column of well-known words for both directions, if its sign does not contradict them."""
        for column in self._free:
            words = {word: word.lower() in _CREDIT for word in column.values}
            known = all(word.lower() in _CREDIT | _DEBIT for word in words)
            sign = _sign(amount, [words[word] for word in column.values])
            if known and set(words.values()) == {True, False} and sign:
                self._free.remove(column)
                function = _of("amount_with_direction", amount) | {
                    "direction": column.name,
                    "credit": [word for word, credit in words.items() if credit],
                    "debit": [word for word, credit in words.items() if not credit],
                    "sign": sign,
                }
                return Filling(column="amount", function=function, note="are these all the words?")
        return None

    def _signed(self) -> SampleColumn | None:
        signed = (column for column in self._free if any(value.startswith("-") for value in column.values))
        return next((column for column in signed if column.type == "number"), None)

    def _doubt(self, amount: SampleColumn) -> str:
        """Warn where nothing goes out: a column may say so, or the file may be of a card."""
        if any(value.startswith("-") for value in amount.values):
            return "is money out negative? if positive, add inverted: true"
        for column in self._free:
            few = 1 <= len(set(column.values)) <= _DIRECTION_WORDS
            if column.type == "string" and few and _DIRECTION.search(column.name):
                return f"never negative: does {column.name} give the direction? then amount_with_direction"
        return "never negative: what says which way the money went?"

    def _id(self) -> Filling:
        column = self._find("transaction_id", "string")
        if column and len(set(column.values)) == self._rows > 0:
            self._free.remove(column)
            return Filling(column="transaction_id", function=_of("text", column), note="unique in this file; always?")
        return Filling(column="transaction_id", function={"function": "row_hash"})

    def _text(self, name: str) -> Iterator[Filling]:
        if column := self._take(name, "string"):
            yield Filling(column=name, function=_of("text", column))

    def _find(self, part: str, kind: str) -> SampleColumn | None:
        pattern = re.compile(_NAMES[part], re.IGNORECASE)
        fitting = (column for column in self._free if _is(column, kind) and pattern.search(column.name))
        return next(fitting, None)

    def _take(self, part: str, kind: str) -> SampleColumn | None:
        column = self._find(part, kind)
        if column:
            self._free.remove(column)
        return column

    def _take_first(self, kind: str) -> SampleColumn | None:
        column = next((column for column in self._free if _is(column, kind)), None)
        if column:
            self._free.remove(column)
        return column


def _is(column: SampleColumn, kind: str) -> bool:
    return column.is_date if kind == "date" else column.type == kind


def _sign(amount: SampleColumn, money_in: Sequence[bool]) -> str:
    """Return what the amount's sign does beside the words: "" if neither of what the layout language knows."""
    negative = [value.startswith("-") for value in amount.values]
    if len(negative) == len(money_in) and not any(negative):
        return "none"
    if negative == [not credit for credit in money_in]:
        return "agrees"
    return "inverted" if negative == list(money_in) else ""


def _of(function: str, column: SampleColumn) -> dict[str, Any]:
    return {"function": function, "field": column.name}
