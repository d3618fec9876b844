"""Currency codes and IBANs: the public lists, as far as the generated files use them."""

CURRENCIES = {
    "EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "DKK": 2, "CNY": 2, "HUF": 2, "RUB": 2, "UAH": 2,
    "JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0,
    "BHD": 3, "KWD": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
    "EEK": 2, "ITL": 0,
}  # fmt: skip
"""ISO 4217: digits after the decimal point. Generated files have these codes, and texts that are none."""

WITHDRAWN = {"EEK": (1992, 2011), "ITL": (1970, 2002)}
"""The first and last year of currencies that exist no more."""

_IBAN_LENGTHS = {"NO": 15, "BE": 16, "NL": 18, "AT": 20, "CH": 21, "DE": 22, "GB": 22, "SE": 24, "FR": 27, "MT": 31}
"""ISO 13616: characters by country. Generated files have these countries, and XX and US, which have no IBANs."""
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CHECK_DIGITS = range(2, 99)


def is_iban(text: str, written: str) -> bool:
    """Return whether ``text`` is an IBAN: without spaces (``iban``), or in groups of four (``iban_print``)."""
    plain = text.replace(" ", "")
    in_groups = " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))
    if text != (plain if written == "iban" else in_groups) or not set(plain) <= set(_CHARACTERS):
        return False
    if len(plain) != _IBAN_LENGTHS.get(plain[:2]) or not plain[2:4].isdigit() or int(plain[2:4]) not in _CHECK_DIGITS:
        return False
    digits = "".join(str(_CHARACTERS.index(character)) for character in plain[4:] + plain[:4])
    return int(digits) % 97 == 1
