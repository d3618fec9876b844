"""The structure of a layout: its keys, and the kinds of their values. All that is wrong with it, each with its place.

msgspec decides whether a layout is taken, by the types of ``Layout``. It stops at the first error and knows nothing of
lines: what it refuses is compared with the same types once more, here. A new key of a type needs nothing more.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any, Final

from msgspec import inspect

from transactions.documents import Node
from transactions.layouts.kinds import Kind, allowed, found, is_of, is_within, kinds_of, shown
from transactions.layouts.layout import Layout
from transactions.layouts.suggestions import suggested
from transactions.problems import Place, Problem

_MERGE: Final = "<<"
_Structs = Mapping[str, inspect.StructType]
"""Structures of which a mapping may have one, by their tags; one alone has no tag."""


def structural_problems(root: Node) -> Iterator[Problem]:
    """Yield what is wrong with the structure of the layout in ``root``: each rule begins with the path of its key."""
    return _of_value(root, inspect.type_info(Layout), "")


def _of_value(node: Node, wanted: Kind, path: str) -> Iterator[Problem]:
    fitting = [kind for kind in kinds_of(wanted) if is_of(node.value, kind)]
    if not any(is_within(node.value, kind) for kind in fitting):
        yield _wrong_value(node, wanted, path)
    match fitting:
        case [inspect.StructType(), *_]:
            structs = (kind for kind in fitting if isinstance(kind, inspect.StructType))
            yield from _of_struct(node, {f"{struct.tag}": struct for struct in structs}, path)
        case [inspect.DictType(value_type=value_type), *_]:
            for name, member in (node.members or {}).items():
                yield from _of_value(member, value_type, _below(path, name))
        case [inspect.VarTupleType(item_type=item_type), *_]:
            for number, item in enumerate(node.items or ()):
                yield from _of_value(item, item_type, f"{path}[{number}]")


def _of_struct(node: Node, structs: _Structs, path: str) -> Iterator[Problem]:
    """Compare a mapping with the structure that its tag names; with the keys of all of them if it names none."""
    members, tag_field = node.members or {}, next(iter(structs.values())).tag_field
    wanted = dict[str, tuple[Kind, bool]]()
    if tag_field is not None:
        wanted[tag_field] = inspect.LiteralType(tuple(structs)), True
    tag = members[tag_field].value if tag_field in members else None
    struct = structs.get(f"{tag}")
    if struct:
        wanted |= {field.encode_name: (field.type, field.required) for field in struct.fields}
    keys = list(wanted) if struct else list(dict.fromkeys(key for one in structs.values() for key in _keys(one)))
    meant = {name: _colon_missing(name, keys) or suggested(name, keys) for name in members if name not in keys}
    for name, nearest in meant.items():
        yield _unknown_key((node.keys or {})[name], _below(path, name), name, keys, structs, nearest)
    for name, (kind, required) in wanted.items():
        if name in members:
            yield from _of_value(members[name], kind, _below(path, name))
        elif required and not any(nearest.partition(":")[0] == name for nearest in meant.values()):
            yield _problem(node.place, _below(path, name), "is missing", allowed(kind))


def _unknown_key(  # noqa: PLR0917 - a key, and among which others it was looked for
    place: Place, path: str, name: str, keys: Collection[str], structs: _Structs, nearest: str
) -> Problem:
    of_tags = [tag for tag, struct in structs.items() if name in _keys(struct)]
    of_parts = [part for part, others in _parts().items() if name in others and len(structs) == 1]
    if name == _MERGE:
        return _problem(place, path, "mappings are not merged here: write out the keys", ", ".join(keys))
    if of_tags:
        return _problem(place, path, f"is a key of {' and '.join(of_tags)} only", ", ".join(keys))
    if of_parts:
        return _problem(place, path, f"is a key of {of_parts[0]}", ", ".join(keys))
    return _problem(place, path, "is no key", ", ".join(keys), nearest)


def _colon_missing(name: str, keys: Collection[str]) -> str:
    """Return ``key: value`` for a key such as ``key:value``, which YAML takes for one text."""
    key, colon, value = name.partition(":")
    return f"{key}: {value}" if colon and key in keys else ""


def _wrong_value(node: Node, wanted: Kind, path: str) -> Problem:
    kinds = kinds_of(wanted)
    what = found(node.value, node.text)
    if node.text and not isinstance(node.value, str) and any(is_of("", kind) for kind in kinds):
        what += "; a text like this needs quotes"
    words = [value for kind in kinds if isinstance(kind, inspect.LiteralType) for value in kind.values]
    return _problem(node.place, path, what, allowed(wanted), _suggested(node, words))


def _suggested(node: Node, words: Collection[Any]) -> str:
    return suggested(node.value, words) if isinstance(node.value, str) else ""


def _problem(place: Place, path: str, rule: str, may_be: str, nearest: str = "") -> Problem:
    meant = f"; did you mean {shown(nearest)}? Allowed" if nearest else "; allowed"
    return Problem(place, f"{path}{': ' if path else ''}{rule}{meant}: {may_be}")


def _below(path: str, name: str) -> str:
    return f"{path}.{shown(name)}" if path else shown(name)


def _keys(struct: inspect.StructType) -> list[str]:
    tag = [] if struct.tag_field is None else [struct.tag_field]
    return [*tag, *(field.encode_name for field in struct.fields)]


@cache
def _parts() -> dict[str, list[str]]:
    """Return the keys of the parts of a layout that there are once, by their paths: where a key may have been meant."""
    layout = inspect.type_info(Layout)
    assert isinstance(layout, inspect.StructType)  # noqa: S101 - it is one
    parts = {field.encode_name: kind for field in layout.fields for kind in kinds_of(field.type)}
    found_parts = {name: _keys(kind) for name, kind in parts.items() if isinstance(kind, inspect.StructType)}
    return {**found_parts, "the layout itself": _keys(layout)}
