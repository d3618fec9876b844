"""Reads a file of an unknown format into columns."""

import csv
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

import duckdb

from cli.drafting.columns import SampleColumn, guess

LOOKED_AT_BYTES: Final = 4_000_000
"""So much of a CSV file is looked at; a JSON document is read whole."""

AMOUNT_NAME: Final = re.compile(
    r"amount|betrag|montant|bedrag|bel[oø]b|importe|importo|kwota|[cč][aá]stka|[oö]sszeg|d[ée]bit|cr[ée]dit(?!or)"
    r"|soll|haben|balance|saldo|solde|fee|money|paid",
    re.IGNORECASE,
)
_WORD_BYTES: Final = 4
_DELIMITERS: Final = ",;\t|"
_VALUE_LIKE: Final = re.compile(r"[-+]?[\d.,:/ -]*\d[\d.,:/ -]*")
_PLAIN_NAME: Final = re.compile(r"[^.\[\]*$\"]+")


class DraftError(Exception):
    """Nothing can be drafted from this file; the message says why, without its content."""


@dataclass(frozen=True, kw_only=True)
class SampleTable:
    """What was read: the layout's keys that say how, its columns, and what a person should look at."""

    format: str
    columns: tuple[SampleColumn, ...]
    keys: dict[str, Any]
    dialect: dict[str, Any]
    notes: tuple[str, ...] = ()


def read(content: bytes, name: str) -> SampleTable:
    """Read ``content``, as JSON if the file's ``name`` says so.

    Raises
    ------
    DraftError
        If it has no rows that look like records.
    """
    return _read_json(content) if name.lower().endswith(".json") else _read_csv(content[:LOOKED_AT_BYTES])


def _read_csv(content: bytes) -> SampleTable:
    text, keys, notes = _decoded(content)
    delimiter, quote = _sniffed(text)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, quotechar=quote)
    rows = [(reader.line_num, row) for row in reader if any(row)]
    widths = Counter(len(row) for _, row in rows if len(row) > 1)
    if not widths:
        raise DraftError("no line has more than one cell: is it a CSV file?")
    # What most of the cells are in: the lines above a header may outnumber the rows, and have fewer cells.
    width = max(widths, key=lambda cells: (widths[cells] > 1, widths[cells] * cells))
    (line, first), *body = [(line, row) for line, row in rows if len(row) == width]
    named = not any(_is_value(cell.strip()) for cell in first)
    dialect: dict[str, Any] = {}
    if delimiter != ",":
        dialect["delimiter"] = delimiter
    if quote != '"':
        dialect["quoteChar"] = quote
    if not named:
        dialect["header"] = False
    elif line > 1:
        dialect["headerWithin"] = line + 5
        notes.append(f"the header stands on line {line} here; headerWithin leaves room for more lines above it")
    below = sum(number > line for number, row in rows if len(row) != width)
    if below:
        notes.append(f"{below} rows below have another number of cells: footer, or cells with the delimiter in them")
    if any(cell != cell.strip() for _, row in [(line, first), *body] for cell in row):
        dialect["trim"] = True
    header = [cell.strip() for cell in first] if named else [""] * width
    records = [row for _, row in body] if named else [first, *(row for _, row in body)]
    return SampleTable(
        format="csv", columns=tuple(_columns(header, records)), keys=keys, dialect=dialect, notes=tuple(notes)
    )


def _is_value(cell: str) -> bool:
    return bool(_VALUE_LIKE.fullmatch(cell)) or guess("", [cell]).type != "string"


def _decoded(content: bytes) -> tuple[str, dict[str, Any], list[str]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), {"encoding": "utf-16"}, []
    for encoding in ("utf-8", *_other_encodings(content)):
        try:
            # The last bytes may be a part of a character.
            text = content[: content.rfind(b"\n") + 1 or None].decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8":
            return text.removeprefix("\ufeff"), {}, []
        return (
            text,
            {"encoding": encoding},
            [f"not UTF-8: {encoding} is a guess, see that all letters are right"],
        )
    return content.decode("latin-1"), {"encoding": "latin-1"}, ["not UTF-8: the encoding is a guess"]


def _other_encodings(content: bytes) -> tuple[str, ...]:
    """Recognize scripts by the bytes above ASCII: Chinese has pairs, Cyrillic whole words, Western text single ones."""
    runs = re.findall(rb"[\x80-\xff]+", content)
    if all(len(run) % 2 == 0 for run in runs):
        return ("gb18030", "cp1252")
    words = sum(len(run) for run in runs if len(run) >= _WORD_BYTES)
    return ("cp1251", "cp1252") if 2 * words > sum(map(len, runs)) else ("cp1252",)


