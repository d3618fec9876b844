# ruff: noqa: RUF001 - currencies in their own scripts
"""What may stand beside the digits of a number: a currency, and nothing that may give the direction or the magnitude.

Words for a direction cannot be listed for all languages; the ways to write a currency nearly can. So an affix must be
known as a currency, and any other is refused, be it ``DR``, ``Soll`` or ``Mio``.
"""

import re
import unicodedata

from transactions.currencies import MINOR_UNITS

_WORDS = """
    cnh ntd rmb stg sterling euro euros dollar dollars pound pounds yen yuan renminbi won baht rupee rupees rupiah
    ringgit peso pesos real reais sol soles boliviano bolivianos bolívares colones córdobas quetzales lempiras
    balboas guaraníes franc francs franken rand naira cedi cedis shilling shillings kwacha pula birr dirham dirhams
    dinar dinars riyal riyals shekel shekels lira liras lari dram drams som soum tenge manat rub rouble roubles
    ruble rubles hryvnia taka kyat riel dong kr krona kronor krone kroner króna krónur kč kc koruna korun zł zl
    złoty złotych zloty ft forint lei leu lv leva kn kuna km din dinara denar fr frs sfr cfa fcfa tl rs rp rm tk dh
    dhs sr qr kd bd jd kz br sh ksh kshs tsh ush nis nrs slrs nu ks gs bs bsf bss s/ b/ afl đ đồng vnđ
    us$ u$s a$ au$ c$ ca$ can$ nz$ hk$ s$ sg$ nt$ r$ mx$ mex$ rd$ j$ tt$ bz$ bds$ ec$ fj$ n$ ar$ col$ gh₵ gh¢ e£ £e
    лв лева дин динара ден грн гривень руб рубль рубля рублей сом сўм тенге тг манат бр ლარი դրամ
    元 圆 圓 块 人民币 人民幣 港元 港币 港幣 美元 欧元 歐元 新台幣 新臺幣 円 日元 원 엔 บาท रु रू रुपये টাকা
    درهم دإ ريال رس رق دينار دك دب دأ رع لل ليرة لس جنيه جم دم دج دت عد تومان שח ש״ח ש"ח
"""
_CURRENCIES = frozenset(_WORDS.split()) | {code.lower() for code in MINOR_UNITS}
"""Names and abbreviations, in small letters and without points. Cents are not among them: they change the size."""
_CAPITALS = frozenset("FLQR")
"""Currencies of one letter: francs, lempiras, quetzales, rand."""
_AROUND_TEXT = "=\"'"
"""Written around a number that a spreadsheet program is to take for text."""
_NOT_COMPARED = dict.fromkeys(map(ord, ".:\u200e\u200f\u061c\u200b\ufeff"))
"""Points, and characters that are not seen: direction marks of Arabic and Hebrew text, zero-width spaces."""
_SIGN_NAMES = frozenset(("MINUS", "HYPHEN", "DASH", "PLUS", "MACRON", "OVERLINE"))


def is_sign(character: str) -> bool:
    """Return whether ``character`` is a plus, a minus, a dash or a bracket of any script, by Unicode's data."""
    kind = unicodedata.category(character)
    return kind in {"Pd", "Ps", "Pe"} or (kind[0] not in "LM" and not _SIGN_NAMES.isdisjoint(_name_words(character)))


def can_mean_minus(character: str) -> bool:
    """Return whether ``character`` is a dash, or a symbol such as ▲, but no plus and no bracket."""
    kind = unicodedata.category(character)
    return kind not in {"Ps", "Pe"} and (kind == "So" or is_sign(character)) and "PLUS" not in _name_words(character)


def can_separate(character: str) -> bool:
    """Return whether ``character`` can stand between digits: punctuation, an accent or a space, but no sign."""
    kind = unicodedata.category(character)
    return (kind == "Sk" or kind[0] in "PZ") and not is_sign(character)


def is_currency(affix: str) -> bool:
    """Return whether ``affix`` is currency signs, codes of ISO 4217, and usual names or abbreviations, or blank."""
    blanks = "".join(character for character in affix if character.isspace())
    return set(map(unicodedata.category, blanks)) <= {"Zs"} and all(map(_is_known, affix.strip(_AROUND_TEXT).split()))


def _is_known(word: str) -> bool:
    visible = "".join(character for character in word if unicodedata.category(character)[0] not in "CM")
    if re.search(r"(?:^|[^\w/])\.", visible):
        return False  # A point that ends no abbreviation could be the decimal character.
    plain = unicodedata.normalize("NFC", word.translate(_NOT_COMPARED))
    without_signs = plain.strip("".join(character for character in plain if unicodedata.category(character) == "Sc"))
    return not without_signs or plain in _CAPITALS or not _CURRENCIES.isdisjoint((plain.lower(), without_signs.lower()))


def _name_words(character: str) -> list[str]:
    return unicodedata.name(character, "").replace("-", " ").split()
