"""All layouts, by name and by partner."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Self

import msgspec

from transactions.assets import asset_folder
from transactions.codes import FileCode
from transactions.documents import DocumentError, read_yaml
from transactions.errors import FileRejectedError, LayoutError
from transactions.layouts.layout import Layout
from transactions.layouts.linting import complaints
from transactions.results import FileFormat


class LayoutCatalog:
    """All layouts, linted."""

    def __init__(self, layouts: tuple[Layout, ...]) -> None:
        self._layouts = {layout.name: layout for layout in layouts}

    def __iter__(self) -> Iterator[Layout]:
        return iter(self._layouts.values())

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Read every layout of ``folder``, by default those that ship with the package.

        Raises
        ------
        LayoutError
            If a layout is wrong. The message names the file and the key.
        """
        folder = folder or asset_folder("layouts")
        return cls(tuple(read_layout(path) for path in sorted(folder.glob("*.yaml"))))

    def get(self, name: str) -> Layout:
        """Return the layout ``name``; KeyError if there is none."""
        return self._layouts[name]

    def candidates(self, partner: str, file_format: FileFormat) -> tuple[Layout, ...]:
        """Return the partner's layouts of that format; FileRejectedError if there are none."""
        of_partner = [layout for layout in self if layout.partner == partner]
        if not of_partner:
            raise FileRejectedError(FileCode.UNKNOWN_PARTNER)
        of_format = tuple(layout for layout in of_partner if layout.format == file_format)
        if not of_format:
            raise FileRejectedError(FileCode.NO_LAYOUT, f"{partner} sends no {file_format.upper()} files")
        return of_format


@cache
def shipped_layouts() -> LayoutCatalog:
    """Return the layouts that ship with the package, loaded and checked at the first call."""
    return LayoutCatalog.load()


def read_layout(path: Path) -> Layout:
    """Read and lint one layout file.

    Raises
    ------
    LayoutError
        If the layout is wrong. The message names the file, the key and the rule.
    """
    try:
        layout = msgspec.convert(read_yaml(path), Layout)
    except (DocumentError, OSError, msgspec.ValidationError) as error:
        raise LayoutError(_one_line(path, str(error))) from error
    found = complaints(layout)
    if layout.name != path.stem:
        found = [f"name: must be the file's name, {path.stem}", *found]
    if found:
        raise LayoutError("\n".join(_one_line(path, complaint) for complaint in found))
    return layout


def _one_line(path: Path, complaint: str) -> str:
    return f"{path.name}: {' '.join(complaint.split())}"
