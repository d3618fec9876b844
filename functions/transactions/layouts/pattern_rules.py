"""What must hold in a layout's patterns: that each is one, and that the text it is to take is always there."""

from collections import Counter
from collections.abc import Iterator
from enum import Enum

from transactions.layouts.fields import Field, StringField
from transactions.layouts.layout import Layout
from transactions.layouts.mapping import Extract
from transactions.patterns import Pattern, PatternError, parsed


class Use(Enum):
    """What a pattern is for."""

    FOUND = "found in a text"
    WHOLE = "a whole text"
    FACT = "a fact for the whole file"
    PART = "a part of a text, or nothing"
    HEADER = "a whole header's cell, with facts in it"


_TAKES_FACTS = {Use.FACT, Use.HEADER}
_TAKES_TEXT = {*_TAKES_FACTS, Use.PART}


def patterns_of(layout: Layout) -> Iterator[tuple[str, str, Use]]:
    """Yield each pattern of ``layout``: the path of its key, itself, and what it is for."""
    for number, pattern in enumerate(layout.dialect.skip_lines):
        yield f"dialect.skipLines[{number}]", pattern, Use.FOUND
    if layout.dialect.footer is not None:
        yield "dialect.footer", layout.dialect.footer, Use.FOUND
    for number, field in enumerate(layout.schema.fields):
        yield from ((f"schema.fields[{number}].{key}", pattern, use) for key, pattern, use in _of_field(field))
    yield from _of_derived(layout)
    for number, capture in enumerate(layout.captures):
        yield f"captures[{number}].pattern", capture.pattern, Use.FACT
    for key, condition in layout.conditions:
        if condition.pattern is not None:
            yield f"{key}.pattern", condition.pattern, Use.FOUND
    for name, function in layout.mapping.items():
        if isinstance(function, Extract):
            yield f"mapping.{name}", function.pattern, Use.PART


def _of_derived(layout: Layout) -> Iterator[tuple[str, str, Use]]:
    for number, derived in enumerate(layout.derived):
        if derived.pattern is not None:
            yield f"derived[{number}].pattern", derived.pattern, Use.PART
        for key, pattern, use in _of_field(derived.field):
            yield f"derived[{number}].field.{key}", pattern, use


def _of_field(field: Field) -> Iterator[tuple[str, str, Use]]:
    if field.header_pattern is not None:
        yield "headerPattern", field.header_pattern, Use.HEADER
    if isinstance(field, StringField) and field.constraints:
        yield "constraints.pattern", field.constraints.pattern, Use.WHOLE


def pattern_complaints(layout: Layout) -> Iterator[str]:
    """Yield what is wrong with the patterns, each as the key's path and a rule."""
    for key, pattern, use in patterns_of(layout):
        try:
            found = parsed(pattern)
        except PatternError as error:
            yield f"{key}: {error}"
        else:
            yield from (f"{key}: {rule}" for rule in _rules(pattern, found, use))
    for name, count in Counter(capture.name for capture in layout.captures).items():
        if count > 1 or name in layout.names_in_header:
            yield f"captures: {name} is captured more than once"


def _rules(pattern: str, found: Pattern, use: Use) -> Iterator[str]:
    if not pattern and use not in {Use.WHOLE, Use.HEADER}:
        yield "is found in every text"
    elif use in {Use.FACT, Use.PART} and len(found.groups) != 1:
        yield "needs exactly one group"
    taken = [group for group in found.groups if group.name or use in {Use.FACT, Use.PART}]
    if any(group.repeated for group in taken) and use in _TAKES_TEXT:
        yield "repeats a group, of which only the last text would be taken"
    elif any(group.optional for group in taken) and use in _TAKES_FACTS:
        yield "a group that takes a fact must be part of every match: not optional, nor in an alternative"
