"""One record of a CSV file: where its cells begin and end."""

from collections.abc import Mapping
from typing import Any

MOST_LINES_OF_A_RECORD = 100


class QuoteOpenError(Exception):
    """A quoted cell does not end."""


class QuoteMisplacedError(Exception):
    """Something other than a delimiter stands behind a quoted cell."""


def split(record: str, dialect: Mapping[str, Any]) -> list[str]:
    """Split ``record`` into its cells.

    Raises
    ------
    QuoteOpenError
        If it ends within a quoted cell.
    QuoteMisplacedError
        If a quoted cell does not end before a delimiter, or at the end, or nothing is escaped by an escape character.
    """
    cells, at = list[str](), 0
    while True:
        cell, at = _cell(record, at, dialect)
        cells.append(cell.strip() if dialect.get("trim") else cell)
        if at == len(record):
            return cells
        at += 1


def is_open(record: str, dialect: Mapping[str, Any]) -> bool:
    """Return whether ``record`` ends within a quoted cell."""
    try:
        split(record, dialect)
    except QuoteOpenError:
        return True
    except QuoteMisplacedError:
        return False
    return False


def has_values(record: str, dialect: Mapping[str, Any]) -> bool:
    """Return whether a cell of ``record`` is not empty; one that cannot be split may have some.

    Empty is also a cell of spaces and tabs, and of any white space where that is trimmed. U+0085 is forbidden, and so
    none.
    """
    try:
        cells = split(record, dialect)
    except (QuoteOpenError, QuoteMisplacedError):
        return True
    blanks = {" ", "\t", "\v", "\f"}

    def is_blank(character: str) -> bool:
        trimmed = dialect.get("trim", False) and character.isspace() and character != "\x85"
        return character in blanks or trimmed

    return not all(is_blank(character) for cell in cells for character in cell)


def _cell(record: str, at: int, dialect: Mapping[str, Any]) -> tuple[str, int]:
    """Return the cell that begins ``at`` a place, and where it ends."""
    delimiter, quote = dialect.get("delimiter", ","), dialect.get("quoteChar", '"')
    start = _begin(record, at, dialect)
    escape = dialect.get("escapeChar")
    if not quote or record[start : start + 1] != quote:
        end = record.find(delimiter, at)
        end = len(record) if end < 0 else end
        return _unescaped(record[at:end], escape, quote), end
    closing = _closing(record, start + 1, quote, escape)
    text = record[start + 1 : closing]
    text = _unescaped(text, escape, quote) if escape else text.replace(quote * 2, quote)
    end = _begin(record, closing + 1, dialect)
    if end < len(record) and record[end] != delimiter:
        raise QuoteMisplacedError
    return text, end


def _unescaped(written: str, escape: str | None, quote: str) -> str:
    """Take the escape characters out of a cell; each must stand before a quote or another one."""
    text, at = "", 0
    while escape and at < len(written):
        if written[at] == escape:
            at += 1
            if written[at : at + 1] not in {escape, quote}:
                raise QuoteMisplacedError
        text += written[at]
        at += 1
    return text if escape else written


def _begin(record: str, at: int, dialect: Mapping[str, Any]) -> int:
    """Pass over white space around a quoted cell: it is no part of it."""
    while at < len(record) and record[at].isspace() and record[at] not in {dialect.get("delimiter", ","), "\n"}:
        at += 1
    return at


def _closing(record: str, at: int, quote: str, escape: str | None) -> int:
    """Return where the quoted cell is closed whose content begins ``at`` a place."""
    while at < len(record):
        if record[at] == escape or (not escape and record[at : at + 2] == quote * 2):
            at += 2
        elif record[at] == quote:
            return at
        else:
            at += 1
    raise QuoteOpenError
