"""All layouts, by name and by partner."""

from pathlib import Path
from typing import Self

from transactions.layout import Layout


class LayoutCatalog:
    """All layouts, linted."""

    def __init__(self, layouts: tuple[Layout, ...]) -> None:
        self._layouts = {layout.name: layout for layout in layouts}

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Read and lint every layout of ``folder``, by default those that ship with the package."""
        raise NotImplementedError

    def get(self, name: str) -> Layout:
        """Return the layout ``name``; KeyError if there is none."""
        return self._layouts[name]
