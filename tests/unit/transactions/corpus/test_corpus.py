"""Every kind of bad file ends in the verdict, the codes and the counts that are declared for it."""

from collections import Counter
from pathlib import Path

import pytest

from tests.unit.transactions.corpus.case import Case, Trap
from tests.unit.transactions.corpus.cells import cells
from tests.unit.transactions.corpus.documents import documents
from tests.unit.transactions.corpus.structure import structure
from tests.unit.transactions.support import validate
from transactions.codes import FileCode, RowCode, WarningCode

FEWEST_KINDS = 60
CASES = [*structure(), *cells(), *documents()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_file_ends_as_declared(case: Case, tmp_path: Path) -> None:
    found = validate(case.content, tmp_path, case.partner, layouts=case.layouts, file_format=case.format)

    assert (found.verdict, found.reason_code) == (case.verdict, case.file_code or "")
    assert {error.code: error.count for error in found.errors} == case.errors
    assert {warning.code: warning.count for warning in found.warnings} == case.warnings
    counts = found.counts
    assert (counts.accepted, counts.rejected, counts.dropped) == (case.accepted, case.rejected, case.dropped)
    if case.lines:
        assert tuple(example.line for example in found.examples) == case.lines
    if case.totals is not None:
        assert {total.currency: total.sum for total in found.totals} == case.totals


def test_there_are_many_kinds_each_with_its_own_name_and_bytes() -> None:
    names = Counter(case.name for case in CASES)

    assert len(names) == len(CASES) >= FEWEST_KINDS


def test_every_trap_of_the_engine_has_a_file_that_springs_it() -> None:
    assert {case.trap for case in CASES} - {None} == set(Trap)


def test_every_code_has_a_file_but_those_that_no_tiny_file_meets() -> None:
    codes = {case.file_code for case in CASES} | {code for case in CASES for code in (*case.errors, *case.warnings)}

    assert {*FileCode, *RowCode, *WarningCode} - codes == {FileCode.FILE_TOO_LARGE, FileCode.RECORDS_LOST}
