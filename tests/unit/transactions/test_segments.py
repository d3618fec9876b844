"""A large file is read in segments, by one engine or by many tasks: the result is always that of the whole file."""

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.small_pieces import in_small_pieces
from tests.support.task_runners import Folder, SerializingRunner
from tests.unit.transactions.support import (
    CATALOG,
    Output,
    alpine_file,
    alpine_row,
    csv_layout,
    good_rows,
    layout,
    read_output,
    source,
    transform,
    validate,
)
from transactions.assets import asset_folder
from transactions.codes import FileCode
from transactions.distributed import Workers, transform_with_tasks, validate_with_tasks
from transactions.engine.outcome import Outcome, Sum, combined
from transactions.errors import FileRejectedError
from transactions.layouts.catalog import LayoutCatalog
from transactions.layouts.fields import NumberField, StringField
from transactions.layouts.layout import Layout, Limits
from transactions.layouts.mapping import DebitCredit, RowHash
from transactions.results import Validation

ANY_NUMBER = Limits(rejected_share=1)


class Judged(NamedTuple):
    """What validation and transformation make of a file."""

    validation: Validation
    output: Output


def whole(content: bytes, workdir: Path, file_layout: Layout) -> Judged:
    """Read ``content`` as one segment."""
    workdir.mkdir()
    file_name = file_layout.sample.file_name
    validation = validate(
        content,
        workdir,
        file_layout.partner,
        layouts=[file_layout],
        file_format=file_layout.format,
        file_name=file_name,
    )
    return Judged(validation, transform(content, workdir, file_layout, file_name))


def in_segments(content: bytes, workdir: Path, file_layout: Layout, *, segment: int, chunk: int) -> Judged:
    """Read ``content`` with one engine in segments of so many bytes, from chunks of so many."""
    with in_small_pieces(segment=segment, part=1, chunk=chunk):
        return whole(content, workdir, file_layout)


def with_tasks(content: bytes, workdir: Path, file_layout: Layout, *, segment: int, chunk: int) -> Judged:
    """Read ``content`` with a task for each segment."""
    workers = Workers(runner=SerializingRunner(), exchange=Folder(workdir / "exchange"), segment_bytes=segment)
    arrived = source(file_layout.partner, file_layout.format, file_layout.sample.file_name)
    with in_small_pieces(part=1, chunk=chunk):
        validation = validate_with_tasks(io.BytesIO(content), arrived, LayoutCatalog((file_layout,)), workers)
        transformation = transform_with_tasks(
            io.BytesIO(content), arrived, file_layout, Folder(workdir / "output"), workers
        )
    return Judged(validation, read_output(transformation, workdir / "output"))


def same(expected: Judged, found: Judged) -> None:
    """Compare all but the objects, which depend on the segments: the rows are in the order of the lines."""
    assert found.validation == expected.validation
    assert found.output.transactions == expected.output.transactions
    assert found.output.quarantine == expected.output.quarantine
    assert _figures(found) == _figures(expected)


def _figures(judged: Judged) -> tuple[object, ...]:
    transformation = judged.output.transformation
    return transformation.counts, transformation.totals, transformation.written


