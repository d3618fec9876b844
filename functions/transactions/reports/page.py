"""A report as one HTML page for people: no script, nothing loaded from elsewhere, everything escaped."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Final

import msgspec

from transactions.reports.report import Report, ReportedError
from transactions.results import Counts, Exclusion, SkippedLine, Total, Verdict
from transactions.sql import SHOWN_CHARACTERS

WORDS: Final[dict[Verdict, str]] = {
    "VALID": "Valid",
    "VALID_WITH_REJECTED_ROWS": "Valid, with rejected rows",
    "REJECTED": "Rejected",
}
"""The verdicts as people say them."""

_PARTS = ("accepted", "rejected", "dropped")
DROPPED: Final = "Dropped rows are no transactions, or not yet: pending entries, balance lines. They are counted."
SKIPPED: Final = "Lines above the header, and lines that the layout skips, are no rows."
JOINED: Final = "Each of these lines continues the row above it, and is joined to it."
NOT_PUBLISHED: Final = "Nothing of this file is published."
_THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What the page of a file says first of which nothing is published: its status, and the reason in a sentence.

    ``reason`` is empty where the status, or the verdict below it, says all.
    """

    status: str
    reason: str = ""


def page(report: Report, notice: Notice | None = None, overlaps: str = "") -> str:
    """Write ``report`` as an HTML document; ``notice`` is None unless the file has an outcome that is not published.

    ``overlaps`` is a sentence on rows that other files have too, if any.
    """
    file = report.file
    body = _template("page").substitute(
        notice=_notice(notice) if notice else "",
        name=escape(file.name),
        partner=escape(file.partner),
        received=f"{file.received_at.astimezone(UTC):%d %B %Y, %H:%M} UTC",
        verdict=report.verdict,
        words=WORDS[report.verdict],
        summary=_of_unpublished(report) if notice else summary(report),
        overlaps=f"<p>{escape(overlaps)}</p>" if overlaps else "",
        rejection=_rejection(report),
        counts=_counts(report.counts),
        totals=_totals(report, notice) + _rejected_totals(report),
        errors=_errors(report),
        warnings=_warnings(report),
        excluded=_exclusions("Dropped rows", DROPPED, report.counts.dropped, report.dropped_by)
        + _skipped(report)
        + _lines("Joined lines", JOINED, report.counts.joined, report.joined_lines),
        facts=_facts(report),
        shown=SHOWN_CHARACTERS,
    )
    return document(f"{file.name}: {notice.status if notice else WORDS[report.verdict]}", body)


def document(title: str, body: str, style: str = "") -> str:
    """Write an HTML document in the style of reports, which loads nothing: ``body`` is HTML, ``title`` plain text.

    ``style`` is CSS of the document's own, below that of all.
    """
    return _template("document").substitute(title=escape(title), style=_style() + style, body=body)


def summary(report: Report) -> str:
    """Say in one sentence what the verdict means for the rows."""
    counts = report.counts
    match report.verdict:
        case "VALID":
            return "Every transaction of the file is accepted."
        case "VALID_WITH_REJECTED_ROWS":
            return (
                f"{_rows(counts.accepted)} accepted. {_rows(counts.rejected)} rejected, and kept in quarantine with "
                f"{'its line and its reason' if counts.rejected == 1 else 'their lines and their reasons'}."
            )
        case "REJECTED":
            return "Nothing of this file goes further. The file as it was sent is kept."


def booking_dates(report: Report) -> str:
    """Name the first and the last booking date of the accepted rows; nothing where there are none."""
    first, last = report.first_booking_date, report.last_booking_date
    return f"{first} to {last}" if first != last else first


def without_amount(report: Report) -> str:
    """Say in one sentence how many rejected rows have no amount that can be read; nothing where all have one."""
    number = report.rejected_without_amount
    if not number:
        return ""
    rows = "1 rejected row has" if number == 1 else f"{grouped(str(number))} rejected rows have"
    return f"{rows} no amount or no currency that can be read."


