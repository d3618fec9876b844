"""The rules by which a layout excludes rows and lines: where each stands in the layout file, and what it says."""

from collections.abc import Iterator
from typing import Final

from transactions.layouts.layout import Condition, Layout

HEADER_WITHIN: Final = "dialect.headerWithin"
CAPTURES: Final = "captures"
SECTIONS: Final = "sections"
COMMENT_CHAR: Final = "dialect.commentChar"
FOOTER: Final = "dialect.footer"


def skip_lines_place(number: int) -> str:
    """Return the place of the pattern ``number`` of lines to skip."""
    return f"dialect.skipLines[{number}]"


def drop_place(number: int) -> str:
    """Return the place of the condition ``number`` by which rows are dropped."""
    return f"drop[{number}]"


def above_rows(layout: Layout) -> str:
    """Return the place of the rule by which lines stand above the header, or above the first row of a file without."""
    return HEADER_WITHIN if layout.dialect.header else CAPTURES


def conditions(layout: Layout) -> dict[str, str]:
    """Say in words what each rule of ``layout`` excludes, by the rule's place, in the order of the report."""
    dialect = layout.dialect
    above = "lines above the header" if dialect.header else "lines above the first row"
    found = {above_rows(layout): above, SECTIONS: "lines above the rows of a section"}
    if dialect.comment_char:
        found[COMMENT_CHAR] = f"lines that begin with {dialect.comment_char}"
    found |= {skip_lines_place(number): f"lines that match {text}" for number, text in enumerate(dialect.skip_lines)}
    if dialect.footer:
        found[FOOTER] = f"everything from the first line on that matches {dialect.footer}"
    for number, predicate in enumerate(layout.drop):
        found[drop_place(number)] = f"rows whose {' and whose '.join(map(_in_words, predicate.conditions))}"
    return found


def _in_words(condition: Condition) -> str:
    if condition.pattern is not None:
        return f"{condition.field} matches {condition.pattern}"
    return f"{condition.field} is {' or '.join(_values(condition))}"


def _values(condition: Condition) -> Iterator[str]:
    for value in condition.values:
        yield value or "empty"
