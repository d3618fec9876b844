"""What the functions that read files keep between calls: the layouts; and the limits of their machine."""

import os
from functools import cache

from transactions.layouts.catalog import LayoutCatalog


@cache
def layouts() -> LayoutCatalog:
    """Give the layouts that ship with the package, loaded and checked at the first call."""
    return LayoutCatalog.load()


def engine_memory_mb() -> int:
    """Give the engine half of the function's memory: it takes up to 0.4 GB above its limit, and Python some more."""
    return int(os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) // 2
