"""Saved queries on rows that a deployment seldom has."""

import re
from datetime import timedelta
from pathlib import Path

import duckdb

from etl.ledger import ledger_sql
from etl.saved_queries import FOLDER, read_queries
from pipeline.constants import SERVICE_LEVEL
from tests.unit.transactions.support import csv_layout, transform
from transactions.layouts.fields import NumberField
from transactions.layouts.mapping import Amount, RowHash


def test_the_query_for_late_files_names_slow_and_retried_ones() -> None:
    # Given a file that took 15 minutes, one that took a second more, and a quick one that was tried twice
    files = """
        CREATE TABLE files AS
        SELECT file_id, 'alpine' AS partner, 'incoming/' || file_id AS key, 'COMPLETED' AS status, attempts,
            TIMESTAMP '2025-11-03 14:00:00' AS uploaded_at,
            TIMESTAMP '2025-11-03 14:00:00' + to_seconds(took) AS done_at,
            done_at AS changed_at
        FROM (VALUES ('just in time', 1, 900), ('late', 1, 901), ('retried', 2, 5)) AS f (file_id, attempts, took)"""
    with duckdb.connect() as connection:
        connection.execute(files)

        answer = connection.execute(read_queries()["late-files"].sql).fetchall()

    assert [(row[1], row[6], row[7]) for row in answer] == [("incoming/late", 901, 1), ("incoming/retried", 5, 2)]


def test_overlaps_are_found_by_identity_and_judged() -> None:
    # Given ids that stand in two files: alike, in another currency, and on no known account; and ids that only seem to:
    # on two accounts, on two dates, with two partners, and twice in one file. The files are JSON in one line
    rows = """
        CREATE TABLE transactions AS
        SELECT *, 1 AS source_line,
            TIMESTAMP '2025-11-03 14:00:00' + to_minutes(ascii(file_id)) AS ingested_at
        FROM (VALUES
            ('alpine', 'A1', DATE '2025-10-01', 'alike', 1.00, 'EUR', 'a'),
            ('alpine', 'A1', DATE '2025-10-01', 'alike', 1.00, 'EUR', 'b'),
            ('alpine', 'A1', DATE '2025-10-01', 'currency', 1.00, 'EUR', 'a'),
            ('alpine', 'A1', DATE '2025-10-01', 'currency', 1.00, 'CHF', 'b'),
            ('alpine', NULL, DATE '2025-10-01', 'no account', 1.00, 'EUR', 'a'),
            ('alpine', NULL, DATE '2025-10-01', 'no account', 1.00, 'EUR', 'b'),
            ('alpine', 'A1', DATE '2025-10-01', 'accounts', 1.00, 'EUR', 'a'),
            ('alpine', 'B2', DATE '2025-10-01', 'accounts', 1.00, 'EUR', 'b'),
            ('alpine', 'A1', DATE '2025-10-01', 'dates', 1.00, 'EUR', 'a'),
            ('alpine', 'A1', DATE '2025-10-02', 'dates', 1.00, 'EUR', 'b'),
            ('alpine', 'A1', DATE '2025-10-01', 'partners', 1.00, 'EUR', 'a'),
            ('obie', 'A1', DATE '2025-10-01', 'partners', 1.00, 'EUR', 'b'),
            ('alpine', 'A1', DATE '2025-10-01', 'one file', 1.00, 'EUR', 'a'),
            ('alpine', 'A1', DATE '2025-10-01', 'one file', 2.00, 'EUR', 'a')
        ) AS t (partner, account_id, booking_date, transaction_id, amount, currency, file_id)"""
    with duckdb.connect() as connection:
        connection.execute(rows)
        connection.execute("CREATE TABLE files AS SELECT 'b' AS file_id, 'incoming/b' AS key")
        names = [name for name, *_ in connection.execute("DESCRIBE transactions").fetchall()]
        connection.execute(f"CREATE VIEW ledger AS {ledger_sql(names)}")

        found = connection.execute(read_queries()["overlaps"].sql).fetchall()

    # Then a file that is not recorded yet is shown all the same
    assert [(row[0], row[4], row[6], row[7], row[8], row[11]) for row in found] == [
        ("CONFLICT", "currency", "CHF", "yes", "incoming/b", "b"),
        ("CONFLICT", "currency", "EUR", "no", None, "a"),
        ("SAME", "alike", "EUR", "yes", "incoming/b", "b"),
        ("SAME", "alike", "EUR", "no", None, "a"),
        ("SAME", "no account", "EUR", "yes", "incoming/b", "b"),
        ("SAME", "no account", "EUR", "no", None, "a"),
    ]


