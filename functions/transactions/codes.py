"""Every code that rejects a file or a row, or warns of one: one truth for code, tests, alerts and documentation."""

from enum import StrEnum


class _Code(StrEnum):
    """A code with its meaning and its cure, both written to continue a sentence."""

    meaning: str
    cure: str

    def __new__(cls, value: str, meaning: str, cure: str) -> "_Code":
        code = str.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        code.cure = cure
        return code


class FileCode(_Code):
    """Why a file as a whole is rejected."""

    UNKNOWN_PARTNER = (
        "UNKNOWN_PARTNER",
        "There is no layout for this partner",
        "add a layout or correct the key: incoming/<partner>/<file name>",
    )
    NO_LAYOUT = (
        "NO_LAYOUT",
        "The partner has no layout for this format",
        "send the agreed format or add a layout",
    )
    WRONG_FILE_TYPE = (
        "WRONG_FILE_TYPE",
        "The file is of another type than its name says",
        "export it as CSV or JSON, unpack an archive first, and send that file",
    )
    HEADER_MISMATCH = (
        "HEADER_MISMATCH",
        "The header, or the first rows of a file without one, match none of the partner's layouts",
        "send the agreed columns or add a layout",
    )
    AMBIGUOUS_LAYOUT = (
        "AMBIGUOUS_LAYOUT",
        "The file fits more than one layout",
        "change the layouts so that only one of them fits",
    )
    EMPTY_FILE = (
        "EMPTY_FILE",
        "The file is empty",
        "send the file again",
    )
    NO_RECORDS = (
        "NO_RECORDS",
        "The file contains no records",
        "send the file again if it should contain some",
    )
    NOT_DECODABLE = (
        "NOT_DECODABLE",
        "The file is not in the declared encoding",
        "send the file in the agreed encoding",
    )
    MALFORMED_CSV = (
        "MALFORMED_CSV",
        "The file is not well-formed CSV",
        "send the file again, with every quoted cell closed and the quotes in it doubled, or escaped if that is agreed",
    )
    MALFORMED_JSON = (
        "MALFORMED_JSON",
        "The file is not well-formed JSON",
        "send the complete file again",
    )
    RECORD_PATH_MISSING = (
        "RECORD_PATH_MISSING",
        "The document has no records where the layout expects them",
        "send the agreed document",
    )
    RECORDS_UNREAD = (
        "RECORDS_UNREAD",
        "The document has another list of records like those that the layout reads",
        "add the list to recordPath of the layout, or to ignoredArrays if it has no booked transactions",
    )
    CAPTURE_MISSING = (
        "CAPTURE_MISSING",
        "A fact that the layout captures from above the header or from the file's name is missing",
        "send the file as the bank exports it, under its original name and with all lines above the header",
    )
    CAPTURE_AMBIGUOUS = (
        "CAPTURE_AMBIGUOUS",
        "A captured fact has several values for the same rows",
        "change its pattern so that it matches one line only, or send the file with one value above each section",
    )
    SECTION_UNDECLARED = (
        "SECTION_UNDECLARED",
        "Further down, the file has another header or another value of a captured fact: rows of several accounts",
        "send one file per account, or add sections: true to the layout, or skipLines if only the header is repeated",
    )
    TOO_MANY_REJECTED = (
        "TOO_MANY_REJECTED",
        "More rows are rejected than the layout allows",
        "correct the rows and send the file again",
    )
    TOO_MANY_DATES = (
        "TOO_MANY_DATES",
        "The file has more booking dates than the layout allows",
        "split it into several files, or raise limits.bookingDates in the layout",
    )
    PERIOD_EXCEEDED = (
        "PERIOD_EXCEEDED",
        "The booking dates lie further apart, or further back, than the layout allows",
        "check whether day and month are swapped, and send the agreed period",
    )
    RECORDS_LOST = (
        "RECORDS_LOST",
        "It is not certain where each record begins and ends",
        "send the file again, with every quoted cell closed and the quotes in it doubled, or escaped if that is agreed",
    )
    FILE_TOO_LARGE = (
        "FILE_TOO_LARGE",
        "The file is too large to be read",
        "split it into several files",
    )