def share(part: int, whole: int) -> str:
    """Write a share in percent. Some is never shown as none, nor almost all as all.

    >>> share(1, 3), share(1, 100000), share(99999, 100000)
    ('33.3%', '< 0.1%', '> 99.9%')
    """
    if part in {0, whole}:
        return "100%" if part else "0%"
    tenths = round(part * 1000 / whole)
    if tenths in {0, 1000}:
        return "> 99.9%" if tenths else "< 0.1%"
    return f"{tenths // 10}.{tenths % 10}%"


def grouped(digits: str) -> str:
    """Set thin spaces between the thousands of a plain number.

    >>> grouped("-1234567.891").replace(_THIN_SPACE, " ")
    '-1 234 567.891'
    """
    sign = "-" if digits.startswith("-") else ""
    whole, point, fraction = digits.removeprefix("-").partition(".")
    return f"{sign}{int(whole):,}".replace(",", _THIN_SPACE) + point + fraction


@cache
def _template(name: str) -> Template:
    return Template(Path(__file__).with_name(f"{name}.html").read_text(encoding="utf-8"))


@cache
def _style() -> str:
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8")


def _rows(count: int) -> str:
    return "1 row is" if count == 1 else f"{grouped(str(count))} rows are"


def _notice(notice: Notice) -> str:
    words = f"{NOT_PUBLISHED} {notice.reason}".rstrip()
    return f'<p class="notice"><strong>{escape(notice.status)}</strong> {escape(words)}</p>'


def _of_unpublished(report: Report) -> str:
    """Say what the verdict means for the rows of which none is kept, neither as accepted nor in quarantine."""
    if report.rejection:
        return summary(report)
    rejected = grouped(str(report.counts.rejected))
    return {"0": "No row has errors.", "1": "1 row has errors."}.get(rejected, f"{rejected} rows have errors.")


def _rejection(report: Report) -> str:
    if not report.rejection:
        return ""
    return f'<p class="reason"><code>{report.rejection.code}</code><br>{escape(report.rejection.reason)}</p>'


def _counts(counts: Counts) -> str:
    if not counts.read:
        return "<p>No rows were read.</p>"
    tiles = [_tile("read", counts.read, "")]
    bar = list[str]()
    for name in _PARTS:
        count: int = getattr(counts, name)
        tiles.append(_tile(name, count, share(count, counts.read)))
        bar.append(_stretch(name, count, counts.read))
    return f'<dl class="counts">{"".join(tiles)}</dl><div class="bar">{"".join(bar)}</div>'


def _tile(name: str, count: int, note: str) -> str:
    return f'<div class="{name}"><dt>{name}</dt><dd>{grouped(str(count))}<small>{escape(note)}</small></dd></div>'


def _stretch(name: str, part: int, whole: int) -> str:
    """Draw one part of a bar, as long as its share."""
    return f'<span class="{name}" style="width:{part * 10000 // whole / 100}%"></span>' if part else ""


def _totals(report: Report, notice: Notice | None) -> str:
    if not report.totals:
        return ""
    title = "Amounts of the rows without errors" if report.rejection or notice else "Accepted amounts"
    return _section(title, _sums(report.totals))


def _rejected_totals(report: Report) -> str:
    sums = _sums(report.rejected_totals) if report.rejected_totals else ""
    unread = without_amount(report)
    note = f'<p class="soft">{unread}</p>' if unread else ""
    return _section("Rejected amounts", sums + note) if sums or note else ""


def _sums(totals: Iterable[Total]) -> str:
    rows = [(escape(total.currency), grouped(str(total.count)), grouped(total.sum)) for total in totals]
    return _table(("currency", "rows", "sum"), rows, kind="total", numbers={1, 2})


def _errors(report: Report) -> str:
    whole = sum(error.count for error in report.errors)
    note = '<p class="soft">Most frequent first. A row can have several.</p>'
    bars = (_stretch("rejected", error.count, whole) for error in report.errors)
    shares = (f" · {share(error.count, whole)} of all errors" for error in report.errors)
    return _section("Errors", note + "".join(map(_finding, report.errors, shares, bars))) if whole else ""