@pytest.mark.parametrize("shipped", [one.name for one in CATALOG])
def test_a_sample_in_segments_is_the_sample_as_a_whole(shipped: str, tmp_path: Path) -> None:
    file_layout = CATALOG.get(shipped)
    content = (asset_folder("layouts") / f"{shipped}.sample.{file_layout.format}").read_bytes()

    expected, chunk = whole(content, tmp_path / "whole", file_layout), max(16, len(content) // 3)
    segments = in_segments(content, tmp_path / "segments", file_layout, segment=1, chunk=chunk)
    tasks = with_tasks(content, tmp_path / "tasks", file_layout, segment=1, chunk=chunk)

    same(expected, segments)
    assert tasks == segments


@settings(max_examples=6, deadline=None)
@given(
    ids=st.lists(st.sampled_from(["A", "B", "C", ""]), min_size=2, max_size=8),
    cents=st.lists(st.integers(-99, 99), min_size=12, max_size=12),
    order=st.sampled_from(["ascending", "descending"]),
    chunk=st.integers(60, 600),
    segment=st.sampled_from([1, 150, 400]),
)
def test_repeated_ids_and_balances_do_not_depend_on_segments(  # noqa: PLR0917 - a file, and how it is cut
    ids: list[str], cents: list[int], order: str, chunk: int, segment: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = [
        alpine_row(transaction_id=name, amount=f"{Decimal(cent).scaleb(-2)}", balance=f"{Decimal(number).scaleb(-2)}")
        for number, (name, cent) in enumerate(zip(ids, cents, strict=False))
    ]
    content, folder = alpine_file(*lines), tmp_path_factory.mktemp("segments")
    own_ids = layout(running_balance=order, limits=ANY_NUMBER)
    made_ids = layout(
        running_balance=order, limits=ANY_NUMBER, mapping={**own_ids.mapping, "transaction_id": RowHash()}
    )

    for name, file_layout in {"own": own_ids, "made": made_ids}.items():
        expected = whole(content, folder / f"{name}-whole", file_layout)
        segments = in_segments(content, folder / f"{name}-segments", file_layout, chunk=chunk, segment=segment)
        same(expected, segments)
        assert with_tasks(content, folder / f"{name}-tasks", file_layout, chunk=chunk, segment=segment) == segments


def test_a_sign_in_a_later_segment_rejects_unsigned_debits(tmp_path: Path) -> None:
    # Given money out without a minus, and hundreds of lines further down one with a minus
    fields = (StringField(name="Text"), NumberField(name="Out", scale=2), NumberField(name="In", scale=2))
    file_layout = csv_layout(fields, amount=DebitCredit(debit="Out", credit="In"))
    rows = ["2025-10-01;a;5.00;", *["2025-10-01;b;;1.00"] * 30, "2025-10-01;c;-7.00;"]
    content = "\n".join(["Day;Text;Out;In", *rows, ""]).encode()

    expected = whole(content, tmp_path / "whole", file_layout)
    same(expected, in_segments(content, tmp_path / "segments", file_layout, segment=1, chunk=100))
    same(expected, with_tasks(content, tmp_path / "tasks", file_layout, segment=1, chunk=100))


def test_each_segment_has_objects_of_its_own_in_order(tmp_path: Path) -> None:
    content = alpine_file(*good_rows(20), "a,b", *good_rows(20, start=20))

    output = in_segments(content, tmp_path / "segments", layout(), segment=1, chunk=2000).output

    transactions = [item for item in output.transformation.objects if item.table == "transactions"]
    names = [item.path.rsplit("/", 1)[1] for item in transactions]
    assert names == [f"{'f' * 64}-{number:04}.parquet" for number in range(len(names))]
    assert len(names) > 1
    assert sum(item.rows for item in transactions) == 40


@pytest.mark.parametrize("read", [in_segments, with_tasks])
@pytest.mark.parametrize("between", [0, 4, 20])
def test_the_first_reason_in_the_file_refuses_it(read: Callable[..., Judged], between: int, tmp_path: Path) -> None:
    # Given a line of another account than the first, and further down a byte that is none of the encoding
    file_layout = CATALOG.get("dkb-2023")
    sample = (asset_folder("layouts") / "dkb-2023.sample.csv").read_bytes()
    account, rows = sample.splitlines(keepends=True)[0], sample.splitlines(keepends=True)[-1]
    content = sample + account.replace(b"0", b"1") + rows * between + b" " * 200 + b"\n\xff\xfe\n"

    with pytest.raises(FileRejectedError) as refused:
        read(content, tmp_path / "pieces", file_layout, segment=500, chunk=100)

    assert refused.value.code == FileCode.SECTION_UNDECLARED


def test_sums_of_segments_are_added_without_rounding() -> None:
    # Given two sums of 30 digits, more than Python's decimals have by default
    large, small = Decimal("1234567890123456789012345.00001"), Decimal("0.00009")

    together = combined([Outcome(sums={"EUR": Sum(1, large)}), Outcome(sums={"EUR": Sum(2, small)})])

    assert together.sums == {"EUR": Sum(3, Decimal("1234567890123456789012345.00010"))}
