"""SQL for amounts: digits to exact decimals, and which way the money went."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Protocol

import msgspec

from transactions.codes import RowCode
from transactions.contract import Column
from transactions.engine.checks import Check, Checked, Expression, required
from transactions.layouts.fields import MAX_SCALE, NumberField
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import Amount, AmountFunction, AmountWithDirection, DebitCredit
from transactions.layouts.numbers import number_pattern, plain_number, rule_of
from transactions.sql import is_one_of, matches


class Checking(Protocol):
    """Attaches checks to a field."""

    def __call__(self, field: str, *checks: Check) -> Checked:
        """Check ``field``."""


class _Number(msgspec.Struct, frozen=True):
    """SQL for a field's number, and the checks that make it valid."""

    value: str
    checks: tuple[Check, ...]


class AmountMapper(msgspec.Struct, frozen=True):
    """Builds the expressions of a file's amounts. ``checked`` attaches checks to a field."""

    layout: Layout
    cells: Mapping[str, str]
    checked: Checking

    def amount(self, column: Column, function: AmountFunction) -> Expression:
        """Build the expression that fills ``column`` by ``function``."""
        match function:
            case Amount(fee=None):
                return self._signed(column, function)
            case Amount():
                return self._with_fee(column, function)
            case AmountWithDirection():
                return self._with_direction(column, function)
            case DebitCredit():
                return self._debit_credit(column, function)

    def _signed(self, column: Column, function: Amount) -> Expression:
        number = self._number(column, function.field, result=column.name)
        checks = (*required(column, self.cells[function.field]), *number.checks)
        value = f"-({number.value})" if function.inverted else number.value
        return Expression(value, (self.checked(function.field, *checks),), _by_sign(value))

    def _with_fee(self, column: Column, function: Amount) -> Expression:
        fee_field = function.fee or ""
        number, fee = self._number(column, function.field), self._number(column, fee_field, signed=False)
        sign = "-" if function.inverted else ""
        value = self._sum(column, f"{sign}({number.value})", f"-coalesce({fee.value}, 0)")
        checks = (
            *required(column, self.cells[function.field]),
            *number.checks,
            self._sum_in_range(column, (self.cells[function.field],)),
        )
        return Expression(
            value, (self.checked(function.field, *checks), self.checked(fee_field, *fee.checks)), _by_sign(value)
        )

    def _with_direction(self, column: Column, function: AmountWithDirection) -> Expression:
        cell, word = self.cells[function.field], self.cells[function.direction]
        words = function.credit + function.debit
        if "" in words:
            word = f"coalesce({word}, '')"
        number = self._number(column, function.field, signed=function.sign != "none", result=column.name)
        known, debit = is_one_of(word, words), is_one_of(word, function.debit)
        word_checks = (
            Check(RowCode.FIELD_MISSING, f"{word} IS NULL AND {cell} IS NOT NULL", "must have a value"),
            Check(RowCode.DIRECTION_UNKNOWN, f"{word} IS NOT NULL AND NOT {known}", f"one of {', '.join(words)}"),
        )
        checks = (*required(column, cell), *number.checks, *_contradiction(function, cell, number.value, debit))
        size = number.value if function.sign == "none" else f"abs({number.value})"
        return Expression(
            f"CASE WHEN {debit} THEN -({size}) ELSE {size} END",
            (self.checked(function.field, *checks), self.checked(function.direction, *word_checks)),
            f"CASE WHEN {debit} THEN 'DBIT' ELSE 'CRDT' END",
        )

    def _debit_credit(self, column: Column, function: DebitCredit) -> Expression:
        debit_cell, credit_cell = self.cells[function.debit], self.cells[function.credit]
        debit = self._number(column, function.debit, signed=function.negative_debits)
        credit = self._number(column, function.credit, signed=False)
        sign = "" if function.negative_debits else "-"
        either = f"coalesce({debit_cell}, {credit_cell})"
        moved = self._sum(column, f"coalesce({credit.value}, 0)", f"{sign}coalesce({debit.value}, 0)")
        value = f"CASE WHEN {either} IS NOT NULL THEN {moved} END"
        both = Check(
            RowCode.AMOUNT_AMBIGUOUS,
            f"{debit.value} <> 0 AND {credit.value} <> 0",
            f"an amount in one of {function.debit} and {function.credit}",
        )
        negative = Check(RowCode.SIGN_MISMATCH, f"{debit.value} > 0", "with a minus")
        checks = (
            *required(column, either),
            *debit.checks,
            *((negative,) if function.negative_debits else ()),
            both,
            self._sum_in_range(column, (debit_cell, credit_cell)),
        )
        # A row of zero is money in where it stands in the credits.
        direction = f"CASE WHEN {value} < 0 OR ({value} = 0 AND {credit_cell} IS NULL) THEN 'DBIT' ELSE 'CRDT' END"
        return Expression(
            value, (self.checked(function.debit, *checks), self.checked(function.credit, *credit.checks)), direction
        )

    def _number(self, column: Column, name: str, *, signed: bool = True, result: str = "") -> _Number:
        """Build a field's number. ``result`` is where its value can be had again without being computed anew."""
        field, cell = self.layout.field(name), self.cells[name]
        assert isinstance(field, NumberField)  # noqa: S101 - linted
        digits = plain_number(cell, field)
        value = f"try_cast({digits} AS {column.physical_type})"
        if field.minor_units:
            value = f"try_cast({value} * {_one_minor_unit()} AS {column.physical_type})"
        pattern, rule = number_pattern(field, signed=signed), rule_of(field)
        with_sign = f"{matches(cell, number_pattern(field, signed=True))} AND NOT {matches(cell, pattern)}"
        in_range = f"{result or value} IS NOT NULL{' OR minor_units IS NULL' if field.minor_units else ''}"
        checks = (
            *(() if signed else (Check(RowCode.SIGN_MISMATCH, with_sign, "without a sign"),)),
            Check(RowCode.AMOUNT_FORMAT, f"NOT {matches(cell, pattern)}", rule),
            Check(
                RowCode.AMOUNT_SCALE,
                _too_many_decimals(digits, 0 if field.minor_units else field.scale),
                f"{rule}, and no more than the currency has",
            ),
            Check(
                RowCode.AMOUNT_RANGE,
                f"{cell} IS NOT NULL AND NOT ({in_range})",
                _range_rule(column),
            ),
        )
        return _Number(value, checks)

    def _sum(self, column: Column, *parts: str) -> str:
        return f"try_cast({' + '.join(parts)} AS {column.physical_type})"

    def _sum_in_range(self, column: Column, cells: Iterable[str]) -> Check:
        broken = f"coalesce({', '.join(cells)}) IS NOT NULL AND {column.name} IS NULL AND minor_units IS NOT NULL"
        return Check(RowCode.AMOUNT_RANGE, broken, _range_rule(column))


