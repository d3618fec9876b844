"""The report: everything that was found, for programs and for people, and no customer data."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transactions.support import alpine_file, alpine_row, good_rows, source, validate
from transactions.codes import FileCode, RowCode
from transactions.reports.page import NOT_PUBLISHED, WORDS, Notice, grouped, page, share
from transactions.reports.report import Report, Shares
from transactions.results import (
    EXAMPLES_PER_CODE,
    Counts,
    ErrorCount,
    ErrorExample,
    Exclusion,
    SkippedLine,
    Source,
    Total,
    Validation,
)

RENAMED = {"file_name": "CH9300762011623852957 <b>October</b>.csv"}


def report(*rows: str, workdir: Path, partner: str = "alpine") -> Report:
    """Report on an alpine file of ``rows``."""
    return Report.from_validation(validate(alpine_file(*rows), workdir, partner), source(partner))


def judged(**changes: object) -> Validation:
    """Return a verdict as no file gives it, to be reported on."""
    verdict = Validation(
        verdict="VALID_WITH_REJECTED_ROWS",
        layout="alpine-2025",
        reason_code="",
        reason="",
        sha256="5" * 64,
        size=4117,
        counts=Counts(read=3, accepted=2, rejected=1),
        totals=(Total(currency="EUR", count=2, sum="-1234567.50"),),
        errors=(ErrorCount(code=RowCode.AMOUNT_FORMAT, count=1),),
        examples=(
            ErrorExample(code=RowCode.AMOUNT_FORMAT, line=4, field="<i>Betrag</i>", rule="a & b", masked_value="<9>"),
        ),
    )
    return msgspec.structs.replace(verdict, **changes)


def renamed() -> Source:
    return msgspec.structs.replace(source("alpine"), **RENAMED)


class _Document(HTMLParser):
    """Reads a page as a browser does: its words, its elements, and what it would load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words, self.elements, self.attributes = "", set[str](), list[tuple[str, str | None]]()
        self._open = list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += attrs
        if tag not in {"meta", "br"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.words += data


def test_a_report_has_count_cure_and_first_lines_of_each_code(tmp_path: Path) -> None:
    wrong = [alpine_row(transaction_id=f"W{number}", amount="1,5") for number in range(EXAMPLES_PER_CODE + 2)]
    odd = alpine_row(transaction_id="C", currency="EURO")

    found = report(odd, *wrong, *good_rows(10), workdir=tmp_path)

    assert [(error.code, error.count) for error in found.errors] == [("FIELD_COUNT", 7), ("CURRENCY_UNKNOWN", 1)]
    first, second = found.errors
    assert (second.meaning, second.cure) == (RowCode.CURRENCY_UNKNOWN.meaning, RowCode.CURRENCY_UNKNOWN.cure)
    assert [example.line for example in first.examples] == list(range(3, 3 + EXAMPLES_PER_CODE))
    [example] = second.examples
    assert (example.line, example.field, example.masked_value) == (2, "currency", "xxxx")


def test_the_example_of_a_missing_value_is_empty(tmp_path: Path) -> None:
    found = report(alpine_row(transaction_id=""), *good_rows(3), workdir=tmp_path)

    assert [example.masked_value for error in found.errors for example in error.examples] == [""]


def test_a_rejected_file_has_a_reason_and_a_cure(tmp_path: Path) -> None:
    found = report(workdir=tmp_path)

    assert found.rejection is not None
    assert (found.verdict, found.rejection.code) == ("REJECTED", FileCode.NO_RECORDS)
    assert FileCode.NO_RECORDS.cure in found.rejection.reason
    words = _Document(page(found)).words
    assert found.rejection.reason in words
    assert "No rows were read" in words


def test_only_the_report_of_a_known_partner_names_the_path(tmp_path: Path) -> None:
    known, unknown = (report(*good_rows(1), workdir=tmp_path, partner=name) for name in ("alpine", "n" * 900))

    assert known.path("html") == f"reports/alpine/{'f' * 64}.html"
    assert unknown.path("json") == f"reports/unknown/{'f' * 64}.json"


def test_a_report_reads_back_equal_from_json(tmp_path: Path) -> None:
    found = report(alpine_row(amount="x"), *good_rows(3), workdir=tmp_path)

    assert msgspec.json.decode(found.json(), type=Report) == found


@pytest.mark.parametrize("verdict", WORDS)
def test_the_page_loads_and_runs_nothing(verdict: str) -> None:
    code = FileCode.TOO_MANY_REJECTED if verdict == "REJECTED" else ""

    document = _Document(
        page(Report.from_validation(judged(verdict=verdict, reason_code=code, reason="So."), renamed()))
    )

    assert not document.elements & {"script", "img", "link", "iframe", "object", "form"}
    assert not [name for name, _ in document.attributes if name in {"src", "href", "srcset"} or name.startswith("on")]
    assert WORDS[judged(verdict=verdict).verdict] in document.words


def test_a_notice_comes_first_and_no_sum_is_called_accepted() -> None:
    notice = Notice(status="SUPERSEDED", reason="File <b>f2</b> has taken its place.")

    shown = page(Report.from_validation(judged(), renamed()), notice)

    document = _Document(shown)
    body = document.words.partition("SUPERSEDED")[2].partition("SUPERSEDED")[2]
    assert body.lstrip().startswith(f"{NOT_PUBLISHED} File <b>f2</b> has taken its place.")
    assert shown.index(NOT_PUBLISHED) < shown.index("<h1>")
    assert "Accepted amounts" not in document.words
    assert "quarantine" not in document.words
    assert "1 row has errors." in document.words
    assert "Accepted amounts" in _Document(page(Report.from_validation(judged(), renamed()))).words


def test_markup_in_names_rules_and_values_stays_text() -> None:
    document = _Document(page(Report.from_validation(judged(), renamed())))

    assert not document.elements & {"b", "i"}
    for text in ("<b>October</b>.csv", "<i>Betrag</i>", "a & b", "<9>"):
        assert text in document.words


def test_an_account_number_in_the_file_name_is_masked() -> None:
    found = Report.from_validation(judged(), renamed())

    assert found.file.name == "CH******************* <b>October</b>.csv"
    assert "9300762011623852957" not in page(found) + found.json().decode()


def test_a_report_quotes_no_cell(tmp_path: Path) -> None:
    cells = {"counterparty_name": "Zoë Müller", "counterparty_iban": "CH9300762011623852957", "amount": "7x1234567"}

    found = report(alpine_row(**cells), *good_rows(3), workdir=tmp_path)

    assert not [cell for cell in cells.values() if cell in page(found) + found.json().decode()]


def test_the_page_shows_what_each_rule_excluded() -> None:
    dropped, skipped = (
        Exclusion(rule=rule, condition=words, count=7, first=(SkippedLine(line=6, masked_value=shape),))
        for rule, words, shape in (("drop[0]", "rows whose <Status> is x", "<x>"), ("dialect.footer", "all", "xx"))
    )
    told = judged(dropped_by=(dropped,), skipped_by=(skipped,), counts=Counts(read=7, dropped=7, skipped=7))

    words = _Document(page(Report.from_validation(told, source("alpine")))).words

    for text in ("Dropped rows: 7", "rows whose <Status> is x", "drop[0]", "<x>", "Skipped lines: 7", "dialect.footer"):
        assert text in words
    assert words.count("first 1 of 7") == 2


@pytest.mark.parametrize(("read", "sentence"), [(2, ""), (1, "1 rejected row has"), (0, "2 rejected rows have")])
def test_rejected_amounts_are_told_with_what_is_not_read(read: int, sentence: str) -> None:
    totals = (Total(currency="EUR", count=read, sum="-1234.50"),) if read else ()
    found = Report.from_validation(judged(counts=Counts(read=2, rejected=2), rejected_totals=totals), source("alpine"))

    words = _Document(page(found)).words

    assert found.rejected_without_amount == 2 - read
    assert ("no amount or no currency that can be read" in words) == bool(sentence)
    assert sentence in words
    assert (grouped("-1234.50") in words) == bool(read)


@pytest.mark.parametrize("dropped", [0, 1])
def test_the_page_explains_dropped_rows(dropped: int) -> None:
    counts = Counts(read=3 + dropped, accepted=2, rejected=1, dropped=dropped)

    words = _Document(page(Report.from_validation(judged(counts=counts), renamed()))).words

    assert ("pending entries" in words) == bool(dropped)


def test_given_sums_when_shown_then_every_digit_stands_there() -> None:
    words = _Document(page(Report.from_validation(judged(), renamed()))).words

    assert "-1234567.50" in re.sub(r"(?<=\d)\s(?=\d{3})", "", words)


@given(whole=st.integers(1, 10**9), part=st.integers(0, 10**9))
def test_some_is_never_shown_as_none_nor_almost_all_as_all(whole: int, part: int) -> None:
    shown = share(min(part, whole), whole)

    assert (shown == "0%") == (part == 0)
    assert (shown == "100%") == (part >= whole)


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,5})?", fullmatch=True))
def test_grouping_changes_no_digit(digits: str) -> None:
    assert re.sub(r"\s", "", grouped(digits)) == digits


