"""The kinds of values that the types of a layout allow: whether a value is of one, and both in words."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from msgspec import inspect

Kind = inspect.Type
_MOST_SHOWN: Final = 60
"""Characters of a text that are shown."""
_PYTHON_TYPES: Final[dict[type[Kind], type | tuple[type, ...]]] = {
    inspect.StructType: dict,
    inspect.DictType: dict,
    inspect.VarTupleType: list,
    inspect.StrType: str,
    inspect.LiteralType: str,
    inspect.BoolType: bool,
    inspect.IntType: int,
    inspect.FloatType: (int, float),
    inspect.NoneType: type(None),
}
"""What a document has for each kind; a Literal of the language is a text."""


def kinds_of(wanted: Kind) -> list[Kind]:
    """Return the kinds of which a value may be one."""
    plain = _plain(wanted)
    return [_plain(kind) for kind in plain.types] if isinstance(plain, inspect.UnionType) else [plain]


def is_of(value: Any, kind: Kind) -> bool:
    """Return whether ``value`` is of this kind, within bounds or not. True is no number, other than in Python."""
    is_number = isinstance(kind, inspect.IntType | inspect.FloatType)
    return isinstance(value, _PYTHON_TYPES[type(kind)]) and not (is_number and isinstance(value, bool))


def is_within(value: Any, kind: Kind) -> bool:
    """Return whether ``value``, which is of this kind, is within its bounds."""
    match kind:
        case inspect.LiteralType(values=values):
            return value in values
        case inspect.IntType(ge=least, le=most) | inspect.FloatType(ge=least, le=most):
            return _is_between(value, least, most)
        case inspect.StrType(min_length=least, max_length=most, pattern=pattern):
            return _is_between(len(value), least, most) and (pattern is None or bool(re.search(pattern, value)))
        case inspect.VarTupleType(min_length=least, max_length=most):
            return _is_between(len(value), least, most)
        case inspect.DictType(min_length=least, max_length=most):
            return _is_between(len(value), least, most)
        case _:
            return True


def allowed(wanted: Kind) -> str:
    """Say in words what a value may be."""
    if isinstance(wanted, inspect.Metadata) and wanted.extra_json_schema:
        return str(wanted.extra_json_schema["description"])
    plain = _plain(wanted)
    if not isinstance(plain, inspect.UnionType):
        return _in_words(plain)
    structs = [kind for kind in kinds_of(plain) if isinstance(kind, inspect.StructType)]
    others = [allowed(kind) for kind in plain.types if not isinstance(_plain(kind), inspect.StructType)]
    return " or ".join([*([_mapping(structs)] if structs else []), *others])


def found(value: Any, text: str) -> str:  # noqa: PLR0911 - one for each kind
    """Say in words what a value is, and what its ``text`` was where YAML takes that for something else."""
    match value:
        case None:
            return "found nothing"
        case dict():
            return "found a mapping" if value else "found an empty mapping"
        case list():
            return f"found a list of {len(value)}"
        case str():
            return f"found {shown(value)!r}"
        case bool():
            truth = f"{value}".lower()
            return f"found {truth}" if text == truth else f"found {truth}, which is what {text} means"
        case date():
            return f"found the date {shown(text)}"
        case _:
            return f"found the number {shown(text)}"


def shown(text: str) -> str:
    """Return ``text``, cut off where it is long."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _plain(wanted: Kind) -> Kind:
    return wanted.type if isinstance(wanted, inspect.Metadata) else wanted


def _is_between(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _in_words(kind: Kind) -> str:  # noqa: PLR0911 - one for each kind
    match kind:
        case inspect.StructType():
            return _mapping([kind])
        case inspect.DictType(min_length=least, value_type=value_type):
            return f"a mapping{' that is not empty' if least else ''}, each value {allowed(value_type)}"
        case inspect.VarTupleType(item_type=item_type, min_length=least, max_length=most):
            size = _size(" of {}", least, most)
            one_of = "one of " if isinstance(item_type, inspect.LiteralType) else ""
            return f"a list{size}, each entry {one_of}{allowed(item_type)}"
        case inspect.StrType(min_length=1, max_length=1):
            return "one character"
        case inspect.StrType(min_length=least, max_length=most):
            return "a text" + _size(" of {} characters", least, most)
        case inspect.LiteralType(values=values):
            return ", ".join(map(str, values))
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(ge=least, le=most):
            return "a whole number" + _range(least, most)
        case inspect.FloatType(ge=least, le=most):
            return "a number" + _range(least, most)
        case _:
            return "null"


def _mapping(structs: Iterable[inspect.StructType]) -> str:
    one, *others = structs
    if others:
        return f"a mapping with the key {one.tag_field}"
    return f"a mapping with the keys {', '.join(field.encode_name for field in one.fields)}"


def _size(words: str, least: int | None, most: int | None) -> str:
    """Put into ``words`` how much of something there may be; nothing where that is not bounded."""
    if least is None and most is None:
        return ""
    if least == most:
        return words.format(f"exactly {most}")
    if most is None:
        return words.format(f"at least {least}")
    return words.format(f"at most {most}" if least is None else f"{least} to {most}")


def _range(least: float | None, most: float | None) -> str:
    lower = "" if least is None else f" from {least:g}"
    return lower if most is None else f"{lower} to {most:g}"
