"""Checks of the Glue catalog: partitions, and the crawler."""

from collections.abc import Iterator
from typing import Any, Final

from deployment.pipeline import Partition
from deployment.verification.answers import Known
from deployment.verification.check import Check, Finding, judge
from deployment.verification.subject import Subject
from deployment.waiting import wait_until
from pipeline.constants import VERIFICATION_PARTNER

_CRAWL_PATIENCE_SECONDS: Final = 900.0
_CRAWL_POLL_SECONDS: Final = 5.0


def _partitions(subject: Subject) -> Finding:
    known = Known(subject)
    days = {str(booking.day) for file in known.published for booking in file.bookings}
    due = {Partition("transactions", (VERIFICATION_PARTNER, day)) for day in days}
    missing = due - subject.pipeline.partitions("transactions")
    return judge(
        (f"{'/'.join(partition.values)} is not registered" for partition in missing),
        proof=f"{len(due)} partitions registered",
        cure="see the permissions of role-publish on Glue, and docs/runbook.md#crawler-failed",
    )


def _crawl(subject: Subject) -> Finding:
    glue, crawler = subject.client("glue"), subject.pipeline.outputs["Crawler"]

    def state() -> str:
        return str(glue.get_crawler(Name=crawler)["Crawler"]["State"])

    def idle() -> None:
        wait_until(
            f"{crawler} is ready",
            state,
            lambda state: state == "READY",
            patience=_CRAWL_PATIENCE_SECONDS,
            poll=_CRAWL_POLL_SECONDS,
        )

    idle()
    before = _tables(subject, glue)
    glue.start_crawler(Name=crawler)
    idle()
    last = glue.get_crawler(Name=crawler)["Crawler"].get("LastCrawl", {})
    after = _tables(subject, glue)

    def problems() -> Iterator[str]:
        if last.get("Status") != "SUCCEEDED":
            yield f"the crawl has {last.get('Status', 'no result')}: {last.get('ErrorMessage', '')}"
        yield from (f"the crawl added the table {name}" for name in sorted(after.keys() - before.keys()))
        yield from (f"the crawl removed the table {name}" for name in sorted(before.keys() - after.keys()))
        for name in sorted(before.keys() & after.keys()):
            changed = (part for part in before[name] if before[name][part] != after[name][part])
            yield from (f"the crawl changed {part} of {name}" for part in changed)

    return judge(
        problems(), proof=f"{len(after)} tables before and after, unchanged", cure="see docs/runbook.md#crawler-failed"
    )


def _tables(subject: Subject, glue: Any) -> dict[str, dict[str, Any]]:
    """Describe the tables by what their readers see. A crawl may write its statistics into their parameters."""
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=subject.pipeline.outputs["Database"])
    return {table["Name"]: _description(table) for page in pages for table in page["TableList"]}


def _description(table: dict[str, Any]) -> dict[str, Any]:
    storage = table.get("StorageDescriptor", {})
    columns = [*storage.get("Columns", []), *table.get("PartitionKeys", [])]
    return {
        "the columns": [(column["Name"], column["Type"]) for column in columns],
        "the location": storage.get("Location"),
        "the format": (storage.get("InputFormat"), storage.get("SerdeInfo", {}).get("SerializationLibrary")),
    }


CHECKS: Final = (
    Check(name="partitions", claim="Published partitions are registered", look=_partitions),
    Check(
        name="crawl",
        claim="A crawl adds no table and changes none",
        look=_crawl,
        only_aws="the crawler of the embedded AWS reads nothing",
    ),
)
