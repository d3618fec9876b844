"""Patterns: the part of regular expressions that means the same to Python and to the engine.

Layouts' patterns are searched by Python's ``re`` while a file is read, and by the engine's RE2 in its rows. Each takes
what the other does not, and reads some of it otherwise. So a pattern is parsed here: what is not in the table of
``docs/layouts.md`` is refused, and Python gets its own spelling of the rest. The engine takes a pattern as it is.
"""

import re
from functools import lru_cache
from typing import Final

import msgspec

MAX_CHARACTERS: Final = 4_000
MAX_DEPTH: Final = 20
"""So deep may groups stand in each other."""
MAX_REPEATS: Final = 1_000
"""The engine's own limit, for counts within counts their product."""
MAX_SIZE: Final = 100_000
"""Characters and sets, each as often as it is counted: a pattern of twice that still fits into the engine's memory."""
_SET_SIZE: Final = 10
"""A set with characters beyond ASCII is many steps in UTF-8."""

_CLASSES: Final = {
    "d": "0-9",
    "D": "\\x00-/:-\U0010ffff",
    "w": "0-9A-Z_a-z",
    "W": "\\x00-/:-@\\[-\\^`{-\U0010ffff",
    "s": "\\t\\n\\f\\r ",
    "S": "\\x00-\\x08\\x0b\\x0e-\\x1f!-\U0010ffff",
}
"""As ranges of a set: ``re`` counts one more character as white space than the engine does."""
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_SPELLINGS: Final = {".": ".", "^": "^", "$": r"\Z"}
"""``re`` takes ``$`` before a last line feed as well."""
_REPEAT: Final = re.compile(r"[*+?]|\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}")
_OPENING: Final = re.compile(r"\((?:\?:|\?P<([A-Za-z_][A-Za-z0-9_]*)>|(?!\?))")
_HEX: Final = re.compile(r"x([0-9A-Fa-f]{2})")


class PatternError(ValueError):
    """A pattern is not of the language. The message says why, and where."""


class Group(msgspec.Struct, frozen=True):
    """A group that takes text: whether a match may lack it, and whether one may go through it several times."""

    name: str | None
    optional: bool = False
    repeated: bool = False


class Pattern(msgspec.Struct, frozen=True):
    """A pattern, or a part of one. ``python`` is its spelling for ``re``.

    ``size`` counts its characters, ``counted`` is the product of the counts within counts, and ``empty`` is whether
    it matches the empty text.
    """

    python: str = ""
    groups: tuple[Group, ...] = ()
    size: int = 1
    counted: int = 1
    empty: bool = False


@lru_cache(maxsize=1_000)
def parsed(pattern: str) -> Pattern:
    """Parse ``pattern``.

    Raises
    ------
    PatternError
        If it is not of the language.
    """
    if len(pattern) > MAX_CHARACTERS:
        raise PatternError(f"a pattern has at most {MAX_CHARACTERS} characters")
    return _Parser(pattern).parse() if pattern else Pattern(empty=True)