@given(accepted=st.integers(0, 10**6), rejected=st.integers(0, 10**6), dropped=st.integers(0, 10**6))
def test_shares_are_parts_of_one(accepted: int, rejected: int, dropped: int) -> None:
    read = accepted + rejected + dropped

    shares = Shares.from_counts(Counts(read=read, accepted=accepted, rejected=rejected, dropped=dropped))

    assert shares.accepted + shares.rejected + shares.dropped == pytest.approx(1 if read else 0, abs=1e-5)


def test_skipped_lines_are_counted_with_their_first_shapes() -> None:
    counts = Counts(read=2, accepted=2, skipped=1207)
    shown = tuple(SkippedLine(line=line, masked_value=f"xxxxx <{line}>") for line in (1, 2))
    told = Report.from_validation(judged(verdict="VALID", counts=counts, skipped_lines=shown), source("alpine"))

    words = _Document(page(told)).words

    assert f"Skipped lines: {grouped('1207')}" in words
    assert "xxxxx <1>" in words
    assert "The first 2:" in words
    assert json.loads(told.json())["skipped_lines"][1] == {"line": 2, "masked_value": "xxxxx <2>"}


def test_joined_lines_are_counted_with_their_first_shapes() -> None:
    counts, shown = Counts(read=2, accepted=2, joined=3), (SkippedLine(line=7, masked_value=";xxxxx;"),)
    told = Report.from_validation(judged(verdict="VALID", counts=counts, joined_lines=shown), source("alpine"))

    words = _Document(page(told)).words

    assert "Joined lines: 3" in words
    assert ";xxxxx;" in words
    assert "Skipped lines" not in words
    assert json.loads(told.json())["joined_lines"] == [{"line": 7, "masked_value": ";xxxxx;"}]


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2025-10-01", "2025-10-31", "2025-10-01 to 2025-10-31"),
        ("2025-10-01", "2025-10-01", "2025-10-01"),
        ("", "", "none"),
    ],
)
def test_the_first_and_the_last_booking_date_are_reported(first: str, last: str, shown: str) -> None:
    told = Report.from_validation(judged(first_booking_date=first, last_booking_date=last), source("alpine"))

    assert f"Booking dates{shown}" in _Document(page(told)).words
