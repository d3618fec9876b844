"""All layouts, by name and by partner."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Self

from transactions.assets import asset_folder
from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Layout
from transactions.layouts.layout_file import read_layout
from transactions.results import FileFormat

__all__ = ["LayoutCatalog", "read_layout", "shipped_layouts"]


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
            If a layout is wrong, as ``read_layout`` raises it.
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
