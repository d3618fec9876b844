"""Reads small files in the pieces in which the product reads large ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

from transactions import files
from transactions.engine.staging import SEGMENT_BYTES, stage
from transactions.reading import csv_records, json_documents, json_records
from transactions.reading.intake import CHUNK_BYTES, Intake
from transactions.reading.parts import PART_BYTES, in_parts


@contextmanager
def in_small_pieces(
    *, chunk: int | None = None, part: int | None = None, records: int | None = None, segment: int | None = None
) -> Iterator[None]:
    """Cut files into chunks, parts and segments of so many bytes, and groups of so many records; None: as it does."""
    whole, size = Intake.chunks, chunk or CHUNK_BYTES

    def chunks(self: Intake) -> Iterator[bytes]:
        for one in whole(self):
            for start in range(0, len(one), size):
                yield one[start : start + size]

    small_parts = partial(in_parts, part_bytes=part or PART_BYTES)
    with (
        patch.object(Intake, "chunks", chunks),
        patch.object(csv_records, "in_parts", small_parts),
        patch.object(json_records, "in_parts", small_parts),
        patch.object(json_documents, "_BLOCK_RECORDS", records or json_documents._BLOCK_RECORDS),  # noqa: SLF001
        patch.object(files, "stage", partial(stage, segment_bytes=segment or SEGMENT_BYTES)),
    ):
        yield
