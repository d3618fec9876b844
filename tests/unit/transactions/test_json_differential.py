"""JSON records are read as Python's ``json`` reads them, or are rejected: whatever they hold, wherever it stops."""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import msgspec
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.json_writing import JsonWriter
from tests.unit.transactions.support import RECEIVED_AT, layout, transform
from transactions.errors import FileRejectedError
from transactions.layouts.fields import DateField, Field, NumberField, Schema, StringField
from transactions.layouts.layout import Layout, Limits
from transactions.layouts.mapping import Amount, Constant, Date, RowHash, Text
from transactions.layouts.paths import levels
from transactions.reading.characters import FORBIDDEN

RECORDS = 40
SHARE_MUTATED = 0.3
FIRST_DAY, LAST_DAY = date(1970, 1, 1), RECEIVED_AT.date() + timedelta(days=1)
BOUNDED = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
TEXTS: dict[str, Field] = {
    "account_id": StringField(name="flag", json_type="boolean"),
    "counterparty_name": StringField(name="näme/1"),
    "remittance_information": StringField(name="sub.text"),
    "counterparty_account": StringField(name="size", json_type="number"),
    "bank_transaction_code": StringField(name="sub.deep.size", json_type="number"),
}
"""Columns of texts and the fields that fill them: of a number, the text as it is written."""
MUTATIONS = '{}[],:"\\ 01-.eu\n\tä\x00\x01'
Row = tuple[Any, ...]


class Number(str):
    """A number as it is written."""

    __slots__ = ()


class Members(list[tuple[str, Any]]):
    """An object with all its members."""

    def at(self, *names: str) -> Any:
        """Return the value to which ``names`` lead, None if there is none."""
        value: Any = self
        for name in names:
            value = dict(value).get(name) if isinstance(value, Members) else None
        return value

    @property
    def repeats(self) -> bool:
        """Whether a name stands twice."""
        return len(dict(self)) < len(self)


class Drops(io.BytesIO):
    """A stream of which never more than some bytes come at once."""

    def __init__(self, content: bytes, random: Random) -> None:
        super().__init__(content)
        self._random, self._most = random, random.choice([3, 50, 1000, 1 << 20])

    def read(self, size: int | None = -1, /) -> bytes:
        """Read some of the next bytes."""
        assert size is not None
        return super().read(min(size, self._random.randint(1, self._most)))


def json_file(path: str) -> Layout:
    """Return the layout of a document with its records at ``path``, or of lines if there is none."""
    amount = NumberField(name="amount", json_type="number")
    return layout(
        "obie-v3",
        record_path=path,
        json_lines=not path,
        schema=Schema(fields=(*TEXTS.values(), DateField(name="day", format="%Y-%m-%d"), amount)),
        mapping={
            "transaction_id": RowHash(),
            "booking_date": Date(field="day"),
            "amount": Amount(field=amount.name),
            "currency": Constant(value="EUR"),
            **{column: Text(field=field.name) for column, field in TEXTS.items()},
        },
        drop=(),
        limits=Limits(rejected_share=1),
    )


def read(content: str, path: str, random: Random) -> tuple[Counter[Row], int] | None:
    """Return the accepted rows and the number of all records; None if the file is refused."""
    with TemporaryDirectory() as folder:
        try:
            output = transform(Drops(content.encode(), random), Path(folder), json_file(path))
        except FileRejectedError:
            return None
    rows = [(row["booking_date"], row["amount"], *map(row.get, TEXTS)) for row in output.transactions]
    return Counter(rows), output.transformation.counts.read


def parsed(text: str) -> Any:
    """Return what Python's ``json`` makes of ``text``; ValueError if it is none, or if it is no Unicode.

    Line ends are single line feeds, also in names.
    """
    value = json.loads(
        text, object_pairs_hook=_members, parse_int=Number, parse_float=Number, parse_constant=_none_such
    )
    json.dumps(value, ensure_ascii=False).encode()
    return value


