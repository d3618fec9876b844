"""The page on cost and scale, written from the model."""

from collections.abc import Iterator, Mapping
from typing import Final

from etl.constructs.ingestion import MAX_RECEIVE_COUNT
from evidence.cost import bursts_section, large_files, measured, prices
from evidence.cost.formatting import count, dollars, money, percent, table
from evidence.cost.model import (
    DAYS_OF_MONTH,
    LARGE_FILE_DAYS,
    LARGE_FILE_MB,
    POLLERS,
    PricedStack,
    files_in_batch,
    gigabyte,
    month,
    overlapping_file,
    overlapping_large_file,
    overlaps_share,
    recorded_twice,
    seconds_of_large_file,
    seconds_of_large_overlaps,
    small_file,
)
from evidence.cost.quotas import quota_use
from evidence.cost.storage_sections import Company, archive, crawls, queries
from evidence.cost.walking import walk_execution, walk_file

ROUTES: Final = {"batch": "batch", "direct": "direct (one Standard execution)"}
PEAK: Final = 5
"""Files come in bursts: the busiest second has this many times the day's average."""

DAY: Final = 86_400
TERABYTE: Final = 10**12
SCALES: Final = (10_000, 1_000_000, 40_000_000)


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
        _gigabyte(stack),
        large_files.section(stack),
        _months(stack),
        queries(COMPANIES),
        archive(),
        _quotas(stack),
        bursts_section.section(),
        _not_included(),
    )
    return "\n".join(line for section in sections for line in section) + "\n"


def _head() -> Iterator[str]:
    yield "# Cost and scale"
    yield ""
    yield f"Written by `make cost` from the synthesized stack, list prices of us-east-1 as of {prices.AS_OF} without"
    yield "free tiers (`evidence/cost/prices.py`), and measurements on the embedded AWS (`evidence/cost/measured.py`)"
    yield "and of `make bench` (`evidence/bench/results.json`). These are estimates: only an account's bill is proof."
    yield ""


