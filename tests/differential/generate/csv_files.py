"""Random CSV files."""

import codecs
import gzip
import json
from random import Random
from typing import Any

from tests.differential.generate import (
    balances,
    closings,
    continuations,
    csv_layouts,
    currencies,
    derived,
    early_ends,
    escapes,
    fees,
    header_breaks,
    leading,
    mutations,
    others,
    sections,
)
from tests.differential.generate.case import Blocks, Case
from tests.differential.generate.chance import chance, weighted

_ABOVE = (
    "",
    "Statement of account",
    '"Account";"DE02000000000000000001"',
    "Date: 2025-10-31",
    "a,b,c;d|e",
    '"open',
    " ",
    ";;;;",
)
_BELOW = ("Total;;-961.20", "Total", "End of report", "", ";;;", "Total: 12.00")


def draw(seed: int, number: int, rng: Random) -> Case:
    """Draw a layout and a file."""
    drawn, facts = csv_layouts.draw(rng)
    layout, kinds = drawn.layout, {"csv"}
    escapes.add(Random(f"{seed} {number} escapes"), layout["dialect"])  # noqa: S311 no secret
    dice = Random(f"{seed} {number} leading")  # noqa: S311 no secret
    leading.add(dice, layout, facts)
    header_breaks.add(Random(f"{seed} {number} header breaks"), layout)  # noqa: S311 no secret
    charging = Random(f"{seed} {number} fees")  # noqa: S311 no secret
    fees.add(charging, layout)
    choosing = Random(f"{seed} {number} currencies")  # noqa: S311 no secret
    currencies.add(choosing, layout)
    closing = Random(f"{seed} {number} closings")  # noqa: S311 no secret
    closings.add(closing, layout, facts)
    continuing = Random(f"{seed} {number} continuations")  # noqa: S311 no secret
    continuations.add(continuing, layout)
    columns, header = _header(rng, layout, facts)
    drawn_rows = [drawn.row(rng) for _ in range(_row_count(rng))]
    fees.fill(charging, layout, drawn_rows)
    balances.add(rng, layout, drawn_rows)
    currencies.fill(choosing, layout, drawn_rows)
    if drawn.lengthen(rng, drawn_rows):
        kinds.add("records as long as may be")
    derived.add(Random(f"{seed} {number} derived"), layout, drawn_rows)  # noqa: S311 no secret
    early = Random(f"{seed} {number} early ends")  # noqa: S311 no secret
    early_ends.add(early, layout)
    rows = _repeated(rng, [[row.get(name, "") for name in columns] for row in drawn_rows])
    rows = [early_ends.row(early, layout, row) for row in rows]
    lines = [_line(rng, layout, row, kinds) for row in rows]
    lines = continuations.among(
        continuing, layout, lines, columns, lambda cells: _line(continuing, layout, cells, set())
    )
    lines = sections.among(Random(f"{seed} {number} sections"), layout, lines, header, facts)  # noqa: S311 no secret
    above = [*closings.lines(closing, facts), *_above(rng, layout, facts)]
    above += leading.lines(dice, layout, facts, lambda cells: _line(dice, layout, cells, set()), rows)
    if layout["dialect"].get("header", True):
        broken = any("\n" in cell for cell in header)
        written = {**layout, "dialect": {**layout["dialect"], "lineBreaksInCells": True}} if broken else layout
        above.append(_line(rng, written, header, set()))
    lines = [*above, *_with_other_lines(rng, layout, lines)]
    end = weighted(rng, {"\n": 5.0, "\r\n": 3.0, "\r": 1.0})
    text = end.join(lines) + (end if chance(rng, 0.85) else "")
    if chance(rng, 0.15):
        text, kinds = mutations.of_text(rng, text, layout["dialect"]), kinds | {"mutated text"}
    content = _encoded(rng, layout, text)
    if chance(rng, 0.12):
        content, kinds = mutations.of_bytes(rng, content), kinds | {"mutated bytes"}
    if chance(rng, 0.04):
        content, kinds = packed(rng, content), kinds | {"gzip"}
    blocks, file_name = drawn_blocks(rng, len(content)), closings.file_name(_file_name(rng, facts), facts)
    further = others.draw(rng, layout, lambda rng: csv_layouts.draw(rng)[0].layout)
    return Case(
        seed=seed,
        number=number,
        layout=layout,
        content=content,
        file_name=file_name,
        blocks=blocks,
        kinds=frozenset(kinds | _kinds(layout, blocks) | ({"several layouts"} if further else set())),
        others=further,
    )


