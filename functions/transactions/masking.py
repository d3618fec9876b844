"""Masks account numbers in names of files, which partners choose and people read.

The patterns work alike in Python and in JSONata: the state machine masks the same way (``etl/workflow/masking.py``).
"""

import re
from typing import Final

MASKED_FROM: Final = 7
"""So many digits that stand together are taken for an account number."""

MASK: Final = "*"

_YEAR, _MONTH, _DAY = "20[0-9]{2}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_IN_THREE: Final = "(?:[0-9]{4}[._-][0-9]{2}[._-][0-9]{2}|[0-9]{2}[._-][0-9]{2}[._-][0-9]{4})"
"""What may be a date in three groups."""

_WORD: Final = f"(?:{_IN_THREE}|[0-9])[A-Za-z0-9]*"
"""Digits and letters from the first digit on, or such a date."""

TOGETHER: Final = f"{_WORD}(?:[ _-][A-Za-z]*{_WORD})*"
"""Words with digits that follow each other behind one space, hyphen or underscore: an account number in groups, an
IBAN, and also ``01-11-2026_28-11-2026``. Dots separate: ``camt.053.001.08`` is no number."""

PART: Final = f"[A-Za-z]*{_IN_THREE}[A-Za-z0-9]*|[A-Za-z0-9]+"
"""Of what stands together: a word, or what may be a date."""

DATE: Final = (
    f"[A-Za-z]*(?:{_YEAR}[._-]{_MONTH}[._-]{_DAY}"
    f"|(?:{_DAY}[._-]{_MONTH}|{_MONTH}[._-]{_DAY})[._-]{_YEAR}"
    f"|{_YEAR}{_MONTH}{_DAY}(?:(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?)?)"
    "(?:T[0-9]{2,6})?[A-Za-z]*"
)
"""A part that is shown: a date of this century, between letters or not, also with the time of day."""

DIGIT: Final = "[0-9]"


def masked_name(text: str) -> str:
    """Show every digit of what may be an account number as ``*``; dates stay.

    Seven digits and more that stand together, in groups or between letters as in an IBAN, are masked. A shorter number
    stays, and so does one that reads as a date.
    """
    return re.sub(TOGETHER, lambda found: _masked(found[0]), text)


def _masked(together: str) -> str:
    hidden = re.sub(PART, lambda part: _hidden(part[0]), together)
    return hidden if hidden.count(MASK) >= MASKED_FROM else together


def _hidden(part: str) -> str:
    return part if re.fullmatch(DATE, part) else re.sub(DIGIT, MASK, part)