def _members(pairs: list[tuple[str, Any]]) -> Members:
    return Members((_with_line_feeds(name), value) for name, value in pairs)


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _none_such(name: str) -> NoReturn:
    raise ValueError(name)


def row_of(record: Any) -> Row | None:
    """Return the row that ``record`` comes to, None if it is rejected."""
    if not isinstance(record, Members) or _has_forbidden(record):
        return None
    on_the_way = (record, record.at("sub"), record.at("sub", "deep"))
    if any(isinstance(value, Members) and value.repeats for value in on_the_way):
        return None
    day, amount = record.at("day"), record.at("amount")
    if type(day) is not str or type(amount) is not Number or not re.fullmatch("-?[0-9]{1,13}", amount):
        return None
    try:
        booked = date.fromisoformat(day)
        texts = [_text(record.at(*field.name.split(".")), field.json_types[0]) for field in TEXTS.values()]
    except (TypeError, ValueError):
        return None
    return (booked, Decimal(amount), *texts) if FIRST_DAY <= booked <= LAST_DAY else None


def _has_forbidden(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_forbidden, value))
    return isinstance(value, str) and bool(FORBIDDEN.search(value))


def _text(value: Any, json_type: str) -> str | None:
    match json_type, value:
        case _, None:
            return None
        case "boolean", bool():
            return str(value).lower()
        case "number", Number():
            return str(value)
        case "string", str() if not isinstance(value, Number):
            return _with_line_feeds(value) or None
    raise TypeError


def records_of(value: Any, ways: Sequence[tuple[str, ...]], *, nested: bool = False) -> Iterator[Any]:
    """Yield the records to which ``ways`` lead; ValueError if one is not to be found with certainty."""
    way, *further = ways
    for name in way:
        barred = nested and value is not None and not isinstance(value, Members)
        if barred or (isinstance(value, Members) and value.repeats):
            raise ValueError(name)
        value = value.at(name) if isinstance(value, Members) else None
    is_array = isinstance(value, list) and not isinstance(value, Members)
    if nested and value is not None and not is_array:
        raise ValueError(way)
    for element in value if is_array else ():
        if further == [()]:
            yield element
        else:
            yield from records_of(element, further, nested=True)


def is_unread(value: Any, ways: Sequence[tuple[str, ...]]) -> bool:
    """Return whether beside the ``ways`` to the records, which are to be found there, is another list of records."""
    way, *further = ways
    for name in way:
        if not isinstance(value, Members):
            return False
        if any(_has_records(other) for own, other in value if own != name):
            return True
        value = value.at(name)
    return further != [()] and isinstance(value, list) and any(is_unread(element, further) for element in value)


def _has_records(value: Any) -> bool:
    if isinstance(value, Members):
        return any(_has_records(inner) for _, inner in value)
    elements = value if isinstance(value, list) else []
    first = next((element for element in elements if isinstance(element, Members)), None)
    if first is None:
        return any(map(_has_records, elements))
    return first.at("day") is not None and first.at("amount") is not None


def mutated(text: str, random: Random) -> str:
    """Take a character away, or put one of those that matter in its place or before it."""
    place = random.randrange(len(text) + 1)
    character: str = random.choice(["", *MUTATIONS])
    return text[:place] + character + text[place + random.randrange(2) :]


@BOUNDED
@given(st.integers())
def test_of_lines_each_is_read_as_by_itself(seed: int) -> None:
    # Given lines with records, other values and blanks, some with a wrong character
    random = Random(seed)  # noqa: S311 - invented data, no secret
    writer = JsonWriter(random, wrong=random.choice([10, 30, 1000]))
    content = random.choice(["\n", "\r\n", "\r"]).join(_line(writer, random) for _ in range(RECORDS))

    found = read(content, "", random)

    lines = [line for line in re.split("\r\n|\r|\n", content) if line.encode().strip()]
    rows = Counter(row for line in lines if (row := _row_of_line(line)))
    assert found == (None if "\0" in content[:4] or not lines else (rows, len(lines)))


