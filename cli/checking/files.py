"""Checks one local file as the deployed functions would: validate, report, transform, reconcile."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

import msgspec
from rich.progress import Progress

from cli.checking.inputs import Input
from cli.checking.revealing import revealed
from cli.options import UsageError
from cli.partners import require_layout_of
from cli.sample_section import read_unfinished
from cli.upload_names import format_of
from transactions.errors import LayoutError, ReconciliationError
from transactions.files import transform_file, validate_file
from transactions.layouts.catalog import LayoutCatalog, shipped_layouts
from transactions.layouts.layout import Layout
from transactions.layouts.suggestions import suggested
from transactions.reports.page import page
from transactions.reports.report import Report
from transactions.results import FileFormat, Source, Transformation, Validation

LONG_FILE_BYTES: Final = 10_000_000
"""From here on reading takes long enough for a progress bar."""

ANY_PARTNER: Final = "unknown"
"""The partner while it is to follow from the layout that fits."""


UNNAMED: Final = "standard-input"
"""The name of a stream that has none, before its ending."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The layouts that may fit, and whose file it is. ``is_named`` is whether the one layout was asked for."""

    partner: str
    layouts: tuple[Layout, ...]
    is_named: bool

    @property
    def catalog(self) -> LayoutCatalog:
        """The layouts, all of them the partner's."""
        return LayoutCatalog(tuple(msgspec.structs.replace(layout, partner=self.partner) for layout in self.layouts))

    def owner(self, layout: str) -> str:
        """Whose file it is, once it fits ``layout``."""
        return next((known.partner for known in self.layouts if known.name == layout), self.partner)


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """What came out. ``transformation`` is None for a rejected file.

    ``shown`` is what the terminal shows of the ``report``: the same, or with texts in place of their shapes.
    """

    report: Report
    shown: Report
    transformation: Transformation | None

    @property
    def column(self) -> str:
        """What the column is called that has the shapes, or the texts in their place."""
        return "value's shape" if self.shown == self.report else "value"


def choose(*, partner: str | None, layout: str | None) -> Choice:
    """Choose the layouts that may fit.

    Raises
    ------
    UsageError
        If there is no such partner or layout, if the layout is another partner's, or if its file is wrong.
    """
    if layout:
        chosen = _layout(layout)
        if partner not in {None, chosen.partner}:
            raise UsageError(f"layout {chosen.name} is {chosen.partner}'s, not {partner}'s")
        return Choice(partner=chosen.partner, layouts=(chosen,), is_named=True)
    if partner:
        require_layout_of(partner)
    layouts = tuple(found for found in shipped_layouts() if partner in {None, found.partner})
    return Choice(partner=partner or ANY_PARTNER, layouts=layouts, is_named=False)


def check_file(
    file: Input, choice: Choice, output: Path, progress: Progress, *, show_values: bool = False
) -> CheckedFile:
    """Do the whole job on ``file`` and write Parquet and reports below ``output``.

    With ``show_values``, what is shown has the beginnings of texts; what is written never has.

    Raises
    ------
    ReconciliationError
        If validation, transformation and the written files do not agree to the last digit.
    UsageError
        If the file has no name, and the layouts do not tell its format either.
    """
    source = _source(file, choice)
    with TemporaryDirectory() as folder:
        workdir = Path(folder)
        with _opened(file.path, "Validate", progress) as stream:
            validation = validate_file(stream, source, choice.catalog, workdir)
        source = msgspec.structs.replace(source, partner=choice.owner(validation.layout))
        report = Report.from_validation(validation, source)
        transformation = None
        if validation.verdict != "REJECTED":
            output.mkdir(parents=True, exist_ok=True)
            with _opened(file.path, "Transform", progress) as stream:
                layout = choice.catalog.get(validation.layout)
                transformation = transform_file(stream, source, layout, output, workdir)
            _reconcile(validation, transformation)
        if show_values and validation.counts.read:
            with _opened(file.path, "Read values", progress) as stream:
                layout = choice.catalog.get(validation.layout)
                validation = revealed(validation, stream, source, layout, workdir)
    _write(report, output)
    shown = Report.from_validation(validation, source)
    return CheckedFile(report=report, shown=shown, transformation=transformation)


def _layout(name: str) -> Layout:
    if name.endswith((".yaml", ".yml")):
        if not Path(name).is_file():
            raise UsageError(f"there is no file {name}")
        try:
            return read_unfinished(Path(name))
        except LayoutError as error:
            raise UsageError(f"{error}") from error
    try:
        return shipped_layouts().get(name)
    except KeyError:
        nearest = suggested(name, (layout.name for layout in shipped_layouts()))
        meant = f"did you mean {nearest}? " if nearest else ""
        raise UsageError(
            f"no layout {name!r}: {meant}'etl layout list' names all; or give the path of a .yaml file"
        ) from None


def _source(file: Input, choice: Choice) -> Source:
    """Describe the file as if it arrived now. Its id is the same at every check, so that output is written over."""
    file_format = _format(file, choice)
    return Source(
        file_id=hashlib.sha256(str(Path(file.given).resolve()).encode()).hexdigest(),
        partner=choice.partner,
        file_name=file.name or f"{UNNAMED}.{file_format}",
        format=file_format,
        received_at=datetime.now(UTC),
    )


def _format(file: Input, choice: Choice) -> FileFormat:
    if file.name and not choice.is_named:
        return format_of(file.name)
    formats = {layout.format for layout in choice.layouts}
    if len(formats) > 1:
        raise UsageError(f"{file.given} has no name: give it one, such as --name october.csv, or name its --layout")
    return formats.pop()


@contextmanager
def _opened(file: Path, doing: str, progress: Progress) -> Iterator[BinaryIO]:
    """Open ``file``; a bar of ``progress`` shows how much of a long one has been read."""
    size = file.stat().st_size
    with file.open("rb") as plain:
        if size < LONG_FILE_BYTES:
            yield plain
        else:
            task = progress.add_task(doing, total=size)
            with progress.wrap_file(plain, task_id=task) as watched:
                yield watched
            progress.remove_task(task)


def _reconcile(validation: Validation, transformation: Transformation) -> None:
    totals = (transformation.totals, transformation.written.totals)
    if transformation.counts != validation.counts or totals != (validation.totals, validation.totals):
        raise ReconciliationError(f"{validation.layout}: validate and transform disagree on counts or totals")


def _write(report: Report, output: Path) -> None:
    for extension, content in {"json": report.json(), "html": page(report).encode()}.items():
        path = output / report.path(extension)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
