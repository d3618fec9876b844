"""What the other contenders check, in their own words: the rules that the pipeline takes from its layout."""

import re
from datetime import date, timedelta
from typing import Final

from evidence.bench.data import RECEIVED_AT

AMOUNT: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SCALE: Final = 3
WHOLE_DIGITS: Final = 13
EARLIEST: Final = date(1970, 1, 1)
LATEST: Final = {
    "booking_date": RECEIVED_AT.date() + timedelta(days=1),
    "value_date": RECEIVED_AT.date() + timedelta(days=31),
}
