"""Asks for what the overview says: Athena in the tables ``files`` and ``file_totals``, and the registry."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from string import Template
from typing import Final, Protocol

import msgspec

from cli.overview.overview import CurrencySum, ListedFile, Overview, PartnerDay
from deployment.athena import Row
from pipeline.constants import INCOMING, SERVICE_LEVEL, VERIFICATION_PARTNER
from pipeline.missing_files import AlertedFile, AlertedFiles
from transactions.layouts.layout import Layout
from transactions.masking import masked_name

FILES_LISTED: Final = 200
"""So many files are listed, with their reports."""


class AnswersQueries(Protocol):
    """What runs a query on the published tables."""

    def query(self, sql: str) -> list[Row]:
        """Return the rows of an answer, every value as text."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where the figures of a deployment come from, and the layouts that may say when files are due."""

    stack: str
    athena: AnswersQueries
    alerted: AlertedFiles
    layouts: Iterable[Layout]

    def overview(self, days: int, now: datetime) -> Overview:
        """Return the overview of so many days (UTC), that of ``now`` included.

        Raises
        ------
        QueryError
            If Athena cannot answer.
        """
        last_day = now.astimezone(UTC).date()
        first_day = last_day - timedelta(days=days - 1)
        counted = msgspec.convert(self._ask("days", first_day, last_day), list[PartnerDay], strict=False)
        missing = self._missing(first_day, now)
        known_since = self.alerted.known_since(now).astimezone(UTC).date()
        by_day = counted if missing is None else _with_missing(counted, missing, known_since)
        return Overview(
            stack=self.stack,
            written_at=now,
            first_day=first_day,
            last_day=last_day,
            days=tuple(sorted(by_day, key=lambda day: (-day.day.toordinal(), day.partner))),
            sums=msgspec.convert(self._ask("sums", first_day, last_day), tuple[CurrencySum, ...], strict=False),
            listed=tuple(map(_listed, self._ask("listed", first_day, last_day))),
            missing=missing,
        )

    def _missing(self, first_day: date, now: datetime) -> tuple[AlertedFile, ...] | None:
        due = [layout for layout in self.layouts if layout.due]
        first = max(self.alerted.known_since(now), datetime.combine(first_day, time(), UTC))
        return tuple(self.alerted.between(first, now, due)) if due else None

    def _ask(self, query: str, first_day: date, last_day: date) -> list[Row]:
        sql = Template(Path(__file__).with_name(f"{query}.sql").read_text(encoding="utf-8"))
        return self.athena.query(
            sql.substitute(
                first=first_day,
                last=last_day,
                late_seconds=SERVICE_LEVEL // timedelta(seconds=1),
                limit=FILES_LISTED,
                not_a_bank=VERIFICATION_PARTNER,
            )
        )


def _with_missing(days: Iterable[PartnerDay], missing: Sequence[AlertedFile], known_since: date) -> list[PartnerDay]:
    """Add the missing files to the figures of the days (UTC) on which they were due.

    Of ``known_since`` and the days before it nothing is said.
    """
    counts = Counter((file.due_at.astimezone(UTC).date(), file.partner) for file in missing)
    by_place = {(day.day, day.partner): day for day in days}
    all_days = [by_place.get(place, PartnerDay(day=place[0], partner=place[1])) for place in {*by_place, *counts}]
    return [
        msgspec.structs.replace(day, missing=counts[day.day, day.partner]) if day.day > known_since else day
        for day in all_days
    ]


def _listed(row: Row) -> ListedFile:
    given = {name: value or "" for name, value in row.items()}
    name = given.pop("key").removeprefix(f"{INCOMING}/{given['partner']}/")
    uploaded_at = datetime.fromisoformat(given.pop("uploaded_at")).replace(tzinfo=UTC)
    return msgspec.convert(given | {"name": masked_name(name), "uploaded_at": uploaded_at}, ListedFile, strict=False)
