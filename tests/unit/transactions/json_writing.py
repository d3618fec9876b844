"""Writes JSON in every way that it may be written, and now and then in one that it may not."""

from random import Random

_PLAIN = ["a", "ä", "€", "😀", " ", "{", "},", "[", "]", ":5", ",", "5", "#number", "null"]
_ESCAPED = [
    *(r"\u00e4", r"\u00E4", r"\ud83d\ude00", r"\n", r"\r", r"\r\n", r"\u000d", r"\u000D\u000a", r"\r\u000A", r"\t"),
    *(r"\"", r"\\", r"\/", r"\b", r"\u0001", r"\"size\": 5", r"{\"a\":[1,{}]},", r"\\u000d", r"\\r", r"\\u0000"),
]
_NO_TEXT = [r"\u0000", "\ufeff", r"\ufeff", r"\uFEFF", "\x85", r"\u0085", r"\u009F"]
_WRONG_IN_STRINGS = [r"\ud800", r"\udc00\ud800", r"\x", "\x01", "\t", '"']
_NUMBERS = [
    *("0", "-0", "1", "-12.50", "1e5", "1E+2", "0.1", "-1.5e-3", "1e400", "12345678901234567.89"),
    *("123456789012345678901234567890", "1.000000000000000000001", "-0.10", "7.0"),
]
_WRONG_NUMBERS = ["007", "+1", "1.", ".5", "-", "1-2", "NaN", "Infinity", "-Infinity", "nan", "0x1", "1_0", "1e", "-01"]
_NAMES = [
    *("näme/1", r"n\u00e4me\/1", r"n\u00E4me/1", r"näme\/1", "sub", r"s\u0075b", "size", r"\u0073ize", "deep", "text"),
    *(r"te\u0078t", "flag", r"fla\u0067", "note", "#number", "", r"a\"size", r"size\\", r"\r", r"\n"),
]
_SPACES = ["", "", "", " ", "\t", "  "]


class JsonWriter:
    """Writes records by chance. About one in ``wrong`` values is none that JSON knows, or no text."""

    def __init__(self, random: Random, *, wrong: int, line_ends: tuple[str, ...] = ()) -> None:
        self._random, self._wrong = random, wrong
        self._spaces = (*_SPACES, *line_ends)

    def record(self) -> str:
        """Write an object with a day and an amount, and whatever else."""
        return self._object(['"day":"2025-10-01"', '"amount":1', *self._members(depth=3)])

    def space(self) -> str:
        """Write white space, or none."""
        return self._random.choice(self._spaces)

    def value(self, depth: int) -> str:
        """Write a value with up to ``depth`` others within each other."""
        kind = self._random.randrange(8 if depth else 5)
        if kind == 0:
            return self._random.choice(["true", "false", "null"])
        if kind <= 2:
            return self._random.choice(_WRONG_NUMBERS if self._is_wrong() else _NUMBERS)
        if kind <= 4:
            return self._string()
        if kind == 5:
            values = [self.value(depth - 1) for _ in range(self._random.randrange(4))]
            return f"[{self._listed(values)}]"
        return self._object(self._members(depth - 1))

    def _members(self, depth: int) -> list[str]:
        count = self._random.randrange(7)
        return [f'"{self._name()}"{self.space()}:{self.space()}{self.value(depth)}' for _ in range(count)]

    def _name(self) -> str:
        return self._random.choice(_NAMES)

    def _object(self, members: list[str]) -> str:
        self._random.shuffle(members)
        return f"{{{self._listed(members)}}}"

    def _listed(self, values: list[str]) -> str:
        comma = f"{self.space()},{self.space()}"
        behind = "," if self._is_wrong() else ""
        return f"{self.space()}{comma.join(values)}{behind}{self.space()}"

    def _string(self) -> str:
        pieces = self._random.choices(_PLAIN + _ESCAPED, k=self._random.randrange(6))
        if self._is_wrong():
            pieces.append(self._random.choice(_NO_TEXT + _WRONG_IN_STRINGS))
        return f'"{"".join(pieces)}"'

    def _is_wrong(self) -> bool:
        return not self._random.randrange(self._wrong)
