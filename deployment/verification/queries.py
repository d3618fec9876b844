"""Checks in Athena's own engine: the saved queries, and their known answers."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from deployment.athena import Row
from deployment.verification.answers import QUERIES, Answer, Known, plain
from deployment.verification.check import Check, Finding, judge
from deployment.verification.subject import Subject
from deployment.waiting import wait_until
from etl.saved_queries import read_queries
from pipeline.constants import VERIFICATION_PARTNER

_RECORDED: Final = f"SELECT file_id, status FROM files WHERE partner = '{VERIFICATION_PARTNER}'"  # noqa: S608 - a constant
_RECORD_PATIENCE_SECONDS: Final = 300.0
_RECORD_POLL_SECONDS: Final = 3.0
_NUMBERS: Final = frozenset({"total", "promised_total", "readable_total"})


def _answers(subject: Subject) -> Finding:
    known = Known(subject)
    wait_until(
        "every outcome is recorded for analysts",
        lambda: {row["file_id"]: row["status"] for row in subject.pipeline.athena.query(_RECORDED)},
        lambda recorded: all(recorded.get(row.file_id) == row.status for row in known.rows.values()),
        describe=lambda recorded: f"{len(recorded)} are",
        patience=_RECORD_PATIENCE_SECONDS,
        poll=_RECORD_POLL_SECONDS,
    )
    queries = read_queries()

    def problems() -> Iterator[str]:
        for name, (columns, expect) in QUERIES.items():
            seen, expected = _seen(subject.pipeline.athena.query(queries[name].sql), columns, known), expect(known)
            yield from (f"{name}: lacks {_words(row)}" for row in expected - seen)
            yield from (f"{name}: has {_words(row)}" for row in seen - expected)

    return judge(
        problems(),
        proof=f"{len(QUERIES)} saved queries with their known answers",
        cure="run the query in the Athena console; see docs/queries.md",
    )


def _seen(rows: list[Row], columns: tuple[str, ...], known: Known) -> Answer:
    """Keep the rows of this run's files, or of the partner where a query names no file."""
    own = [
        row
        for row in rows
        if (row["file_id"] in known.ids if "file_id" in row else row["partner"] == VERIFICATION_PARTNER)
    ]
    return Counter(
        tuple(plain(Decimal(row[name] or 0)) if name in _NUMBERS else row[name] for name in columns) for row in own
    )


def _words(row: tuple[str | None, ...]) -> str:
    return " ".join(value or "NULL" for value in row)


def _saved(subject: Subject) -> Finding:
    client = subject.client("athena")
    pages = client.get_paginator("list_named_queries").paginate(WorkGroup=subject.pipeline.outputs["Workgroup"])
    ids = [query_id for page in pages for query_id in page["NamedQueryIds"]]
    found = client.batch_get_named_query(NamedQueryIds=ids)["NamedQueries"] if ids else []
    saved = {query["QueryString"] for query in found}
    missing = [name for name, query in read_queries().items() if query.sql not in saved]
    return judge(
        (f"{name} is not saved, or differs" for name in missing),
        proof=f"{len(read_queries())} queries saved as in glue/queries",
        cure="deploy this version again",
    )


CHECKS: Final = (
    Check(name="queries", claim="The saved queries and the ledger have their known answers", look=_answers),
    Check(
        name="saved-queries",
        claim="The saved queries are in Athena's console",
        look=_saved,
        only_aws="the embedded AWS has no saved queries",
    ),
)
