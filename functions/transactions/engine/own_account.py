"""SQL for amounts whose direction follows from the own account."""

from typing import Self

import msgspec

from transactions.codes import RowCode
from transactions.contract import Column
from transactions.engine.amounts import AmountMapper
from transactions.engine.checks import Check, Expression, required
from transactions.layouts.fields import Field, StringField
from transactions.layouts.ibans import IBAN_SHAPE
from transactions.layouts.mapping import AmountByAccount
from transactions.sql import literal, matches

RULE = "the own account as payer or as payee, and not as both"
RULE_OF_ONE = "the own account, or an account that cannot be the same one in another notation"


class _Parties(msgspec.Struct, frozen=True):
    """SQL for the accounts of a row, without white space and in capitals, so that they can be compared.

    ``by_another`` is the direction where the file has only one of the parties, and that is not the own account.
    """

    payer: str
    payee: str
    own: str
    by_another: str

    @classmethod
    def from_cells(cls, function: AmountByAccount, mapper: AmountMapper, own: str) -> Self:
        payer, payee = (
            _comparable(mapper.cells[name]) if name else "NULL" for name in (function.payer, function.payee)
        )
        by_another = "NULL"
        if len(function.parties) == 1:
            party, direction = (payer, "CRDT") if function.payer else (payee, "DBIT")
            is_another = _is_another(mapper.layout.field(function.parties[0]), party, own)
            by_another = f"CASE WHEN {is_another} THEN '{direction}' END"
        return cls(payer, payee, _comparable(own), by_another)

    @property
    def both_own(self) -> str:
        return f"coalesce({self.payer} = {self.own} AND {self.payee} = {self.own}, false)"

    @property
    def direction(self) -> str:
        """The direction where exactly one of the two is the own account, or the only one is another; else NULL."""
        return f"""CASE WHEN {self.both_own} THEN NULL WHEN {self.payer} = {self.own} THEN 'DBIT'
            WHEN {self.payee} = {self.own} THEN 'CRDT' ELSE {self.by_another} END"""

    @property
    def another_paid(self) -> str:
        """Whether the payer alone is named, and is another.

        Of IBANs only: any other account number could be the own account, written in another way.
        """
        return f"{self.payee} IS NULL AND {matches(self.payer, IBAN_SHAPE)} AND {matches(self.own, IBAN_SHAPE)}"


def amount_by_account(mapper: AmountMapper, column: Column, function: AmountByAccount, own: str) -> Expression:
    """Build the expression that fills ``column``; ``own`` is SQL for the own account."""
    cell, parties = mapper.cells[function.field], _Parties.from_cells(function, mapper, own)
    number = mapper.number(column, function.field, signed=function.sign != "none")
    plus = f"contains({cell}, '+')"
    by_sign = f"CASE WHEN {number.below_zero} THEN 'DBIT' ELSE 'CRDT' END"
    match function.sign:
        case "none":
            direction, mismatch = parties.direction, "false"
        case "agrees":
            direction = f"CASE WHEN NOT {parties.both_own} THEN {by_sign} END"
            mismatch = f"{number.not_zero} AND ({parties.direction}) <> ({by_sign})"
        case "optional":
            signed = f"{number.below_zero} OR {plus}"
            direction = f"""CASE WHEN {parties.both_own} THEN NULL WHEN {signed} THEN {by_sign}
                ELSE coalesce({parties.direction}, CASE WHEN {parties.another_paid} THEN 'CRDT' END) END"""
            mismatch = f"({signed}) AND ({parties.direction}) <> ({by_sign})"
    size = f"abs({number.value})"
    first, *others = function.parties
    unknown = Check(
        RowCode.DIRECTION_UNKNOWN,
        f"{number.value} IS NOT NULL AND ({direction}) IS NULL",
        RULE if others else RULE_OF_ONE,
    )
    contradiction = Check(RowCode.SIGN_MISMATCH, mismatch, f"a sign that goes with {' and '.join(function.parties)}")
    return Expression(
        f"CASE {direction} WHEN 'DBIT' THEN -({size}) WHEN 'CRDT' THEN {size} END",
        (
            mapper.checked(function.field, *required(column, cell), *number.checks, contradiction),
            mapper.checked(first, unknown),
            *map(mapper.checked, others),
        ),
        direction,
        f"CASE WHEN {number.below_zero} THEN true WHEN {parties.direction} = 'DBIT' AND NOT {plus} THEN false END"
        if function.sign == "optional"
        else "",
    )


def _is_another(field: Field, party: str, own: str) -> str:
    """Return SQL that is true where ``party``, the account in ``field``, is certainly not the own account.

    Both must be written as the field declares it. One that is part of the other, such as a number without its leading
    zeros or its bank code, could be the same account. ``own`` is not made comparable yet: a pattern is of the text.
    """
    assert isinstance(field, StringField)  # noqa: S101 - linted
    compared = _comparable(own)
    conditions = [f"NOT contains({party}, {compared})", f"NOT contains({compared}, {party})"]
    if field.constraints:
        conditions.append(matches(own, field.constraints.pattern))
    if field.format != "default":
        conditions.append(matches(compared, IBAN_SHAPE))
    return " AND ".join(conditions)


def _comparable(account: str) -> str:
    return f"upper(translate({account}, {literal(' ' + chr(0xA0))}, ''))"
