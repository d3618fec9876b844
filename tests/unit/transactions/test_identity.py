"""What makes two files the same content or the same delivery, and what makes two rows the same transaction."""

from pathlib import Path

import msgspec

from tests.unit.transactions.support import layout, transform, validate
from transactions.layouts.layout import Capture, Layout
from transactions.results import Validation

NAMES = ["umsaetze_1111111_20250930_1200.csv", "umsaetze_2222222_20250930_1200.csv"]
CONTENT = "\n".join(
    [
        '"Umsätze Girokonto";"Zeitraum: 01.09.2025 - 30.09.2025";',
        '"Neuer Kontostand";"1,00 EUR";',
        "",
        '"Buchungstag";"Wertstellung (Valuta)";"Vorgang";"Buchungstext";"Umsatz in EUR";',
        '"05.09.2025";"05.09.2025";"Gebühren";"Buchungstext: fee";"-4,90";',
        "",
    ]
).encode("iso-8859-1")


def test_the_same_bytes_of_two_accounts_are_two_contents(tmp_path: Path) -> None:
    first, second = (_validated(name, tmp_path) for name in NAMES)

    assert first.sha256 == second.sha256
    assert first.content_id != second.content_id
    assert first.content_id == _validated(NAMES[0], tmp_path).content_id


def test_the_same_row_of_two_accounts_is_two_transactions(tmp_path: Path) -> None:
    rows = [transform(CONTENT, tmp_path, layout("comdirect-giro"), name).transactions[0] for name in NAMES]

    assert [row["account_id"] for row in rows] == ["1111111", "2222222"]
    assert rows[0]["transaction_id"] != rows[1]["transaction_id"]


def test_a_name_that_enters_no_record_makes_no_other_content(tmp_path: Path) -> None:
    first, second = (_validated(f"umsaetze_1111111_{day}.csv", tmp_path) for day in ("20250930", "20251001"))

    assert first.content_id == second.content_id


def test_files_with_equal_declared_facts_are_the_same_delivery(tmp_path: Path) -> None:
    declared = _by_account_and_day()
    names = [
        "umsaetze_1111111_20250930_1200.csv",
        "umsaetze_1111111_20250930_1855.csv",
        "umsaetze_1111111_20251001_1200.csv",
        "umsaetze_2222222_20250930_1200.csv",
    ]

    first, later, next_day, other_account = (_validated(name, tmp_path, declared).delivery_id for name in names)

    assert first == later
    assert len({first, next_day, other_account}) == 3
    assert "1111111" not in first


def test_another_layout_makes_another_delivery(tmp_path: Path) -> None:
    declared = _by_account_and_day()
    renamed = msgspec.structs.replace(declared, name="another")

    assert _validated(NAMES[0], tmp_path, declared).delivery_id != _validated(NAMES[0], tmp_path, renamed).delivery_id


def test_without_a_declaration_there_is_no_delivery(tmp_path: Path) -> None:
    assert not _validated(NAMES[0], tmp_path).delivery_id


def test_a_file_without_a_fact_of_its_delivery_is_refused(tmp_path: Path) -> None:
    validation = _validated("umsaetze_1111111_.csv", tmp_path, _by_account_and_day())

    assert (validation.reason_code, "day" in validation.reason) == ("CAPTURE_MISSING", True)


def _by_account_and_day() -> Layout:
    shipped = layout("comdirect-giro")
    day = Capture(name="day", pattern="_([0-9]{8})[_.]", source="fileName")
    return msgspec.structs.replace(shipped, captures=(*shipped.captures, day), delivery=("account", "day"))


def _validated(name: str, workdir: Path, by: Layout | None = None) -> Validation:
    return validate(CONTENT, workdir, "comdirect", layouts=[by or layout("comdirect-giro")], file_name=name)
