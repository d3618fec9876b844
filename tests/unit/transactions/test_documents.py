"""YAML files: what is taken is what the library makes of it, and the rest is refused with its line."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transactions.assets import asset_folder
from transactions.documents import MAX_BYTES, MAX_DEPTH, MAX_VALUES, DocumentError, read_yaml

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
        ("a: 1\nb: 2\na: 3", "line 3: a stands there twice"),
        ("a:\n  b: 1\n  c: {d: 1, 'd': 2}", "line 3: d stands there twice"),
        ("[" * 100_000, f"line 1: lists and mappings stand more than {MAX_DEPTH} deep"),
        ("{a: " * 50_000, f"more than {MAX_DEPTH} deep"),
        ("- " * 100_000 + "a", f"more than {MAX_DEPTH} deep"),
        ("? " * 100_000 + "a", f"more than {MAX_DEPTH} deep"),
        (LAUGHS, f"line 5: more than {MAX_VALUES} values"),
        (CHAIN, f"line {MAX_DEPTH}: lists and mappings stand more than {MAX_DEPTH} deep"),
        ("[" + "a," * (MAX_VALUES + 1) + "]", f"line 1: more than {MAX_VALUES} values"),
        ("a" * (MAX_BYTES + 1), "larger than 256 KiB"),
        ("a: &a [*a]", "line 1: *a stands for nothing that is complete"),
        ("a: *b", "line 1: *b stands for nothing"),
        ("? [a]\n: b", "line 1: a key is a text"),
        ("a: !!python/object b", "line 1: the tag tag:yaml.org,2002:python/object is not taken"),
        ("a: !!int b", "the tag tag:yaml.org,2002:int is not taken"),
        ("a: 2025-13-01", "line 1: no value: month"),
        ("a: " + "9" * 5_000, "line 1: no value: Exceeds the limit"),
        ("a: 0x" + "F" * 5_000, "line 1: no value: the number is too large"),
        ("a: 0b_", "line 1: no value: invalid literal"),
        ('a:\n - "\\0"', "line 2: a NUL character"),
        ("a: 1\nb: \x00", "line 2: control characters are not allowed"),
        (b"a: 1\nb: \xff", "line 2: invalid"),
        ("a\n---\nb", "line 2: a second document begins"),
        ("a: [", "line 2: did not find expected node content"),
        ("\ta: 1", "line 1: found character that cannot start any token"),
    ],
    ids=range(25),
)
def test_what_is_unsupported_is_refused_with_its_line(tmp_path: Path, content: bytes | str, reason: str) -> None:
    with pytest.raises(DocumentError) as error:
        _read(tmp_path, content)

    assert reason in str(error.value)


def test_an_empty_file_has_no_value(tmp_path: Path) -> None:
    assert _read(tmp_path, "# nothing") is None
