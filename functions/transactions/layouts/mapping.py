"""The closed set of functions that fill the columns of the canonical record."""

from typing import Annotated, Literal

from msgspec import Meta

from transactions.layouts.fields import LayoutPart

Words = Annotated[tuple[str, ...], Meta(min_length=1)]
Fields = Annotated[tuple[str, ...], Meta(min_length=2)]


class _Function(LayoutPart, frozen=True, tag_field="function"):
    """One way to fill a column of the canonical record."""


class Text(_Function, frozen=True, tag="text"):
    """The field's text as it is; ``upper``: a currency code in capitals, however it is written."""

    field: str
    upper: bool = False


class FirstOf(_Function, frozen=True, tag="first_of"):
    """The text of the first field that has a value."""

    of: Fields


class Join(_Function, frozen=True, tag="join"):
    """The texts of all fields that have a value, with ``separator`` between them."""

    of: Fields
    separator: Annotated[str, Meta(max_length=100)] = " "


class Lookup(_Function, frozen=True, tag="lookup"):
    """What ``values`` has for the field's text; a text that it has not rejects the row."""

    field: str
    values: Annotated[dict[str, str], Meta(min_length=1)]


class Extract(_Function, frozen=True, tag="extract"):
    """The part of the field's text that the one group of ``pattern`` finds; no value where it finds none."""

    field: str
    pattern: str


class ByDirection(_Function, frozen=True, tag="by_direction"):
    """A text of the other party: one field where money came in, and another where it went out.

    Of several fields, the first that has a value; of none, no value.
    """

    credit: str | tuple[str, ...] = ()
    debit: str | tuple[str, ...] = ()

    @property
    def of_credit(self) -> tuple[str, ...]:
        """The fields for money in."""
        return (self.credit,) if isinstance(self.credit, str) else self.credit

    @property
    def of_debit(self) -> tuple[str, ...]:
        """The fields for money out."""
        return (self.debit,) if isinstance(self.debit, str) else self.debit


class Constant(_Function, frozen=True, tag="constant"):
    """The same text in every row."""

    value: str


class Captured(_Function, frozen=True, tag="captured"):
    """A fact captured above the header, in it, or from the file's name."""

    capture: str


class RowHash(_Function, frozen=True, tag="row_hash"):
    """A stable id for rows without a unique one: a hash of all cells, and a number where equal rows repeat.

    ``field`` is the id that may repeat; the hash stands behind it. Or ``unless`` is the id of those rows that have one;
    the others have the hash.
    """

    field: str | None = None
    unless: str | None = None


class Date(_Function, frozen=True, tag="date"):
    """The day as the field has it; of a moment, the day in the zone in which it is written."""

    field: str


class FirstDate(_Function, frozen=True, tag="first_date"):
    """The day of the first field that has a value."""

    of: Fields


class _WithFees(_Function, frozen=True, kw_only=True):
    """An amount with fees beside it: ``fee`` is a field with a number that went out besides, or several of them.

    ``fee_sign`` is what a fee's own sign says: there is none, it ``agrees`` with the direction (a minus is money out),
    or a minus ``reverses`` it (a fee that came back).
    """

    fee: str | tuple[str, ...] = ()
    fee_sign: Literal["none", "agrees", "reverses"] = "none"

    @property
    def fees(self) -> tuple[str, ...]:
        """The fields of what went out besides."""
        return (self.fee,) if isinstance(self.fee, str) else self.fee


class Amount(_WithFees, frozen=True, tag="amount"):
    """A signed number: money in is positive, money out negative, or the other way round where ``inverted``.

    Where ``unsigned``, the number has no sign: all are money in, or out where ``inverted``.
    """

    field: str
    inverted: bool = False
    unsigned: bool = False


