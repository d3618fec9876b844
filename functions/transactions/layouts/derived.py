"""Fields that a file does not have as columns: made of one or several others, or of a part of one."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from transactions.layouts.fields import Field, LayoutPart
from transactions.patterns import compiled
from transactions.sql import literal


def joined(cell: str) -> str:
    """Name the column with the joined text of which ``cell`` is taken."""
    return f"{cell}_of"


class Derived(LayoutPart, frozen=True):
    """A field whose text is made of others'.

    ``of`` are fields and captures; the texts of those that have a value are joined by ``separator``. ``pattern``
    matches the whole of the joined text, and ``field`` has what its one group finds. A text that it does not match
    rejects the row, unless the field is ``optional``: then there is no value.
    """

    of: Annotated[tuple[str, ...], Meta(min_length=1)]
    field: Field
    separator: Annotated[str, Meta(max_length=100)] = " "
    pattern: str | None = None

    def sources(self, cells: Mapping[str, str]) -> tuple[str, ...]:
        """Return those of ``of`` that are fields with ``cells``."""
        return tuple(name for name in self.of if name in cells)

    def source(self, cells: Mapping[str, str], captures: Mapping[str, str]) -> str:
        """Return SQL for the joined text: NULL where none of the fields has a value."""
        fields = [cells[name] for name in self.sources(cells)]
        if len(self.of) == 1:
            return fields[0]
        parts = ", ".join(cells[name] if name in cells else captures[name] for name in self.of)
        text = f"concat_ws({literal(self.separator)}, {parts})"
        return f"CASE WHEN coalesce({', '.join(fields)}) IS NOT NULL THEN {text} END"

    def text(self, source: str) -> str:
        """Return SQL for the field's text, from that for the joined text."""
        if self.pattern is None:
            return source
        return f"nullif(regexp_extract({source}, {literal(f'^(?:{self.pattern})$')}, 1), '')"

    def in_cells(self, cells: Mapping[str, str]) -> str | None:
        """Return the field's text for a row's ``cells``, those with a value; None if there is none."""
        text = self.separator.join(cells[name] for name in self.of if name in cells)
        if self.pattern is None:
            return text or None
        found = compiled(self.pattern).fullmatch(text)
        return (found[1] or None) if found else None
