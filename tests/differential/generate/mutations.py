"""Damages a file: a few changes of its text or bytes."""

from random import Random
from typing import Any

from tests.differential.generate.chance import chance

_BYTES = (
    b"",
    b"\x00",
    b"\xff",
    b"\x80",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"\xe2\x82",
    b"\n",
    b"\r",
    b"\r\n",
    b'"',
    b",",
    b";",
    b"{",
    b"}",
    b"]",
    b"\\",
    b"\x85",
    b" ",
    b"0",
)


def of_text(rng: Random, text: str, dialect: dict[str, Any]) -> str:
    """Put in, take out or repeat a few characters: quotes, delimiters, blanks and line ends above all."""
    quote, delimiter = dialect.get("quoteChar") or '"', dialect.get("delimiter", ",")
    pieces = [quote, quote * 2, quote * 3, delimiter, delimiter + quote, quote + delimiter, " ", f" {quote}",
    f"  {quote}", f"{quote} ",
              "\n", "\r", "\r\n", "\n\n", "\t", "\u00a0", "-", "+", ".", ",", "0", "", "", f"{quote}\n{quote}",
              delimiter * 3, "\u2028", "x"]  # fmt: skip
    if escape := dialect.get("escapeChar"):
        pieces += [escape, escape * 2, escape + quote, escape + delimiter]
    for _ in range(rng.choice([1, 1, 2, 3, 6])):
        start = _place(rng, text, quote + delimiter + "\n\r")
        end = start + rng.choice([0, 0, 1, 1, 2, rng.randint(0, 30)])
        text = text[:start] + rng.choice(pieces) + text[end:]
    return text


def of_bytes(rng: Random, content: bytes) -> bytes:
    """Flip, put in, take out, cut off or repeat a few bytes."""
    for _ in range(rng.choice([1, 1, 2, 4])):
        start = rng.randint(0, len(content))
        end = min(len(content), start + rng.choice([0, 1, 2, rng.randint(0, 40)]))
        match rng.choice(["flip", "put", "cut", "repeat", "take"]):
            case "flip" if start < len(content):
                content = content[:start] + bytes([content[start] ^ (1 << rng.randrange(8))]) + content[start + 1 :]
            case "put":
                content = content[:start] + rng.choice(_BYTES) + content[start:]
            case "cut" if chance(rng, 0.4):
                content = content[:start]
            case "repeat":
                content = content[:end] + content[start:end] + content[end:]
            case _:
                content = content[:start] + content[end:]
    return content


def _place(rng: Random, text: str, notable: str) -> int:
    """Draw a place, mostly beside one of the characters that matter."""
    place = rng.randint(0, len(text))
    if chance(rng, 0.3):
        return place
    found = [at for at in (text.find(character, place) for character in notable) if at >= 0]
    return min(found) + rng.randint(0, 1) if found else place


def of_json(rng: Random, text: str) -> str:
    """Put in, take out or repeat a few of the marks that JSON is made of."""
    pieces = ['"', "{", "}", "[", "]", ",", ":", "\\", "\\u0000", "\\ud800", "\n", "\r\n", " ", "\t", "\x01", "0",
    "-", ".", "e", "null", "true",
              '""', "{}", "[]", ",,", '"x":1,', "}{", "},{", "\\n", "/", "", ""]  # fmt: skip
    for _ in range(rng.choice([1, 1, 2, 3])):
        start = _place(rng, text, '"{}[],:\n')
        end = start + rng.choice([0, 0, 1, 1, 2, rng.randint(0, 30)])
        text = text[:start] + rng.choice(pieces) + text[end:]
    return text
