"""What is left of a line without its text: few lines of a file differ in it, so that one teaches of many."""

import re
from itertools import chain

from transactions.layouts.layout import Dialect

_LINE_FEED = b"\n"
_UNDECLARED = (b"\t", b"\n", b"\r")


class Structures:
    """Gives the structure of each line: its delimiters, and its quotes by what stands beside them.

    A structure without a quote that stands between other characters says for certain how its lines are split: see
    ``tells_cells``.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._delimiter, self._quote = dialect.delimiter.encode(), (dialect.quote_char or "").encode()
        taken = {self._delimiter, self._quote, *_UNDECLARED}
        self._tokens = [token for number in range(1, 0x20) if (token := bytes((number,))) not in taken][:6]
        structural = chain.from_iterable((self._delimiter, self._quote, _LINE_FEED, *self._tokens))
        self._not_structural = bytes(set(range(256)) - set(structural))
        self._without_tokens = bytes.maketrans(b"".join(self._tokens), b"x" * len(self._tokens))
        self._regular = self._regular_pattern()

    def of(self, lines: bytes) -> list[bytes]:
        """Return the structure of each of ``lines``, which stand between line feeds, one before the first."""
        if any(token in lines for token in self._tokens):
            lines = lines.translate(self._without_tokens)
        return self._with_tokens(lines).translate(None, self._not_structural).split(_LINE_FEED)[1:-1]

    def tells_cells(self, structure: bytes) -> bool:
        """Tell whether lines of this structure are split alike, with each cell quoted as a whole or free of quotes."""
        return bool(self._regular.fullmatch(structure))

    def _with_tokens(self, lines: bytes) -> bytes:
        """Put a token in the place of each quote with the delimiter or line end beside it, and of each doubled quote.

        Closing ones first: what opens a cell is then never taken for what closes one.
        """
        if not self._quote or self._quote not in lines:
            return lines
        opens, closes, closes_and_opens, closes_line, opens_line, doubled = self._tokens
        delimiter, quote = self._delimiter, self._quote
        for quotes, token in (
            (quote + delimiter + quote, closes_and_opens),
            (quote + delimiter, closes),
            (quote + _LINE_FEED, closes_line + _LINE_FEED),
            (delimiter + quote, opens),
            (_LINE_FEED + quote, _LINE_FEED + opens_line),
            (quote + quote, doubled),
        ):
            lines = lines.replace(quotes, token)
        return lines

    def _regular_pattern(self) -> re.Pattern[bytes]:
        opens, closes, closes_and_opens, closes_line, opens_line, doubled = self._tokens
        delimiter = re.escape(self._delimiter)
        content = b"[%b%b]*+" % (delimiter, doubled)
        quoted = b"%b(?:%b%b)*+(?:%b|%b$)" % (content, closes_and_opens, content, closes, closes_line)
        return re.compile(b"(?:%b%b)?(?:%b|%b%b)*+" % (opens_line, quoted, delimiter, opens, quoted))
