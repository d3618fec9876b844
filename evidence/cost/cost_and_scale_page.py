"""The page on cost and scale, written from the model."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from etl.constructs.ingestion import MAX_RECEIVE_COUNT
from evidence.cost import measured, prices
from evidence.cost.archive import (
    flexible_month,
    instant_month,
    instant_read,
    months_to_repay,
    restore,
    standard_month,
)
from evidence.cost.model import (
    DAYS_OF_MONTH,
    LARGE_FILE_DAYS,
    LARGE_FILE_MB,
    PricedStack,
    gigabyte,
    month,
    quota_use,
    seconds_of_large_file,
    small_file,
)
from evidence.cost.walking import walk_execution, walk_file

ROUTES: Final = {"batch": "batch", "direct": "direct (one Standard execution)"}
PEAK: Final = 5
"""Files come in bursts: the busiest second has so many times the day's average."""

DAY: Final = 86_400
ARCHIVED_KILOBYTES: Final = (5, 20, 60, 127, 128, 1_024, 10_240)
_MOVES: Final = 10_000 * DAYS_OF_MONTH
SCALES: Final = (10_000, 1_000_000, 40_000_000)


@dataclass(frozen=True, kw_only=True)
class Company:
    """A size of company: its partners, its small files and its gigabytes of large ones a day."""

    name: str
    partners: int
    files: int
    gigabytes: int


COMPANIES: Final = (
    Company(name="small", partners=10, files=200, gigabytes=1),
    Company(name="middle", partners=50, files=10_000, gigabytes=20),
    Company(name="large", partners=200, files=1_000_000, gigabytes=500),
)


def page(stack: PricedStack) -> str:
    """Write the page as Markdown."""
    sections = (
        _head(),
        _small_files(stack),
        _large_files(stack),
        _months(stack),
        _archive(),
        _quotas(stack),
        _left_out(),
    )
    return "\n".join(line for section in sections for line in section) + "\n"


def _head() -> Iterator[str]:
    yield "# Cost and scale"
    yield ""
    yield f"Written by `make cost` from the synthesized stack, list prices of us-east-1 as of {prices.AS_OF} without"
    yield "free tiers (`cost/prices.py`), and what was measured on the embedded AWS (`cost/measured.py`) and by"
    yield "`make bench` (`evidence/bench/results.json`). It is paper: an account's bill is the proof."
    yield ""


def _small_files(stack: PricedStack) -> Iterator[str]:
    costs = {route: small_file(stack, route) for route in ROUTES}
    totals = {route: sum(lines.values()) for route, lines in costs.items()}
    yield "## A thousand small files"
    yield ""
    yield "Good CSV files of some kilobytes, in US dollars."
    yield ""
    rows = [[name, *(_dollars(1000 * costs[route][name]) for route in ROUTES)] for name in costs["batch"]]
    yield from _table(
        ("", *ROUTES.values()), [*rows, ["**together**", *(_dollars(1000 * total) for total in totals.values())]]
    )
    share = totals["batch"] / totals["direct"]
    yield f"In a batch of {stack.batch_size}, a small file costs {share:.0%} of what it costs alone: less than a third."
    yield "What is left is mostly the log of every step with its data, which is required (M3), and S3's requests."
    yield ""
    yield "Per file:"
    yield ""
    per_file = {route: walk_file(stack.definition, route) for route in ROUTES}
    around = {route: walk_execution(stack.definition, route).states for route in ROUTES}
    functions = sum(".Arn" in name for name in per_file["batch"].calls)
    yield from _table(
        ("", *ROUTES.values()),
        [
            ["steps of the chain", *(str(per_file[route].states) for route in ROUTES)],
            [
                "state transitions paid",
                f"1, and {around['batch']} for each batch",
                str(per_file["direct"].states + around["direct"]),
            ],
            ["calls of functions", *(f"{functions}, and one each of `record` and `find-overlaps`" for _ in ROUTES)],
        ],
    )


