"""Saved queries on rows that a deployment seldom has."""

import duckdb

from etl.saved_queries import read_queries


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


def test_each_saved_query_says_first_what_it_answers() -> None:
    queries = read_queries()

    assert queries
    for query in queries.values():
        assert query.sql.startswith(f"-- {query.title}\n")
        assert query.title
