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
from rich.console import Console
from rich.progress import wrap_file

from transactions.errors import ReconciliationError
from transactions.files import transform_file, validate_file
from transactions.layouts.catalog import LayoutCatalog, read_layout
from transactions.layouts.layout import Layout
from transactions.reports.page import page
from transactions.reports.report import Report
from transactions.results import FileFormat, Source, Transformation, Validation

LONG_FILE_BYTES: Final = 10_000_000
"""From here on reading takes long enough for a progress bar."""

ANY_PARTNER: Final = "unknown"
"""The partner while it is to follow from the layout that fits."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The layouts that may fit, and whose file it is."""

    partner: str
    layouts: tuple[Layout, ...]

    @property
    def catalog(self) -> LayoutCatalog:
        """The layouts, all of them the partner's."""
        return LayoutCatalog(tuple(msgspec.structs.replace(layout, partner=self.partner) for layout in self.layouts))

    def owner(self, layout: str) -> str:
        """Whose file it is, once it fits ``layout``."""
        return next((known.partner for known in self.layouts if known.name == layout), self.partner)


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """What came out. ``transformation`` is None for a rejected file."""

    report: Report
    transformation: Transformation | None


def choose(file: Path, *, partner: str | None, layout: str | None) -> Choice:
    """Choose the layouts that may fit ``file``.

    Raises
    ------
    LayoutError
        If the layout's file is wrong.
    ValueError
        If there is no such partner or layout, or the layout is another partner's.
    """
    if layout:
        chosen = _layout(layout)
        if partner not in {None, chosen.partner}:
            raise ValueError(f"layout {chosen.name} is {chosen.partner}'s, not {partner}'s")
        return Choice(partner=chosen.partner, layouts=(chosen,))
    known = tuple(LayoutCatalog.load())
    partners = sorted({found.partner for found in known})
    if partner and partner not in partners:
        raise ValueError(f"no layout of partner {partner}; there are layouts of {', '.join(partners)}")
    layouts = tuple(found for found in known if found.format == _format(file) and partner in {None, found.partner})
    return Choice(partner=partner or ANY_PARTNER, layouts=layouts)


def check_file(file: Path, choice: Choice, output: Path, console: Console) -> CheckedFile:
    """Do the whole job on ``file`` and write Parquet and reports below ``output``.

    Raises
    ------
    ReconciliationError
        If validation, transformation and the written files do not agree to the last digit.
    """
    source = _source(file, choice)
    with TemporaryDirectory() as folder:
        workdir = Path(folder)
        with _opened(file, "Validate", console) as stream:
            validation = validate_file(stream, source, choice.catalog, workdir)
        source = msgspec.structs.replace(source, partner=choice.owner(validation.layout))
        report = Report.from_validation(validation, source)
        transformation = None
        if validation.verdict != "REJECTED":
            output.mkdir(parents=True, exist_ok=True)
            with _opened(file, "Transform", console) as stream:
                layout = choice.catalog.get(validation.layout)
                transformation = transform_file(stream, source, layout, output, workdir)
            _reconcile(validation, transformation)
    _write(report, output)
    return CheckedFile(report=report, transformation=transformation)


def _layout(name: str) -> Layout:
    if name.endswith((".yaml", ".yml")):
        if not Path(name).is_file():
            raise ValueError(f"there is no file {name}")
        return read_layout(Path(name))
    catalog = LayoutCatalog.load()
    try:
        return catalog.get(name)
    except KeyError:
        raise ValueError(f"no layout {name}; 'etl layout list' shows those there are") from None


def _source(file: Path, choice: Choice) -> Source:
    """Describe the file as if it arrived now. Its id is the same at every check, so that output is written over."""
    formats = {layout.format for layout in choice.layouts}
    return Source(
        file_id=hashlib.sha256(str(file.resolve()).encode()).hexdigest(),
        partner=choice.partner,
        file_name=file.name,
        format=formats.pop() if len(formats) == 1 else _format(file),
        received_at=datetime.now(UTC),
    )


def _format(file: Path) -> FileFormat:
    return "json" if file.name.lower().removesuffix(".gz").endswith(".json") else "csv"


@contextmanager
def _opened(file: Path, doing: str, console: Console) -> Iterator[BinaryIO]:
    """Open ``file``; on a terminal, a bar shows how much of a long one has been read."""
    size = file.stat().st_size
    with file.open("rb") as plain:
        if size < LONG_FILE_BYTES or not console.is_terminal:
            yield plain
        else:
            with wrap_file(plain, size, description=doing, console=console, transient=True) as watched:
                yield watched


def _reconcile(validation: Validation, transformation: Transformation) -> None:
    totals = (transformation.totals, transformation.written.totals)
    if transformation.counts != validation.counts or totals != (validation.totals, validation.totals):
        raise ReconciliationError(f"{validation.layout}: validate and transform disagree on counts or totals")


def _write(report: Report, output: Path) -> None:
    for extension, content in {"json": report.json(), "html": page(report).encode()}.items():
        path = output / report.path(extension)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
