"""Counts and totals that do not agree to the last digit stop the work, wherever the difference came from."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from tests.unit.transactions.support import alpine_file, alpine_row, good_rows, layout, source, transform, validate
from transactions import files
from transactions.engine.parquet import write_transactions
from transactions.engine.plan import Plan
from transactions.engine.staging import Segment, Staged
from transactions.errors import ReconciliationError
from transactions.results import Source, WrittenObject

CONTENT = alpine_file(*good_rows(2), alpine_row(transaction_id="T2", booking_date="2025-10-02"))
LAST_DIGIT = "0.00001"
"""Of a Parquet file's amounts."""
Slip = Callable[[Path, tuple[WrittenObject, ...]], tuple[WrittenObject, ...]]


@pytest.mark.parametrize(
    "slip",
    [
        pytest.param("INSERT INTO broken VALUES (2, 'AMOUNT_FORMAT', '', '')", id="a row counted twice"),
        pytest.param("DELETE FROM staged WHERE number = 2", id="a row lost"),
    ],
)
def test_rows_that_do_not_add_up_to_the_records_read_are_refused(
    slip: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amendments = Plan.amendments

    def slipping(plan: Plan, *, some_signed: bool) -> Iterator[str]:
        yield from amendments(plan, some_signed=some_signed)
        yield slip

    monkeypatch.setattr(Plan, "amendments", slipping)

    with pytest.raises(ReconciliationError, match="alpine-2025: read 3, accepted"):
        validate(CONTENT, tmp_path)
    with pytest.raises(ReconciliationError, match="alpine-2025: read 3, accepted"):
        transform(CONTENT, tmp_path, layout())


def _change_an_amount(folder: Path, objects: tuple[WrittenObject, ...]) -> tuple[WrittenObject, ...]:
    path, changed = folder / objects[0].path, folder / "changed.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * REPLACE (CAST(amount + {LAST_DIGIT} AS DECIMAL(18,5)) AS amount) "  # noqa: S608 - own names
            f"FROM read_parquet('{path}', hive_partitioning = false)) TO '{changed}' (FORMAT parquet)"
        )
    changed.replace(path)
    return objects


def _lose_a_file(_: Path, objects: tuple[WrittenObject, ...]) -> tuple[WrittenObject, ...]:
    return objects[1:]


@pytest.mark.parametrize("slip", [_change_an_amount, _lose_a_file])
def test_written_rows_that_are_not_the_accepted_ones_are_refused(
    slip: Slip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def slipping(staged: Staged, segment: Segment, arrived: Source, output: Path) -> tuple[WrittenObject, ...]:
        return slip(output, write_transactions(staged, segment, arrived, output))

    monkeypatch.setattr(files, "write_transactions", slipping)

    with pytest.raises(ReconciliationError, match=r"accepted .* written"):
        files.transform_file(io.BytesIO(CONTENT), source("alpine"), layout(), tmp_path, tmp_path)
