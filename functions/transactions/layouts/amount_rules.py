"""The rules for functions that fill amounts, so that exactly one thing gives the direction."""

from collections.abc import Iterator

from transactions.contract import Column
from transactions.currencies import MINOR_UNITS
from transactions.layouts.fields import Field, NumberField, StringField
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import (
    Amount,
    AmountByAccount,
    AmountByCurrency,
    AmountByList,
    AmountFunction,
    AmountWithDirection,
    ByAmount,
    ByDirection,
    Constant,
    DebitCredit,
    fields_read,
)


def amount_complaints(
    layout: Layout, column: Column, function: AmountFunction, currency: str | None = None
) -> Iterator[str]:
    """Yield what is wrong with ``function``, whose fields the layout has; ``currency`` is the only one of its rows."""
    if isinstance(function, AmountByList):
        for of_list in function.parts:
            yield from amount_complaints(layout, column, of_list, currency)
        return
    if isinstance(function, AmountByCurrency):
        yield from _currencies(layout, column, function)
        return
    fields = fields_read(function)
    if len(set(fields)) < len(fields):
        yield "reads one field twice"
    yield from (f"the words of {name} give its direction" for name in fields if _tells_twice(layout, function, name))
    of_rows = layout.mapping.get("currency")
    currency = of_rows.value if isinstance(of_rows, Constant) else currency
    yield from (rule for name in fields for rule in _other_currencies(layout, name, currency))
    match function:
        case Amount(fee=(), fee_sign="agrees" | "reverses") | DebitCredit(fee=(), fee_sign="agrees" | "reverses"):
            yield "feeSign says what the sign of a fee means, and there is no fee"
        case DebitCredit(negative_debits=True, sign="reverses" | "ignored"):
            yield "negativeDebits says what a sign means, and so does sign: declare one of them"
        case AmountWithDirection():
            yield from _direction_words(layout, function)
        case AmountByAccount() if column.name != "amount":
            yield "amount_by_account fills amount only"
        case AmountByAccount():
            yield from _own_account(layout, function)


def _currencies(layout: Layout, column: Column, function: AmountByCurrency) -> Iterator[str]:
    if column.name != "amount":
        yield "amount_by_currency fills amount only"
    elif not isinstance(layout.mapping.get("currency"), ByAmount):
        yield "amount_by_currency needs currency: {function: by_amount}"
    seen = set[str]()
    for code, own in function.currencies.items():
        if code not in MINOR_UNITS:
            yield f"{code} is no currency of ISO 4217"
        numbers = {name for name in fields_read(own) if isinstance(layout.field(name), NumberField)}
        yield from (f"{name} has the amount of two currencies" for name in sorted(numbers & seen))
        seen |= numbers
        yield from amount_complaints(layout, column, own, code)


def _own_account(layout: Layout, function: AmountByAccount) -> Iterator[str]:
    own = layout.mapping.get("account_id")
    if own is None or isinstance(own, ByDirection):
        yield "needs account_id, which says whose account it is"
    elif compared := [name for name in function.parties if name in fields_read(own)]:
        yield f"account_id is read from {compared[0]}, which would always be the own account"
    match function.parties:
        case ():
            yield "needs payer or payee, a field with accounts"
        case (name,) if not _is_one_notation(layout.field(name)):
            yield f"{name} decides alone, and needs a format or constraints: accounts written alike can be compared"


def _is_one_notation(field: Field) -> bool:
    """Return whether ``field`` says how its texts are written."""
    return not isinstance(field, StringField) or field.constraints is not None or field.format != "default"


def _tells_twice(layout: Layout, function: AmountFunction, name: str) -> bool:
    """Return whether the words of the field ``name`` say what the function says as well."""
    field = layout.field(name)
    alone = isinstance(function, Amount) and name == function.field and not (function.inverted or function.unsigned)
    return isinstance(field, NumberField) and bool(field.words) and not alone


def _other_currencies(layout: Layout, name: str, currency: str | None) -> Iterator[str]:
    field = layout.field(name)
    if isinstance(field, NumberField) and currency:
        for affix in field.prefixes + field.suffixes:
            if (code := affix.strip().upper()) in MINOR_UNITS and code != currency:
                yield f"{code} beside {name} is another currency than {currency}"


def _direction_words(layout: Layout, function: AmountWithDirection) -> Iterator[str]:
    credit, debit = ({word.strip().casefold() for word in words} for words in (function.credit, function.debit))
    if credit & debit:
        yield "credit and debit share a word, but for case and white space"
    for word in function.credit + function.debit:
        if word and word in layout.schema.missing_values:
            yield f"{word} is one of missingValues, and so no word"