def _warnings(report: Report) -> str:
    note = '<p class="soft">No row is rejected for a warning.</p>'
    return _section("Warnings", note + "".join(map(_finding, report.warnings))) if report.warnings else ""


def _skipped(report: Report) -> str:
    """Show the skipped lines by rule, or, in a report that does not know the rules, the first of all."""
    title, skipped = "Skipped lines", report.counts.skipped
    if not report.skipped_by:
        return _lines(title, SKIPPED, skipped, report.skipped_lines)
    return _exclusions(title, SKIPPED, skipped, report.skipped_by)


def _exclusions(title: str, meaning: str, count: int, found: Iterable[Exclusion]) -> str:
    if not count:
        return ""
    note = f'<p class="soft">{meaning}</p>'
    return _section(f"{title}: {grouped(str(count))}", note + "".join(map(_exclusion, found)))


def _exclusion(found: Exclusion) -> str:
    return f"""
<article class="error">
<header><h3>{escape(found.condition)}</h3><code class="soft">{escape(found.rule)}</code>
<span>{grouped(str(found.count))}</span></header>
{_first_lines(found.first)}
{_shown(len(found.first), found.count)}
</article>"""


def _shown(shown: int, count: int) -> str:
    """Say how many are shown of how many; nothing where all are."""
    return f'<p class="soft">first {shown} of {grouped(str(count))}</p>' if shown < count else ""


def _lines(title: str, meaning: str, count: int, shown: Sequence[SkippedLine]) -> str:
    if not count:
        return ""
    first = f" The first {len(shown)}:" if len(shown) < count else ""
    note = f'<p class="soft">{meaning}{first}</p>'
    return _section(f"{title}: {grouped(str(count))}", note + _first_lines(shown))


def _first_lines(lines: Iterable[SkippedLine]) -> str:
    rows = [(grouped(str(line.line)), _code(line.masked_value)) for line in lines]
    return _table(("line", "shape"), rows, numbers={0}, kind="lines")


def _finding(error: ReportedError, shared: str = "", bar: str = "") -> str:
    found = grouped(str(error.count)) + shared
    examples = [
        (
            grouped(str(example.line)),
            escape(example.field) or "whole row",
            _code(example.masked_value),
            escape(example.rule),
        )
        for example in error.examples
    ]
    return f"""
<article class="error">
<header><h3>{escape(error.meaning)}</h3><code class="soft">{error.code}</code><span>{found}</span></header>
{f'<div class="bar">{bar}</div>' if bar else ""}
<p>What to do: {escape(error.cure)}.</p>
{_table(("line", "field", "value's shape", "rule"), examples, numbers={0})}
{_shown(len(examples), error.count)}
</article>"""


def _facts(report: Report) -> str:
    file = report.file
    facts = {
        "Layout": escape(report.layout) or "none fits",
        "Booking dates": booking_dates(report) or "none",
        "Format": file.format.upper(),
        "Size": f"{grouped(str(file.size))} bytes",
        "SHA-256": _code(file.sha256),
        "File id": _code(file.file_id),
    }
    return f'<dl class="facts">{"".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts.items())}</dl>'


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{title}</h2>\n{body}\n</section>"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: set[int], kind: str = "examples") -> str:
    """Make a table of cells that are HTML already; the columns in ``numbers`` are set right."""

    def row(tag: str, cells: Sequence[str]) -> str:
        marks = [' class="number"' if place in numbers else "" for place in range(len(cells))]
        return "".join(f"<{tag}{mark}>{cell}</{tag}>" for mark, cell in zip(marks, cells, strict=True))

    body = "\n".join(f"<tr>{row('td', cells)}</tr>" for cells in rows)
    return f'<table class="{kind}">\n<thead><tr>{row("th", columns)}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>'


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"
