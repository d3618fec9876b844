"""``etl overview``: what is asked for, what the page says, and what is written."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from cli.exit_codes import ExitCode
from cli.main import app
from cli.options import UsageError
from cli.overview.asking import FILES_LISTED, Sources
from cli.overview.folder import write
from cli.overview.overview import CurrencySum
from cli.overview.page import page
from deployment.athena import Row
from pipeline.constants import SERVICE_LEVEL, FileStatus
from pipeline.missing_files import MISSING, AlertedFile, AlertedFiles
from tests.support.overviews import NOW, listed_file, make_overview, partner_day
from transactions.layouts.catalog import shipped_layouts
from transactions.layouts.layout import Due, Layout

IBAN = "CH9300762011623852957"
LONGEST_SUM = f"-{'9876543210' * 3}987.12345"
NOON_EVERY_DAY = Due(by="12:00", days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))


@dataclass
class FakeAthena:
    """Answers the query that reads so many days, sums or files with these rows."""

    days: list[Row] = field(default_factory=list)
    sums: list[Row] = field(default_factory=list)
    listed: list[Row] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def query(self, sql: str) -> list[Row]:
        self.asked.append(sql)
        if "GROUPING SETS" in sql:
            return self.sums
        return self.listed if "LIMIT" in sql else self.days


@dataclass
class FakeRegistry:
    """Has the entries of files that were alerted as missing."""

    entries: set[str] = field(default_factory=set)

    def get_item(self, **request: Any) -> Any:
        entry = request["Key"]["entry"]["S"]
        return {"Item": {"entry": {"S": entry}}} if entry in self.entries else {}


def layout(due: Due | None = None) -> Layout:
    return msgspec.structs.replace(shipped_layouts().get("alpine-2025"), due=due)


def sources(athena: FakeAthena, registry: FakeRegistry | None = None, due: Due | None = None) -> Sources:
    alerted = AlertedFiles(dynamodb=registry or FakeRegistry(), registry="registry")
    return Sources(stack="etl-pipeline-test", athena=athena, alerted=alerted, layouts=[layout(due)])


def day_row(day: str, partner: str = "alpine", **figures: str) -> Row:
    """Write what Athena counts of a partner's day: nothing but these figures."""
    names = ("files", "completed", "rejected", "failed", "late", "rows_published", "rows_rejected")
    row: Row = {"day": day, "partner": partner}
    return row | dict.fromkeys(names, "0") | figures


