"""Random JSON files."""

import json
from random import Random
from typing import Any

from tests.differential.generate import (
    balances,
    csv_files,
    derived,
    fees,
    json_layouts,
    mutations,
    others,
    record_paths,
    texts,
)
from tests.differential.generate.case import Case
from tests.differential.generate.chance import chance, weighted
from tests.differential.generate.json_writing import Raw, Style, written

_ODD_NUMBERS = (
    "1e5",
    "1E-2",
    "-0",
    "1.0e+2",
    "007",
    "1-2+3e.",
    "0x1",
    "NaN",
    "1.",
    "-",
    ".5",
    "+1",
    "1.005",
    "123456789012345",
    "-Infinity",
    "1_0",
)
_TRICKY = (
    "},",
    '"},{"',
    "}],",
    "\\",
    '\\"',
    "[",
    '{"Amount":1}',
    '"Amount": 7',
    ",",
    ":",
    "\u2028",
    "//",
    "/* */",
    "a\tb",
)
_HALF = "\\ud83d"

Value = Any


def draw(seed: int, number: int, rng: Random) -> Case:
    """Draw a layout and a file."""
    drawn, outer = json_layouts.draw(rng)
    layout, path = drawn.layout, drawn.layout.get("recordPath", "")
    divided = record_paths.add(Random(f"{seed} {number} record paths"), layout, outer)  # noqa: S311 no secret
    count = weighted(rng, {0: 0.3, 1: 1.0, 5: 6.0, 12: 3.0, 40: 0.5}) + rng.randint(0, 2)
    charging = Random(f"{seed} {number} fees")  # noqa: S311 no secret
    fees.add(charging, layout)
    rows = [drawn.row(rng) for _ in range(count)]
    fees.fill(charging, layout, rows)
    balances.add(rng, layout, rows)
    long = drawn.lengthen(rng, rows)
    derived.add(Random(f"{seed} {number} derived"), layout, rows)  # noqa: S311 no secret
    records = [_record(rng, layout, row, outer) for row in rows]
    records = [record for record in records for _ in range(weighted(rng, {1: 20.0, 2: 1.0}))]
    record_paths.tell_apart(Random(f"{seed} {number} fields of lists"), layout)  # noqa: S311 no secret
    style = Style.draw(rng)
    if layout.get("jsonLines"):
        end = weighted(rng, {"\n": 5.0, "\r\n": 2.0, "\r": 0.5})
        lines = [written(rng, record, style.on_one_line) for record in records]
        text = "".join(_line(rng, line) + end for line in lines)
        text = text if chance(rng, 0.85) else text.removesuffix(end)
    else:
        text = written(rng, divided(_around(rng, record_paths.steps_of(path), records, "$", outer)), style)
    fields = layout["schema"]["fields"]
    kinds = {"json", "json lines" if layout.get("jsonLines") else "json document"}
    special = {
        "fields around the records": outer,
        "derived fields": layout.get("derived"),
        "several record paths": isinstance(layout.get("recordPath"), list),
        "fields of one list": any(field["name"].startswith("$") and field["name"] not in outer for field in fields),
        "records as long as may be": long,
    }
    kinds |= {kind for kind, has in special.items() if has}
    if chance(rng, 0.12):
        text, kinds = _mutated(rng, text), kinds | {"mutated text"}
    content = text.encode("utf-8", "surrogatepass")
    if chance(rng, 0.05):
        content = b"\xef\xbb\xbf" + content
    if chance(rng, 0.1):
        content, kinds = mutations.of_bytes(rng, content), kinds | {"mutated bytes"}
    if chance(rng, 0.03):
        content, kinds = csv_files.packed(rng, content), kinds | {"gzip"}
    blocks = csv_files.drawn_blocks(rng, len(content))
    kinds |= blocks.kinds
    further = others.draw(rng, layout, lambda rng: json_layouts.draw(rng)[0].layout)
    if further:
        kinds.add("several layouts")
    return Case(
        seed=seed,
        number=number,
        layout=layout,
        content=content,
        file_name="file.json",
        blocks=blocks,
        kinds=frozenset(kinds),
        others=further,
    )


def _record(rng: Random, layout: dict[str, Any], row: dict[str, str], outer: dict[str, str]) -> Value:
    if chance(rng, 0.01):
        return rng.choice([None, 5, "text", [], [{}], Raw("tru"), Raw(""), {}, True])
    record: list[tuple[str, Value]] = []
    for spec in layout["schema"]["fields"]:
        name = spec["name"]
        if name in outer:
            continue
        value = _value(rng, spec, row.get(name, ""))
        if value is not None or chance(rng, 0.3):
            _put(rng, record, name.split("."), value)
    for _ in range(weighted(rng, {0: 3.0, 1: 2.0, 3: 1.0})):
        record.insert(
            rng.randint(0, len(record)),
            (rng.choice(["x", "extra", "}", "Amount x", "note"]) + str(len(record)), _unread(rng)),
        )
    if chance(rng, 0.3):
        rng.shuffle(record)
    if record and chance(rng, 0.006):
        record.append((rng.choice(record)[0], _value(rng, {"type": "string"}, "again")))
    return record


