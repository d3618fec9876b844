"""The page's sections on what is kept: the crawl of it, and the archive."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from evidence.cost import prices
from evidence.cost.archive import (
    flexible_month,
    instant_month,
    instant_read,
    months_to_repay,
    restore,
    standard_month,
)
from evidence.cost.formatting import count, money, table
from evidence.cost.measured import CRAWL_UNITS, READS_OF_QUERIED_OBJECT, SMALL_OBJECTS_BYTES, SMALL_OBJECTS_TIMES
from evidence.cost.model import DAYS_OF_MONTH, LARGE_FILE_DAYS, LARGE_FILE_MB, crawl_listing, query_requests

ARCHIVED_KILOBYTES: Final = (5, 20, 60, 127, 128, 1_024, 10_240)
DAYS_OF_YEAR: Final = 365
_MOVES: Final = 10_000 * DAYS_OF_MONTH


@dataclass(frozen=True, kw_only=True)
class Company:
    """A size of company: its partners, its small files and its gigabytes of large ones a day."""

    name: str
    partners: int
    files: int
    gigabytes: int

    @property
    def objects_a_year(self) -> int:
        """Objects of the tables after a year: one for each small file; of a large one, its dates and its quarantine."""
        large = self.gigabytes * 1000 // LARGE_FILE_MB * (LARGE_FILE_DAYS + 1)
        return DAYS_OF_YEAR * (self.files + large)

    @property
    def partitions_a_year(self) -> int:
        """Partitions after a year: one for each partner and day."""
        return DAYS_OF_YEAR * self.partners


def crawls(companies: Iterable[Company]) -> Iterator[str]:
    """Write what the crawls cost."""
    yield "The nightly crawl lists every object of the tables, and so grows with them: one object for each small file,"
    yield f"and {LARGE_FILE_DAYS + 1} for each large one."
    yield ""
    rows = []
    for company in companies:
        objects = company.objects_a_year
        rows.append([company.name, count(objects), money(DAYS_OF_MONTH * crawl_listing(objects))])
    yield from table(("company", "objects after a year", "listing them, USD a month"), rows)
    hour = DAYS_OF_MONTH * CRAWL_UNITS * prices.CRAWLER_DPU_HOUR
    yield f"Its time grows too, and only AWS can measure that: each hour a night is {money(hour)} a month; the fixed"
    yield "costs have ten minutes, the least that is billed. Publish registers partitions itself, so the crawl may be"
    yield "rarer, or none."
    yield ""


def queries(companies: Iterable[Company]) -> Iterator[str]:
    """Write what queries cost by the number of objects that they read."""
    yield "## A query"
    yield ""
    yield "Athena reads every object of the partitions that a query asks for, and S3 bills the requests: at least"
    yield f"{READS_OF_QUERIED_OBJECT} an object, for its footer and its columns. In US dollars, beside Athena's price"
    yield "for the bytes:"
    yield ""
    rows = []
    for company in companies:
        objects, merged = company.objects_a_year, company.partitions_a_year
        year = query_requests(objects)
        rows.append(
            [company.name, count(objects), money(year / 12), money(year), count(merged), money(query_requests(merged))]
        )
    yield from table(
        ("company", "objects of a year", "a month", "a year", "one object a partition", "a year then"),
        rows,
    )
    yield f"On the embedded engine, a sum over 10 000 objects of 8 rows takes {SMALL_OBJECTS_TIMES} times the processor"
    yield f"time of the same sum over one object with all rows, and they are {SMALL_OBJECTS_BYTES} times as large."
    yield "Objects are not merged ([decision 0043](decisions/0043-objects-are-not-merged.md))."
    yield ""


def archive() -> Iterator[str]:
    """Write what the archive costs and saves."""
    yield "## The archive"
    yield ""
    yield "After 90 days: raw files of every size to Glacier Flexible Retrieval, as required; processed objects to"
    yield "Glacier Instant Retrieval from 128 KB on, because a smaller one does not repay its move"
    yield "([exception to S4](requirements.md#the-exception-to-s4)). A thousand objects of one size, in US dollars:"
    yield ""
    rows = []
    for kilobytes in ARCHIVED_KILOBYTES:
        size = kilobytes * 1024
        before, instant, flexible = standard_month(size), instant_month(size), flexible_month(size)
        moves = (
            months_to_repay(prices.GLACIER_INSTANT_MOVE, before=before, after=instant),
            months_to_repay(prices.GLACIER_FLEXIBLE_MOVE, before=before, after=flexible),
        )
        repaid = ["never" if months is None else f"{months:.1f} months" for months in moves]
        costs = (before, instant, instant_read(size), flexible, restore(size))
        standard, at_instant, read, at_flexible, restored = (f"{1000 * cost:.5f}" for cost in costs)
        rows.append([f"{kilobytes} KB", standard, at_instant, repaid[0], read, at_flexible, repaid[1], restored])
    yield from table(
        (
            "size",
            "Standard, a month",
            "Instant, a month",
            "move repaid after",
            "read once",
            "Flexible, a month",
            "move repaid after",
            "restored once",
        ),
        rows,
    )
    instant, flexible = 1000 * prices.GLACIER_INSTANT_MOVE, 1000 * prices.GLACIER_FLEXIBLE_MOVE
    yield f"A thousand moves cost {instant:.2f} to Instant and {flexible:.2f} to Flexible Retrieval: for 10 000 small"
    yield f"uploads a day {money(_MOVES * prices.GLACIER_FLEXIBLE_MOVE)} a month."
    archived, kept = 1000 * instant_read(2**20), 1000 * prices.S3_READ
    yield f"A query that reads a thousand archived objects of 1 MB pays {archived:.2f} for it beside Athena's own"
    yield f"price; in S3 Standard {kept:.4f}."
    yield ""