class AmountWithDirection(_Function, frozen=True, tag="amount_with_direction"):
    """A number, and a field that says by one of these words which way the money went.

    ``sign`` is what the number itself says: nothing (``none``), the same (``agrees``), the opposite (``inverted``), or
    a plus before money in and nothing before money out (``plus``). A sign that contradicts the word rejects the row.
    """

    field: str
    direction: str
    credit: Words
    debit: Words
    sign: Literal["none", "agrees", "inverted", "plus"] = "none"


class AmountByAccount(_Function, frozen=True, tag="amount_by_account"):
    """A number whose direction follows from the own account: money out where it is the payer's, in where the payee's.

    ``payer`` and ``payee`` are fields with accounts; the own account is what ``account_id`` is filled with. Where both
    or neither is the own, the row is rejected, unless a sign decides. Of a file that has only one of the two, that one
    decides alone: it is the own account, or certainly another.

    ``sign`` is what the number itself says: nothing (``none``), the direction, with which the accounts must not
    disagree (``agrees``), or the direction only where it has a sign (``optional``).
    """

    field: str
    payer: str | None = None
    payee: str | None = None
    sign: Literal["none", "agrees", "optional"] = "none"

    @property
    def parties(self) -> tuple[str, ...]:
        """The fields with accounts."""
        return tuple(filter(None, (self.payer, self.payee)))


class DebitCredit(_WithFees, frozen=True, tag="debit_credit"):
    """Money out in one field, money in in another; never both. Debits have a minus where ``negative_debits``.

    A row may have a fee alone.

    ``sign`` is what a sign in either field says: there is none, a minus ``reverses`` the direction (a refund among the
    debits), or it is ``ignored``.
    """

    debit: str
    credit: str
    negative_debits: bool = False
    sign: Literal["none", "reverses", "ignored"] = "none"


AmountOfFields = Amount | AmountWithDirection | DebitCredit


class AmountByList(_Function, frozen=True, tag="amount_by_list"):
    """A number that the records of each list have in a way of their own: ``lists`` has its function by record path."""

    lists: Annotated[dict[str, AmountOfFields], Meta(min_length=2)]

    @property
    def parts(self) -> tuple[AmountOfFields, ...]:
        """The functions of all lists."""
        return tuple(self.lists.values())


class AmountByCurrency(_Function, frozen=True, tag="amount_by_currency"):
    """A number in the fields of its currency: ``currencies`` has the function of each by its code.

    The others' fields are empty or zero. ``by_amount`` gives the row's currency.
    """

    currencies: Annotated[dict[str, AmountOfFields], Meta(min_length=2)]

    @property
    def parts(self) -> tuple[AmountOfFields, ...]:
        """The functions of all currencies."""
        return tuple(self.currencies.values())


class ByAmount(_Function, frozen=True, tag="by_amount"):
    """The currency in whose fields ``amount_by_currency`` finds the amount."""


TextFunction = Text | FirstOf | Join | Lookup | Extract | ByDirection | Constant | Captured | RowHash | ByAmount
DateFunction = Date | FirstDate
AmountFunction = AmountOfFields | AmountByAccount | AmountByList | AmountByCurrency
Function = TextFunction | DateFunction | AmountFunction


def fields_read(function: Function) -> tuple[str, ...]:  # noqa: C901, PLR0911 - one for each kind
    """Return the names of the fields that ``function`` reads."""
    match function:
        case Text() | Lookup() | Extract() | Date():
            return (function.field,)
        case Amount():
            return (function.field, *function.fees)
        case AmountWithDirection():
            return (function.field, function.direction)
        case AmountByAccount():
            return (function.field, *function.parties)
        case FirstOf() | Join() | FirstDate():
            return function.of
        case ByDirection():
            return tuple(dict.fromkeys(function.of_credit + function.of_debit))
        case DebitCredit():
            return (function.credit, function.debit, *function.fees)
        case AmountByList() | AmountByCurrency():
            return tuple(dict.fromkeys(name for part in function.parts for name in fields_read(part)))
        case RowHash():
            return tuple(filter(None, (function.field or function.unless,)))
        case Constant() | Captured() | ByAmount():
            return ()
