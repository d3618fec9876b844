"""Recognizes international bank account numbers (ISO 13616)."""

import re
from functools import lru_cache
from typing import Final

from transactions.layouts.ibans import IBAN_SHAPE

_SHAPE: Final = re.compile(IBAN_SHAPE)


@lru_cache(maxsize=10_000)
def is_iban(cell: str) -> bool:
    """Return whether ``cell`` is written as an IBAN, in groups or not; its check digits may be wrong."""
    return bool(_SHAPE.fullmatch(cell.replace(" ", "")))