def _range_rule(column: Column) -> str:
    """Say in words how large a number ``column``, a decimal(precision,scale), holds."""
    precision, scale = map(int, column.physical_type.removeprefix("decimal(").removesuffix(")").split(","))
    return f"at most {precision - scale} digits before the decimals"


def _too_many_decimals(digits: str, scale: int) -> str:
    """Count the decimals. Only where they could be too many is it looked at which of them are zeros: that is slow."""
    point, fraction = f"strpos({digits}, '.')", f"split_part({digits}, '.', 2)"
    suspicious = f"{point} > 0 AND length({digits}) - {point} > least({scale}, minor_units)"
    broken = f"length({fraction}) > {scale} OR length(rtrim({fraction}, '0')) > minor_units"
    return f"CASE WHEN {suspicious} THEN {broken} ELSE false END"


def _by_sign(value: str) -> str:
    return f"CASE WHEN {value} < 0 THEN 'DBIT' ELSE 'CRDT' END"


def _contradiction(function: AmountWithDirection, cell: str, number: str, debit: str) -> Iterable[Check]:
    """Check that the number's own sign is the one that goes with the word."""
    plus = f"starts_with({cell}, '+')"
    match function.sign:
        case "none":
            return
        case "agrees":
            broken = f"(({number} < 0) <> {debit} AND {number} <> 0)"
        case "inverted":
            broken = f"(({number} > 0) <> {debit} AND {number} <> 0)"
        case "plus":
            broken = f"({number} < 0 OR {plus} = {debit})"
    yield Check(RowCode.SIGN_MISMATCH, broken, f"a sign that goes with {function.direction}")


def _one_minor_unit() -> str:
    cases = " ".join(f"WHEN {digits} THEN {Decimal(1).scaleb(-digits)}" for digits in range(MAX_SCALE))
    return f"(CASE minor_units {cases} END)::DECIMAL(6,{MAX_SCALE})"
