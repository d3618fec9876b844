"""SQL for amounts: digits to exact decimals, and which way the money went."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Protocol

import msgspec

from transactions.codes import RowCode
from transactions.contract import Column
from transactions.engine.checks import Check, CheckedCell, Expression, required
from transactions.engine.lists import divided
from transactions.layouts.fields import MAX_SCALE, NumberField
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import Amount, AmountOfFields, AmountWithDirection, DebitCredit
from transactions.layouts.numbers import bare_pattern, has_debit_word, number_pattern, plain_number, rule_of, words_rule
from transactions.sql import is_one_of, matches

THOUSANDS = 3
"""So many digits stand between group characters."""
NOT_ZERO = "[0-9.]*[1-9][0-9.]*"
"""A pattern for the digits of a number, without its sign."""


class Checking(Protocol):
    """Attaches checks to a field."""

    def __call__(self, field: str, *checks: Check) -> CheckedCell:
        """Check ``field``."""


class Number(msgspec.Struct, frozen=True):
    """SQL for a field's number, the checks that make it valid, and the direction that its sign or word gives.

    ``below_zero`` and ``above_zero`` are true of a number that is written so, also where its value is NULL: of minor
    units of an unknown currency, and of a number too large.
    """

    value: str
    checks: tuple[Check, ...]
    direction: str
    below_zero: str
    above_zero: str

    @property
    def not_zero(self) -> str:
        """SQL that is true of a number other than zero."""
        return f"({self.below_zero} OR {self.above_zero})"


class AmountMapper(msgspec.Struct, frozen=True):
    """Builds the expressions of a file's amounts. ``checked`` attaches checks to a field."""

    layout: Layout
    cells: Mapping[str, str]
    checked: Checking

    def amount(self, column: Column, function: AmountOfFields) -> Expression:
        """Build the expression that fills ``column`` by ``function``."""
        match function:
            case Amount():
                return self._with_fees(column, function) if function.fees else self._signed(column, function)
            case AmountWithDirection():
                return self._with_direction(column, function)
            case DebitCredit():
                return self._debit_credit(column, function)

    def _signed(self, column: Column, function: Amount) -> Expression:
        number = self.number(column, function.field, signed=not function.unsigned, result=column.name)
        checks = (*required(column, self.cells[function.field]), *number.checks)
        value = f"-({number.value})" if function.inverted else number.value
        if function.unsigned:
            direction = _direction("true" if function.inverted else "false")
            return Expression(value, (self.checked(function.field, *checks),), direction)
        direction = _direction(f"{value} < 0") if function.inverted else number.direction
        return Expression(value, (self.checked(function.field, *checks),), direction)

    def _with_fees(self, column: Column, function: Amount) -> Expression:
        number = self.number(column, function.field, signed=not function.unsigned)
        fees = self._fees(column, function)
        sign, cell = "-" if function.inverted else "", self.cells[function.field]
        value = self._sum(column, f"{sign}({number.value})", *_charged(function, fees))
        of_fees = [self.checked(name, *fee.checks) for name, fee in fees.items()]
        in_range = self._sum_in_range(column, f"{cell} IS NOT NULL", of_fees)
        checks = (*required(column, cell), *number.checks, in_range)
        return Expression(value, (self.checked(function.field, *checks), *of_fees), _direction(f"{value} < 0"))

    def _with_direction(self, column: Column, function: AmountWithDirection) -> Expression:
        cell, word = self.cells[function.field], self.cells[function.direction]
        words = function.credit + function.debit
        if "" in words:
            word = f"coalesce({word}, '')"
        number = self.number(column, function.field, signed=function.sign != "none", result=column.name)
        known, debit = is_one_of(word, words), is_one_of(word, function.debit)
        word_checks = (
            Check(RowCode.FIELD_MISSING, f"{word} IS NULL AND {cell} IS NOT NULL", "must have a value"),
            Check(RowCode.DIRECTION_UNKNOWN, f"{word} IS NOT NULL AND NOT {known}", f"one of {', '.join(words)}"),
        )
        checks = (*required(column, cell), *number.checks, *_contradiction(function, cell, number, word))
        size = number.value if function.sign == "none" else f"abs({number.value})"
        return Expression(
            f"CASE WHEN {debit} THEN -({size}) ELSE {size} END",
            (self.checked(function.field, *checks), self.checked(function.direction, *word_checks)),
            _direction(debit),
        )

    def _debit_credit(self, column: Column, function: DebitCredit) -> Expression:
        debit_cell, credit_cell = self.cells[function.debit], self.cells[function.credit]
        signed = function.sign != "none"
        debit = self.number(column, function.debit, signed=signed or function.negative_debits)
        credit = self.number(column, function.credit, signed=signed)
        out, received = (
            f"coalesce({f'abs({number.value})' if function.sign == 'ignored' else number.value}, 0)"
            for number in (debit, credit)
        )
        fees = self._fees(column, function)
        charged = _charged(function, fees)
        moved = self._sum(column, received, out if function.negative_debits else f"-{out}", *charged)
        either = f"coalesce({debit_cell}, {credit_cell})"
        # A fee of zero is no amount.
        charges = (f"{self.cells[name]} IS NOT NULL AND {fee.value} IS DISTINCT FROM 0" for name, fee in fees.items())
        present = " OR ".join((f"{either} IS NOT NULL", *charges))
        value = f"CASE WHEN {present} THEN {moved} END"
        both = Check(
            RowCode.AMOUNT_AMBIGUOUS,
            f"{debit.not_zero} AND {credit.not_zero}",
            f"an amount in one of {function.debit} and {function.credit}",
        )
        negative = Check(RowCode.SIGN_MISMATCH, debit.above_zero, "with a minus")
        needed = required(column, f"CASE WHEN {present} THEN true END")
        missing = divided(self.layout, (function.debit, function.credit), needed)
        of_fees = [self.checked(name, *fee.checks) for name, fee in fees.items()]
        checks = (
            *missing[function.debit],
            *debit.checks,
            *((negative,) if function.negative_debits else ()),
            both,
            self._sum_in_range(column, f"({present})", [self.checked(function.credit, *credit.checks), *of_fees]),
        )
        # A row of zero is money in where it stands in the credits.
        direction = _direction(f"{value} < 0 OR ({value} = 0 AND {credit_cell} IS NULL)")
        credit_checks = (*missing[function.credit], *credit.checks)
        checked = self.checked(function.debit, *checks), self.checked(function.credit, *credit_checks), *of_fees
        return Expression(value, checked, direction)

    def _fees(self, column: Column, function: Amount | DebitCredit) -> dict[str, Number]:
        signed = function.fee_sign != "none"
        return {name: self.number(column, name, signed=signed) for name in function.fees}

    def number(self, column: Column, name: str, *, signed: bool = True, result: str = "") -> Number:
        """Build a field's number. ``result`` is where its value can be had again without being computed anew."""
        field, cell = self.layout.field(name), self.cells[name]
        assert isinstance(field, NumberField)  # noqa: S101 - linted
        digits = plain_number(cell, field)
        value = _minor_units(digits, column) if field.minor_units else f"try_cast({digits} AS {column.physical_type})"
        in_range = f"{result or value} IS NOT NULL{' OR minor_units IS NULL' if field.minor_units else ''}"
        checks = (
            *_misplaced_signs(cell, field, signed=signed),
            Check(RowCode.AMOUNT_FORMAT, f"NOT {matches(cell, number_pattern(field, signed=signed))}", rule_of(field)),
            _scale_check(digits, field),
            Check(RowCode.AMOUNT_RANGE, f"{cell} IS NOT NULL AND NOT ({in_range})", _range_rule(column)),
        )
        direction = _direction(has_debit_word(cell, field) if field.words else f"{value} < 0")
        # The pattern alone would do, and take longer.
        known = f"nullif({value}, 0)"
        below_zero = f"coalesce({known} < 0, {matches(digits, f'-{NOT_ZERO}')})"
        above_zero = f"coalesce({known} > 0, {matches(digits, f'[+]?{NOT_ZERO}')})"
        return Number(value, checks, direction, below_zero, above_zero)

    def _sum(self, column: Column, *parts: str) -> str:
        return f"try_cast({' + '.join(parts)} AS {column.physical_type})"

    def _sum_in_range(self, column: Column, present: str, others: Iterable[CheckedCell]) -> Check:
        """Check that a sum with ``others`` is not too large; of one with a wrong number nothing is said.

        ``present`` is SQL that is true where there is something to add up.
        """
        lost = f"{present} AND {column.name} IS NULL AND minor_units IS NOT NULL"
        sound = " AND ".join(f"NOT coalesce({check.broken}, false)" for other in others for check in other.checks)
        # Only where a sum is lost are the checks evaluated a second time.
        return Check(RowCode.AMOUNT_RANGE, f"CASE WHEN {lost} THEN {sound} ELSE false END", _range_rule(column))


