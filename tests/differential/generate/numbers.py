# ruff: noqa: RUF001 - characters of other scripts are what it is about
"""Number fields, and numbers written as they say, or nearly so."""

from decimal import Decimal
from random import Random
from typing import Any

from tests.differential.generate.chance import chance, some, weighted

Spec = dict[str, Any]

_CHARACTERS = {
    (".", None): 4.0, (",", None): 2.0, (".", ","): 3.0, (",", "."): 3.0, (",", " "): 1.0, (",", "\u00a0"): 1.0,
    (".", "'"): 1.0, (",", "\u202f"): 0.5, (".", "’"): 0.5, ("·", None): 0.2, (",", "_"): 0.2, (".", " "): 0.5,
}  # fmt: skip
_SPACES = (" ", "\u00a0", "\u202f")
_PREFIXES = ("$", "£", "US$", "Fr. ", "€ ", "R")
_SUFFIXES = (" EUR", "€", " zł", " kr.", " ")
_WORDS = (
    (["DR"], ["CR"]),
    ((["Soll", "S"], ["Haben", "H"])),
    (["OD"], [""]),
    (["", "DR"], ["Cr"]),
    (["Af"], ["Bij", ""]),
)
_MINUS = (["−"], ["−", "–"], ["﹣"], ["▲"])
_SCRAPS = (
    *"0123456789", "000", "123", ".", ",", "'", "-", "+", "(", ")", "$", "€", " EUR", " ", "\u00a0", "e", "E", "_",
    "−",
    "٣", "１", "½", "x", "%", "\t",
)  # fmt: skip
_ODD = (
    "1e5", "1E-2", "--5", "+-5", "5-", "5+", "(5)", "(-5)", "-(5)", "−5", "–5.00", "﹣5", "５", "٣٤", "1.234.567",
    "1,23,456",
    "1.234", "1,234", "-1.450", ".5", "-.5", "5.", "5,", "", " 5", "5 ", "\u00a05", "NaN", "inf", "-Infinity",
    "0x10", "1_000",
    "½", "1'000", "00005.00", "-0.00", "-0", "+0", "12345678901234", "99999999999999.99", "0.00001", "1.000000",
    "5.0000000",
    "1.00500", "5.00 EUR", "EUR 5.00", "$-5", "-$5", "5,00", "1.000,00", "1,000.00", "true", "null", "5.00 DR",
    "5.00 CR", "S 5",
    "1 000", "1.5.5", "1,,5", "..", "-", "+", "()", "9" * 40, "0" * 30 + "1.00", "1." + "0" * 40,
    "1." + "0" * 30 + "1",
)  # fmt: skip
_WHOLE = (
    "0",
    "1",
    "9",
    "10",
    "999",
    "1000",
    "1234",
    "999999",
    "1000000",
    "9999999999999",
    "1234567890123",
    "90071992547409",
)


def number_field(rng: Random, name: str, *, words: bool = False) -> Spec:
    """Draw the format of a number; words for the direction may stand beside it only if ``words`` is true."""
    decimal_char, group_char = weighted(rng, _CHARACTERS)
    drawn: dict[str, tuple[float, Any]] = {
        "scale": (0.3, rng.randint(0, 5)),
        "prefixes": (0.2, some(rng, _PREFIXES, 3)),
        "suffixes": (0.2, some(rng, _SUFFIXES, 3)),
        "bareFraction": (0.15, True),
        "minorUnits": (0.07, True),
    }
    signs: dict[str, tuple[float, Any]] = {
        "parentheses": (0.15, True),
        "trailingSign": (0.15, True),
        "minusChars": (0.12, list(rng.choice(_MINUS))),
        "plusSign": (0.15, True),
    }
    spec: Spec = {"name": name, "type": "number", "decimalChar": decimal_char}
    if group_char:
        spec["groupChar"] = group_char
        if chance(rng, 0.2):
            spec["grouping"] = "indian"
        if group_char in _SPACES and chance(rng, 0.5):
            spec["groupChar"] = list(_SPACES)
    if words and chance(rng, 0.2):
        spec["debitWords"], spec["creditWords"] = map(list, rng.choice(_WORDS))
        signs = {}
    return spec | {key: value for key, (often, value) in (drawn | signs).items() if chance(rng, often)}


