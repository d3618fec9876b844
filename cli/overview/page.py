"""The overview as one HTML page in the style of reports: no script, nothing loaded from elsewhere, all escaped."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Final

from cli.overview.overview import CurrencySum, Figure, ListedFile, Overview, PartnerDay
from cli.overview.tables import Column, Rows, cards
from pipeline.constants import SERVICE_LEVEL, FileStatus
from pipeline.missing_files import AlertedFile
from pipeline.report_pages import counted
from transactions.codes import FileCode
from transactions.masking import masked_name
from transactions.reports.page import document, grouped
from transactions.results import plain_amount

_TILES: Final[dict[Figure, str]] = {
    "files": "",
    "completed": "accepted",
    "rejected": "warned",
    "failed": "rejected",
    "late": "warned",
    "missing": "rejected",
}
"""The figures that are shown large, with the class of their colour where they are not zero."""

_NOTEWORTHY: Final[frozenset[Figure]] = frozenset({"rejected", "failed", "late", "missing"})
"""The figures of a partner's day that stand out where they are not zero."""

_STATUSES: Final = {
    FileStatus.COMPLETED: "accepted",
    FileStatus.REJECTED: "warned",
    FileStatus.FAILED: "rejected",
}
"""The statuses that have a colour."""

_HEADINGS: Final[dict[Figure, str]] = {
    "files": "files",
    "completed": "completed",
    "rejected": "rejected",
    "failed": "failed",
    "unpublished": "not published",
    "late": "late",
    "missing": "missing",
    "rows_published": "rows published",
    "rows_rejected": "rows rejected",
}
"""The figures of a partner's day, with the headings of their columns."""

_UNPUBLISHED: Final = (
    "Files that are duplicates, superseded or withdrawn are not published. Rows are those of completed files."
)
_OVERLAPS: Final = (
    "Of completed files. A transaction that stands in several files counts in each; the ledger has it once."
)
_DUE: Final = "Missing files had not come when their layout says that they are due; they may have come since."
_NEVER_DUE: Final = "No layout says when its files are due, so none is known to be missing."


def page(overview: Overview, links: Mapping[str, str]) -> str:
    """Write the overview as an HTML document; ``links`` has the places of reports beside it, by file id."""
    title = f"Files of {_day(overview.first_day)} to {_day(overview.last_day)}"
    noteworthy = [file for file in overview.listed if file.noteworthy]
    others = [file for file in overview.listed if not file.noteworthy]
    left_out = overview.count("files") - len(overview.listed)
    verdict, words = _verdict(overview)
    body = Template(_read("page.html")).substitute(
        title=title,
        stack=escape(overview.stack),
        written=_time(overview.written_at),
        verdict=verdict,
        words=words,
        summary=_summary(overview),
        tiles=_tiles(overview),
        noteworthy=_noteworthy(noteworthy, links),
        missing=_missing(overview.missing or ()),
        days=_days(overview),
        sums=_sums(overview.sums),
        others=_others(others, links, left_out),
        minutes=SERVICE_LEVEL // timedelta(minutes=1),
        due=_NEVER_DUE if overview.missing is None else _DUE,
    )
    return document(f"{overview.stack}: {title}", body, _read("page.css"))


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _verdict(overview: Overview) -> tuple[str, str]:
    """Return the class of the verdict, and the verdict in words."""
    if overview.count("failed"):
        return "REJECTED", "Files have failed"
    if any(overview.count(figure) for figure in ("rejected", "late", "missing", "rows_rejected")):
        return "VALID_WITH_REJECTED_ROWS", "Something to look at"
    return "VALID", "Nothing to look at"


def _summary(overview: Overview) -> str:
    partners = {day.partner for day in overview.days if day.files}
    files, rows = counted(overview.count("files"), "file"), counted(overview.count("rows_published"), "row")
    rejected = counted(overview.count("rows_rejected"), "row")
    return f"{files} of {counted(len(partners), 'partner')}. {rows} published, {rejected} rejected."


def _tiles(overview: Overview) -> str:
    shown = [figure for figure in _TILES if figure != "missing" or overview.missing is not None]
    return f'<dl class="counts">{"".join(_tile(figure, overview.count(figure)) for figure in shown)}</dl>'


def _tile(figure: Figure, count: int) -> str:
    colour = _TILES[figure] if count else "none"
    return f'<div class="{colour}"><dt>{_HEADINGS[figure]}</dt><dd>{_count(count)}</dd></div>'