_NUMBERS = ("5", "-5", "12.5", "-0.50", "1.500", "-1.050", "1234.505", "0.1230", "1e2", "150", "-0", "1000")


def _put(rng: Random, record: list[tuple[str, Value]], names: list[str], value: Value) -> None:
    name, *further = names
    if not further:
        record.append((name, value))
        return
    inner = next((node for own, node in record if own == name and isinstance(node, list)), None)
    if inner is None:
        inner = []
        record.append((name, rng.choice([None, "text", 5, Raw("[[]]")]) if chance(rng, 0.005) else inner))
    _put(rng, inner, further, value)


def _value(rng: Random, spec: dict[str, Any], text: str) -> Value:
    """Return a field's value: a text, or what is written as it is; None for none."""
    kind, declared = spec.get("jsonType", "string"), spec.get("jsonType")
    if isinstance(declared, list):
        kind = rng.choice(declared)
    if chance(rng, 0.008):
        return rng.choice([5, "5", True, None, [("a", 1)], [[1]], Raw('{"#number":"5.00"}'), Raw("1.50"), ""])
    if not text and chance(rng, 0.7):
        return None
    if kind == "array":
        return _texts(rng, text)
    if kind == "boolean":
        return len(text) % 2 == 0
    if kind == "number":
        return _number(rng, spec, text)
    odd = spec["type"] == "string" and chance(rng, 0.03)
    return (Raw(f'"{_HALF}"') if chance(rng, 0.03) else rng.choice(_TRICKY)) if odd else text


def _texts(rng: Random, text: str) -> Value:
    """Return an array with the words of a text, and seldom something else among them."""
    elements: list[Value] = list(text.split(" ")) if chance(rng, 0.6) else [text]
    if chance(rng, 0.15):
        elements.insert(rng.randint(0, len(elements)), rng.choice([None, "", " ", rng.choice(_TRICKY)]))
    if chance(rng, 0.04):
        elements.append(rng.choice([5, True, [], [("a", "b")], ["nested"], Raw("1.50"), Raw(f'"{_HALF}"')]))
    return tuple(elements)


def _number(rng: Random, spec: dict[str, Any], text: str) -> Value:
    if chance(rng, 0.01):
        return Raw(rng.choice(_ODD_NUMBERS))
    if isinstance(spec["jsonType"], list) and spec["type"] == "number":
        text = rng.choice(_NUMBERS)
    elif spec["type"] == "string":
        text = "".join(filter(str.isdigit, text)).lstrip("0") or "0"
    return Raw(text) if text else None


def _unread(rng: Random) -> Value:
    """Draw a value that no field leads to."""
    inner = [("Amount", Raw("1.00")), ("Booked", "2025-10-01")]
    return rng.choice([
        None, True, 17, Raw("1e300"), rng.choice(_TRICKY), texts.any_text(rng), inner, [inner, inner], [[]], [], [1,
        "}", None],
        json.dumps({"Amount": 5, "x": [1, {"y": "},"}]}), [("deep", [("deeper", [("Amount", 1)])])], [("a", 1),
        ("a", 2)] if chance(rng, 0.1) else 1,
    ])  # fmt: skip


def _around(rng: Random, steps: list[str], records: list[Value], path: str, outer: dict[str, str]) -> Value:
    """Put the records where the layout's path leads, with the fields around them."""
    if chance(rng, 0.004):
        return rng.choice([None, "text", 5, [], [[]], True])
    if not steps:
        return records[0] if records else [("none", None)]
    step, *further = steps
    if step == "[*]" and not further:
        return _array(records)
    if step == "[*]":
        cut = sorted(rng.randint(0, len(records)) for _ in range(rng.randint(0, 2)))
        groups = [records[start:end] for start, end in zip([0, *cut], [*cut, len(records)], strict=True)]
        return _array([_around(rng, further, group, f"{path}[*]", outer) for group in groups])
    members: list[tuple[str, Value]] = [(step, _around(rng, further, records, f"{path}.{step}", outer))]
    for name in outer:
        rest = name.removeprefix(f"{path}.")
        if rest != name and "[*]" not in rest and not chance(rng, 0.05):
            _put(
                rng,
                members,
                rest.split("."),
                rng.choice(["DE02", "CH93", "", None, texts.any_text(rng)]) if not chance(rng, 0.02) else 5,
            )
    for _ in range(rng.randint(0, 2)):
        members.append((rng.choice(["meta", "links", "page", "Amount"]) + str(len(members)), _unread(rng)))
    if chance(rng, 0.4):
        rng.shuffle(members)
    if chance(rng, 0.004):
        members.append(members[0])
    return members


def _array(elements: list[Value]) -> Value:
    return tuple(elements)


def _line(rng: Random, line: str) -> str:
    if chance(rng, 0.02):
        line = f"{rng.choice(['', '', ' '])}\n{line}"
    if chance(rng, 0.02):
        line = rng.choice(
            [
                f" {line}",
                f"\t{line}",
                f"{line} ",
                f"{line}\t",
                f"{line}{line}",
                line[:-1],
                f"[{line}]",
                f"{line},",
                f"  {line}",
            ]
        )
    return line


def _mutated(rng: Random, text: str) -> str:
    return mutations.of_json(rng, text)
