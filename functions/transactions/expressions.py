"""SQL that turns a file's cells into one canonical column, and says what is wrong with each cell.

Every expression checks its cell completely before it casts: DuckDB's own casts round, and take much that no partner
means (``1e2``, `` 1.5 ``, ``2025/11/03``).
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from transactions.codes import RowCode
from transactions.contract import Column, canonical
from transactions.layout import (
    Amount,
    AmountWithDirection,
    ByDirection,
    Captured,
    Constant,
    Date,
    DateField,
    DateTimeField,
    FirstOf,
    Function,
    Layout,
    NumberField,
    RowHash,
    Text,
    TextFunction,
    fields_read,
)
from transactions.sql import is_one_of, literal

EARLIEST_DATE = date(1970, 1, 1)
"""No transaction of a file is older."""
DAYS_AHEAD = {"booking_date": 1, "value_date": 31}
"""How many days after the file's arrival a date may lie: a zone's difference, a value date agreed ahead."""


class Check(msgspec.Struct, frozen=True):
    """One thing that can be wrong. ``rule`` says in words what is asked.

    ``broken`` is SQL over the cells and the mapped columns by their names, true where the rule is broken.
    """

    code: RowCode
    broken: str
    rule: str


class Checked(msgspec.Struct, frozen=True):
    """A cell with its checks: the first broken one is the cell's error. ``shown`` is SQL for the text to mask."""

    field: str
    shown: str
    checks: tuple[Check, ...]


class Expression(msgspec.Struct, frozen=True):
    """SQL for one canonical column, valid where none of its checks is broken. ``direction`` is for amounts only."""

    value: str
    checked: tuple[Checked, ...] = ()
    direction: str = ""


