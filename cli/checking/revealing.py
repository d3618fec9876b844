"""Shows the owner of a file the texts behind the shapes of its report. They belong on the owner's terminal only."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import msgspec

from transactions.codes import WarningCode
from transactions.engine.counting import tally
from transactions.engine.database import MEMORY_MB
from transactions.engine.exclusions import dropped_by
from transactions.engine.outcome import tallied
from transactions.files import staged_file
from transactions.layouts.layout import Layout
from transactions.reading.intake import Intake
from transactions.results import SkippedLine, Source, Validation
from transactions.sql import beginning


def revealed(validation: Validation, stream: BinaryIO, source: Source, layout: Layout, workdir: Path) -> Validation:
    """Read the file again, and return its ``validation`` with the beginnings of texts in place of their shapes.

    The shapes of warnings stay.
    """
    with staged_file(Intake(stream), source, (layout,), workdir, MEMORY_MB, to_write=False) as staged:
        errors, drops = [], []
        for _ in staged.each():
            errors.append(tally(staged.connection, f"({staged.plan.errors(beginning)})"))
            drops.append(staged.drops())
        warnings = (example for example in validation.examples if example.code in WarningCode.__members__)
        skipped_by = staged.notes.skipped_by
        return msgspec.structs.replace(
            validation,
            examples=(*tallied(errors).examples, *warnings),
            joined_lines=_lines(staged.notes.joined.first),
            dropped_by=dropped_by(layout, tallied(drops)),
            skipped_by=tuple(
                msgspec.structs.replace(one, first=_lines(skipped_by[one.rule].first)) for one in validation.skipped_by
            ),
        )


def _lines(lines: Iterable[tuple[int, str]]) -> tuple[SkippedLine, ...]:
    return tuple(SkippedLine(line=number, masked_value=text) for number, text in lines)
