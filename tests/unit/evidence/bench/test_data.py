"""The benchmark's data: what a seed makes, and what is wrong with it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from evidence.bench.contenders.pipeline import LAYOUTS, catalog_of, source_of
from evidence.bench.data import ROWS_PER_BAD_ROW, write
from evidence.bench.flaws import FLAWS, FORMATS, Format
from transactions.files import validate_file
from transactions.results import Validation

ROWS = 3000


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_same_seed_makes_the_same_bytes(file_format: Format, tmp_path: Path) -> None:
    # Given two files of one seed and one of another
    one, same, other = tmp_path / "one", tmp_path / "same", tmp_path / "other"
    # When all are written
    for path, seed in ((one, 1), (same, 1), (other, 2)):
        write(path, file_format, ROWS, seed)
    # Then the seed alone makes the difference
    assert one.read_bytes() == same.read_bytes()
    assert one.read_bytes() != other.read_bytes()


@pytest.mark.parametrize("file_format", FORMATS)
def test_one_row_in_a_hundred_is_bad_and_every_kind_occurs(file_format: Format, tmp_path: Path) -> None:
    # Given a file of three thousand rows
    path = tmp_path / "file"
    write(path, file_format, ROWS, seed=1)
    # When the pipeline validates it
    validation = _validated(path, file_format)
    # Then it rejects one row in a hundred, for as many reasons as the generator knows, in equal shares
    bad, flaws = ROWS // ROWS_PER_BAD_ROW, FLAWS[file_format]
    expected = dict[str, int]()
    for number in range(bad):
        code = flaws[number % len(flaws)].code.value
        expected[code] = expected.get(code, 0) + 1
    assert (validation.counts.read, validation.counts.rejected) == (ROWS, bad)
    assert {error.code: error.count for error in validation.errors} == expected


@pytest.mark.parametrize("file_format", FORMATS)
def test_at_least_ten_kinds_of_bad_rows(file_format: Format) -> None:
    assert len(set(FLAWS[file_format])) >= 10


def _validated(path: Path, file_format: Format) -> Validation:
    catalog = catalog_of(file_format)
    source = source_of(catalog.get(LAYOUTS[file_format]), path)
    with path.open("rb") as stream, TemporaryDirectory() as workdir:
        return validate_file(stream, source, catalog, Path(workdir))
