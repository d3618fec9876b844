"""Saved queries on rows that a deployment seldom has."""

from datetime import timedelta

import duckdb

from etl.ledger import ledger_sql
from etl.saved_queries import FOLDER, read_queries
from pipeline.constants import SERVICE_LEVEL


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
