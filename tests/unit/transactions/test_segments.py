"""A large file goes through the engine in segments: whatever they are, the result is that of the whole file."""

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.small_pieces import in_small_pieces
from tests.unit.transactions.support import (
    CATALOG,
    Output,
    alpine_file,
    alpine_row,
    csv_layout,
    good_rows,
    layout,
    transform,
    validate,
)
from transactions.assets import asset_folder
from transactions.engine.outcome import Outcome, Sum, combined
from transactions.layouts.fields import NumberField, StringField
from transactions.layouts.layout import Layout, Limits
from transactions.layouts.mapping import DebitCredit, RowHash
from transactions.results import Validation

ANY_NUMBER = Limits(rejected_share=1)


class Judged(NamedTuple):
    """What validation and transformation make of a file; the objects are left out, which depend on the segments."""

    validation: Validation
    output: Output


def judged(content: bytes, workdir: Path, file_layout: Layout, *, segment: int | None = None, **pieces: int) -> Judged:
    """Read ``content`` in segments of so many bytes."""
    workdir.mkdir()
    file_name = file_layout.sample.file_name
    with in_small_pieces(segment=segment, **pieces):
        validation = validate(
            content,
            workdir,
            file_layout.partner,
            layouts=[file_layout],
            file_format=file_layout.format,
            file_name=file_name,
        )
        return Judged(validation, transform(content, workdir, file_layout, file_name))


def same(whole: Judged, in_segments: Judged) -> None:
    """Compare all but the objects: their rows are in the order of the lines."""
    assert in_segments.validation == whole.validation
    assert in_segments.output.transactions == whole.output.transactions
    assert in_segments.output.quarantine == whole.output.quarantine
    of_whole, of_segments = whole.output.transformation, in_segments.output.transformation
    assert (of_segments.counts, of_segments.totals, of_segments.written) == (
        of_whole.counts,
        of_whole.totals,
        of_whole.written,
    )


@pytest.mark.parametrize("shipped", [one.name for one in CATALOG])
def test_a_sample_in_segments_is_the_sample_as_a_whole(shipped: str, tmp_path: Path) -> None:
    file_layout = CATALOG.get(shipped)
    content = (asset_folder("layouts") / f"{shipped}.sample.{file_layout.format}").read_bytes()

    whole = judged(content, tmp_path / "whole", file_layout)
    pieces = judged(content, tmp_path / "pieces", file_layout, segment=1, part=1, chunk=max(16, len(content) // 3))

    same(whole, pieces)


@settings(max_examples=10, deadline=None)
@given(
    ids=st.lists(st.sampled_from(["A", "B", "C", ""]), min_size=2, max_size=12),
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
        whole = judged(content, folder / f"{name}-whole", file_layout)
        same(whole, judged(content, folder / f"{name}-cut", file_layout, chunk=chunk, part=1, segment=segment))


def test_a_sign_in_a_later_segment_rejects_unsigned_debits(tmp_path: Path) -> None:
    # Given money out without a minus, and hundreds of lines further down one with a minus
    fields = (StringField(name="Text"), NumberField(name="Out", scale=2), NumberField(name="In", scale=2))
    file_layout = csv_layout(fields, amount=DebitCredit(debit="Out", credit="In"))
    rows = ["2025-10-01;a;5.00;", *["2025-10-01;b;;1.00"] * 30, "2025-10-01;c;-7.00;"]
    content = "\n".join(["Day;Text;Out;In", *rows, ""]).encode()

    whole = judged(content, tmp_path / "whole", file_layout)
    pieces = judged(content, tmp_path / "pieces", file_layout, segment=1, part=1, chunk=100)

    same(whole, pieces)


def test_each_segment_has_objects_of_its_own_in_order(tmp_path: Path) -> None:
    content = alpine_file(*good_rows(20), "a,b", *good_rows(20, start=20))

    output = judged(content, tmp_path / "pieces", layout(), segment=1, part=1, chunk=2000).output

    transactions = [item for item in output.transformation.objects if item.table == "transactions"]
    names = [item.path.rsplit("/", 1)[1] for item in transactions]
    assert names == [f"{'f' * 64}-{number:04}.parquet" for number in range(len(names))]
    assert len(names) > 1
    assert sum(item.rows for item in transactions) == 40


def test_sums_of_segments_are_added_without_rounding() -> None:
    # Given two sums of 30 digits, more than Python's decimals have by default
    large, small = Decimal("1234567890123456789012345.00001"), Decimal("0.00009")

    together = combined([Outcome(sums={"EUR": Sum(1, large)}), Outcome(sums={"EUR": Sum(2, small)})])

    assert together.sums == {"EUR": Sum(3, Decimal("1234567890123456789012345.00010"))}
