"""What is wrong with the bad rows of each format."""

from typing import Final, Literal, NamedTuple, get_args

from transactions.codes import RowCode

Format = Literal["csv", "decimal-comma", "ndjson", "json", "ndjson-numbers", "json-numbers"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)


class Flaw(NamedTuple):
    """What is wrong with a bad row: ``text`` stands in ``field``, or in one cell too many where that is empty."""

    field: str
    text: str | int
    code: RowCode


_FIRST_ID = "AB-000000000"
_PLAIN_TEXT_FLAWS: Final = (
    Flaw("currency", "EURO", RowCode.CURRENCY_UNKNOWN),
    Flaw("booking_date", "", RowCode.FIELD_MISSING),
    Flaw("booking_date", "2025-02-30", RowCode.DATE_FORMAT),
    Flaw("booking_date", "03/10/2025", RowCode.DATE_FORMAT),
    Flaw("booking_date", "1111-11-11", RowCode.DATE_RANGE),
    Flaw("value_date", "2099-01-01", RowCode.DATE_RANGE),
)
_FLAWS: Final = (
    Flaw("transaction_id", "", RowCode.ID_MISSING),
    Flaw("transaction_id", _FIRST_ID, RowCode.DUPLICATE_ID),
    Flaw("amount", "", RowCode.FIELD_MISSING),
    Flaw("amount", "12,50", RowCode.AMOUNT_FORMAT),
    Flaw("amount", "1e2", RowCode.AMOUNT_FORMAT),
    Flaw("amount", "12.345", RowCode.AMOUNT_SCALE),
    Flaw("amount", "12345678901234.00", RowCode.AMOUNT_RANGE),
    *_PLAIN_TEXT_FLAWS,
    Flaw("balance", "n/a", RowCode.AMOUNT_FORMAT),
)
_CSV_FLAWS: Final = (*_FLAWS, Flaw("", "surplus", RowCode.FIELD_COUNT))
_JSON_FLAWS: Final = (*_FLAWS, Flaw("account", 4711, RowCode.FIELD_TYPE))
_NUMBER_FLAWS: Final = (
    Flaw("transaction_id", "", RowCode.ID_MISSING),
    Flaw("transaction_id", _FIRST_ID, RowCode.DUPLICATE_ID),
    Flaw("amount", "null", RowCode.FIELD_MISSING),
    Flaw("amount", '"12,50"', RowCode.FIELD_TYPE),
    Flaw("amount", "12.345", RowCode.AMOUNT_SCALE),
    Flaw("amount", "12345678901234.00", RowCode.AMOUNT_RANGE),
    *_PLAIN_TEXT_FLAWS,
    Flaw("balance", '"12.50"', RowCode.FIELD_TYPE),
    Flaw("account", 4711, RowCode.FIELD_TYPE),
)
_DECIMAL_COMMA_FLAWS: Final = (
    Flaw("Betrag (€)", "", RowCode.FIELD_MISSING),
    Flaw("Betrag (€)", "-5.00", RowCode.AMOUNT_FORMAT),
    Flaw("Betrag (€)", "12,50 €", RowCode.AMOUNT_FORMAT),
    Flaw("Betrag (€)", "1e2", RowCode.AMOUNT_FORMAT),
    Flaw("Betrag (€)", "12,345", RowCode.AMOUNT_SCALE),
    Flaw("Betrag (€)", "12345678901234,00", RowCode.AMOUNT_RANGE),
    Flaw("Buchungsdatum", "", RowCode.FIELD_MISSING),
    Flaw("Buchungsdatum", "30.02.25", RowCode.DATE_FORMAT),
    Flaw("Buchungsdatum", "2025-10-03", RowCode.DATE_FORMAT),
    Flaw("Buchungsdatum", "01.01.30", RowCode.DATE_RANGE),
    Flaw("Wertstellung", "32.10.25", RowCode.DATE_FORMAT),
    Flaw("Wertstellung", "01.01.69", RowCode.DATE_RANGE),
    Flaw("", "surplus", RowCode.FIELD_COUNT),
)
FLAWS: Final[dict[Format, tuple[Flaw, ...]]] = {
    "csv": _CSV_FLAWS,
    "ndjson": _JSON_FLAWS,
    "json": _JSON_FLAWS,
    "ndjson-numbers": _NUMBER_FLAWS,
    "json-numbers": _NUMBER_FLAWS,
    "decimal-comma": _DECIMAL_COMMA_FLAWS,
}
