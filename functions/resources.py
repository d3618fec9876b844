"""What the functions that read files keep between calls: the layouts."""

from functools import cache

from transactions.layouts.catalog import LayoutCatalog


@cache
def layouts() -> LayoutCatalog:
    """Give the layouts that ship with the package, loaded and checked at the first call."""
    return LayoutCatalog.load()
