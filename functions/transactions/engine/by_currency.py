"""SQL for amounts whose currency follows from the fields that hold them."""

from collections.abc import Iterator, Mapping

from transactions.codes import RowCode
from transactions.contract import Column
from transactions.engine.amounts import NOT_ZERO
from transactions.engine.checks import Check, CheckedCell, Expression, required
from transactions.layouts.fields import NumberField
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import AmountByCurrency, fields_read
from transactions.layouts.numbers import number_pattern, plain_number
from transactions.sql import case_of, literal, matches

_OF_OWN_CURRENCY = {RowCode.FIELD_MISSING, RowCode.AMOUNT_RANGE}
"""What is asked of the fields of the row's own currency only: those of another one are empty."""


def currency_of_amount(layout: Layout, cells: Mapping[str, str], function: AmountByCurrency) -> str:
    """Return SQL for the currency whose fields have the amount; NULL if none has one, or several have.

    A zero counts where no other currency has anything.
    """
    held, moved = dict[str, str](), dict[str, str]()
    for code in function.currencies:
        numbers = dict(_numbers(layout, function, code))
        held[code] = " OR ".join(f"{cells[name]} IS NOT NULL" for name in numbers)
        moved[code] = " OR ".join(_is_not_zero(cells[name], field) for name, field in numbers.items())
    return f"(CASE WHEN {' OR '.join(moved.values())} THEN {_only(moved)} ELSE {_only(held)} END)"


def amount_by_currency(
    layout: Layout,
    cells: Mapping[str, str],
    column: Column,
    function: AmountByCurrency,
    expressions: Mapping[str, Expression],
) -> Expression:
    """Put together the ``expressions`` of the amount in each currency; ``code`` is the row's own currency."""
    names = [name for code in function.currencies for name, _ in _numbers(layout, function, code)]
    first, anything = names[0], f"coalesce({', '.join(cells[name] for name in names)})"
    one_of = Check(RowCode.AMOUNT_AMBIGUOUS, "code IS NULL", f"an amount in one of {', '.join(names)}")
    checked = (
        CheckedCell(first, cells[first], required(column, anything)),
        *(cell for code, expression in expressions.items() for cell in _of_own_currency(code, expression)),
        CheckedCell(first, cells[first], (one_of,)),
    )
    values = {code: expression.value for code, expression in expressions.items()}
    directions = {code: expression.direction for code, expression in expressions.items()}
    return Expression(case_of("code", values), checked, case_of("code", directions))


def _numbers(layout: Layout, function: AmountByCurrency, code: str) -> Iterator[tuple[str, NumberField]]:
    for name in fields_read(function.currencies[code]):
        if isinstance(field := layout.field(name), NumberField):
            yield name, field


def _is_not_zero(cell: str, field: NumberField) -> str:
    is_number, digits = matches(cell, number_pattern(field)), plain_number(cell, field)
    return f"coalesce({is_number} AND {matches(digits, f'[-+]?{NOT_ZERO}')}, false)"


def _only(conditions: Mapping[str, str]) -> str:
    """Return SQL for the currency whose condition holds, if only one does."""
    count = " + ".join(f"({condition})::INTEGER" for condition in conditions.values())
    cases = " ".join(f"WHEN {condition} THEN {literal(code)}" for code, condition in conditions.items())
    return f"CASE WHEN {count} = 1 THEN CASE {cases} END END"


def _of_own_currency(code: str, expression: Expression) -> Iterator[CheckedCell]:
    for cell in expression.checked:
        checks = (
            check.where(f"code = {literal(code)}") if check.code in _OF_OWN_CURRENCY else check for check in cell.checks
        )
        yield CheckedCell(cell.field, cell.shown, tuple(checks))