def json_number_field(rng: Random, name: str) -> Spec:
    """Draw a field of JSON numbers."""
    spec: Spec = {"name": name, "type": "number", "jsonType": "number"}
    if chance(rng, 0.4):
        spec["scale"] = rng.randint(0, 5)
    if chance(rng, 0.2):
        spec["minorUnits"] = True
    return spec


def amount(rng: Random, *, zero: float = 0.05) -> Decimal:
    """Draw an amount without a sign."""
    if chance(rng, zero):
        return Decimal(rng.choice(["0", "0.00", "0.000"]))
    whole = rng.choice(_WHOLE) if chance(rng, 0.1) else str(rng.randrange(10 ** rng.randint(1, 6)))
    decimals = weighted(rng, {0: 2.0, 1: 1.0, 2: 8.0, 3: 0.6, 4: 0.2, 5: 0.2})
    fraction = "".join(rng.choice("0123456789") for _ in range(decimals))
    return Decimal(f"{whole}.{fraction}") if fraction else Decimal(whole)


def written(rng: Random, spec: Spec, value: Decimal, sign: str = "") -> str:
    """Write ``value`` with ``sign`` ("", "+" or "-") in one of the ways that the field has for it."""
    digits = _digits(rng, spec, value)
    if spec.get("jsonType") == "number":
        return sign.replace("+", "") + digits
    prefixes, suffixes = spec.get("prefixes", []), spec.get("suffixes", [])
    prefix = rng.choice(prefixes) if prefixes and chance(rng, 0.6) else ""
    suffix = rng.choice(suffixes) if suffixes and chance(rng, 0.6) else ""
    text = f"{prefix}{digits}{suffix}"
    if "debitWords" in spec:
        return _beside_word(rng, spec, text, sign)
    if not sign:
        return text
    sign = rng.choice([sign, *spec.get("minusChars", [])]) if sign == "-" else sign
    ways = [f"{sign}{text}"]
    if prefix:
        ways.append(f"{prefix}{sign}{digits}{suffix}")
    if spec.get("trailingSign"):
        ways.append(f"{text}{sign}")
    if spec.get("parentheses") and sign == "-":
        ways.append(f"({text})")
    return rng.choice(ways)


def _beside_word(rng: Random, spec: Spec, text: str, sign: str) -> str:
    word = rng.choice(spec["debitWords" if sign == "-" else "creditWords"])
    if chance(rng, 0.03):
        word = rng.choice(["", "dr", "-", "x", "CR", "DR "])
    if not word:
        return text
    blank = rng.choice(["", " ", "  ", "\u00a0"])
    return rng.choice([f"{word}{blank}{text}", f"{text}{blank}{word}"])


def odd_number(rng: Random) -> str:
    """Draw a text that is no number of most fields."""
    if chance(rng, 0.3):
        return "".join(rng.choice(_SCRAPS) for _ in range(rng.randint(1, 7)))
    return rng.choice(_ODD)


def _digits(rng: Random, spec: Spec, value: Decimal) -> str:
    if spec.get("minorUnits"):
        return str(int(value * 100))
    whole, _, fraction = f"{value:f}".partition(".")
    scale = spec.get("scale", 2)
    if len(fraction) > scale and chance(rng, 0.9):
        fraction = fraction[:scale]
    if chance(rng, 0.1):
        fraction += "0" * rng.randint(1, 4)
    if spec.get("jsonType") != "number" and chance(rng, 0.02):
        whole = "00" + whole
    groups = spec.get("groupChar")
    if groups and chance(rng, 0.7):
        # Now and then in the other way.
        indian = (spec.get("grouping") == "indian") != chance(rng, 0.03)
        whole = _grouped(int(whole), indian=indian).replace(",", rng.choice(groups))
    if spec.get("bareFraction") and whole == "0" and fraction and chance(rng, 0.5):
        whole = ""
    return whole + (spec.get("decimalChar", ".") + fraction if fraction else "")


def _grouped(number: int, *, indian: bool) -> str:
    """Write a number with commas between groups of three digits, or, in Indian, of two before the last three."""
    if not indian or number < 1000:
        return f"{number:,}"
    thousands, rest = divmod(number, 1000)
    pairs = list[str]()
    while thousands:
        thousands, pair = divmod(thousands, 100)
        pairs.append(f"{pair:02}" if thousands else str(pair))
    return ",".join([*reversed(pairs), f"{rest:03}"])
