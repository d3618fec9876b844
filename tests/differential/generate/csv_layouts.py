"""Random CSV layouts: dialects, headers, captured facts."""

import json
from random import Random
from typing import Any

from tests.differential.generate import layouts
from tests.differential.generate.chance import chance, weighted

_DELIMITERS = {",": 5.0, ";": 5.0, "\t": 2.0, "|": 1.0, "^": 0.3, "~": 0.3, ":": 0.2, "#": 0.1, "\x1f": 0.1}
_ENCODINGS = {
    "utf-8": 12.0, "iso-8859-1": 2.0, "cp1252": 2.0, "cp1250": 0.7, "cp1251": 1.0, "cp1257": 0.3, "gb18030": 0.8,
    "shift_jis": 0.4,
    "utf-16": 0.8, "utf-16-le": 0.4, "utf-8-sig": 0.3, "koi8-r": 0.2, "mac_roman": 0.2, "cp437": 0.2, "big5": 0.3,
    "euc_kr": 0.2,
    "iso2022_jp": 0.1, "ascii": 0.3, "utf-32": 0.2,
}  # fmt: skip


def draw(rng: Random) -> tuple[layouts.Drawn, dict[str, str]]:
    """Draw a layout, with the facts that it captures."""
    drawn = layouts.draw(rng, "csv")
    _add_dialect(rng, drawn.layout)
    _add_headers(rng, drawn.layout)
    return drawn, _add_captures(rng, drawn.layout)


def _add_dialect(rng: Random, layout: dict[str, Any]) -> None:
    dialect: dict[str, Any] = {"delimiter": weighted(rng, _DELIMITERS)}
    quote = weighted(rng, {'"': 8.0, "'": 1.0, None: 1.0, "`": 0.2})
    if quote != '"':
        dialect["quoteChar"] = quote
    if chance(rng, 0.15):
        dialect["header"] = False
    elif chance(rng, 0.35):
        dialect["headerWithin"] = rng.choice([2, 5, 15])
    if dialect.get("header", True) and chance(rng, 0.1):
        dialect["anyOrder"] = True
    if chance(rng, 0.35):
        dialect["trim"] = True
    if quote and chance(rng, 0.35):
        dialect["lineBreaksInCells"] = True
    else:
        dialect |= _lines_to_add_placeholder(rng, dialect["delimiter"])
    layout["dialect"] = dialect
    words = json.dumps(layout, ensure_ascii=False)
    layout["encoding"] = weighted(rng, {name: weight for name, weight in _ENCODINGS.items() if _can_write(name, words)})


def _can_write(encoding: str, words: str) -> bool:
    try:
        words.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _lines_to_add_placeholder(rng: Random, delimiter: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if chance(rng, 0.1) and delimiter != "#":
        found["commentChar"] = "#"
    if chance(rng, 0.1):
        found["skipLines"] = rng.choice([["^Total"], ["^-+$", "^ *$"], ["Daily", "^End of"]])
    if chance(rng, 0.1):
        found["footer"] = rng.choice(["^Total", "^End of report$"])
    return found


def _add_headers(rng: Random, layout: dict[str, Any]) -> None:
    """Let columns be optional, or have a header of another name."""
    fields, any_order = layout["schema"]["fields"], layout["dialect"].get("anyOrder")
    if not any_order:
        for field in fields[len(fields) - weighted(rng, {0: 8.0, 1: 1.0, 2: 1.0}) :]:
            field["optional"] = True
    for field in fields:
        plain = _plain_header(layout["dialect"], field["name"])
        if plain != field["name"] and not chance(rng, 0.05):
            field["header"] = plain
    for field in fields:
        if any_order and chance(rng, 0.15) and len(fields) > 1:
            field["optional"] = True
        elif not any_order and chance(rng, 0.06):
            field["header"] = rng.choice(["", "Text", "Amount", "Total"])
    if all(field.get("optional") for field in fields):
        del fields[0]["optional"]


def _plain_header(dialect: dict[str, Any], name: str) -> str:
    """Return a header's cell that a file of the dialect can have."""
    if dialect.get("quoteChar", '"') is None:
        name = name.replace(dialect["delimiter"], "")
    return name.strip() if dialect.get("trim") else name


def _add_captures(rng: Random, layout: dict[str, Any]) -> dict[str, str]:
    """Let facts be captured; return where they stand: ``preamble``, ``fileName`` or ``header``."""
    mapping, facts = layout["mapping"], dict[str, str]()
    if "account_id" in mapping or not chance(rng, 0.2):
        return facts
    has_header = layout["dialect"].get("header", True)
    source = rng.choice(["preamble", "fileName", "header"] if has_header else ["fileName"])
    if source == "header":
        field = rng.choice(layout["schema"]["fields"])
        field.pop("header", None)
        field["headerPattern"] = r"Field [(](?P<account>[A-Z0-9]+)[)]"
    else:
        pattern = "Konto[: ]+([A-Z0-9]+)" if source == "preamble" else "_([0-9]{4,})_"
        layout["captures"] = [{"name": "account", "pattern": pattern, "source": source}]
        if source == "preamble":
            layout["dialect"]["headerWithin"] = 15
    mapping["account_id"] = {"function": "captured", "capture": "account"}
    facts[source] = rng.choice(["DE02", "0012345", "X9"])
    return facts