HASHED = f"{'0123456789abcdef' * 4}-1"


def test_moved_dates_are_those_of_ids_that_the_bank_gave() -> None:
    # Given the same id on two dates: with the same money; twice on the earlier date, in two files; on no known account;
    # and not to be told: with other money, on another account, with another partner, made of the row, too old, and once
    columns = ("partner", "account_id", "days_ago", "transaction_id", "amount", "currency", "file_id")
    rows = [
        ("alpine", "A1", 9, "moved", "1.00", "EUR", "a"),
        ("alpine", "A1", 9, "moved", "1.00", "EUR", "b"),
        ("alpine", "A1", 7, "moved", "1.00", "EUR", "c"),
        ("alpine", None, 62, "no account", "2.00", "EUR", "a"),
        ("alpine", None, -1, "no account", "2.00", "EUR", "b"),
        ("alpine", "A1", 9, "money", "1.00", "EUR", "a"),
        ("alpine", "A1", 8, "money", "1.10", "EUR", "b"),
        ("alpine", "A1", 7, "money", "1.00", "CHF", "c"),
        ("alpine", "A1", 9, "account", "1.00", "EUR", "a"),
        ("alpine", "B2", 8, "account", "1.00", "EUR", "b"),
        ("obie", "A1", 9, "partner", "1.00", "EUR", "a"),
        ("alpine", "A1", 8, "partner", "1.00", "EUR", "b"),
        ("alpine", "A1", 9, HASHED, "1.00", "EUR", "a"),
        ("alpine", "A1", 8, HASHED, "1.00", "EUR", "b"),
        ("alpine", "A1", 9, f"N7-{HASHED}", "1.00", "EUR", "a"),
        ("alpine", "A1", 8, f"N7-{HASHED}", "1.00", "EUR", "b"),
        ("alpine", "A1", 63, "old", "1.00", "EUR", "a"),
        ("alpine", "A1", 8, "old", "1.00", "EUR", "b"),
        ("alpine", "A1", 8, "once", "1.00", "EUR", "a"),
    ]
    with duckdb.connect() as connection:
        types = ", ".join(f"{name} {'INTEGER' if name == 'days_ago' else 'VARCHAR'}" for name in columns)
        connection.execute(f"CREATE TABLE told ({types})")
        connection.executemany(f"INSERT INTO told VALUES ({', '.join('?' for _ in columns)})", rows)  # noqa: S608 - own names
        connection.execute("""
            CREATE TABLE transactions AS
            SELECT * EXCLUDE (days_ago) REPLACE (CAST(amount AS DECIMAL(18, 5)) AS amount),
                current_date - days_ago AS booking_date, 1 AS source_line,
                TIMESTAMP '2025-11-03 14:00:00' + to_minutes(ascii(file_id)) AS ingested_at
            FROM told""")
        names = [name for name, *_ in connection.execute("DESCRIBE transactions").fetchall()]
        connection.execute(f"CREATE VIEW ledger AS {ledger_sql(names)}")

        found = connection.execute(read_queries()["moved-dates"].sql).fetchall()
        counted = connection.execute(f"SELECT count(*) FROM (\n{read_queries()['moved-dates'].sql})").fetchall()  # noqa: S608

    # Then the latest comes first, and of two files with one date the row that counts
    assert [(row[0], row[1], row[2], row[8]) for row in found] == [
        ("alpine", "A1", "moved", "c"),
        ("alpine", "A1", "moved", "b"),
        ("alpine", None, "no account", "b"),
        ("alpine", None, "no account", "a"),
    ]
    assert counted == [(4,)]


def test_ids_made_of_a_row_have_the_form_that_the_query_knows(tmp_path: Path) -> None:
    layout = csv_layout([NumberField(name="Sum")], amount=Amount(field="Sum"), transaction_id=RowHash())

    [row] = transform(b"Day;Sum\n2025-10-01;1.00\n", tmp_path, layout).transactions

    assert re.fullmatch(r"[0-9a-f]{64}-[0-9]+", row["transaction_id"])


def test_each_saved_query_says_first_what_it_answers() -> None:
    queries = read_queries()

    assert queries
    for query in queries.values():
        assert query.sql.startswith(f"-- {query.title}\n")
        assert query.title


def test_the_query_for_late_files_follows_the_service_level() -> None:
    minutes = SERVICE_LEVEL // timedelta(minutes=1)

    query = read_queries()["late-files"]

    assert f"longer than {minutes} minutes" in query.title
    assert f"> {minutes} * 60" in query.sql
    assert "15" not in (FOLDER / "late-files.sql").read_text(encoding="utf-8")
