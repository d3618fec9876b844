"""From a row's cells to the canonical record, function by function."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tests.differential.reference.amounts import Till
from tests.differential.reference.answer import Fault, Record
from tests.differential.reference.cells import Cells, field_faults
from tests.differential.reference.codes import CURRENCIES, WITHDRAWN
from tests.differential.reference.dates import EARLIEST, read_date
from tests.differential.reference.derived import all_fields, captures_of, with_derived
from tests.differential.reference.patterns import search

REQUIRED = ("transaction_id", "booking_date", "amount", "currency")
AMOUNTS = ("amount", "balance_after")
DAYS_AHEAD = {"booking_date": 1, "value_date": 31}
"""How many days after the file's arrival a date may lie."""
TEXTS = (
    "transaction_id",
    "account_id",
    "currency",
    "bank_transaction_code",
    "counterparty_name",
    "counterparty_account",
    "remittance_information",
)
COLUMNS = (*TEXTS, *AMOUNTS, *DAYS_AHEAD, "credit_debit_indicator")

_Function = Mapping[str, Any]


@dataclass(frozen=True)
class Mapper:
    """Maps the rows of one file: ``facts`` are what was captured, ``received_on`` is the day it arrived.

    A ``signed_file`` has a minus before an amount anywhere. ``sections`` have facts of their own.
    """

    layout: Mapping[str, Any]
    facts: Mapping[str, str]
    received_on: date
    signed_file: bool = False
    sections: Any = None

    def mapped(self, cells: Cells) -> tuple[Record, list[Fault]]:
        """Return the row's record, and all that is wrong with it; where something is, the record means little."""
        if self.sections:
            return replace(self, facts=self._facts_of(cells), sections=None).mapped(cells)
        cells, broken = with_derived(self.layout, cells, self.facts)
        # A field that nothing reads is not checked.
        faults = [fault for fault in broken if fault.fields <= _read_fields(self.layout)]
        mapping = self.layout["mapping"]
        faults += field_faults(self.layout, cells)
        currency = self._text(mapping["currency"], cells, "")
        own = mapping.get("account_id", {"function": "by_direction"})
        till = Till(
            self.layout,
            cells,
            CURRENCIES.get(currency or ""),
            currency=currency,
            own_account=None if own["function"] == "by_direction" else self._text(own, cells, ""),
            signed_file=self.signed_file,
        )
        amounts = {
            column: till.money(mapping[column], required=column in REQUIRED) for column in AMOUNTS if column in mapping
        }
        faults += (fault for amount in amounts.values() for fault in amount.faults)
        direction = amounts["amount"].direction
        record: Record = dict.fromkeys(COLUMNS)
        record |= {column: amount.value for column, amount in amounts.items()}
        record["credit_debit_indicator"] = direction
        for column in filter(mapping.__contains__, TEXTS):
            record[column] = self._text(mapping[column], cells, direction)
            faults += self._text_faults(column, mapping[column], cells, record[column])
        for column in filter(mapping.__contains__, DAYS_AHEAD):
            record[column], wrong = self._date(column, mapping[column], cells)
            faults += wrong
        first, last = WITHDRAWN.get(currency or "", (0, 9999))
        booked, wrong = self._date("booking_date", mapping["booking_date"], cells)
        if booked is not None and not wrong and not first <= booked.year <= last:
            fields = frozenset(fields_of(mapping["currency"])) or frozenset([""])
            faults.append(Fault(fields, frozenset(["CURRENCY_WITHDRAWN"])))
        return record, _reported(faults, cells.mistyped, _read_fields(self.layout))

    def completed(self, cells: Cells) -> Cells:
        """Return the row with its derived fields."""
        return with_derived(self.layout, cells, self._facts_of(cells))[0]

    def _facts_of(self, cells: Cells) -> Mapping[str, str]:
        return {**self.facts, **self.sections.facts_of(cells.line)} if self.sections else self.facts

    def _text(self, function: _Function, cells: Cells, direction: str) -> str | None:  # noqa: PLR0911 - one for each
        texts = cells.texts
        match function["function"]:
            case "text":
                text = texts[function["field"]]
                return text.upper() if text and function.get("upper") else text
            case "first_of":
                return next((text for name in function["of"] if (text := texts[name]) is not None), None)
            case "join":
                return (
                    function.get("separator", " ").join(filter(None, (texts[name] for name in function["of"]))) or None
                )
            case "lookup":
                return dict(function["values"]).get(texts[function["field"]] or "")
            case "extract":
                text = texts[function["field"]]
                found = search(function["pattern"], text) if text is not None else None
                return (found[1] or None) if found else None
            case "by_direction":
                names = function.get({"DBIT": "debit", "CRDT": "credit"}.get(direction, ""), ())
                of = (names,) if isinstance(names, str) else names
                return next((text for name in of if (text := texts[name]) is not None), None)
            case "by_amount":
                return Till(self.layout, cells, None).currency_of(self.layout["mapping"]["amount"]["currencies"])
            case "constant":
                return str(function["value"])
            case "captured":
                return self.facts[function["capture"]]
            case _:
                return self._hash(function, cells)

    def _hash(self, function: _Function, cells: Cells) -> str | None:
        """Hash all cells in the layout's order, and the facts that are mapped.

        With an id of the file's own before the hash, there must be one.
        """
        texts = [cells.texts[field["name"]] or "" for field in self.layout["schema"]["fields"]]
        row = "\x1f".join([*texts, *(self.facts[name] for name in sorted(captures_of(self.layout)))])
        made = hashlib.sha256(row.encode()).hexdigest()
        if "unless" in function:
            return cells.texts[function["unless"]] or made
        if "field" not in function:
            return made
        own = cells.texts[function["field"]]
        return None if own is None else f"{own}-{made}"

    def _text_faults(self, column: str, function: _Function, cells: Cells, value: Any) -> list[Fault]:
        fields = frozenset(fields_of(function)) or frozenset([""])
        if function["function"] == "lookup":
            text = cells.texts[function["field"]]
            if text is not None and text not in function["values"]:
                return [Fault(fields, frozenset(["VALUE_UNKNOWN"]))]
        if function["function"] == "by_amount":
            # The fields of the amount have what is wrong with it.
            return []
        if value is None and column in REQUIRED:
            return [Fault(fields, frozenset(["ID_MISSING" if column == "transaction_id" else "FIELD_MISSING"]))]
        if column == "currency" and value not in CURRENCIES:
            return [Fault(fields, frozenset(["CURRENCY_UNKNOWN"]))]
        return []

    def _date(self, column: str, function: _Function, cells: Cells) -> tuple[date | None, list[Fault]]:
        names, faults = fields_of(function), list[Fault]()
        present = [name for name in names if cells.texts[name] is not None]
        days = dict[str, date | None]()
        for name in present:
            field = next(field for field in all_fields(self.layout) if field["name"] == name)
            closing = field.get("closing")
            last = read_date(self.facts[closing["capture"]], closing) if closing else None
            days[name] = read_date(cells.texts[name] or "", field, last)
            if days[name] is None:
                faults.append(Fault.of(name, "DATE_FORMAT"))
            elif last and (days[name] or last) < last - timedelta(days=183):
                faults.append(Fault.of(name, "DATE_RANGE"))
        if not present and column in REQUIRED:
            faults.append(Fault(frozenset(names), frozenset(["FIELD_MISSING"])))
        # A date that is there and wrong is an error: the next one never stands in for it.
        day = days[present[0]] if present else None
        latest = self.received_on + timedelta(days=DAYS_AHEAD[column])
        if day is not None and not EARLIEST <= day <= latest:
            faults.append(Fault.of(present[0], "DATE_RANGE"))
        return day, faults


