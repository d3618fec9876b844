"""The answer for one file by one layout."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from tests.differential.reference.answer import Answer, RefusedError
from tests.differential.reference.csv_file import CsvRows
from tests.differential.reference.headers import captured, find_header
from tests.differential.reference.json_file import JsonRecords
from tests.differential.reference.mapping import Mapper
from tests.differential.reference.not_yet import NOT_YET
from tests.differential.reference.rows import answered
from tests.differential.reference.texts import decoded, lines_of, readable_part, refuse_long, unpacked

_OF_WIDE_CHARACTERS = dict.fromkeys(("utf-16", "utf-16-le", "utf-32"), ("HEADER_MISMATCH",))
"""A file of such an encoding without any text may have a header that does not fit."""
_BEFORE_THE_DAMAGE = {"EMPTY_FILE", "HEADER_MISMATCH", "CAPTURE_MISSING", "MALFORMED_CSV", "MALFORMED_JSON"}
"""Of a damaged gzip file, the part that could be unpacked may be refused first."""


def judge(layout: Mapping[str, Any], content: bytes, file_name: str, received_on: date) -> Answer:
    """Say what the pages make of ``content``."""
    try:
        plain = unpacked(content)
    except RefusedError as refused:
        return Answer(refusals=refused.codes | _BEFORE_THE_DAMAGE)
    try:
        text = decoded(plain, layout.get("encoding", "utf-8"))
    except RefusedError as refused:
        beginning = _of_text(layout, readable_part(plain, layout.get("encoding", "utf-8")), file_name, received_on)
        return Answer(refusals=refused.codes | (beginning.refusals - {"NO_RECORDS"}))
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
        wide = "utf-16 headers" in NOT_YET and layout.get("encoding", "").startswith("utf-16")
        raise RefusedError(*refused.codes, *(["NOT_DECODABLE"] if wide else [])) from refused
    refuse_long(lines, "MALFORMED_CSV")
    facts = {**header.facts, **captured(layout, "fileName", [file_name])}
    wanted = {function["capture"] for function in layout["mapping"].values() if "capture" in function}
    if wanted - facts.keys():
        raise RefusedError("CAPTURE_MISSING")
    rows = CsvRows(layout, lines, header)
    doubts = frozenset(["HEADER_MISMATCH"] if header.may_be_another else [])
    try:
        answer = answered(Mapper(layout, facts, received_on), rows.rows())
    except RefusedError as refused:
        raise RefusedError(*refused.codes, *doubts) from refused
    cut_off = not text.endswith("\n") and layout.get("dialect", {}).get("finalLineEnd", True)
    warnings = {**answer.warnings, **({"FINAL_LINE_END_MISSING": 1} if cut_off else {})}
    return replace(answer, may_refuse=doubts, warnings=warnings, skipped=rows.skipped)


def _of_json(layout: Mapping[str, Any], text: str, file_name: str, received_on: date) -> Answer:
    records = JsonRecords(layout, text)
    facts = captured(layout, "fileName", [file_name])
    answer = answered(Mapper(layout, facts, received_on), records.rows())
    return replace(answer, may_refuse=frozenset(records.doubts))
