"""YAML files: what is taken is what the library makes of it, and the rest is refused with its line."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transactions.assets import asset_folder
from transactions.documents import MAX_BYTES, MAX_DEPTH, MAX_VALUES, DocumentError, Node, read_document, read_yaml

SHIPPED = [*asset_folder("layouts").glob("*.yaml"), *asset_folder("glue").glob("*.yaml")]
IN_ONE_FILE = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
scalars = st.one_of(
    texts,
    st.integers(-(2**62), 2**62),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False),
    st.sampled_from(["yes", "0x1F", "1_000", "~", "1:30", "2025-10-01", ".inf", "=", "<<", "- a", "*a", "&a", "!a"]),
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))


def _read(tmp_path: Path, content: bytes | str) -> Any:
    path = tmp_path / "file.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_yaml(path)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_what_ships_is_read_as_the_library_reads_it(path: Path) -> None:
    assert read_yaml(path) == yaml.safe_load(path.read_bytes())


@IN_ONE_FILE
@given(value=values, flow=st.booleans())
def test_any_value_that_the_library_writes_is_read_back(tmp_path: Path, value: Any, flow: bool) -> None:  # noqa: FBT001
    written = yaml.safe_dump(value, default_flow_style=flow)

    assert _read(tmp_path, written) == value


@IN_ONE_FILE
@given(
    content=st.lists(st.sampled_from([*"[]{},:?-&*!|>'\"\n #ab1", "- ", ": ", "? ", "  ", "<<", "..."])).map("".join)
)
def test_any_text_is_a_value_or_refused(tmp_path: Path, content: str) -> None:
    with suppress(DocumentError):
        _read(tmp_path, content)


def test_keys_are_the_texts_that_stand_there(tmp_path: Path) -> None:
    assert _read(tmp_path, "{1: a, NO: b, 010: c, 2025-10-01: d}") == {
        "1": "a",
        "NO": "b",
        "010": "c",
        "2025-10-01": "d",
    }


def test_aliases_stand_for_what_they_name(tmp_path: Path) -> None:
    assert _read(tmp_path, "- &word w\n- &list [*word, {a: *word}]\n- *list") == [
        "w",
        ["w", {"a": "w"}],
        ["w", {"a": "w"}],
    ]


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number + 1}: &a{number + 1} [{', '.join([f'*a{number}'] * 9)}]\n" for number in range(15)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{number + 1}: &a{number + 1} [*a{number}]\n" for number in range(MAX_DEPTH + 1))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a: 1\nb: 2\na: 3", "3:1: a stands there twice: on line 1 already"),
        ("a:\n  b: 1\n  c: {d: 1, 'd': 2}", "3:13: d stands there twice"),
        ("[" * 100_000, f"1:21: lists and mappings stand more than {MAX_DEPTH} deep"),
        ("{a: " * 50_000, f"more than {MAX_DEPTH} deep"),
        ("- " * 100_000 + "a", f"more than {MAX_DEPTH} deep"),
        ("? " * 100_000 + "a", f"more than {MAX_DEPTH} deep"),
        (LAUGHS, f"5:20: more than {MAX_VALUES} values"),
        (CHAIN, f"{MAX_DEPTH}:12: lists and mappings stand more than {MAX_DEPTH} deep"),
        ("[" + "a," * (MAX_VALUES + 1) + "]", f"1:40000: more than {MAX_VALUES} values"),
        ("a" * (MAX_BYTES + 1), "larger than 256 KiB"),
        ("a: &a [*a]", "1:8: *a stands for nothing that is complete"),
        ("a: *b", "1:4: *b stands for nothing"),
        ("? [a]\n: b", "1:3: a key is a text"),
        ("a: !!python/object b", "1:4: the tag tag:yaml.org,2002:python/object is not taken"),
        ("a: !!int b", "the tag tag:yaml.org,2002:int is not taken"),
        ("a: 2025-13-01", "1:4: no value: month"),
        ("a: " + "9" * 5_000, "1:4: no value: Exceeds the limit"),
        ("a: 0x" + "F" * 5_000, "1:4: no value: the number is too large"),
        ("a: 0b_", "1:4: no value: invalid literal"),
        ('a:\n - "\\0"', "2:4: a NUL character"),
        ("a: 1\nb: \x00", "2:4: control characters are not allowed"),
        (b"a: 1\nb: \xff", "2:4: invalid"),
        ("a\n---\nb", "2:1: a second document begins"),
        ("a: [", "2:1: did not find expected node content"),
        ("\ta: 1", "1:1: a tab: indent with spaces"),
        ("a:\n\tb: 1", "2:1: a tab: indent with spaces"),
        ("a: @b", "1:4: a text that begins with @ needs quotes"),
        ("a: b: c", "1:5: a colon that ends no key"),
        ("a: [1, 2\nb: 3", "2:2: did not find expected ',' or ']' while parsing a flow sequence that begins at 1:4"),
    ],
    ids=range(29),
)
def test_what_is_unsupported_is_refused_with_its_place(tmp_path: Path, content: bytes | str, reason: str) -> None:
    with pytest.raises(DocumentError) as error:
        _read(tmp_path, content)

    assert reason in str(error.value)


def test_all_that_is_wrong_with_a_document_is_told_at_once(tmp_path: Path) -> None:
    content = 'a: !x 1\nb: 2025-13-01\na: 2\nc: ["\\0", {d: 1, d: 2}]\ne: [\n'

    with pytest.raises(DocumentError) as error:
        _read(tmp_path, content)

    assert [line.partition(": ")[::2] for line in str(error.value).splitlines()] == [
        ("1:4", "the tag !x is not taken; a text with ! at its beginning needs quotes"),
        ("2:4", "no value: month must be in 1..12; a text needs quotes"),
        ("3:1", "a stands there twice: on line 1 already"),
        ("4:5", "a NUL character is not taken"),
        ("4:18", "d stands there twice: on line 4 already"),
        ("6:1", "did not find expected node content while parsing a flow node that begins at 6:1"),
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_key_is_found_at_its_place(path: Path) -> None:
    document, lines = read_document(path), path.read_text(encoding="utf-8").splitlines()

    def check(node: Node, way: str) -> None:
        for name, member in (node.members or {}).items():
            below = f"{way}.{name}" if way else name
            line, column = document.root.place_of(below)
            assert lines[line - 1][column - 1 :].lstrip("'\"").startswith(name), below
            check(member, below)
        for number, item in enumerate(node.items or ()):
            check(item, f"{way}[{number}]")

    check(document.root, "")


def test_a_path_that_leads_on_ends_at_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text("a:\n  - b: 1\n  - c: 2\n")
    root = read_document(tmp_path / "file.yaml").root

    assert [root.place_of(path) for path in ("a[1].c", "a[1].d", "a[2]", "x", "")] == [
        (3, 5),
        (3, 5),
        (1, 1),
        (1, 1),
        (1, 1),
    ]


def test_an_empty_file_has_no_value(tmp_path: Path) -> None:
    assert _read(tmp_path, "# nothing") is None