@BOUNDED
@given(st.integers())
@example(290)
def test_a_record_across_lines_is_a_row_for_each(seed: int) -> None:
    # Given records with line ends between their tokens, and a layout that asks for no number
    random = Random(seed)  # noqa: S311 - invented data, no secret
    writer = JsonWriter(random, wrong=1000, line_ends=("\n",))
    content = "\n".join(writer.record() for _ in range(random.randint(1, 3))).encode()
    file_layout = json_file("")
    fields = (DateField(name="day", format="%Y-%m-%d"), NumberField(name="amount"))
    mapping = {name: function for name, function in file_layout.mapping.items() if name not in TEXTS}

    with TemporaryDirectory() as folder:
        of_texts = msgspec.structs.replace(file_layout, schema=Schema(fields=fields), mapping=mapping)
        output = transform(content, Path(folder), of_texts)

    assert output.transformation.counts.read == sum(bool(line.strip()) for line in content.splitlines())


def _line(writer: JsonWriter, random: Random) -> str:
    kind = random.randrange(10)
    line = writer.value(2) if kind == 0 else "" if kind == 1 else writer.record()
    line = f"{writer.space()}{line}{writer.space()}"
    return mutated(line, random) if random.random() < SHARE_MUTATED else line


def _row_of_line(line: str) -> Row | None:
    try:
        return row_of(parsed(line))
    except ValueError:
        return None


def test_a_list_under_a_changed_name_refuses_the_document() -> None:
    record = '{"day": "2025-10-01", "amount": 1}'
    content = f'{{"accounts": [{{"items": [{record}]}}, {{"itens": [{record}]}}]}}'

    assert is_unread(parsed(content), levels("$.accounts[*].items[*]"))
    assert read(content, "$.accounts[*].items[*]", Random(0)) is None  # noqa: S311 - no secret
    assert read(content.replace("itens", "items"), "$.accounts[*].items[*]", Random(0)) is not None  # noqa: S311


@BOUNDED
@given(st.integers())
def test_a_document_is_read_as_the_whole_or_refused(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - invented data, no secret
    writer = JsonWriter(random, wrong=random.choice([100, 1000, 10_000]), line_ends=("\n", "\r\n"))
    path = random.choice(["$[*]", "$.a[*]", "$.a.b[*]", "$.accounts[*].items[*]"])
    document = _document(levels(path), writer, random)
    if random.random() < SHARE_MUTATED:
        document = mutated(document, random)

    found = read(document, path, random)

    try:
        records = list(records_of(parsed(document), levels(path)))
    except ValueError:
        records = []
    if records and is_unread(parsed(document), levels(path)):
        records = []
    rows = Counter(row for record in records if (row := row_of(record)))
    assert found == ((rows, len(records)) if records else None)


def _document(ways: Sequence[tuple[str, ...]], writer: JsonWriter, random: Random) -> str:
    """Write an array of records, or of what leads to some, where the first of ``ways`` leads."""
    way, *further = ways
    if further == [()]:
        elements = [writer.value(2) if random.random() < 0.1 else writer.record() for _ in range(random.randrange(20))]
    else:
        elements = [_document(further, writer, random) for _ in range(random.randrange(4))]
    comma = f"{writer.space()},{writer.space()}"
    value = f"[{writer.space()}{comma.join(elements)}{writer.space()}]"
    for name in reversed(way):
        members = [f'"{name}"{writer.space()}:{writer.space()}{value}']
        members += [f'"{beside}":{writer.value(2)}' for beside in ("before", "behind") if random.random() < 0.5]
        random.shuffle(members)
        value = f"{{{comma.join(members)}}}"
    return f"{writer.space()}{value}{writer.space()}"
