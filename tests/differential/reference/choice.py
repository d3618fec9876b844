"""Which of a partner's layouts a file has: exactly one must fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.differential.reference.answer import RefusedError
from tests.differential.reference.headers import Header, find_header, first_rows_fit
from tests.differential.reference.json_file import has_fields, has_half_characters, has_records
from tests.differential.reference.texts import beginning, lines_of

Layout = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """The layouts one of which the file may have, and the codes with which it may be refused for having none or more.

    There is more than one layout, or a code beside one, where the pages leave the choice open.
    """

    layouts: tuple[Layout, ...]
    codes: frozenset[str] = frozenset()


def choose(layouts: Sequence[Layout], content: bytes) -> Choice:
    """Choose among ``layouts``, which are of one format."""
    if len(layouts) == 1:
        return Choice(tuple(layouts))
    return (_of_csv if layouts[0]["format"] == "csv" else _of_json)(layouts, content)


def _of_csv(layouts: Sequence[Layout], content: bytes) -> Choice:
    fitting, codes = list[tuple[Layout, Header, list[str]]](), set[str]()
    for layout in layouts:
        lines = lines_of(beginning(content, layout.get("encoding", "utf-8")))
        try:
            header = find_header(layout, lines)
        except RefusedError as refused:
            codes |= refused.codes - {"HEADER_MISMATCH"}
            continue
        fitting.append((layout, header, lines))
    found = tuple(layout for layout, _, _ in fitting)
    doubtful = [header.may_be_another for _, header, _ in fitting]
    if codes or any(doubtful):
        # Where none may fit after all, the bytes may be of another encoding.
        none = {"NOT_DECODABLE"} if doubtful and all(doubtful) else set()
        return Choice(found, frozenset([*codes, *none, "AMBIGUOUS_LAYOUT", "HEADER_MISMATCH"]))
    if len(fitting) > 1:
        # Where a header fits several, the first rows decide.
        fits = [first_rows_fit(*one) for one in fitting]
        certain = tuple(layout for layout, fit in zip(found, fits, strict=True) if fit[0])
        possible = tuple(layout for layout, fit in zip(found, fits, strict=True) if fit[1])
        if certain != possible:
            return Choice(found, frozenset(["AMBIGUOUS_LAYOUT"]))
        found = certain or found
    if not found:
        return Choice((), frozenset(["HEADER_MISMATCH", "NOT_DECODABLE"]))
    return Choice(found) if len(found) == 1 else Choice((), frozenset(["AMBIGUOUS_LAYOUT"]))


def _of_json(layouts: Sequence[Layout], content: bytes) -> Choice:
    text = beginning(content, "utf-8")
    by_lines = [layout for layout in layouts if layout.get("jsonLines")]
    if by_lines and len(by_lines) < len(layouts):
        # The pages do not specify how JSON Lines are distinguished from a document.
        return Choice(tuple(layouts), frozenset(["AMBIGUOUS_LAYOUT", "RECORD_PATH_MISSING", "MALFORMED_JSON"]))
    if by_lines:
        return Choice((), frozenset(["AMBIGUOUS_LAYOUT"]))
    half = {"MALFORMED_JSON"} if has_half_characters(text) else set()
    found = [layout for layout in layouts if has_records(layout, text)]
    if len(found) > 1:
        # Where several share a path, the fields of the first record decide.
        found = [layout for layout in found if has_fields(layout, text)] or found
    if len(found) == 1:
        return Choice(tuple(found), frozenset(half))
    return Choice((), frozenset(["AMBIGUOUS_LAYOUT", *half] if found else ["RECORD_PATH_MISSING", "MALFORMED_JSON"]))