def _range_rule(column: Column) -> str:
    """Say in words how large a number ``column``, a decimal(precision,scale), holds."""
    precision, scale = map(int, column.physical_type.removeprefix("decimal(").removesuffix(")").split(","))
    return f"at most {precision - scale} digits before the decimals"


def _misplaced_signs(cell: str, field: NumberField, *, signed: bool) -> Iterator[Check]:
    """Check that no sign stands where there is none, and that a word stands where there is one."""
    pattern = number_pattern(field, signed=signed)
    if field.words:
        unsigned = f"translate({cell}, '+-()', '')"
        broken = f"{unsigned} <> {cell} AND {matches(unsigned, pattern)}"
        yield Check(RowCode.SIGN_MISMATCH, broken, words_rule(field))
        if "" not in field.words:
            yield Check(RowCode.DIRECTION_UNKNOWN, matches(unsigned, bare_pattern(field)), words_rule(field))
    elif not signed:
        broken = f"{matches(cell, number_pattern(field))} AND NOT {matches(cell, pattern)}"
        yield Check(RowCode.SIGN_MISMATCH, broken, "without a sign")


def _scale_check(digits: str, field: NumberField) -> Check:
    """Check the decimals. Only where they could be too many is it looked at which of them are zeros: that is slow.

    Three decimals where the layout has fewer are refused, zeros or not: ``1.500`` could be one thousand five hundred.
    """
    point, fraction = f"strpos({digits}, '.')", f"split_part({digits}, '.', 2)"
    decimals = f"length({digits}) - {point}"
    rule = f"{rule_of(field)}, and no more than the currency has"
    if field.minor_units:
        return Check(RowCode.AMOUNT_SCALE, f"{point} > 0", rule)
    most = f"least({field.scale}, minor_units)"
    broken = f"length(rtrim({fraction}, '0')) > {most}"
    if field.scale < THOUSANDS and field.json_type != "number":
        broken += f" OR {decimals} = {THOUSANDS}"
        rule += f"; {THOUSANDS} decimals could be thousands"
    return Check(
        RowCode.AMOUNT_SCALE, f"CASE WHEN {point} > 0 AND {decimals} > {most} THEN {broken} ELSE false END", rule
    )


