# mypy: disable-error-code="import-not-found, import-untyped"
"""The shape of what is written with pyarrow."""

from typing import Final

import pyarrow as pa

from evidence.bench.contenders.columns import COLUMNS

_TYPES = {
    "booking_date": pa.date32(),
    "value_date": pa.date32(),
    "amount": pa.decimal128(18, 5),
    "balance": pa.decimal128(18, 5),
}
ACCEPTED: Final = pa.schema([(name, _TYPES.get(name, pa.string())) for name in COLUMNS] + [("source_line", pa.int64())])
REJECTED: Final = pa.schema([("source_line", pa.int64()), ("field", pa.string()), ("error_code", pa.string())])
