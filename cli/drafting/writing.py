"""Writes a draft as YAML, with a comment wherever a person must look."""

import gzip
import re
import unicodedata
import zlib
from collections.abc import Iterator
from typing import Any, Final

import yaml

from cli.drafting.fields import field_of, missing_in, questions_of
from cli.drafting.json_reading import read_json
from cli.drafting.mapping import Mapping, map_columns
from cli.drafting.reading import DraftError, SampleTable, read_csv
from transactions.layouts.layout_file import TO_DO
from transactions.reading.file_types import binary_kind

_WIDE: Final = 10_000
_LONGEST_PARTNER: Final = 50
_GZIP: Final = b"\x1f\x8b"


def draft(content: bytes, file_name: str, partner: str, layout: str = "") -> str:
    """Draft a layout of the file's ``content`` for ``partner``; ``layout`` is its name, by default the partner's draft.

    The draft quotes headers and names in JSON. It has no value but words of its own vocabulary: for a direction, a
    state, a currency, and for no value.

    Raises
    ------
    DraftError
        If the file has no rows that look like records.
    """
    file_name, content = _unpacked(file_name.lower(), content)
    table = read_json(content) if file_name.endswith(".json") else read_csv(content)
    lines = _lines(table, map_columns(table.columns, table.facts), slug(partner), layout or f"{slug(partner)}-draft")
    return "\n".join(lines) + "\n"


def _unpacked(name: str, content: bytes) -> tuple[str, bytes]:
    """Decompress a gzip file, as the pipeline does; refuse other files that are no text."""
    if not content.strip():
        raise DraftError("it is empty: give a file with rows")
    if kind := binary_kind(content):
        raise DraftError(f"it is {kind}, not a text file")
    if not content.startswith(_GZIP):
        return name, content
    try:
        return name.removesuffix(".gz"), gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DraftError("it is a damaged gzip file") from error


def slug(partner: str) -> str:
    """Return ``partner`` as the layout language writes one: small letters of ASCII, digits and hyphens.

    >>> slug("Crédit du Nord")
    'credit-du-nord'
    """
    letters = unicodedata.normalize("NFKD", partner).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:_LONGEST_PARTNER].strip("-") or "partner"


def _lines(table: SampleTable, mapping: Mapping, partner: str, name: str) -> Iterator[str]:
    yield "# A draft, guessed from one file. Look at everything, decide what says DECIDE, fill in what says TODO."
    yield f"# Save it as {name}.yaml, then try it:"
    yield f"#   etl layout lint {name}.yaml"
    yield f"#   etl check FILE --layout {name}.yaml"
    yield from (f"# DECIDE: {question}" for question in (*table.questions, *mapping.questions))
    yield from (f"# {reason}" for reason in table.reasons)
    yield from _entries({"name": name, "partner": partner})
    yield f"title: {TO_DO}  # the bank and the kind of export, as people call it"
    yield from _entries({"format": table.format, **table.keys})
    if table.dialect:
        yield "dialect:"
        yield from (f"  {entry}" for entry in _entries(table.dialect))
    if table.facts.captures:
        yield "captures:"
        yield from (f"  - {_flow({'name': name, 'pattern': one})}" for name, one in table.facts.captures.items())
    if table.facts.sections:
        yield from _entries({"sections": True})
    yield from _schema(table, mapping)
    if mapping.drop:
        yield "drop:"
        yield from (f"  - {_flow(drop)}{_comment(('is nothing booked in these rows?',))}" for drop in mapping.drop)
    yield "mapping:"
    for filling in mapping.fillings:
        yield f"  {filling.column}: {_flow(filling.function)}{_comment(filling.questions, filling.reasons)}"
    if mapping.running_balance:
        yield from _entries({"runningBalance": mapping.running_balance})
    yield f"sample:  # DECIDE: what the sample beside the layout comes to: etl layout lint {name}.yaml --write-sample"
    yield "  accepted: 0"
    yield "  totals: {}"


def _schema(table: SampleTable, mapping: Mapping) -> Iterator[str]:
    yield "schema:"
    if missing := missing_in(mapping.columns):
        yield f"  missingValues: {_flow(missing)}"
    yield "  fields:"
    read = {column.name for column in mapping.columns} | {drop["field"] for drop in mapping.drop}
    counted = read - mapping.words
    for column in table.columns:
        if table.format == "csv" or column.name in read:
            field = field_of(
                column,
                is_read=column.name in counted,
                model=mapping.model_of(column),
                in_pair=mapping.is_in_pair(column),
            )
            questions = questions_of(column, is_read=column.name in counted, is_proven=column in mapping.proven)
            yield f"    - {_flow(field)}{_comment(tuple(questions))}"
        elif column.name in _named(mapping):
            yield f"    # - {_flow(field_of(column, is_read=True))}"


def _named(mapping: Mapping) -> set[str]:
    """Return the words of the questions, among them the names of the alternatives."""
    questions = (*mapping.questions, *(one for filling in mapping.fillings for one in filling.questions))
    return {word for question in questions for word in re.split(r"[ ,;?]+", question)}


def _entries(keys: dict[str, Any]) -> Iterator[str]:
    return (f"{key}: {_scalar(value)}" for key, value in keys.items())


def _scalar(value: Any) -> str:
    return _flow([value])[1:-1]


def _flow(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=_WIDE).strip()


def _comment(questions: tuple[str, ...], reasons: tuple[str, ...] = ()) -> str:
    """Return one line: what is to be decided, or else what was found."""
    texts = [f"DECIDE: {'; '.join(questions)}"] if questions else []
    return "".join(f"  # {' '.join(text.split())}" for text in [*texts, *reasons][:1]) if texts or reasons else ""
