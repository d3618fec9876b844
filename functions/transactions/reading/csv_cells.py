r"""The grammar of CSV records: how a record is split into cells, and the one form in which the engine reads it.

RFC 4180, and three liberties that leave nothing open: white space around a quoted cell is no part of it, a quote within
a cell that does not begin with one is a character like any other, and the quote may be another character or none.

With an escape character, a quote is escaped in place of being doubled, and so is the escape character itself, in any
cell. Before anything else it makes the record malformed: ``\n`` could be two characters or a line feed.
"""

import re
from collections.abc import Iterable
from functools import cached_property

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Dialect
from transactions.reading.records import MAX_RECORD_BYTES

BLANK = " \t\v\f"
"""A cell of nothing else has no value."""
WHITE_SPACE = "".join(character for number in range(0x3001) if (character := chr(number)).isspace())
"""What ``trim`` takes off cells: spaces of any width, tabs, line ends."""
_LINE_ENDS = str.maketrans("", "", "\r\n")


class Cells:
    """Splits the records of one dialect into cells, and writes them so that any reader splits them alike."""

    def __init__(self, dialect: Dialect) -> None:
        self._delimiter, self._quote, self._escape = dialect.delimiter, dialect.quote_char, dialect.escape_char
        # U+0085 is a control character too: it rejects its row.
        self._empty = WHITE_SPACE.replace("\x85", "") if dialect.trim else BLANK
        self._around = f"{self._empty}{self._delimiter}{self._quote or ''}"
        self.blank = self._around.translate(_LINE_ENDS)
        """What a line of cells without a value consists of."""

    def split(self, record: str) -> list[str] | None:
        """Return the record's cells.

        None if a quoted cell is never closed or has text behind its closing quote, or if nothing is escaped by an
        escape character.
        """
        if not self._quote:
            return record.split(self._delimiter)
        cells, position, doubled = list[str](), 0, self._quote * 2
        while found := self._cell.match(record, position):
            quoted, plain = found.groups()
            cells.append(plain if quoted is None else quoted.replace(doubled, self._quote))
            position = found.end() + 1
            if found.end() == len(record):
                return [self._escaped.sub(r"\1", cell) for cell in cells] if self._escape else cells
        return None

    def is_open(self, record: str) -> bool:
        """Return whether ``record`` ends within a quoted cell."""
        return bool(self._quote and self._quote in record and self._unfinished.fullmatch(record))

    def has_values(self, record: str) -> bool:
        """Return whether a cell of ``record`` has a value; one that cannot be split may have some."""
        cells = None if record.strip(self._around) else self.split(record)
        return cells is None or any(cell.strip(self._empty) for cell in cells)

    def write(self, cells: Iterable[str]) -> str:
        """Write a record in which each cell is quoted as a whole, or holds no quote and no delimiter."""
        if not self._quote:
            return self._delimiter.join(cells)
        quote, doubled = self._quote, self._quote * 2
        return self._delimiter.join(
            f"{quote}{cell.replace(quote, doubled)}{quote}" if self._special.search(cell) else cell for cell in cells
        )

    def write_own(self, cells: Iterable[str]) -> str:
        """Write a record as a file of the dialect has it."""
        return self._escape_quotes(cells) if self._escape else self.write(cells)

    def _escape_quotes(self, cells: Iterable[str]) -> str:
        special, quote = re.compile(f"[{re.escape(f'{self._escape}{self._quote}')}]"), self._quote
        return self._delimiter.join(f"{quote}{special.sub(self._with_escape, cell)}{quote}" for cell in cells)

    def _with_escape(self, special: re.Match[str]) -> str:
        return f"{self._escape}{special[0]}"

    @cached_property
    def _escaped(self) -> re.Pattern[str]:
        """Match an escape character, with what it escapes as a group."""
        escape = re.escape(self._escape or "")
        return re.compile(f"{escape}([{escape}{re.escape(self._quote or '')}])")

    @cached_property
    def _special(self) -> re.Pattern[str]:
        return re.compile(f"[{re.escape(f'{self._quote}{self._delimiter}')}\n]")

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        """Match a cell up to its delimiter: what stands between quotes as group 1, what is not quoted as group 2."""
        end = rf"(?={re.escape(self._delimiter)}|\Z)"
        return re.compile(f"{self._opened}{self._close}{end}|({self._plain}){end}")

    @cached_property
    def _unfinished(self) -> re.Pattern[str]:
        whole = f"(?:{self._opened}{self._close}|{self._plain})"
        return re.compile(f"(?:{whole}{re.escape(self._delimiter)})*+{self._opened}")

    @property
    def _blank(self) -> str:
        return rf"[^\S\n{re.escape(f'{self._delimiter}{self._quote}')}]*+"

    @property
    def _opened(self) -> str:
        """Match a quoted cell up to its closing quote, with its content as a group."""
        quote, escape = re.escape(self._quote or ""), re.escape(self._escape or "")
        return f"{self._blank}{quote}((?:[^{quote}{escape}]++|{self._pair})*+)"

    @property
    def _close(self) -> str:
        return f"{re.escape(self._quote or '')}{self._blank}"

    @property
    def _plain(self) -> str:
        delimiter, begin = re.escape(self._delimiter), rf"(?!{self._blank}{re.escape(self._quote or '')})"
        if self._escape:
            return rf"{begin}(?:[^{delimiter}\n{re.escape(self._escape)}]++|{self._pair})*+"
        return rf"{begin}[^{delimiter}\n]*+"

    @property
    def _pair(self) -> str:
        """Match two characters that stand for one: those that are escaped, or a doubled quote."""
        quote, escape = re.escape(self._quote or ""), re.escape(self._escape or "")
        return f"{escape}[{escape}{quote}]" if escape else quote * 2


def open_quote(number: int) -> FileRejectedError:
    """Return the error of a file in which the cell that begins on this line, and may span lines, has no end."""
    return FileRejectedError(FileCode.MALFORMED_CSV, f"a quote opened on line {number} is not closed")


def misplaced_quote(number: int, dialect: Dialect) -> FileRejectedError:
    """Return the error of a file in which it is not certain where the record ends that begins on this line."""
    detail = f"a quote opened on line {number} is closed, and there is text behind it"
    if dialect.escape_char:
        detail = f"the quotes of line {number} are not escaped as the layout says"
    return FileRejectedError(FileCode.MALFORMED_CSV, detail)


def cells_of(line: str, dialect: Dialect) -> tuple[str, ...]:
    """Split a line into its cells; none if it cannot be split, or is too long."""
    if len(line) > MAX_RECORD_BYTES:
        return ()
    cells = Cells(dialect).split(line) or []
    return tuple(cell.strip() for cell in cells) if dialect.trim else tuple(cells)
