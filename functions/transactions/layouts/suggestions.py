"""What was probably meant by a word that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggested(word: str, known: Iterable[str]) -> str:
    """Return the nearest of the ``known`` words, whatever the case; empty if none is near."""
    by_form = {_form(one): one for one in sorted(known)}
    nearest = get_close_matches(_form(word), by_form, n=1)
    return by_form[nearest[0]] if nearest else ""


def unknown(rule: str, word: str, known: Iterable[str]) -> str:
    """Return ``rule``, which says that ``word`` is not known, with the known word that is nearest."""
    nearest = suggested(word, known)
    return f"{rule}; did you mean {nearest}?" if nearest else rule


def _form(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")