def fields_of(function: Mapping[str, Any]) -> list[str]:
    """Return the names of the fields that a function reads."""
    if function["function"] == "amount_with_direction":
        return [function["field"], function["direction"]]
    if function["function"] == "amount_by_list":
        return [name for own in function["lists"].values() for name in fields_of(own)]
    if function["function"] == "amount_by_currency":
        return [name for own in function["currencies"].values() for name in fields_of(own)]
    if function["function"] == "amount_by_account":
        return [function[key] for key in ("field", "payer", "payee") if key in function]
    named = [function[key] for key in ("field", "unless", "fee", "credit", "debit", "of") if key in function]
    return [name for names in named for name in ([names] if isinstance(names, str) else names)]


def _read_fields(layout: Mapping[str, Any]) -> set[str]:
    """Return the fields that something is made of, or that must look like something."""
    drops = [condition for predicate in layout.get("drop", ()) for condition in (predicate, *predicate.get("also", ()))]
    strict = (
        field for field in all_fields(layout) if field["type"] == "string" and {"constraints", "format"} & set(field)
    )
    made = (name for function in layout["mapping"].values() for name in fields_of(function))
    return {*made, *(drop["field"] for drop in drops), *(field["name"] for field in strict)}


def _reported(faults: list[Fault], mistyped: frozenset[str], read: set[str]) -> list[Fault]:
    """Keep only FIELD_TYPE for a JSON value of another type; other faults of several fields may be reported or not.

    Left open is too whether the type of a value counts that nothing is made of.
    """
    kept = [fault for fault in faults if not fault.fields & mistyped]
    beside = (fault for fault in faults if fault.fields & mistyped and fault.fields - mistyped)
    left_open = [Fault(fault.fields, fault.codes, certain=False) for fault in beside]
    return [*kept, *left_open, *(Fault.of(name, "FIELD_TYPE", certain=name in read) for name in sorted(mistyped))]
