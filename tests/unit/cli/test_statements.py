"""Which SQL ``etl query`` takes: one statement that only reads."""

import pytest

from cli.options import UsageError
from cli.querying.statements import require_reading
from etl.saved_queries import read_queries


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT sum(amount) FROM ledger WHERE booking_date >= DATE '2025-01-01'",
        "SELECT 'a; DROP TABLE t' -- ; DROP TABLE t",
        "SELECT 1;",
        "WITH a AS (SELECT 1 AS n) SELECT n FROM a UNION ALL SELECT 2",
        "(SELECT 1)",
        "VALUES (1, 'a'), (2, 'b')",
        "SHOW TABLES 'f.*'",
        "show columns in ledger",
        "SHOW CREATE VIEW ledger",
        "DESCRIBE FORMATTED ledger",
        "EXPLAIN SELECT 1",
        "EXPLAIN (TYPE DISTRIBUTED, FORMAT JSON) SELECT 1",
        "explain analyze verbose select 1",
        *(query.sql for query in read_queries().values()),
    ],
)
def test_a_statement_that_reads_is_taken(sql: str) -> None:
    require_reading(sql)


@pytest.mark.parametrize(
    ("sql", "keyword"),
    [
        ("DROP TABLE transactions", "DROP"),
        ("/* SELECT */ drop view ledger", "DROP"),
        ("INSERT INTO t SELECT 1", "INSERT"),
        ("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", "INSERT"),
        ("WITH a AS (DELETE FROM t) SELECT 1", "DELETE"),
        ("SELECT * INTO t FROM ledger", "INTO"),
        ("CREATE TABLE t AS SELECT 1", "CREATE"),
        ("CREATE OR REPLACE VIEW ledger AS SELECT 1", "CREATE"),
        ("UNLOAD (SELECT 1) TO 's3://a/b' WITH (format = 'PARQUET')", "UNLOAD"),
        ("ALTER TABLE t ADD COLUMNS (a int)", "ALTER"),
        ("UPDATE t SET a = 1", "UPDATE"),
        ("MERGE INTO t USING s ON a = b WHEN MATCHED THEN DELETE", "MERGE"),
        ("MSCK REPAIR TABLE t", "MSCK REPAIR"),
        ("VACUUM t", "VACUUM"),
        ("EXECUTE prepared", "EXECUTE"),
        ("EXPLAIN ANALYZE INSERT INTO t SELECT 1", "INSERT"),
        ("EXPLAIN ANALYZE VERBOSE DELETE FROM t", "DELETE"),
        ("EXPLAIN (TYPE LOGICAL) CREATE TABLE t AS SELECT 1", "CREATE"),
    ],
)
def test_a_statement_that_changes_something_is_refused(sql: str, keyword: str) -> None:
    with pytest.raises(UsageError, match=f"^{keyword} is refused: etl query only reads"):
        require_reading(sql)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT 1; DROP TABLE t", "2 statements"),
        ("SHOW TABLES; DROP TABLE t", "2 statements"),
        ("EXPLAIN SELECT 1; DROP TABLE t", "2 statements"),
        # In Athena a backslash is a character like any other
        (r"SELECT '\'; DROP TABLE t --'", "2 statements"),
        ("", "no SQL"),
        ("-- SELECT 1", "no SQL"),
        ("EXPLAIN", "no SQL"),
        ("good morning", "no statement that reads"),
        ("SET SESSION a = 1", "no statement that reads"),
        ("SELECT a FROM\nWHERE b", "line 2, column 5"),
        ("SELECT 'a", "does not end"),
        ("(" * 5000 + "SELECT 1" + ")" * 5000, "nested too deeply"),
    ],
)
def test_what_is_not_one_statement_is_refused(sql: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        require_reading(sql)

    assert "\n" not in str(refused.value)
