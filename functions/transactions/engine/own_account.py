"""SQL for amounts whose direction follows from the own account."""

from collections.abc import Mapping
from typing import Self

import msgspec

from transactions.codes import RowCode
from transactions.contract import Column
from transactions.engine.amounts import AmountMapper
from transactions.engine.checks import Check, Expression, required
from transactions.layouts.ibans import IBAN_SHAPE
from transactions.layouts.mapping import AmountByAccount
from transactions.sql import literal, matches

RULE = "the own account as payer or as payee, and not as both"


class _Parties(msgspec.Struct, frozen=True):
    """SQL for the accounts of a row, without white space and in capitals, so that they can be compared."""

    payer: str
    payee: str
    own: str

    @classmethod
    def from_cells(cls, function: AmountByAccount, cells: Mapping[str, str], own: str) -> Self:
        return cls(*map(_comparable, (cells[function.payer], cells[function.payee], own)))

    @property
    def both_own(self) -> str:
        return f"coalesce({self.payer} = {self.own} AND {self.payee} = {self.own}, false)"

    @property
    def direction(self) -> str:
        """The direction where exactly one of the two is the own account, else NULL."""
        return f"""CASE WHEN {self.both_own} THEN NULL
            WHEN {self.payer} = {self.own} THEN 'DBIT' WHEN {self.payee} = {self.own} THEN 'CRDT' END"""

    @property
    def another_paid(self) -> str:
        """Whether the payer alone is named, and is another.

        Of IBANs only: any other account number could be the own account, written in another way.
        """
        return f"{self.payee} IS NULL AND {matches(self.payer, IBAN_SHAPE)} AND {matches(self.own, IBAN_SHAPE)}"


def amount_by_account(mapper: AmountMapper, column: Column, function: AmountByAccount, own: str) -> Expression:
    """Build the expression that fills ``column``; ``own`` is SQL for the own account."""
    cell, parties = mapper.cells[function.field], _Parties.from_cells(function, mapper.cells, own)
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
    unknown = Check(RowCode.DIRECTION_UNKNOWN, f"{number.value} IS NOT NULL AND ({direction}) IS NULL", RULE)
    contradiction = Check(
        RowCode.SIGN_MISMATCH, mismatch, f"a sign that goes with {function.payer} and {function.payee}"
    )
    return Expression(
        f"CASE {direction} WHEN 'DBIT' THEN -({size}) WHEN 'CRDT' THEN {size} END",
        (
            mapper.checked(function.field, *required(column, cell), *number.checks, contradiction),
            mapper.checked(function.payer, unknown),
            mapper.checked(function.payee),
        ),
        direction,
        f"CASE WHEN {number.below_zero} THEN true WHEN {parties.direction} = 'DBIT' AND NOT {plus} THEN false END"
        if function.sign == "optional"
        else "",
    )


def _comparable(account: str) -> str:
    return f"upper(translate({account}, {literal(' ' + chr(0xA0))}, ''))"