def _large_files(stack: PricedStack) -> Iterator[str]:
    lines = gigabyte(stack)
    yield "## A gigabyte"
    yield ""
    seconds = sum(seconds_of_large_file().values()) * 1000 / LARGE_FILE_MB
    yield f"CSV in files of {LARGE_FILE_MB} MB on the direct route: {seconds:.0f} seconds of functions."
    yield f"Such a file is taken to hold {LARGE_FILE_DAYS} booking dates and some rejected rows, like the benchmark's."
    yield "Each date, and the rejected rows, make an object that is staged and then copied. The staged ones, together"
    yield f"{measured.STAGED_SHARE:.0%} of the CSV's size, are gone after {stack.staging_days} days."
    yield ""
    stored = [["raw file kept for a month (S3 Standard)", _dollars(prices.S3_GB_MONTH)]]
    yield from _table(("", "USD"), [*([name, _dollars(cost)] for name, cost in lines.items()), *stored])


def _months(stack: PricedStack) -> Iterator[str]:
    yield "## A month"
    yield ""
    yield "Small files go in batches, gigabytes in files of 100 MB; what is kept and queried comes on top."
    yield ""
    file, large = sum(small_file(stack, "batch").values()), sum(gigabyte(stack).values())
    rows = []
    for company in COMPANIES:
        fixed = sum(month(stack, partners=company.partners).values())
        files, gigabytes = DAYS_OF_MONTH * company.files * file, DAYS_OF_MONTH * company.gigabytes * large
        rows.append(
            [
                company.name,
                str(company.partners),
                _count(company.files),
                str(company.gigabytes),
                *(_money(cost) for cost in (fixed, files, gigabytes, fixed + files + gigabytes)),
            ]
        )
    yield from _table(
        ("company", "partners", "files a day", "GB a day", "fixed", "files", "GB", "**USD a month**"), rows
    )
    yield "Fixed: custom metrics, alarms, dashboard, key, the nightly crawl. Nothing else runs when nothing comes."
    yield ""


def _archive() -> Iterator[str]:
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
    yield from _table(
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
    yield f"uploads a day {_money(_MOVES * prices.GLACIER_FLEXIBLE_MOVE)} a month."
    archived, kept = 1000 * instant_read(2**20), 1000 * prices.S3_READ
    yield f"A query that reads a thousand archived objects of 1 MB pays {archived:.2f} for it beside Athena's own"
    yield f"price; in S3 Standard {kept:.4f}."
    yield ""


def _quotas(stack: PricedStack) -> Iterator[str]:
    yield "## Which quota comes first"
    yield ""
    yield f"Small files in batches; the busiest second has {PEAK} times the day's average. In percent of an account's"
    yield "default quota in us-east-1; a new account may have less (`etl doctor` shows Lambda's)."
    yield ""
    uses = [quota_use(stack, files * PEAK / DAY) for files in SCALES]
    rows = [
        [quota.name, _count(int(quota.limit)), *(_percent(use[quota]) for use in uses), quota.remedy]
        for quota in uses[0]
    ]
    yield from _table(("quota", "default", *(f"{_count(files)} files a day" for files in SCALES), "raise it by"), rows)
    for files, use in zip(SCALES, uses, strict=True):
        yield f"- {_count(files)} files a day: {_first(use)}"
    yield ""


def _first(use: Mapping[prices.Quota, float]) -> str:
    quota = max(use, key=lambda quota: use[quota])
    reached = sorted((q for q in use if use[q] >= 1), key=lambda q: -use[q])
    if not reached:
        return f"none is reached; the nearest is *{quota.name}*, {_percent(use[quota])} of it."
    return "exceeded, in this order: " + "; ".join(f"*{q.name}* ({_percent(use[q])})" for q in reached) + "."


def _left_out() -> Iterator[str]:
    yield "Beyond the quotas: a first burst meets a cold table and cold functions; retries with backoff take it up. The"
    yield f"dead-letter queue keeps what {MAX_RECEIVE_COUNT} tries could not start, and what failed after its retries."
    yield ""
    yield "## Left out"
    yield ""
    yield "Storage of uploads, results, reports and manifests; small files' staged rows; Athena's scans"
    yield "($5 per TB); requests to Glue's catalog; traces; KMS requests (bucket keys and reused data keys leave few);"
    yield "email; rejected and failed files, and alerts (a few steps more); taxes and discounts."


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    cells = list(head)
    yield f"| {' | '.join(cells)} |"
    yield f"|{'---|' * len(cells)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _dollars(amount: float) -> str:
    return f"{amount:.4f}"


def _money(amount: float) -> str:
    return f"{amount:,.0f}".replace(",", " ") if amount >= 100 else f"{amount:.2f}"  # noqa: PLR2004 - three digits


def _count(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "under 1%"  # noqa: PLR2004 - one percent
