"""What an archived object costs, by its size: why small processed objects stay in S3 Standard."""

from typing import Final

from evidence.cost import prices

GIGABYTE: Final = 2**30
"""What S3 bills as one."""

SMALLEST_INSTANT: Final = 128 * 1024
"""Glacier Instant Retrieval bills a smaller object as one of this size."""

FLEXIBLE_INDEX: Final = 32 * 1024
FLEXIBLE_NAME: Final = 8 * 1024
"""What Glacier Flexible Retrieval bills beside each object: an index at its own price, and the name at Standard's."""


def standard_month(size: int) -> float:
    """Dollars a month for an object of this size, in bytes, in S3 Standard."""
    return size / GIGABYTE * prices.S3_GB_MONTH


def instant_month(size: int) -> float:
    """Dollars a month in Glacier Instant Retrieval."""
    return max(size, SMALLEST_INSTANT) / GIGABYTE * prices.GLACIER_INSTANT_GB_MONTH


def flexible_month(size: int) -> float:
    """Dollars a month in Glacier Flexible Retrieval."""
    own = (size + FLEXIBLE_INDEX) / GIGABYTE * prices.GLACIER_FLEXIBLE_GB_MONTH
    return own + FLEXIBLE_NAME / GIGABYTE * prices.S3_GB_MONTH


def months_to_repay(move: float, *, before: float, after: float) -> float | None:
    """Months until what an object saves has repaid its move; None where it saves nothing."""
    return move / (before - after) if before > after else None


def instant_read(size: int) -> float:
    """Dollars for one read from Glacier Instant Retrieval."""
    return prices.GLACIER_INSTANT_READ + size / GIGABYTE * prices.GLACIER_INSTANT_GB


def restore(size: int) -> float:
    """Dollars for a restore from Glacier Flexible Retrieval, without the copy's week in S3 Standard."""
    return prices.GLACIER_FLEXIBLE_RESTORE + size / GIGABYTE * prices.GLACIER_FLEXIBLE_RESTORE_GB