def _minor_units(digits: str, column: Column) -> str:
    """Return SQL for whole minor units as units of the currency, exact for all that ``column`` holds.

    Two decimals of up to 18 digits are multiplied in 64 bits, which raises where they are not enough.
    """
    cases = " ".join(f"WHEN {units} THEN {Decimal(1).scaleb(-units)}" for units in range(MAX_SCALE))
    one = f"(CASE minor_units {cases} END)::DECIMAL(6,{MAX_SCALE})"
    return f"try_cast(try_cast({digits} AS DECIMAL(32,0)) * {one} AS {column.physical_type})"


def _direction(negative: str) -> str:
    return f"CASE WHEN {negative} THEN 'DBIT' ELSE 'CRDT' END"


def _charged(function: Amount | DebitCredit, fees: Mapping[str, Number]) -> list[str]:
    """Return SQL for what each of ``fees`` adds to the amount."""
    sign = "" if function.fee_sign == "agrees" else "-"
    return [f"{sign}coalesce({fee.value}, 0)" for fee in fees.values()]


def _contradiction(function: AmountWithDirection, cell: str, number: Number, word: str) -> Iterable[Check]:
    """Check that the number's own sign is the one that goes with the word, if that is known."""
    plus = f"contains({cell}, '+')"
    match function.sign:
        case "none":
            return
        case "agrees":
            of_debit, of_credit = number.above_zero, number.below_zero
        case "inverted":
            of_debit, of_credit = number.below_zero, number.above_zero
        case "plus":
            of_debit, of_credit = f"({number.below_zero} OR {plus})", f"({number.below_zero} OR NOT {plus})"
    debit, credit = is_one_of(word, function.debit), is_one_of(word, function.credit)
    broken = f"CASE WHEN {debit} THEN {of_debit} WHEN {credit} THEN {of_credit} END"
    yield Check(RowCode.SIGN_MISMATCH, broken, f"a sign that goes with {function.direction}")