class Mapper(msgspec.Struct, frozen=True):
    """Builds the expressions of one file.

    ``cells`` has SQL for each field of the layout: its text, NULL where it has no value. ``of_other_type`` has SQL for
    each field of a JSON layout, true where its value is no string. ``captures`` has the facts from above the header.
    ``received_on`` is the day the file arrived.
    """

    layout: Layout
    cells: Mapping[str, str]
    of_other_type: Mapping[str, str]
    captures: Mapping[str, str]
    received_on: date

    def column(self, column: Column, function: Function) -> Expression:
        """Build the expression that fills ``column`` by ``function``."""
        match function:
            case Amount():
                return self._amount(column, function)
            case AmountWithDirection():
                return self._amount_with_direction(column, function)
            case Date():
                return self._date(column, function)
            case _:
                return self._text(column, function)

    def checked(self, field: str, *checks: Check) -> Checked:
        """Check ``field``: of JSON first that its value is a string, then ``checks``."""
        kind = Check(RowCode.FIELD_TYPE, self.of_other_type[field], "a JSON string") if self.of_other_type else None
        return Checked(field, self.cells[field], (kind, *checks) if kind else checks)

    def _required(self, column: Column, cell: str) -> tuple[Check, ...]:
        code = RowCode.ID_MISSING if column.name == "transaction_id" else RowCode.FIELD_MISSING
        return (Check(code, f"{cell} IS NULL", "must have a value"),) if column.required else ()

    def _text(self, column: Column, function: TextFunction) -> Expression:
        value = self._text_value(function)
        checks = list(self._required(column, value))
        if column.name == "currency":
            checks.append(Check(RowCode.CURRENCY_UNKNOWN, "minor_units IS NULL", "a currency code of ISO 4217"))
        fields = fields_read(function)
        if not fields:
            return Expression(value, (Checked("", value, tuple(checks)),))
        first, *others = fields
        return Expression(value, (self.checked(first, *checks), *map(self.checked, others)))

    def _text_value(self, function: TextFunction) -> str:
        match function:
            case Text():
                return self.cells[function.field]
            case FirstOf():
                return f"coalesce({', '.join(self.cells[field] for field in function.of)})"
            case ByDirection():
                credit, debit = self.cells[function.credit], self.cells[function.debit]
                return f"CASE WHEN {self.direction()} = 'DBIT' THEN {debit} ELSE {credit} END"
            case Constant():
                return literal(function.value)
            case Captured():
                return literal(self.captures[function.capture])
            case RowHash():
                return f"sha256(concat_ws(chr(31), {', '.join(map(_or_empty, self.cells.values()))}))"

    def direction(self) -> str:
        """Return SQL for the row's direction: CRDT or DBIT, as ``amount`` says."""
        amount = canonical().table("transactions").column("amount")
        return self.column(amount, self.layout.mapping["amount"]).direction

    def _date(self, column: Column, function: Date) -> Expression:
        field, cell = self.layout.field(function.field), self.cells[function.field]
        assert isinstance(field, DateField | DateTimeField)  # noqa: S101 - linted
        value = f"try_cast({_iso_date(cell, field)} AS DATE)"
        latest = self.received_on + timedelta(days=DAYS_AHEAD[column.name])
        checks = (
            *self._required(column, cell),
            Check(
                RowCode.DATE_FORMAT,
                f"{cell} IS NOT NULL AND (NOT {_matches(cell, field.date_format.pattern)} OR {column.name} IS NULL)",
                f"a date written as {field.format}",
            ),
            Check(
                RowCode.DATE_RANGE,
                f"{column.name} NOT BETWEEN DATE '{EARLIEST_DATE}' AND DATE '{latest}'",
                f"from {EARLIEST_DATE} to {DAYS_AHEAD[column.name]} days after the file's arrival",
            ),
        )
        return Expression(value, (self.checked(function.field, *checks),))

    def _amount(self, column: Column, function: Amount) -> Expression:
        number = self._number(column, function.field, sign="[+-]?")
        return Expression(number.value, number.checked, f"CASE WHEN {number.value} < 0 THEN 'DBIT' ELSE 'CRDT' END")

    def _amount_with_direction(self, column: Column, function: AmountWithDirection) -> Expression:
        number = self._number(column, function.field, sign="")
        word = self.cells[function.direction]
        known = is_one_of(word, function.credit + function.debit)
        checks = (
            Check(
                RowCode.FIELD_MISSING,
                f"{word} IS NULL AND {self.cells[function.field]} IS NOT NULL",
                "must have a value",
            ),
            Check(
                RowCode.DIRECTION_UNKNOWN,
                f"{word} IS NOT NULL AND NOT {known}",
                f"one of {', '.join(function.credit + function.debit)}",
            ),
        )
        debit = is_one_of(word, function.debit)
        return Expression(
            f"CASE WHEN {debit} THEN -({number.value}) ELSE {number.value} END",
            (*number.checked, self.checked(function.direction, *checks)),
            f"CASE WHEN {debit} THEN 'DBIT' ELSE 'CRDT' END",
        )

    def _number(self, column: Column, name: str, *, sign: str) -> Expression:
        field, cell = self.layout.field(name), self.cells[name]
        assert isinstance(field, NumberField)  # noqa: S101 - linted
        digits = _plain_digits(cell, field)
        fraction = f"split_part({digits}, '.', 2)"
        value = f"try_cast({digits} AS {column.physical_type})"
        pattern = _number_pattern(field)
        rule = f"digits, {field.decimal_char} before at most {field.scale} decimals"
        if field.group_char:
            rule += f", {field.group_char} between groups of exactly three"
        signed = () if sign else (Check(RowCode.SIGN_MISMATCH, _matches(cell, f"[+-]{pattern}"), "without a sign"),)
        checks = (
            *self._required(column, cell),
            *signed,
            Check(RowCode.AMOUNT_FORMAT, f"NOT {_matches(cell, sign + pattern)}", rule),
            Check(
                RowCode.AMOUNT_SCALE,
                f"length({fraction}) > {field.scale} OR length(rtrim({fraction}, '0')) > minor_units",
                f"{rule}, and no more than the currency has",
            ),
            Check(RowCode.AMOUNT_RANGE, f"{cell} IS NOT NULL AND {column.name} IS NULL", f"a {column.physical_type}"),
        )
        return Expression(value, (self.checked(name, *checks),))


def _matches(cell: str, pattern: str) -> str:
    return f"regexp_full_match({cell}, {literal(pattern)})"


def _number_pattern(field: NumberField) -> str:
    whole = "[0-9]+"
    if field.group_char:
        whole = f"([0-9]+|[0-9]{{1,3}}({re.escape(field.group_char)}[0-9]{{3}})+)"
    return f"{whole}({re.escape(field.decimal_char)}[0-9]+)?"


def _plain_digits(cell: str, field: NumberField) -> str:
    digits = f"replace({cell}, {literal(field.group_char)}, '')" if field.group_char else cell
    return digits if field.decimal_char == "." else f"replace({digits}, {literal(field.decimal_char)}, '.')"


def _iso_date(cell: str, field: DateField | DateTimeField) -> str:
    if field.format == "%Y-%m-%d":
        return cell
    starts, widths = field.date_format.positions, {"Y": 4, "y": 2, "m": 2, "d": 2}
    part = {name: f"substr({cell}, {start + 1}, {widths[name]})" for name, start in starts.items()}
    if "y" in part:
        part["Y"] = f"(CASE WHEN {part['y']} >= '{field.pivot:02}' THEN '19' ELSE '20' END || {part['y']})"
    return f"{part['Y']} || '-' || {part['m']} || '-' || {part['d']}"


def _or_empty(cell: str) -> str:
    return f"coalesce({cell}, '')"
