"""Records cut out of a document while it is read are those of the whole document, wherever the reading stops."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transactions.test_json_reading import json_layout
from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.paths import levels
from transactions.reading.json_arrays import OpenArray
from transactions.reading.json_documents import Document

NO_LIMIT = 1 << 30
Record = tuple[int, bytes, bytes]
"""Its line, its text, and the fields around it."""
TEXTS = st.text(alphabet='a"\\{}[],:\n é', max_size=8)
VALUES = st.recursive(
    TEXTS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=4) | VALUES, max_size=8)
# No array: the whole document's reader looks for the records' array by its text, to tell on which line it begins.
BESIDE = st.none() | st.integers() | st.text(alphabet='a"\\{}:,\n é', max_size=8)
PATHS = st.sampled_from(["$[*]", "$.a[*]", "$.a.b[*]"])
INDENTS = st.sampled_from([None, 0, 2])


def document_of(path: str, records: list[Any], indent: int | None, beside: Any = None) -> bytes:
    """Write ``records`` where ``path`` leads, with ``beside`` before and behind them."""
    whole: Any = records
    (way, _) = levels(path)
    for name in reversed(way):
        whole = {"before": beside, name: whole, "behind": beside}
    return json.dumps(whole, indent=indent, ensure_ascii=False).encode()


def in_chunks(document: bytes, cuts: list[int]) -> Iterator[bytes]:
    """Cut ``document`` anywhere, but not before its array begins."""
    places = sorted({cut % (len(document) + 1) for cut in cuts})
    return (document[begin:end] for begin, end in zip([0, *places], [*places, len(document)], strict=True))


def as_it_comes(document: bytes, cuts: list[int], path: str) -> list[Record]:
    """Read the records piece by piece."""
    way, _ = levels(path)
    texts, beginning, array = in_chunks(document, cuts), b"", None
    while not array:
        beginning += next(texts)
        array = OpenArray.find(beginning, way)
    return list(records_of(array, texts))


def records_of(array: OpenArray, texts: Iterator[bytes], max_bytes: int = NO_LIMIT) -> Iterator[Record]:
    """Yield the records one by one."""
    for block in array.blocks(texts, max_bytes):
        yield from zip(block.lines, block.records, block.context, strict=True)


def as_a_whole(document: bytes, path: str) -> list[Record]:
    """Read the records of the document in memory."""
    return [(line, record, context) for line, record, context, _ in Document(document).records(json_layout(path=path))]


def outcome(read: Callable[[], list[Record]]) -> list[Record] | str:
    """Return the records, or why there are none."""
    try:
        return read()
    except FileRejectedError as rejection:
        return rejection.reason


@given(path=PATHS, records=RECORDS, indent=INDENTS, beside=BESIDE, cuts=st.lists(st.integers(0), max_size=6))
def test_the_records_are_those_of_the_whole_document(
    path: str, records: list[Any], indent: int | None, beside: Any, cuts: list[int]
) -> None:
    document = document_of(path, records, indent, beside)

    assert as_it_comes(document, cuts, path) == as_a_whole(document, path)


@given(
    path=PATHS,
    records=st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), min_size=1, max_size=4),
    cuts=st.lists(st.integers(0), max_size=4),
    place=st.integers(0),
    byte=st.sampled_from([*b'{}[],:"\\ 0\n', None]),
)
def test_a_document_with_a_wrong_byte_is_refused_as_a_whole(
    path: str, records: list[Any], cuts: list[int], place: int, byte: int | None
) -> None:
    # Given a document of which one byte is another, or all from there is missing
    document = document_of(path, records, indent=0)
    begin = document.index(b"[") + 1
    place = begin + place % (len(document) - begin)
    changed = document[:place] + (b"" if byte is None else bytes([byte]) + document[place + 1 :])

    assert outcome(lambda: as_it_comes(changed, cuts, path)) == outcome(lambda: as_a_whole(changed, path))


def test_records_come_before_the_rest_is_read() -> None:
    # Given a document whose second chunk never comes
    def texts() -> Iterator[bytes]:
        yield b'{"id": 3},'
        raise AssertionError

    array = OpenArray.find(b'[{"id": 1},\n{"id": 2},', ())

    assert array is not None
    records = records_of(array, texts())
    assert [next(records) for _ in range(3)] == [
        (1, b'{"id": 1}', b"{}"),
        (2, b'{"id": 2}', b"{}"),
        (2, b'{"id": 3}', b"{}"),
    ]


def test_a_record_of_many_objects_is_not_cut_within() -> None:
    parts = [{"part": number} for number in range(100)]
    document = document_of("$[*]", [{"parts": parts}, {"parts": parts}, {"parts": []}], indent=None)
    cuts = list(range(200, len(document), 150))

    assert as_it_comes(document, cuts, "$[*]") == as_a_whole(document, "$[*]")


def test_repeated_records_are_refused() -> None:
    with pytest.raises(FileRejectedError, match="stands twice") as rejection:
        as_it_comes(b'{"a": [{"id": 1}], "a": [{"id": 2}]}', [], "$.a[*]")

    assert rejection.value.code == FileCode.MALFORMED_JSON


@pytest.mark.parametrize(
    "beginning",
    [
        pytest.param(b'{"other": [{"a": [', id="the array of another"),
        pytest.param(b'{"text": "\\"a\\": [", "b": 1', id="within a string"),
        pytest.param(b'{"a": {"b": [', id="no array"),
        pytest.param(b'{"x" "a": [', id="malformed"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_where_the_path_does_not_lead_no_array_is_found(beginning: bytes) -> None:
    assert OpenArray.find(beginning, ("a",)) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(b'{"text": "%b' % (b"},{" * 400), FileCode.FILE_TOO_LARGE, id="a record without an end"),
        pytest.param(b'{"text" 1},%b' % (b"{}," * 400), FileCode.MALFORMED_JSON, id="a broken one"),
    ],
)
def test_what_would_fill_the_memory_is_refused(text: bytes, code: FileCode) -> None:
    array = OpenArray.find(b"[", ())
    assert array is not None

    with pytest.raises(FileRejectedError) as rejection:
        list(records_of(array, iter([text, b" " * 100]), 1000))

    assert rejection.value.code == code


@pytest.mark.parametrize("beginning", [b"[,", b"[ \n,"])
def test_a_comma_before_the_first_record_is_not_cut_off(beginning: bytes) -> None:
    array = OpenArray.find(beginning[:1], ())
    assert array is not None

    with pytest.raises(FileRejectedError) as rejection:
        list(records_of(array, iter([beginning[1:], b'{"id": 1},', b'{"id": 2}]'])))

    assert rejection.value.code == FileCode.MALFORMED_JSON


def test_records_that_are_no_objects_do_not_fill_the_memory() -> None:
    array = OpenArray.find(b"[", ())
    assert array is not None

    assert len(list(records_of(array, iter([b'1, "},{", '] * 400 + [b"1]"]), 100))) == 801


def test_json_inside_strings_is_not_read_wherever_a_block_ends() -> None:
    # Given records with so much JSON in their texts that the last of it is no record's end
    text = json.dumps([{"note": '"'}] * 50)
    records = [{"id": number, "body": text} for number in range(30)]
    document = document_of("$.a[*]", records, indent=None)
    begin = document.index(b"[") + 1
    cuts = list(range(500, len(document), 500))
    longest = max(len(json.dumps(record)) for record in records)

    array = OpenArray.find(document[:begin], ("a",))

    # Then no more is ever held than two records and what comes next
    assert array is not None
    assert [
        json.loads(text) for _, text, _ in records_of(array, in_chunks(document[begin:], cuts), 2 * longest + 500)
    ] == records
