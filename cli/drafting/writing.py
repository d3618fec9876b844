"""Writes a draft as YAML, with a comment wherever a person must look."""

from collections.abc import Iterator
from typing import Any, Final

import yaml

from cli.drafting.columns import SampleColumn
from cli.drafting.mapping import fillings
from cli.drafting.reading import SampleTable, read
from transactions.layouts.layout_file import TO_DO

_WIDE: Final = 10_000


def draft(content: bytes, file_name: str, partner: str) -> str:
    """Draft a layout of the file's ``content`` for ``partner``.

    The draft quotes headers, and no value but the words for a direction, such as credit.

    Raises
    ------
    DraftError
        If the file has no rows that look like records.
    """
    return "\n".join(_lines(read(content, file_name), f"{partner}-draft", partner)) + "\n"


def _lines(table: SampleTable, name: str, partner: str) -> Iterator[str]:
    yield "# A draft, guessed from one file. Look at everything, decide what says DECIDE, fill in what says TODO."
    yield f"# Save it as {name}.yaml, then try it:"
    yield f"#   etl layout lint {name}.yaml"
    yield f"#   etl check FILE --layout {name}.yaml"
    yield from (f"# DECIDE: {note}" for note in table.notes)
    yield from _entries({"name": name, "partner": partner})
    yield f"title: {TO_DO}  # the bank and the kind of export, as people call it"
    yield from _entries({"format": table.format, **table.keys})
    if table.dialect:
        yield "dialect:"
        yield from (f"  {entry}" for entry in _entries(table.dialect))
    yield "schema:"
    yield "  fields:"
    yield from (f"    - {_field(column)}" for column in table.columns)
    yield "mapping:"
    for filling in fillings(table.columns):
        yield f"  {filling.column}: {_flow(filling.function)}{_comment(filling.note)}"
    yield "sample:  # DECIDE: what the sample beside the layout comes to, counted by hand"
    yield "  accepted: 0"
    yield "  totals: {}"


def _field(column: SampleColumn) -> str:
    header = {} if column.header is None else {"header": column.header}
    keys = {"name": column.name, **header, "type": column.type, **column.keys}
    return _flow(keys) + _comment("; ".join(column.notes))


def _entries(keys: dict[str, Any]) -> Iterator[str]:
    return (f"{key}: {_scalar(value)}" for key, value in keys.items())


def _scalar(value: Any) -> str:
    return _flow([value])[1:-1]


def _flow(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=_WIDE).strip()


def _comment(note: str) -> str:
    return f"  # DECIDE: {' '.join(note.split())}" if note else ""