class RowCode(_Code):
    """Why a row is rejected."""

    FIELD_COUNT = (
        "FIELD_COUNT",
        "The row does not have as many cells as the header",
        "quote cells that contain the delimiter",
    )
    QUOTE_MALFORMED = (
        "QUOTE_MALFORMED",
        "A quoted cell is not closed on its line, has text after its closing quote, or has a wrong escape in it",
        "close every quoted cell, and double the quotes in it, or escape them if that is agreed",
    )
    CHARACTER_FORBIDDEN = (
        "CHARACTER_FORBIDDEN",
        "The row contains a character that is not text: NUL, a byte order mark, or a control character from U+0080 on",
        "remove it, or send the file in the agreed encoding",
    )
    LINE_SKIPPED = (
        "LINE_SKIPPED",
        "The layout skips the line, but it could be a transaction: it has a booking date and an amount in place",
        "change skipLines, commentChar or footer of the layout so that it does not match; exclude rows with drop",
    )
    NOT_AN_OBJECT = (
        "NOT_AN_OBJECT",
        "The record is not a readable JSON object",
        "send the records as the layout describes them",
    )
    NAME_REPEATED = (
        "NAME_REPEATED",
        "A name occurs twice in an object of the record",
        "send each name once",
    )
    FIELD_TYPE = (
        "FIELD_TYPE",
        "The value does not have the JSON type that the layout declares",
        "send the agreed type",
    )
    FIELD_MISSING = (
        "FIELD_MISSING",
        "A required value is missing",
        "fill it in",
    )
    FIELD_FORMAT = (
        "FIELD_FORMAT",
        "The text does not have the agreed format",
        "write it as the layout describes",
    )
    IBAN_INVALID = (
        "IBAN_INVALID",
        "The account number is not an IBAN of its country's length, or its check digits are wrong",
        "check the account number",
    )
    VALUE_UNKNOWN = (
        "VALUE_UNKNOWN",
        "The value is not one of the agreed values",
        "use an agreed value or add it to the layout",
    )
    ID_MISSING = (
        "ID_MISSING",
        "The transaction has no id",
        "fill it in",
    )
    DUPLICATE_ID = (
        "DUPLICATE_ID",
        "An earlier row of the file has the same id",
        "send every transaction once",
    )
    AMOUNT_FORMAT = (
        "AMOUNT_FORMAT",
        "The amount does not have the agreed format",
        "write it as the layout describes",
    )
    AMOUNT_SCALE = (
        "AMOUNT_SCALE",
        "The amount has more decimals than its currency or layout allows",
        "send the exact amount",
    )
    AMOUNT_RANGE = (
        "AMOUNT_RANGE",
        "The amount has more than 13 digits before the decimal character",
        "check the amount",
    )
    AMOUNT_AMBIGUOUS = (
        "AMOUNT_AMBIGUOUS",
        "The row has both a debit and a credit, or amounts in two currencies",
        "send them as two rows",
    )
    SIGN_MISMATCH = (
        "SIGN_MISMATCH",
        "The amount's sign contradicts its direction, or is not allowed there",
        "write it as the layout describes",
    )
    DIRECTION_UNKNOWN = (
        "DIRECTION_UNKNOWN",
        "The direction is not one of the agreed words, or does not follow from the own account",
        "use an agreed word, or name the own account as one party",
    )
    CURRENCY_UNKNOWN = (
        "CURRENCY_UNKNOWN",
        "The currency is not an ISO 4217 code",
        "use the three-letter code",
    )
    CURRENCY_WITHDRAWN = (
        "CURRENCY_WITHDRAWN",
        "The currency was not valid on the booking date",
        "check the date; translate an old code that the bank still writes with a lookup, such as RUR: RUB",
    )
    DATE_FORMAT = (
        "DATE_FORMAT",
        "The date does not have the agreed format, or does not exist",
        "write it as the layout describes",
    )
    DATE_RANGE = (
        "DATE_RANGE",
        "The date is not plausible",
        "check the date",
    )


class WarningCode(_Code):
    """What looks wrong in a file or its rows, but rejects neither."""

    BALANCE_BREAK = (
        "BALANCE_BREAK",
        "The running balance does not continue from the previous row",
        "compare the file with the bank's statement: rows may be missing",
    )
    FINAL_LINE_END_MISSING = (
        "FINAL_LINE_END_MISSING",
        "The last line has no line end: the file may have been cut off",
        "compare the last row with the bank's statement; set finalLineEnd: false in the layout if the bank writes none",
    )
    FIELD_ABSENT = (
        "FIELD_ABSENT",
        "No record of the file has a field of the layout",
        "compare its path with the file; set optional: true in the layout if a file may lack it",
    )
    ARRAY_UNREAD = (
        "ARRAY_UNREAD",
        "The document has an array of objects that the layout does not read",
        "add it to recordPath of the layout if it has transactions, or to ignoredArrays if it has none",
    )