def _header(rng: Random, layout: dict[str, Any], facts: dict[str, str]) -> tuple[list[str], list[str]]:
    """Return the fields in the file's order, and the header's cells."""
    fields = list(layout["schema"]["fields"])
    if layout["dialect"].get("anyOrder"):
        rng.shuffle(fields)
        fields = [field for field in fields if not field.get("optional") or chance(rng, 0.6)]
    header = [
        f"Field ({facts['header']})" if "headerPattern" in field else field.get("header", field["name"])
        for field in fields
    ]
    while header and fields[len(header) - 1].get("optional") and chance(rng, 0.4):
        header.pop()
    if chance(rng, 0.02):
        rng.shuffle(header)
    return [field["name"] for field in fields], header


def _row_count(rng: Random) -> int:
    return weighted(rng, {0: 0.4, 1: 1.0, 5: 6.0, 12: 4.0, 40: 1.0}) + rng.randint(0, 2)


def _repeated(rng: Random, rows: list[list[str]]) -> list[list[str]]:
    """Let rows come again, as they are."""
    return [row for row in rows for _ in range(weighted(rng, {1: 20.0, 2: 1.0, 3: 0.2}))]


def _line(rng: Random, layout: dict[str, Any], cells: list[str], kinds: set[str]) -> str:
    """Write a row, mostly as it should be."""
    dialect = layout["dialect"]
    if chance(rng, 0.012):
        cells = rng.choice(
            [cells[:-1], [*cells, "more"], cells[: len(cells) // 2], [*cells, ""], ["" for _ in cells], cells[:1]]
        )
    optional = sum(field.get("optional") is True for field in layout["schema"]["fields"])
    if optional and not dialect.get("anyOrder") and chance(rng, 0.3):
        cells = cells[: len(cells) - rng.randint(1, optional)]
    always = chance(rng, 0.3)
    return str(dialect.get("delimiter", ",")).join(
        _cell(rng, dialect, cell, always=always, kinds=kinds) for cell in cells
    )


def _cell(rng: Random, dialect: dict[str, Any], cell: str, *, always: bool, kinds: set[str]) -> str:
    delimiter, quote = dialect.get("delimiter", ","), dialect.get("quoteChar", '"')
    if quote is None:
        return "".join(" " if character in {delimiter, "\r", "\n"} else character for character in cell)
    breaks = "\n" in cell or "\r" in cell
    if breaks and not dialect.get("lineBreaksInCells") and chance(rng, 0.9):
        cell, breaks = " ".join(cell.split()), False
    padding = (
        rng.choice(["", " ", "  ", "\t", "\u00a0"])
        if dialect.get("trim") and delimiter != "\t" and chance(rng, 0.2)
        else ""
    )
    escaped = escapes.written(rng, dialect, cell)
    if not (always or breaks or delimiter in cell or quote in cell or chance(rng, 0.05)):
        cell = escaped
    else:
        cell = quote + escaped + quote
        if chance(rng, 0.006):
            cell, padding = (
                rng.choice(
                    [
                        cell[:-1],
                        cell[1:],
                        f" {cell}",
                        f"  {cell}",
                        f"{cell} ",
                        f"x{cell}",
                        f"{cell}x",
                        f"{cell} {cell}",
                        quote,
                    ]
                ),
                "",
            )
            kinds.add("odd quotes")
    return f"{padding}{cell}{padding}"


def _above(rng: Random, layout: dict[str, Any], facts: dict[str, str]) -> list[str]:
    """Write the lines above the header."""
    within = layout["dialect"].get("headerWithin", 1)
    if not layout["dialect"].get("header", True):
        return []
    above = [rng.choice(_ABOVE) for _ in range(rng.randint(0, min(within - 1, 6)))]
    if "preamble" in facts and chance(rng, 0.95):
        above[rng.randint(0, len(above)) : 0] = [f"Konto: {facts['preamble']}"]
    return above


def _with_other_lines(rng: Random, layout: dict[str, Any], lines: list[str]) -> list[str]:
    """Put blank lines, comments, totals and a footer among the rows."""
    dialect, found = layout["dialect"], list[str]()
    for line in lines:
        if chance(rng, 0.04):
            found.append(rng.choice(["", "", " ", "\t", "  ", *_blank_rows(rng, dialect)]))
        if dialect.get("commentChar") and chance(rng, 0.1):
            found.append(dialect["commentChar"] + rng.choice(["", " comment", ";;;", ",1,2"]))
        if dialect.get("skipLines") and chance(rng, 0.1):
            found.append(rng.choice(["Total;;-961.20", "Total", "---", "Daily balance", "End of day"]))
        found.append(line)
    if dialect.get("footer") and chance(rng, 0.7):
        found += [rng.choice(["Total", "End of report"]), *(rng.choice(_BELOW) for _ in range(rng.randint(0, 3)))]
    return found


def _blank_rows(rng: Random, dialect: dict[str, Any]) -> list[str]:
    """Return rows whose cells are all empty, as spreadsheet programs write them, or have white space only."""
    quote, delimiter = dialect.get("quoteChar", '"') or "", dialect.get("delimiter", ",")
    empty = ["", " ", "\t", "\u00a0", "\u2003", quote * 2, f"{quote} {quote}", f"{quote}\u00a0{quote}"]
    return [
        delimiter.join(rng.choice(cells) for _ in range(rng.randint(1, 9)))
        for cells in ([""], ["", " "], [quote * 2], empty)
    ]


def _encoded(rng: Random, layout: dict[str, Any], text: str) -> bytes:
    encoding = layout.get("encoding", "utf-8")
    if chance(rng, 0.02):
        encoding = rng.choice(["utf-8", "cp1252", "utf-16", "utf-16-le", "gb18030"])
    content = text.encode(encoding, errors="replace" if encoding != "utf-8" else "surrogatepass")
    if codecs.lookup(encoding).name in {"utf-8", "utf-16-le"} and chance(rng, 0.1):
        content = "\ufeff".encode(encoding) + content
    return content


def packed(rng: Random, content: bytes) -> bytes:
    packed = gzip.compress(content, mtime=0)
    if chance(rng, 0.2):
        half = len(content) // 2
        packed = gzip.compress(content[:half], mtime=0) + gzip.compress(content[half:], mtime=0)
    return mutations.of_bytes(rng, packed) if chance(rng, 0.2) else packed


def drawn_blocks(rng: Random, size: int) -> Blocks:
    """Mostly let borders run through the file: at every few bytes, or at a few places."""
    if chance(rng, 0.3):
        return Blocks()
    chunk = rng.choice([16, 17, 31, 64, 127, 256, 1000, max(16, size // 2), max(16, size - 1)])
    # Each part costs a plan of the engine: most files have few.
    part = max(1, size // weighted(rng, {1: 2.0, 2: 3.0, 4: 2.0, 30: 0.1}))
    segment = weighted(rng, {None: 2.0, 1: 1.0, 2 * part: 1.0})
    return Blocks(chunk=chunk, part=part, records=rng.choice([1, 2, 7, 2000]), segment=segment)


def _file_name(rng: Random, facts: dict[str, str]) -> str:
    known = f"umsatz_{facts['fileName'] if facts.get('fileName', '').isdigit() else '998877'}_2025.csv"
    return known if chance(rng, 0.97) else rng.choice(["file.csv", "x_12_.csv", "Ümsatz_4711_ .csv"])


def _kinds(layout: dict[str, Any], blocks: Blocks) -> set[str]:
    dialect, kinds = layout["dialect"], set[str]()
    named = {
        "trim": "trimmed cells", "lineBreaksInCells": "line breaks in cells", "anyOrder": "columns in any order",
        "skipLines": "skipped lines", "commentChar": "skipped lines", "footer": "footer",
    }  # fmt: skip
    kinds |= {kind for key, kind in named.items() if dialect.get(key)}
    declared = {"sections": "sections", "continuationLines": "continuation lines", "derived": "derived fields"}
    kinds |= {kind for key, kind in declared.items() if layout.get(key)}
    if any("\n" in field.get("header", "") for field in layout["schema"]["fields"]):
        kinds.add("line breaks in headers")
    if '"closing"' in json.dumps(layout):
        kinds.add("dates without a year")
    if not dialect.get("header", True):
        kinds.add("no header")
        if any(capture.get("source") == "preamble" for capture in layout.get("captures", ())):
            kinds.add("facts without header")
    if layout.get("encoding", "utf-8") != "utf-8":
        kinds.add("other encodings")
    if any(field.get("optional") for field in layout["schema"]["fields"]):
        kinds.add("optional columns")
    if any(field.get("optional") == "inRows" for field in layout["schema"]["fields"]):
        kinds.add("rows that end early")
    if dialect.get("escapeChar"):
        kinds.add("escaped quotes")
    keys = {"currencies": "columns of currencies", "feeSign": "signs of fees"}
    return kinds | blocks.kinds | {kind for key, kind in keys.items() if key in layout["mapping"]["amount"]}
