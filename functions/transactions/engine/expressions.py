"""SQL that turns a file's cells into one canonical column, and says what is wrong with each cell.

Every expression checks its cell completely before it casts: DuckDB's own casts round, and take much that no partner
means (``1e2``, `` 1.5 ``, ``2025/11/03``).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import get_args

import msgspec

from transactions.codes import RowCode
from transactions.contract import Column, canonical
from transactions.engine.amounts import AmountMapper
from transactions.engine.by_currency import amount_by_currency, currency_of_amount
from transactions.engine.checks import Check, CheckedCell, Expression, required
from transactions.engine.lists import by_list, divided
from transactions.engine.own_account import amount_by_account
from transactions.layouts.derived import joined
from transactions.layouts.fields import Closing, DateField, DateTimeField, StringField
from transactions.layouts.ibans import RULES, is_no_iban
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import (
    Amount,
    AmountByAccount,
    AmountByCurrency,
    AmountByList,
    AmountWithDirection,
    ByAmount,
    ByDirection,
    Captured,
    Constant,
    Date,
    DateFunction,
    DebitCredit,
    Extract,
    FirstDate,
    FirstOf,
    Function,
    Join,
    Lookup,
    RowHash,
    Text,
    TextFunction,
    fields_read,
)
from transactions.sql import is_one_of, literal, literals, matches

ISO_DATE = "%Y-%m-%d"
"""Written as the engine writes days itself."""
DAYS_BEFORE_CLOSING = 183
"""Half a year: a day without a year that lies further back could as well be one after the closing date."""
EARLIEST_DATE = date(1970, 1, 1)
"""No transaction of a file is older."""


class Mapper(msgspec.Struct, frozen=True):
    """Builds the expressions of one file.

    ``cells`` has SQL for each field of the layout: its text, NULL where it has no value. ``of_other_type`` has SQL for
    each field of a JSON layout, true where its value is of another type than declared. ``captures`` has SQL for each
    captured fact. ``received_on`` is the day the file arrived.
    """

    layout: Layout
    cells: Mapping[str, str]
    of_other_type: Mapping[str, str]
    captures: Mapping[str, str]
    received_on: date

    def column(self, column: Column, function: Function) -> Expression:  # noqa: PLR0911 - one for each function
        """Build the expression that fills ``column`` by ``function``."""
        match function:
            case Amount() | AmountWithDirection() | DebitCredit():
                return AmountMapper(self.layout, self.cells, self.checked).amount(column, function)
            case AmountByAccount():
                mapper = AmountMapper(self.layout, self.cells, self.checked)
                return amount_by_account(mapper, column, function, self.own_account())
            case AmountByList(lists=lists):
                return by_list({path: self.column(column, of_list) for path, of_list in lists.items()})
            case AmountByCurrency(currencies=currencies):
                own = {code: self.column(column, of_code) for code, of_code in currencies.items()}
                return amount_by_currency(self.layout, self.cells, column, function, own)
            case ByAmount():
                value = self._text_value(function)
                return Expression(value, (CheckedCell("", value, (self._withdrawn(),)),))
            case Date() | FirstDate():
                return self._date(column, function)
            case _:
                return self._text(column, function)

    def checked(self, field: str, *checks: Check) -> CheckedCell:
        """Check ``field``: of JSON first that its value is of the declared type, then ``checks``."""
        made = self.layout.derivation(field)
        shown = joined(self.cells[field]) if made else self.cells[field]
        if made and made.pattern is not None and not made.field.optional:
            broken = f"{shown} IS NOT NULL AND {self.cells[field]} IS NULL"
            checks = (Check(RowCode.FIELD_FORMAT, broken, f"a text that matches {made.pattern}"), *checks)
        if self.of_other_type:
            checks = (*map(self._json_type, self.layout.file_fields(field)), *checks)
        return CheckedCell(field, shown, checks)

    def _json_type(self, field: str) -> Check:
        types = " or ".join(self.layout.field(field).json_types).replace("array", "array of strings")
        return Check(RowCode.FIELD_TYPE, self.of_other_type[field], f"a JSON {types}")

    def constrained(self) -> Iterable[CheckedCell]:
        """Check each text that has constraints or a format."""
        for field in self.layout.all_fields:
            if isinstance(field, StringField) and (checks := tuple(_constraints(field, self.cells[field.name]))):
                yield self.checked(field.name, *checks)

    def _text(self, column: Column, function: TextFunction) -> Expression:
        value = self._text_value(function)
        checks = list(self._required(column, function))
        if isinstance(function, Lookup):
            known = is_one_of(_compared(self.cells[function.field], function.values), function.values)
            broken = f"{self.cells[function.field]} IS NOT NULL AND NOT {known}"
            checks.insert(0, Check(RowCode.VALUE_UNKNOWN, broken, f"one of {', '.join(function.values)}"))
        if column.name == "currency":
            checks.append(Check(RowCode.CURRENCY_UNKNOWN, "minor_units IS NULL", "a currency code of ISO 4217"))
            checks.append(self._withdrawn())
        fields = fields_read(function)
        if not fields:
            return Expression(value, (CheckedCell("", value, tuple(checks)),))
        # What the text lacks follows from a value of another type, if one has that.
        if wrong := [
            f"coalesce({self.of_other_type[field]}, false)"
            for name in fields[1:]
            for field in self.layout.file_fields(name)
            if self.of_other_type
        ]:
            either = " OR ".join(wrong)
            checks = [Check(check.code, f"({check.broken}) AND NOT ({either})", check.rule) for check in checks]
        of_fields = divided(self.layout, fields, checks)
        return Expression(value, tuple(self.checked(name, *of_fields[name]) for name in fields))

    def _withdrawn(self) -> Check:
        """Check that the currency was valid on the booking date; of a wrong date nothing follows."""
        booked = canonical().table("transactions").column("booking_date")
        of_date = self.column(booked, self.layout.mapping["booking_date"]).checked
        sound = " AND ".join(f"NOT coalesce({check.broken}, false)" for cell in of_date for check in cell.checks)
        broken = f"CASE WHEN booking_date NOT BETWEEN valid_from AND valid_to THEN {sound} ELSE false END"
        return Check(RowCode.CURRENCY_WITHDRAWN, broken, "a currency that was valid on the booking date")

    def _required(self, column: Column, function: TextFunction) -> tuple[Check, ...]:
        """Check that the column has a value: of a hash, that what goes before it has."""
        if not isinstance(function, RowHash):
            return required(column, column.name)
        return required(column, self.cells[function.field]) if function.field else ()

    def _text_value(self, function: TextFunction) -> str:  # noqa: C901, PLR0911 - one for each function
        match function:
            case Text():
                return f"upper({self.cells[function.field]})" if function.upper else self.cells[function.field]
            case FirstOf():
                return self._first(function.of)
            case Join():
                return f"nullif(concat_ws({literal(function.separator)}, {self._all(function.of)}), '')"
            case Lookup(field=field, values=values):
                place = f"list_position({literals(values)}, {_compared(self.cells[field], values)})"
                found = f"list_extract({literals(values.values())}, {place})"
                return f"nullif({found}, '')" if "" in values.values() else found
            case Extract():
                return f"nullif(regexp_extract({self.cells[function.field]}, {literal(function.pattern)}, 1), '')"
            case ByDirection():
                credit, debit = (self._first(of) for of in (function.of_credit, function.of_debit))
                return f"CASE {self.direction()} WHEN 'DBIT' THEN {debit} WHEN 'CRDT' THEN {credit} END"
            case ByAmount():
                amount = self.layout.mapping["amount"]
                assert isinstance(amount, AmountByCurrency)  # noqa: S101 - linted
                return currency_of_amount(self.layout, self.cells, amount)
            case Constant():
                return literal(function.value)
            case Captured():
                return self.captures[function.capture]
            case RowHash():
                own = f"{self.cells[function.field]} || '-' || " if function.field else ""
                # Equal rows of two accounts are two transactions.
                facts = (self.captures[name] for name in self.layout.captures_used)
                hashed = ", ".join((*(_or_empty(self.cells[name]) for name in self.layout.names), *facts))
                made = f"{own}sha256(concat_ws(chr(31), {hashed}))"
                return f"coalesce({self.cells[function.unless]}, {made})" if function.unless else made

    def _all(self, fields: Iterable[str]) -> str:
        return ", ".join(self.cells[field] for field in fields)

    def _first(self, fields: Iterable[str]) -> str:
        return f"coalesce({self._all(fields)})" if fields else "NULL"

    def own_account(self) -> str:
        """Return SQL for the account that the row is booked on, NULL where the layout does not know it."""
        function = self.layout.mapping.get("account_id")
        return self._text_value(function) if isinstance(function, get_args(TextFunction)) else "NULL"

    def direction(self) -> str:
        """Return SQL for the row's direction: CRDT or DBIT, as ``amount`` says."""
        amount = canonical().table("transactions").column("amount")
        return self.column(amount, self.layout.mapping["amount"]).direction

    def _date(self, column: Column, function: DateFunction) -> Expression:
        fields = fields_read(function)
        days = {name: self._day(name) for name in fields}
        cells = {name: self.cells[name] for name in fields}
        if len(fields) == 1:
            value, present = days[fields[0]], cells[fields[0]]
        else:
            # A date that is there and wrong is an error: the next one never stands in for it.
            cases = " ".join(f"WHEN {cells[name]} IS NOT NULL THEN {days[name]}" for name in fields)
            value, present = f"CASE {cases} END", f"coalesce({', '.join(cells.values())})"
        missing = divided(self.layout, fields, required(column, present))
        checked = (self.checked(name, *missing[name], *self._day_checks(column, name, fields)) for name in fields)
        return Expression(value, tuple(checked))

    def _day(self, name: str) -> str:
        field = self.layout.field(name)
        assert isinstance(field, DateField | DateTimeField)  # noqa: S101 - linted
        cell = self.cells[name]
        if field.closing:
            return self._day_before_closing(field, field.closing)
        return f"try_cast({cell if field.format == ISO_DATE else field.date_format.iso(cell)} AS DATE)"

    def _day_before_closing(self, field: DateField | DateTimeField, closing: Closing) -> str:
        """Return SQL for a day that is written without a year: the last such day up to the statement's closing date."""
        last, day = self._closing_date(closing), field.date_format.iso(self.cells[field.name])
        this, before = (f"try_cast(year({last}) - {years} || '-' || {day} AS DATE)" for years in (0, 1))
        return f"(CASE WHEN {this} <= {last} THEN {this} ELSE {before} END)"

    def _closing_date(self, closing: Closing) -> str:
        return f"try_cast({closing.date_format.iso(self.captures[closing.capture])} AS DATE)"

    def _day_checks(self, column: Column, name: str, fields: tuple[str, ...]) -> Iterator[Check]:
        field, cell = self.layout.field(name), self.cells[name]
        assert isinstance(field, DateField | DateTimeField)  # noqa: S101 - linted
        day = column.name if len(fields) == 1 else self._day(name)
        if field.format == ISO_DATE:
            # Written back, it must be the very text: cheaper than the pattern, and as strict, with four digits a year.
            broken = f"{cell} IS NOT NULL AND (length({cell}) <> 10 OR {day}::VARCHAR IS DISTINCT FROM {cell})"
        else:
            broken = f"{cell} IS NOT NULL AND (NOT {matches(cell, field.date_format.pattern)} OR {day} IS NULL)"
        yield Check(RowCode.DATE_FORMAT, broken, field.rule)
        if field.closing:
            earliest = f"{self._closing_date(field.closing)} - INTERVAL {DAYS_BEFORE_CLOSING} DAY"
            rule = f"in the {DAYS_BEFORE_CLOSING} days before the statement's closing date"
            yield Check(RowCode.DATE_RANGE, f"{self._day(name)} < {earliest}", rule)
        taken = [f"{self.cells[other]} IS NULL" for other in fields[: fields.index(name)]]
        taken += [f"{cell} IS NOT NULL"] if len(fields) > 1 else []
        latest = self.received_on + timedelta(days=column.days_ahead)
        beyond = f"{column.name} NOT BETWEEN DATE '{EARLIEST_DATE}' AND DATE '{latest}'"
        rule = f"from {EARLIEST_DATE} to {column.days_ahead} days after the file's arrival"
        yield Check(RowCode.DATE_RANGE, " AND ".join([*taken, beyond]), rule)


def _constraints(field: StringField, cell: str) -> Iterator[Check]:
    if field.constraints:
        pattern = field.constraints.pattern
        broken = f"{cell} IS NOT NULL AND NOT {matches(cell, pattern)}"
        yield Check(RowCode.FIELD_FORMAT, broken, field.constraints.rule)
    if field.format != "default":
        yield Check(RowCode.IBAN_INVALID, is_no_iban(cell, field.format), RULES[field.format])


def _compared(cell: str, words: Iterable[str]) -> str:
    """Let a cell without a value be the empty word, where that is one of ``words``."""
    return _or_empty(cell) if "" in words else cell


def _or_empty(cell: str) -> str:
    return f"coalesce({cell}, '')"