@lru_cache(maxsize=1_000)
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile ``pattern`` for Python, so that it finds what the engine finds; PatternError if it is none."""
    return re.compile(parsed(pattern).python, re.ASCII)


def group_names(pattern: str) -> frozenset[str]:
    """Return the names of the groups in ``pattern``, none if it is not of the language."""
    try:
        return frozenset(group.name for group in parsed(pattern).groups if group.name)
    except PatternError:
        return frozenset()


class _Parser:
    """Goes through one pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._depth = 0
        self._names = set[str]()

    def parse(self) -> Pattern:
        whole = self._alternatives()
        if self._next:
            raise self._error("a ) closes nothing")
        if whole.size > MAX_SIZE:
            raise PatternError(f"is too large: more than {MAX_SIZE} characters, each as often as it is counted")
        return whole

    def _alternatives(self) -> Pattern:
        parts = [self._sequence()]
        while self._took("|"):
            parts.append(self._sequence())
        if len(parts) == 1:
            return parts[0]
        groups = [msgspec.structs.replace(group, optional=True) for part in parts for group in part.groups]
        return _joined("|", parts, groups, empty=any(part.empty for part in parts))

    def _sequence(self) -> Pattern:
        parts = list[Pattern]()
        while self._next not in {"", "|", ")"}:
            parts.append(self._repeated(self._one()))
        if not parts:
            raise self._error("an alternative or a group is empty: write (?:...)? for what may be absent")
        groups = [group for part in parts for group in part.groups]
        return _joined("", parts, groups, empty=all(part.empty for part in parts))

    def _repeated(self, part: Pattern) -> Pattern:
        found = _REPEAT.match(self._pattern, self._at)
        if not found:
            return part
        if part.empty:
            raise self._error(f"{found[0]} repeats what may be empty")
        self._at = found.end()
        fewest, most = _bounds(found)
        if most is not None and fewest > most:
            raise self._error(f"{found[0]} counts downwards")
        times = max(fewest, most or 1)
        if part.counted * times > MAX_REPEATS:
            raise self._error(f"counts, and the product of counts within counts, are at most {MAX_REPEATS}")
        repeat = found[0] + ("?" if self._took("?") else "")
        if _REPEAT.match(self._pattern, self._at):
            raise self._error(f"{repeat} cannot be repeated, nor be possessive")
        return Pattern(
            part.python + repeat,
            tuple(Group(group.name, group.optional or not fewest, repeated=most != 1) for group in part.groups),
            part.size * times,
            part.counted * times,
            empty=not fewest,
        )

    def _one(self) -> Pattern:
        match self._next:
            case "(":
                return self._group()
            case "[":
                return self._set()
            case "{":
                raise self._error(r"{ counts nothing: write \{ where it stands for itself")
            case "*" | "+" | "?" as character:
                raise self._error(f"{character} repeats nothing")
            case character:
                self._at += 1
                return self._escape() if character == "\\" else _single(character)

    def _escape(self) -> Pattern:
        if self._took("b"):
            return Pattern(r"\b", empty=True)
        escaped = self._escaped()
        return Pattern(re.escape(escaped)) if len(escaped) == 1 else Pattern(f"[{escaped}]", size=_SET_SIZE)

    def _group(self) -> Pattern:
        found = _OPENING.match(self._pattern, self._at)
        if not found:
            raise self._error("cannot look around, set flags, nor open a group but by ( or (?: or (?P<name>")
        if found[1] in self._names:
            raise self._error(f"two groups are named {found[1]}")
        if found[1]:
            self._names.add(found[1])
        opened, self._at, self._depth = self._at, found.end(), self._depth + 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"groups stand more than {MAX_DEPTH} deep in each other")
        inner = self._alternatives()
        if not self._took(")"):
            self._at = opened
            raise self._error("the ( is not closed")
        self._depth -= 1
        own = () if found[0] == "(?:" else (Group(found[1]),)
        return msgspec.structs.replace(inner, python=f"{found[0]}{inner.python})", groups=own + inner.groups)

    def _set(self) -> Pattern:
        opened, self._at = self._at, self._at + 1
        excluded = "^" if self._took("^") else ""
        ranges = list[str]()
        # First of all, a bracket that closes stands for itself.
        while not ranges or self._next != "]":
            if not self._next:
                self._at = opened
                raise self._error("the [ is not closed")
            ranges.append(self._range(is_first=not ranges))
        self._at += 1
        return Pattern(f"[{excluded}{''.join(ranges)}]", size=_SET_SIZE + 2 * len(ranges))

    def _range(self, *, is_first: bool) -> str:
        lowest = self._member(is_first=is_first)
        if self._next != "-" or self._pattern[self._at + 1 : self._at + 2] in {"", "]"}:
            return _in_set(lowest)
        self._at += 1
        highest = self._member(is_first=False)
        if len(lowest) > 1 or len(highest) > 1 or lowest > highest:
            raise self._error("a range leads from one character to a later one")
        return f"{_in_set(lowest)}-{_in_set(highest)}"

    def _member(self, *, is_first: bool) -> str:
        """Take one character of a set, or the ranges of a class."""
        if self._pattern.startswith("[:", self._at):
            raise self._error(r"[: names no class: write ranges such as A-Z, or \[: for the characters")
        character = self._next
        self._at += 1
        if character == "\\":
            return self._escaped()
        if character == "-" and not is_first and self._next != "]":
            raise self._error(r"write \- where it stands for itself")
        return character

    def _escaped(self) -> str:
        """Take what stands behind a backslash: one character, or the ranges of a class."""
        character = self._next
        if found := _HEX.match(self._pattern, self._at):
            self._at = found.end()
            return chr(int(found[1], 16))
        if character not in _CLASSES | _CONTROLS and (not character.isascii() or character.isalnum() or not character):
            self._at -= 1
            raise self._error(rf"\{character} is not taken" if character else r"\ escapes nothing")
        self._at += 1
        return _CLASSES.get(character) or _CONTROLS.get(character) or character

    @property
    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _took(self, character: str) -> bool:
        if self._next != character:
            return False
        self._at += 1
        return True

    def _error(self, rule: str) -> PatternError:
        return PatternError(f"{rule} (at character {self._at + 1})")


def _joined(between: str, parts: list[Pattern], groups: list[Group], *, empty: bool) -> Pattern:
    python, size = between.join(part.python for part in parts), sum(part.size for part in parts)
    return Pattern(python, tuple(groups), size, max(part.counted for part in parts), empty)


def _bounds(repeat: re.Match[str]) -> tuple[int, int | None]:
    """Return how often at least and, where there is a limit, at most."""
    if not repeat[1]:
        return int(repeat[0] == "+"), 1 if repeat[0] == "?" else None
    fewest = int(repeat[1])
    most = repeat[3] if repeat[2] else repeat[1]
    return fewest, int(most) if most else None


def _single(character: str) -> Pattern:
    python = _SPELLINGS.get(character, re.escape(character))
    return Pattern(python, size=_SET_SIZE if character == "." else 1, empty=character in {"^", "$"})


def _in_set(member: str) -> str:
    return f"\\{member}" if member in set(r"\]^-[&|~") else member