def _noteworthy(files: Sequence[ListedFile], links: Mapping[str, str]) -> str:
    if not files:
        return ""
    rows = [(*_file(file, links), _found(file)) for file in files]
    return _section("To look at", cards([*_FILE, Column("found", number=False)], [Rows("", rows)]))


def _others(files: Sequence[ListedFile], links: Mapping[str, str], left_out: int) -> str:
    more = f"<p>{counted(left_out, 'more file')}: <code>etl status</code> lists them all.</p>" if left_out > 0 else ""
    table = cards(_FILE, [Rows("", [_file(file, links) for file in files])]) if files else ""
    return _section("Other files", table + more) if files or more else ""


_FILE: Final = tuple(Column(heading, number=False) for heading in ("file", "partner", "uploaded", "status"))


def _file(file: ListedFile, links: Mapping[str, str]) -> Sequence[str]:
    return (
        _linked(file.name, links.get(file.file_id)),
        _partner(file.partner),
        f'<span class="time">{_time(file.uploaded_at)}</span>',
        f'<strong class="status {_STATUSES.get(file.status, "")}">{file.status}</strong>',
    )


def _linked(name: str, place: str | None) -> str:
    return f'<a href="{escape(place)}">{escape(name)}</a>' if place else escape(name)


def _found(file: ListedFile) -> str:
    """Say why a file is to be looked at."""
    found = list[str]()
    if file.status is FileStatus.REJECTED:
        found.append(FileCode[file.detail].meaning if file.detail in FileCode.__members__ else file.detail)
    elif file.status is FileStatus.FAILED:
        found.append(file.detail)
    elif file.status is FileStatus.COMPLETED and file.rows_rejected:
        found.append(f"{counted(file.rows_rejected, 'row')} rejected, {grouped(str(file.rows_accepted))} accepted")
    if file.late:
        found.append("late")
    return escape(", ".join(found))


def _missing(files: Sequence[AlertedFile]) -> str:
    if not files:
        return ""
    columns = [Column(heading, number=False) for heading in ("partner", "layout", "due")]
    latest_first = sorted(files, key=lambda file: file.due_at, reverse=True)
    rows = [(_partner(file.partner), escape(file.layout), _time(file.due_at)) for file in latest_first]
    return _section("Missing", cards(columns, [Rows("", rows)]))


def _days(overview: Overview) -> str:
    if not overview.days:
        return _section("Partners by day", "<p>No file came.</p>")
    figures = [figure for figure in _HEADINGS if figure != "missing" or overview.missing is not None]
    columns = [Column("partner", number=False), *(Column(_HEADINGS[figure]) for figure in figures)]
    groups = [
        Rows(f"{day:%A}, {_day(day)}", [_partner_day(partner, figures) for partner in partners])
        for day, partners in groupby(overview.days, lambda partner: partner.day)
    ]
    return _section("Partners by day", f'<p class="soft">{_UNPUBLISHED}</p>{cards(columns, groups)}')


def _partner_day(day: PartnerDay, figures: Iterable[Figure]) -> tuple[str, ...]:
    return (_partner(day.partner), *(_figure(figure, getattr(day, figure)) for figure in figures))


def _figure(figure: Figure, count: int | None) -> str:
    if count is None:
        return ""
    shown = _count(count)
    return f'<strong class="{_TILES[figure]}">{shown}</strong>' if count and figure in _NOTEWORTHY else shown


def _sums(sums: Sequence[CurrencySum]) -> str:
    if not sums:
        return ""
    columns = [Column("partner", number=False), Column("rows"), Column("sum")]
    groups = [Rows(currency, _currency(list(found))) for currency, found in groupby(sums, lambda one: one.currency)]
    return _section("Sums by currency", f'<p class="soft">{_OVERLAPS}</p>{cards(columns, groups)}')


def _currency(sums: Sequence[CurrencySum]) -> Iterable[Sequence[str]]:
    """Show each partner's sum, and below them that of all where there are several."""
    partners = [one for one in sums if one.partner is not None]
    for one in sums if len(partners) > 1 else partners:
        partner = "all partners" if one.partner is None else _partner(one.partner)
        yield partner, _count(one.transactions), _amount(one)


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{body}\n</section>"


def _partner(partner: str) -> str:
    return escape(masked_name(partner))


def _count(number: int) -> str:
    return grouped(str(number))


def _amount(one: CurrencySum) -> str:
    """Group a sum's digits, without the zeros that Athena adds to the currency's decimals."""
    return grouped(plain_amount(Decimal(one.total), one.currency))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _time(moment: datetime) -> str:
    return f"{_day(moment.astimezone(UTC).date())}, {moment.astimezone(UTC):%H:%M}"
