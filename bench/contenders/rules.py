# mypy: disable-error-code="import-not-found, import-untyped"
"""What the other contenders check, in their own words: the rules that the pipeline takes from its layout."""

import re
from datetime import date, timedelta
from typing import Final

import pyarrow as pa

from bench.contenders.columns import COLUMNS
from bench.data import RECEIVED_AT

AMOUNT: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SCALE: Final = 3
WHOLE_DIGITS: Final = 13
EARLIEST: Final = date(1970, 1, 1)
LATEST: Final = {
    "booking_date": RECEIVED_AT.date() + timedelta(days=1),
    "value_date": RECEIVED_AT.date() + timedelta(days=31),
}

_TYPES = {
    "booking_date": pa.date32(),
    "value_date": pa.date32(),
    "amount": pa.decimal128(18, 5),
    "balance": pa.decimal128(18, 5),
}
ACCEPTED: Final = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS] + [("source_line", pa.int64())])
REJECTED: Final = pa.schema([("source_line", pa.int64()), ("field", pa.string()), ("error_code", pa.string())])
