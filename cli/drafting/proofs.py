"""Proves by arithmetic what the amount is: a balance that runs on by it, or a net that is gross less fee."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations
from typing import Final, Literal

from cli.drafting.columns import Column

Amounts = Sequence[Decimal | None]
Order = Literal["ascending", "descending"]
_ORDERS: Final[tuple[Order, ...]] = ("ascending", "descending")

_LOOKED_AT: Final = 2_000
_NEARLY_ALL: Final = 0.8
"""So many of the steps must hold: a file may have several accounts, and bad rows."""
_PROVEN: Final = 2
"""Steps of so many sizes that hold are no chance."""
_MOST_COLUMNS: Final = 12


@dataclass(frozen=True, kw_only=True)
class Running:
    """A balance that runs on by an amount in ``steps`` of the ``tried`` rows, the oldest first if ``ascending``.

    ``sizes`` counts the different sizes of these steps, ``after`` the rows with amounts after the last balance, and
    ``opposite`` the other steps that hold for the opposite amount.
    """

    balance: Column
    order: Order
    steps: int
    tried: int
    sizes: int
    after: int = 0
    opposite: int = 0

    @property
    def is_proof(self) -> bool:
        """Whether it holds too often for chance: steps of one size alone agree with many columns."""
        return self.sizes >= _PROVEN

    @property
    def is_whole(self) -> bool:
        """Whether it holds in every row."""
        return self.steps == self.tried


def running(moved: Amounts, balances: Sequence[Column], currencies: Sequence[Column]) -> Running | None:
    """Return which of ``balances`` runs on by what was ``moved`` in each record, if one does.

    It may do so for all records together, or for those of each currency by one of the columns ``currencies``.
    """
    groups = [[""] * len(moved), *(list(column.cells) for column in currencies[:_MOST_COLUMNS])]
    found = (one for balance in balances[:_MOST_COLUMNS] for group in groups for one in _orders(moved, balance, group))
    return max(found, key=lambda one: (one.steps, one.steps - one.tried), default=None)


def _orders(moved: Amounts, balance: Column, group: Sequence[str]) -> Iterator[Running]:
    for order in _ORDERS:
        steps = [
            _steps(_of(balance.amounts, group, one), _of(moved, group, one), order) for one in dict.fromkeys(group)
        ]
        pairs = [pair for one, _ in steps for pair in one]
        held = [step for step, since in pairs if step == since]
        if held and len(held) >= _NEARLY_ALL * len(pairs):
            yield Running(
                balance=balance,
                order=order,
                steps=len(held),
                tried=len(pairs),
                sizes=len(set(map(abs, held)) - {Decimal(0)}),
                after=sum(after for _, after in steps),
                opposite=sum(bool(step) and step == -since for step, since in pairs),
            )


def _of(amounts: Amounts, group: Sequence[str], one: str) -> Amounts:
    return [amount for amount, name in zip(amounts, group, strict=True) if name == one]


def signs_by(balance: Column, moved: Amounts, order: Order) -> tuple[int, ...]:
    """Return for each record -1 for money out and 1 for money in, as its step of ``balance`` says; 0 if neither."""
    before = (None, *balance.amounts[:-1]) if order == "ascending" else (*balance.amounts[1:], None)
    return tuple(map(_sign_of_step, before, balance.amounts, moved))


def _sign_of_step(before: Decimal | None, now: Decimal | None, amount: Decimal | None) -> int:
    if before is None or now is None or amount is None or abs(now - before) != abs(amount):
        return 0
    return (now > before) - (now < before)


def _steps(balance: Amounts, moved: Amounts, order: Order) -> tuple[list[tuple[Decimal, Decimal]], int]:
    """Return the steps between balances, each with what was moved, and the number of rows after the last balance."""
    # A balance may stand on a row of its own, such as one for each day.
    rows = [row for row in zip(balance, moved, strict=True) if row != (None, None)][:_LOOKED_AT]
    before: Decimal | None = None
    since, steps, after = Decimal(0), list[tuple[Decimal, Decimal]](), 0
    for now, amount in rows if order == "ascending" else reversed(rows):
        since += amount or 0
        after += amount is not None
        if now is None:
            continue
        if before is not None and (since or now != before):
            steps.append((now - before, since))
        before, since, after = now, Decimal(0), 0
    return steps, after


@dataclass(frozen=True, kw_only=True)
class Net:
    """``net`` is ``gross`` with the ``fee`` taken off, in every record."""

    gross: Column
    fee: Column
    net: Column


def net_of(columns: Sequence[Column]) -> Net | None:
    """Return the three columns of which one is another less the third in every record, if there are such."""
    usable = [column for column in columns if any(column.amounts)][:_MOST_COLUMNS]
    for gross, fee, net in permutations(usable, 3):
        rows = [row for row in zip(gross.amounts, fee.amounts, net.amounts, strict=True) if row[0] is not None]
        for sign in (-1, 1):
            holds = all(n is not None and (g or 0) + sign * (f or 0) == n for g, f, n in rows)
            if rows and holds and _size(fee) < _size(net):
                return Net(gross=gross, fee=fee, net=net)
    return None


def _size(column: Column) -> Decimal:
    """Return the sum of all sizes: a fee's is less than that of what is left, or the two could change places."""
    return sum((abs(amount) for amount in column.amounts if amount is not None), Decimal(0))
