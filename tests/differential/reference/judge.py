"""The answer for one file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from tests.differential.reference.answer import Answer, RefusedError
from tests.differential.reference.choice import choose
from tests.differential.reference.csv_file import CsvRows
from tests.differential.reference.derived import captures_of
from tests.differential.reference.headers import Header, captured, find_header
from tests.differential.reference.json_file import JsonRecords
from tests.differential.reference.mapping import Mapper
from tests.differential.reference.rows import answered
from tests.differential.reference.sections import Sections, find_sections, other_columns, sections_below
from tests.differential.reference.texts import decoded, lines_of, readable_part, refuse_long, unpacked

_OF_WIDE_CHARACTERS = dict.fromkeys(("utf-16-le", "utf-32"), ("HEADER_MISMATCH",))
"""A file of such an encoding without any text may have a header that does not fit."""
_SECTIONS = frozenset(["SECTION_UNDECLARED", "HEADER_MISMATCH"])
"""What comes of another section, or of one with other columns."""
_WIDEST_CHARACTER = 4
"""Bytes of UTF-32: JSON that begins with NUL in so many is known not to be UTF-8."""
_BEFORE_THE_DAMAGE = {"EMPTY_FILE", "HEADER_MISMATCH", "CAPTURE_MISSING", "MALFORMED_CSV", "MALFORMED_JSON"}
"""Of a damaged gzip file, the part that could be unpacked may be refused first."""


def judge(layouts: Sequence[Mapping[str, Any]], content: bytes, file_name: str, received_on: date) -> dict[str, Answer]:
    """Say what the pages make of ``content``, by the layout that it may be found to have; one named "" for none."""
    try:
        plain = unpacked(content)
    except RefusedError as refused:
        return {"": Answer(refusals=refused.codes | _BEFORE_THE_DAMAGE)}
    choice = choose(layouts, plain)
    codes = choice.codes | ({"EMPTY_FILE"} if choice.codes and not plain.strip() else set())
    if codes and layouts[0]["format"] == "json" and not _is_utf8(plain):
        codes |= {"NOT_DECODABLE"}
    answers = {layout["name"]: _judged(layout, plain, file_name, received_on) for layout in choice.layouts}
    return {"": Answer(refusals=codes), **answers} if codes else answers


def _is_utf8(content: bytes) -> bool:
    """Return whether ``content`` is UTF-8; what begins like UTF-16 or UTF-32 is not."""
    try:
        return "\x00" not in content.decode("utf-8")[:_WIDEST_CHARACTER]
    except UnicodeDecodeError:
        return False


def _judged(layout: Mapping[str, Any], content: bytes, file_name: str, received_on: date) -> Answer:
    encoding = layout.get("encoding", "utf-8")
    try:
        text = decoded(content, encoding)
    except RefusedError as refused:
        before = _of_text(layout, readable_part(content, encoding), file_name, received_on)
        # Text of another encoding, read as UTF-16, is no header, and first rows with it may not fit: seen first.
        first = encoding.startswith(("utf-16", "utf-32")) or not layout.get("dialect", {}).get("header", True)
        header = {"HEADER_MISMATCH"} if first and layout["format"] == "csv" else set()
        return Answer(refusals=refused.codes | header | (before.refusals - {"NO_RECORDS"}))
    return _of_text(layout, text, file_name, received_on)


def _of_text(layout: Mapping[str, Any], text: str, file_name: str, received_on: date) -> Answer:
    try:
        of_format = _of_csv if layout["format"] == "csv" else _of_json
        return of_format(layout, text, file_name, received_on)
    except RefusedError as refused:
        return Answer(refusals=refused.codes)


def _of_csv(layout: Mapping[str, Any], text: str, file_name: str, received_on: date) -> Answer:
    if not text.strip():
        raise RefusedError("EMPTY_FILE", *_OF_WIDE_CHARACTERS.get(layout.get("encoding", "utf-8"), ()))
    lines = lines_of(text)
    try:
        header = find_header(layout, lines)
    except RefusedError as refused:
        # Text of another encoding is no header; with NUL in it, it is known to be UTF-16.
        raise RefusedError(*refused.codes, *(["NOT_DECODABLE"] if "\x00" in text else [])) from refused
    try:
        refuse_long(lines, "MALFORMED_CSV")
    except RefusedError as refused:
        # What is wrong further up may be seen first.
        raise RefusedError(*refused.codes, *_wrong_sections(layout, header, lines)) from refused
    facts = {**header.facts, **captured(layout, "fileName", [file_name])}
    if captures_of(layout) - facts.keys() and not layout.get("sections"):
        raise RefusedError("CAPTURE_MISSING")
    sections = _sections(layout, header, lines) if layout.get("sections") else None
    rows = CsvRows(layout, lines, header, above_sections=sections.above if sections else {})
    doubts = frozenset(["HEADER_MISMATCH"] if header.may_be_another else [])
    try:
        answer = answered(Mapper(layout, facts, received_on, sections=sections), rows.rows())
    except RefusedError as refused:
        if sections:
            raise RefusedError(*refused.codes, *doubts) from refused
        _, possible = sections_below(layout, header, lines, ())
        raise RefusedError(*refused.codes, *doubts, *(_SECTIONS if possible else ())) from refused
    certain, possible = (
        sections_below(layout, header, lines, answer.rows) if header.facts and not sections else (False, False)
    )
    if certain:
        raise RefusedError(*_SECTIONS, *doubts)
    doubts |= _SECTIONS if possible else set()
    cut_off = not text.endswith("\n") and layout.get("dialect", {}).get("finalLineEnd", True)
    warnings = {**answer.warnings, **({"FINAL_LINE_END_MISSING": 1} if cut_off else {})}
    return replace(
        answer, may_refuse=doubts, warnings=warnings, may_warn=warnings, skipped=rows.skipped, joined=rows.joined
    )


def _sections(layout: Mapping[str, Any], header: Header, lines: list[str]) -> Sections:
    """Find the file's sections; the pages leave open which fault of them comes first."""
    try:
        return find_sections(layout, header, lines)
    except RefusedError as refused:
        raise RefusedError(*refused.codes, *other_columns(layout, header, lines)) from refused


def _wrong_sections(layout: Mapping[str, Any], header: Header, lines: list[str]) -> frozenset[str]:
    """Return what the sections of a file may be refused for."""
    if not layout.get("sections"):
        return _SECTIONS if header.facts and sections_below(layout, header, lines, ())[1] else frozenset()
    try:
        _sections(layout, header, lines)
    except RefusedError as refused:
        return refused.codes
    return frozenset()


def _of_json(layout: Mapping[str, Any], text: str, file_name: str, received_on: date) -> Answer:
    records = JsonRecords(layout, text)
    facts = captured(layout, "fileName", [file_name])
    if "\x00" in text[:_WIDEST_CHARACTER]:
        records.doubts.add("NOT_DECODABLE")
    try:
        answer = answered(Mapper(layout, facts, received_on), records.rows())
    except RefusedError as refused:
        raise RefusedError(*refused.codes, *records.doubts) from refused
    return replace(
        answer,
        may_refuse=frozenset(records.doubts),
        warnings={**answer.warnings, **records.warnings},
        may_warn={**answer.may_warn, **records.may_warn},
    )