class _Words(HTMLParser):
    """The words of a page as they are read, and its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words, self.elements, self.links = "", set[str](), list[str]()
        self._style = False
        self.feed(html)
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self._style = tag == "style"

    def handle_data(self, data: str) -> None:
        self.words += "" if self._style else f" {data}"


def test_the_days_asked_for_end_today() -> None:
    athena = FakeAthena()

    found = sources(athena).overview(14, NOW)

    assert (found.first_day, found.last_day) == (date(2025, 10, 21), date(2025, 11, 3))
    assert len(athena.asked) == 3
    for sql in athena.asked:
        assert "BETWEEN DATE '2025-10-21' AND DATE '2025-11-03'" in sql
        assert "<> 'etl-verify'" in sql
        assert "$" not in sql


def test_the_latest_day_comes_first_and_partners_by_name() -> None:
    places = [("2025-11-01", "obie"), ("2025-11-03", "obie"), ("2025-11-02", "alpine"), ("2025-11-03", "alpine")]
    athena = FakeAthena(days=[day_row(day, partner) for day, partner in places])

    found = sources(athena).overview(14, NOW)

    assert [(day.day.day, day.partner) for day in found.days] == [
        (3, "alpine"),
        (3, "obie"),
        (2, "alpine"),
        (1, "obie"),
    ]


def test_late_is_what_exceeds_the_service_level() -> None:
    athena = FakeAthena()

    sources(athena).overview(1, NOW)

    assert sum(f"> {SERVICE_LEVEL.total_seconds():.0f}" in sql for sql in athena.asked) == 2


def test_answers_become_figures_and_sums_keep_their_digits() -> None:
    athena = FakeAthena(
        days=[day_row("2025-11-03", files="5", completed="2", rejected="1", failed="1", rows_published="40")],
        sums=[{"currency": "EUR", "partner": None, "transactions": "2", "total": LONGEST_SUM}],
    )

    found = sources(athena).overview(14, NOW)

    assert found.days == (partner_day(files=5, completed=2, rejected=1, failed=1, rows_published=40),)
    assert found.days[0].unpublished == 1
    assert [one.total for one in found.sums] == [LONGEST_SUM]
    assert found.missing is None


def test_a_listed_file_has_its_name_masked_and_its_time_in_utc() -> None:
    row: Row = {
        "file_id": "f",
        "partner": "alpine",
        "key": f"incoming/alpine/2025-10/{IBAN}.csv",
        "status": "COMPLETED",
        "detail": None,
        "uploaded_at": "2025-11-03 06:00:00.125",
        "late": "false",
        "noteworthy": "true",
        "rows_accepted": "2",
        "rows_rejected": "1",
        "report": None,
    }

    (file,) = sources(FakeAthena(listed=[row])).overview(14, NOW).listed

    assert file.name == f"2025-10/CH{'*' * 19}.csv"
    assert file.uploaded_at == datetime(2025, 11, 3, 6, microsecond=125_000, tzinfo=UTC)
    assert (file.late, file.noteworthy, file.detail, file.report) == (False, True, "", "")


def test_a_missing_file_counts_on_the_day_it_was_due() -> None:
    # Given that two files were alerted as missing: one on a day on which another file came, one on a day without any
    registry = FakeRegistry({f"{MISSING}alpine-2025#2025-11-0{day}T12:00Z" for day in (1, 2)})
    athena = FakeAthena(days=[day_row("2025-11-02", "obie", files="1"), day_row("2025-11-02", files="1")])

    found = sources(athena, registry, NOON_EVERY_DAY).overview(14, NOW)

    assert [(day.day.day, day.partner, day.files, day.missing) for day in found.days] == [
        (2, "alpine", 1, 1),
        (2, "obie", 1, 0),
        (1, "alpine", 0, 1),
    ]
    assert found.missing is not None
    assert [(file.layout, file.due_at.day) for file in found.missing] == [("alpine-2025", 2), ("alpine-2025", 1)]


def test_nothing_is_said_of_missing_files_of_long_ago() -> None:
    athena = FakeAthena(days=[day_row("2025-10-01", files="1")])

    (day,) = sources(athena, due=NOON_EVERY_DAY).overview(60, NOW).days

    assert day.missing is None


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"completed": 1}, "Nothing to look at"),
        ({"rows_rejected": 1}, "Something to look at"),
        ({"rejected": 1}, "Something to look at"),
        ({"late": 1}, "Something to look at"),
        ({"failed": 1, "late": 1}, "Files have failed"),
        ({"missing": 1}, "Something to look at"),
    ],
)
def test_the_page_begins_with_whether_to_look_closer(figures: dict[str, Any], words: str) -> None:
    words_shown = _Words(page(make_overview(days=(partner_day(files=1, **figures),)), {})).words

    assert words in words_shown


def test_the_page_shows_partners_by_day() -> None:
    days = (
        partner_day(0, "alpine", files=1234, completed=1200, rejected=34, rows_published=5, rows_rejected=6),
        partner_day(1, "obie", files=1, failed=1, late=1),
    )

    words = _Words(page(make_overview(days=days), {})).words

    assert "1 235 files of 2 partners. 5 rows published, 6 rows rejected." in words
    assert "Monday, 3 November 2025 alpine 1 234 1 200 34 0 0 0 5 6" in words
    assert "Sunday, 2 November 2025 obie 1 0 0 1 0 1 0 0" in words


def test_a_page_without_due_files_does_not_speak_of_missing_ones() -> None:
    without, with_some = (
        _Words(page(make_overview(days=(partner_day(files=1, missing=0),), missing=missing), {})).words
        for missing in (None, ())
    )

    assert "No layout says when its files are due" in without
    assert "late missing" in with_some
    assert "late missing" not in without


def test_the_page_shows_exact_sums_of_partners_and_of_all() -> None:
    sums = (
        CurrencySum(currency="EUR", partner="alpine", transactions=2, total="1234567.10000"),
        CurrencySum(currency="EUR", partner="obie", transactions=1, total="-0.12345"),
        CurrencySum(currency="EUR", partner=None, transactions=3, total="1234566.97655"),
        CurrencySum(currency="JPY", partner="obie", transactions=1, total="-60000.00000"),
        CurrencySum(currency="JPY", partner=None, transactions=1, total="-60000.00000"),
        CurrencySum(currency="KWD", partner="obie", transactions=1, total="7.10000"),
        CurrencySum(currency="KWD", partner=None, transactions=1, total="7.10000"),
    )

    words = _Words(page(make_overview(sums=sums), {})).words

    assert "EUR alpine 2 1 234 567.10 obie 1 -0.12345 all partners 3 1 234 566.97655" in words
    assert re.search(r"JPY obie 1 -60 000 (?!all)", words)
    assert re.search(r"KWD obie 1 7\.100 (?!all)", words)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (listed_file(FileStatus.REJECTED, detail="EMPTY_FILE"), "REJECTED The file is empty"),
        (listed_file(FileStatus.REJECTED, detail="A_NEW_CODE"), "REJECTED A_NEW_CODE"),
        (listed_file(FileStatus.FAILED, detail="Lambda.TooManyRequests"), "FAILED Lambda.TooManyRequests"),
        (listed_file(rows_rejected=1, late=True), "COMPLETED 1 row rejected, 40 accepted, late"),
    ],
)
def test_a_file_to_look_at_says_why(file: Any, words: str) -> None:
    noteworthy = msgspec.structs.replace(file, noteworthy=True)

    assert words in _Words(page(make_overview(listed=(noteworthy, listed_file())), {})).words


def test_markup_from_partners_stays_text() -> None:
    hostile = "<script>alert(1)</script>"
    told = make_overview(
        days=(partner_day(partner=hostile, files=1),),
        sums=(CurrencySum(currency="EUR", partner=hostile, transactions=1, total="1.00000"),),
        listed=(listed_file(FileStatus.FAILED, name=hostile, partner=hostile, detail=hostile, noteworthy=True),),
        missing=(AlertedFile(partner=hostile, layout=hostile, due_at=NOW),),
    )

    shown = _Words(page(told, {}))

    assert "script" not in shown.elements
    assert shown.words.count(hostile) == 7


def test_an_account_number_for_a_partner_is_masked() -> None:
    told = make_overview(days=(partner_day(partner=IBAN, files=1),), listed=(listed_file(partner=IBAN),))

    assert IBAN not in page(told, {})


def test_the_folder_has_the_reports_that_the_page_links_to(tmp_path: Path) -> None:
    # Given a file with a report, one whose report is gone, and one that never had any
    listed = (
        listed_file(file_id="1" * 64, report="reports/alpine/1.html"),
        listed_file(file_id="2" * 64, report="reports/alpine/2.html"),
        listed_file(FileStatus.FAILED, file_id="3" * 64, report=""),
    )

    index = write(make_overview(listed=listed), tmp_path / "new" / "folder", {"reports/alpine/1.html": b"<p>1"}.get)

    links = _Words(index.read_text(encoding="utf-8")).links
    assert links == [f"reports/{'1' * 64}.html"]
    assert (index.parent / links[0]).read_bytes() == b"<p>1"


def test_a_page_without_reports_has_no_link(tmp_path: Path) -> None:
    index = write(make_overview(listed=(listed_file(),)), tmp_path, None)

    assert _Words(index.read_text(encoding="utf-8")).links == []
    assert list(tmp_path.iterdir()) == [index]


def test_a_folder_that_is_a_file_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(UsageError, match="cannot be written to"):
        write(make_overview(), file / "folder", None)


def test_files_beyond_the_list_are_counted() -> None:
    told = make_overview(days=(partner_day(files=FILES_LISTED + 7),), listed=(listed_file(),) * FILES_LISTED)

    assert "7 more files:" in _Words(page(told, {})).words


def test_neither_a_folder_nor_json_is_incorrect_usage() -> None:
    answer = CliRunner().invoke(app, ["overview"])

    assert answer.exit_code != ExitCode.OK
    assert "give --out FOLDER, or --json" in str(answer.exception)


def test_a_period_of_no_days_is_incorrect_usage() -> None:
    assert CliRunner().invoke(app, ["overview", "--json", "--days", "0"]).exit_code == ExitCode.USAGE


def test_the_due_times_asked_for_are_those_of_the_period() -> None:
    asked = list[str]()

    class Recording(FakeRegistry):
        def get_item(self, **request: Any) -> Any:
            asked.append(request["Key"]["entry"]["S"])
            return {}

    sources(FakeAthena(), Recording(), NOON_EVERY_DAY).overview(3, NOW + timedelta(hours=6))

    assert asked == [f"{MISSING}alpine-2025#2025-11-0{day}T12:00Z" for day in (3, 2, 1)]
