"""Finds what the lines above the header say of all rows, and patterns for lines that are no rows.

No value stands in such a pattern: only labels and words of the vocabulary, and headers.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cli.drafting import header_words as words
from cli.drafting.cell_words import SUMMARY
from cli.drafting.ibans import is_iban
from cli.drafting.rows import Row
from cli.drafting.shape import Shape, is_data
from cli.drafting.words import Vocabulary
from transactions.currencies import MINOR_UNITS, VALIDITY
from transactions.layouts.layout import Dialect

LABEL: Final = r"(?P<label>[^\W\d_][^;,\t|:\"']*?)(?P<between>[\"' :;,\t|]+)"
"""A label, and what stands between it and its value."""
_CURRENT: Final = MINOR_UNITS.keys() - VALIDITY.keys()
_CODE: Final = "[A-Z]{3}"
_NUMBER: Final = "[0-9][0-9./-]{2,}[0-9]"
_IBANS: Final = (
    r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}",
    r"[A-Z]{2}[0-9]{2}(?: [0-9A-Z]{4}){2,7}(?: [0-9A-Z]{1,3})?",
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Patterns, each with one group, that capture the ``currency``, the ``account`` and the ``closing`` date.

    ``of_card``: these lines speak of a card. ``sections``: they occur again, above a header like the first one.
    """

    currency: str = ""
    account: str = ""
    closing: str = ""
    of_card: bool = False
    sections: bool = False

    @property
    def captures(self) -> dict[str, str]:
        """The patterns by the names of the captures."""
        named = {"currency": self.currency, "account": self.account, "closing": self.closing}
        return {name: pattern for name, pattern in named.items() if pattern}


def facts_above(shape: Shape, lines: Sequence[str], dialect: Dialect) -> Facts:
    """Return the facts above the header among the file's ``lines``; only those that have one value."""
    above = [lines[row.line - 1] for row in shape.above]
    of_card = any(words.CARD.found_in(line) for line in above)
    if shape.header is None or shape.is_header_longer:
        return Facts(of_card=of_card)
    repeated = any(row.stripped == shape.header.stripped for row in shape.records)
    below = [] if repeated else lines[shape.header.line :]
    found = Facts(
        currency=_only(_labelled(above, words.CURRENCY, _CODE, _CURRENT), above, below),
        account=_only([*_ibans(above), *_labelled(above, words.OWN, _NUMBER, None)], above, below),
        of_card=of_card,
    )
    if repeated and found.captures:
        return Facts(of_card=of_card) if dialect.line_breaks_in_cells else replace(found, sections=True)
    return found


def _labelled(
    lines: Sequence[str], labels: Vocabulary, value: str, known: frozenset[str] | set[str] | None
) -> Iterator[str]:
    """Yield patterns for what stands behind one of ``labels``."""
    for line in lines:
        for found in re.finditer(rf"{LABEL}(?P<value>{value})(?!\w)", line):
            if found["label"] in labels and (known is None or found["value"] in known):
                yield f"{escaped(found['label'] + found['between'])}({value})"


def _ibans(lines: Sequence[str]) -> Iterator[str]:
    for pattern in _IBANS:
        if any(is_iban(text) for line in lines for text in re.findall(rf"\b{pattern}\b", line)):
            yield rf"\b({pattern})\b"


def _only(patterns: Sequence[str] | Iterator[str], above: Sequence[str], below: Sequence[str]) -> str:
    """Return the first of ``patterns`` that finds one value above the header, and no other one below."""
    for pattern in patterns:
        if len({text for line in (*above, *below) for text in re.findall(pattern, line)}) == 1:
            return pattern
    return ""


def skip_lines(shape: Shape, lines: Sequence[str], dialect: Dialect) -> tuple[str, ...]:
    """Return patterns for lines that are no rows: a header that is longer than they, totals, and lines of one cell."""
    if dialect.line_breaks_in_cells:
        return ()
    found = []
    apart = shape.others
    if shape.header and shape.is_header_longer:
        found.append(f"^{escaped(_without_data(lines[shape.header.line - 1], shape.header))}")
        apart = (*shape.above, *apart)
    if any(dialect.delimiter not in lines[row.line - 1] for row in apart):
        found.append(f"^[^{escaped(dialect.delimiter)}]+$")
    unbooked = [row for row in (*shape.others, *shape.records) if not row.is_booked]
    found += [_beginning(lines[row.line - 1], row, dialect) for row in unbooked if row.stripped[0] in SUMMARY]
    return tuple(dict.fromkeys(filter(None, found)))


def _without_data(line: str, header: Row) -> str:
    """Return the beginning of the header's ``line``, up to a cell that has data in it."""
    return line[: min((line.index(cell) for cell in header.stripped if is_data(cell)), default=len(line))]


def _beginning(line: str, row: Row, dialect: Dialect) -> str:
    """Return a pattern for the first cell of ``row``, which is a word of the vocabulary."""
    until = line.find(dialect.delimiter) + 1
    text = line[:until]
    return f"^{escaped(text)}" if text.strip(f"{dialect.quote_char}{dialect.delimiter} \t") == row.stripped[0] else ""


def escaped(text: str) -> str:
    """Return a pattern for ``text`` as it is."""
    return re.escape(text).replace("\\ ", " ").replace("\\\t", "\\t")
