"""What became of the records of a segment, and of several segments together: all of it exact."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Context, Decimal, Inexact
from itertools import chain, groupby
from typing import Final

import msgspec

from transactions.results import EXAMPLES_PER_CODE, ErrorCount, ErrorExample, Total, plain_amount

_EXACT: Final = Context(prec=60, traps=[Inexact])
"""Python's own context rounds to 28 digits; a sum of the engine's may have 38."""


class Found(msgspec.Struct, frozen=True, order=True):
    """An error or a warning, with the place of its record in the file. The order is that of ``Tally.examples``."""

    code: str
    number: int
    field: str
    line: int
    rule: str
    masked_value: str

    @property
    def example(self) -> ErrorExample:
        """What is reported of it."""
        return ErrorExample(
            code=self.code, line=self.line, field=self.field, rule=self.rule, masked_value=self.masked_value
        )


class Tally(msgspec.Struct, frozen=True):
    """What was found: how often each code, and the ``first`` of each, by code and place."""

    counts: tuple[ErrorCount, ...] = ()
    first: tuple[Found, ...] = ()

    @property
    def examples(self) -> tuple[ErrorExample, ...]:
        """What is reported of the first ones."""
        return tuple(found.example for found in self.first)


class Sum(msgspec.Struct, frozen=True):
    """A number of rows, and the sum of their amounts."""

    count: int
    amount: Decimal


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of so many records ``read``.

    ``sums`` are those of the accepted rows by currency, in the order of the currencies' codes, and ``dates`` their
    booking dates. Where the rows are only judged, ``rejected_sums`` are those of the rejected rows whose amount and
    currency could be read, and ``drops`` the dropped rows by the layout's condition.
    """

    read: int = 0
    rejected: int = 0
    dropped: int = 0
    sums: Mapping[str, Sum] = msgspec.field(default_factory=dict)
    dates: frozenset[date] = frozenset()
    errors: Tally = Tally()
    rejected_sums: Mapping[str, Sum] = msgspec.field(default_factory=dict)
    drops: Tally = Tally()

    @property
    def accepted(self) -> int:
        """The number of accepted rows."""
        return sum(one.count for one in self.sums.values())

    @property
    def adds_up(self) -> bool:
        """Whether each record is accounted for exactly once."""
        return self.read == self.accepted + self.rejected + self.dropped

    @property
    def totals(self) -> tuple[Total, ...]:
        """The control totals."""
        return totals_of(self.sums)


def totals_of(sums: Mapping[str, Sum]) -> tuple[Total, ...]:
    """Write ``sums`` as control totals."""
    return tuple(
        Total(currency=currency, count=one.count, sum=plain_amount(one.amount, currency))
        for currency, one in sums.items()
    )


def combined(outcomes: Iterable[Outcome]) -> Outcome:
    """Add up the outcomes of consecutive segments."""
    outcomes = list(outcomes)
    return Outcome(
        read=sum(outcome.read for outcome in outcomes),
        rejected=sum(outcome.rejected for outcome in outcomes),
        dropped=sum(outcome.dropped for outcome in outcomes),
        sums=added(outcome.sums for outcome in outcomes),
        dates=frozenset(chain.from_iterable(outcome.dates for outcome in outcomes)),
        errors=tallied(outcome.errors for outcome in outcomes),
        rejected_sums=added(outcome.rejected_sums for outcome in outcomes),
        drops=tallied(outcome.drops for outcome in outcomes),
    )


def added(sums: Iterable[Mapping[str, Sum]]) -> dict[str, Sum]:
    """Add up sums by currency, exactly."""
    total = dict[str, Sum]()
    for currency, one in chain.from_iterable(some.items() for some in sums):
        so_far = total.get(currency, Sum(0, Decimal(0)))
        total[currency] = Sum(so_far.count + one.count, _EXACT.add(so_far.amount, one.amount))
    return dict(sorted(total.items()))


def tallied(tallies: Iterable[Tally]) -> Tally:
    """Add up what was found in several places."""
    tallies = list(tallies)
    counts = Counter[str]()
    for count in chain.from_iterable(one.counts for one in tallies):
        counts[count.code] += count.count
    found = sorted(chain.from_iterable(one.first for one in tallies))
    first = (list(of_code)[:EXAMPLES_PER_CODE] for _, of_code in groupby(found, key=lambda one: one.code))
    return Tally(
        counts=tuple(ErrorCount(code=code, count=counts[code]) for code in sorted(counts)),
        first=tuple(chain.from_iterable(first)),
    )
