"""What a line of a CSV file is before it is a record: left out, or tidied."""

import re
from functools import cache

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Dialect, Layout


class LeftOut:
    """Blanks the lines that are no records, line by line down the file."""

    def __init__(self, layout: Layout) -> None:
        dialect = layout.dialect
        comment = [f"^{re.escape(dialect.comment_char)}"] if dialect.comment_char else []
        patterns = [*comment, *dialect.skip_lines]
        self._skipped = re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None
        self._footer = re.compile(dialect.footer) if dialect.footer else None
        self._in_footer = False
        self._delimiter, self._fewest_delimiters = dialect.delimiter, layout.fewest_cells - 1

    @property
    def any(self) -> bool:
        """Whether the dialect has such lines at all."""
        return bool(self._skipped or self._footer)

    def blanked(self, line: str) -> str:
        """Return ``line``, or nothing if it is left out.

        Raises
        ------
        FileRejectedError
            If what could be a record stands below the footer: a footer never hides records.
        """
        if self._in_footer:
            if line.count(self._delimiter) >= self._fewest_delimiters:
                raise FileRejectedError(FileCode.MALFORMED_CSV, "there is a row below the footer")
            return ""
        if self._footer and self._footer.search(line):
            self._in_footer = True
            return ""
        return "" if self._skipped and self._skipped.search(line) else line


def tidied(line: str, dialect: Dialect) -> str:
    """Return ``line`` without the white space around its quoted cells, where the dialect has cells trimmed."""
    if not dialect.trim or not dialect.quote_char or dialect.quote_char not in line:
        return line
    cells, position, cell = list[str](), 0, _cell(dialect.delimiter, dialect.quote_char)
    while position <= len(line):
        found = cell.match(line, position)
        if not found:
            return line
        cells.append(found[1] if found[1] is not None else found[2])
        position = found.end() + 1
    return dialect.delimiter.join(cells)


@cache
def _cell(delimiter: str, quote: str) -> re.Pattern[str]:
    """Match a cell up to its delimiter: what is quoted as group 1, what is not as group 2."""
    delimiter, quote = re.escape(delimiter), re.escape(quote)
    blank = rf"[^\S{delimiter}]*"
    quoted = f"{quote}(?:[^{quote}]|{quote}{quote})*+{quote}"
    plain = f"(?!{blank}{quote})[^{delimiter}]*+"
    return re.compile(f"{blank}({quoted}){blank}(?={delimiter}|$)|({plain})(?={delimiter}|$)")
