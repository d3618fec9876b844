"""What must hold in the declaration of a number, so that no cell has two meanings and no sign goes unseen."""

import unicodedata
from collections.abc import Iterator
from itertools import product

from transactions.layouts.affixes import can_mean_minus, can_separate, is_currency, is_sign
from transactions.layouts.fields import NumberField

_ONLY_IN_TEXT = (
    "decimal_char",
    "group_char",
    "grouping",
    "prefixes",
    "suffixes",
    "parentheses",
    "trailing_sign",
    "bare_fraction",
    "plus_sign",
)
_SIGNS = ("parentheses", "trailing_sign", "minus_chars", "plus_sign")
_WORDS = ("debit_words", "credit_words")
_DEFAULTS = NumberField(name="any")


def number_complaints(field: NumberField) -> Iterator[str]:
    """Yield what is wrong with ``field``, each as a key below it and a rule."""
    if field.json_type == "number":
        if any(_declares(field, key) for key in (*_ONLY_IN_TEXT, "minus_chars", *_WORDS)):
            yield ".jsonType: a JSON number has its own way of writing"
        return
    yield from _separators(field)
    for key, affixes in (("prefixes", field.prefixes), ("suffixes", field.suffixes)):
        yield from (f".{key}[{place}]: {rule}" for place, affix in enumerate(affixes) for rule in _affix(affix))
    for place, character in enumerate(field.minus_chars):
        if not can_mean_minus(character) or character in {field.decimal_char, *field.group_chars}:
            yield f".minusChars[{place}]: {_shown(character)} is no minus"
    yield from _words(field)
    yield from _two_meanings(field)


def _separators(field: NumberField) -> Iterator[str]:
    if field.decimal_char in field.group_chars:
        yield ".groupChar: must differ from decimalChar"
    if field.grouping != "thousands" and not field.group_char:
        yield ".grouping: needs a groupChar"
    if not all(map(can_separate, (*field.group_chars, field.decimal_char))):
        yield ": decimalChar and groupChar are punctuation or spaces, and no signs"


def _affix(affix: str) -> Iterator[str]:
    if signs := list(filter(is_sign, affix)):
        yield f"{_shown(signs[0])} is a sign. Name a minus in minusChars; parentheses have a key of their own"
    elif not affix or not is_currency(affix):
        yield (
            f"{affix!r} is not a currency, and could give the direction or the magnitude. Declare a word for a "
            "direction in debitWords or creditWords"
        )


def _words(field: NumberField) -> Iterator[str]:
    if not field.words:
        return
    if not (field.debit_words and field.credit_words):
        yield '.debitWords: needs creditWords, and they need it; "" stands for no word'
    if any(_declares(field, key) for key in _SIGNS):
        yield ".debitWords: where words give the direction, a sign cannot"
    for key, words in (("debitWords", field.debit_words), ("creditWords", field.credit_words)):
        for place, word in enumerate(words):
            if word and not _is_word(word):
                yield f".{key}[{place}]: a word begins with a letter, and has no digits, signs or spaces at its end"


def _is_word(word: str) -> bool:
    in_words = word[0].isalpha() and not word[-1].isspace()
    return in_words and not any(letter.isnumeric() or is_sign(letter) for letter in word)


def _two_meanings(field: NumberField) -> Iterator[str]:
    """Yield the texts beside the digits that can be taken apart in two ways."""
    words = {"": "", **dict.fromkeys(field.debit_words, "debit"), **dict.fromkeys(field.credit_words, "credit")}
    for word in sorted(set(field.debit_words) & set(field.credit_words)):
        yield f".debitWords: {word!r} stands in creditWords as well"
    before = [(word, affix, word + affix) for word, affix in product(words, ("", *field.prefixes))]
    after = [(word, affix, affix + word) for word, affix in product(words, ("", *field.suffixes))]
    for side in (before, after):
        directions = dict[str, str]()
        for word, _, text in side:
            known = directions.setdefault(_squeezed(text), words[word])
            if known != words[word]:
                yield f".debitWords: {text!r} beside the digits could mean money in and money out"
    beginnings = {_squeezed(text) for _, _, text in before}
    if field.bare_fraction and any(text + field.decimal_char in beginnings for text in beginnings):
        yield f".bareFraction: a {field.decimal_char} before the digits could end a prefix or begin the decimals"


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _declares(field: NumberField, key: str) -> bool:
    return bool(getattr(field, key) != getattr(_DEFAULTS, key))


def _shown(character: str) -> str:
    return f"{character} (U+{ord(character):04X} {unicodedata.name(character, 'without a name')})"