def _small_files(stack: PricedStack) -> Iterator[str]:
    costs = {route: small_file(stack, route) for route in ROUTES}
    totals = {route: sum(lines.values()) for route, lines in costs.items()}
    yield "## A thousand small files"
    yield ""
    yield "Valid CSV files of a few kilobytes, in full batches, in US dollars."
    yield ""
    rows = [[name, *(dollars(1000 * costs[route][name]) for route in ROUTES)] for name in costs["batch"]]
    yield from table(
        ("", *ROUTES.values()), [*rows, ["**together**", *(dollars(1000 * total) for total in totals.values())]]
    )
    share = totals["batch"] / totals["direct"]
    yield f"In a batch of {stack.batch_size}, a small file costs {share:.0%} of what it costs alone: less than a third."
    yield "Most of it is the log of every step with its data, which is required (M3), and S3's requests."
    yield ""
    yield from _overlapping_files(stack)
    yield "Per file:"
    yield ""
    per_file = {route: walk_file(stack.definition, route) for route in ROUTES}
    around = {route: walk_execution(stack.definition, route).states for route in ROUTES}
    functions = sum(".Arn" in name for name in per_file["batch"].calls)
    yield from table(
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


def _overlapping_files(stack: PricedStack) -> Iterator[str]:
    known = {route: small_file(stack, route) for route in ROUTES}
    costs = {route: overlapping_file(stack, route) for route in ROUTES}
    names = [name for name, cost in costs["batch"].items() if cost != known["batch"].get(name)]
    shares = [overlaps_share(costs[route]) for route in ROUTES]
    yield "A thousand files whose rows one other file has too are compared with it. Outcomes and figures of"
    yield f"{stack.recording_window} seconds are recorded together; {recorded_twice(stack):.0%} are recorded twice:"
    yield ""
    rows = [[name, *(dollars(1000 * costs[route][name]) for route in ROUTES)] for name in names]
    yield from table(("", *ROUTES.values()), [*rows, ["**share of all else**", *(f"{share:.0%}" for share in shares)]])
    without = [f"{overlaps_share(known[route]):.0%}" for route in ROUTES]
    yield f"Of a file that shares its dates with no other, the share is {' and '.join(without)}."
    yield ""


def _gigabyte(stack: PricedStack) -> Iterator[str]:
    lines = gigabyte(stack)
    yield "## A gigabyte"
    yield ""
    seconds = sum(seconds_of_large_file().values()) * 1000 / LARGE_FILE_MB
    yield f"CSV in files of {LARGE_FILE_MB} MB on the direct route: {seconds:.0f} seconds of functions."
    yield f"A file is assumed to have {LARGE_FILE_DAYS} booking dates and some rejected rows, like the benchmark's."
    yield "Each date becomes an object that is staged and then copied, and so do the rejected rows. The staged objects,"
    yield f"{measured.STAGED_SHARE:.0%} of the CSV's size in total, expire after {stack.staging_days} days."
    yield ""
    overlaps, transform = seconds_of_large_overlaps(), seconds_of_large_file()["transform"]
    more = f"If one other file has such a file's dates and rows too, comparing them takes {overlaps:.1f} seconds more,"
    yield f"{more} {overlaps / transform:.0%} of transform's:"
    yield f"{dollars(1000 / LARGE_FILE_MB * overlapping_large_file(stack))} USD a gigabyte."
    yield ""
    stored = [["raw file kept for a month (S3 Standard)", dollars(prices.S3_GB_MONTH)]]
    yield from table(("", "USD"), [*([name, dollars(cost)] for name, cost in lines.items()), *stored])


def _months(stack: PricedStack) -> Iterator[str]:
    yield "## A month"
    yield ""
    yield "Small files go in batches, gigabytes in files of 100 MB. Storage and queries are not included."
    yield ""
    large = sum(gigabyte(stack).values())
    rows = []
    for company in COMPANIES:
        batch = files_in_batch(stack, company.files / DAY)
        file = sum(small_file(stack, "batch", batch=batch).values())
        fixed = sum(month(stack, partners=company.partners).values())
        files, gigabytes = DAYS_OF_MONTH * company.files * file, DAYS_OF_MONTH * company.gigabytes * large
        rows.append(
            [
                company.name,
                str(company.partners),
                count(company.files),
                f"{batch:.1f}",
                str(company.gigabytes),
                *(money(cost) for cost in (fixed, files, gigabytes, fixed + files + gigabytes)),
            ]
        )
    yield from table(
        ("company", "partners", "files a day", "files a batch", "GB a day", "fixed", "files", "GB", "**USD a month**"),
        rows,
    )
    yield "Fixed: custom metrics, alarms, dashboard, key, the sweep, the nightly crawl and check of booking dates."
    yield "Nothing else costs anything without files."
    yield "The files in a batch follow from the rate: files are assumed to arrive evenly, and each of Lambda's"
    yield f"{POLLERS} pollers closes its batch {stack.batch_window_seconds} seconds after its first file. Files that"
    yield "arrive together fill batches, and cost less."
    yield ""
    limit = stack.query_limit_bytes
    most = money(limit / TERABYTE * prices.ATHENA_TERABYTE)
    yield f"Athena takes {prices.ATHENA_TERABYTE:.2f} for a TB. It cuts off a query at `queryLimitGb`,"
    yield f"{count(limit // 10**9)} GB: what it reads costs no more than {most}."
    yield ""
    yield from crawls(COMPANIES)


def _quotas(stack: PricedStack) -> Iterator[str]:
    yield "## Which quota comes first"
    yield ""
    yield f"Small files in batches; the busiest second has {PEAK} times the day's average. In percent of an account's"
    yield "default quota in us-east-1; a new account may have a lower one (`etl doctor` shows Lambda's)."
    yield ""
    uses = [quota_use(stack, files * PEAK / DAY) for files in SCALES]
    rows = [
        [quota.name, count(int(quota.limit)), *(percent(use[quota]) for use in uses), quota.remedy] for quota in uses[0]
    ]
    yield from table(("quota", "default", *(f"{count(files)} files a day" for files in SCALES), "raise it by"), rows)
    for files, use in zip(SCALES, uses, strict=True):
        yield f"- {count(files)} files a day: {_first(use)}"
    yield ""


def _first(use: Mapping[prices.Quota, float]) -> str:
    quota = max(use, key=lambda quota: use[quota])
    reached = sorted((q for q in use if use[q] >= 1), key=lambda q: -use[q])
    if not reached:
        return f"none is reached; the nearest is *{quota.name}*, {percent(use[quota])} of it."
    return "exceeded, in this order: " + "; ".join(f"*{q.name}* ({percent(use[q])})" for q in reached) + "."


def _not_included() -> Iterator[str]:
    yield "Apart from quotas, a first burst meets a cold table and cold functions; retries with backoff absorb it. The"
    yield f"dead-letter queue keeps files that could not be started in {MAX_RECEIVE_COUNT} attempts, and failed files."
    yield ""
    yield "## Not included"
    yield ""
    yield "Storage of uploads, results, reports and manifests; small files' staged rows; Athena's scans"
    yield "($5 per TB); requests to Glue's catalog; traces; KMS requests (few, with bucket keys and reused data keys);"
    yield "email; rejected and failed files, and alerts (a few more steps each); taxes and discounts."
