"""Any layout is refused with its reason, or reads any file: nothing else comes of a mutated one."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.transactions.support import transform, validate
from transactions.assets import asset_folder
from transactions.errors import LayoutError
from transactions.layouts.catalog import read_layout
from transactions.layouts.encodings import ENCODINGS

SHIPPED = {
    path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(asset_folder("layouts").glob("*.yaml"))
}
Container = dict[str, Any] | list[Any]


def _places(node: Any) -> Iterator[tuple[Container, Any]]:
    """Yield each value of a document by the container that it stands in and its key there."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(entries):
        yield node, key
        yield from _places(value)


def _by_key() -> dict[str, list[Any]]:
    found = dict[str, list[Any]]()
    for document in SHIPPED.values():
        for container, key in _places(document):
            found.setdefault(str(key), []).append(container[key])
    return found


IN_USE = _by_key()
"""What the layouts that ship have for each key: a value of another one fits more often than any other."""
FIELD_NAMES = [field["name"] for document in SHIPPED.values() for field in document["schema"]["fields"]]
ODD_TEXTS = [
    *[
        "",
        " ",
        "'",
        '"',
        "'; DROP TABLE staged; --",
        "{}",
        "{x}",
        "\\",
        "$",
        "$.a",
        "$[*]",
        "a.b",
        "%",
        "%Y",
        "a\nb",
        "\0",
    ],
    *[
        "\t",
        "\r\n",
        "\x1b",
        "\x1f",
        "\x85",
        "\u2028",
        "\ufeff",
        "😀",
        "İ",
        "ß",
        "-",
        "\u2212",
        "+",
        "0",
        "1e9",
        ".",
        ",",
    ],
    *["NULL", "number", "c0", "record", "x" * 3_000, "EUR"],
]
PATTERNS = [
    "",
    "a",
    "^",
    "$",
    ".*",
    "(.*)",
    "(.+)?",
    "(a)|b",
    "(?P<x>.)|b",
    "(?P<currency>[A-Z]{3})",
    r"\s+",
    "[^;]*",
    "'",
]
PATTERNS += ["(", "(?i)a", r"\Z", "a{,35}", "[a-z]{0,2000}", "(?x)a", r"\u0078", "(?=a)", "a++", ".{900}" * 9, r"\d+\b"]
DATE_FORMATS = [
    "%Y-%m-%d",
    "%d.%m.%y",
    "%Y%-m%-d",
    "%d%b%Y",
    "%-d %b %Y",
    "%Y-%m-%d%",
    "%d'%m'%Y",
    "%%",
    "%d.%m.%Y %H:%M%z",
]
odd_texts = st.sampled_from(ODD_TEXTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
texts = odd_texts | st.sampled_from(FIELD_NAMES)
numbers = st.sampled_from([0, 1, -1, 5, 99, 100, 10**30, 0.5, -0.5, 1e300, float("nan"), float("inf")])
scalars = texts | numbers | st.sampled_from([None, True, False])
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
characters = st.characters(max_codepoint=127)
words = st.lists(texts, min_size=1, max_size=3)
MADE_FOR: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(["delimiter", "quoteChar", "escapeChar", "commentChar", "decimalChar", "groupChar"], characters),
    **dict.fromkeys(["pattern", "headerPattern", "footer"], st.sampled_from(PATTERNS)),
    **dict.fromkeys(["prefixes", "suffixes", "credit", "debit", "missingValues", "debitWords", "creditWords"], words),
    **dict.fromkeys(
        ["header", "anyOrder", "trim", "lineBreaksInCells", "finalLineEnd", "jsonLines", "optional"],
        st.booleans() | texts,
    ),
    "constraints": st.sampled_from(PATTERNS).map(lambda pattern: {"pattern": pattern}),
    "skipLines": st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3),
    "minusChars": st.lists(characters | st.sampled_from("\u2212\u2013▲"), min_size=1, max_size=2),
    "encoding": st.sampled_from(" ".join(ENCODINGS.values()).split())
    | st.sampled_from(["zip", "idna", "undefined", "utf-7"]),
    "format": st.sampled_from(DATE_FORMATS),
    "months": st.lists(st.sampled_from("abcdefghijklmABß1") | odd_texts, min_size=12, max_size=12),
    "pivot": st.integers(-1, 100),
    "headerWithin": st.sampled_from([0, 1, 100, 101, 10**9]),
    "recordPath": st.sampled_from(["$", "$[*]", "$.a.b[*]", "$..a", "$.a[*].b[*]", "$" + ".a" * 500]) | odd_texts,
    "ignoredArrays": st.lists(st.sampled_from(["$[*]", "$.a[*]", "$.a", ""]), min_size=1, max_size=2),
    "separator": odd_texts,
    "values": words | st.dictionaries(texts, texts, min_size=1, max_size=3),
    "captures": st.sampled_from(PATTERNS).map(lambda pattern: [{"name": "currency", "pattern": pattern}]),
    "jsonType": st.lists(st.sampled_from(["string", "number", "boolean"]), min_size=1, max_size=3),
    "continuationLines": st.builds(lambda names, text: {"join": names, "separator": text}, words, odd_texts),
    "drop": st.builds(lambda field, pattern: [{"field": field, "pattern": pattern}], texts, st.sampled_from(PATTERNS)),
    "limits": st.dictionaries(st.sampled_from(["rejectedShare", "bookingDates", "spanDays", "ageDays"]), numbers),
    "due": texts.map(lambda zone: {"by": "09:30", "timeZone": zone}),
}


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Draw a layout that ships with a few values removed, replaced or added."""
    name = draw(st.sampled_from(list(SHIPPED)))
    document: dict[str, Any] = deepcopy(SHIPPED[name])
    for _ in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(list(_places(document))))
        if isinstance(container, dict) and draw(st.booleans()):
            key = draw(st.sampled_from(list(MADE_FOR)))
            container[key] = draw(MADE_FOR[key])
        elif draw(st.integers(0, 9)) == 0:
            del container[key]
        else:
            container[key] = deepcopy(draw(st.sampled_from(IN_USE.get(str(key), [None])) | values))
    return name, document


def _sample(name: str) -> bytes:
    return next(asset_folder("layouts").glob(f"{name}.sample.*")).read_bytes()


@settings(
    max_examples=150,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(made=mutated(), file=st.sampled_from(list(SHIPPED)))
def test_a_mutated_layout_is_refused_or_reads_files(made: tuple[str, dict[str, Any]], file: str) -> None:
    with TemporaryDirectory() as folder:
        name, document = made
        path = Path(folder, f"{name}.yaml")
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        try:
            layout = read_layout(path)
        except LayoutError as error:
            refused = str(error)
            assert all(line.startswith(f"{path.name}:") for line in refused.splitlines())
            return
        # A layout that is taken reads its own sample and another's file, by whatever name they come.
        for content in (_sample(layout.name), _sample(file)):
            name = layout.sample.file_name
            validation = validate(
                content, path.parent, layout.partner, layouts=[layout], file_format=layout.format, file_name=name
            )
            if validation.verdict != "REJECTED":
                output = transform(content, path.parent, layout, file_name=name)
                assert output.transformation.counts == validation.counts
                assert output.transformation.totals == validation.totals