def _sniffed(text: str) -> tuple[str, str]:
    """Ask the engine's sniffer for delimiter and quote; count cells where it finds one column or none."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder, "sniffed.csv")
        path.write_text("\n".join(text.splitlines()), encoding="utf-8")
        try:
            found = connection.execute(
                "SELECT Delimiter, Quote, len(Columns) FROM sniff_csv(?)", [str(path)]
            ).fetchall()[0]
        except duckdb.Error:
            found = ("", "", 0)
    delimiter, quote, columns = found
    return (delimiter if columns > 1 else _likeliest_delimiter(text)), quote if len(quote) == 1 else '"'


def _likeliest_delimiter(text: str) -> str:
    """Return the delimiter that splits the most lines into the same number of cells, the more cells the better."""

    def evenness(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(text.splitlines(), delimiter=delimiter) if len(row) > 1)
        return max(((count, width) for width, count in widths.items()), default=(0, 0))

    return max(_DELIMITERS, key=evenness)


def _columns(header: Sequence[str], records: Sequence[Sequence[str]]) -> Iterator[SampleColumn]:
    repeated = Counter(header)
    for number, cell in enumerate(header):
        unusable = not cell.strip() or repeated[cell] > 1
        name = f"{cell.strip() or 'column'} {number + 1}" if unusable else cell
        values = [record[number].strip() for record in records]
        own_header = cell if unusable and any(header) else None
        yield guess(name, values, header=own_header, money=bool(AMOUNT_NAME.search(name)))


def _read_json(content: bytes) -> SampleTable:
    keys: dict[str, Any]
    try:
        document = _parsed(content)
        path, records = _longest(chain(_arrays(document, "$"), _one_record(document)))
        keys = {"recordPath": path}
    except ValueError:
        records = _json_lines(content)
        keys = {"jsonLines": True}
    except RecursionError as error:
        raise DraftError("nested too deep") from error
    cells: dict[str, list[Any]] = {}
    for record in records:
        for name, value in _leaves(record, ""):
            cells.setdefault(name, []).append(value)
    columns = tuple(_json_column(name, values) for name, values in cells.items())
    return SampleTable(format="json", columns=columns, keys=keys, dialect={})


def _parsed(content: bytes) -> Any:
    # Numbers stay the text they are.
    return json.loads(content, parse_float=_Number, parse_int=_Number)


class _Number(str):
    """A JSON number, to the digit."""

    __slots__ = ()


def _json_lines(content: bytes) -> list[dict[str, Any]]:
    try:
        lines = [_parsed(line) for line in content.splitlines() if line.strip()]
    except ValueError as error:
        raise DraftError("neither a JSON document nor JSON lines") from error
    if not lines or not all(isinstance(line, dict) for line in lines):
        raise DraftError("the lines are no JSON objects")
    return lines


Records = tuple[str, list[dict[str, Any]]]


def _arrays(value: Any, path: str) -> Iterator[Records]:
    """Find every list of objects, with the path that leads to it; objects in lists of objects are one list."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if _PLAIN_NAME.fullmatch(name):
                yield from _arrays(inner, f"{path}.{name}")
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        yield f"{path}[*]", value
        together: dict[str, list[dict[str, Any]]] = {}
        for item in value:
            for inner_path, inner in _arrays(item, f"{path}[*]"):
                together.setdefault(inner_path, []).extend(inner)
        yield from together.items()


def _longest(arrays: Iterator[Records]) -> Records:
    """Return the list with the most objects; of equally long ones that with the most values in each."""
    found = max(arrays, key=lambda records: (len(records[1]), len(list(_leaves(records[1][0], "")))), default=None)
    if found is None:
        raise DraftError("no list of objects: is it a file of transactions?")
    return found


def _one_record(document: Any) -> Iterator[Records]:
    """Take the document itself for a record if it has a date, as a transaction must."""
    leaves = list(_leaves(document, "")) if isinstance(document, dict) else []
    if any(_json_column(name, [value]).is_date for name, value in leaves):
        yield "$", [document]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if _PLAIN_NAME.fullmatch(name):
                yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif not isinstance(value, list):
        yield path, value


def _json_column(name: str, values: Sequence[Any]) -> SampleColumn:
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, bool) for value in present):
        return SampleColumn(name=name, values=(), keys={"jsonType": "boolean"})
    is_number = bool(present) and all(isinstance(value, _Number) for value in present)
    texts = [str(value) for value in present]
    return guess(name, texts, json_type="number" if is_number else "string", money=bool(AMOUNT_NAME.search(name)))
