"""Which SQL ``etl query`` takes: one statement, which only reads."""

import logging
import re
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from cli.options import UsageError

_DIALECT: Final = "athena"
_READS: Final = (exp.Query, exp.Values, exp.Describe)
_CHANGES: Final = (exp.Alter, exp.Command, exp.Copy, exp.DDL, exp.DML, exp.Drop, exp.Into)
_TAKES: Final = "etl query only reads: give it SELECT, WITH, VALUES, SHOW, DESCRIBE, or EXPLAIN of one of these"
_EXPLAIN_OPTIONS: Final = re.compile(
    r"\s*(ANALYZE\b\s*)?(VERBOSE\b\s*)?(\(\s*(TYPE|FORMAT)\s+\w+(\s*,\s*(TYPE|FORMAT)\s+\w+)*\s*\))?", re.IGNORECASE
)

# It warns of SHOW and EXPLAIN, which it keeps as text.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def require_reading(sql: str) -> None:
    """Refuse everything but one statement that reads.

    Raises
    ------
    UsageError
        If the text is no SQL, has several statements, or changes anything.
    """
    statements = [statement for statement in _parse(sql) if statement is not None]
    if not statements:
        raise UsageError(f"no SQL: {_TAKES}")
    if len(statements) > 1:
        raise UsageError(f"{len(statements)} statements: give one at a time")
    _require_reading(statements[0])


def _parse(sql: str) -> list[exp.Expr | None]:
    try:
        return sqlglot.parse(sql, dialect=_DIALECT)
    except ParseError as error:
        place = error.errors[0]
        raise UsageError(
            f"not Athena's SQL from line {place['line']}, column {place['col']}: look at what stands there"
        ) from error
    except SqlglotError as error:
        raise UsageError("not Athena's SQL: a quote or a comment does not end") from error
    except RecursionError as error:
        raise UsageError("the SQL is nested too deeply to be read: divide it with WITH") from error


def _require_reading(statement: exp.Expr) -> None:
    match statement:
        case exp.Command(this="SHOW"):
            return
        case exp.Command(this="EXPLAIN"):
            explained = statement.expression.name if statement.expression else ""
            require_reading(_EXPLAIN_OPTIONS.sub("", explained, count=1))
        case _:
            if change := statement.find(*_CHANGES):
                raise UsageError(f"{_keyword(change)} is refused: {_TAKES}")
            if not isinstance(statement, _READS):
                raise UsageError(f"this is no statement that reads: {_TAKES}")


def _keyword(change: exp.Expr) -> str:
    return str(change.this) if isinstance(change, exp.Command) else change.key.upper()
